import { describe, expect, test, vi } from "vitest";
import { emptyPolicy, toKindStatus, type PodRecord } from "@/lib/core";
import { buildDeltas, buildPod } from "@/lib/core/testing/builders";
import type { ClusterSource, Sink } from "@/lib/sources/source";
import { createLiveHub } from "./live-hub";
import { createRuntime, type Served } from "./runtime";

function serve(cluster: string, removable: boolean): Served {
  const source: ClusterSource = {
    cluster,
    origin: "snapshot",
    start: (sink) => {
      sink.apply([{ type: "version", version: "v1.33.0" }]);
      return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
    },
  };
  return { source, policy: { value: emptyPolicy, file: null, error: null, mistakes: [] }, format: "kubectl output", removable };
}

/** A cluster that tells what it is told to. */
function speak(): { readonly source: ClusterSource; readonly sink: () => Sink } {
  let sink: Sink | undefined;
  const source: ClusterSource = {
    cluster: "c",
    origin: "kubeconfig",
    start: (given) => {
      sink = given;
      return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
    },
  };
  return {
    source,
    sink: () => {
      if (sink === undefined) throw new Error("not started");
      return sink;
    },
  };
}

const podsOf = (generation: number) =>
  Array.from({ length: 5000 }, (_, number) => buildPod({ name: `pod-${String(number)}`, labels: { generation: String(generation) } }));

describe("views of a cluster that changes", () => {
  test("a list that is read anew takes many slices: no view shows a part of it, nor a state that came after it without it", async () => {
    const { source, sink } = speak();
    const runtime = createRuntime({ sources: [source], policies: new Map(), formats: new Map(), tickMs: 1 });
    const seen: string[] = [];
    runtime.onChange(({ current: { snapshot } }) => {
      const generations = new Set([...snapshot.pods.values()].map(({ labels }) => labels["generation"]));
      seen.push(`${[...generations].join(" and ")} ${snapshot.kinds.pods.message ?? ""}`);
    });
    for (const generation of [1, 2, 3]) {
      sink().apply(buildDeltas({ pods: podsOf(generation) }));
      sink().apply([{ type: "status", kind: "pods", status: { ...toKindStatus("live"), message: `after ${String(generation)}` } }]);
    }
    await vi.waitUntil(() => runtime.clusters()[0]?.snapshot.kinds.pods.message === "after 3", { timeout: 20_000 });
    expect(seen.filter((each) => each.includes("and"))).toEqual([]);
    expect(seen.at(-1)).toBe("3 after 3");
    await runtime.stop();
  });

  test("are shown once they are prepared, and not before; one that cannot be is shown all the same, so that nothing older looks fresh", async () => {
    const { source, sink } = speak();
    const runtime = createRuntime({ sources: [source], policies: new Map(), formats: new Map(), tickMs: 1 });
    await vi.waitUntil(() => runtime.clusters()[0]?.synced);
    const versionShown = () => runtime.clusters()[0]?.snapshot.version;
    const shown: (string | null | undefined)[] = [];
    runtime.onPrepare(function* ({ snapshot }) {
      for (let step = 0; step < 3; step += 1) {
        yield;
        shown.push(versionShown());
      }
      if (snapshot.version === "v2") throw new Error("these records contradict each other");
    });
    sink().apply([{ type: "version", version: "v1" }]);
    await vi.waitUntil(() => versionShown() === "v1");
    expect(shown).toEqual([null, null, null]);
    sink().apply([{ type: "version", version: "v2" }]);
    await vi.waitUntil(() => versionShown() === "v2");
    // A rejection that nobody handled would fail the run.
    sink().apply([{ type: "version", version: "v3" }]);
    await vi.waitUntil(() => versionShown() === "v3");
    await runtime.stop();
  });

  test("of a source that tells what cannot be taken in are stale from then on, whatever it tells later", async () => {
    const { source, sink } = speak();
    const runtime = createRuntime({ sources: [source], policies: new Map(), formats: new Map(), tickMs: 1 });
    await vi.waitUntil(() => runtime.clusters()[0]?.synced);
    const shown = () => runtime.clusters()[0]?.snapshot;
    sink().apply([{ type: "status", kind: "pods", status: toKindStatus("live") }]);
    await vi.waitUntil(() => shown()?.kinds.pods.state === "live");
    const broken: unknown = null;
    sink().apply([{ type: "upsert", kind: "pods", record: broken as PodRecord }]);
    await vi.waitUntil(() => shown()?.kinds.pods.state === "stale");
    sink().apply([
      { type: "status", kind: "pods", status: toKindStatus("live") },
      { type: "version", version: "v2" },
    ]);
    runtime.setPolicy("c", { value: emptyPolicy, file: "portolan.yaml", error: null, mistakes: [] });
    await vi.waitUntil(() => runtime.clusters()[0]?.policy.file === "portolan.yaml");
    expect(shown()?.kinds.pods).toMatchObject({ state: "stale", message: "what was told could not be taken in; start Portolan again" });
    expect(shown()?.version).toBeNull();
    await runtime.stop();
  });
});

describe("a snapshot that is brought while the server runs", () => {
  test("is there, synced, under a name of its own, and never the default", async () => {
    const runtime = createRuntime({ sources: [serve("prod", false).source], policies: new Map(), formats: new Map() });
    const first = await runtime.add(serve("prod", true));
    const second = await runtime.add(serve("prod", true));
    expect([first, second].map(({ name, synced, default: isDefault }) => ({ name, synced, isDefault }))).toEqual([
      { name: "prod (2)", synced: true, isDefault: false },
      { name: "prod (3)", synced: true, isDefault: false },
    ]);
    expect(first.snapshot).toMatchObject({ cluster: "prod (2)", version: "v1.33.0" });
    // `cluster=*` asks all of them.
    expect((await runtime.add(serve("*", true))).name).toBe("* (2)");
    await runtime.stop();
  });

  test("goes when it is removed, with the streams on it; what the server was started with stays", async () => {
    const runtime = createRuntime({ sources: [serve("prod", false).source], policies: new Map(), formats: new Map() });
    const hub = createLiveHub(runtime);
    await runtime.add(serve("case", true));
    const closed: string[] = [];
    for (const cluster of ["prod", "case"])
      hub.subscribe(
        cluster,
        null,
        () => 1,
        () => closed.push(cluster),
      );
    expect(await runtime.remove("prod")).toBe(false);
    expect(await runtime.remove("nobody")).toBe(false);
    expect(await runtime.remove("case")).toBe(true);
    expect(runtime.clusters().map(({ name }) => name)).toEqual(["prod"]);
    expect(closed).toEqual(["case"]);
    expect(hub.subscriberCount()).toBe(1);
    hub.close();
    await runtime.stop();
  });
});
