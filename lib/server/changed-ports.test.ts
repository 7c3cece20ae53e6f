import { expect, test } from "vitest";
import { createClusterIndex, toKindStatus, type Delta } from "@/lib/core";
import { buildDeltas, buildService } from "@/lib/core/testing/builders";
import { changedPorts } from "./changed-ports";

const web = (nodePort: number) => buildService({ name: "web", ports: [{ port: 80, nodePort }] });
const status = (state: "live" | "stale" | "forbidden"): Delta => ({
  type: "status",
  kind: "pods",
  status: { ...toKindStatus(state), message: `pods are ${state}`, retryAtMs: 1 },
});

test.for<{ name: string; delta: Delta; ports: unknown }>([
  {
    name: "a Service that moves: its port before and after",
    delta: { type: "upsert", kind: "services", record: web(30_002) },
    ports: [30_001, 30_002],
  },
  { name: "a kind that goes stale: none, what is known is as before", delta: status("stale"), ports: [] },
  { name: "a kind that may not be read any more: all", delta: status("forbidden"), ports: "all" },
])("$name", ({ delta, ports }) => {
  const index = createClusterIndex("c");
  index.apply([...buildDeltas({ services: [web(30_001)] }), status("live")]);
  const before = index.snapshot();
  index.apply([delta]);
  const changed = changedPorts(before, index.snapshot());
  expect(changed === "all" ? changed : changed.map(({ port }) => port)).toEqual(ports);
});
