import { listSchedulerPorts } from "../claims/scheduler-ports";
import { compareNatural, compareText } from "../basics/order";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import { recordKey, type Snapshot } from "../model/snapshot";
import { moveWaiting } from "../remedies/move-host-ports";
import { becomeDaemonSet, fitReplicas } from "../remedies/one-per-node";
import { defineRule } from "./rule";
import { distinctPorts } from "./support/claimed-ports";
import { findBlocked, readsOfBlocked, type Blocked } from "./support/blocked-pods";
import { resolvePortHolder, schedulerMinor } from "./support/host-ports";
import { sayCount, sayList, sayPorts, verb } from "./support/words";

type Held = {
  readonly node: string;
  readonly holder: string;
  readonly pod: string;
  readonly state: string;
  readonly port: number;
  readonly protocol: string;
  /** As the scheduler compares them: 0.0.0.0 stands for every address. */
  readonly wantedIP: string;
  readonly heldIP: string;
};
type ConflictEvidence = {
  readonly newcomer: string;
  readonly pods: readonly { readonly name: string; readonly state: "Pending" | "Failed" }[];
  readonly held: readonly Held[];
  /** How many nodes these pods may use at all; each of a DaemonSet's has one of its own. */
  readonly eligible: number;
  readonly event: string | null;
};

/** A pod is Pending or Failed since its hostPort is held where it may run. Source: scheduler plugin NodePorts, kubelet admission; findings.md F21, F22, F27. */
export const hostPortConflict = defineRule<ConflictEvidence>({
  id: "host-port-conflict",
  severity: "critical",
  needs: ["pods", "nodes"],
  remedies: [moveWaiting, fitReplicas, becomeDaemonSet],
  reads: readsOfBlocked,
  *check(snapshot, context) {
    const byNewcomer = new Map<string, { readonly newcomer: ObjectRef; readonly blocked: Blocked[] }>();
    for (const blocked of findBlocked(snapshot, context)) {
      const newcomer = resolvePortHolder(blocked.pod);
      const key = formatObjectRef(newcomer);
      const known = byNewcomer.get(key);
      if (known === undefined) byNewcomer.set(key, { newcomer, blocked: [blocked] });
      else known.blocked.push(blocked);
    }
    for (const { newcomer, blocked } of byNewcomer.values()) {
      const collisions = blocked.flatMap((each) => each.collisions);
      const holders = new Map(collisions.map(({ holder }) => [formatObjectRef(resolvePortHolder(holder)), resolvePortHolder(holder)]));
      const subjects = new Map([[formatObjectRef(newcomer), newcomer], ...holders]);
      const [only, ...others] = blocked;
      // A single waiting pod of a workload is asked about by its own name.
      const alone: readonly ObjectRef[] =
        only !== undefined && others.length === 0 && newcomer.kind !== "Service"
          ? [{ kind: "Pod", namespace: only.pod.namespace, name: only.pod.name }]
          : [];
      const ports =
        collisions.length > 0
          ? collisions.map(({ wanted }) => wanted)
          : blocked.flatMap(({ pod }) => listSchedulerPorts(pod, schedulerMinor(snapshot)));
      const times = blocked.flatMap(({ pod }) => pod.createdAtMs ?? []);
      yield {
        subjects: [...new Map([...subjects, ...alone.map((each) => [formatObjectRef(each), each] as const)]).values()],
        edited: [...subjects.values()],
        ports: distinctPorts(ports.map(({ port, protocol }) => ({ port, protocol }))),
        nodes: [...new Set(collisions.map(({ node }) => node))].sort(compareNatural),
        sinceMs: times.length === 0 ? null : Math.min(...times),
        evidence: {
          newcomer: formatObjectRef(newcomer),
          pods: blocked.map(({ pod }) => ({ name: recordKey(pod), state: pod.phase === "Failed" ? "Failed" : "Pending" })),
          held: listHeld(collisions),
          eligible: new Set(blocked.flatMap(({ eligible }) => eligible)).size,
          event: findEvent(snapshot, blocked),
        },
      };
    }
  },
  words: {
    en: {
      title: "A host port is held by another pod",
      why: "Two pods whose hostPort, protocol and host IP meet cannot be on one node: the scheduler leaves the second one Pending, and the kubelet fails it where it was bound to the node by name. A pod that is being deleted still holds its ports.",
      fix: "Give one of them another hostPort or host IP, keep them on different nodes, or wait until the holder is gone.",
      describe({ newcomer, pods, held, eligible, event }, { ports, nodes }) {
        const names = [...new Set(held.map(({ holder }) => holder))];
        const states = [...new Set(held.map(({ state }) => state))];
        const where = nodes.length === 0 ? "" : nodes.length <= 3 ? ` on ${sayList(nodes)}` : ` on ${String(nodes.length)} nodes`;
        const failed = pods.every(({ state }) => state === "Failed");
        const tuples = new Set(held.map(({ wantedIP, heldIP }) => `${wantedIP} ${heldIP}`));
        const [tuple] = held;
        const addresses =
          tuples.size === 1 && tuple !== undefined && tuple.wantedIP !== tuple.heldIP
            ? ` Wanted is ${tuple.wantedIP}, held ${tuple.heldIP}: 0.0.0.0 meets every address.`
            : "";
        return {
          title:
            names.length === 0
              ? `${sayPorts(ports)} of ${newcomer} ${verb(ports, "is", "are")} not free anywhere`
              : `${sayPorts(ports)} of ${newcomer} ${verb(ports, "is", "are")} held by ${sayList(names)}`,
          summary: `${sayCount(pods.length, "pod")} ${failed ? "failed" : "cannot be placed"}${where}, of ${sayCount(eligible, "node")} that ${pods.length === 1 ? "it" : "they"} may use; ${names.length === 0 ? "the holder cannot be seen" : `the ${names.length === 1 ? "holder is" : "holders are"} ${sayList(states)}`}.${addresses}${event === null ? "" : ` The scheduler reports: ${event}`}`,
          symptoms: [failed ? "pods in phase Failed, reason NodePorts" : "pods stay Pending"],
        };
      },
    },
  },
});

function listHeld(collisions: Blocked["collisions"]): readonly Held[] {
  const held = collisions.map(({ node, holder, wanted, held: tuple }): Held => ({
    node,
    holder: formatObjectRef(resolvePortHolder(holder)),
    pod: recordKey(holder),
    state: holder.deletedAtMs === null ? holder.phase : "Terminating",
    port: wanted.port,
    protocol: wanted.protocol,
    wantedIP: wanted.hostIP,
    heldIP: tuple.hostIP,
  }));
  const distinct = new Map(held.map((each) => [JSON.stringify(each), each]));
  return [...distinct.values()].sort((a, b) => compareNatural(a.node, b.node) || a.port - b.port || compareText(a.pod, b.pod));
}

function findEvent(snapshot: Snapshot, blocked: readonly Blocked[]): string | null {
  const names = new Set(blocked.map(({ pod }) => recordKey(pod)));
  const event = [...snapshot.events.values()].find(
    ({ reason, involvedObject, message }) =>
      reason === "FailedScheduling" && names.has(recordKey(involvedObject)) && message.includes("didn't have free ports"),
  );
  return event?.message ?? null;
}
