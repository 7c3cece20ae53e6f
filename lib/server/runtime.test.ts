import { describe, expect, test } from "vitest";
import { emptyPolicy } from "@/lib/core";
import type { ClusterSource } from "@/lib/sources/source";
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
