// Real parts for every spec: a simulated API server as a process, and the built dashboard that reads it over HTTP. Reset before each test.

import { test as base, expect, type Page } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");
const portBase = 4310;

/** Runs `bin/portolan` to its end. */
export function portolan(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, [join(root, "bin/portolan"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Starts a script of the repository with more in its environment. `said` grows by every line that it writes. */
export function spawnScript(
  [script = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly said: readonly string[] } {
  const said: string[] = [];
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production", ...env },
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => said.push(line));
  return { child, said };
}

/** A process that prints one line when it is ready; `line` is that line. */
async function startProcess(args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly line: string }> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const errors: string[] = [];
  child.stderr.on("data", (part: Buffer) => errors.push(part.toString()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => {
      reject(new Error(`${args.join(" ")} ended with ${String(code)}: ${errors.join("")}`));
    });
  });
  return { child, line };
}

/** Ends a process. Returns: its exit code. */
export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill(signal);
  return ended;
}

declare global {
  /** Of every page: the binding that takes its reports of the content policy. */
  var reportViolation: (report: string) => void;
}

export type FakeCluster = {
  readonly url: string;
  readonly kubeconfig: string;
  /** Orders the simulated API server: see lib/sources/demo. */
  order(command: Readonly<Record<string, unknown>>): Promise<void>;
  object(path: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
};

export async function startCluster(folder: string, args: readonly string[] = [], port = 0): Promise<FakeCluster> {
  const { child, line } = await startProcess(["--import", "tsx", "lib/sources/demo/main.ts", "--control", "--port", String(port), ...args]);
  const { url } = JSON.parse(line) as { readonly url: string };
  const kubeconfig = join(folder, `kubeconfig-${String(Date.now())}`);
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "e2e",
      clusters: [{ name: "c", cluster: { server: url } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "e2e", context: { cluster: "c", user: "u" } }],
    }),
  );
  return {
    url,
    kubeconfig,
    order: async (command) => {
      const response = await fetch(`${url}/_control`, { method: "POST", body: JSON.stringify(command) });
      expect(response.status, await response.text()).toBe(200);
    },
    object: async (path) => (await (await fetch(`${url}${path}`)).json()) as Record<string, unknown>,
    stop: async () => {
      await stopProcess(child);
    },
  };
}

export type Dashboard = { readonly url: string; readonly child: ChildProcess };

/** Starts the built dashboard, whatever becomes of its cluster. */
export async function startDashboardUnread(args: readonly string[], port: number): Promise<Dashboard> {
  const { child, line } = await startProcess(["bin/portolan", "serve", "--port", String(port), ...args]);
  return { url: line, child };
}

/** Starts the built dashboard and waits until its cluster is read. */
export async function startDashboard(args: readonly string[], port: number): Promise<Dashboard> {
  const dashboard = await startDashboardUnread(args, port);
  await expect.poll(async () => (await fetch(`${dashboard.url}/readyz`)).status).toBe(200);
  return dashboard;
}

type Worker = { readonly folder: string; readonly cluster: FakeCluster; readonly dashboard: Dashboard };
type Each = { readonly cspReports: string[] };

export const test = base.extend<Each, Worker>({
  folder: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "portolan-e2e-"));
      await use(folder);
      rmSync(folder, { recursive: true });
    },
    { scope: "worker" },
  ],
  cluster: [
    async ({ folder }, use) => {
      const cluster = await startCluster(folder);
      await use(cluster);
      await cluster.stop();
    },
    { scope: "worker" },
  ],
  dashboard: [
    async ({ cluster }, use, info) => {
      const dashboard = await startDashboard(["--kubeconfig", cluster.kubeconfig], portBase + info.workerIndex * 4);
      await use(dashboard);
      await stopProcess(dashboard.child);
    },
    { scope: "worker" },
  ],
  baseURL: async ({ dashboard }, use) => {
    await use(dashboard.url);
  },
  // Every page of every spec: a blocked script or style is a failure, by the browser's own report and not only by what it writes to the console.
  cspReports: [
    async ({ context }, use) => {
      const reports: string[] = [];
      await context.exposeBinding("reportViolation", (_, report: string) => reports.push(report));
      await context.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber, sample }) => {
          const report = {
            directive: effectiveDirective,
            blocked: blockedURI,
            at: `${sourceFile}:${String(lineNumber)}`,
            sample,
            page: location.href,
          };
          globalThis.reportViolation(JSON.stringify(report));
        });
      });
      context.on("console", (message) => {
        if (/content security policy|refused to (apply|load|execute)/i.test(message.text())) reports.push(message.text());
      });
      await use(reports);
      expect(reports).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a view for keys: what is pressed before the page has woken is lost, and it asks for its event stream as soon as it hears them. */
export async function openView(page: Page, path: string): Promise<void> {
  const woken = page.waitForRequest(/\/api\/v1\/events\?/);
  await page.goto(path);
  await woken;
}

export { expect };
