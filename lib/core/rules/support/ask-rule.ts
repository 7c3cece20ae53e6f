// Asks a rule what it finds: all of it, or only what changes since its last answer can concern.

import { compareText } from "../../basics/order";
import type { ServiceKey } from "../../model/brands";
import type { Snapshot } from "../../model/snapshot";
import type { Context } from "../../policy/policy";
import type { Evidence, Found, Rule } from "../rule";

/** What a rule answered, and what that rested on: null where it does not say, so that it is asked anew. */
export type Answer = {
  readonly reads: readonly unknown[] | null;
  readonly parts: ReadonlyMap<ServiceKey, unknown>;
  readonly found: readonly Found<Evidence>[];
};

/**
 * The answer of a rule to a snapshot.
 *
 * Input:   `last`: its answer to an earlier snapshot of the same index, under the same policy and states of the kinds; undefined: there is none.
 *          `concerned`: the Services that changes since then can concern.
 * Returns: the same findings as without `last`.
 */
export function askRule(rule: Rule, snapshot: Snapshot, context: Context, last?: Answer, concerned: readonly ServiceKey[] = []): Answer {
  const reads = rule.reads?.(snapshot, context) ?? null;
  const holds = last !== undefined && isSame(last.reads, reads) ? last : undefined;
  if (rule.perService === undefined) return holds ?? { reads, parts: new Map(), found: [...rule.check(snapshot, context, [])] };
  const parts = new Map(holds?.parts);
  let isSorted = true;
  for (const key of holds === undefined ? snapshot.services.keys() : concerned) {
    const service = snapshot.services.get(key);
    const part = service === undefined ? null : rule.perService(snapshot, context, service);
    if (part === null) parts.delete(key);
    else {
      isSorted &&= holds === undefined || parts.has(key);
      parts.set(key, part);
    }
  }
  const sorted = isSorted ? parts : new Map([...parts].sort(([a], [b]) => compareText(a, b)));
  return { reads, parts: sorted, found: [...rule.check(snapshot, context, [...sorted.values()])] };
}

function isSame(before: readonly unknown[] | null, now: readonly unknown[] | null): boolean {
  return before !== null && now !== null && before.length === now.length && before.every((each, place) => each === now[place]);
}
