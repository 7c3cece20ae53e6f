// The slim records of a snapshot file, as they may come from anywhere: what an older Portolan did not write yet takes its default, and a record that has
// not its kind's shape is told apart. One schema per kind; the types are core's.

import { z } from "zod";
import type {
  ConfigMapRecord,
  EndpointSliceRecord,
  EventRecord,
  NodeRecord,
  PodRecord,
  RecordOf,
  ResourceKind,
  ServiceRecord,
  WorkloadRecord,
} from "@/lib/core";

const text = z.string().default("");
const textOrNull = z.string().nullable().default(null);
const time = z.number().nullable().default(null);
const flag = z.boolean().default(false);
const flagOrNull = z.boolean().nullable().default(null);
const texts = z.array(z.string()).default([]);
const textsOrNull = z.array(z.string()).nullable().default(null);
const labels = z.record(z.string(), z.string()).default({});
const port = z.number().int().min(0).max(65_535);
const protocol = z.enum(["TCP", "UDP", "SCTP"]).default("TCP");
const reference = z.object({ kind: z.string(), namespace: text, name: z.string() });

const meta = {
  namespace: text,
  name: z.string().min(1),
  uid: text,
  labels,
  createdAtMs: time,
  deletedAtMs: time,
  controller: z.object({ kind: z.string(), name: z.string() }).nullable().default(null),
};

const proxySettings = z
  .object({
    mode: z.enum(["iptables", "nftables", "ipvs", "kernelspace"]).nullable().default(null),
    nodePortAddresses: textsOrNull,
    clusterCIDRs: textsOrNull,
    detectLocalMode: z.enum(["ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"]).nullable().default(null),
    bindAddress: textOrNull,
    localhostNodePorts: flagOrNull,
    masqueradeAll: flagOrNull,
    ipvsScheduler: textOrNull,
  })
  .nullable()
  .default(null);

const taintEffect = z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]);
const requirements = z
  .array(z.object({ key: z.string(), operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]), values: texts }))
  .default([]);
const noPlacement = { nodeSelector: {}, requiredAffinity: null, tolerations: [] };
const placement = z
  .object({
    nodeSelector: labels,
    requiredAffinity: z
      .array(z.object({ expressions: requirements, fields: requirements }))
      .nullable()
      .default(null),
    tolerations: z
      .array(z.object({ key: text, operator: z.enum(["Exists", "Equal"]), value: text, effect: z.enum(["", ...taintEffect.options]) }))
      .default([]),
  })
  .default(noPlacement);
const containers = z
  .array(
    z.object({
      name: text,
      role: z.enum(["main", "init", "sidecar"]),
      ports: z.array(z.object({ name: text, containerPort: port, hostPort: port.default(0), hostIP: text, protocol })).default([]),
    }),
  )
  .default([]);

const node = z.object({
  ...meta,
  addresses: z
    .array(z.object({ type: z.enum(["InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"]), address: z.string() }))
    .default([]),
  podCIDRs: texts,
  taints: z.array(z.object({ key: text, value: text, effect: taintEffect })).default([]),
  unschedulable: flag,
  ready: z.enum(["True", "False", "Unknown"]).nullable().default(null),
  kubeletVersion: text,
  containerRuntimeVersion: text,
  proxyArgs: proxySettings,
  proxySigns: texts,
}) satisfies z.ZodType<NodeRecord>;

const pod = z.object({
  ...meta,
  nodeName: textOrNull,
  hostNetwork: flag,
  placement,
  containers,
  phase: z.enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"]),
  reason: text,
  podIPs: texts,
  hostIPs: texts,
  startTimeMs: time,
  ready: flag,
  readyAtMs: time,
  runningSinceMs: time,
  proxyFlags: proxySettings,
  unschedulable: z.object({ reason: text, noFreePorts: flag }).nullable().default(null),
  staticPod: flag,
  nodePortLocal: z.array(z.object({ podPort: port, nodePort: port, protocol })).default([]),
}) satisfies z.ZodType<PodRecord>;

const service = z.object({
  ...meta,
  type: z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
  clusterIPs: texts,
  ipFamilies: z.array(z.enum(["IPv4", "IPv6"])).default([]),
  selector: z.record(z.string(), z.string()).nullable().default(null),
  ports: z
    .array(z.object({ name: text, protocol, port: port.min(1), targetPort: z.union([z.number(), z.string()]), nodePort: port.default(0) }))
    .default([]),
  externalIPs: texts,
  externalTrafficPolicy: z.enum(["Cluster", "Local"]).default("Cluster"),
  internalTrafficPolicy: z.enum(["Cluster", "Local"]).default("Cluster"),
  sessionAffinitySeconds: z.number().nullable().default(null),
  healthCheckNodePort: port.default(0),
  allocateLoadBalancerNodePorts: z.boolean().default(true),
  loadBalancerSourceRanges: texts,
  loadBalancerIngress: z
    .array(z.object({ ip: textOrNull, hostname: textOrNull, ipMode: z.enum(["VIP", "Proxy"]).nullable().default(null) }))
    .default([]),
  publishNotReadyAddresses: flag,
  trafficDistribution: textOrNull,
  topologyMode: textOrNull,
  pinnedNodePorts: z.array(port).nullable().default(null),
  sharingKey: textOrNull,
}) satisfies z.ZodType<ServiceRecord>;

const endpointSlice = z.object({
  ...meta,
  serviceName: textOrNull,
  addressType: z.enum(["IPv4", "IPv6", "FQDN"]),
  ports: z.array(z.object({ name: textOrNull, port: port.nullable().default(null), protocol })).default([]),
  endpoints: z
    .array(
      z.object({
        address: z.string(),
        ready: z.boolean(),
        serving: z.boolean().default(true),
        terminating: flag,
        nodeName: textOrNull,
        zone: textOrNull,
        hintZones: texts,
        hintNodes: texts,
        targetRef: reference.nullable().default(null),
      }),
    )
    .default([]),
  convertedFrom: z.literal("Endpoints").nullable().default(null),
}) satisfies z.ZodType<EndpointSliceRecord>;

const event = z.object({
  ...meta,
  reason: text,
  involvedObject: reference,
  message: text,
  count: z.number().default(1),
  firstAtMs: time,
  lastAtMs: time,
}) satisfies z.ZodType<EventRecord>;

const intOrPercent = z.union([z.number(), z.string()]).nullable().default(null);
const workload = z.object({
  ...meta,
  kind: z.enum(["Deployment", "DaemonSet"]),
  replicas: z.number().nullable().default(null),
  strategy: z.object({ type: text, maxUnavailable: intOrPercent, maxSurge: intOrPercent }),
  template: z.object({ labels, hostNetwork: flag, placement, containers }),
}) satisfies z.ZodType<WorkloadRecord>;

const configMap = z.object({
  ...meta,
  proxy: proxySettings,
  ciliumKubeProxyReplacement: textOrNull,
  antreaProxyAll: flagOrNull,
}) satisfies z.ZodType<ConfigMapRecord>;

const schemas: { readonly [Kind in ResourceKind]: z.ZodType<RecordOf[Kind]> } = {
  nodes: node,
  pods: pod,
  services: service,
  endpointslices: endpointSlice,
  events: event,
  deployments: workload,
  daemonsets: workload,
  configmaps: configMap,
};

/**
 * One record of a snapshot file.
 *
 * Returns: the record, or the name of the first field that is not what its kind has there.
 */
export function parseRecord<Kind extends ResourceKind>(
  kind: Kind,
  value: unknown,
): { readonly record: RecordOf[Kind] } | { readonly fault: string } {
  const parsed = schemas[kind].safeParse(value);
  if (parsed.success) return { record: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    fault: issue === undefined || issue.path.length === 0 ? "it is no record" : `${issue.path.map(String).join(".")}: ${issue.message}`,
  };
}
