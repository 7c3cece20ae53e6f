import { expect, test } from "vitest";
import { buildPortMap } from "../inventory/build-port-map";
import { resolveAssumptions } from "../policy/policy";
import { traceRoute } from "../routing/trace";
import { runRules } from "../rules/run-rules";
import { buildContext, buildEndpoint, buildNode, buildPod, buildService, buildSlice, buildSnapshot, testNowMs } from "../testing/builders";
import { ownValue } from "./own-value";

test("what a record inherits is not its own", () => {
  expect([ownValue({ a: 1 }, "a"), ownValue({ a: 1 }, "constructor"), ownValue({ constructor: 2 }, "constructor")]).toEqual([
    1,
    undefined,
    2,
  ]);
});

test("a node, a label and a cluster that are called constructor are like any other", () => {
  const snapshot = buildSnapshot({
    nodes: [buildNode({ name: "constructor", ip: "10.0.0.1" })],
    pods: [buildPod({ name: "a", labels: { app: "x", constructor: "a" } }), buildPod({ name: "b", labels: { app: "x" } })],
    services: [buildService({ name: "s", selector: { app: "x" }, ports: [{ port: 80, nodePort: 30001 }] })],
    slices: [
      buildSlice({
        name: "s-1",
        serviceName: "s",
        endpoints: [buildEndpoint({ address: "10.1.0.1", pod: "a" }), buildEndpoint({ address: "10.1.0.2", pod: "b" })],
      }),
    ],
  });
  const context = { ...buildContext(), nowMs: testNowMs };
  const from = { kind: "outside", address: null } as const;
  expect(traceRoute(snapshot, context, { address: "10.0.0.1", port: 30001, protocol: "TCP", from, node: null }).outcome.kind).toBe(
    "delivered",
  );
  expect(buildPortMap(snapshot, context, { from, ports: null, evaluation: runRules(snapshot, context) }).nodes).toHaveLength(1);
  expect(resolveAssumptions(context.policy, "constructor")).toEqual(resolveAssumptions(context.policy, "other"));
});
