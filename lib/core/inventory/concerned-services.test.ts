import { describe, expect, test } from "vitest";
import { finish } from "../basics/steps";
import { createClusterIndex } from "../cluster-index/cluster-index";
import type { PodRecord } from "../model/pod";
import { buildDeltas, buildPod, buildService, buildSlice, type PartialEndpoint, type SnapshotParts } from "../testing/builders";
import { findConcerned } from "./concerned-services";

/** Services that a pod which comes, or is gone, concerns. */
function concernedBy(parts: SnapshotParts, came: readonly PodRecord[], gone: readonly string[] = []): readonly string[] {
  const index = createClusterIndex("test");
  index.apply(buildDeltas(parts));
  const before = index.snapshot();
  index.apply([
    ...came.map((record) => ({ type: "upsert", kind: "pods", record }) as const),
    ...gone.map((key) => ({ type: "remove", kind: "pods", key }) as const),
  ]);
  return finish(findConcerned(before, index.snapshot()));
}

const service = (name: string, selector: Readonly<Record<string, string>> | null) =>
  buildService({ name, selector, ports: [{ port: 80 }] });
const slice = (name: string, endpoint: PartialEndpoint) => buildSlice({ name: `${name}-1`, service: name, endpoints: [endpoint] });

const parts: SnapshotParts = {
  services: [service("web", { app: "web" }), service("late", { app: "late" }), service("by-hand", null)],
  pods: [buildPod({ name: "web-1", ip: "10.244.1.5", labels: { app: "web" } })],
  slices: [
    slice("web", { address: "10.244.1.5", pod: "web-1" }),
    // Its slice still names a pod that has been replaced.
    slice("late", { address: "10.244.1.6", pod: "late-old" }),
    slice("by-hand", { address: "10.244.1.7" }),
  ],
};

describe("a pod concerns", () => {
  test.each<[string, PodRecord, readonly string[]]>([
    ["the Service that selects it", buildPod({ name: "web-2", ip: "10.244.1.9", labels: { app: "web" } }), ["default/web"]],
    ["no Service that has nothing of it", buildPod({ name: "other", ip: "10.244.1.9" }), []],
    ["the Service whose endpoint names it", buildPod({ name: "late-old", ip: "10.244.1.9" }), ["default/late"]],
    ["the Service whose endpoint names another one at its address", buildPod({ name: "other", ip: "10.244.1.6" }), ["default/late"]],
    ["the Service whose endpoint names none at its address", buildPod({ name: "other", ip: "::ffff:10.244.1.7" }), ["default/by-hand"]],
  ])("%s", (_, pod, expected) => {
    expect(concernedBy(parts, [pod])).toEqual(expected);
  });

  test("when it is gone, the Service that selected it", () => {
    expect(concernedBy(parts, [], ["default/web-1"])).toEqual(["default/web"]);
  });
});
