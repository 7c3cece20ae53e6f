import type { WireCluster, WireStaleness } from "@/lib/wire/schemas";
import type { LiveState } from "./live-state";

export type Kind = keyof WireStaleness;

const required: readonly Kind[] = ["nodes", "pods", "services", "endpointslices"];

/** The one word of the header, and what it needs to be said. */
export type Freshness =
  | { readonly kind: "live"; readonly forbidden: number }
  | { readonly kind: "stale"; readonly since: string | null; readonly kinds: readonly Kind[] }
  | { readonly kind: "syncing" }
  | { readonly kind: "reconnecting" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "snapshot"; readonly of: string | null };

/**
 * How fresh the page is, worst first: a lost stream hides everything else, then a cluster that never answered, a kind that is stale, one
 * that is still being read. `forbidden` counts required kinds that cannot be read somewhere.
 */
export function freshnessOf(live: LiveState, cluster: Pick<WireCluster, "source" | "state"> | null): Freshness {
  if (live.connection === "lost") return { kind: "reconnecting" };
  if (cluster?.state === "unreachable") return { kind: "unreachable" };
  const { staleness } = live;
  if (staleness === null) return { kind: "syncing" };
  const states = required.flatMap((kind) => staleness[kind] ?? []);
  // Rules rest on the optional kinds too.
  const stale = (Object.keys(staleness) as Kind[]).filter((kind) => staleness[kind]?.state === "stale");
  if (stale.length > 0) {
    const since = stale.flatMap((kind) => staleness[kind]?.since ?? []).sort()[0];
    return { kind: "stale", since: since ?? null, kinds: stale };
  }
  if (cluster?.source === "snapshot" || states.some(({ state }) => state === "snapshot")) return { kind: "snapshot", of: live.asOf };
  if (states.some(({ state }) => state === "syncing")) return { kind: "syncing" };
  return {
    kind: "live",
    forbidden: states.filter(({ state, forbiddenNamespaces }) => state === "forbidden" || forbiddenNamespaces.length > 0).length,
  };
}

/** The kinds that a status line lists: the required ones, and the optional ones that were collected or refused. */
export function shownKinds(staleness: WireStaleness): Kind[] {
  return (Object.keys(staleness) as Kind[]).filter((kind) => required.includes(kind) || staleness[kind]?.state === "stale");
}
