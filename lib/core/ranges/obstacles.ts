// Why a number is not to be given away, although no object may hold it today.

import { findPodClaims, holdsItsPorts, isFinished } from "../inventory/pod-claims";
import { surveyPods } from "../inventory/survey-pods";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { Snapshot } from "../model/snapshot";
import { hasPort } from "../policy/bands";
import { resolveAssumptions, type Band, type Context, type PortRange } from "../policy/policy";
import { activeReservations } from "../policy/reservations";
import { listBlocks } from "../rules/support/blocks";
import { listAnnouncedPorts, listFamilies } from "../rules/support/families";
import { listNodeClaims } from "../rules/support/node-claims";
import { systemPortRanges } from "../rules/support/system-ports";
import { resolveOwner } from "../owners/owner";

/**
 * `claimed`: a Service or pod holds it as this kind; `reserved`; `announced`: a running session tells it to its user; `family`: a gap between the
 * numbers of a family, which its next member fills; `other-kind`: held as the other kind, so that one would shadow the other; `wanted`: a pod that
 * waits, or a workload's template, asks for it; `block`: an allocator hands it out; `system`: the machine itself needs it; `ephemeral`: the nodes
 * take it for outgoing connections; `band`: promised to somebody.
 */
export type ObstacleKind =
  "claimed" | "reserved" | "announced" | "family" | "other-kind" | "wanted" | "block" | "system" | "ephemeral" | "band";
export type Obstacle = { readonly why: ObstacleKind; readonly by: string | null };

type Question = { readonly kind: Band["kind"]; readonly band: string | null; readonly node: string | null };

/** Linux' default of net.ipv4.ip_local_port_range: host ports stay out of it where nothing else is stated. */
const usualEphemeralRange: PortRange = { first: 32_768, last: 60_999 };

/**
 * What stands in the way of each number.
 *
 * Input:   `band`: the one asked for; without it numbers of any band are somebody's. `node`: host ports of other nodes do not matter; null = of every node.
 * Returns: a lookup; null for a number that is free as far as the snapshot shows. The most telling obstacle is named where there are several.
 */
export function findObstacles(snapshot: Snapshot, context: Context, question: Question): Obstacles {
  const last = built.get(snapshot);
  const all = last?.context === context ? last.all : new Map<string, Obstacles>();
  if (all !== last?.all) built.set(snapshot, { context, all });
  const key = JSON.stringify([question.kind, question.band]);
  // Of thousands of nodes each would have its own.
  const known = question.node === null ? all.get(key) : undefined;
  const obstacles = known ?? buildObstacles(snapshot, context, question);
  if (question.node === null) all.set(key, obstacles);
  return obstacles;
}

type Obstacles = (port: number) => Obstacle | null;

/** A rule asks once for each Service that wants another number. */
const built = new WeakMap<Snapshot, { readonly context: Context; readonly all: Map<string, Obstacles> }>();

function buildObstacles(snapshot: Snapshot, context: Context, question: Question): Obstacles {
  const numbers = new Map<number, Obstacle>();
  const ranges: { readonly ports: PortRange; readonly obstacle: Obstacle }[] = [];
  const add = (port: number, why: ObstacleKind, by: string | ObjectRef | null): void => {
    if (!numbers.has(port)) numbers.set(port, { why, by: typeof by === "object" && by !== null ? formatObjectRef(by) : by });
  };
  const { kind, band, node } = question;
  const { policy, nowMs } = context;
  const concerns = (space: Band["kind"], at: string | null): boolean => space === "nodePort" || node === null || at === null || at === node;

  const claims = listNodeClaims(snapshot).filter((claim) => concerns(claim.space, claim.node));
  for (const { space, port, holder } of claims) if (space === kind) add(port.port, "claimed", holder);
  for (const reservation of activeReservations(policy, nowMs)) {
    if (reservation.kind === kind && concerns(kind, reservation.node)) add(reservation.port, "reserved", reservation.purpose);
  }
  if (kind === "nodePort") {
    for (const { port, pods } of listAnnouncedPorts(snapshot)) add(port, "announced", nameOf(pods[0]));
    for (const { ports, members } of listFamilies(snapshot)) {
      const [first, last] = [ports[0] ?? 0, ports.at(-1) ?? 0];
      for (let port = first; port <= last; port += 1) add(port, "family", nameOf(members[0]));
    }
  }
  for (const { space, port, holder } of claims) if (space !== kind) add(port.port, "other-kind", holder);
  for (const { port, holder } of listWantedHostPorts(snapshot)) add(port, "wanted", holder);

  for (const block of listBlocks(snapshot, policy)) {
    if (block.kind === kind) ranges.push({ ports: block.ports, obstacle: { why: "block", by: block.name } });
  }
  for (const ports of [...systemPortRanges(policy, "controlPlane"), ...systemPortRanges(policy, "node")]) {
    ranges.push({ ports, obstacle: { why: "system", by: null } });
  }
  const stated = resolveAssumptions(policy, snapshot.cluster).ephemeralPortRange;
  const ephemeral = stated ?? (kind === "hostPort" ? usualEphemeralRange : null);
  if (ephemeral !== null) ranges.push({ ports: ephemeral, obstacle: { why: "ephemeral", by: null } });
  for (const each of policy.bands) {
    if (each.kind === kind && each.name !== band) ranges.push({ ports: each.ports, obstacle: { why: "band", by: each.name } });
  }
  return (port) => numbers.get(port) ?? ranges.find(({ ports }) => hasPort(ports, port))?.obstacle ?? null;
}

/** Host ports that pods without a place, and templates of workloads, will take sooner or later. */
function listWantedHostPorts(snapshot: Snapshot): readonly Wanted[] {
  let wanted = known.get(snapshot);
  if (wanted === undefined) known.set(snapshot, (wanted = findWantedHostPorts(snapshot)));
  return wanted;
}

type Wanted = { readonly port: number; readonly holder: ObjectRef };
const known = new WeakMap<Snapshot, readonly Wanted[]>();

function findWantedHostPorts(snapshot: Snapshot): readonly Wanted[] {
  const waiting = surveyPods(snapshot).hostPorts.filter((pod) => !isFinished(pod) && !holdsItsPorts(pod));
  const ofPods = waiting.flatMap((pod) =>
    findPodClaims({ ...pod, nodeName: pod.nodeName ?? "anywhere" }).map(({ port }) => ({ port: Number(port), holder: resolveOwner(pod) })),
  );
  const workloads = [...snapshot.deployments.values(), ...snapshot.daemonsets.values()];
  const ofTemplates = workloads.flatMap(({ kind, namespace, name, template }) =>
    template.containers.flatMap(({ ports }) =>
      ports.filter(({ hostPort }) => hostPort > 0).map(({ hostPort }) => ({ port: hostPort, holder: { kind, namespace, name } })),
    ),
  );
  return [...ofPods, ...ofTemplates];
}

function nameOf(record: { readonly namespace: string; readonly name: string } | undefined): string | null {
  return record === undefined ? null : `${record.namespace}/${record.name}`;
}
