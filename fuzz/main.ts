// npm run fuzz: hostile and random input for every reader. Prints its seed; the same seed makes the same inputs.
//   --runs N      random inputs for each target (default 12000; slow readers get a part of it)
//   --short       100 of them with a fixed seed, and some 200 hostile ones each: the form of .ci/run
//   --seed N --only TARGET --path PATH   again what failed
// A target fails by an error, by more than a second of processor time for one input, by a changed prototype; a reader that hangs or takes more than
// 512 MiB of heap ends the process, and that is a failure too. The last line counts: two checks a target, its hostile inputs and its random ones together.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
    path: { type: "string" },
    short: { type: "boolean" },
  },
});
const silenceMaxMs = 60_000;
// Nothing is read yet while the program loads, which takes its time on a busy machine.
const startMaxMs = 300_000;
const seed = values.seed ?? (values.short === true ? "20261128" : String(Math.floor(Math.random() * 2 ** 31)));
const args = ["--seed", seed, "--runs", values.runs ?? (values.short === true ? "100" : "12000")];
if (values.short === true) args.push("--few");
for (const name of ["only", "path"] as const) if (values[name] !== undefined) args.push(`--${name}`, values[name]);

console.log(`seed ${seed}`);
const totals = { passed: 0, failed: 0, hostile: 0, random: 0 };
const began = Date.now();
// server-only lets itself be loaded under this condition alone.
const child = spawn(
  process.execPath,
  ["--expose-gc", "--max-old-space-size=512", "--conditions=react-server", "--import", "tsx", join(import.meta.dirname, "run.ts"), ...args],
  { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, PORTOLAN_LOG_LEVEL: "silent" } },
);
let at = "its start";
const hung = (): void => {
  console.log(`HANGS at ${at}`);
  child.kill("SIGKILL");
};
let timer = setTimeout(hung, startMaxMs);
createInterface({ input: child.stdout }).on("line", (line) => {
  clearTimeout(timer);
  timer = setTimeout(hung, silenceMaxMs);
  const [word = "", ...rest] = line.split(" ");
  if (word === "AT") at = rest.join(" ");
  else if (word === "COUNT") {
    totals.hostile += Number(rest[0]);
    totals.random += Number(rest[1]);
  } else {
    if (word === "OK") totals.passed += 1;
    else if (word === "FAILED") totals.failed += 1;
    console.log(line);
  }
});
child.once("close", (code, signal) => {
  clearTimeout(timer);
  if (code !== 0) {
    totals.failed += 1;
    console.log(`ended with ${String(code ?? signal)} at ${at}`);
  }
  console.log(
    `${String(totals.hostile)} hostile and ${String(totals.random)} random inputs in ${((Date.now() - began) / 1000).toFixed(0)} s; seed ${seed}`,
  );
  console.log(`${String(totals.passed)} passed, ${String(totals.failed)} failed`);
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
});
