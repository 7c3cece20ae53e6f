import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { emptyPolicy, type Delta, type KindStatus, type Reservation } from "@/lib/core";
import { buildDeltas, buildNode, buildService } from "@/lib/core/testing/builders";
import type { ClusterSource } from "@/lib/sources/source";
import { encodeMapAnswer, loadMap } from "./map-answer";
import { isProblem } from "./problem";
import { startRuntime, type Runtime } from "./runtime";

let runtime: Runtime;
let tell: (deltas: readonly Delta[]) => void;

beforeAll(async () => {
  const source: ClusterSource = {
    cluster: "c",
    origin: "kubeconfig",
    start: (sink) => {
      tell = (deltas) => {
        sink.apply(deltas);
      };
      const service = buildService({ name: "web", ports: [{ port: 80, nodePort: 30_080 }] });
      tell(buildDeltas({ nodes: [buildNode({ name: "n1", ip: "10.0.0.1" })], services: [service] }));
      return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
    },
  };
  runtime = startRuntime({ sources: [source], policies: new Map(), formats: new Map(), tickMs: 1 });
  await vi.waitUntil(() => runtime.clusters()[0]?.synced);
});

afterAll(() => runtime.stop());

async function ask(query = ""): Promise<Uint8Array> {
  const answer = await encodeMapAnswer(new URLSearchParams(query));
  if (isProblem(answer)) throw new Error(answer.detail);
  return answer;
}

test("the map of a revision is made once, whoever asks, and another one for another question", async () => {
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(second).toBe(first);
  expect(await ask()).toBe(first);
  const other = await ask("ports=1");
  expect(JSON.parse(new TextDecoder().decode(other))).toMatchObject({ columns: [] });
  expect(await loadMap(new URLSearchParams())).toMatchObject({ cluster: "c", columns: [{ port: 30_080 }] });
});

const stale: KindStatus = {
  state: "stale",
  sinceMs: 0,
  expected: null,
  namespaces: "all",
  forbiddenNamespaces: [],
  message: "the watch fell silent",
  retryAtMs: null,
};
const soon: Reservation = {
  port: 30_090,
  kind: "nodePort",
  node: null,
  protocol: null,
  purpose: "soon",
  until: null,
  ticket: null,
  allow: null,
};

test.for<[string, () => void, object]>([
  [
    "an object",
    () => {
      tell([{ type: "upsert", kind: "nodes", record: buildNode({ name: "n2", ip: "10.0.0.2" }) }]);
    },
    { nodes: [{ name: "n1" }, { name: "n2" }] },
  ],
  [
    "how fresh a kind is",
    () => {
      tell([{ type: "status", kind: "nodes", status: stale }]);
    },
    { staleness: { nodes: { state: "stale" } } },
  ],
  [
    "the policy",
    () => {
      runtime.setPolicy("c", { value: { ...emptyPolicy, reservations: [soon] }, file: null, error: null, mistakes: [] });
    },
    { columns: [{ port: 30_080 }, { port: 30_090 }] },
  ],
])("is made anew when this changes: %s", async ([, change, expected]) => {
  const before = await loadMap(new URLSearchParams());
  const revision = runtime.clusters()[0]?.revision ?? 0;
  change();
  await expect.poll(() => runtime.clusters()[0]?.revision).toBeGreaterThan(revision);
  const after = await loadMap(new URLSearchParams());
  expect(after).toMatchObject(expected);
  expect(before).not.toMatchObject(expected);
});

test.for<[string, string]>([
  ["from=somewhere", "from"],
  ["ports=none", "ports"],
  ["cluster=other", "cluster"],
  ["from=node/n9", "from"],
])("a question that has no answer is told which part of it: %s", async ([query, field]) => {
  expect(await encodeMapAnswer(new URLSearchParams(query))).toMatchObject({ field });
});
