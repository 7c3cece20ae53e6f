// Reads one dump in a process of its own and says what that took.

import { createClusterIndex, emptyPolicy, runRules } from "@/lib/core";
import { readSnapshot } from "@/lib/sources/snapshot/read-snapshot";

export type DumpReading = {
  readonly ms: number;
  readonly cpuMs: number;
  readonly pods: number;
  readonly readMiB: number;
  readonly judgedMiB: number;
};

const started = performance.now();
const read = await readSnapshot([process.argv[2] ?? ""]);
if (!read.ok) throw new Error(`${read.error.what}: ${read.error.where}`);
const ms = performance.now() - started;
const { user, system } = process.cpuUsage();
const readMiB = process.resourceUsage().maxRSS / 1024;
const index = createClusterIndex(read.value.cluster);
index.apply(read.value.deltas);
const snapshot = index.snapshot();
runRules(snapshot, { policy: emptyPolicy, nowMs: 0 });
const reading: DumpReading = {
  ms,
  cpuMs: (user + system) / 1000,
  pods: snapshot.pods.size,
  readMiB,
  judgedMiB: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(reading));
