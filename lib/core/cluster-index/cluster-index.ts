// The only mutable state of core: takes deltas from a source and hands out immutable snapshots with their secondary indexes.
// It must not know where records come from, nor what anybody asks of a snapshot. One file per secondary index stands beside it.

import { assertNever } from "../basics/assert-never";
import { isEqual } from "../basics/equal";
import { normaliseAddress } from "../basics/ip";
import { compareBy, compareText } from "../basics/order";
import { finish, type Steps } from "../basics/steps";
import { resourceKinds, toKindStatus, type KindStatus, type ResourceKind, type Warning } from "../model/resource-kind";
import { recordKey, type Delta, type RecordOf, type ServicePortRef, type Snapshot, type SnapshotLookup } from "../model/snapshot";
import { LayeredMap } from "./layered-map";
import { createNodesByAddress } from "./nodes-by-address";
import { createPodsByAddress } from "./pods-by-address";
import { createPodsByHostPort, podsAtNode } from "./pods-by-host-port";
import { createPodsBySelector } from "./pods-by-selector";
import { createPodsOfNode } from "./pods-of-node";
import { createServicesByAddress } from "./services-by-address";
import { createServicesByHealthCheckPort } from "./services-by-health-check-port";
import { createServicesByNodePort } from "./services-by-node-port";
import { createServicesSelecting } from "./services-selecting";
import { createSlicesOfService } from "./slices-of-service";

export type ClusterIndex = {
  apply(deltas: readonly Delta[]): void;
  /** The same in steps: nothing else is applied, and no snapshot taken, before the last of them. */
  applyInSteps(deltas: readonly Delta[]): Steps<void>;
  /** The state now. The same object until something changes; later changes never reach an earlier one. */
  snapshot(): Snapshot;
};

type AnyRecord = RecordOf[ResourceKind];
type Changes = Map<string, AnyRecord | undefined>;
type Table = { current: LayeredMap<string, AnyRecord>; pending: Changes };
type WarningEntry = { readonly kind: ResourceKind; readonly key: string; readonly warnings: readonly Warning[] };

/**
 * Keeps the records of one cluster and everything that is looked up by.
 *
 * Input:   deltas as a source sends them (Delta says what each means). What they hold is not judged here: any record is taken.
 * Returns: an index whose kinds are all `syncing` until the source reports their status. `revision` rises with every change that changes something.
 * Errors:  never throws.
 * Cost:    `apply` is linear in the deltas; `snapshot` in what changed since the last one, plus a kind's records now and then.
 */
export function createClusterIndex(cluster: string): ClusterIndex {
  const tables = eachKind<Table>(() => ({ current: LayeredMap.empty<string, AnyRecord>("sorted"), pending: new Map<string, AnyRecord>() }));
  const secondary = createSecondaryIndexes();
  const warnings = new Map<string, WarningEntry>();
  let kinds: Readonly<Record<ResourceKind, KindStatus>> = eachKind(() => initialStatus);
  let version: string | null = null;
  let asOfMs: number | null = null;
  let revision = 0;
  let changed = true;
  let sortedWarnings: readonly Warning[] | null = [];
  let latest: Snapshot | null = null;

  const get = (kind: ResourceKind, key: string): AnyRecord | undefined => {
    const { current, pending } = tables[kind];
    const record = pending.get(key);
    return record === undefined && !pending.has(key) ? current.get(key) : record;
  };

  const set = (kind: ResourceKind, key: string, after: AnyRecord | undefined): void => {
    const before = get(kind, key);
    // A re-list brings equal records as new objects: the old ones stay, so that nothing seems to have changed.
    if (isEqual(before, after)) return;
    tables[kind].pending.set(key, after);
    secondary.change(kind, key, before, after);
    changed = true;
  };

  const setWarnings = (kind: ResourceKind, key: string, list: readonly Warning[]): void => {
    const id = `${kind} ${key}`;
    if (isEqual(warnings.get(id)?.warnings ?? [], list)) return;
    if (list.length === 0) warnings.delete(id);
    else warnings.set(id, { kind, key, warnings: list });
    sortedWarnings = null;
    changed = true;
  };

  function* replace(kind: ResourceKind, scope: string, records: readonly AnyRecord[]): Steps<void> {
    const given = new Map<string, AnyRecord>();
    for (const record of records) {
      yield;
      given.set(recordKey(record), record);
    }
    const isGone = (key: string): boolean => !given.has(key) && (scope === "all" || key.startsWith(`${scope}/`));
    const { current, pending } = tables[kind];
    for (const key of [...current.keys(), ...pending.keys()]) {
      yield;
      if (isGone(key)) set(kind, key, undefined);
    }
    for (const entry of [...warnings.values()])
      if (entry.kind === kind && entry.key !== "" && isGone(entry.key)) setWarnings(kind, entry.key, []);
    for (const [key, record] of given) {
      yield;
      set(kind, key, record);
    }
  }

  const applyOne = (delta: Exclude<Delta, { readonly type: "replace" }>): void => {
    switch (delta.type) {
      case "upsert":
        set(delta.kind, recordKey(delta.record), delta.record);
        return;
      case "remove":
        set(delta.kind, delta.key, undefined);
        setWarnings(delta.kind, delta.key, []);
        return;
      case "warnings":
        setWarnings(delta.kind, delta.key, delta.warnings);
        return;
      case "status":
        if (isEqual(kinds[delta.kind], delta.status)) return;
        kinds = { ...kinds, [delta.kind]: delta.status };
        changed = true;
        return;
      case "version":
        changed ||= version !== delta.version;
        version = delta.version;
        return;
      case "asOf":
        changed ||= asOfMs !== delta.asOfMs;
        asOfMs = delta.asOfMs;
        return;
      default:
        assertNever(delta);
    }
  };

  function* applyInSteps(deltas: readonly Delta[]): Steps<void> {
    for (const delta of deltas) {
      yield;
      if (delta.type === "replace") yield* replace(delta.kind, delta.scope, delta.records);
      else applyOne(delta);
    }
    if (changed && latest !== null) revision = latest.revision + 1;
  }

  return {
    apply: (deltas) => {
      finish(applyInSteps(deltas));
    },
    applyInSteps,
    snapshot() {
      if (latest !== null && !changed) return latest;
      for (const kind of resourceKinds) {
        const table = tables[kind];
        table.current = table.current.with(table.pending);
        table.pending = new Map();
      }
      sortedWarnings ??= [...warnings.values()].flatMap((entry) => entry.warnings).sort(compareWarnings);
      // Each table only ever gets records of its own kind: Delta pairs them.
      const records = Object.fromEntries(resourceKinds.map((kind) => [kind, tables[kind].current])) as unknown as {
        readonly [K in ResourceKind]: Snapshot[K];
      };
      latest = { cluster, revision, asOfMs, version, ...records, kinds, warnings: sortedWarnings, lookup: secondary.snapshot() };
      changed = false;
      return latest;
    },
  };
}

const initialStatus = toKindStatus("syncing");

const compareWarnings = compareBy<Warning>(
  (a, b) => compareText(a.object, b.object),
  (a, b) => compareText(a.message, b.message),
);

function eachKind<T>(make: () => T): Readonly<Record<ResourceKind, T>> {
  return Object.fromEntries(resourceKinds.map((kind) => [kind, make()])) as Record<ResourceKind, T>;
}

function createSecondaryIndexes() {
  const slicesOfService = createSlicesOfService();
  const servicesByNodePort = createServicesByNodePort();
  const servicesByHealthCheckPort = createServicesByHealthCheckPort();
  const servicesByAddress = createServicesByAddress();
  const podsByAddress = createPodsByAddress();
  const podsOfNode = createPodsOfNode();
  const podsByHostPort = createPodsByHostPort();
  const nodesByAddress = createNodesByAddress();
  const podsBySelector = createPodsBySelector();
  const servicesSelecting = createServicesSelecting();
  const buckets = [
    slicesOfService,
    servicesByNodePort,
    servicesByHealthCheckPort,
    servicesByAddress,
    podsByAddress,
    podsOfNode,
    podsByHostPort,
    nodesByAddress,
  ];

  const changes: { readonly [K in ResourceKind]?: (key: string, before: RecordOf[K] | undefined, after: RecordOf[K] | undefined) => void } =
    {
      nodes: nodesByAddress.change,
      endpointslices: slicesOfService.change,
      services: (key, before, after) => {
        for (const index of [servicesByNodePort, servicesByHealthCheckPort, servicesByAddress, servicesSelecting])
          index.change(key, before, after);
        podsBySelector.noteSelector(after?.selector ?? null);
      },
      pods: (key, before, after) => {
        for (const index of [podsByAddress, podsOfNode, podsByHostPort]) index.change(key, before, after);
        podsBySelector.changePod(key, before, after);
      },
    };

  return {
    change(kind: ResourceKind, key: string, before: AnyRecord | undefined, after: AnyRecord | undefined): void {
      // The kind names the type of its records; the compiler cannot follow that through the table.
      const change = changes[kind] as ((key: string, before: AnyRecord | undefined, after: AnyRecord | undefined) => void) | undefined;
      change?.(key, before, after);
    },
    snapshot(): SnapshotLookup {
      for (const index of buckets) index.flush();
      const byNodePort = servicesByNodePort.buckets();
      const byHealthCheckPort = servicesByHealthCheckPort.buckets();
      const byServiceAddress = servicesByAddress.buckets();
      const slices = slicesOfService.buckets();
      const byPodAddress = podsByAddress.buckets();
      const ofNode = podsOfNode.buckets();
      const byHostPort = podsByHostPort.buckets();
      const byNodeAddress = nodesByAddress.buckets();
      return {
        slicesOfService: slices.get,
        servicePortsByNodePort: (nodePort) => byNodePort.get(nodePort).flatMap((service) => portsHolding(service, nodePort)),
        servicesByHealthCheckNodePort: byHealthCheckPort.get,
        servicesByAddress: (address) => byServiceAddress.get(normaliseAddress(address)),
        podsByAddress: (address) => byPodAddress.get(normaliseAddress(address)),
        podsOfNode: ofNode.get,
        podsByHostPort: (node, port) => podsAtNode(byHostPort.get(port), node),
        nodesByAddress: (address) => byNodeAddress.get(normaliseAddress(address)),
        ...podsBySelector.snapshot(),
        servicesSelecting: servicesSelecting.snapshot(),
      };
    },
  };
}

function portsHolding(service: RecordOf["services"], nodePort: number): readonly ServicePortRef[] {
  const refs: ServicePortRef[] = [];
  for (const [portIndex, port] of service.ports.entries()) if (port.nodePort === nodePort) refs.push({ service, portIndex });
  return refs;
}
