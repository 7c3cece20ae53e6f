// What the answers rest on: derived once per cluster view (and at least once a minute, since dates pass), for all copies of this module in the process.

import {
  buildAllocations,
  buildPortMapInSteps,
  joinFindings,
  runRules,
  traceRoute,
  type Allocation,
  type Context,
  type Evaluation,
} from "@/lib/core";
import type { ClusterView } from "./runtime";

/**
 * `engine`: the questions as asked by the copy of core that derived the view, which remembers what they share; another copy would work that out again
 * for each revision (docs/decisions/0004).
 */
export type DerivedView = {
  readonly view: ClusterView;
  readonly context: Context;
  readonly evaluation: Evaluation;
  /** When this process first saw each of the findings; those that a snapshot holds began before anybody looked. */
  readonly firstSeen: ReadonlyMap<string, number>;
  readonly allocations: readonly Allocation[];
  readonly engine: { readonly traceRoute: typeof traceRoute; readonly buildPortMapInSteps: typeof buildPortMapInSteps };
};

type Latest = Pick<DerivedView, "view" | "evaluation" | "firstSeen"> & { readonly rows: readonly Allocation[] };

type Derived = {
  /** The last answers of each cluster, for the next ones to build on. */
  readonly latest: Map<string, Latest>;
  readonly values: WeakMap<ClusterView, { readonly minute: number; readonly value: DerivedView }>;
};

const minuteMs = 60_000;
const key = Symbol.for("portolan.derived.v1");
const shared = globalThis as { [key]?: Derived | undefined };
const { latest, values }: Derived = (shared[key] ??= { latest: new Map(), values: new WeakMap() });

/**
 * Allocations and findings of a cluster view.
 *
 * `nowMs` of the context: the clock, but for a snapshot the moment it was collected (null there: the clock).
 */
export function deriveView(view: ClusterView): DerivedView {
  const nowMs = view.origin === "snapshot" ? (view.snapshot.asOfMs ?? Date.now()) : Date.now();
  const minute = Math.floor(nowMs / minuteMs);
  const known = values.get(view);
  if (known?.minute === minute) return known.value;
  const context: Context = { policy: view.policy.value, nowMs };
  // What was found last of the same cluster: only what changed since is asked again.
  const last = latest.get(view.name);
  const evaluation = runRules(view.snapshot, context, last?.evaluation);
  const rows = buildAllocations(view.snapshot, context, last?.rows);
  const firstSeen = noteFindings(view, evaluation, last?.firstSeen, nowMs);
  // A view is derived again when a minute has passed, also the one before the last: what came after it is not forgotten for that.
  if (last === undefined || last.view.snapshot.revision <= view.snapshot.revision || view.origin === "snapshot")
    latest.set(view.name, { view, evaluation, firstSeen, rows });
  const allocations = joinFindings(rows, evaluation);
  const value = { view, context, evaluation, firstSeen, allocations, engine: { traceRoute, buildPortMapInSteps } };
  values.set(view, { minute, value });
  return value;
}

/** A finding that was gone begins anew; nothing is noted while the cluster is still being read. */
function noteFindings(
  { origin, synced }: ClusterView,
  { findings }: Evaluation,
  known: ReadonlyMap<string, number> | undefined,
  nowMs: number,
): ReadonlyMap<string, number> {
  if (origin === "snapshot" || !synced) return new Map();
  return new Map(findings.map(({ fingerprint }) => [fingerprint, known?.get(fingerprint) ?? nowMs]));
}
