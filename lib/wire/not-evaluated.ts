// What could not be judged, for people: which rules, and what they lack.

import type { WireEvaluation } from "./schemas";

type NotEvaluated = WireEvaluation["notEvaluated"];
type Gap = Omit<NotEvaluated[number], "rule">;

/** What could not be judged, once for each set of namespaces: which rules, and which kinds or settings they lack. */
export type UnjudgedGroup = {
  readonly key: string;
  readonly namespaces: Gap["namespaces"];
  readonly missing: Gap["missing"];
  readonly settings: string[];
  readonly rules: readonly string[];
};

/** The same gaps of several rules once, in the order of the first rule of each. */
export function groupNotEvaluated(notEvaluated: NotEvaluated): UnjudgedGroup[] {
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

/** How many rules that concerns: one may lack several things. */
export function countNotEvaluated(notEvaluated: readonly { readonly rule: string }[]): number {
  return new Set(notEvaluated.map(({ rule }) => rule)).size;
}

/** What rules were not evaluated for, as in `pods of tenant-b`; else the keys of the policy file that would tell. */
export function describeGap({ missing, settings = [], namespaces }: Gap): string {
  if (missing.length === 0) return `the policy does not set ${settings.join(", ")}`;
  return `${missing.join(", ")}${namespaces === "all" ? "" : ` of ${namespaces.join(", ")}`}`;
}
