// Pods that have no place since others hold the host ports they ask for.

import { findEligibleNodes } from "../../claims/eligible-nodes";
import { findSchedulerCollisions, listSchedulerPorts, type SchedulerCollision } from "../../claims/scheduler-ports";
import { formatObjectRef } from "../../model/meta";
import type { PodRecord } from "../../model/pod";
import { recordKey, type Snapshot } from "../../model/snapshot";
import { resolveOwner } from "../../owners/owner";
import type { Context } from "../../policy/policy";
import { surveyPods } from "../../inventory/survey-pods";
import { resolveRollout, schedulerMinor } from "./host-ports";

/** `eligible`: the nodes that the pod may use at all; `collisions`: who is in its way on them, none where the holder cannot be seen. */
export type Blocked = {
  readonly pod: PodRecord;
  readonly eligible: readonly string[];
  readonly collisions: readonly (SchedulerCollision & { readonly node: string })[];
};

/** How long a rollout that can go on may keep a pod waiting for its predecessor's port (Deployment.spec.progressDeadlineSeconds' default). */
const rolloutMs = 600_000;

/**
 * Pods that are Pending, or that the kubelet failed, for want of a host port.
 *
 * Returns: by pod. A Pending pod counts when the scheduler said so and a holder is known (or may be hidden), or when every node that it may use has one.
 * Source:  Pod.status.conditions PodScheduled; phase Failed with reason NodePorts.
 */
export function findBlocked(snapshot: Snapshot, context: Context): readonly Blocked[] {
  let last = known.get(snapshot);
  if (last?.nowMs !== context.nowMs) known.set(snapshot, (last = { nowMs: context.nowMs, blocked: [...walkBlocked(snapshot, context)] }));
  return last.blocked;
}

/** Rules and remedies ask the same of one snapshot. */
const known = new WeakMap<Snapshot, { readonly nowMs: number; readonly blocked: readonly Blocked[] }>();

function* walkBlocked(snapshot: Snapshot, context: Context): Generator<Blocked> {
  const minor = schedulerMinor(snapshot);
  const someUnseen = snapshot.kinds.pods.forbiddenNamespaces.length > 0;
  for (const pod of surveyPods(snapshot).hostPorts) {
    const failed = pod.phase === "Failed" && pod.reason === "NodePorts";
    const pending =
      pod.phase === "Pending" && pod.nodeName === null && pod.deletedAtMs === null && pod.unschedulable?.reason !== "SchedulingGated";
    if ((!failed && !pending) || listSchedulerPorts(pod, minor).length === 0) continue;
    const nodes = failed
      ? pod.nodeName === null
        ? []
        : [pod.nodeName]
      : findEligibleNodes(snapshot, pod.placement).map(({ name }) => name);
    const perNode = nodes.map((node) => findSchedulerCollisions(snapshot, pod, node, minor).map((collision) => ({ ...collision, node })));
    const collisions = perNode.flat();
    // What failed long ago and has been replaced on its node is over.
    if (failed && (collisions.length === 0 || collisions.every(({ holder }) => sameOwner(holder, pod)))) continue;
    const everywhere = nodes.length > 0 && perNode.every((each) => each.length > 0);
    const said = pod.unschedulable?.noFreePorts === true && (collisions.length > 0 || someUnseen);
    if (!failed && !everywhere && !said) continue;
    if (!failed && isRollingOn(snapshot, context, pod, collisions)) continue;
    yield { pod, eligible: nodes, collisions };
  }
}

/** What the answer rests on, for `reads`; the clock counts only while a pod waits. */
export function readsOfBlocked(snapshot: Snapshot, { nowMs }: Context): readonly unknown[] {
  const { hostPorts } = surveyPods(snapshot);
  const isWaiting = hostPorts.some(({ phase, nodeName }) => phase === "Pending" && nodeName === null);
  const { nodes, deployments, daemonsets, events } = snapshot;
  return [hostPorts, nodes, deployments, daemonsets, events, isWaiting ? nowMs : null];
}

/** A pod that waits for its own predecessors in a rollout that goes on by itself. */
function isRollingOn(snapshot: Snapshot, { nowMs }: Context, pod: PodRecord, collisions: readonly SchedulerCollision[]): boolean {
  if (pod.createdAtMs === null || nowMs - pod.createdAtMs >= rolloutMs || collisions.length === 0) return false;
  const hash = pod.labels["pod-template-hash"];
  if (hash === undefined || !collisions.every(({ holder }) => sameOwner(holder, pod) && holder.labels["pod-template-hash"] !== hash))
    return false;
  const workload = snapshot.deployments.get(recordKey(resolveOwner(pod)));
  return workload === undefined || resolveRollout(workload)?.maxUnavailable !== 0;
}

function sameOwner(a: PodRecord, b: PodRecord): boolean {
  return formatObjectRef(resolveOwner(a)) === formatObjectRef(resolveOwner(b));
}
