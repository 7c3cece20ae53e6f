import type { Allocation } from "../model/allocation";
import { unknownKinds } from "../model/known";
import type { ResourceKind } from "../model/resource-kind";
import type { Snapshot } from "../model/snapshot";
import { countPorts, hasPort, nodePortRangeOf, splitNodePortRange } from "../policy/bands";
import type { Band, Context, PortRange } from "../policy/policy";

/** Numbers in a row that nobody claims. `band`: the policy's; `apiBand`: the API server's own, for nodePorts. */
export type FreeRange = {
  readonly kind: Band["kind"];
  readonly ports: PortRange;
  readonly count: number;
  readonly band: string | null;
  readonly apiBand: "static" | "dynamic" | null;
};

/** `unknown`: kinds that were missing, so that nothing of what they claim is called free. */
export type FreeRanges = { readonly ranges: readonly FreeRange[]; readonly unknown: readonly ResourceKind[] };

/**
 * The free stretches of the service node-port range and of the policy's hostPort bands.
 *
 * Input:   the allocations of the same snapshot, reservations included: a reserved number is not free. A hostPort counts as taken when any node has it.
 * Returns: sorted by kind (nodePort first) and number, cut at the borders of policy bands and of the API server's static band.
 *          A kind of claim whose objects could not all be read has no ranges: unknown is never free.
 */
export function buildFreeRanges(snapshot: Snapshot, context: Context, allocations: readonly Allocation[]): FreeRanges {
  const unknown = unknownKinds(snapshot, ["services", "pods"], null);
  const { range } = nodePortRangeOf(context.policy, snapshot.cluster);
  const bandsOf = (kind: Band["kind"]): readonly Band[] => context.policy.bands.filter((band) => band.kind === kind);
  const nodePorts = unknown.includes("services")
    ? []
    : freeNodePorts(range, bandsOf("nodePort"), takenBy(allocations, context, "nodePort"));
  const hostPorts = unknown.includes("pods") ? [] : freeHostPorts(bandsOf("hostPort"), takenBy(allocations, context, "hostPort"));
  return { ranges: [...nodePorts, ...hostPorts], unknown };
}

/** The numbers that claims and reservations of one kind take, on any node and of any protocol. */
export function takenBy(allocations: readonly Allocation[], { policy }: Context, kind: Band["kind"]): ReadonlySet<number> {
  const claims = kind === "nodePort" ? ["nodePort", "healthCheckNodePort"] : ["hostPort", "hostNetwork"];
  const reserved = new Set(policy.reservations.filter((reservation) => reservation.kind === kind).map(({ port }) => port));
  return new Set(
    allocations.flatMap((row) => (claims.includes(row.kind) || (row.kind === "reservation" && reserved.has(row.port)) ? [row.port] : [])),
  );
}

function freeNodePorts(range: PortRange, bands: readonly Band[], taken: ReadonlySet<number>): readonly FreeRange[] {
  const api = splitNodePortRange(range);
  return stretches(range, taken, (port) => {
    const apiBand = api.static !== null && hasPort(api.static, port) ? "static" : "dynamic";
    return { band: bands.find(({ ports }) => hasPort(ports, port))?.name ?? null, apiBand };
  }).map((stretch) => ({ kind: "nodePort", ...stretch }));
}

function freeHostPorts(bands: readonly Band[], taken: ReadonlySet<number>): readonly FreeRange[] {
  return [...bands]
    .sort((a, b) => a.ports.first - b.ports.first)
    .flatMap(({ name, ports }) =>
      stretches(ports, taken, () => ({ band: name, apiBand: null })).map((stretch) => ({ kind: "hostPort" as const, ...stretch })),
    );
}

type Place = Pick<FreeRange, "band" | "apiBand">;

function stretches(range: PortRange, taken: ReadonlySet<number>, placeOf: (port: number) => Place): readonly Omit<FreeRange, "kind">[] {
  const found: Omit<FreeRange, "kind">[] = [];
  let open: { first: number; place: Place } | null = null;
  const close = (last: number): void => {
    if (open === null) return;
    const ports = { first: open.first, last };
    found.push({ ports, count: countPorts(ports), ...open.place });
    open = null;
  };
  for (let port = range.first; port <= range.last; port += 1) {
    const place = placeOf(port);
    const current: { first: number; place: Place } | null = open;
    if (taken.has(port) || (current !== null && (current.place.band !== place.band || current.place.apiBand !== place.apiBand)))
      close(port - 1);
    if (!taken.has(port)) open ??= { first: port, place };
  }
  close(range.last);
  return found;
}
