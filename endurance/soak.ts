// npm run soak [-- --short]: the built dashboard beside a busy cluster, for as many events as eight hours bring, in minutes; a hundred event streams, some of
// them slow. Prints memory after garbage collection with its slope, stalls, latencies, drops and lists, and ends the process in both ways. Needs a build.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createApiServer } from "@/lib/sources/demo/api-server";
import { buildScale } from "@/lib/sources/demo/scale";
import { createBusyCluster } from "./churn";
import { ask, freePort, isAlive, pause, startDashboard, untilTrue, writeKubeconfig } from "./dashboard";
import { seededRandom } from "./random";

const { values } = parseArgs({
  options: { seed: { type: "string" }, events: { type: "string" }, rate: { type: "string" }, short: { type: "boolean", default: false } },
});
const isShort = values.short;
const seed = Number(values.seed ?? 1);
const size = isShort ? { nodes: 100, pods: 3000, services: 300 } : { nodes: 1000, pods: 30_000, services: 2000 };
/**
 * Eight hours of 8 events a second: 3.3 of nodes (a status each 5 min), 3 of pods (a pod lives 2 h 45 min on the average: created, ready and deleted),
 * the rest of slices and Services.
 */
const eventsWanted = Number(values.events ?? (isShort ? 6000 : 8 * 3600 * 8));
const eventsPerSecond = Number(values.rate ?? (isShort ? 250 : 800));
const streamsWanted = isShort ? 40 : 100;
const slowStreams = isShort ? 4 : 10;
const checkpoints = isShort ? 6 : 12;
/**
 * Of the least heap after garbage collection, from the second quarter of the run to the last. What is in hand at a checkpoint, a list that is being read or a
 * view that is being made, comes and goes; what leaks stays and raises the least.
 */
const growthMaxShare = 0.1;
const growthMaxBytes = 8 << 20;

const folder = mkdtempSync(join(tmpdir(), "portolan-soak-"));
const results: { readonly name: string; readonly passed: boolean; readonly detail: string }[] = [];
const check = (name: string, passed: boolean, detail: string): void => {
  results.push({ name, passed, detail });
  console.log(`${passed ? "ok    " : "FAILED"} ${name}: ${detail}`);
};

let lists = 0;
const server = createApiServer({
  objects: buildScale(size),
  bookmarkIntervalMs: 10_000,
  intercept: ({ url = "" }) => {
    if (url.includes("sendInitialEvents") || url.includes("limit=")) lists += 1;
    return false;
  },
});
const cluster = await server.start();
const kubeconfig = join(folder, "kubeconfig");
writeKubeconfig(kubeconfig, "soak", cluster);

type Stream = {
  readonly isSlow: boolean;
  events: number;
  snapshots: number;
  ended: boolean;
  response: IncomingMessage | null;
  close(): void;
};

function openStream(url: string, isSlow: boolean): Stream {
  const stream: Stream = { isSlow, events: 0, snapshots: 0, ended: false, response: null, close: () => request.destroy() };
  const request = httpRequest(`${url}/api/v1/events`, { agent: false }, (response) => {
    stream.response = response;
    response.on("data", (part: Buffer) => {
      const text = part.toString("latin1");
      stream.events += text.split("\nevent: ").length - 1 + Number(text.startsWith("event: "));
      stream.snapshots += text.split("event: snapshot").length - 1;
    });
    response.on("end", () => (stream.ended = true));
    response.on("error", () => (stream.ended = true));
    // Reads for a moment, then not for a long while.
    if (isSlow) response.pause();
  });
  request.on("error", () => (stream.ended = true));
  request.end();
  return stream;
}

const began = Date.now();
const port = await freePort();
let dashboard = await startDashboard({ kubeconfig, port });
const syncMs = Date.now() - began;
const resources = async (): Promise<Readonly<Record<string, number>>> => {
  const names = await dashboard.inspector.evaluate<string[]>("process.getActiveResourcesInfo()");
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};
// Once with a client, so that what is made at the first request is there.
await ask(`${dashboard.url}/api/v1/allocations`);
await pause(2000);
const before = await resources();
await dashboard.inspector.evaluate(
  "globalThis.soakDelay = process.getBuiltinModule('perf_hooks').monitorEventLoopDelay({ resolution: 10 }); globalThis.soakDelay.enable(); 1",
);
const cpuBefore = await dashboard.inspector.evaluate<{ user: number; system: number }>("process.cpuUsage()");

const streams = Array.from({ length: streamsWanted }, (_, place) => openStream(dashboard.url, place < slowStreams));
const random = seededRandom(seed);
const traces: number[] = [];
const points: { readonly events: number; readonly heap: number; readonly rss: number }[] = [];
let queueMax = 0;
/** `collections`: how often one was asked for, and how often one ended. */
const isTracing = { on: true, collections: 0 };
const addresses = server.store
  .list("Node", null)
  .map(({ status }) => (status as { addresses: { type: string; address: string }[] }).addresses[0]?.address ?? "");
const nodePorts = server.store
  .list("Service", null)
  .flatMap(({ spec }) => (spec as { ports: { nodePort?: number }[] }).ports.flatMap(({ nodePort }) => nodePort ?? []));
const tracing = (async () => {
  for (let turn = 0; isTracing.on; turn += 1) {
    const query = new URLSearchParams({
      address: addresses[(turn * 7919) % addresses.length] ?? "",
      port: String(nodePorts[(turn * 104_729) % nodePorts.length]),
    });
    const { collections } = isTracing;
    const from = performance.now();
    const response = await ask(`${dashboard.url}/api/v1/trace?${query.toString()}`);
    if (response.status !== 200) throw new Error(`trace ${query.toString()}: ${String(response.status)}`);
    if (isTracing.collections === collections && collections % 2 === 0) traces.push(performance.now() - from);
    await pause(40);
  }
})();

const churnBegan = Date.now();
const changeOnce = createBusyCluster(server, random);
let events = 0;
for (let point = 1; point <= checkpoints; point += 1) {
  const until = Math.floor((eventsWanted * point) / checkpoints);
  while (events < until) {
    const due = Math.min(until, Math.floor(((Date.now() - churnBegan) / 1000) * eventsPerSecond));
    for (; events < due; events += 1) changeOnce();
    await pause(20);
  }
  // What a slow reader does: a sip.
  for (const stream of streams)
    if (stream.isSlow) {
      stream.response?.resume();
      setTimeout(() => stream.response?.pause(), 30);
    }
  if (point % 3 === 0) server.dropWatches("cut");
  if (point % 4 === 0) {
    // An API server that was compacted: everything is listed anew.
    server.compact();
    server.dropWatches("cut");
  }
  // The collection that is asked for here is no stall of the server's own, nor what an answer waits for it.
  isTracing.collections += 1;
  await dashboard.inspector.evaluate("globalThis.soakDelay.disable(); 1");
  const heap = await dashboard.inspector.heapAfterGc();
  await dashboard.inspector.evaluate("globalThis.soakDelay.enable(); 1");
  isTracing.collections += 1;
  const rss = await dashboard.inspector.evaluate<number>("process.memoryUsage.rss()");
  queueMax = Math.max(queueMax, await metric("portolan_stream_queue_length"));
  points.push({ events, heap, rss });
  console.log(
    `${String(events).padStart(7)} events, ${((Date.now() - churnBegan) / 1000).toFixed(0)} s: heap ${mib(heap)} MiB after collection, resident ${mib(rss)} MiB, load ${loadavg()[0]?.toFixed(1) ?? ""}`,
  );
}
const churnSeconds = (Date.now() - churnBegan) / 1000;
isTracing.on = false;
await tracing;
const cpuAfter = await dashboard.inspector.evaluate<{ user: number; system: number }>("process.cpuUsage()");
const delay = await dashboard.inspector.evaluate<{ p50: number; p99: number; max: number }>(
  "({ p50: soakDelay.percentile(50) / 1e6, p99: soakDelay.percentile(99) / 1e6, max: soakDelay.max / 1e6 })",
);
await dashboard.inspector.evaluate("globalThis.soakDelay.disable(); globalThis.soakDelay = undefined; 1");
const drops = (await metric('portolan_stream_drops_total{cluster="soak"}')) || 0;
traces.sort((a, b) => a - b);
const cpuSeconds = (cpuAfter.user + cpuAfter.system - cpuBefore.user - cpuBefore.system) / 1e6;

console.log(
  `\n${String(size.nodes)} nodes, ${size.pods.toLocaleString("en")} pods, ${size.services.toLocaleString("en")} Services; seed ${String(seed)}; first sync ${(syncMs / 1000).toFixed(1)} s; ` +
    `${String(events)} events in ${churnSeconds.toFixed(0)} s (${(events / churnSeconds).toFixed(0)}/s, ${(events / (8 * 3600)).toFixed(1)}/s over 8 h); ${String(streamsWanted)} streams, ${String(slowStreams)} slow; ${String(lists)} lists`,
);
console.log(
  `server: ${cpuSeconds.toFixed(0)} s of CPU (${((cpuSeconds / churnSeconds) * 100).toFixed(0)} % of one core); loop delay p50 ${delay.p50.toFixed(0)} ms, p99 ${delay.p99.toFixed(0)} ms, max ${delay.max.toFixed(0)} ms; ` +
    `answers while events came: p50 ${at(traces, 0.5)} ms, p99 ${at(traces, 0.99)} ms of ${String(traces.length)}; longest queue ${String(queueMax)} of 64, ${String(drops)} queues dropped`,
);
const quarter = Math.max(2, Math.floor(points.length / 4));
const least = (from: number): number => Math.min(...points.slice(from, from + quarter).map(({ heap }) => heap));
const [early, late] = [least(quarter), least(points.length - quarter)];
check(
  "memory is flat",
  late - early < Math.max(growthMaxBytes, early * growthMaxShare),
  `least heap ${mib(early)} MiB early, ${mib(late)} MiB late; slope ${(slope(points.slice(quarter)) / 1024).toFixed(1)} KiB per 1,000 events; resident at most ${mib(Math.max(...points.map(({ rss }) => rss)))} MiB`,
);
const fast = streams.filter(({ isSlow }) => !isSlow);
check(
  "streams stay open and hear",
  streams.every(({ ended }) => !ended) && fast.every((stream) => stream.events > 10),
  `at least ${String(Math.min(...fast.map((stream) => stream.events)))} events each`,
);
check(
  "queues are bounded",
  queueMax <= 64,
  `at most ${String(queueMax)} events wait for a reader; ${String(drops)} times one was full and its reader began anew`,
);

for (const stream of streams) stream.close();
await untilTrue(async () => (await metric("portolan_event_streams")) === 0);
await pause(3000);
const after = await resources();
const kinds = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
  (name) => name !== "TCPSocketWrap" && name !== "TCPServerWrap",
);
// A few timers of connections and caches come and go; what each stream left behind would be many.
const leaked = kinds.filter((name) => (after[name] ?? 0) > (before[name] ?? 0) + streamsWanted / 10);
check(
  "no timer or listener is left behind",
  leaked.length === 0,
  `${JSON.stringify(before)} before the streams, ${JSON.stringify(after)} after`,
);

const rows = async (): Promise<string> =>
  JSON.stringify((JSON.parse((await ask(`${dashboard.url}/api/v1/allocations`)).text) as { allocations: unknown }).allocations);
await pause(3000);
const held = await rows();
dashboard.inspector.close();
dashboard.child.kill("SIGKILL");
await once(dashboard.child, "exit");
await untilTrue(() => Promise.resolve(!isAlive(dashboard.pid)), 50);
check("SIGKILL of the command ends its server", !isAlive(dashboard.pid), `server ${isAlive(dashboard.pid) ? "lives on" : "gone"}`);
dashboard = await startDashboard({ kubeconfig, port });
await untilTrue(async () => (await rows()) === held);
check(
  "SIGKILL loses nothing that matters",
  (await rows()) === held,
  `${String((JSON.parse(held) as unknown[]).length)} rows, the same after the start`,
);

const last = Array.from({ length: streamsWanted }, () => openStream(dashboard.url, false));
await untilTrue(() => Promise.resolve(last.every((stream) => stream.events > 0)));
dashboard.inspector.close();
const asked = Date.now();
dashboard.child.kill("SIGTERM");
const [code] = (await once(dashboard.child, "exit")) as [number | null];
const tookMs = Date.now() - asked;
await untilTrue(() => Promise.resolve(last.every(({ ended }) => ended)));
check(
  "SIGTERM ends it with its streams",
  code === 0 && tookMs < 5000 && last.every(({ ended }) => ended),
  `exit ${String(code)} after ${String(tookMs)} ms, ${String(last.filter(({ ended }) => ended).length)} streams closed`,
);

await server.stop();
rmSync(folder, { recursive: true });
const failed = results.filter(({ passed }) => !passed).length;
console.log(`${String(results.length - failed)} passed, ${String(failed)} failed`);
process.exit(failed === 0 ? 0 : 1);

async function metric(name: string): Promise<number> {
  const { text } = await ask(`${dashboard.url}/metrics`);
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1] ?? Number.NaN,
  );
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

/** Bytes per 1,000 events, by least squares. */
function slope(given: readonly { readonly events: number; readonly heap: number }[]): number {
  const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;
  const [x, y] = [mean(given.map((point) => point.events)), mean(given.map((point) => point.heap))];
  const top = given.reduce((sum, point) => sum + (point.events - x) * (point.heap - y), 0);
  return (top / given.reduce((sum, point) => sum + (point.events - x) ** 2, 0)) * 1000;
}
