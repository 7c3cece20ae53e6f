// npm run truth [-- PATH]: replays every recorded probe and prints the agreement per scenario and mode. Exit 1 on any disagreement.

import { join } from "node:path";
import { readScenarios, replay } from "./truth-replay";

const path = process.argv[2] ?? join(import.meta.dirname, "../e2e/cluster/records/records.jsonl.gz");
const verbose = process.argv.includes("--all");
const totals = new Map<string, { scenarios: number; probes: number; contested: number; wrong: number }>();

for (const scenario of readScenarios(path)) {
  const result = replay(scenario);
  const mode = `${scenario.proxyMode} ${scenario.kubernetes}`;
  const total = totals.get(mode) ?? { scenarios: 0, probes: 0, contested: 0, wrong: 0 };
  total.scenarios += 1;
  total.probes += result.probes;
  total.contested += result.contested;
  total.wrong += result.disagreements.length;
  totals.set(mode, total);
  if (verbose || result.disagreements.length > 0)
    console.log(`${result.scenario}: ${String(result.probes - result.disagreements.length)} of ${String(result.probes)} agree`);
  for (const { probe, why } of result.disagreements.slice(0, 5)) {
    const from =
      probe.from.kind === "outside"
        ? "outside"
        : probe.from.kind === "node"
          ? `node/${probe.from.name}`
          : `pod/${probe.from.namespace}/${probe.from.name}`;
    console.log(`  ${from} to ${probe.address}:${String(probe.port)}/${probe.protocol} at ${probe.node}: ${why}`);
  }
}

let wrong = 0;
for (const [mode, total] of [...totals].sort()) {
  wrong += total.wrong;
  console.log(
    `${mode}: ${String(total.probes - total.wrong)} of ${String(total.probes)} probes of ${String(total.scenarios)} scenarios agree, ${String(total.contested)} contested`,
  );
}
console.log(`${String(wrong)} disagreements`);
process.exitCode = wrong === 0 ? 0 : 1;
