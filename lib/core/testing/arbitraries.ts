// Arbitrary records for property tests: few names and numbers, so that things collide, and now and then values that no healthy cluster shows.
// Imported by tests only.

import fc from "fast-check";
import type { ConfigMapRecord } from "../model/config-map";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { EventRecord } from "../model/event";
import type { Labels, ObjectMeta, Protocol } from "../model/meta";
import type { NodeRecord } from "../model/node";
import type { PodRecord } from "../model/pod";
import type { ProxySettings } from "../model/proxy-settings";
import { resourceKinds, type KindStatus, type ResourceKind, type Warning } from "../model/resource-kind";
import type { ServiceRecord } from "../model/service";
import { recordKey, type Delta, type RecordOf } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import type { SnapshotParts } from "./builders";

const namespace = fc.constantFrom("default", "clearml", "clearml-2", "kube-system");
const name = fc.constantFrom("a", "b", "web", "web-1", "web-2", "svclb-web");
const nodeName = fc.constantFrom("n1", "n2", "n10");
const text = fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) });
const time = fc.option(fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }), { nil: null });
const protocol = fc.constantFrom<Protocol>("TCP", "UDP", "SCTP");
const port = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(80, 8080, 22, 30001, 30002, 31000) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 65_536, 1.5) },
);
const address = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "10.0.0.1",
      "10.0.0.2",
      "10.244.1.10",
      "10.244.2.10",
      "fd00::1",
      "fd00:0::1",
      "::ffff:10.0.0.1",
      "010.0.0.1",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("", "None", "0.0.0.0", "::", "127.0.0.1", "not an address") },
);
const family = fc.constantFrom("IPv4" as const, "IPv6" as const);

/** The names that everything is made of, so that things collide. */
export const nameOf = { namespace, name, node: nodeName, text, protocol };

export const arbitraryLabels: fc.Arbitrary<Labels> = fc.dictionary(
  fc.constantFrom(
    "app",
    "tier",
    "CLEARML",
    "pod-template-hash",
    "k8s-app",
    "constructor",
    "topology.kubernetes.io/zone",
    "service.kubernetes.io/service-proxy-name",
  ),
  fc.constantFrom("x", "y", "kube-proxy", ""),
  { maxKeys: 3 },
);

const meta = (namespaces: fc.Arbitrary<string>, names: fc.Arbitrary<string>): fc.Arbitrary<ObjectMeta> =>
  fc.record({
    namespace: namespaces,
    name: names,
    uid: text,
    labels: arbitraryLabels,
    createdAtMs: time,
    deletedAtMs: time,
    controller: fc.option(fc.record({ kind: fc.constantFrom("ReplicaSet", "Job", "DaemonSet", "StatefulSet", "Thing"), name: text }), {
      nil: null,
    }),
  });

const proxySettings: fc.Arbitrary<ProxySettings> = fc.record({
  mode: fc.constantFrom("iptables", "nftables", "ipvs", "kernelspace", null),
  nodePortAddresses: fc.constantFrom(null, [], ["primary"], ["10.0.0.0/8"], ["nonsense"]),
  clusterCIDRs: fc.constantFrom(null, [], ["10.244.0.0/16"], ["10.244.0.0/16", "fd00::/64"]),
  detectLocalMode: fc.constantFrom(null, "ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"),
  bindAddress: fc.constantFrom(null, "0.0.0.0", "10.0.0.1"),
  localhostNodePorts: fc.constantFrom(null, true, false),
  masqueradeAll: fc.constantFrom(null, true, false),
  ipvsScheduler: fc.constantFrom(null, "rr", "sh"),
});

const placement = fc.record({
  nodeSelector: arbitraryLabels,
  requiredAffinity: fc.option(
    fc.array(
      fc.record({
        expressions: fc.array(
          fc.record({
            key: fc.constantFrom("app", "tier"),
            operator: fc.constantFrom(
              "In" as const,
              "NotIn" as const,
              "Exists" as const,
              "DoesNotExist" as const,
              "Gt" as const,
              "Lt" as const,
            ),
            values: fc.array(fc.constantFrom("x", "y", "3"), { maxLength: 2 }),
          }),
          { maxLength: 2 },
        ),
        fields: fc.array(
          fc.record({
            key: fc.constant("metadata.name"),
            operator: fc.constantFrom("In" as const, "NotIn" as const),
            values: fc.array(nodeName, { maxLength: 1 }),
          }),
          { maxLength: 1 },
        ),
      }),
      { maxLength: 2 },
    ),
    { nil: null },
  ),
  tolerations: fc.array(
    fc.record({
      key: fc.constantFrom("", "dedicated"),
      operator: fc.constantFrom("Exists" as const, "Equal" as const),
      value: fc.constantFrom("", "x"),
      effect: fc.constantFrom("" as const, "NoSchedule" as const, "NoExecute" as const),
    }),
    { maxLength: 1 },
  ),
});

const container = fc.record({
  name: fc.constantFrom("main", "side", "lb-tcp-80"),
  role: fc.constantFrom("main" as const, "main" as const, "init" as const, "sidecar" as const),
  ports: fc.array(
    fc.record({
      name: fc.constantFrom("", "http"),
      containerPort: port,
      hostPort: fc.oneof(fc.constant(0), port),
      hostIP: fc.oneof(fc.constant(""), address),
      protocol,
    }),
    { maxLength: 2 },
  ),
});

export const arbitraryNode: fc.Arbitrary<NodeRecord> = fc
  .tuple(
    meta(fc.constant(""), nodeName),
    fc.record({
      addresses: fc.array(
        fc.record({ type: fc.constantFrom("InternalIP" as const, "ExternalIP" as const, "Hostname" as const), address }),
        { maxLength: 3 },
      ),
      podCIDRs: fc.array(fc.constantFrom("10.244.1.0/24", "10.244.2.0/24", "fd00::/64", "nonsense"), { maxLength: 2 }),
      taints: fc.array(
        fc.record({
          key: fc.constant("dedicated"),
          value: fc.constantFrom("", "x"),
          effect: fc.constantFrom("NoSchedule" as const, "NoExecute" as const),
        }),
        { maxLength: 1 },
      ),
      unschedulable: fc.boolean(),
      ready: fc.constantFrom("True" as const, "False" as const, "Unknown" as const, null),
      kubeletVersion: fc.constantFrom("v1.36.3", "v1.33.1+k3s1", "1.30", ""),
      containerRuntimeVersion: fc.constantFrom("containerd://2.1.0", "cri-o://1.33", ""),
      proxyArgs: fc.option(proxySettings, { nil: null }),
      proxySigns: fc.constantFrom(
        [],
        [],
        [],
        ["k8s.ovn.org/l3-gateway-config"],
        ["--disable-kube-proxy"],
        ["projectcalico.org/IPv4Address"],
      ),
    }),
  )
  .map(([head, body]) => ({ ...head, ...body }));

export const arbitraryPod: fc.Arbitrary<PodRecord> = fc
  .tuple(
    meta(namespace, name),
    fc.record({
      nodeName: fc.option(nodeName, { nil: null }),
      hostNetwork: fc.boolean(),
      placement,
      containers: fc.array(container, { maxLength: 3 }),
      phase: fc.constantFrom("Running", "Running", "Pending", "Succeeded", "Failed", "Unknown"),
      reason: fc.constantFrom("", "NodePorts"),
      podIPs: fc.array(address, { maxLength: 2 }),
      hostIPs: fc.array(address, { maxLength: 1 }),
      startTimeMs: time,
      ready: fc.boolean(),
      readyAtMs: time,
      runningSinceMs: time,
      proxyFlags: fc.option(proxySettings, { nil: null }),
      unschedulable: fc.option(fc.record({ reason: fc.constant("Unschedulable"), noFreePorts: fc.boolean() }), { nil: null }),
      staticPod: fc.boolean(),
      nodePortLocal: fc.array(fc.record({ podPort: port, nodePort: port, protocol }), { maxLength: 1 }),
    }),
  )
  .map(([head, body]) => ({ ...head, ...body }));

export const arbitraryService: fc.Arbitrary<ServiceRecord> = fc
  .tuple(
    meta(namespace, name),
    fc.record({
      type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
      clusterIPs: fc.oneof(fc.constantFrom([], ["None"], [""]), fc.array(address, { maxLength: 2 })),
      ipFamilies: fc.array(family, { maxLength: 2 }),
      selector: fc.option(arbitraryLabels, { nil: null }),
      ports: fc.array(
        fc.record({
          name: fc.constantFrom("", "http"),
          protocol,
          port,
          targetPort: fc.oneof(port, fc.constantFrom("http", "")),
          nodePort: fc.oneof(fc.constant(0), port),
        }),
        { maxLength: 3 },
      ),
      externalIPs: fc.array(address, { maxLength: 2 }),
      externalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
      internalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
      sessionAffinitySeconds: fc.constantFrom(null, 10_800),
      healthCheckNodePort: fc.oneof(fc.constant(0), port),
      allocateLoadBalancerNodePorts: fc.boolean(),
      loadBalancerSourceRanges: fc.array(fc.constantFrom("10.0.0.0/8", " 192.0.2.0/24", "nonsense"), { maxLength: 1 }),
      loadBalancerIngress: fc.array(
        fc.record({
          ip: fc.option(address, { nil: null }),
          hostname: fc.constantFrom(null, "lb.example.com"),
          ipMode: fc.constantFrom("VIP", "Proxy", null),
        }),
        { maxLength: 2 },
      ),
      publishNotReadyAddresses: fc.boolean(),
      trafficDistribution: fc.constantFrom(null, "PreferClose"),
      topologyMode: fc.constantFrom(null, "Auto"),
      pinnedNodePorts: fc.constantFrom(null, [], [30_001]),
      sharingKey: fc.constantFrom(null, "shared"),
    }),
  )
  .map(([head, body]) => ({ ...head, ...body }));

export const arbitrarySlice: fc.Arbitrary<EndpointSliceRecord> = fc
  .tuple(
    meta(namespace, name),
    fc.record({
      serviceName: fc.option(name, { nil: null }),
      addressType: fc.constantFrom("IPv4", "IPv4", "IPv6", "FQDN"),
      ports: fc.array(fc.record({ name: fc.constantFrom("", "http", null), port: fc.oneof(port, fc.constant(null)), protocol }), {
        maxLength: 2,
      }),
      endpoints: fc.array(
        fc.record({
          address,
          ready: fc.boolean(),
          serving: fc.boolean(),
          terminating: fc.boolean(),
          nodeName: fc.option(nodeName, { nil: null }),
          zone: fc.constantFrom(null, "zone-a"),
          hintZones: fc.constantFrom([], ["zone-a"]),
          hintNodes: fc.constantFrom([], ["n1"]),
          targetRef: fc.option(fc.record({ kind: fc.constantFrom("Pod", "Thing"), namespace, name }), { nil: null }),
        }),
        { maxLength: 3 },
      ),
      convertedFrom: fc.constantFrom(null, "Endpoints"),
    }),
  )
  .map(([head, body]) => ({ ...head, ...body }));

const arbitraryEvent: fc.Arbitrary<EventRecord> = fc
  .tuple(
    meta(namespace, name),
    fc.record({
      reason: fc.constantFrom("PortAlreadyAllocated", "FailedScheduling", "PortOutOfRange"),
      involvedObject: fc.record({ kind: fc.constantFrom("Service", "Pod"), namespace, name }),
      message: fc.constantFrom("", "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
      count: fc.nat(5),
      firstAtMs: time,
      lastAtMs: time,
    }),
  )
  .map(([head, body]) => ({ ...head, ...body }));

const arbitraryWorkload = (kind: WorkloadRecord["kind"]): fc.Arbitrary<WorkloadRecord> =>
  fc
    .tuple(
      meta(namespace, name),
      fc.record({
        replicas: fc.option(fc.nat(3), { nil: null }),
        strategy: fc.record({
          type: fc.constantFrom("RollingUpdate", "Recreate"),
          maxUnavailable: fc.constantFrom(null, 0, "25%"),
          maxSurge: fc.constantFrom(null, 1, "nonsense"),
        }),
        template: fc.record({
          labels: arbitraryLabels,
          hostNetwork: fc.boolean(),
          placement,
          containers: fc.array(container, { maxLength: 2 }),
        }),
      }),
    )
    .map(([head, body]) => ({ ...head, ...body, kind }));

const arbitraryConfigMap: fc.Arbitrary<ConfigMapRecord> = fc
  .tuple(
    meta(fc.constant("kube-system"), fc.constantFrom("kube-proxy", "kube-proxy-config", "cilium-config", "antrea-config")),
    fc.record({
      proxy: fc.option(proxySettings, { nil: null }),
      ciliumKubeProxyReplacement: fc.constantFrom(null, "true", "false"),
      antreaProxyAll: fc.constantFrom(null, true),
    }),
  )
  .map(([head, body]) => ({ ...head, ...body }));

const recordOf: { readonly [K in ResourceKind]: fc.Arbitrary<RecordOf[K]> } = {
  nodes: arbitraryNode,
  pods: arbitraryPod,
  services: arbitraryService,
  endpointslices: arbitrarySlice,
  events: arbitraryEvent,
  deployments: arbitraryWorkload("Deployment"),
  daemonsets: arbitraryWorkload("DaemonSet"),
  configmaps: arbitraryConfigMap,
};

const kind = fc.constantFrom(...resourceKinds);
const scope = fc.oneof(fc.constant("all"), namespace);

export const arbitraryKindStatus: fc.Arbitrary<KindStatus> = fc.record({
  state: fc.constantFrom("syncing", "live", "live", "stale", "forbidden", "notCollected", "snapshot"),
  sinceMs: time,
  expected: fc.option(fc.nat(9), { nil: null }),
  namespaces: fc.oneof(fc.constant("all" as const), fc.array(namespace, { maxLength: 2 })),
  forbiddenNamespaces: fc.array(namespace, { maxLength: 1 }),
  message: fc.constantFrom(null, "HTTP 403"),
  retryAtMs: time,
});

const warningList: fc.Arbitrary<readonly Warning[]> = fc.array(fc.record({ object: text, message: text }), { maxLength: 2 });

export const arbitraryDelta: fc.Arbitrary<Delta> = kind.chain((chosen): fc.Arbitrary<Delta> => {
  const record = recordOf[chosen] as fc.Arbitrary<RecordOf[ResourceKind]>;
  const upsert = record.map((value) => ({ type: "upsert", kind: chosen, record: value }) as Delta);
  return fc.oneof(
    { weight: 5, arbitrary: upsert },
    { weight: 2, arbitrary: record.map((value): Delta => ({ type: "remove", kind: chosen, key: recordKey(value) })) },
    {
      weight: 1,
      arbitrary: fc.tuple(scope, fc.array(record, { maxLength: 3 })).map(
        ([where, records]) =>
          ({
            type: "replace",
            kind: chosen,
            scope: where,
            records: records.filter((value) => where === "all" || value.namespace === where),
          }) as Delta,
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.oneof(fc.constant(""), record.map(recordKey)), warningList)
        .map(([key, warnings]): Delta => ({ type: "warnings", kind: chosen, key, warnings })),
    },
    { weight: 1, arbitrary: arbitraryKindStatus.map((status): Delta => ({ type: "status", kind: chosen, status })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Delta>(
        { type: "version", version: "v1.36.3" },
        { type: "asOf", asOfMs: 5 },
        { type: "asOf", asOfMs: null },
      ),
    },
  );
});

export const arbitraryDeltas: fc.Arbitrary<readonly Delta[]> = fc.array(arbitraryDelta, { maxLength: 25 });

/** Whole clusters for "never throws" and order properties, with any states of their kinds. */
export const arbitrarySnapshotParts: fc.Arbitrary<SnapshotParts> = fc.record(
  {
    nodes: fc.array(arbitraryNode, { maxLength: 3 }),
    pods: fc.array(arbitraryPod, { maxLength: 8 }),
    services: fc.array(arbitraryService, { maxLength: 5 }),
    slices: fc.array(arbitrarySlice, { maxLength: 6 }),
    events: fc.array(arbitraryEvent, { maxLength: 2 }),
    deployments: fc.array(recordOf.deployments, { maxLength: 2 }),
    daemonsets: fc.array(recordOf.daemonsets, { maxLength: 2 }),
    configmaps: fc.array(arbitraryConfigMap, { maxLength: 2 }),
    kinds: fc.record(
      {
        nodes: arbitraryKindStatus,
        pods: arbitraryKindStatus,
        services: arbitraryKindStatus,
        endpointslices: arbitraryKindStatus,
        configmaps: arbitraryKindStatus,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
