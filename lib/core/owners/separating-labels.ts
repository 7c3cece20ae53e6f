// Labels side by side: which of them tell owners apart, and how lastingly.

import { compareText } from "../basics/order";
import type { PodRecord } from "../model/pod";
import { ownValue } from "../basics/own-value";

/** One label of several owners' pods: per owner its distinct values, sorted. */
export type LabelRow = { readonly key: string; readonly values: readonly (readonly string[])[]; readonly separates: boolean };

// Rewritten by controllers with every rollout or run: a selector on them breaks at the next one.
const unstable = new Set([
  "pod-template-hash",
  "rollouts-pod-template-hash",
  "controller-revision-hash",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "pod-template-generation",
]);

/**
 * Compares the labels of several owners' pods.
 *
 * Input:   the pods of each owner, at least one each.
 * Returns: rows that separate first (fewest values per owner, then keys with the fewest distinct values over all pods, then by key: what is unique
 *          per pod comes last), then rows that are equal, then the rest. Labels that controllers rewrite are left out.
 */
export function compareLabels(owners: readonly (readonly PodRecord[])[]): readonly LabelRow[] {
  const keys = [...new Set(owners.flat().flatMap(({ labels }) => Object.keys(labels)))].filter((key) => !unstable.has(key));
  return keys
    .map((key) => toRow(key, owners))
    .sort(
      (a, b) =>
        Number(b.separates) - Number(a.separates) ||
        Number(isUniqueKey(a.key)) - Number(isUniqueKey(b.key)) ||
        spread(a) - spread(b) ||
        compareText(a.key, b.key),
    );
}

function toRow(key: string, owners: readonly (readonly PodRecord[])[]): LabelRow {
  const values = owners.map((pods) => [...new Set(pods.flatMap(({ labels }) => ownValue(labels, key) ?? []))].sort());
  const present = owners.every((pods) => pods.every(({ labels }) => ownValue(labels, key) !== undefined));
  const all = values.flat();
  return { key, values, separates: present && new Set(all).size === all.length };
}

function spread({ values }: LabelRow): number {
  return Math.max(0, ...values.map((each) => each.length));
}

/** Keys that by their name hold a new value for every pod or run. */
export function isUniqueKey(key: string): boolean {
  return (
    /(^|[/.-])(task-id|pod-name|pod-index|run-id|uid|session-id|job-name|workflow)$/.test(key) ||
    key === "statefulset.kubernetes.io/pod-name"
  );
}
