// npm run test:cluster [-- --short] [--seeds 1-200] [--mode iptables|nftables] [--only T05,X03,proofs]: packets through real kube-proxies against the running product.
// The outer process checks the machine, builds, and starts itself again in namespaces of its own: when that one ends, for whatever
// reason, the kernel ends all its processes and forgets its namespaces, mounts and files.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { binary, buildAll } from "./build.mjs";
import { whyNoGo, whyNotHere } from "./machine";
import { buildProbe, isProbeBuilt } from "./probe-client";
import { runAll, type Choice } from "./run-all";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    seeds: { type: "string" },
    mode: { type: "string" },
    only: { type: "string" },
    // For the process within the namespaces.
    inside: { type: "boolean", default: false },
    cases: { type: "string" },
  },
});

if (values.inside) void inside();
else outside();

function outside(): void {
  const reason = whyNotHere(console.log) ?? whyNotBuilt();
  if (reason !== null) {
    console.log(`not run: ${reason}`);
    console.log("0 passed, 0 failed");
    return;
  }
  const cases = mkdtempSync(join(tmpdir(), "portolan-cases-"));
  const node = [process.execPath, ...process.execArgv, import.meta.filename, ...process.argv.slice(2), "--inside", "--cases", cases];
  const child = spawn("unshare", ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", ...node], {
    // Its end tells the inner process that this one is gone.
    stdio: ["pipe", "inherit", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      process.exitCode = 130;
      child.kill("SIGKILL");
    });
  child.on("exit", (code) => {
    if (!removeIfEmpty(cases)) console.log(`disagreements: ${cases}`);
    process.exitCode ??= code ?? 1;
  });
}

function whyNotBuilt(): string | null {
  const program = join(import.meta.dirname, "../../.next/standalone/server.js");
  if (!existsSync(program)) return "the product is not built: npm run build";
  const wanted = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "portmap"];
  if (wanted.every((name) => existsSync(binary(name))) && isProbeBuilt()) return null;
  const reason = whyNoGo();
  if (reason !== null) return reason;
  try {
    console.log("building etcd, Kubernetes and portmap from Go modules (once, some minutes)");
    buildAll(console.log);
    buildProbe();
    return null;
  } catch (error) {
    const text = String((error as { stderr?: unknown }).stderr ?? error);
    // What cannot be fetched is the machine's; what does not compile is ours.
    if (/dial tcp|no such host|i\/o timeout|proxyconnect|connection refused/.test(text))
      return `Go modules cannot be fetched: ${text.trim().split("\n").at(-1) ?? ""}`;
    throw error;
  }
}

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

async function inside(): Promise<void> {
  // The outer process was killed: nobody else would remove its folder.
  process.stdin
    .on("end", () => {
      removeIfEmpty(values.cases ?? "");
      process.exit(130);
    })
    .resume();
  execFileSync("mount", ["-t", "tmpfs", "lab", "/run"]);
  process.env["TMPDIR"] = "/run";
  const [first = 1, last = first] = (values.seeds ?? (values.only === undefined ? (values.short ? "1-3" : "1-12") : "0"))
    .split("-")
    .map(Number);
  const choice: Choice = {
    short: values.short,
    modes: values.mode === undefined ? ["iptables", "nftables"] : [values.mode],
    only: values.only?.split(",") ?? null,
    seeds: Array.from({ length: last - first + 1 }, (_, place) => first + place).filter((seed) => seed > 0),
    cases: values.cases ?? "/run",
  };
  try {
    const { passed, failed } = await runAll(choice, "/run/lab");
    console.log(`${String(passed)} passed, ${String(failed)} failed`);
    process.exit(failed === 0 ? 0 : 1);
  } catch (error) {
    console.error(error);
    console.log("0 passed, 1 failed");
    process.exit(1);
  }
}
