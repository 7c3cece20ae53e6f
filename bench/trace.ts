// How long one route takes in core, at 1,000 and at 150,000 pods side by side in one run, and how many lines of a batch are answered per second.
// Part of `npm run bench`. CPU time of the process, the two sizes in turn. Nodes and ports are asked in no order, so that at 150,000 pods nearly every trace meets objects that the processor has forgotten.

import {
  createClusterIndex,
  emptyPolicy,
  requiredKinds,
  toKindStatus,
  traceRoute,
  type Context,
  type Delta,
  type RouteQuery,
  type Snapshot,
} from "@/lib/core";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { encodeRoute } from "@/lib/wire/encode-route";
import { parseBatchLine } from "@/lib/wire/parse-route-query";
import { cpuTime, median, timed, type Size } from "./made-up-cluster";

const small: Size = { pods: 1_000, nodes: 33, services: 67 };
const large: Size = { pods: 150_000, nodes: 5_000, services: 10_000 };
const context: Context = { policy: emptyPolicy, nowMs: 0 };
const rounds = 15;
const tracesPerRound = 20_000;

/** Prints µs per trace and batch queries per second at both sizes, and their ratios. */
export function benchTrace(): void {
  const clusters = [small, large].map((size) => {
    const snapshot = buildSnapshot(size);
    const queries = buildQueries(size, tracesPerRound);
    // The questions that the small cluster is asked: what is left of the difference is the engine's, not the processor's caches.
    const alike = buildQueries(small, tracesPerRound);
    // The first call on a snapshot derives what all share.
    const first = timed(() => traceRoute(snapshot, context, queryAt(queries, 0)));
    return { size, snapshot, queries, alike, first, perTraceUs: [] as number[], alikeUs: [] as number[], linesPerSecond: [] as number[] };
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const { snapshot, queries, alike, perTraceUs, alikeUs, linesPerSecond } of clusters) {
      const took = cpuTime(() => queries.forEach((query) => traceRoute(snapshot, context, query)));
      perTraceUs.push((took * 1000) / queries.length);
      alikeUs.push((cpuTime(() => alike.forEach((query) => traceRoute(snapshot, context, query))) * 1000) / alike.length);
      const lines = queries
        .slice(0, tracesPerRound / 4)
        .map((query) => JSON.stringify({ ...query, from: { kind: "outside" }, node: undefined }));
      const batch = cpuTime(() => lines.forEach((line) => answerLine(snapshot, line)));
      linesPerSecond.push((lines.length * 1000) / batch);
    }
  }
  for (const { size, first, perTraceUs, linesPerSecond } of clusters) {
    console.log(
      `${size.pods.toLocaleString("en")} pods, ${size.nodes.toLocaleString("en")} nodes: ${median(perTraceUs).toFixed(1)} µs a trace (median of ${String(rounds)} rounds), ` +
        `${Math.round(median(linesPerSecond)).toLocaleString("en")} batch queries/s, first trace of a snapshot ${first.toFixed(1)} ms`,
    );
  }
  const ratio = (of: (cluster: (typeof clusters)[number]) => number): string => {
    const [few, many] = clusters.map(of);
    return ((many ?? 0) / (few ?? 1)).toFixed(2);
  };
  console.log(
    `at 150,000 pods a trace takes ${ratio(({ alikeUs }) => median(alikeUs))} times as long for the same questions, ${ratio(({ perTraceUs }) => median(perTraceUs))} times for questions all over the cluster; ` +
      `a batch query (read, traced, written) ${ratio(({ linesPerSecond }) => 1 / median(linesPerSecond))} times`,
  );
}

/** One line of `trace --batch`: read, traced, written. */
function answerLine(snapshot: Snapshot, line: string): string {
  const query = parseBatchLine(line);
  return JSON.stringify(query.ok ? encodeRoute(traceRoute(snapshot, context, query.value), []) : { error: query.error });
}

/** Services of 10 to 20 endpoints; every third one with policy Local; every tenth node has a hostPort pod. */
function buildSnapshot({ pods, nodes, services }: Size): Snapshot {
  const index = createClusterIndex("bench");
  const perService = Math.floor(pods / services);
  const objects: unknown[] = [];
  for (let n = 0; n < nodes; n += 1) {
    objects.push({
      kind: "Node",
      metadata: { name: nodeName(n), labels: { "topology.kubernetes.io/zone": `z${String(n % 3)}` } },
      spec: { podCIDRs: [`10.${String(64 + (n >> 8))}.${String(n & 255)}.0/24`] },
      status: { addresses: [{ type: "InternalIP", address: nodeAddress(n) }], nodeInfo: { kubeletVersion: "v1.36.3" } },
    });
  }
  for (let p = 0; p < pods; p += 1) {
    const hostPort = p < nodes && p % 10 === 0 ? [{ containerPort: 80, hostPort: 8081 }] : [];
    objects.push({
      kind: "Pod",
      metadata: {
        name: `p${String(p)}`,
        namespace: namespaceOf(Math.floor(p / perService)),
        labels: { app: `s${String(Math.floor(p / perService))}` },
      },
      spec: { nodeName: nodeName(p % nodes), containers: [{ name: "main", ports: hostPort }] },
      status: { phase: "Running", podIPs: [{ ip: podAddress(p, nodes) }], conditions: [{ type: "Ready", status: "True" }] },
    });
  }
  for (let s = 0; s < services; s += 1) {
    const name = `s${String(s)}`;
    const ports = [{ port: 80, protocol: "TCP", targetPort: 8080, ...(s < portsMax ? { nodePort: 30_000 + s } : {}) }];
    const clusterIP = `10.20.${String(s >> 8)}.${String(s & 255)}`;
    objects.push({
      kind: "Service",
      metadata: { name, namespace: namespaceOf(s) },
      spec: {
        type: "NodePort",
        selector: { app: name },
        ports,
        clusterIP,
        clusterIPs: [clusterIP],
        externalTrafficPolicy: s % 3 === 0 ? "Local" : "Cluster",
      },
    });
    const endpoints = Array.from({ length: perService }, (_, place) => {
      const p = s * perService + place;
      return {
        addresses: [podAddress(p, nodes)],
        conditions: { ready: true },
        nodeName: nodeName(p % nodes),
        targetRef: { kind: "Pod", namespace: namespaceOf(s), name: `p${String(p)}` },
      };
    });
    objects.push({
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace: namespaceOf(s), labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
      endpoints,
    });
  }
  index.apply(objects.flatMap((each) => slimObject(each).records.map((record): Delta => ({ type: "upsert", ...record }))));
  index.apply(requiredKinds.map((kind): Delta => ({ type: "status", kind, status: toKindStatus("live") })));
  return index.snapshot();
}

// As many as the default node-port range holds.
const portsMax = 2_768;

/** Node ports, hostPorts and closed ports on nodes all over the cluster, the same mixture at any size. */
function buildQueries({ nodes, services }: Size, count: number): readonly RouteQuery[] {
  const claimed = Math.min(services, portsMax);
  return Array.from({ length: count }, (_, place) => {
    const kind = place % 10;
    const port = kind === 0 ? 8081 : kind === 1 ? 9999 : 30_000 + ((place * 7919) % claimed);
    return {
      address: nodeAddress((place * 104_729) % nodes),
      port,
      protocol: "TCP",
      from: { kind: "outside", address: "192.0.2.50" },
      node: null,
    };
  });
}

function queryAt(queries: readonly RouteQuery[], place: number): RouteQuery {
  return queries[place] ?? { address: nodeAddress(0), port: 30_000, protocol: "TCP", from: { kind: "outside", address: null }, node: null };
}

function nodeName(n: number): string {
  return `node-${String(n)}`;
}

function nodeAddress(n: number): string {
  return `10.190.${String(1 + (n >> 8))}.${String(n & 255)}`;
}

function podAddress(p: number, nodes: number): string {
  const n = p % nodes;
  return `10.${String(64 + (n >> 8))}.${String(n & 255)}.${String(2 + Math.floor(p / nodes))}`;
}

function namespaceOf(s: number): string {
  return `ns${String(s % 50)}`;
}
