import { describeValue, isPlain, type EvidenceLabel } from "./evidence";

/**
 * The labels of the owners' pods, side by side, as the evidence lists them.
 *
 * Returns: none when it lists none. The first label that separates the owners is the best one: evidence has the most stable first.
 */
export function readLabels(evidence: Readonly<Record<string, unknown>>): EvidenceLabel[] {
  const list = evidence["labels"] ?? evidence["separatingLabels"];
  if (!Array.isArray(list)) return [];
  const labels = list.flatMap((each: unknown) => {
    if (!isPlain(each) || typeof each["key"] !== "string" || !Array.isArray(each["values"])) return [];
    const values = each["values"].map((value: unknown) =>
      Array.isArray(value) ? value.map(describeValue) : value === null || value === undefined ? [] : [describeValue(value)],
    );
    return [{ key: each["key"], values, separates: areDisjoint(values) }];
  });
  const best = labels.find(({ separates }) => separates)?.key;
  return labels.map((label) => ({ ...label, best: label.key === best }));
}

function areDisjoint(values: readonly (readonly string[])[]): boolean {
  const all = values.flat();
  return values.every((each) => each.length > 0) && new Set(all).size === all.length;
}
