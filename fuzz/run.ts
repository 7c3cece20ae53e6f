// The child that reads hostile input: all hostile inputs of a target, then random ones. Every half second it says where it is; whoever started it ends it when
// it says nothing for long, which is how a reader that hangs is found.

import * as fc from "fast-check";
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { runWatched, type AnyTarget } from "./target";
import { archiveFile, jsonFile, kubeconfigFile, manifestFile, ownFile, policyFile, tableFile, yamlFile } from "./targets/files";
import { objectTarget, watchTarget } from "./targets/objects";
import { eventIds, queryStrings, requestHeaders } from "./targets/server";
import { filterText, flagWords, targetText, writtenText } from "./targets/texts";

const targets: readonly AnyTarget[] = [
  objectTarget,
  watchTarget,
  jsonFile,
  yamlFile,
  tableFile,
  ownFile,
  archiveFile,
  policyFile,
  manifestFile,
  kubeconfigFile,
  filterText,
  targetText,
  flagWords,
  writtenText,
  queryStrings,
  eventIds,
  requestHeaders,
];

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
    path: { type: "string" },
    few: { type: "boolean" },
  },
});
const fewMin = 200;
const runs = Number(values.runs);
const seed = Number(values.seed);

// A library that warns prints what it read, as it is.
const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));

let saidMs = 0;
function say(word: string, line: string): void {
  writeSync(1, `${word} ${line}\n`);
}
function beat(line: string): void {
  if (performance.now() - saidMs < 500) return;
  saidMs = performance.now();
  say("AT", line);
}

for (const target of targets) if (values.only === undefined || target.name === values.only) await fuzz(target);

async function fuzz(target: AnyTarget): Promise<void> {
  const began = performance.now();
  const failures: string[] = [];
  // The short form takes every so manieth.
  const step = values.few === true ? Math.max(1, Math.floor(target.hostile.length / fewMin)) : 1;
  const hostile = [...target.hostile.entries()].filter(([place]) => place % step === 0);
  for (const [place, input] of hostile) {
    beat(`${target.name}, hostile input ${String(place)}: ${excerpt(input)}`);
    try {
      await runWatched(target, input);
    } catch (cause) {
      failures.push(`hostile input ${String(place)}: ${excerpt(input)}\n  ${describe(cause)}`);
    }
  }
  const numRuns = Math.max(1, Math.round(runs * (target.weight ?? 1)));
  let run = 0;
  const result = await fc.check(
    fc.asyncProperty(target.random, async (input) => {
      run += 1;
      beat(`${target.name}, random input ${String(run)}: ${excerpt(input)}`);
      await runWatched(target, input);
    }),
    { seed, numRuns, maxSkipsPerRun: 0, ...(values.path === undefined ? {} : { path: values.path }) },
  );
  if (result.failed)
    failures.push(
      `random input, after ${String(result.numRuns)} runs, replay with --only ${JSON.stringify(target.name)} --seed ${String(result.seed)} --path ${String(result.counterexamplePath)}: ${excerpt(result.counterexample?.[0])}\n  ${describe(result.errorInstance)}`,
    );
  for (const message of warnings.splice(0)) failures.push(`a library warned on standard error: ${excerpt(message)}`);
  globalThis.gc?.();
  const heap = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
  const figures = `${String(hostile.length)} hostile and ${String(numRuns)} random inputs, ${((performance.now() - began) / 1000).toFixed(1)} s, ${String(heap)} MiB held`;
  say(failures.length === 0 ? "OK" : "FAILED", `${target.name}: ${figures}`);
  say("COUNT", `${String(hostile.length)} ${String(numRuns)}`);
  for (const failure of failures.slice(0, 8)) say(" ", failure);
  if (failures.length > 8) say(" ", `and ${String(failures.length - 8)} more`);
}

function excerpt(input: unknown): string {
  const text =
    input instanceof Uint8Array
      ? `${String(input.length)} bytes ${Buffer.from(input.subarray(0, 60)).toString("hex")}`
      : JSON.stringify(input);
  return text.length > 300 ? `${text.slice(0, 300)}… (${String(text.length)} characters)` : text;
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message).split("\n").slice(0, 5).join("\n  ") : String(cause);
}

process.exit(0);
