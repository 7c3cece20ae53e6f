// npm run chaos [-- --seed N --faults 1000 --short]: the live source against a simulated API server that misbehaves, over real connections.
// Faults come in overlapping bursts while the cluster changes; after each burst all is healed, and the index must come to equal a fresh list with every
// kind live. Time is compressed: delays and deadlines are a fraction of the real ones. The seed fixes the schedule: which faults, how long, which changes.

import { isDeepStrictEqual, parseArgs } from "node:util";
import { createClusterIndex, type Delta, type ResourceKind, type Snapshot } from "@/lib/core";
import type { ApiObject } from "@/lib/sources/demo/api-object";
import { createApiServer, type ApiServer } from "@/lib/sources/demo/api-server";
import { buildScale } from "@/lib/sources/demo/scale";
import { heal } from "@/lib/sources/demo/switches";
import { realSurroundings, type Surroundings } from "@/lib/sources/kubernetes/backoff";
import { connectPlain } from "@/lib/sources/kubernetes/connect";
import { createKubernetesSource } from "@/lib/sources/kubernetes/kubernetes-source";
import { kindTable } from "@/lib/sources/kubernetes/kinds";
import type { Limits } from "@/lib/sources/kubernetes/limits";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { changeSomething } from "./churn";
import { faults, type World } from "./faults";
import { pick, seededRandom } from "./random";

const { values } = parseArgs({
  options: { seed: { type: "string" }, faults: { type: "string" }, short: { type: "boolean", default: false } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const wanted = Number(values.faults ?? (values.short ? 120 : 1000));

/** One fiftieth of the real delays, deadlines to match. */
const compression = 50;
const limits: Limits = {
  answerMaxMs: 400,
  pageMaxMs: 1500,
  silenceMaxMs: 500,
  firstSyncSilenceMaxMs: 250,
  reconnectMaxMs: 80,
  settleMs: 50,
  steadyMs: 200,
  watchSeconds: 2,
  // Few, so that both ways of listing are tried all the time.
  strippedLists: 1,
  sleepCheckMs: 100,
  sleptMs: 60_000,
};
const bookmarkIntervalMs = 40;
const quietMaxMs = 60_000;

const apiKindOf: Readonly<Record<ResourceKind, string>> = {
  nodes: "Node",
  pods: "Pod",
  services: "Service",
  endpointslices: "EndpointSlice",
  events: "Event",
  deployments: "Deployment",
  daemonsets: "DaemonSet",
  configmaps: "ConfigMap",
};

const problems: string[] = [];
let unhandled = 0;
for (const event of ["unhandledRejection", "uncaughtException"] as const)
  process.on(event, (cause: unknown) => {
    unhandled += 1;
    problems.push(`${event}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  });

const schedule = seededRandom(seed);
const clock = { aheadMs: 0 };
const sourceRandom = seededRandom(seed + 1);
const surroundings: Surroundings = {
  now: () => Date.now() + clock.aheadMs,
  random: sourceRandom,
  sleep: (ms, signal) => realSurroundings.sleep(ms / compression, signal),
};

const server = createApiServer({ objects: buildScale({ nodes: 6, pods: 1200, services: 12 }), bookmarkIntervalMs });
const world: World = { server, random: schedule, clock };
const index = createClusterIndex("chaos");
const told = { lists: 0, changes: 0, states: 0 };
const url = await server.start();
const source = createKubernetesSource({
  connection: connectPlain("chaos", url),
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

const began = Date.now();
const injected = new Map<string, number>();
const quiets: number[] = [];
let rounds = 0;
for (let done = 0; done < wanted && problems.length === 0; rounds += 1) {
  for (let burst = 1 + Math.floor(schedule() * 4); burst > 0 && done < wanted; burst -= 1, done += 1) {
    const fault = pick(schedule, faults);
    injected.set(fault.name, (injected.get(fault.name) ?? 0) + 1);
    for (let changes = Math.floor(schedule() * 8); changes > 0; changes -= 1) changeSomething(server, schedule);
    await fault.inject(world);
    for (let changes = Math.floor(schedule() * 8); changes > 0; changes -= 1) changeSomething(server, schedule);
    await realSurroundings.sleep(schedule() * 150, new AbortController().signal);
  }
  heal(server.switches);
  const since = Date.now();
  const difference = await settle();
  if (difference !== null) problems.push(`round ${String(rounds)} (after ${String(done)} faults): ${difference}`);
  quiets.push(Date.now() - since);
  if (rounds % 50 === 49) console.error(`${String(done)} faults, ${((Date.now() - began) / 1000).toFixed(0)} s`);
}
const open = server.openWatches();
await handle.stop();
const left = await untilNone(() => server.openWatches());
if (left > 0) problems.push(`${String(left)} watches are open after the stop`);
await server.stop();
const timers = process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;
if (timers > 0) problems.push(`${String(timers)} timers are left after the stop`);

const total = [...injected.values()].reduce((sum, each) => sum + each, 0);
quiets.sort((a, b) => a - b);
console.log(
  `seed ${String(seed)}: ${String(total)} faults of ${String(injected.size)} kinds in ${String(rounds)} rounds, ${((Date.now() - began) / 1000).toFixed(0)} s; ` +
    `${String(told.lists)} lists, ${String(told.changes)} changes, ${String(told.states)} states told; ${String(open)} watches at the end`,
);
console.log(
  `after each of ${String(rounds)} quiet points the index ${problems.length === 0 ? "equalled a fresh list with every kind live" : "DID NOT always equal a fresh list"} ` +
    `(median ${String(quiets[Math.floor(quiets.length / 2)] ?? 0)} ms after healing, at most ${String(quiets.at(-1) ?? 0)} ms); 0 process restarts, ${String(unhandled)} unhandled rejections`,
);
for (const [name, times] of [...injected].sort()) console.log(`  ${String(times).padStart(4)}  ${name}`);
for (const problem of problems) console.log(`FAILED ${problem}`);
if (problems.length > 0) console.log(`replay: npm run chaos -- --seed ${String(seed)} --faults ${String(wanted)}`);
console.log(`${String(rounds - Math.min(rounds, problems.length))} passed, ${String(problems.length)} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;

function count(type: Delta["type"]): void {
  if (type === "replace") told.lists += 1;
  else if (type === "upsert" || type === "remove") told.changes += 1;
  else if (type === "status") told.states += 1;
}

/** Waits until the index says what the server holds. Returns: null, or what still differs when patience ended. */
async function settle(): Promise<string | null> {
  const end = Date.now() + quietMaxMs;
  for (;;) {
    const difference = compare(index.snapshot(), server);
    if (difference === null || Date.now() > end) return difference;
    await realSurroundings.sleep(10, new AbortController().signal);
  }
}

function compare(snapshot: Snapshot, { store }: ApiServer): string | null {
  for (const { kind } of kindTable) {
    const { state, forbiddenNamespaces, namespaces } = snapshot.kinds[kind];
    if (state !== "live" || forbiddenNamespaces.length > 0 || namespaces !== "all")
      return `${kind} are ${state}, read in ${JSON.stringify(namespaces)}, refused in ${JSON.stringify(forbiddenNamespaces)}: ${snapshot.kinds[kind].message ?? ""}`;
  }
  for (const { kind, names } of kindTable) {
    const objects = store
      .list(apiKindOf[kind], names?.namespace ?? null)
      .filter(({ metadata }) => names === null || names.names.includes(metadata.name));
    const fresh = records(objects);
    const held = [...snapshot[kind].values()];
    if (!isDeepStrictEqual(held, fresh)) return `${kind} differ: ${explain(held, fresh)}`;
  }
  return snapshot.warnings.length === 0 ? null : `warnings: ${JSON.stringify(snapshot.warnings.slice(0, 3))}`;
}

function records(objects: readonly ApiObject[]): readonly unknown[] {
  return objects.flatMap((object) => slimObject(object).records.map(({ record }) => record));
}

function explain(held: readonly unknown[], fresh: readonly unknown[]): string {
  const names = (list: readonly unknown[]): string[] => list.map((each) => JSON.stringify(each));
  const [a, b] = [new Set(names(held)), new Set(names(fresh))];
  const [extra, missing] = [[...a].filter((each) => !b.has(each)), [...b].filter((each) => !a.has(each))];
  return `${String(extra.length)} not in the list, ${String(missing.length)} of it missing; ${extra[0]?.slice(0, 300) ?? ""} / ${missing[0]?.slice(0, 300) ?? ""}`;
}

async function untilNone(number: () => number): Promise<number> {
  for (let tries = 0; tries < 200 && number() > 0; tries += 1) await realSurroundings.sleep(10, new AbortController().signal);
  return number();
}
