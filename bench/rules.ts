// What all rules cost on a made-up healthy cluster of 15,000 and of 150,000 pods, side by side in one run, which rules cost most, and what one event costs
// once that is known. CPU time of this process, since others may use the machine as well. Part of `npm run bench`.

import { buildAllocations, emptyPolicy, finish, listRules, runRules, type Context, type Snapshot } from "@/lib/core";
import { askRules } from "@/lib/core/rules/support/ask-rules";
import { buildMadeUp, cpuTime, median, type Index, type Size } from "./made-up-cluster";

const small: Size = { pods: 15_000, nodes: 500, services: 1_000 };
const large: Size = { pods: 150_000, nodes: 5_000, services: 10_000 };
const context: Context = { policy: emptyPolicy, nowMs: Date.UTC(2026, 4, 12, 14, 43) };
const rounds = 5;
const events = 40;

/** Prints ms for all rules at both sizes, their ratio (at most 12 is wanted), the dearest rules, and the share of one event (at most 2 % is wanted). */
export function benchRules(): void {
  const clusters = [small, large].map((size) => {
    const { index, snapshot } = buildMadeUp(size);
    const first = cpuTime(() => runRules(snapshot, context));
    return { size, index, first, found: runRules(snapshot, context), whole: [] as number[], byRule: new Map<string, number[]>() };
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const { index, whole, byRule } of clusters) {
      // A new snapshot: nothing that was derived of the last one is kept.
      whole.push(cpuTime(() => runRules(touch(index, round), context)));
      const snapshot = touch(index, round + rounds);
      for (const rule of listRules()) {
        const took = cpuTime(() => finish(askRules([rule], snapshot, context)));
        byRule.set(rule.id, [...(byRule.get(rule.id) ?? []), took]);
      }
    }
  }
  for (const { size, index, first, found, whole, byRule } of clusters) {
    const dearest = [...byRule]
      .map(([id, times]) => ({ id, took: median(times) }))
      .sort((a, b) => b.took - a.took)
      .slice(0, 8)
      .map(({ id, took }) => `${id} ${took.toFixed(1)}`);
    console.log(
      `${size.pods.toLocaleString("en")} pods, ${size.services.toLocaleString("en")} Services: all ${String(listRules().length)} rules ${median(whole).toFixed(0)} ms ` +
        `(median of ${String(rounds)}, the first ${first.toFixed(0)} ms; ${String(found.findings.length)} findings, ${String(found.notEvaluated.length)} rules not evaluated); ` +
        `dearest in ms: ${dearest.join(", ")}`,
    );
    benchAgain(index, median(whole));
  }
  const [few, many] = clusters.map(({ whole }) => median(whole));
  console.log(`ten times the cluster costs ${((many ?? 0) / (few ?? 1)).toFixed(1)} times as much`);
}

/** What the server does after each event: findings and table on top of the last ones. */
function benchAgain(index: Index, whole: number): void {
  let evaluation = runRules(touch(index, 0), context);
  let rows = buildAllocations(index.snapshot(), context);
  const first = cpuTime(() => (evaluation = runRules(touch(index, 1), context, evaluation)));
  rows = buildAllocations(index.snapshot(), context, rows);
  const costs = Array.from({ length: events }, (_, round) => {
    const snapshot = touch(index, round + 2);
    const rules = cpuTime(() => (evaluation = runRules(snapshot, context, evaluation)));
    return { rules, table: cpuTime(() => (rows = buildAllocations(snapshot, context, rows))) };
  });
  const rules = costs.map((each) => each.rules);
  console.log(
    `  after one pod event: ${median(rules).toFixed(2)} ms (the dearest of ${String(events)}: ${Math.max(...rules).toFixed(1)}), ` +
      `${((median(rules) / whole) * 100).toFixed(2)} % of a whole run; the very first ${first.toFixed(0)} ms; ` +
      `the table of allocations ${median(costs.map(({ table }) => table)).toFixed(1)} ms`,
  );
}

/** The snapshot after one pod has changed. */
function touch(index: Index, round: number): Snapshot {
  const pods = [...index.snapshot().pods.values()];
  const pod = pods[(round * 7919) % Math.max(1, pods.length)];
  if (pod !== undefined) index.apply([{ type: "upsert", kind: "pods", record: { ...pod, ready: !pod.ready } }]);
  return index.snapshot();
}
