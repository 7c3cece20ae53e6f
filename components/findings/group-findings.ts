import type { WireEvaluation, WireFinding } from "@/lib/wire/schemas";

export type FindingGroupId = "wrongNow" | "willGoWrong" | "worthKnowing" | "acknowledged";
export type FindingGroup = { readonly id: FindingGroupId; readonly findings: readonly WireFinding[] };

/** What could not be judged, once for each set of namespaces: which rules, and which kinds or settings they lack. */
export type UnjudgedGroup = {
  readonly key: string;
  readonly namespaces: "all" | readonly string[];
  readonly missing: WireEvaluation["notEvaluated"][number]["missing"];
  readonly settings: readonly string[];
  readonly rules: readonly string[];
};

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

export function groupNotEvaluated(notEvaluated: WireEvaluation["notEvaluated"]): UnjudgedGroup[] {
  const groups = new Map<string, Omit<UnjudgedGroup, "key" | "rules"> & { readonly rules: string[] }>();
  for (const { rule, missing: needed, settings = [], namespaces } of notEvaluated) {
    // Each rule names its kinds in an order of its own.
    const missing = [...needed].sort();
    const key = `${namespaces === "all" ? "*" : namespaces.join(",")} ${[...missing, ...settings].join(",")}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { namespaces, missing, settings, rules: [rule] });
    else known.rules.push(rule);
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}
