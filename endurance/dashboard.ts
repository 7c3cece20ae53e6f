// The built dashboard as a process of its own, beside a cluster that a run plays with.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inspect, type Inspector } from "./inspector";

/** `pid`: of the server, which the command starts; `inspector` looks into it. */
export type Dashboard = { readonly url: string; readonly child: ChildProcess; readonly pid: number; readonly inspector: Inspector };

export type DashboardOptions = {
  readonly kubeconfig: string;
  readonly port: number;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

const root = join(import.meta.dirname, "..");

/** Starts it and waits until its cluster is read. Needs a build. */
export async function startDashboard({ kubeconfig, port, nodeOptions = [], env = {} }: DashboardOptions): Promise<Dashboard> {
  const child = spawn(process.execPath, ["bin/portolan", "serve", "--port", String(port), "--kubeconfig", kubeconfig, "--quiet"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production", ...env, NODE_OPTIONS: ["--inspect=127.0.0.1:0", ...nodeOptions].join(" ") },
  });
  const debuggers: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    const address = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) debuggers.push(address);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`portolan serve ended with ${String(code)}`);
  });
  const [url] = (await Promise.race([once(lines, "line"), ended])) as [string];
  ended.catch(() => undefined);
  while ((await ask(`${url}/readyz`)).status !== 200) await pause(100);
  // The command is the first that says so, the server that it starts is the last.
  const inspector = await inspect(debuggers.at(-1) ?? "");
  return { url, child, pid: await inspector.evaluate<number>("process.pid"), inspector };
}

/** One context named `name` for a plain server. */
export function writeKubeconfig(file: string, name: string, server: string): void {
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name, context: { cluster: "c", user: "u" } }],
    }),
  );
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** An answer, on a connection of its own: one that is kept may be closed by the server just as it is used again. */
export function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(new Error(`${url}: ${cause.message}`, { cause }));
    };
    const request = httpRequest(url, { agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") });
      });
      response.on("error", fail);
    });
    request.on("error", fail);
    request.end();
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function untilTrue(condition: () => Promise<boolean>, triesMax = 300): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    if (await condition()) return;
    await pause(100);
  }
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie is gone as well.
    return readdirSync(`/proc/${String(pid)}`).length > 0 && !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, "utf8"));
  } catch {
    return false;
  }
}
