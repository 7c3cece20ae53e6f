import { isFinished } from "../../inventory/pod-claims";
import type { PodRecord } from "../../model/pod";

/** More kinds than that are not told apart: each pod then stands for itself. */
const kindsMax = 16;

const known = new WeakMap<readonly PodRecord[], readonly PodRecord[]>();

/**
 * At least one pod of each kind in a list. Of one kind are pods with the same containers and the same controller that are alike in being finished and in being deleted.
 *
 * Most Services select the pods of one workload: one of them then answers for all. Sources share what the pods of a workload have in common; where they do
 * not, there are only more kinds.
 */
export function representativesOf(pods: readonly PodRecord[]): readonly PodRecord[] {
  let kinds = known.get(pods);
  if (kinds === undefined) known.set(pods, (kinds = findKinds(pods)));
  return kinds;
}

function findKinds(pods: readonly PodRecord[]): readonly PodRecord[] {
  const kinds: PodRecord[] = [];
  for (const pod of pods) {
    if (kinds.some((each) => isAlike(each, pod))) continue;
    if (kinds.length === kindsMax) return pods;
    kinds.push(pod);
  }
  return kinds;
}

function isAlike(a: PodRecord, b: PodRecord): boolean {
  return (
    a.containers === b.containers &&
    a.controller === b.controller &&
    isFinished(a) === isFinished(b) &&
    (a.deletedAtMs === null) === (b.deletedAtMs === null)
  );
}
