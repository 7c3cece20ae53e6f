import { expect, test } from "vitest";
import { buildNode, buildService } from "../testing/builders";
import {
  at,
  backendPods,
  build,
  dual,
  hostPortPod,
  listener,
  local,
  nodes,
  pod,
  slice,
  web,
  webSlice,
  type Scene,
} from "../testing/scenarios";
import { traceRoute } from "./trace";
import { describeRoute } from "./words";

type Ask = { readonly pod?: string; readonly address?: string; readonly port?: number; readonly from?: "outside" | "node" };

/** The steps of the answer as `code object field=value`, with their words. */
function ask(scene: Scene, { pod: name = "a1", address = "10.0.0.1", port = 30080, from = "outside" }: Ask = {}) {
  const { snapshot, context } = build(scene, "iptables");
  const query = {
    address,
    port,
    protocol: "TCP" as const,
    from: from === "outside" ? { kind: "outside" as const, address: "192.0.2.50" } : { kind: "node" as const, name: "n1" },
    node: null,
  };
  const route = traceRoute(snapshot, context, query, { whyNot: { namespace: "default", name } });
  const steps = route.whyNot?.steps ?? [];
  return {
    facts: steps.map(({ code, object, field, value }) => `${code} ${object ?? "-"} ${field ?? "-"}=${value ?? "-"}`),
    words: describeRoute(route).whyNot.map(({ title, verdict }) => `${title}: ${verdict}`),
  };
}

const selecting = (selector: Record<string, string>) => ({ services: [web({ selector })], slices: [slice([at("b1")])] });
const udpWeb = web({ ports: [{ port: 80, protocol: "UDP", nodePort: 30080 }] });
const unready = { ready: false, serving: false } as const;
const only = "EndpointSlice/default/web-1";

test.for([
  ["it is a backend", {}, {}, ["answers Pod/default/a1 -=0.3333333333333333"]],
  ["no such pod", {}, { pod: "nobody" }, ["noSuchPod Pod/default/nobody -=-"]],
  ["nothing claims the port", {}, { port: 9 }, ["noService Pod/default/a1 -=-"]],
  ["an address that no node has", {}, { address: "203.0.113.9" }, ["elsewhere - status.addresses=203.0.113.9"]],
  [
    "its Service has no address of the family",
    { pods: [pod("a1", dual("a1"))] },
    { address: "fd00::1" },
    ["familyNotServed Service/default/web spec.clusterIPs=10.96.0.80"],
  ],
  [
    "it is being deleted, and has left the slices",
    { ...selecting({ app: "web" }), pods: [pod("a1", { labels: { app: "web" }, ready: false, deletedAtMs: 1 }), pod("b1")] },
    {},
    ["notReady Pod/default/a1 metadata.deletionTimestamp=terminating"],
  ],
  [
    "a label differs",
    { ...selecting({ app: "web", tier: "x" }), pods: [pod("a1", { labels: { app: "other", tier: "x" } }), pod("b1")] },
    {},
    ["notSelected Pod/default/a1 metadata.labels[app]=other"],
  ],
  [
    "two labels differ",
    { ...selecting({ app: "web", tier: "x" }), pods: [pod("a1"), pod("b1")] },
    {},
    ["notSelected Pod/default/a1 metadata.labels[app]=-", "notSelected Pod/default/a1 metadata.labels[tier]=-"],
  ],
  [
    "another namespace",
    { services: [web({ namespace: "apps", selector: { app: "web" } })], slices: [] },
    {},
    ["otherNamespace Pod/default/a1 metadata.namespace=default"],
  ],
  ["no selector at all", { slices: [slice([at("b1")])] }, {}, ["noSelector Service/default/web spec.selector=-"]],
  [
    "not ready",
    { slices: [slice([at("a1", unready), at("b1")])] },
    {},
    ["notReady Pod/default/a1 status.conditions[Ready]=False", `notReadySlice ${only} endpoints[].conditions.ready=false`],
  ],
  [
    "terminating",
    { pods: [pod("a1", { deletedAtMs: 1 }), pod("b1")], slices: [slice([at("a1", { ready: false, terminating: true }), at("b1")])] },
    {},
    ["notReady Pod/default/a1 metadata.deletionTimestamp=terminating", `notReadySlice ${only} endpoints[].conditions.ready=false`],
  ],
  [
    "finished",
    { ...selecting({ app: "web" }), pods: [pod("a1", { labels: { app: "web" }, phase: "Succeeded" }), pod("b1")] },
    {},
    ["finished Pod/default/a1 status.phase=Succeeded"],
  ],
  [
    "selected and ready, but in no slice",
    { ...selecting({ app: "web" }), pods: [pod("a1", { labels: { app: "web" } }), pod("b1")] },
    {},
    ["notInSlices Pod/default/a1 EndpointSlice.endpoints=-"],
  ],
  [
    "another port name",
    { slices: [slice([at("a1")], { name: "web-9", ports: [{ name: "http" }] }), slice([at("b1")])] },
    {},
    ["otherPortName EndpointSlice/default/web-9 ports[].name=http/TCP"],
  ],
  [
    "a slice that the proxy does not look at",
    { slices: [{ ...slice([at("a1")]), name: "web-9", labels: { "service.kubernetes.io/headless": "" } }, slice([at("b1")])] },
    {},
    ["sliceIgnored EndpointSlice/default/web-9 metadata.labels=-"],
  ],
  [
    "another family",
    {
      services: [web({ clusterIPs: ["fd00:96::80"], ipFamilies: ["IPv6"], selector: { app: "web" } })],
      pods: [pod("a1", { labels: { app: "web" } }), pod("b1", dual("b1"))],
      slices: [],
    },
    { address: "fd00::1" },
    ["otherFamily Pod/default/a1 status.podIPs=10.244.1.10"],
  ],
  ["not local", { services: [web(local)] }, { pod: "b1" }, [`notLocal ${only} endpoints[].nodeName=n2`]],
  [
    "not local, and nobody is",
    { services: [web(local)], slices: [slice([at("b1")])] },
    { pod: "b1" },
    [`notLocal ${only} endpoints[].nodeName=n2`],
  ],
  [
    "other hints",
    { slices: [slice([at("a1", { hintZones: ["a"] }), at("b1", { hintZones: ["b"] })])] },
    { pod: "b1" },
    [`filtered ${only} endpoints[].hints=b`],
  ],
  [
    "the policy Local does not bind a host process: its hints do",
    { services: [web(local)], slices: [slice([at("a1", { hintZones: ["a"] }), at("b1", { hintZones: ["b"] })])] },
    { pod: "b1", from: "node" },
    [`filtered ${only} endpoints[].hints=b`],
  ],
  [
    "the proxy ignores the Service",
    { services: [web({ labels: { "service.kubernetes.io/service-proxy-name": "x" } })] },
    {},
    ["ignored Service/default/web metadata.labels[service.kubernetes.io/service-proxy-name]=x"],
  ],
  [
    "the address does not accept NodePorts",
    { settings: { nodePortAddresses: ["10.0.0.2/32"] } },
    {},
    ["notAccepted Service/default/web nodePortAddresses=10.0.0.2/32"],
  ],
  [
    "source ranges",
    {
      services: [web({ type: "LoadBalancer", loadBalancerIngress: [{ ip: "198.18.0.5" }], loadBalancerSourceRanges: ["198.51.100.0/24"] })],
    },
    { address: "198.18.0.5", port: 80 },
    ["barred Service/default/web spec.loadBalancerSourceRanges=198.51.100.0/24"],
  ],
  [
    "another Service takes the address",
    {
      services: [web(), buildService({ name: "x", externalIPs: ["10.0.0.1"], ports: [{ port: 30080 }] })],
      slices: [webSlice, slice([at("b1")], { service: "x" })],
    },
    {},
    ["shadowed Pod/default/a1 claim=externalIP default/x"],
  ],
  [
    "a hostPort takes the number of a Service without endpoints",
    { ...selecting({ app: "web" }), slices: [], pods: [pod("a1", { labels: { app: "web" } }), hostPortPod("h", { hostPort: 30080 })] },
    {},
    ["shadowed Pod/default/a1 claim=hostPort default/h"],
  ],
  [
    "perhaps",
    { services: [web(), web({ name: "y" })], slices: [webSlice, slice([at("b1")], { service: "y" })] },
    {},
    ["answersMaybe Pod/default/a1 claim=nodePort default/web"],
  ],
  [
    "no address yet",
    { ...selecting({ app: "web" }), pods: [pod("a1", { labels: { app: "web" }, podIPs: [], phase: "Pending" }), pod("b1")] },
    {},
    ["noPodIP Pod/default/a1 status.podIPs=-"],
  ],
  [
    "on no node yet",
    {
      ...selecting({ app: "web" }),
      pods: [
        pod("a1", {
          labels: { app: "web" },
          podIPs: [],
          phase: "Pending",
          nodeName: null,
          unschedulable: { reason: "Unschedulable", noFreePorts: false },
        }),
        pod("b1"),
      ],
    },
    {},
    ["notScheduled Pod/default/a1 spec.nodeName=-"],
  ],
  ["another protocol", { services: [udpWeb] }, {}, ["otherProtocol Service/default/web spec.ports[0].protocol=UDP"]],
  [
    "a younger hostPort of the same number",
    { pods: [hostPortPod("h", {}, { runningSinceMs: 2000 }), hostPortPod("g", {}, { runningSinceMs: 1000 })] },
    { pod: "h", port: 8081 },
    ["shadowed Pod/default/h claim=hostPort default/g"],
  ],
  [
    "a hostPort that a Service takes",
    { pods: [...backendPods, hostPortPod("h", { hostPort: 30080 })] },
    { pod: "h" },
    ["shadowed Pod/default/h claim=nodePort default/web"],
  ],
  ["a hostPort on another node", { pods: [hostPortPod("h2")] }, { pod: "h2", port: 8081 }, ["otherNode Pod/default/h2 spec.nodeName=n2"]],
  [
    "a hostPort on another address",
    { pods: [hostPortPod("h", { hostIP: "10.9.0.1" })] },
    { pod: "h", port: 8081 },
    ["otherHostIP Pod/default/h spec.containers[main].ports[].hostIP=10.9.0.1"],
  ],
  [
    "a hostPort of a finished pod",
    { pods: [hostPortPod("h", {}, { phase: "Succeeded" })] },
    { pod: "h", port: 8081 },
    ["notRunning Pod/default/h status.phase=Succeeded"],
  ],
  [
    "a hostPort of the other family",
    { pods: [hostPortPod("h")] },
    { pod: "h", port: 8081, address: "fd00::1" },
    ["otherFamily Pod/default/h status.podIPs=10.244.1.20"],
  ],
  [
    "a hostPort of a sidecar",
    { pods: [pod("h", { containers: [{ name: "side", role: "sidecar", ports: [{ containerPort: 80, hostPort: 8081 }] }] })] },
    { pod: "h", port: 8081 },
    ["notMapped Pod/default/h spec.initContainers[side].ports[].hostPort=8081"],
  ],
  [
    "a listener",
    { pods: [listener(9100)] },
    { pod: "lis", port: 9100 },
    ["listens Pod/default/lis spec.containers[].ports[].containerPort=9100"],
  ],
  [
    "a listener that a Service shadows",
    { pods: [...backendPods, listener(30080)] },
    { pod: "lis" },
    ["shadowed Pod/default/lis claim=nodePort default/web"],
  ],
  [
    "a proxy that is not modelled: the label that differs is told all the same",
    {
      ...selecting({ app: "web" }),
      pods: [pod("a1", { labels: { app: "x" } }), pod("b1")],
      nodes: nodes.map((node) => ({ ...node, proxySigns: ["k8s.ovn.org/l3-gateway-config"] })),
    },
    {},
    ["notSelected Pod/default/a1 metadata.labels[app]=x"],
  ],
  [
    "a proxy that is not modelled, and a usable pod",
    { nodes: nodes.map((node) => ({ ...node, proxySigns: ["k8s.ovn.org/l3-gateway-config"] })) },
    {},
    ["routeUnknown Pod/default/a1 -=proxy-unsupported"],
  ],
  ["unknown routes say nothing", { kinds: { endpointslices: "forbidden" } }, {}, ["routeUnknown Pod/default/a1 -=forbidden"]],
] as const satisfies readonly (readonly [string, Scene, Ask, readonly string[]])[])("%s", ([, scene, question, expected]) => {
  const { facts, words } = ask(scene, question);
  expect(facts).toEqual(expected);
  expect(words.every((each) => !each.endsWith(": "))).toBe(true);
});

test("a mistyped label key is pointed out by the key that holds the value", () => {
  const pods = [pod("a1", { labels: { "ai.allegro.agent.serial": "pod-7" } }), pod("b1")];
  expect(ask({ ...selecting({ "ai.clearml.agent.serial": "pod-7" }), pods }).words).toEqual([
    "Not selected: Service/default/web wants ai.clearml.agent.serial=pod-7; the pod has that value under ai.allegro.agent.serial",
  ]);
});

test("a reply that cannot come back", () => {
  const { snapshot, context } = build({ services: [web(local)], policy: { podToNodeMasquerade: false } }, "iptables");
  const query = {
    address: "10.0.0.1",
    port: 30080,
    protocol: "TCP" as const,
    from: { kind: "pod" as const, namespace: "probe", name: "pod3" },
    node: null,
  };
  expect(
    traceRoute(snapshot, context, query, { whyNot: { namespace: "default", name: "b1" } }).whyNot?.steps.map(({ code }) => code),
  ).toEqual(["replyLost"]);
});

test("a node without a proxy", () => {
  const { snapshot, context } = build(
    { nodes: [...nodes, buildNode({ name: "n4", ip: "10.0.0.4" })], pods: [...backendPods, listener(9100)] },
    "iptables",
  );
  const query = {
    address: "10.0.0.4",
    port: 30080,
    protocol: "TCP" as const,
    from: { kind: "outside" as const, address: null },
    node: null,
  };
  expect(
    traceRoute(snapshot, context, query, { whyNot: { namespace: "default", name: "a1" } }).whyNot?.steps.map(({ code }) => code),
  ).toEqual(["noProxy"]);
});
