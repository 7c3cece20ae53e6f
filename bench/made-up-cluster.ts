// A made-up healthy cluster of any size, and how long things take: what several measurements share.

import { createClusterIndex, resourceKinds, toKindStatus, type Delta, type ResourceKind, type Snapshot } from "@/lib/core";
import { buildScale } from "@/lib/sources/demo/scale";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";

export type Size = { readonly pods: number; readonly nodes: number; readonly services: number };
export type Index = ReturnType<typeof createClusterIndex>;

export function buildMadeUp(size: Size): { readonly index: Index; readonly snapshot: Snapshot } {
  const index = createClusterIndex("bench");
  const deltas: Delta[] = [];
  for (const object of buildScale(size)) for (const each of slimObject(object).records) deltas.push({ type: "upsert", ...each });
  for (const kind of resourceKinds satisfies readonly ResourceKind[]) deltas.push({ type: "status", kind, status: toKindStatus("live") });
  index.apply(deltas);
  return { index, snapshot: index.snapshot() };
}

export function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Milliseconds of CPU that the process spent, garbage collection included: other work on the machine does not count. */
export function cpuTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
