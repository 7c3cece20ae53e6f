import { afterEach, describe, expect, it } from "vitest";
import {
  buildAllocations,
  createClusterIndex,
  joinFindings,
  runRules,
  traceRoute,
  type Allocation,
  type Context,
  type Evaluation,
  type Policy,
  type Snapshot,
} from "@/lib/core";
import { connectPlain } from "../kubernetes/connect";
import { createKubernetesSource } from "../kubernetes/kubernetes-source";
import { readPolicy } from "../policy/read-policy";
import type { ApiObject } from "./api-object";
import { createApiServer } from "./api-server";
import { shiftTimes, startDemo } from "./demo";
import { policyText } from "./policy";
import { playScript, playStep, type Timers } from "./script";
import { buildScale } from "./scale";
import { daysAgo, momentMs, plantedToken } from "./story/builders";
import { buildStory, forbidden } from "./story/story";

type Seen = {
  readonly snapshot: Snapshot;
  readonly evaluation: Evaluation;
  readonly allocations: readonly Allocation[];
  readonly context: Context;
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function policyOf(text: string): Policy {
  const read = readPolicy(text, "demo portolan.yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

/** What the kubernetes source reads there, once. */
async function look(url: string, policy: string, nowMs: number): Promise<Seen> {
  const index = createClusterIndex("demo");
  const handle = createKubernetesSource({ connection: connectPlain("demo", url), origin: "demo", namespaces: [] }).start({
    apply: (deltas) => {
      index.apply(deltas);
    },
  });
  expect(await handle.synced).toEqual({ ok: true });
  await handle.stop();
  const snapshot = index.snapshot();
  const context = { policy: policyOf(policy), nowMs };
  const evaluation = runRules(snapshot, context);
  return { snapshot, evaluation, context, allocations: joinFindings(buildAllocations(snapshot, context), evaluation) };
}

async function lookAtDemo(live = false, nowMs = momentMs): Promise<Seen> {
  const demo = await startDemo({ live, nowMs });
  ends.push(() => demo.stop());
  return look(demo.url, demo.policyText, demo.momentMs);
}

const rowOf = (allocations: readonly Allocation[], port: number, kind: string): Allocation | undefined =>
  allocations.find((row) => row.port === port && row.kind === kind);

describe("the demo's story", () => {
  it("has the findings it is told for, and no other", async () => {
    const { evaluation } = await lookAtDemo();
    // Later rules add notes and warnings; what they say of the story is listed here as well.
    const seen = evaluation.findings.map(
      ({ rule, severity, ports, acknowledged }) =>
        `${acknowledged === null ? severity : "acknowledged"} ${rule} ${ports.map(({ port }) => String(port)).join(",")}`,
    );
    expect(seen.filter((line) => !line.startsWith("info"))).toEqual([
      "critical mixed-owners 30001",
      "critical no-endpoints 30007",
      "critical host-port-on-node-port 31011",
      "warning announced-port-unmapped 30009",
      "warning local-policy-drops 31001",
      "acknowledged mixed-owners 32100",
    ]);
    expect(evaluation.warnings).toEqual([]);
  });

  it("has the rows of the table as it is told", async () => {
    const { allocations, snapshot } = await lookAtDemo();
    expect(snapshot.nodes.size).toBe(12);
    const backends = [30001, 30002, 30006, 30007, 31000, 31001, 31002, 31011, 32053].map((port) => {
      const row = rowOf(allocations, port, "nodePort");
      return [port, row?.backends?.ready, row?.backends?.total];
    });
    expect(backends).toEqual([
      [30001, 2, 2],
      [30002, 1, 1],
      [30006, 1, 1],
      [30007, 0, 0],
      [31000, 4, 4],
      [31001, 2, 2],
      [31002, 2, 3],
      [31011, 1, 1],
      [32053, 2, 2],
    ]);
    expect(rowOf(allocations, 30001, "nodePort")?.createdAtMs).toBe(daysAgo(41.2));
    expect(rowOf(allocations, 30008, "reservation")).toBeDefined();
    expect(rowOf(allocations, 31011, "hostPort")?.nodes).toEqual(["gpu-10"]);
    expect(rowOf(allocations, 31544, "healthCheckNodePort")).toBeDefined();
    expect(rowOf(allocations, 5443, "externalIP")?.addresses).toEqual(["10.190.0.50"]);
    expect(allocations.filter(({ port }) => port === 32053).map(({ protocol }) => protocol)).toEqual(["TCP", "UDP"]);
    expect(rowOf(allocations, 32070, "nodePort")).toMatchObject({ backends: { ready: null, total: null }, unknown: ["endpointslices"] });
    expect(snapshot.kinds.endpointslices.forbiddenNamespaces).toEqual(["tenant-b"]);
  });

  it("leads a packet for 30001 to both agents' sessions, one in two each", async () => {
    const { snapshot, context } = await lookAtDemo();
    const route = traceRoute(snapshot, context, {
      address: "10.190.1.2",
      port: 30001,
      protocol: "TCP",
      from: { kind: "outside", address: null },
    } as Parameters<typeof traceRoute>[2]);
    expect(JSON.stringify(route)).toContain("clearml-id-a");
    expect(JSON.stringify(route)).toContain("clearml-id-b");
    expect(JSON.stringify(route)).toContain("0.5");
  });

  it("lets nothing of what it plants through", async () => {
    expect(JSON.stringify(buildStory())).toContain(plantedToken);
    const { snapshot, allocations, evaluation } = await lookAtDemo();
    const all = JSON.stringify([snapshot, allocations, evaluation], (_key, value: unknown) =>
      value instanceof Map ? [...(value as Map<unknown, unknown>)] : value,
    );
    expect(all).toContain("clearml-id-b");
    for (const planted of [plantedToken, "managedFields", "last-applied-configuration", "CLEARML_API_SECRET_KEY", "/bin/start"])
      expect(all).not.toContain(planted);
  });

  it("reads the same at any time, but for the times", async () => {
    const nowMs = Date.UTC(2031, 0, 2, 3, 4, 5);
    const [fixed, live] = [await lookAtDemo(), await lookAtDemo(true, nowMs)];
    const facts = ({ allocations, evaluation }: Seen): unknown => [
      allocations.map((row) => ({ ...row, createdAtMs: null })),
      evaluation.findings.map(({ fingerprint, severity }) => [fingerprint, severity]),
    ];
    expect(facts(live)).toEqual(facts(fixed));
    expect(live.allocations.map(({ createdAtMs }) => createdAtMs)).toEqual(
      fixed.allocations.map(({ createdAtMs }) => (createdAtMs === null ? null : createdAtMs + nowMs - momentMs)),
    );
  });
});

describe("the loop of the served demo", () => {
  it("touches three rows at most, heals nothing, and comes back to where it began", async () => {
    const server = createApiServer({ objects: buildStory() });
    for (const each of forbidden) server.switches.forbidden.add(each);
    const url = await server.start();
    ends.push(() => server.stop());
    const policy = policyText((days) => new Date(momentMs + days * 86_400_000).toISOString().slice(0, 10));
    const before = await look(url, policy, momentMs);
    const touched = new Set<string>();
    for (let turn = 0; turn < 4; turn += 1) {
      playStep(server, turn, momentMs);
      const after = await look(url, policy, momentMs);
      after.allocations.forEach((row, place) => {
        if (JSON.stringify(row) !== JSON.stringify(before.allocations[place])) touched.add(row.id);
      });
      expect(after.evaluation.findings.map(({ fingerprint }) => fingerprint)).toEqual(
        before.evaluation.findings.map(({ fingerprint }) => fingerprint),
      );
    }
    expect((await look(url, policy, momentMs)).allocations).toEqual(before.allocations);
    expect(touched.size).toBeGreaterThan(0);
    expect(touched.size).toBeLessThanOrEqual(3);
  });

  it("plays a step each time its timer calls, until it is stopped", () => {
    const server = createApiServer({ objects: buildStory() });
    const calls: (() => void)[] = [];
    const timers: Timers = {
      now: () => momentMs,
      every: (_ms, callback) => {
        calls.push(callback);
        return () => calls.pop();
      },
    };
    const stop = playScript(server, timers);
    const version = server.store.version();
    calls[0]?.();
    expect(server.store.version()).toBe(version + 2);
    stop();
    expect(calls).toEqual([]);
  });
});

describe("made-up clusters", () => {
  it("hold what was asked for, in the same way each time", () => {
    const objects = [...buildScale({ nodes: 20, pods: 300, services: 40 })];
    const count = (kind: string): number => objects.filter((object) => object.kind === kind).length;
    expect([count("Node"), count("Pod"), count("Service"), count("EndpointSlice")]).toEqual([20, 300, 40, 40]);
    expect([...buildScale({ nodes: 20, pods: 300, services: 40 })]).toEqual(objects);
    const ips = objects.flatMap((object) => (object.kind === "Pod" ? [(object["status"] as { readonly podIP: string }).podIP] : []));
    expect(new Set(ips).size).toBe(300);
  });

  it("times move together, and nothing else does", () => {
    const [node] = buildStory().filter(({ kind }) => kind === "Node");
    const moved = shiftTimes(node as ApiObject, 1000);
    expect(JSON.parse(JSON.stringify(moved).replaceAll(/T\d\d:\d\d:\d\dZ/g, "")) as unknown).toEqual(
      JSON.parse(JSON.stringify(node).replaceAll(/T\d\d:\d\d:\d\dZ/g, "")),
    );
    expect(moved).not.toEqual(node);
  });
});
