import { isEqual } from "../basics/equal";
import { resourceKinds, type KindStatus, type ResourceKind } from "./resource-kind";
import type { Snapshot } from "./snapshot";

/**
 * Whether a kind's records of one namespace can be relied on to be there.
 *
 * Input:   `namespace` "" asks for cluster-scoped kinds; null asks for every namespace at once.
 * Returns: false while the first list is under way, where reading is forbidden, and where the source never collected the kind. Stale data count as known: they are shown as stale.
 */
export function isKnownIn(status: KindStatus, namespace: string | null): boolean {
  if (status.state === "syncing" || status.state === "forbidden" || status.state === "notCollected") return false;
  if (namespace === null) return status.namespaces === "all" && status.forbiddenNamespaces.length === 0;
  if (status.forbiddenNamespaces.includes(namespace)) return false;
  return status.namespaces === "all" || status.namespaces.includes(namespace);
}

/** Those of the given kinds whose records of a namespace are not known, in the given order. */
export function unknownKinds(
  snapshot: Pick<Snapshot, "kinds">,
  kinds: readonly ResourceKind[],
  namespace: string | null,
): readonly ResourceKind[] {
  return kinds.filter((kind) => !isKnownIn(snapshot.kinds[kind], namespace));
}

/** Whether the same records are known: all that answers take from the states of kinds. A kind that goes stale, or is tried again, is known as before. */
export function isKnownAlike(a: Snapshot["kinds"], b: Snapshot["kinds"]): boolean {
  return a === b || resourceKinds.every((kind) => isEqual(knowledgeOf(a[kind]), knowledgeOf(b[kind])));
}

function knowledgeOf({ state, namespaces, forbiddenNamespaces }: KindStatus): unknown {
  return [state === "stale" ? "live" : state, namespaces, forbiddenNamespaces];
}
