import { expect, test } from "vitest";
import { at, build, hostPortPod, listener, local, nodes, pod, slice, web, type Scene } from "../testing/scenarios";
import { traceRoute } from "./trace";
import { describeRoute } from "./words";

function sentence(scene: Scene, address = "10.0.0.1", port = 30080): string {
  const { snapshot, context } = build(scene, "iptables");
  return describeRoute(
    traceRoute(snapshot, context, { address, port, protocol: "TCP", from: { kind: "outside", address: null }, node: null }),
  ).sentence;
}

const owned = (name: string, owner: string, labels: Record<string, string> = {}) =>
  pod(name, { controller: { kind: "StatefulSet", name: owner }, labels });
const three = slice([at("a1"), at("a2"), at("b1")]);

// What must be in the sentence, not its exact words: numbers, names and the fact that decided.
test.for([
  [
    "two owners, equal shares",
    { pods: [owned("a1", "x"), owned("b1", "y")], slices: [slice([at("a1"), at("b1")])] },
    ["10.0.0.1:30080", "two owners", "one connection in two each"],
  ],
  [
    "two owners, unequal shares",
    { pods: [owned("a1", "x"), owned("a2", "x"), owned("b1", "y")], slices: [three] },
    ["two owners", "67 %", "33 %"],
  ],
  [
    "several backends of one owner",
    { pods: [owned("a1", "x"), owned("a2", "x"), owned("b1", "x")], slices: [three] },
    ["3 backends", "StatefulSet x"],
  ],
  ["one backend", { slices: [slice([at("b1")])] }, ["default/b1", "n2"]],
  ["no endpoints", { slices: [] }, ["refused", "default/web"]],
  ["no local endpoint", { services: [web(local)], slices: [slice([at("b1")])] }, ["dropped", "default/web", "n1"]],
  ["a hostPort", { services: [], pods: [hostPortPod("h", { hostPort: 30080 })] }, ["default/h", "hostPort"]],
  ["a listener", { services: [], pods: [listener(30080)] }, ["default/lis", "listens"]],
  ["nothing", { services: [] }, ["closed", "nothing known"]],
  [
    "what may not be read",
    { kinds: { endpointslices: { forbiddenNamespaces: ["default"] } } },
    ["cannot be judged", "endpointslices of default"],
  ],
] as const satisfies readonly (readonly [string, Scene, readonly string[]])[])("the sentence of %s", ([, scene, parts]) => {
  const said = sentence(scene);
  expect(parts.filter((part) => !said.includes(part))).toEqual([]);
});

test.for([
  [10_250, "the kubelet"],
  [30_081, "a host daemon"],
] as const)("a closed port %i: its step names %s", ([port, name]) => {
  const { snapshot, context } = build({}, "iptables");
  const route = traceRoute(snapshot, context, {
    address: "10.0.0.1",
    port,
    protocol: "TCP",
    from: { kind: "outside", address: null },
    node: null,
  });
  expect(describeRoute(route).steps.at(-1)?.verdict).toContain(name);
});

test("a group's name stands for an owner", () => {
  const scene = {
    pods: [owned("a1", "x", { CLEARML: "agent-1" }), owned("b1", "y", { CLEARML: "agent-2" }), owned("a2", "x", { CLEARML: "agent-1" })],
    slices: [three],
  };
  expect(sentence(scene)).toContain("agent-1");
});

test("F48: an address that nodePortAddresses leaves out is closed by configuration, and the step names the setting", () => {
  const addresses = ["10.0.0.1", "192.0.2.7"].map((address) => ({ type: "InternalIP" as const, address }));
  const second = { nodes: nodes.map((node) => (node.name === "n1" ? { ...node, addresses } : node)) };
  const { snapshot, context } = build({ ...second, settings: { nodePortAddresses: ["10.0.0.0/16"] } }, "iptables");
  const ask = (address: string) =>
    traceRoute(snapshot, context, { address, port: 30_080, protocol: "TCP", from: { kind: "outside", address: null }, node: null });
  const closed = ask("192.0.2.7");
  expect(closed.outcome).toEqual({ kind: "closed", reason: "address-not-accepted" });
  expect(closed.steps).toContainEqual(expect.objectContaining({ code: "notAccepted", field: "nodePortAddresses", value: "10.0.0.0/16" }));
  expect(ask("10.0.0.1").outcome.kind).toBe("delivered");
});

test("F57: of a delivered UDP nodePort it is said that flows begun before a change may stick; of TCP and of a refused one not", () => {
  const notes = (protocol: "TCP" | "UDP", slices = [slice([at("a1")], { ports: [{ protocol }] })]) => {
    const services = [web({ ports: [{ port: 80, targetPort: 8080, nodePort: 30_080, protocol }] })];
    const { snapshot, context } = build({ services, slices }, "iptables");
    const route = traceRoute(snapshot, context, {
      address: "10.0.0.1",
      port: 30_080,
      protocol,
      from: { kind: "outside", address: null },
      node: null,
    });
    const said = describeRoute(route).steps.filter((_, place) => route.steps[place]?.code === "openFlows");
    return [route.outcome.kind, ...said.map(({ verdict }) => verdict.includes("old backend"))];
  };
  expect(notes("UDP")).toEqual(["delivered", true]);
  expect(notes("TCP")).toEqual(["delivered"]);
  expect(notes("UDP", [])).toEqual(["rejected"]);
});
