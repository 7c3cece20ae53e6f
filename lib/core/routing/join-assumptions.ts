import type { Assumption } from "../model/route";

/**
 * What is assumed of a cluster, from what is assumed of each of its nodes: a statement that rests on like objects stands once, however many they are.
 *
 * Input:   in the order of the nodes.
 * Returns: in the order met; `from` is the first origin, with the number of others of its sort ("Node/a status.x and 11 others").
 */
export function joinAssumptions(assumptions: readonly Assumption[]): readonly Assumption[] {
  const joined = new Map<string, { readonly first: Assumption; readonly origins: Set<string> }>();
  for (const each of assumptions) {
    const key = JSON.stringify([each.what, each.value, each.from.split("/", 1)[0]]);
    const known = joined.get(key);
    if (known === undefined) joined.set(key, { first: each, origins: new Set([each.from]) });
    else known.origins.add(each.from);
  }
  return [...joined.values()].map(({ first, origins }) => {
    const others = origins.size - 1;
    return others === 0 ? { ...first } : { ...first, from: `${first.from} and ${String(others)} ${others === 1 ? "other" : "others"}` };
  });
}
