import { formatObjectRef, tokenizeFilter } from "@/lib/core";
import type { WireFinding } from "@/lib/wire/schemas";

/** What a list of findings can be narrowed by, and the key that says it in a filter. */
export type FacetKey = "rule" | "ns" | "owner";
export type FacetValue = { readonly value: string; readonly count: number };

const filterKeyOf = { rule: "finding", ns: "ns", owner: "owner" } as const satisfies Record<FacetKey, string>;
const noOwners: readonly string[] = ["Service", "Band", "Reservation", "Setting"];

/** The values of one facet among some findings, the most frequent first. */
export function facetValues(findings: readonly Pick<WireFinding, "rule" | "subjects">[], key: FacetKey): FacetValue[] {
  const counts = new Map<string, number>();
  for (const finding of findings) for (const value of new Set(valuesOf(finding, key))) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}

/** The filter with one more term; a term of the same key is exchanged, the rest stays as it was typed. */
export function withFacet(filter: string, key: FacetKey, value: string): string {
  const wanted = filterKeyOf[key];
  const kept = tokenizeFilter(filter)
    .filter((token) => token.key !== wanted || token.negated)
    .map(({ start, end }) => filter.slice(start, end));
  return [...kept, `${wanted}:${/[\s,"]/.test(value) ? `"${value}"` : value}`].join(" ");
}

function valuesOf({ rule, subjects }: Pick<WireFinding, "rule" | "subjects">, key: FacetKey): readonly string[] {
  switch (key) {
    case "rule":
      return [rule];
    case "ns":
      return subjects.flatMap(({ namespace }) => (namespace === "" ? [] : [namespace]));
    case "owner":
      return subjects.filter(({ kind }) => !noOwners.includes(kind)).map(formatObjectRef);
  }
}
