import { ownerKey } from "@/components/glyphs/owner-hues";
import type { EvidenceOwner } from "@/components/findings/evidence";
import type { WireCheck } from "@/lib/wire/check-schemas";
import type { WireRoute } from "@/lib/wire/schemas";

/** What becomes of a port. `refused`: two Services would hold one number, so the API server takes no second one. */
export type RouteChange = "unchanged" | "opens" | "closes" | "refused" | "mixed" | "moves" | "backends" | "changes" | "unknown";

/** Who answers on a route, by share; the share is null where it is not known. */
export function ownersOf({ backends }: Pick<WireRoute, "backends">): EvidenceOwner[] {
  const owners = new Map<string, EvidenceOwner>();
  for (const { owner, group, probability, address } of backends) {
    const named = owner ?? { kind: "", namespace: "", name: address };
    const key = ownerKey(named);
    const before = owners.get(key);
    const share = probability === null || before?.share === null ? null : (before?.share ?? 0) + probability;
    owners.set(key, { ...named, group, share });
  }
  return [...owners.values()].sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || (a.name < b.name ? -1 : 1));
}

/** What a manifest does to one route. */
export function compareRoutes({ before, after }: Pick<WireCheck["routes"][number], "before" | "after">): RouteChange {
  if (after.outcome === "unknown" || before.outcome === "unknown") return before.outcome === after.outcome ? "unknown" : "changes";
  if (after.outcome === "contested" && after.reason === "same-tuple" && before.outcome !== "contested") return "refused";
  const answers = (route: WireRoute): boolean => route.outcome === "delivered";
  const [was, will] = [ownersOf(before), ownersOf(after)];
  if (answers(after) && will.length > 1 && was.length <= 1) return "mixed";
  if (before.outcome === "closed" && after.outcome !== "closed") return "opens";
  if (after.outcome === "closed" && before.outcome !== "closed") return "closes";
  if (before.outcome !== after.outcome) return "changes";
  const keys = (owners: readonly EvidenceOwner[]): string => owners.map(ownerKey).sort().join(" ");
  if (keys(was) !== keys(will) || before.claim?.name !== after.claim?.name || before.claim?.namespace !== after.claim?.namespace)
    return "moves";
  return before.backends.length === after.backends.length ? "unchanged" : "backends";
}
