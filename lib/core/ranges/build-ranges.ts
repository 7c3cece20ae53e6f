// Who was promised which numbers, how much of it is used, and who sits where: the Ranges view as one value.

import { poolOf } from "../inventory/port-map-nodes";
import { takenBy } from "../inventory/build-free-ranges";
import type { Allocation } from "../model/allocation";
import { toNodeName } from "../model/brands";
import type { Evaluation, Severity } from "../model/finding";
import { unknownKinds } from "../model/known";
import type { ResourceKind } from "../model/resource-kind";
import type { Snapshot } from "../model/snapshot";
import { compareNatural, compareText } from "../basics/order";
import { countPorts, hasPort, splitNodePortRange } from "../policy/bands";
import { resolveAssumptions, type Band, type Context, type PortRange, type Reservation } from "../policy/policy";
import { daysLeft } from "../policy/reservations";
import { knowNodePortRange } from "../rules/support/node-port-range";
import { findFreePorts } from "./find-free-ports";

/** `used`: numbers taken or reserved. `nextFree`, `nextBlock` null: none, or that cannot be known. */
export type BandView = Band & {
  readonly used: number;
  readonly size: number;
  readonly nextFree: number | null;
  readonly nextBlock: PortRange | null;
};

/** A nodePort number in use. `unknown`: who answers there could not be read. `severity`: the worst finding on it that nobody acknowledged. */
export type NumberInUse = {
  readonly port: number;
  readonly state: "taken" | "healthCheck" | "unknown";
  readonly holders: readonly string[];
  readonly severity: Severity | null;
};

/** Host ports of one node pool; `nodes` of a port: on how many of the pool's nodes it is held. */
export type PoolPorts = {
  readonly pool: string | null;
  readonly nodes: number;
  readonly ports: readonly { readonly port: number; readonly protocol: string; readonly holder: string; readonly nodes: number }[];
};

export type Ranges = {
  /** Null: numbers outside of the usual range are in use, and nothing tells the range. */
  readonly nodePorts: {
    readonly range: PortRange;
    readonly from: "policy" | "event" | "default";
    readonly static: PortRange | null;
    readonly dynamic: PortRange;
  } | null;
  readonly block: number;
  readonly bands: readonly BandView[];
  readonly numbers: readonly NumberInUse[];
  readonly reservations: readonly (Reservation & { readonly daysLeft: number | null })[];
  readonly pools: readonly PoolPorts[];
  readonly unknown: readonly ResourceKind[];
};

/**
 * The numbers of a cluster in order.
 *
 * Input:   allocations and evaluation of the same snapshot and context; `block`: how long the blocks are that bands are asked for.
 * Returns: bands in the policy's order; numbers rising; reservations by their last day, then by number, those for ever last.
 */
export function buildRanges(
  snapshot: Snapshot,
  context: Context,
  derived: { readonly allocations: readonly Allocation[]; readonly evaluation: Evaluation },
  block: number,
): Ranges {
  const known = knowNodePortRange(snapshot, context);
  const forEver = Number.MAX_SAFE_INTEGER;
  return {
    nodePorts: known === null ? null : { ...known, ...splitNodePortRange(known.range) },
    block,
    bands: context.policy.bands.map((band) => viewBand(snapshot, context, derived.allocations, band, block)),
    numbers: listNumbers(derived),
    reservations: context.policy.reservations
      .map((each) => ({ ...each, daysLeft: daysLeft(each.until, context.nowMs) }))
      .sort((a, b) => (a.daysLeft ?? forEver) - (b.daysLeft ?? forEver) || a.port - b.port),
    pools: listPools(snapshot, context, derived.allocations),
    unknown: unknownKinds(snapshot, ["services", "pods", "nodes"], null),
  };
}

function viewBand(snapshot: Snapshot, context: Context, allocations: readonly Allocation[], band: Band, block: number): BandView {
  const taken = takenBy(allocations, context, band.kind);
  const ask = (count: number): readonly number[] =>
    findFreePorts(snapshot, context, { kind: band.kind, band: band.name, node: null, count, align: count }).ports;
  const [first, last] = [ask(block)[0], ask(block).at(-1)];
  return {
    ...band,
    used: [...taken].filter((port) => hasPort(band.ports, port)).length,
    size: countPorts(band.ports),
    nextFree: ask(1)[0] ?? null,
    nextBlock: first === undefined || last === undefined ? null : { first, last },
  };
}

const worst: readonly Severity[] = ["critical", "warning"];

function listNumbers({
  allocations,
  evaluation,
}: {
  readonly allocations: readonly Allocation[];
  readonly evaluation: Evaluation;
}): readonly NumberInUse[] {
  const severities = new Map<number, Severity>();
  for (const severity of worst) {
    const loud = evaluation.findings.filter((finding) => finding.severity === severity && finding.acknowledged === null);
    for (const { port } of loud.flatMap(({ ports }) => ports)) if (!severities.has(port)) severities.set(port, severity);
  }
  const rows = allocations.filter(({ kind }) => kind === "nodePort" || kind === "healthCheckNodePort");
  return [...Map.groupBy(rows, ({ port }) => port)]
    .sort(([a], [b]) => a - b)
    .map(([port, members]) => ({
      port,
      state: members.some(({ unknown }) => unknown.length > 0)
        ? "unknown"
        : members.every(({ kind }) => kind === "healthCheckNodePort")
          ? "healthCheck"
          : "taken",
      holders: [...new Set(members.map(({ namespace, holder }) => `${namespace}/${holder.name}`))].sort(),
      severity: severities.get(port) ?? null,
    }));
}

function listPools(snapshot: Snapshot, context: Context, allocations: readonly Allocation[]): readonly PoolPorts[] {
  const { poolLabel } = resolveAssumptions(context.policy, snapshot.cluster);
  const poolOfNode = (name: string): string | null => poolOf(snapshot.nodes.get(toNodeName(name))?.labels ?? {}, poolLabel);
  const rows = allocations.filter(({ kind }) => kind === "hostPort" || kind === "hostNetwork");
  return [...Map.groupBy([...snapshot.nodes.keys()], (name) => poolOfNode(name))]
    .sort(([a], [b]) => compareNatural(a ?? "", b ?? ""))
    .map(([pool, names]) => {
      const members = new Set<string>(names);
      const ports = rows.flatMap(({ port, protocol, namespace, holder, nodes }) => {
        const here = nodes === "all" ? members.size : nodes.filter((name) => members.has(name)).length;
        return here === 0 ? [] : [{ port, protocol, holder: `${namespace}/${holder.name}`, nodes: here }];
      });
      return { pool, nodes: members.size, ports: ports.sort((a, b) => a.port - b.port || compareText(a.holder, b.holder)) };
    });
}
