// The product under test: `bin/portolan serve` on the real API server; answers come from its HTTP API.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "@/scripts/truth-replay";
import type { Probe } from "@/scripts/truth-compare";
import type { WireRoute } from "@/lib/wire/schemas";
import { freePort, startProcess, until, type Running } from "./process";

const program = join(import.meta.dirname, "../../bin/portolan");

export type Product = Running & { trace(probe: Asked): Promise<WireRoute | null> };
export type Asked = Pick<Probe, "from" | "node" | "address" | "port" | "protocol">;

export async function startProduct(folder: string, kubeconfig: string, assumptions: Scenario["assumptions"]): Promise<Product> {
  const policy = join(folder, "portolan.yaml");
  const { podToNodeMasquerade, hostPortImplementation, unlistedNodeAddresses } = assumptions;
  // JSON is YAML.
  writeFileSync(
    policy,
    JSON.stringify({ version: 1, clusters: { "*": { podToNodeMasquerade, hostPortImplementation, unlistedNodeAddresses } } }),
  );
  const port = await freePort();
  const running = startProcess(
    process.execPath,
    [program, "serve", "--port", String(port), "--kubeconfig", kubeconfig, "--policy", policy, "--quiet"],
    join(folder, "portolan.log"),
    { env: { ...process.env, HOME: folder, NODE_ENV: "production" } },
  );
  const url = `http://127.0.0.1:${String(port)}`;
  await until(
    "the product has read the cluster",
    async () => {
      if (!running.isAlive()) throw new Error(`portolan serve ended: ${running.tail()}`);
      return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true ? true : undefined;
    },
    60_000,
  );
  return {
    ...running,
    /** Returns: null while the product is not ready to answer. */
    trace: async ({ from, node, address, port: asked, protocol }) => {
      const query = new URLSearchParams({ address, port: String(asked), protocol, node, from: positionOf(from, address) });
      const answer = await fetch(`${url}/api/v1/trace?${query.toString()}`);
      if (answer.status === 409) return null;
      if (!answer.ok) throw new Error(`trace ${query.toString()}: ${String(answer.status)} ${await answer.text()}`);
      return (await answer.json()) as WireRoute;
    },
  };
}

function positionOf(from: Probe["from"], address: string): string {
  if (from.kind === "outside") return `outside=${address.includes(":") ? "fd00:190::200" : "10.190.1.200"}`;
  return from.kind === "node" ? `node/${from.name}` : `pod/${from.namespace}/${from.name}`;
}
