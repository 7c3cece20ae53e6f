// What `npm start` and `npm test` share. Runs on a bare Node 20 with npm, before anything is installed: Node's own modules only.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeProgram } from "../bin/find-node.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where a build notes what it was made of; the last file that it writes. */
export const buildStamp = join(root, ".next", "built-from");

// What a build is made of; tests, documents and tools are not.
const buildInputs = [
  ...["app", "components", "lib", "public"],
  ...["instrumentation.ts", "instrumentation-node.ts", "proxy.ts", "next.config.ts", "postcss.config.mjs"],
  ...["package.json", "package-lock.json", "tsconfig.json", "scripts/build.mjs"],
];

/** One line on standard error. */
export function say(text) {
  console.error(`portolan: ${text}`);
}

/** Installs the packages when the lock file names others than those that are there, whoever installed them. */
export function install() {
  if (packagesAreThere()) return;
  timed("installing packages", () => {
    // --include=dev: with NODE_ENV=production npm would leave the build's tools out.
    const flags = ["--include=dev", "--include=optional", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    run("npm", ["ci", ...flags]);
  });
}

/** Builds the dashboard and the command line when their sources changed since the last build. */
export function build() {
  if (existsSync(join(root, "dist", "cli.mjs")) && readText(buildStamp) === hashSources()) return;
  timed("building the dashboard and the command line", () => run(node(), ["scripts/build.mjs"]));
}

/** Fingerprint of all that a build is made of. */
export function hashSources() {
  const hash = createHash("sha256").update(process.platform);
  for (const path of buildInputs.flatMap(listFiles)) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

/** A Node that runs the tools: this one when it is new enough, else the one that the packages bring. */
export function node() {
  return (
    nodeProgram(root) ??
    fail("Node 22.19 or newer is needed, and the packages bring none for this machine: install Node 24 (https://nodejs.org)")
  );
}

/** The environment of the tools: the Node that was found comes first in the path, and nothing reports home. */
export function toolEnv() {
  const program = nodeProgram(root);
  const path = process.env.PATH ?? "";
  return { ...process.env, NEXT_TELEMETRY_DISABLED: "1", PATH: program === undefined ? path : `${dirname(program)}${delimiter}${path}` };
}

/** Does something that takes a while: one line before, one with the time after. */
export function timed(what, work) {
  const began = Date.now();
  say(`${what} ...`);
  work();
  say(`${what} took ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Runs a program in the repository with its output shown; ends this process when it fails. */
export function run(program, args) {
  // npm is a script of the shell on Windows.
  const shell = process.platform === "win32" && program === "npm";
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ["ignore", 2, 2], env: toolEnv(), shell });
  if (error?.code === "ENOENT") fail(`${program} is missing: install Node 24 with npm (https://nodejs.org)`);
  if (status !== 0) fail(`${program} ${args[0]} failed: ${error?.message ?? "what it said is above"}`);
}

function fail(text) {
  say(text);
  return process.exit(2);
}

/** npm notes in node_modules what it installed. Packages for other machines are in the lock file and not there. */
function packagesAreThere() {
  const wanted = readPackages(join(root, "package-lock.json"));
  const present = readPackages(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    return present[path] === undefined ? optional === true : present[path].version === version;
  });
}

function readPackages(path) {
  const text = readText(path);
  return text === "" ? {} : JSON.parse(text).packages;
}

/** Files under a path of the repository in one order on every machine, tests left out; none when it does not exist. */
function listFiles(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return /\.(test|test-d|testkit)\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => listFiles(`${path}/${name}`));
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
