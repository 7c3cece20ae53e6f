// Asks rules what they find: all of it, or only what changes since their last answers can concern.

import { compareText } from "../../basics/order";
import type { Steps } from "../../basics/steps";
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

/** A rule while it is asked. `holds`: its last answer, where that still counts but for what changed. `inOrder`: of the keys of `parts`. */
type Asked = {
  readonly rule: Rule;
  readonly reads: readonly unknown[] | null;
  readonly holds: Answer | undefined;
  readonly parts: Map<ServiceKey, unknown>;
  inOrder: boolean;
};

/**
 * The answers of rules to a snapshot, by their ids, in steps of one Service and one rule.
 *
 * Input:   `last`: their answers to an earlier snapshot of the same index, under the same policy and states of the kinds; those of a rule may be missing.
 *          `concerned`: the Services that changes since then can concern.
 * Returns: the same findings as without `last`.
 * Cost:    each Service is asked about by all rules in turn, while its pods are at hand: of 150,000 the processor's caches hold few.
 */
export function* askRules(
  rules: readonly Rule[],
  snapshot: Snapshot,
  context: Context,
  last?: ReadonlyMap<string, Answer>,
  concerned: readonly ServiceKey[] = [],
): Steps<ReadonlyMap<string, Answer>> {
  const asked = rules.map((rule): Asked => {
    const reads = rule.reads?.(snapshot, context) ?? null;
    const before = last?.get(rule.id);
    const holds = before !== undefined && isSame(before.reads, reads) ? before : undefined;
    return { rule, reads, holds, parts: new Map(holds?.parts), inOrder: true };
  });
  const anew = asked.filter(({ holds }) => holds === undefined);
  const again = asked.filter(({ holds }) => holds !== undefined);
  yield* askPerService(anew, snapshot, context, snapshot.services.keys());
  yield* askPerService(again, snapshot, context, concerned);
  const answers = new Map<string, Answer>();
  for (const each of asked) {
    yield;
    answers.set(each.rule.id, yield* conclude(each, snapshot, context));
  }
  return answers;
}

function* askPerService(all: readonly Asked[], snapshot: Snapshot, context: Context, keys: Iterable<ServiceKey>): Steps<void> {
  const asked = all.filter(({ rule }) => rule.perService !== undefined);
  if (asked.length === 0) return;
  for (const key of keys) {
    yield;
    const service = snapshot.services.get(key);
    for (const each of asked) {
      const part = service === undefined ? null : (each.rule.perService?.(snapshot, context, service) ?? null);
      if (part === null) each.parts.delete(key);
      else {
        each.inOrder &&= each.holds === undefined || each.parts.has(key);
        each.parts.set(key, part);
      }
    }
  }
}

function* conclude({ rule, reads, holds, parts, inOrder }: Asked, snapshot: Snapshot, context: Context): Steps<Answer> {
  if (holds !== undefined && rule.perService === undefined) return holds;
  const sorted = inOrder ? parts : new Map([...parts].sort(([a], [b]) => compareText(a, b)));
  const found: Answer["found"][number][] = [];
  for (const each of rule.check(snapshot, context, [...sorted.values()])) {
    yield;
    found.push(each);
  }
  return { reads, parts: sorted, found };
}

/** Whether two lists of what something rests on are the same; null: nobody says. */
export function isSame(before: readonly unknown[] | null, now: readonly unknown[] | null): boolean {
  return before !== null && now !== null && before.length === now.length && before.every((each, place) => each === now[place]);
}
