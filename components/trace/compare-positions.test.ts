import { expect, test } from "vitest";
import type { WireRoute } from "@/lib/wire/schemas";
import { doDiffer, listPositions } from "./compare-positions";

test.for([
  ["outside", "", "n1", "ns/p", ["", "node/n1", "pod/ns/p"]],
  ["a known address outside", "outside=192.0.2.1", "n1", "ns/p", ["outside=192.0.2.1", "node/n1", "pod/ns/p"]],
  ["a node that is asked from", "node/n2", "n1", "ns/p", ["", "node/n2", "pod/ns/p"]],
  ["a pod that is asked from", "pod/ns/q", "n1", "ns/p", ["", "node/n1", "pod/ns/q"]],
  ["no pod known", "", "n1", null, ["", "node/n1"]],
  ["nothing known", "", null, null, [""]],
] as const)("the positions beside %s", ([, from, node, pod, expected]) => {
  expect(listPositions(from, node, pod).map((each) => each.from)).toEqual(expected);
});

const route = (partial: Partial<WireRoute> = {}): WireRoute => ({
  query: { address: "10.0.0.1", port: 30_001, protocol: "TCP", from: { kind: "outside" } },
  outcome: "delivered",
  reason: null,
  sentence: "",
  claim: null,
  node: "n1",
  backends: [backend("10.244.1.1"), backend("10.244.1.2")],
  source: null,
  affinitySeconds: null,
  healthCheck: null,
  alternatives: [],
  assumptions: [],
  steps: [],
  missing: [],
  findings: [],
  whyNot: null,
  ...partial,
});

function backend(address: string): WireRoute["backends"][number] {
  return {
    address,
    port: 80,
    probability: 0.5,
    pod: null,
    node: null,
    owner: null,
    group: null,
    ready: true,
    terminating: false,
    readySince: null,
    replyPathBroken: false,
    offCluster: false,
    source: "preserved",
  };
}

test.for([
  ["the same backends", {}, false],
  [
    "the source alone",
    { source: "masqueraded", backends: route().backends.map((each) => ({ ...each, source: "masqueraded" as const })) },
    false,
  ],
  ["the node that answers", { node: "n2" }, false],
  ["fewer backends", { backends: [{ ...backend("10.244.1.1"), probability: 1 }] }, true],
  ["a reply that is lost", { backends: [{ ...backend("10.244.1.1"), replyPathBroken: true }, backend("10.244.1.2")] }, true],
  ["another outcome", { outcome: "dropped", reason: "no-local-endpoints", backends: [] }, true],
  ["another holder", { claim: { kind: "hostPort", namespace: "a", name: "b", port: 1 } }, true],
  ["another alternative", { alternatives: [route()] }, true],
] as const satisfies readonly (readonly [string, Partial<WireRoute>, boolean])[])("%s: differs %s", ([, partial, expected]) => {
  const position = (each: WireRoute, from: string) => ({ kind: "outside" as const, from, route: each });
  expect(doDiffer([position(route(), ""), position(route(partial), "x")])).toBe(expected);
});
