// From the objects of a cluster to the table of who takes which port: claims per Service and pod, grouped into allocations.
// Knows nothing of routes: who wins a port is lib/core/routing, who is in the wrong is lib/core/rules.

import { dayOf } from "../basics/civil-date";
import { compareBy, compareNatural, compareText } from "../basics/order";
import { finish, type Steps } from "../basics/steps";
import type { Allocation } from "../model/allocation";
import type { ServiceKey } from "../model/brands";
import type { ClaimKind } from "../model/claim";
import { formatObjectRef } from "../model/meta";
import type { Group, Owner } from "../model/owner";
import { isKnownAlike, unknownKinds } from "../model/known";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveGroup, resolveOwner } from "../owners/owner";
import { bandOf } from "../policy/bands";
import type { Context, Policy } from "../policy/policy";
import { activeReservations } from "../policy/reservations";
import { findConcerned } from "./concerned-services";
import { findPodClaims, holdsItsPorts, isFinished, type PodClaim } from "./pod-claims";
import { findServiceClaims, type ServiceClaim } from "./service-claims";
import { surveyPods } from "./survey-pods";
import { findPortEndpoints, type PortEndpoint } from "./usable-endpoints";

/**
 * Who takes which port: the allocation table.
 *
 * Input:   `earlier`: the table of an earlier snapshot of the same index, when there is one: rows that no change since then can concern stay the same objects.
 * Returns: one row per kind, holder, port and protocol, sorted by port, protocol, namespace, holder, kind. `findings` is empty: joinFindings fills it.
 *          Owners and backends of a Service's row come from its usable endpoints; where EndpointSlices or pods of its namespace are not known,
 *          the row says which in `unknown` and its numbers are null. Reservations whose last day is over are no rows. The same with `earlier` as without.
 * Errors:  never throws; numbers that are no port make no row.
 */
export function buildAllocations(snapshot: Snapshot, context: Context, earlier?: readonly Allocation[]): readonly Allocation[] {
  return finish(buildAllocationsInSteps(snapshot, context, earlier));
}

/** The same in steps of one Service. */
export function* buildAllocationsInSteps(
  snapshot: Snapshot,
  context: Context,
  earlier?: readonly Allocation[],
): Steps<readonly Allocation[]> {
  // The clock counts by days only, for reservations: table, map and rules of one moment share the rows.
  const day = dayOf(context.nowMs);
  const known = memo.get(snapshot);
  if (known?.policy === context.policy && known.day === day) return known.rows;
  const last = earlier === undefined ? undefined : tables.get(earlier);
  const { cluster, kinds, nodes } = snapshot;
  // Which slices are seen depends on the nodes' version, what is unknown on the states of the kinds.
  const holds =
    last?.snapshot.cluster === cluster &&
    isKnownAlike(last.snapshot.kinds, kinds) &&
    last.snapshot.nodes === nodes &&
    last.policy === context.policy &&
    last.day === day;
  const table = yield* holds ? updateTable(snapshot, context, last) : buildTable(snapshot, context, day);
  memo.set(snapshot, table);
  tables.set(table.rows, table);
  return table.rows;
}

/** The rows, and whose they are: what the next table is made of. */
type Table = {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly day: number;
  readonly rows: readonly Allocation[];
  readonly ofServices: ReadonlyMap<ServiceKey, readonly Allocation[]>;
  readonly ofPods: readonly Allocation[];
};

const memo = new WeakMap<Snapshot, Table>();
const tables = new WeakMap<readonly Allocation[], Table>();

function* buildTable(snapshot: Snapshot, context: Context, day: number): Steps<Table> {
  const ofServices = new Map<ServiceKey, readonly Allocation[]>();
  for (const [key, service] of snapshot.services) {
    yield;
    ofServices.set(key, buildServiceRows(snapshot, context.policy, service));
  }
  const ofPods = buildPodRows(snapshot, context.policy);
  const rows = [...[...ofServices.values()].flat(), ...ofPods, ...buildReservationRows(context)].sort(compareAllocations);
  return { snapshot, policy: context.policy, day, rows, ofServices, ofPods };
}

/** Rows of what a change concerns are taken out and put in anew. */
function* updateTable(snapshot: Snapshot, { policy }: Context, last: Table): Steps<Table> {
  const concerned = yield* findConcerned(last.snapshot, snapshot);
  const out = new Set(concerned.flatMap((key) => last.ofServices.get(key) ?? []));
  const added: Allocation[] = [];
  const ofServices = new Map(last.ofServices);
  for (const key of concerned) {
    yield;
    const service = snapshot.services.get(key);
    if (service === undefined) ofServices.delete(key);
    else {
      const rows = buildServiceRows(snapshot, policy, service);
      ofServices.set(key, rows);
      added.push(...rows);
    }
  }
  let ofPods = last.ofPods;
  if (surveyPods(snapshot).hostPorts !== surveyPods(last.snapshot).hostPorts) {
    for (const row of ofPods) out.add(row);
    ofPods = buildPodRows(snapshot, policy);
    added.push(...ofPods);
  }
  const kept = out.size === 0 ? last.rows : last.rows.filter((row) => !out.has(row));
  return { ...last, snapshot, ofServices, ofPods, rows: merge(kept, added.sort(compareAllocations)) };
}

/** Two sorted lists as one. */
function merge(kept: readonly Allocation[], added: readonly Allocation[]): readonly Allocation[] {
  const rows: Allocation[] = [];
  let next = 0;
  for (const row of kept) {
    for (let other = added[next]; other !== undefined && compareAllocations(other, row) < 0; other = added[next]) {
      rows.push(other);
      next += 1;
    }
    rows.push(row);
  }
  return [...rows, ...added.slice(next)];
}

/** The order of the table wherever nobody asked for another one. */
export const compareAllocations = compareBy<Pick<Allocation, "port" | "protocol" | "namespace" | "holder" | "kind">>(
  (a, b) => a.port - b.port,
  (a, b) => compareText(a.protocol, b.protocol),
  (a, b) => compareText(a.namespace, b.namespace),
  (a, b) => compareText(a.holder.name, b.holder.name),
  (a, b) => compareText(a.holder.kind, b.holder.kind),
  (a, b) => compareText(a.kind, b.kind),
);

const noRow = {
  owners: [],
  groups: [],
  selector: null,
  nodes: "all",
  addresses: [],
  externalTrafficPolicy: null,
  backends: null,
  band: null,
  findings: [],
  createdAtMs: null,
  note: null,
  unknown: [],
} as const satisfies Partial<Allocation>;

type RowHead = Pick<Allocation, "id" | "kind" | "namespace" | "holder" | "port" | "protocol">;

function headOf(kind: ClaimKind, holder: Owner, port: number, protocol: Allocation["protocol"]): RowHead {
  const id = [kind, holder.namespace, holder.kind, holder.name, port, protocol].join("/");
  return { id, kind, namespace: holder.namespace, holder: { kind: holder.kind, name: holder.name }, port, protocol };
}

function buildServiceRows(snapshot: Snapshot, policy: Policy, service: ServiceRecord): readonly Allocation[] {
  const holder: Owner = { kind: "Service", namespace: service.namespace, name: service.name };
  const rows: Allocation[] = [];
  for (const [id, claims] of groupBy(findServiceClaims(service), ({ claim }) => serviceClaimHead(claim, holder).id)) {
    const [first] = claims;
    if (first === undefined) continue;
    const { claim } = first;
    const isNodeClaim = claim.kind === "nodePort" || claim.kind === "healthCheckNodePort";
    const addresses = claims.flatMap((each) => ("address" in each.claim ? [each.claim.address] : []));
    rows.push({
      ...noRow,
      ...serviceClaimHead(claim, holder),
      id,
      ...describeBackends(snapshot, service, claims),
      selector: service.selector,
      addresses: [...new Set(addresses)].sort(compareNatural),
      // Of a Service that is known in part only (a printed table) it is the API's default, not what stands there.
      externalTrafficPolicy: snapshot.kinds.services.state === "notCollected" ? null : service.externalTrafficPolicy,
      band: isNodeClaim ? (bandOf(policy, "nodePort", claim.port)?.name ?? null) : null,
      createdAtMs: service.createdAtMs,
    });
  }
  return rows;
}

function serviceClaimHead(claim: ServiceClaim["claim"], holder: Owner): RowHead {
  return headOf(claim.kind, holder, claim.port, claim.kind === "healthCheckNodePort" ? "TCP" : claim.protocol);
}

/** Owners, groups and counts of the endpoints behind a Service's claims on one port; none for the health-check port, which has no backends. */
function describeBackends(
  snapshot: Snapshot,
  service: ServiceRecord,
  claims: readonly ServiceClaim[],
): Pick<Allocation, "owners" | "groups" | "backends" | "unknown"> {
  const ports = [...new Set(claims.flatMap(({ port }) => (port === null ? [] : [port])))];
  if (ports.length === 0) return { owners: [], groups: [], backends: null, unknown: [] };
  const unknown = unknownKinds(snapshot, ["pods", "endpointslices"], service.namespace);
  if (unknown.includes("endpointslices")) return { owners: [], groups: [], backends: { ready: null, total: null }, unknown };
  const endpoints = ports.flatMap((port) => findPortEndpoints(snapshot, service, port));
  const usable = endpoints.filter((each) => each.usable);
  return {
    ...describePods(usable.flatMap(({ pod }) => pod ?? [])),
    backends: { ready: countBackends(usable), total: countBackends(endpoints) },
    unknown,
  };
}

/** A dual-stack pod is one backend, although each family lists it. */
function countBackends(endpoints: readonly PortEndpoint[]): number {
  return new Set(endpoints.map(({ pod, address, port }) => `${pod === null ? address : `${pod.namespace}/${pod.name}`} ${String(port)}`))
    .size;
}

function buildPodRows(snapshot: Snapshot, policy: Policy): readonly Allocation[] {
  const claims = surveyPods(snapshot).hostPorts.flatMap((pod) =>
    isFinished(pod) ? [] : findPodClaims(pod).map((claim) => ({ pod, claim })),
  );
  const owners = new Map<PodRecord, Owner>();
  for (const { pod } of claims) if (!owners.has(pod)) owners.set(pod, resolveOwner(pod));
  const ownerOf = (pod: PodRecord): Owner => owners.get(pod) ?? resolveOwner(pod);
  const headOfClaim = ({ pod, claim }: { readonly pod: PodRecord; readonly claim: PodClaim }): RowHead =>
    headOf(claim.kind, ownerOf(pod), claim.port, claim.protocol);

  return [...groupBy(claims, (each) => headOfClaim(each).id)].flatMap(([, members]): readonly Allocation[] => {
    const holding = members.filter(({ pod }) => holdsItsPorts(pod));
    const [first] = holding;
    if (first === undefined) return [];
    const hostIPs = holding.map(({ claim }) => claim.hostIP);
    const pods = [...new Set(members.map(({ pod }) => pod))];
    const createdAtMs = pods.flatMap((pod) => pod.createdAtMs ?? []);
    return [
      {
        ...noRow,
        ...headOfClaim(first),
        ...describePods(pods),
        nodes: [...new Set(holding.map(({ claim }) => claim.node))].sort(compareNatural),
        addresses: hostIPs.includes("") ? [] : [...new Set(hostIPs)].sort(compareNatural),
        backends: { ready: pods.filter((pod) => pod.ready).length, total: pods.length },
        band: bandOf(policy, "hostPort", first.claim.port)?.name ?? null,
        createdAtMs: createdAtMs.length === 0 ? null : createdAtMs.reduce((a, b) => Math.min(a, b)),
      },
    ];
  });
}

function buildReservationRows({ policy, nowMs }: Context): readonly Allocation[] {
  const reservations = activeReservations(policy, nowMs).map((reservation) => ({
    reservation,
    // A nodePort number is reserved for every protocol; a hostPort's too when the policy names none.
    protocol: reservation.kind === "nodePort" ? ("any" as const) : (reservation.protocol ?? ("any" as const)),
  }));
  return [...groupBy(reservations, ({ reservation, protocol }) => `${String(reservation.port)} ${protocol}`)].flatMap(
    ([, members]): readonly Allocation[] => {
      const [first] = members;
      if (first === undefined) return [];
      const holder: Owner = { kind: "Reservation", namespace: "", name: String(first.reservation.port) };
      const nodes = members.map(({ reservation }) => (reservation.kind === "nodePort" ? null : reservation.node));
      return [
        {
          ...noRow,
          ...headOf("reservation", holder, first.reservation.port, first.protocol),
          nodes: nodes.includes(null) ? "all" : [...new Set(nodes.flatMap((node) => node ?? []))].sort(compareNatural),
          note: [...new Set(members.map(({ reservation }) => reservation.purpose))].join("; "),
        },
      ];
    },
  );
}

function describePods(pods: readonly PodRecord[]): { readonly owners: readonly Owner[]; readonly groups: readonly Group[] } {
  const owners = new Map<string, Owner>();
  const groups = new Map<string, Group>();
  for (const pod of new Set(pods)) {
    const owner = resolveOwner(pod);
    owners.set(formatObjectRef(owner), owner);
    const group = resolveGroup(pod);
    if (group !== null) groups.set(`${group.kind} ${group.name}`, group);
  }
  const byKey = <T>(map: ReadonlyMap<string, T>): readonly T[] => [...map].sort(([a], [b]) => compareText(a, b)).map(([, value]) => value);
  return { owners: byKey(owners), groups: byKey(groups) };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
