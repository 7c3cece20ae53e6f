// Which number, or which numbers in a row, may be given away: the question of `portolan free` and of the Ranges view.
// Knows objects and policy, never the clock; says why, and says so when it cannot know.

import { unknownKinds } from "../model/known";
import type { ResourceKind } from "../model/resource-kind";
import type { Snapshot } from "../model/snapshot";
import { hasPort, splitNodePortRange } from "../policy/bands";
import type { Band, Context, PortRange } from "../policy/policy";
import { listFamilies } from "../rules/support/families";
import { knowNodePortRange } from "../rules/support/node-port-range";
import { findObstacles, type Obstacle, type ObstacleKind } from "./obstacles";

/**
 * `count` numbers in a row; the first is a multiple of `align` from the band's first port, else from the first of the largest family, else from the range's.
 * `band`: a policy band of that kind; null = where nobody was promised anything. `node`: host ports of this node alone matter; null = of every node.
 * `alignFrom` overrides where `align` counts from.
 */
export type FreeQuery = {
  readonly kind: Band["kind"];
  readonly count: number;
  readonly align: number;
  readonly band: string | null;
  readonly node: string | null;
  readonly alignFrom?: number;
};

/** What an answer rests on. `skipped`: numbers before it (all of them when there is none) that were passed over, by reason. */
export type FreeFact =
  | { readonly code: "in-static-band" | "in-dynamic-band"; readonly ports: PortRange }
  | { readonly code: "looked-at"; readonly kind: Band["kind"]; readonly node: string | null }
  | { readonly code: "skipped"; readonly why: ObstacleKind; readonly by: readonly string[]; readonly ports: readonly PortRange[] }
  | { readonly code: "aligned"; readonly align: number; readonly from: number }
  | { readonly code: "no-room"; readonly count: number; readonly align: number; readonly longest: number }
  | { readonly code: "unknown"; readonly missing: readonly ResourceKind[]; readonly namespaces: "all" | readonly string[] }
  | { readonly code: "range-unknown" };

export type FreePorts = FreeQuery & { readonly ports: readonly number[]; readonly facts: readonly FreeFact[] };

/**
 * The next free ports.
 *
 * Input:   `count` and `align` at least 1; a band that the policy has.
 * Returns: `ports` empty when there is no room, or when what holds such numbers could not be read: unknown is never free. Static numbers come before dynamic
 *          ones. Numbers that a session announces, gaps of a family, blocks, ports of the machine and other people's bands are passed over.
 * Errors:  never throws.
 */
export function findFreePorts(snapshot: Snapshot, context: Context, query: FreeQuery): FreePorts {
  const needed = [neededKind(query.kind)];
  const missing = unknownKinds(snapshot, needed, null);
  if (missing.length > 0) return { ...query, ports: [], facts: [sayUnknown(snapshot, missing)] };
  const place = searchPlaces(snapshot, context, query);
  if (place === null) return { ...query, ports: [], facts: [{ code: "range-unknown" }] };
  const { whole, parts, apiBands } = place;
  const obstacleOf = findObstacles(snapshot, context, query);
  const from = query.alignFrom ?? alignFrom(snapshot, context, query, whole);
  let first: number | null = null;
  for (const part of parts) first ??= findRun(part, query, from, obstacleOf);
  const seen = first === null ? whole : { first: whole.first, last: first - 1 };
  const doubts = unknownKinds(snapshot, ["pods", "services"], null).filter((kind) => !needed.includes(kind));
  const aligned: readonly FreeFact[] = query.align > 1 ? [{ code: "aligned", align: query.align, from }] : [];
  const tail: readonly FreeFact[] = [...listSkipped(seen, obstacleOf), ...(doubts.length === 0 ? [] : [sayUnknown(snapshot, doubts)])];
  if (first === null) {
    const longest = longestRun(whole, obstacleOf);
    return { ...query, ports: [], facts: [{ code: "no-room", count: query.count, align: query.align, longest }, ...aligned, ...tail] };
  }
  const start = first;
  return {
    ...query,
    ports: Array.from({ length: query.count }, (_, step) => start + step),
    facts: [...sayApiBand(apiBands, start), { code: "looked-at", kind: query.kind, node: query.node }, ...aligned, ...tail],
  };
}

/**
 * Every number that may be given away, one by one, in the order in which `findFreePorts` would name them.
 *
 * Returns: empty when none is free, or when what holds such numbers could not be read.
 */
export function listFreePorts(
  snapshot: Snapshot,
  context: Context,
  question: Pick<FreeQuery, "kind" | "band" | "node">,
): readonly number[] {
  const query = { ...question, count: 1, align: 1 };
  if (unknownKinds(snapshot, [neededKind(query.kind)], null).length > 0) return [];
  const place = searchPlaces(snapshot, context, query);
  if (place === null) return [];
  const obstacleOf = findObstacles(snapshot, context, query);
  const free = new Set<number>();
  for (const { first, last } of place.parts) {
    for (let port = first; port <= last; port += 1) if (obstacleOf(port) === null) free.add(port);
  }
  return [...free];
}

function neededKind(kind: FreeQuery["kind"]): ResourceKind {
  return kind === "nodePort" ? "services" : "pods";
}

type ApiBands = ReturnType<typeof splitNodePortRange> | null;
type Places = { readonly whole: PortRange; readonly parts: readonly PortRange[]; readonly apiBands: ApiBands };

/** Host ports are looked for above the privileged ones first, and without a band below the node ports alone. */
const firstUnprivileged = 1024;

function searchPlaces(snapshot: Snapshot, context: Context, { kind, band }: FreeQuery): Places | null {
  const range = knowNodePortRange(snapshot, context)?.range ?? null;
  const apiBands = kind === "nodePort" && range !== null ? splitNodePortRange(range) : null;
  const named = context.policy.bands.find((each) => each.kind === kind && each.name === band);
  if (named !== undefined) {
    const { first, last } = named.ports;
    const unprivileged = kind === "hostPort" && first < firstUnprivileged && last >= firstUnprivileged;
    return { whole: named.ports, parts: [...(unprivileged ? [{ first: firstUnprivileged, last }] : []), named.ports], apiBands };
  }
  if (range === null) return null;
  if (kind === "hostPort") {
    const whole = { first: firstUnprivileged, last: Math.max(firstUnprivileged, range.first - 1) };
    return { whole, parts: [whole], apiBands };
  }
  return { whole: range, parts: [...(apiBands?.static == null ? [] : [apiBands.static]), range], apiBands };
}

function alignFrom(snapshot: Snapshot, { policy }: Context, { kind, band }: FreeQuery, whole: PortRange): number {
  const named = policy.bands.find((each) => each.kind === kind && each.name === band);
  if (named !== undefined) return named.ports.first;
  const [largest] = kind === "nodePort" ? [...listFamilies(snapshot)].sort((a, b) => b.ports.length - a.ports.length) : [];
  return largest?.ports[0] ?? whole.first;
}

function findRun(
  range: PortRange,
  { count, align }: FreeQuery,
  from: number,
  obstacleOf: (port: number) => Obstacle | null,
): number | null {
  let start = range.first + ((((from - range.first) % align) + align) % align);
  while (start + count - 1 <= range.last) {
    let taken = start + count - 1;
    while (taken >= start && obstacleOf(taken) === null) taken -= 1;
    if (taken < start) return start;
    // No block that holds the taken number can be free: go on behind it.
    start += align * Math.ceil((taken + 1 - start) / align);
  }
  return null;
}

function longestRun({ first, last }: PortRange, obstacleOf: (port: number) => Obstacle | null): number {
  let longest = 0;
  let current = 0;
  for (let port = first; port <= last; port += 1) {
    current = obstacleOf(port) === null ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** The numbers passed over, by reason; runs together. What is merely claimed or outside is no news, but the rest is. */
function listSkipped({ first, last }: PortRange, obstacleOf: (port: number) => Obstacle | null): readonly FreeFact[] {
  const groups = new Map<ObstacleKind, { readonly by: Set<string>; readonly ports: { first: number; last: number }[] }>();
  for (let port = first; port <= last; port += 1) {
    const obstacle = obstacleOf(port);
    if (obstacle === null) continue;
    const group = groups.get(obstacle.why) ?? { by: new Set<string>(), ports: [] };
    groups.set(obstacle.why, group);
    if (obstacle.by !== null) group.by.add(obstacle.by);
    const run = group.ports.at(-1);
    if (run?.last === port - 1) run.last = port;
    else group.ports.push({ first: port, last: port });
  }
  return [...groups].map(([why, { by, ports }]) => ({ code: "skipped", why, by: [...by], ports }));
}

function sayApiBand(bands: ApiBands, port: number): readonly FreeFact[] {
  if (bands === null) return [];
  if (bands.static !== null && hasPort(bands.static, port)) return [{ code: "in-static-band", ports: bands.static }];
  return hasPort(bands.dynamic, port) ? [{ code: "in-dynamic-band", ports: bands.dynamic }] : [];
}

function sayUnknown(snapshot: Snapshot, missing: readonly ResourceKind[]): FreeFact {
  const whole = missing.some((kind) => ["syncing", "forbidden", "notCollected"].includes(snapshot.kinds[kind].state));
  const namespaces = missing.flatMap((kind) => snapshot.kinds[kind].forbiddenNamespaces);
  return { code: "unknown", missing, namespaces: whole || namespaces.length === 0 ? "all" : [...new Set(namespaces)].sort() };
}
