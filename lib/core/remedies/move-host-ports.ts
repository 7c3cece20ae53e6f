// Another host port for a workload whose pods hold one where they must not stand, or wait for one that others hold.

import { fail, ok, type Result } from "../basics/result";
import { isFinished } from "../inventory/pod-claims";
import { surveyPods } from "../inventory/survey-pods";
import { formatObjectRef, type Labels, type ObjectRef } from "../model/meta";
import type { Container, PodRecord } from "../model/pod";
import type { Snapshot } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import { resolveOwner } from "../owners/owner";
import type { Context } from "../policy/policy";
import { findBlocked, readsOfBlocked } from "../rules/support/blocked-pods";
import { findHostPortRoom, listHostPortRooms } from "../rules/support/host-port-room";
import { resolvePortHolder, resolveRollout } from "../rules/support/host-ports";
import { assemble, listNames } from "./documents";
import { pickNumbers, readsOfFreeNumbers } from "./free-numbers";
import { patchFile } from "./let-rollout-pass";
import { eligibleNames, patchableKinds, patchHostPorts, recordOf, undoRollout, type HostPortChange } from "./patch-host-ports";
import type { Remedy, RemedySubject, RemedyWriter } from "./remedy";
import { addressesOf } from "./selected-pods";
import { managerOf } from "./service-manifest";
import { say, type Saying } from "./words";
import { writeYaml } from "./write-yaml";

/** Which of the finding's workloads give way; else why none does, null where no number of theirs is in the way. */
type WhoMoves = (snapshot: Snapshot, context: Context, finding: RemedySubject) => Result<readonly ObjectRef[], Saying | null>;
type Change = HostPortChange & { readonly before: number };
type Holder = {
  readonly owner: ObjectRef;
  readonly pods: readonly PodRecord[];
  readonly record: WorkloadRecord | null;
  readonly containers: readonly Container[];
};
/** `inPlace`: every node that a new pod may use has an old one. */
type Move = Holder & { readonly changes: readonly Change[]; readonly nodes: readonly string[]; readonly inPlace: boolean };

/** The finding is about host ports wherever they are: in somebody else's band, among the machine's own, on a nodePort. */
export const moveHostPorts = writer((_snapshot, _context, { subjects }) => ok(subjects));

/** Pods wait for a number: their workload gives way, since whoever holds it is in use. */
export const moveWaiting = writer((snapshot, context, { subjects }) => {
  const names = new Set(subjects.map(formatObjectRef));
  const blocked = findBlocked(snapshot, context).filter(({ pod }) => names.has(formatObjectRef(resolvePortHolder(pod))));
  const collisions = blocked.flatMap((each) => each.collisions);
  if (collisions.length > 0 && collisions.every(({ holder }) => holder.deletedAtMs !== null)) return fail(say("move.leaving"));
  const stopped = blocked.filter((each) => each.collisions.some(({ holder }) => !isAlike(holder, each.pod)));
  return stopped.length === 0 ? fail(null) : ok(stopped.map(({ pod }) => resolvePortHolder(pod)));
});

/** Others hold the number on some of its nodes, so that not all replicas have a place. With more replicas than nodes no number would help. */
export const moveCrowded = writer((snapshot, _context, { subjects }) => {
  const names = new Set(subjects.map(formatObjectRef));
  const crowded = listHostPortRooms(snapshot).filter(({ workload, nodes, free, holders }) => {
    const replicas = workload.replicas ?? 1;
    return holders.length > 0 && free.length < replicas && replicas <= nodes.length && names.has(formatObjectRef(workload));
  });
  return crowded.length === 0 ? fail(null) : ok(crowded.map(({ workload }) => workload));
});

function writer(whoMoves: WhoMoves): RemedyWriter {
  return {
    kind: "hostPort",
    variant: null,
    reads: (snapshot, context) => [...readsOfFreeNumbers(snapshot), ...readsOfBlocked(snapshot, context)],
    plan(snapshot, context, finding) {
      const who = whoMoves(snapshot, context, finding);
      if (!who.ok) return who;
      const wanted = new Set(finding.ports.map(({ port, protocol }) => `${String(port)}/${protocol}`));
      const given = new Set<number>();
      const moves: Move[] = [];
      for (const owner of who.value) {
        const move = planMove(snapshot, context, owner, wanted, given);
        if (!move.ok && move.error !== null) return move;
        if (move.ok) moves.push(move.value);
      }
      return moves.length === 0 ? fail(null) : ok(() => write(snapshot, finding, moves));
    },
  };
}

function planMove(
  snapshot: Snapshot,
  context: Context,
  owner: ObjectRef,
  wanted: ReadonlySet<string>,
  given: Set<number>,
): Result<Move, Saying | null> {
  const object = formatObjectRef(owner);
  const pods = holdersOf(snapshot).get(object) ?? [];
  const record = recordOf(snapshot, owner);
  const [pod] = pods;
  const template = record?.template ?? pod;
  if (template === undefined) return fail(null);
  const { containers, hostNetwork, placement } = template;
  const held = containers
    .filter(({ role }) => role === "main")
    .flatMap(({ name, ports }) =>
      ports
        .filter(({ hostPort, protocol }) => hostPort > 0 && wanted.has(`${String(hostPort)}/${protocol}`))
        .map(({ containerPort, protocol, hostPort }) => ({ container: name, containerPort, protocol, before: hostPort })),
    );
  if (held.length === 0) return fail(null);
  if (owner.kind === "Service") return fail(say("move.balancer", { owner: object }));
  if (hostNetwork) return fail(say("move.listener", { owner: object }));
  if (!patchableKinds.has(owner.kind)) return fail(say("host.cannot", { owner: object }));
  const nodes = eligibleNames(snapshot, placement, owner.kind === "DaemonSet");
  const replicas = owner.kind === "DaemonSet" ? 1 : Math.max(record?.replicas ?? 0, pods.length);
  if (nodes.length < replicas) return fail(say("host.room", { owner: object, pods: String(replicas), nodes: String(nodes.length) }));
  const numbers = [...new Set(held.map(({ before }) => before))];
  const labels: Labels = record?.template.labels ?? pod?.labels ?? {};
  const holder = { namespace: owner.namespace, labels };
  const picked = pickNumbers(snapshot, context, "hostPort", holder, numbers[0] ?? null, numbers.length, given);
  if (picked === null) return fail(say("host.no-number"));
  for (const number of picked.numbers) given.add(number);
  const changes = held.map((each) => ({ ...each, hostPort: picked.numbers[numbers.indexOf(each.before)] ?? each.before }));
  return ok({ owner, pods, record, containers, nodes, changes, inPlace: record !== null && isTight(snapshot, record, changes) });
}

/** Whether a rollout would find no node for its new pod: then the old one has to go first. */
function isTight(snapshot: Snapshot, record: WorkloadRecord, changes: readonly Change[]): boolean {
  if (record.kind !== "Deployment" || resolveRollout(record)?.maxUnavailable !== 0) return false;
  const containers = record.template.containers.map((container) => ({
    ...container,
    ports: container.ports.map((port) => ({
      ...port,
      hostPort:
        changes.find(
          ({ container: name, containerPort, protocol, before }) =>
            name === container.name && containerPort === port.containerPort && protocol === port.protocol && before === port.hostPort,
        )?.hostPort ?? port.hostPort,
    })),
  }));
  const { free } = findHostPortRoom(snapshot, { ...record, template: { ...record.template, containers } });
  return free.length <= (record.replicas ?? 1);
}

const known = new WeakMap<readonly PodRecord[], ReadonlyMap<string, readonly PodRecord[]>>();

/** Pods that declare host ports, by whom people would ask about them; those that the kubelet failed for want of one count as well. */
function holdersOf(snapshot: Snapshot): ReadonlyMap<string, readonly PodRecord[]> {
  const { hostPorts } = surveyPods(snapshot);
  let holders = known.get(hostPorts);
  if (holders === undefined) {
    const asking = hostPorts.filter((pod) => !isFinished(pod) || pod.reason === "NodePorts");
    known.set(hostPorts, (holders = Map.groupBy(asking, (pod) => formatObjectRef(resolvePortHolder(pod)))));
  }
  return holders;
}

function isAlike(a: PodRecord, b: PodRecord): boolean {
  return formatObjectRef(resolveOwner(a)) === formatObjectRef(resolveOwner(b));
}

function write(snapshot: Snapshot, finding: RemedySubject, moves: readonly Move[]): Remedy {
  const made = moves.filter(({ owner }) => owner.kind !== "Pod");
  const bare = moves.filter(({ owner }) => owner.kind === "Pod");
  return {
    kind: "hostPort",
    variant: null,
    title: say("move.title"),
    lasting: true,
    gains: moves.map((move) =>
      say("move.gain", {
        owner: formatObjectRef(move.owner),
        before: sayBefore(move),
        after: sayAfter(move),
        count: String(move.nodes.length),
        nodes: listNames(move.nodes),
      }),
    ),
    costs: [
      ...moves.map((move) => say("move.clients", { owner: formatObjectRef(move.owner), before: sayBefore(move), after: sayAfter(move) })),
      say("host.restart"),
      ...(moves.some(({ inPlace }) => inPlace) ? [say("rollout.cost")] : []),
      ...(bare.length === 0 ? [] : [say("host.bare", { pods: listNames(bare.map(({ owner }) => owner.name)) })]),
      ...made.flatMap(({ owner, record }) => {
        const tool = record === null ? null : managerOf(record);
        return tool === null ? [] : [say("managed.elsewhere", { object: formatObjectRef(owner), tool })];
      }),
    ],
    steps: [
      ...made.map(({ owner }) => say("step.patch-file", { command: patchFile(owner) })),
      ...(bare.length === 0 ? [] : [say("step.template")]),
      say("step.tell", { fingerprint: finding.fingerprint, kind: "hostPort" }),
    ],
    wayBack:
      made.length === 0
        ? say("move.back-template", { ports: listNames(bare.map(sayBefore)) })
        : say("rollout.back", { command: made.map(({ owner }) => undoRollout(owner)).join("; ") }),
    ...assemble(
      moves.map(({ owner, containers, changes, record, inPlace }) => ({
        before: null,
        after: writeYaml(patchHostPorts(owner, containers, changes, record, inPlace)),
      })),
    ),
    endpoints: moves.flatMap(({ owner, pods, changes }) =>
      changes.map(({ before, hostPort, protocol }) => ({
        owner: formatObjectRef(owner),
        service: null,
        protocol,
        addresses: addressesOf(snapshot, pods),
        before,
        after: hostPort,
      })),
    ),
  };
}

function sayBefore({ changes }: Pick<Move, "changes">): string {
  return listNames(changes.map(({ before, protocol }) => `${String(before)}/${protocol}`));
}

function sayAfter({ changes }: Pick<Move, "changes">): string {
  return listNames(changes.map(({ hostPort, protocol }) => `${String(hostPort)}/${protocol}`));
}
