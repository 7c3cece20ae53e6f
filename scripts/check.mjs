// npm run check: every check that is no test, one line each with its time; the last line counts them. Needs a build.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, toolEnv } from "./bootstrap.mjs";
import { licenceTrouble } from "./licences.mjs";

const counts = { passed: 0, failed: 0 };
// Of dist/: all of it, and what every call loads before it knows its command. The client of Kubernetes alone is 1.5 MB, read when it is needed.
const commandLineKiB = { all: 3072, start: 400 };

check("types", () => npm("run", "types"));
check("lint", () => npm("run", "lint"));
check("format", () => npm("exec", "--", "prettier", "--check", "."));
check("boundaries", () => npm("run", "deps"));
check("unused code", () => npm("run", "knip"));
check("generated files", () => npm("run", "gen", "--", "--check"));
check("known vulnerabilities", audit);
check("licences", licenceTrouble);
check("client bundle", clientBundle);
check("server bundle", serverBundle);
check("command line bundle", commandLineBundle);

console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

/** Does one check. `trouble` returns what is wrong, nothing when all is well, and undefined when that cannot be known here: neither passed nor failed. */
function check(name, trouble) {
  const began = Date.now();
  const text = trouble();
  const word = text === undefined ? "UNKNOWN" : text === "" ? "ok     " : "FAILED ";
  if (text !== undefined) counts[text === "" ? "passed" : "failed"] += 1;
  console.log(`${word} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  if (text) console.log(text);
}

function npm(...args) {
  const { status, stdout, stderr } = runNpm(...args);
  return status === 0 ? "" : `${stdout}${stderr}` || `npm ${args.join(" ")} failed without a word`;
}

function runNpm(...args) {
  const options = { cwd: root, encoding: "utf8", env: toolEnv(), maxBuffer: 64 << 20, shell: process.platform === "win32" };
  return spawnSync("npm", ["--loglevel=error", ...args], options);
}

/** High and critical advisories of what is shipped. A registry need not answer this question (a mirror, no network). */
function audit() {
  const { stdout } = runNpm("audit", "--omit=dev", "--json");
  const report = stdout.startsWith("{") ? JSON.parse(stdout) : {};
  const found = report.metadata?.vulnerabilities;
  if (found === undefined) {
    // Not its address, which may be inside somebody's network.
    const reason = report.statusCode ?? /\b(E[A-Z_]{3,})\b/.exec(report.message)?.[1] ?? "no reason given";
    console.log(`the registry was asked for advisories and did not answer (${reason})`);
    return undefined;
  }
  return found.high + found.critical === 0 ? "" : npm("audit", "--omit=dev", "--audit-level=high");
}

/** What reads clusters must never be in the files that browsers get. */
function clientBundle() {
  const folder = join(root, ".next", "static");
  if (!existsSync(folder)) return "there is no build: npm run build";
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".js"),
  );
  if (files.length === 0) return `no scripts in ${folder}: the check has nothing to look at`;
  const marks = [
    "insecure-skip-tls-verify",
    "client-certificate-data",
    "KubeConfig",
    "sendInitialEvents",
    "/var/run/secrets/kubernetes.io",
  ];
  return files
    .flatMap((entry) => {
      const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
      return marks
        .filter((mark) => text.includes(mark))
        .map((mark) => `${entry.name} holds "${mark}": lib/sources is in the client bundle`);
    })
    .join("\n");
}

/** The client of Kubernetes left as a package of its own would cost the idle server some thirty megabytes of memory. */
function serverBundle() {
  const standalone = join(root, ".next", "standalone");
  if (!existsSync(join(standalone, "server.js"))) return `no server.js in ${standalone}: npm run build`;
  const apart = join(standalone, "node_modules", "@kubernetes");
  return existsSync(apart) ? `${apart}: the client is to be bundled (serverExternalPackages in next.config.ts)` : "";
}

function commandLineBundle() {
  const folder = join(root, "dist");
  if (!existsSync(join(folder, "cli.mjs"))) return "there is no build: npm run build";
  const start = ["cli.mjs"];
  for (const name of start) {
    // Not what import() loads when it is needed.
    for (const [, next] of readFileSync(join(folder, name), "utf8").matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
      if (!start.includes(next)) start.push(next);
  }
  return Object.entries({ all: readdirSync(folder), start })
    .map(([what, names]) => [what, Math.ceil(names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1024)])
    .filter(([what, size]) => size > commandLineKiB[what])
    .map(
      ([what, size]) =>
        `dist (${what}): ${size} KiB, at most ${commandLineKiB[what]}: find what was added and load it later, or raise the limit and say why`,
    )
    .join("\n");
}
