// The built dashboard as a process: what it answers over HTTP against what the same engine says of a fresh list. One process from the beginning to the end.

import { once } from "node:events";
import { join } from "node:path";
import {
  buildAllocations,
  createClusterIndex,
  emptyPolicy,
  joinFindings,
  resourceKinds,
  runRules,
  toKindStatus,
  type Delta,
} from "@/lib/core";
import type { ApiServer } from "@/lib/sources/demo/api-server";
import type { ObjectStore } from "@/lib/sources/demo/object-store";
import { encodeAllocation } from "@/lib/wire/encode-allocation";
import { encodeFinding } from "@/lib/wire/encode-finding";
import type { WireAllocationList, WireEnvelope, WireEvaluation, WireFinding } from "@/lib/wire/schemas";
import { ask, freePort, isAlive, startDashboard, untilTrue } from "./dashboard";
import { explainDifference, listFresh, type Subject } from "./subject";

const name = "chaos";
const stopMaxMs = 5000;
/** Every delay and deadline of the product is that much shorter; with more, a busy machine cannot answer in time. */
const compression = 25;

/** Starts it. `kubeconfig`: names the server by the name that the product's resolver is bent for. */
export async function startProduct({ store }: ApiServer, kubeconfig: string): Promise<Subject> {
  const dashboard = await startDashboard({
    kubeconfig,
    port: await freePort(),
    nodeOptions: [`--import=${join(import.meta.dirname, "bent-process.mjs")}`],
    env: { BENT_COMPRESSION: String(compression) },
  });
  const problems: string[] = [];
  const onExit = (code: number | null): void => {
    problems.push(`the process ended by itself with ${String(code)}`);
  };
  dashboard.child.on("exit", onExit);
  const get = async <T>(path: string): Promise<T & WireEnvelope> => {
    const { status, text } = await ask(`${dashboard.url}/api/v1/${path}`);
    if (status !== 200) throw new Error(`${path}: ${String(status)} ${text.slice(0, 200)}`);
    return JSON.parse(text) as T & WireEnvelope;
  };
  return {
    bend: async (part) => {
      await dashboard.inspector.evaluate(`Object.assign(globalThis.bent, ${JSON.stringify(part)}); 1`);
    },
    difference: async () => {
      if (problems.length > 0) throw new Error(problems.join("; "));
      const { staleness, allocations, warnings } = await get<WireAllocationList>("allocations");
      for (const [kind, { state, forbiddenNamespaces, message }] of Object.entries(staleness))
        if (state !== "live" || forbiddenNamespaces.length > 0)
          return `${kind} are ${state}, refused in ${JSON.stringify(forbiddenNamespaces)}: ${message ?? ""}`;
      const { findings } = await get<WireEvaluation>("findings");
      const fresh = answerFresh(store);
      return (
        explainDifference("rows", allocations, fresh.allocations) ??
        explainDifference("findings", findings.map(withoutFirstSeen), fresh.findings) ??
        explainDifference("warnings", warnings, [])
      );
    },
    stop: async () => {
      const { pid, child, inspector } = dashboard;
      const [samePid, unhandled] = await Promise.all([
        inspector.evaluate<number>("process.pid"),
        inspector.evaluate<number>("globalThis.bent.unhandled"),
      ]);
      inspector.close();
      child.off("exit", onExit);
      const began = performance.now();
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = (await exit) as [number | null];
      const tookMs = performance.now() - began;
      await untilTrue(() => Promise.resolve(!isAlive(pid)), 50);
      const restarts = Number(samePid !== pid);
      return {
        told: `the built product, process ${String(pid)} from the beginning to the end: ${String(restarts)} process restarts, ${String(unhandled)} unhandled rejections, ended with ${String(code)} after ${tookMs.toFixed(0)} ms`,
        problems: [
          ...problems,
          ...(restarts === 0 ? [] : ["the process was another one at the end"]),
          ...(unhandled === 0 ? [] : [`${String(unhandled)} unhandled rejections or exceptions`]),
          ...(code === 0 && tookMs < stopMaxMs && !isAlive(pid) ? [] : [`it ended with ${String(code)} after ${tookMs.toFixed(0)} ms`]),
        ],
      };
    },
  };
}

/** When a process first saw a finding that no object dates, another one cannot know. */
function withoutFirstSeen(finding: WireFinding): WireFinding {
  return finding.sinceFrom === "process" ? { ...finding, since: null, sinceFrom: null } : finding;
}

/** What a process that begins now would answer. */
function answerFresh(store: ObjectStore): { readonly allocations: readonly unknown[]; readonly findings: readonly unknown[] } {
  const index = createClusterIndex(name);
  const fresh = listFresh(store);
  for (const kind of resourceKinds)
    // Every record is of this kind; the union cannot tell.
    index.apply([
      { type: "replace", kind, scope: "all", records: fresh.get(kind) ?? [] } as unknown as Delta,
      { type: "status", kind, status: toKindStatus("live") },
    ]);
  const snapshot = index.snapshot();
  const context = { policy: emptyPolicy, nowMs: Date.now() };
  const evaluation = runRules(snapshot, context);
  const allocations = joinFindings(buildAllocations(snapshot, context), evaluation);
  // As they come over the wire.
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  return {
    allocations: allocations.map((row) => plain(encodeAllocation(row, name))),
    findings: evaluation.findings.map((finding) => plain(encodeFinding(finding, name))),
  };
}
