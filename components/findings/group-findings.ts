import type { WireFinding } from "@/lib/wire/schemas";

export type FindingGroupId = "wrongNow" | "willGoWrong" | "worthKnowing" | "acknowledged";
export type FindingGroup = { readonly id: FindingGroupId; readonly findings: readonly WireFinding[] };

const groupOfSeverity = { critical: "wrongNow", warning: "willGoWrong", info: "worthKnowing" } as const;
const order: readonly FindingGroupId[] = ["wrongNow", "willGoWrong", "worthKnowing", "acknowledged"];

/** The findings as the list shows them: worst group first, each in the API's order. Groups without findings are left out. */
export function groupFindings(findings: readonly WireFinding[]): FindingGroup[] {
  return order
    .map((id) => ({
      id,
      findings: findings.filter((each) => (each.acknowledged === null ? groupOfSeverity[each.severity] : "acknowledged") === id),
    }))
    .filter((group) => group.findings.length > 0);
}

/** The order in which the keys walk through the list. */
export function walkOrder(groups: readonly FindingGroup[]): readonly WireFinding[] {
  return groups.flatMap(({ findings }) => findings);
}
