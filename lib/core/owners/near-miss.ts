// A selector that misses its pods by one slip: the pod that was probably meant.

import { compareText } from "../basics/order";
import { isFinished } from "../inventory/pod-claims";
import type { Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import { recordKey, type Snapshot } from "../model/snapshot";

/** `wanted` and `has` as `key=value`; for the namespace their names. `pods`: how many pods miss by the same slip. */
export type NearMiss = {
  readonly slip: "key" | "value" | "namespace";
  readonly wanted: string;
  readonly has: string;
  readonly pod: string;
  readonly pods: number;
};

/**
 * The slip that keeps a selector from pods it would otherwise match.
 *
 * Input:   a selector that matches no pod of its namespace.
 * Returns: the most common slip: one segment of one key (split at / and .), or, for selectors of two pairs or more, one value or the namespace; null when there is none.
 * Cost:    linear in the distinct label sets of the namespace, and in the namespaces.
 */
export function findNearMiss(snapshot: Snapshot, namespace: string, selector: Labels): NearMiss | null {
  const pairs = Object.entries(selector);
  if (pairs.length === 0) return null;
  const misses = new Map<string, NearMiss>();
  const add = (miss: Omit<NearMiss, "pods">, pods: number): void => {
    const key = `${miss.slip} ${miss.wanted} ${miss.has}`;
    const known = misses.get(key);
    const pod = known === undefined || compareText(miss.pod, known.pod) < 0 ? miss.pod : known.pod;
    misses.set(key, { ...miss, pod, pods: (known?.pods ?? 0) + pods });
  };
  for (const alike of snapshot.lookup.podsByLabelSet(namespace)) {
    const [pod, ...others] = alike.filter((each) => !isFinished(each));
    if (pod === undefined) continue;
    const [only, ...more] = pairs.filter(([key, value]) => pod.labels[key] !== value);
    const slip = only === undefined || more.length > 0 ? null : slipOf(pod, only, pairs.length);
    if (slip !== null) add(slip, others.length + 1);
  }
  for (const other of pairs.length >= 2 ? snapshot.lookup.podNamespaces() : []) {
    const pods = other === namespace ? [] : snapshot.lookup.podsBySelector(other, selector).filter((each) => !isFinished(each));
    const [pod] = pods;
    if (pod !== undefined) add({ slip: "namespace", wanted: namespace, has: other, pod: recordKey(pod) }, pods.length);
  }
  return [...misses.values()].sort((a, b) => b.pods - a.pods || compareText(`${a.slip} ${a.has}`, `${b.slip} ${b.has}`))[0] ?? null;
}

function slipOf(pod: PodRecord, [key, value]: readonly [string, string], pairs: number): Omit<NearMiss, "pods"> | null {
  const similar = Object.keys(pod.labels).find((each) => pod.labels[each] === value && differsInOneSegment(each, key));
  if (similar !== undefined) return { slip: "key", wanted: key, has: similar, pod: recordKey(pod) };
  const other = pod.labels[key];
  return pairs >= 2 && other !== undefined
    ? { slip: "value", wanted: `${key}=${value}`, has: `${key}=${other}`, pod: recordKey(pod) }
    : null;
}

function differsInOneSegment(a: string, b: string): boolean {
  const left = a.split(/[/.]/);
  const right = b.split(/[/.]/);
  return left.length === right.length && left.length > 1 && left.filter((segment, place) => segment !== right[place]).length === 1;
}
