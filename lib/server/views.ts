// What the answers rest on: derived once per cluster view (and at least once a minute, since dates pass), for all copies of this module in the process.

import {
  buildAllocationsInSteps,
  buildPortMapInSteps,
  finish,
  joinFindings,
  runRulesInSteps,
  traceRoute,
  type Allocation,
  type Context,
  type Evaluation,
  type Steps,
} from "@/lib/core";
import type { ClusterView } from "./runtime";

/** `engine`: the questions as asked by the copy of core that derived the view. */
export type DerivedView = {
  readonly view: ClusterView;
  readonly context: Context;
  readonly evaluation: Evaluation;
  /** When this process first saw each of the findings; those that a snapshot holds began before anybody looked. */
  readonly firstSeen: ReadonlyMap<string, number>;
  readonly allocations: readonly Allocation[];
  readonly engine: Engine;
};

/**
 * Core's functions of one of its copies in the process. What they remember from one snapshot to the next, only that copy knows: another would work out all of it
 * again (docs/decisions/0004).
 */
type Engine = typeof ownEngine;

type Latest = Pick<DerivedView, "view" | "evaluation" | "firstSeen"> & { readonly rows: readonly Allocation[] };

type Derived = {
  readonly engine: Engine;
  /** The last answers of each cluster, for the next ones to build on. */
  readonly latest: Map<string, Latest>;
  readonly values: WeakMap<ClusterView, { readonly minute: number; readonly value: DerivedView }>;
};

const ownEngine = { runRulesInSteps, buildAllocationsInSteps, joinFindings, traceRoute, buildPortMapInSteps } as const;
const minuteMs = 60_000;
const key = Symbol.for("portolan.derived.v1");
const shared = globalThis as { [key]?: Derived | undefined };
const derived: Derived = (shared[key] ??= { engine: ownEngine, latest: new Map(), values: new WeakMap() });
const { latest, values } = derived;
// In development an edited rule is to be seen: there each copy asks its own.
const engine = process.env["NODE_ENV"] === "development" ? ownEngine : derived.engine;

/**
 * Allocations and findings of a cluster view.
 *
 * `nowMs` of the context: the clock, but for a snapshot the moment it was collected (null there: the clock).
 */
export function deriveView(view: ClusterView): DerivedView {
  return finish(deriveViewInSteps(view));
}

/** The same in steps. */
export function* deriveViewInSteps(view: ClusterView): Steps<DerivedView> {
  const nowMs = view.origin === "snapshot" ? (view.snapshot.asOfMs ?? Date.now()) : Date.now();
  const minute = Math.floor(nowMs / minuteMs);
  const known = values.get(view);
  if (known?.minute === minute) return known.value;
  const context: Context = { policy: view.policy.value, nowMs };
  // What was found last of the same cluster: only what changed since is asked again.
  const last = latest.get(view.name);
  const evaluation = yield* engine.runRulesInSteps(view.snapshot, context, last?.evaluation);
  const rows = yield* engine.buildAllocationsInSteps(view.snapshot, context, last?.rows);
  const firstSeen = noteFindings(view, evaluation, last?.firstSeen, nowMs);
  // A view is derived again when a minute has passed, also the one before the last: what came after it is not forgotten for that.
  if (last === undefined || last.view.snapshot.revision <= view.snapshot.revision || view.origin === "snapshot")
    latest.set(view.name, { view, evaluation, firstSeen, rows });
  const allocations = engine.joinFindings(rows, evaluation);
  const value = { view, context, evaluation, firstSeen, allocations, engine };
  values.set(view, { minute, value });
  return value;
}

/** Whether anything was derived of a cluster by now: the first time costs most. */
export function isDerived(cluster: string): boolean {
  return latest.has(cluster);
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
