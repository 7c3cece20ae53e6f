import { tokenizeFilter } from "@/lib/core";
import type { WireFinding } from "@/lib/wire/schemas";

export type SeverityTab = "all" | WireFinding["severity"];

const severities = ["critical", "warning", "info"] as const;

/** Which tab a filter stands for: the one severity it names, else all. */
export function tabOf(filter: string): SeverityTab {
  const [only, ...others] = tokenizeFilter(filter).filter(({ key, negated }) => key === "severity" && !negated);
  const value = others.length === 0 && only?.values.length === 1 ? only.values[0] : undefined;
  return severities.find((severity) => severity === value) ?? "all";
}

/** The filter with its severity exchanged; everything else of it stays as it was typed. */
export function withTab(filter: string, tab: SeverityTab): string {
  const kept = tokenizeFilter(filter)
    .filter(({ key }) => key !== "severity")
    .map(({ start, end }) => filter.slice(start, end));
  return [...kept, ...(tab === "all" ? [] : [`severity:${tab}`])].join(" ");
}
