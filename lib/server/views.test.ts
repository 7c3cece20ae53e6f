import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createClusterIndex, emptyPolicy, serviceKey, type Delta } from "@/lib/core";
import { buildDeltas, buildNode, buildPod, buildService } from "@/lib/core/testing/builders";
import { encodeEvaluation } from "@/lib/wire/encode-finding";
import type { ClusterView } from "./runtime";
import { deriveView, type DerivedView } from "./views";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A cluster that is followed under this name. */
function follow(name: string, part: Partial<Pick<ClusterView, "origin" | "synced">> = {}) {
  const index = createClusterIndex(name);
  return (...deltas: readonly Delta[]): ClusterView => {
    index.apply(deltas);
    const snapshot = index.snapshot();
    const policy = { value: emptyPolicy, file: null, error: null, mistakes: [] };
    const state = { default: true, format: null, removable: false, trouble: null, policy };
    return { name, origin: "kubeconfig", synced: true, ...state, ...part, snapshot, revision: snapshot.revision };
  };
}

const dead = buildService({ name: "dead", selector: { app: "nobody" }, ports: [{ port: 80, nodePort: 30_080 }] });
const cluster = buildDeltas({ nodes: [buildNode({ name: "n1", ip: "10.0.0.1" })], services: [dead] });
const removed: Delta = { type: "remove", kind: "services", key: serviceKey("default", "dead") };
const other: Delta = { type: "upsert", kind: "nodes", record: buildNode({ name: "n2", ip: "10.0.0.2" }) };

function sinceAt(time: string, view: ClusterView) {
  vi.setSystemTime(new Date(time));
  const { evaluation, firstSeen } = deriveView(view);
  return encodeEvaluation(evaluation, view.name, firstSeen).findings.map(({ rule, since, sinceFrom }) => [rule, since, sinceFrom]);
}

test("what is derived in one copy of the module is built on in another", async () => {
  vi.setSystemTime(new Date("2026-05-12T14:00:00Z"));
  const pod = buildPod({ name: "web", node: "n1", ip: "10.244.1.5", ports: [{ containerPort: 80, hostPort: 8080 }] });
  const view = follow("twice")(...cluster, { type: "upsert", kind: "pods", record: pod });
  const rowOf = ({ allocations }: DerivedView) => allocations.find(({ kind }) => kind === "hostPort");
  const before = rowOf(deriveView(view));
  vi.resetModules();
  const { deriveView: deriveElsewhere } = await import("./views");
  expect(deriveElsewhere).not.toBe(deriveView);
  vi.setSystemTime(new Date("2026-05-12T14:01:00Z"));
  expect(before?.port).toBe(8080);
  // Only the copy of core that made a row remembers what it rests on; another one makes all rows anew.
  expect(rowOf(deriveElsewhere(view))).toBe(before);
});

describe("since when a finding holds that no object dates", () => {
  test("is when this process first saw it; one that was gone begins anew", () => {
    const at = follow("live");
    const first = at(...cluster);
    expect(sinceAt("2026-05-12T14:00:00Z", first)).toEqual([["no-endpoints", "2026-05-12T14:00:00Z", "process"]]);
    expect(sinceAt("2026-05-12T14:05:00Z", first)).toEqual([["no-endpoints", "2026-05-12T14:00:00Z", "process"]]);
    const second = at(other);
    expect(sinceAt("2026-05-12T14:06:00Z", second)).toEqual([["no-endpoints", "2026-05-12T14:00:00Z", "process"]]);
    expect(sinceAt("2026-05-12T14:07:00Z", at(removed))).toEqual([]);
    // A minute later an earlier view is asked for again: it says nothing about now.
    sinceAt("2026-05-12T14:08:00Z", second);
    expect(sinceAt("2026-05-12T14:09:00Z", at(...cluster))).toEqual([["no-endpoints", "2026-05-12T14:09:00Z", "process"]]);
  });

  test.for([
    ["a snapshot began before anybody looked", { origin: "snapshot" }],
    ["a cluster that is still being read may not be there at all", { synced: false }],
  ] as const)("%s", ([name, part]) => {
    expect(sinceAt("2026-05-12T14:00:00Z", follow(name, part)(...cluster))).toEqual([["no-endpoints", null, null]]);
  });
});
