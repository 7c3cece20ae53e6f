import { finish, type Steps } from "../basics/steps";
import { resourceKinds } from "../model/resource-kind";
import type { Delta, Snapshot } from "../model/snapshot";
import { createClusterIndex } from "./cluster-index";

/**
 * A snapshot as it would be after these deltas; the given one stays as it is.
 *
 * Returns: a snapshot of the same cluster, with the same states, warnings, version and time where the deltas do not change them.
 * Cost:    linear in all records: every secondary index is built anew.
 */
export function forkSnapshot(snapshot: Snapshot, deltas: readonly Delta[]): Snapshot {
  return finish(forkSnapshotInSteps(snapshot, deltas));
}

/** The same in steps of one record. */
export function* forkSnapshotInSteps(snapshot: Snapshot, deltas: readonly Delta[]): Steps<Snapshot> {
  const index = createClusterIndex(snapshot.cluster);
  yield* index.applyInSteps([
    // Delta pairs each kind with its records; the compiler cannot follow that through the list of kinds.
    ...resourceKinds.map((kind) => ({ type: "replace", kind, scope: "all", records: [...snapshot[kind].values()] }) as Delta),
    ...resourceKinds.map((kind): Delta => ({ type: "status", kind, status: snapshot.kinds[kind] })),
    // The warnings of a snapshot belong to no object any more.
    { type: "warnings", kind: "services", key: "", warnings: snapshot.warnings },
    { type: "asOf", asOfMs: snapshot.asOfMs },
    ...(snapshot.version === null ? [] : [{ type: "version", version: snapshot.version } satisfies Delta]),
    ...deltas,
  ]);
  return index.snapshot();
}
