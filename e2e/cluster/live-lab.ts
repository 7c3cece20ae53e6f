// The running product beside a real API server: `bin/portolan serve` with one context for each reader, and what its HTTP API says of each.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, startProcess, until, type Running } from "./process";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** One context of the kubeconfig; `user` as kubeconfig has it. */
export type Reader = { readonly name: string; readonly server: string; readonly user: Readonly<Record<string, unknown>> };

export function writeKubeconfig(file: string, readers: readonly Reader[]): void {
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: readers.map(({ name, server }) => ({ name, cluster: { server, "insecure-skip-tls-verify": true } })),
    users: readers.map(({ name, user }) => ({ name, user })),
    contexts: readers.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    "current-context": readers[0]?.name,
  });
  writeFileSync(file, text);
}

export type KindState = { readonly state: string; readonly forbiddenNamespaces: readonly string[]; readonly count: number };
export type Allocation = { readonly namespace: string; readonly port: number; readonly holder: { readonly name: string } };

export type Product = Running & {
  /** JSON of a GET; the status is in `status`. */
  get(path: string): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
  states(cluster: string): Promise<Readonly<Record<string, KindState>>>;
  /** Rows and what is unknown, as the running product has them. */
  rows(cluster: string): Promise<readonly Allocation[]>;
  /** The rows and counts of a process that has just listed everything. */
  fresh(cluster: string): Promise<readonly Allocation[]>;
  outcome(cluster: string, address: string, port: number): Promise<string>;
  waitFor(
    cluster: string,
    what: string,
    holds: (states: Readonly<Record<string, KindState>>) => boolean,
    timeoutMs?: number,
  ): Promise<void>;
};

export async function startProduct(folder: string, kubeconfig: string, contexts: readonly string[], policy: string): Promise<Product> {
  const port = await freePort();
  const program = join(root, "bin/portolan");
  const common = ["--kubeconfig", kubeconfig, "--policy", policy];
  const running = startProcess(
    process.execPath,
    [program, "serve", "--port", String(port), ...common, ...contexts.flatMap((name) => ["--context", name])],
    join(folder, "portolan.log"),
    { env: { ...process.env, NODE_ENV: "production" }, cwd: folder },
  );
  const get: Product["get"] = async (path) => {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const states: Product["states"] = async (cluster) => {
    const { body } = await get("/readyz");
    const all = body["clusters"] as { readonly name: string; readonly staleness: Readonly<Record<string, KindState>> }[];
    return all.find(({ name }) => name === cluster)?.staleness ?? {};
  };
  await until(
    "the product answers",
    async () => {
      if (!running.isAlive()) throw new Error(`portolan ended: ${running.tail()}`);
      return (await get("/readyz").catch(() => undefined)) === undefined ? undefined : true;
    },
    60_000,
  );
  return {
    ...running,
    get,
    states,
    rows: async (cluster) => {
      const { status, body } = await get(`/api/v1/allocations?cluster=${cluster}`);
      if (status !== 200) throw new Error(`allocations of ${cluster}: ${String(status)} ${JSON.stringify(body)}`);
      return body["allocations"] as Allocation[];
    },
    fresh: async (cluster) => {
      const { stdout } = await run(process.execPath, [program, "list", "-o", "json", ...common, "--context", cluster], {
        cwd: folder,
        maxBuffer: 64 << 20,
      });
      return (JSON.parse(stdout) as { readonly allocations: Allocation[] }).allocations;
    },
    outcome: async (cluster, address, nodePort) => {
      const query = new URLSearchParams({ cluster, address, port: String(nodePort), protocol: "TCP", from: "outside" });
      const { status, body } = await get(`/api/v1/trace?${query.toString()}`);
      return status === 200 ? String(body["outcome"]) : `${String(status)} ${JSON.stringify(body)}`;
    },
    waitFor: async (cluster, what, holds, timeoutMs = 30_000) => {
      let last: Readonly<Record<string, KindState>> = {};
      await until(
        `${cluster}: ${what}`,
        async () => {
          last = await states(cluster);
          return holds(last) ? true : undefined;
        },
        timeoutMs,
        200,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`);
      });
    },
  };
}

export type Examined = { readonly code: number; readonly stdout: string };

/** `portolan doctor` on a kubeconfig; a refusal is an answer as well. */
export async function runDoctor(folder: string, kubeconfig: string, format: string): Promise<Examined> {
  const args = [join(root, "bin/portolan"), "doctor", "--kubeconfig", kubeconfig, "-o", format];
  try {
    return { code: 0, stdout: (await run(process.execPath, args, { cwd: folder })).stdout };
  } catch (cause) {
    const { code, stdout } = cause as { readonly code: number; readonly stdout: string };
    return { code, stdout };
  }
}
