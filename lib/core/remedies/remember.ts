// Several findings may be about one Service, and every one of them asks at every revision: what is decided about it is decided once.

import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";

/** The same question with its answers kept as long as the snapshot; another policy or moment asks anew. */
export function rememberPerService<T>(
  ask: (snapshot: Snapshot, context: Context, service: ServiceRecord) => T,
): (snapshot: Snapshot, context: Context, service: ServiceRecord) => T {
  const known = new WeakMap<Snapshot, { readonly context: Context; readonly answers: Map<ServiceRecord, T> }>();
  return (snapshot, context, service) => {
    let entry = known.get(snapshot);
    if (entry?.context.policy !== context.policy || entry.context.nowMs !== context.nowMs)
      known.set(snapshot, (entry = { context, answers: new Map() }));
    const answer = entry.answers.get(service);
    if (answer !== undefined) return answer;
    const found = ask(snapshot, context, service);
    entry.answers.set(service, found);
    return found;
  };
}
