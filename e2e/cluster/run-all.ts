// Runs the chosen recorded and random scenarios, shrinks what disagrees, and counts.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readScenarios } from "@/scripts/truth-replay";
import { kubernetesVersion } from "./build.mjs";
import { Laboratory, settingsOf, type Disagreement, type Setup } from "./laboratory";
import { proveLiveSource } from "./live-source";
import { randomScenario, removable } from "./random-scenario";
import { proveRemedies } from "./remedies";

export type Choice = {
  readonly short: boolean;
  readonly modes: readonly string[];
  readonly only: readonly string[] | null;
  readonly seeds: readonly number[];
  /** Folder for the cases of disagreements. */
  readonly cases: string;
};

const records = join(import.meta.dirname, "records/records.jsonl.gz");
// One or two of each section of what routing promises.
const shortList = "T01 T03 T06 T10 T13 T14 T18 T26 T33 T43 T51 T58 T63 T75 T80 X02 X09 X19".split(" ");

export async function runAll(choice: Choice, folder: string): Promise<{ passed: number; failed: number }> {
  const began = Date.now();
  const recorded = [...readScenarios(records)].filter(
    ({ kubernetes, proxyMode }) => kubernetes === kubernetesVersion && choice.modes.includes(proxyMode),
  ) as Setup[];
  const named = recorded.filter(({ id }) => /^[TX]/.test(id) && isChosen(choice, id.split("-")[0] ?? ""));
  const random = choice.modes.flatMap((mode) => {
    const base = recorded.find(({ id }) => id === `T01-${mode}`);
    return base === undefined ? [] : choice.seeds.map((seed) => randomScenario(base, seed));
  });
  if (choice.seeds.length > 0) console.log(`seeds: ${choice.seeds.join(" ")}`);
  const laboratory = await Laboratory.start(folder);
  console.log(`started after ${seconds(began)}`);
  let [passed, failed, probes] = [0, 0, 0];
  // Like to like, so that the product is not started for each.
  for (const setup of [...named, ...random].sort((a, b) => compareTexts(settingsOf(a), settingsOf(b)))) {
    const start = Date.now();
    const result = await attempt(laboratory, setup);
    probes += result.probes;
    if (result.problems.length === 0) passed += 1;
    else failed += 1;
    console.log(`${result.problems.length === 0 ? "ok" : "FAILED"} ${setup.id}: ${String(result.probes)} probes in ${seconds(start)}`);
    for (const problem of result.problems.slice(0, 6)) console.log(`  ${problem}`);
    if (result.disagreements.length > 0) await shrink(laboratory, setup, result.disagreements, choice.cases);
  }
  console.log(`${String(probes)} probes of ${String(passed + failed)} scenarios in ${seconds(began)}; most memory: ${memory()}`);
  if (choice.only?.includes("proofs") === false) return { passed, failed };
  // Last, because each of them stops all processes when it ends.
  const proofs = [...(await proveLiveSource(console.log)), ...(await proveRemedies(console.log))];
  const proven = proofs.filter((proof) => proof.passed).length;
  console.log(`live source and remedies: ${String(proven)} of ${String(proofs.length)} proofs; ${seconds(began)} in all`);
  return { passed: passed + proven, failed: failed + proofs.length - proven };
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function isChosen({ short, only }: Choice, id: string): boolean {
  if (only !== null) return only.includes(id);
  return !short || shortList.includes(id);
}

type Attempt = { readonly probes: number; readonly problems: readonly string[]; readonly disagreements: readonly Disagreement[] };

async function attempt(laboratory: Laboratory, setup: Setup): Promise<Attempt> {
  try {
    const { probes, disagreements } = await laboratory.run(setup);
    return { probes: probes.length, problems: disagreements.map(say), disagreements };
  } catch (error) {
    return { probes: 0, problems: [String(error)], disagreements: [] };
  }
}

/** Leaves out one object after the other while the first disagreement stays, and writes what is left in the records' format. */
async function shrink(laboratory: Laboratory, setup: Setup, [first]: readonly Disagreement[], cases: string): Promise<void> {
  if (first === undefined) return;
  let small: Setup = { ...setup, probes: [first.probe] };
  for (const object of removable(setup)) {
    const without: Setup = { ...small, objects: { items: small.objects.items.filter((each) => each !== object) } };
    if ((await attempt(laboratory, without)).disagreements.length > 0) small = without;
  }
  const { probes, disagreements } = await laboratory.run(small);
  const items = await laboratory.readBack();
  const file = join(cases, `${setup.id}.json`);
  writeFileSync(file, JSON.stringify({ ...small, objects: { apiVersion: "v1", kind: "List", items }, probes }, null, 1));
  console.log(`  case: ${file}${disagreements[0] === undefined ? "" : `: ${say(disagreements[0])}`}`);
}

function say({ probe: { from, address, port, protocol, node }, why }: Disagreement): string {
  const client = from.kind === "outside" ? "outside" : from.kind === "node" ? from.name : `${from.namespace}/${from.name}`;
  return `${client} to ${address}:${String(port)}/${protocol} at ${node}: ${why}`;
}

/** The peak of each program that runs now; of several of one kind the largest. */
function memory(): string {
  const peaks = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const text = readIfThere(`/proc/${pid}/status`);
    const [, peak = "0"] = /^VmHWM:\s+(\d+) kB/m.exec(text) ?? [];
    const words = readIfThere(`/proc/${pid}/cmdline`).split("\0");
    const name = (words.find((word) => word.endsWith("server.js") || word.endsWith("main.ts")) ?? words[0] ?? "").split("/").at(-1) ?? "";
    peaks.set(name, Math.max(peaks.get(name) ?? 0, Number(peak)));
  }
  return [...peaks]
    .filter(([, kB]) => kB > 0)
    .sort()
    .map(([name, kB]) => `${name} ${String(Math.round(kB / 1024))} MiB`)
    .join(", ");
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
