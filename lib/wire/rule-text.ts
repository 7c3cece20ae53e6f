import { listRules } from "@/lib/core";
import type { WireFinding } from "./schemas";

/** What a rule means, as `explain` says it. */
export type RuleText = {
  readonly id: string;
  readonly severity: WireFinding["severity"];
  readonly title: string;
  readonly why: string;
  readonly fix: string;
};

/** Every rule that judges a cluster, with its words; of a check also those that only a check has. */
export function encodeRules(of: "cluster" | "check" = "cluster"): RuleText[] {
  return listRules()
    .filter(({ scope }) => of === "check" || scope !== "check")
    .map(({ id, severity, words: { en } }) => ({ id, severity, title: en.title, why: en.why, fix: en.fix }));
}
