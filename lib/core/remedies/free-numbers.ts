// Numbers for new holders: free, and in a band where the holder may stand. Many findings ask of one snapshot, so the lists are kept with it.

import { surveyPods } from "../inventory/survey-pods";
import type { Labels } from "../model/meta";
import type { Snapshot } from "../model/snapshot";
import { bandOf, hasPort, isAllowed, splitNodePortRange } from "../policy/bands";
import type { Band, Context, Policy } from "../policy/policy";
import { listFreePorts } from "../ranges/find-free-ports";
import { readsOfBlocks } from "../rules/support/blocks";
import { knowNodePortRange } from "../rules/support/node-port-range";
import { say, type Saying } from "./words";

type Holder = { readonly namespace: string; readonly labels: Labels };
export type Numbers = { readonly band: string | null; readonly numbers: readonly number[] };

/**
 * So many free numbers for a holder.
 *
 * Input:   `current`: a number that it has, whose band it prefers when it may stand there; null for none. `without`: numbers given away already.
 * Returns: all of one band of the policy (its own, else one that names it, else where no band is, else one that anybody may stand in); null when nowhere so many are free.
 * Cost:    the first question of a snapshot walks over the range; later ones over what was listed then.
 */
export function pickNumbers(
  snapshot: Snapshot,
  context: Context,
  kind: Band["kind"],
  holder: Holder,
  current: number | null,
  count: number,
  without: ReadonlySet<number> = new Set(),
): Numbers | null {
  const own = current === null ? null : bandOf(context.policy, kind, current);
  const named = context.policy.bands.filter((band) => band.kind === kind && band.allow !== null && isAllowed(band.allow, holder));
  const bands = [...(own !== null && (own.allow === null || isAllowed(own.allow, holder)) ? [own] : []), ...named];
  const open = context.policy.bands.filter((band) => band.kind === kind && band.allow === null);
  for (const band of [...bands.map(({ name }) => name), null, ...open.map(({ name }) => name)]) {
    const numbers: number[] = [];
    for (const number of listFree(snapshot, context, kind, band)) {
      if (numbers.length === count) break;
      if (!without.has(number)) numbers.push(number);
    }
    if (numbers.length === count) return { band, numbers };
  }
  return null;
}

/** Why no nodePort can be named. */
export function sayNoNumber(snapshot: Snapshot, context: Context, count: number): Saying {
  return knowNodePortRange(snapshot, context) === null ? say("service.no-range") : say("service.no-number", { count: String(count) });
}

/** What `pickNumbers` rests on beside its own input, for `reads`. */
export function readsOfFreeNumbers(snapshot: Snapshot): readonly unknown[] {
  const { services, deployments, daemonsets, events } = snapshot;
  const { hostPorts, serials } = surveyPods(snapshot);
  return [services, deployments, daemonsets, events, hostPorts, serials, ...readsOfBlocks(snapshot)];
}

type Lists = { readonly policy: Policy; readonly nowMs: number; readonly lists: Map<string, readonly number[]> };
const known = new WeakMap<Snapshot, Lists>();

function listFree(snapshot: Snapshot, context: Context, kind: Band["kind"], band: string | null): readonly number[] {
  let entry = known.get(snapshot);
  if (entry?.policy !== context.policy || entry.nowMs !== context.nowMs)
    known.set(snapshot, (entry = { policy: context.policy, nowMs: context.nowMs, lists: new Map() }));
  const key = JSON.stringify([kind, band]);
  let list = entry.lists.get(key);
  if (list === undefined) entry.lists.set(key, (list = listFreePorts(snapshot, context, { kind, band, node: null })));
  return list;
}

/** Whether the API server chooses the number only when all others are gone. */
export function isStaticNumber(snapshot: Snapshot, context: Context, number: number): boolean {
  const range = knowNodePortRange(snapshot, context)?.range;
  const bands = range === undefined ? null : splitNodePortRange(range);
  return bands?.static != null && hasPort(bands.static, number);
}
