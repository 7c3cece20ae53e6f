// Records for tests from the few fields that matter; everything else gets the value that a healthy cluster would show.
// Imported by tests only. `buildSnapshot` goes through the cluster index, as real sources do.

import { createClusterIndex } from "../cluster-index/cluster-index";
import type { ConfigMapRecord } from "../model/config-map";
import type { EndpointSliceRecord, SliceEndpoint, SlicePort } from "../model/endpoint-slice";
import type { EventRecord } from "../model/event";
import type { NodeRecord } from "../model/node";
import type { Placement } from "../model/placement";
import type { Container, ContainerPort, PodRecord } from "../model/pod";
import type { ProxySettings } from "../model/proxy-settings";
import {
  requiredKinds,
  resourceKinds,
  toKindStatus,
  type KindState,
  type KindStatus,
  type ResourceKind,
  type Warning,
} from "../model/resource-kind";
import type { LoadBalancerIngress, ServicePort, ServiceRecord } from "../model/service";
import type { Delta, Snapshot } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import { emptyPolicy, type Context, type Policy } from "../policy/policy";

/** 2026-05-12T14:43:00Z: "now" of tests unless they say otherwise. */
export const testNowMs = 1_778_596_980_000;

type Named<T> = Partial<T> & { readonly name: string };

const noPlacement: Placement = { nodeSelector: {}, requiredAffinity: null, tolerations: [] };

export const noProxySettings: ProxySettings = {
  mode: null,
  nodePortAddresses: null,
  clusterCIDRs: null,
  detectLocalMode: null,
  bindAddress: null,
  localhostNodePorts: null,
  masqueradeAll: null,
  ipvsScheduler: null,
};

/** `ip` adds an InternalIP after the given addresses; `zone` becomes the topology label. */
export function buildNode(partial: Named<NodeRecord> & { readonly ip?: string; readonly zone?: string }): NodeRecord {
  const { ip, zone, labels, addresses, ...rest } = partial;
  return {
    namespace: "",
    uid: `node-${partial.name}`,
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    podCIDRs: [],
    taints: [],
    unschedulable: false,
    ready: "True",
    kubeletVersion: "v1.36.3",
    containerRuntimeVersion: "containerd://2.1.0",
    proxyArgs: null,
    proxySigns: [],
    ...rest,
    labels: { ...labels, ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }) },
    addresses: [...(addresses ?? []), ...(ip === undefined ? [] : [{ type: "InternalIP" as const, address: ip }])],
  };
}

export function buildContainerPort(partial: Partial<ContainerPort> & { readonly containerPort: number }): ContainerPort {
  return { name: "", hostPort: 0, hostIP: "", protocol: "TCP", ...partial };
}

export type PartialContainer = Partial<Omit<Container, "ports">> & {
  readonly ports?: readonly (Partial<ContainerPort> & { readonly containerPort: number })[];
};

export function buildContainer(partial: PartialContainer = {}): Container {
  return { name: "main", role: "main", ...partial, ports: (partial.ports ?? []).map(buildContainerPort) };
}

/**
 * `ip` is one podIP; `node` sets nodeName; `ports` are those of one main container. A Running pod is ready unless `ready` says otherwise.
 * Declared ports of a hostNetwork pod get hostPort = containerPort, as the API defaults them.
 */
export function buildPod(
  partial: Partial<Omit<PodRecord, "containers">> & {
    readonly name: string;
    readonly ip?: string;
    readonly node?: string;
    readonly ports?: PartialContainer["ports"];
    readonly containers?: readonly PartialContainer[];
  },
): PodRecord {
  const { ip, node, ports, containers, ...rest } = partial;
  const hostNetwork = rest.hostNetwork ?? false;
  const phase = rest.phase ?? "Running";
  const built = [
    ...(ports === undefined && containers !== undefined ? [] : [buildContainer({ ports: ports ?? [] })]),
    ...(containers ?? []).map(buildContainer),
  ];
  return {
    namespace: "default",
    uid: `pod-${partial.namespace ?? "default"}-${partial.name}`,
    labels: {},
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    nodeName: node ?? null,
    hostNetwork,
    placement: noPlacement,
    phase,
    reason: "",
    podIPs: ip === undefined ? [] : [ip],
    hostIPs: [],
    startTimeMs: null,
    ready: phase === "Running",
    readyAtMs: null,
    runningSinceMs: null,
    proxyFlags: null,
    unschedulable: null,
    staticPod: false,
    nodePortLocal: [],
    ...rest,
    containers: hostNetwork ? built.map(withHostPorts) : built,
  };
}

export type PartialServicePort = Partial<ServicePort> & { readonly port: number };

/** `type` follows from the ports when absent: NodePort when one has a nodePort, else ClusterIP. `clusterIPs` derive from the name. */
export function buildService(
  partial: Partial<Omit<ServiceRecord, "ports" | "loadBalancerIngress">> & {
    readonly name: string;
    readonly ports?: readonly PartialServicePort[];
    readonly loadBalancerIngress?: readonly Partial<LoadBalancerIngress>[];
  },
): ServiceRecord {
  const namespace = partial.namespace ?? "default";
  const ports = (partial.ports ?? []).map((port) => ({ name: "", protocol: "TCP" as const, targetPort: port.port, nodePort: 0, ...port }));
  return {
    uid: `service-${namespace}-${partial.name}`,
    labels: {},
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    type: ports.some((port) => port.nodePort !== 0) ? "NodePort" : "ClusterIP",
    clusterIPs: [clusterIPOf(`${namespace}/${partial.name}`)],
    ipFamilies: ["IPv4"],
    selector: null,
    externalIPs: [],
    externalTrafficPolicy: "Cluster",
    internalTrafficPolicy: "Cluster",
    sessionAffinitySeconds: null,
    healthCheckNodePort: 0,
    allocateLoadBalancerNodePorts: true,
    loadBalancerSourceRanges: [],
    publishNotReadyAddresses: false,
    trafficDistribution: null,
    topologyMode: null,
    pinnedNodePorts: null,
    sharingKey: null,
    ...partial,
    namespace,
    ports,
    loadBalancerIngress: (partial.loadBalancerIngress ?? []).map((ingress) => ({ ip: null, hostname: null, ipMode: null, ...ingress })),
  };
}

export type PartialEndpoint = Partial<SliceEndpoint> & { readonly address: string; readonly node?: string; readonly pod?: string };

/** `node` sets nodeName, `pod` ("name" or "namespace/name") the targetRef. */
export function buildEndpoint(partial: PartialEndpoint, namespace = "default"): SliceEndpoint {
  const { node, pod, ...rest } = partial;
  const [podName, podNamespace] = (pod ?? "").split("/").reverse();
  return {
    ready: true,
    serving: true,
    terminating: false,
    nodeName: node ?? null,
    zone: null,
    hintZones: [],
    hintNodes: [],
    targetRef: pod === undefined || podName === undefined ? null : { kind: "Pod", namespace: podNamespace ?? namespace, name: podName },
    ...rest,
  };
}

/** `service` names the Service of the same namespace; one unnamed port 8080/TCP unless `ports` says otherwise. */
export function buildSlice(
  partial: Partial<Omit<EndpointSliceRecord, "ports" | "endpoints">> & {
    readonly service?: string;
    readonly ports?: readonly Partial<SlicePort>[];
    readonly endpoints?: readonly PartialEndpoint[];
  },
): EndpointSliceRecord {
  const { service, ports, endpoints, ...rest } = partial;
  const serviceName = rest.serviceName === undefined ? (service ?? null) : rest.serviceName;
  const namespace = rest.namespace ?? "default";
  const name = rest.name ?? `${serviceName ?? "slice"}-1`;
  return {
    uid: `slice-${namespace}-${name}`,
    labels: serviceName === null ? {} : { "kubernetes.io/service-name": serviceName },
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    addressType: "IPv4",
    convertedFrom: null,
    ...rest,
    namespace,
    name,
    serviceName,
    ports: (ports ?? [{}]).map((port) => ({ name: "", port: 8080, protocol: "TCP", ...port })),
    endpoints: (endpoints ?? []).map((endpoint) => buildEndpoint(endpoint, namespace)),
  };
}

export function buildWorkload(
  partial: Named<Omit<WorkloadRecord, "template">> & {
    readonly template?: Partial<Omit<WorkloadRecord["template"], "containers">> & { readonly containers?: readonly PartialContainer[] };
  },
): WorkloadRecord {
  const kind = partial.kind ?? "Deployment";
  return {
    namespace: "default",
    uid: `${kind}-${partial.namespace ?? "default"}-${partial.name}`,
    labels: {},
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    replicas: kind === "Deployment" ? 1 : null,
    strategy: { type: "RollingUpdate", maxUnavailable: null, maxSurge: null },
    ...partial,
    kind,
    template: {
      labels: {},
      hostNetwork: false,
      placement: noPlacement,
      ...partial.template,
      containers: (partial.template?.containers ?? []).map(buildContainer),
    },
  };
}

export function buildConfigMap(
  partial: Named<Omit<ConfigMapRecord, "proxy">> & { readonly proxy?: Partial<ProxySettings> | null },
): ConfigMapRecord {
  const { proxy, ...rest } = partial;
  return {
    namespace: "kube-system",
    uid: `configmap-${partial.name}`,
    labels: {},
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    ciliumKubeProxyReplacement: null,
    antreaProxyAll: null,
    ...rest,
    proxy: proxy === undefined || proxy === null ? null : { ...noProxySettings, ...proxy },
  };
}

export function buildEvent(partial: Named<EventRecord> & Pick<EventRecord, "reason" | "involvedObject">): EventRecord {
  return {
    namespace: partial.involvedObject.namespace === "" ? "default" : partial.involvedObject.namespace,
    uid: `event-${partial.name}`,
    labels: {},
    createdAtMs: null,
    deletedAtMs: null,
    controller: null,
    message: "",
    count: 1,
    firstAtMs: null,
    lastAtMs: null,
    ...partial,
  };
}

export type SnapshotParts = {
  readonly cluster?: string;
  readonly nodes?: readonly NodeRecord[];
  readonly pods?: readonly PodRecord[];
  readonly services?: readonly ServiceRecord[];
  readonly slices?: readonly EndpointSliceRecord[];
  readonly events?: readonly EventRecord[];
  readonly deployments?: readonly WorkloadRecord[];
  readonly daemonsets?: readonly WorkloadRecord[];
  readonly configmaps?: readonly ConfigMapRecord[];
  /** A state alone, or a whole status. Required kinds are live unless named here; optional ones are live when records are given, else notCollected. */
  readonly kinds?: { readonly [K in ResourceKind]?: KindState | Partial<KindStatus> };
  readonly warnings?: readonly Warning[];
  readonly version?: string;
  readonly asOfMs?: number;
};

/** A snapshot of these records, made by the cluster index. */
export function buildSnapshot(parts: SnapshotParts = {}): Snapshot {
  const index = createClusterIndex(parts.cluster ?? "test");
  index.apply(buildDeltas(parts));
  return index.snapshot();
}

/** The deltas that a source would send for these records. */
export function buildDeltas(parts: SnapshotParts): readonly Delta[] {
  const deltas: Delta[] = [
    { type: "replace", kind: "nodes", scope: "all", records: parts.nodes ?? [] },
    { type: "replace", kind: "pods", scope: "all", records: parts.pods ?? [] },
    { type: "replace", kind: "services", scope: "all", records: parts.services ?? [] },
    { type: "replace", kind: "endpointslices", scope: "all", records: parts.slices ?? [] },
    { type: "replace", kind: "events", scope: "all", records: parts.events ?? [] },
    { type: "replace", kind: "deployments", scope: "all", records: parts.deployments ?? [] },
    { type: "replace", kind: "daemonsets", scope: "all", records: parts.daemonsets ?? [] },
    { type: "replace", kind: "configmaps", scope: "all", records: parts.configmaps ?? [] },
  ];
  const given = { nodes: [], pods: [], services: [], endpointslices: parts.slices, ...parts } as Readonly<Record<string, unknown>>;
  for (const kind of resourceKinds) {
    const wanted = parts.kinds?.[kind];
    const collected = (requiredKinds as readonly string[]).includes(kind) || given[kind] !== undefined;
    const status =
      typeof wanted === "object" ? toKindStatus("live", wanted) : toKindStatus(wanted ?? (collected ? "live" : "notCollected"));
    deltas.push({ type: "status", kind, status });
  }
  if (parts.warnings !== undefined) deltas.push({ type: "warnings", kind: "services", key: "", warnings: parts.warnings });
  if (parts.version !== undefined) deltas.push({ type: "version", version: parts.version });
  if (parts.asOfMs !== undefined) deltas.push({ type: "asOf", asOfMs: parts.asOfMs });
  return deltas;
}

export function buildPolicy(partial: Partial<Policy> = {}): Policy {
  return { ...emptyPolicy, ...partial };
}

export function buildContext(policy: Partial<Policy> = {}, nowMs = testNowMs): Context {
  return { policy: buildPolicy(policy), nowMs };
}

function withHostPorts(container: Container): Container {
  return { ...container, ports: container.ports.map((port) => (port.hostPort === 0 ? { ...port, hostPort: port.containerPort } : port)) };
}

/** Distinct enough for tests, and the same for the same name. */
function clusterIPOf(key: string): string {
  let hash = 7;
  for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_000;
  return `10.96.${String(hash >> 8)}.${String(hash & 255)}`;
}
