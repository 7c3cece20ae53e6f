// Whoever has several findings applies what was written for each of them before the first was applied: what one remedy gives away is no other's.

import { compareNatural } from "../basics/order";
import type { Result } from "../basics/result";
import type { ServiceRecord } from "../model/service";
import { recordKey, type Snapshot } from "../model/snapshot";

/** `once`: what is decided about a Service by itself; `anew`: the same without these numbers. */
type Planner<P> = {
  readonly once: (service: ServiceRecord) => Result<P, unknown>;
  readonly anew: (service: ServiceRecord, taken: ReadonlySet<number>) => Result<P, unknown>;
  readonly numbersOf: (plan: P) => readonly number[];
};

/**
 * The plan for a Service with numbers that the plans of the Services before it leave.
 *
 * Returns: the Service's own plan where so many numbers are not free. Services with one selector count as one: a plan is about all of them.
 * Cost:    every Service is looked at, so only a remedy that is written asks; whether there is one does not depend on it.
 */
export function planBesideOthers<P>(snapshot: Snapshot, service: ServiceRecord, own: P, { once, anew, numbersOf }: Planner<P>): P {
  const selection = selectionOf(service);
  const taken = new Set<number>();
  const planned = new Set([selection]);
  for (const other of [...snapshot.services.values()].sort((a, b) => compareNatural(recordKey(a), recordKey(b)))) {
    const its = selectionOf(other);
    if (its === selection) break;
    if (planned.has(its) || !once(other).ok) continue;
    planned.add(its);
    const plan = anew(other, taken);
    if (plan.ok) for (const number of numbersOf(plan.value)) taken.add(number);
  }
  const plan = anew(service, taken);
  return plan.ok ? plan.value : own;
}

function selectionOf({ namespace, selector }: ServiceRecord): string {
  return JSON.stringify([namespace, Object.entries(selector ?? {}).sort()]);
}
