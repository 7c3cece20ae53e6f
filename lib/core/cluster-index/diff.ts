import { resourceKinds, type ResourceKind } from "../model/resource-kind";
import { recordKey, type Delta, type RecordOf, type Snapshot } from "../model/snapshot";

/**
 * What turns the records of one snapshot into those of another.
 *
 * Input:   two snapshots of one cluster. Records that are the same object are taken as unchanged, so snapshots of one index cost least.
 * Returns: upserts and removes, by kind as in `resourceKinds`, then by key. Warnings, status, version and asOf are not told: they belong to the snapshot as a whole.
 */
export function diff(before: Snapshot, after: Snapshot): readonly Delta[] {
  const deltas: Delta[] = [];
  for (const kind of resourceKinds) {
    const old: ReadonlyMap<string, RecordOf[ResourceKind]> = before[kind];
    const now: ReadonlyMap<string, RecordOf[ResourceKind]> = after[kind];
    if (old === now) continue;
    const changes: { readonly key: string; readonly delta: Delta }[] = [];
    for (const [key, record] of now) if (old.get(key) !== record) changes.push({ key, delta: { type: "upsert", kind, record } as Delta });
    for (const key of old.keys()) if (!now.has(key)) changes.push({ key, delta: { type: "remove", kind, key } });
    changes.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    for (const { delta } of changes) deltas.push(delta);
  }
  return deltas;
}

/**
 * Two lists of deltas as one, without what the later one makes needless.
 *
 * Returns: deltas that leave an index as `first` then `second` would. Of the deltas for one record (or one record's warnings, one kind's status,
 *          the version, asOf) only the last stays; a `replace` is kept and nothing is dropped across it, since it clears the warnings of what it removes.
 */
export function squash(first: readonly Delta[], second: readonly Delta[]): readonly Delta[] {
  const kept: Delta[] = [];
  const decided = new Set<string>();
  for (const delta of [...first, ...second].reverse()) {
    if (delta.type === "replace") {
      // A barrier for its kind: what came before it is decided anew.
      for (const id of [...decided]) if (id.startsWith(`${delta.kind} `)) decided.delete(id);
      kept.push(delta);
      continue;
    }
    const id = idOf(delta);
    const isDecided = decided.has(id);
    decided.add(id);
    if (!isDecided) kept.push(delta);
    if (delta.type !== "remove") continue;
    // A remove clears the record's warnings too, even where a later upsert makes the remove itself needless.
    const warningsId = `${delta.kind} warnings ${delta.key}`;
    if (isDecided && !decided.has(warningsId)) kept.push({ type: "warnings", kind: delta.kind, key: delta.key, warnings: [] });
    decided.add(warningsId);
  }
  return kept.reverse();
}

function idOf(delta: Exclude<Delta, { readonly type: "replace" }>): string {
  switch (delta.type) {
    case "upsert":
      return `${delta.kind} record ${recordKey(delta.record)}`;
    case "remove":
      return `${delta.kind} record ${delta.key}`;
    case "warnings":
      return `${delta.kind} warnings ${delta.key}`;
    case "status":
      return `status ${delta.kind}`;
    case "version":
    case "asOf":
      return delta.type;
  }
}
