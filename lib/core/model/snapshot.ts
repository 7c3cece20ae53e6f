import type { NodeName, PodKey, ServiceKey } from "./brands";
import type { ConfigMapRecord } from "./config-map";
import type { EndpointSliceRecord } from "./endpoint-slice";
import type { EventRecord } from "./event";
import type { NodeRecord } from "./node";
import type { PodRecord } from "./pod";
import type { KindStatus, ResourceKind, Warning } from "./resource-kind";
import type { ServiceRecord } from "./service";
import type { WorkloadRecord } from "./workload";

/** The record type of each kind. */
export type RecordOf = {
  readonly nodes: NodeRecord;
  readonly pods: PodRecord;
  readonly services: ServiceRecord;
  readonly endpointslices: EndpointSliceRecord;
  readonly events: EventRecord;
  readonly deployments: WorkloadRecord;
  readonly daemonsets: WorkloadRecord;
  readonly configmaps: ConfigMapRecord;
};

/** `namespace/name`, or the name alone for cluster-scoped kinds: the key of a record within its kind. */
export function recordKey(record: { readonly namespace: string; readonly name: string }): string {
  return record.namespace === "" ? record.name : `${record.namespace}/${record.name}`;
}

/** Positions of the service side that routing and claims look up by (routing.md section 7, "Cost"). */
export type ServicePortRef = { readonly service: ServiceRecord; readonly portIndex: number };

/** Immutable; iterates by key. */
export type RecordMap<K, V> = {
  /**
   * The keys whose record is another one than in `earlier`, or is there in one of the two only; in no order worth relying on.
   *
   * Cost: of two versions that lie close together, the changes between them and their common base; else both maps.
   */
  changedSince(earlier: ReadonlyMap<K, V>): readonly K[];
} & ReadonlyMap<K, V>;

/**
 * An immutable view of one cluster at one revision. Two snapshots with the same identity are the same; derived views are memoised on it.
 *
 * Maps are keyed by `recordKey`. Iteration order of the maps is by key, so that nothing depends on the order of events.
 */
export type Snapshot = {
  readonly cluster: string;
  readonly revision: number;
  /** When the last event was read (epoch ms); of a snapshot file when it was collected; null when not known. */
  readonly asOfMs: number | null;
  readonly version: string | null;
  readonly nodes: RecordMap<NodeName, NodeRecord>;
  readonly pods: RecordMap<PodKey, PodRecord>;
  readonly services: RecordMap<ServiceKey, ServiceRecord>;
  readonly endpointslices: RecordMap<string, EndpointSliceRecord>;
  readonly events: RecordMap<string, EventRecord>;
  readonly deployments: RecordMap<string, WorkloadRecord>;
  readonly daemonsets: RecordMap<string, WorkloadRecord>;
  readonly configmaps: RecordMap<string, ConfigMapRecord>;
  readonly kinds: Readonly<Record<ResourceKind, KindStatus>>;
  readonly warnings: readonly Warning[];
  readonly lookup: SnapshotLookup;
};

/** The secondary indexes, kept in step by the cluster index. Lists are sorted by key; an absent key is an empty list. */
export type SnapshotLookup = {
  /** Slices with label kubernetes.io/service-name = that Service, same namespace. */
  slicesOfService(key: ServiceKey): readonly EndpointSliceRecord[];
  /** Service ports with this nodePort number, any protocol. */
  servicePortsByNodePort(nodePort: number): readonly ServicePortRef[];
  /** Services whose healthCheckNodePort is this number. */
  servicesByHealthCheckNodePort(port: number): readonly ServiceRecord[];
  /** Services that have this (normalised) address as clusterIP, externalIP or load balancer ingress IP. */
  servicesByAddress(address: string): readonly ServiceRecord[];
  /** The pods (not Succeeded or Failed) that have this (normalised) address as podIP. */
  podsByAddress(address: string): readonly PodRecord[];
  /** Pods bound to this node. */
  podsOfNode(name: NodeName): readonly PodRecord[];
  /** Pods bound to this node that declare this number as hostPort (hostNetwork pods included). */
  podsByHostPort(name: NodeName, port: number): readonly PodRecord[];
  /** The nodes that list this (normalised) address. */
  nodesByAddress(address: string): readonly NodeRecord[];
  /** Pods of the namespace that the selector matches; an empty or null selector matches nothing. */
  podsBySelector(namespace: string, selector: Readonly<Record<string, string>> | null): readonly PodRecord[];
  /** The pods of the namespace, in groups that share one label set; no group is empty. */
  podsByLabelSet(namespace: string): readonly (readonly PodRecord[])[];
  /** The namespaces that hold pods. */
  podNamespaces(): readonly string[];
  /** Services of the pod's namespace whose selector matches its labels. */
  servicesSelecting(pod: PodRecord): readonly ServiceRecord[];
};

/**
 * What a source tells the index; the only way in.
 *
 * `replace`: these are all records of the kind in that scope (a namespace, or "all"); what else was there is gone, with its warnings.
 * `warnings`: what `key`'s object of that kind (or "" for the kind, a file, the connection) is warned about now; an empty list clears it.
 */
export type Delta =
  | {
      readonly [K in ResourceKind]:
        | { readonly type: "replace"; readonly kind: K; readonly scope: string; readonly records: readonly RecordOf[K][] }
        | { readonly type: "upsert"; readonly kind: K; readonly record: RecordOf[K] }
        | { readonly type: "remove"; readonly kind: K; readonly key: string };
    }[ResourceKind]
  | { readonly type: "warnings"; readonly kind: ResourceKind; readonly key: string; readonly warnings: readonly Warning[] }
  | { readonly type: "status"; readonly kind: ResourceKind; readonly status: KindStatus }
  | { readonly type: "version"; readonly version: string }
  | { readonly type: "asOf"; readonly asOfMs: number | null };
