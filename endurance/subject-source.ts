// The live source with an index, in this process: record by record. Delays and deadlines are a fraction of the real ones.

import { createClusterIndex, type Delta } from "@/lib/core";
import type { ApiServer } from "@/lib/sources/demo/api-server";
import { realSurroundings, type Surroundings } from "@/lib/sources/kubernetes/backoff";
import { connectContext } from "@/lib/sources/kubernetes/connect";
import { createKubernetesSource } from "@/lib/sources/kubernetes/kubernetes-source";
import { kindTable } from "@/lib/sources/kubernetes/kinds";
import type { Limits } from "@/lib/sources/kubernetes/limits";
import { seededRandom } from "./random";
import { explainDifference, listFresh, type Subject } from "./subject";

/** One fiftieth of the real delays, deadlines to match. */
const compression = 50;
const limits: Limits = {
  // Longer than that fiftieth: a busy machine must be able to answer in time at all.
  answerMaxMs: 2000,
  pageMaxMs: 3000,
  silenceMaxMs: 1000,
  firstSyncSilenceMaxMs: 500,
  reconnectMaxMs: 80,
  settleMs: 50,
  steadyMs: 200,
  watchSeconds: 2,
  // Few, so that both ways of listing are tried all the time.
  strippedLists: 1,
  sleepCheckMs: 100,
  sleptMs: 60_000,
};

/** Starts it. `kubeconfig`: names the server by the name that the process's resolver is bent for. */
export async function startSource({ store }: ApiServer, kubeconfig: string, seed: number): Promise<Subject> {
  const connection = connectContext(kubeconfig, null, {});
  if (!connection.ok) throw new Error(connection.error.what);
  const surroundings: Surroundings = {
    now: Date.now,
    random: seededRandom(seed + 1),
    sleep: (ms, signal) => realSurroundings.sleep(ms / compression, signal),
  };
  const index = createClusterIndex("chaos");
  const told = { lists: 0, changes: 0, states: 0 };
  const count = (type: Delta["type"]): void => {
    if (type === "replace") told.lists += 1;
    else if (type === "upsert" || type === "remove") told.changes += 1;
    else if (type === "status") told.states += 1;
  };
  const source = createKubernetesSource({
    connection: connection.value,
    origin: "kubeconfig",
    namespaces: [],
    surroundings,
    limits,
  });
  const handle = source.start({
    apply: (deltas) => {
      index.apply(deltas);
      for (const { type } of deltas) count(type);
    },
  });
  await handle.synced;
  const explain = (): string | null => {
    const snapshot = index.snapshot();
    for (const { kind } of kindTable) {
      const { state, forbiddenNamespaces, namespaces, message } = snapshot.kinds[kind];
      if (state !== "live" || forbiddenNamespaces.length > 0 || namespaces !== "all")
        return `${kind} are ${state}, read in ${JSON.stringify(namespaces)}, refused in ${JSON.stringify(forbiddenNamespaces)}: ${message ?? ""}`;
    }
    // Only now: the server and what reads it live in this process too, and a fresh list costs them their turn.
    const fresh = listFresh(store);
    for (const { kind } of kindTable) {
      const difference = explainDifference(kind, [...snapshot[kind].values()], fresh.get(kind) ?? []);
      if (difference !== null) return difference;
    }
    return snapshot.warnings.length === 0 ? null : `warnings: ${JSON.stringify(snapshot.warnings.slice(0, 3))}`;
  };
  return {
    bend: (part) => {
      Object.assign(globalThis.bent, part);
      return Promise.resolve();
    },
    difference: () => Promise.resolve(explain()),
    stop: async () => {
      await handle.stop();
      const { unhandled } = globalThis.bent;
      return {
        told: `the source in this process: ${String(told.lists)} lists, ${String(told.changes)} changes, ${String(told.states)} states told; ${String(unhandled)} unhandled rejections`,
        problems: unhandled === 0 ? [] : [`${String(unhandled)} unhandled rejections or exceptions`],
      };
    },
  };
}
