// The kinds that Portolan reads, by their plural API resource names (contract.md "Kinds read").

import type { OddFact } from "./odd-words";

export const requiredKinds = ["nodes", "pods", "services", "endpointslices"] as const;
export const optionalKinds = ["events", "deployments", "daemonsets", "configmaps"] as const;
export const resourceKinds = [...requiredKinds, ...optionalKinds] as const;

export type ResourceKind = (typeof resourceKinds)[number];

/** How fresh one kind is. `syncing`: first list under way; `stale`: the watch is lost or silent, data kept; `notCollected`: a snapshot without that kind. */
export type KindState = "syncing" | "live" | "stale" | "forbidden" | "notCollected" | "snapshot";

/**
 * State of one kind in one cluster.
 *
 * `sinceMs`: when this state began (epoch ms; of a snapshot: when it was collected), null when not known.
 * `expected`: how many objects the server announced while syncing, null when unknown.
 * `namespaces`: where it was read: everywhere, or the namespaces tried one by one after a cluster-wide 403.
 * `forbiddenNamespaces`: where reading was refused while other namespaces could be read.
 */
export type KindStatus = {
  readonly state: KindState;
  readonly sinceMs: number | null;
  readonly expected: number | null;
  readonly namespaces: "all" | readonly string[];
  readonly forbiddenNamespaces: readonly string[];
  readonly message: string | null;
  readonly retryAtMs: number | null;
};

/** The status of a kind of which nothing is known but what is given. */
export function toKindStatus(state: KindState, known: Partial<Omit<KindStatus, "state">> = {}): KindStatus {
  return { state, sinceMs: null, expected: null, namespaces: "all", forbiddenNamespaces: [], message: null, retryAtMs: null, ...known };
}

/** A surprising object: counted and listed, never fatal. `object` is `Kind/namespace/name`, `Kind/name` or `file:line:column`; `fact`: what the message is made of. */
export type Warning = { readonly object: string; readonly message: string; readonly fact?: OddFact };
