// routing.md section 8.5 and 8.6: addresses, families, hostPort and hostNetwork; by the ids of its rows.

import { test, expect } from "vitest";
import { buildNode, buildPod, buildService } from "../testing/builders";
import {
  answers,
  at,
  backendPods,
  build,
  dual,
  dualBackendPods,
  dualStack,
  expand,
  hostPortPod,
  listener,
  local,
  nodes,
  pod,
  slice,
  slice6,
  web,
  webSlice,
  type Row,
  type Scene,
} from "../testing/scenarios";

const all = "a1,a2,b1 +S";
const all6 = "a1v6,a2v6,b1v6 +S";
const dropped = "DROP no-local-endpoints";
const notAccepted = "closed address-not-accepted";
const listedSecond: Scene = {
  nodes: nodes.map((node) =>
    node.name === "n1" ? { ...node, addresses: [...node.addresses, { type: "InternalIP" as const, address: "10.9.0.1" }] } : node,
  ),
};
const dualWeb: Scene = { pods: dualBackendPods, services: [web(dualStack)], slices: [webSlice, slice6(["a1", "a2", "b1"])] };
const unready = { ready: false, serving: false } as const;
const noEndpoints = [slice([at("a1", unready)])];
const h30080 = (partial: Parameters<typeof hostPortPod>[2] = {}) => hostPortPod("h", { hostPort: 30080 }, partial);
const older = { runningSinceMs: 500 };
const younger = { runningSinceMs: 2000 };
const proxyStartedMs = 1000;
const nft = { hostPortImplementation: "portmap-nftables" } as const;
const contested = "contested chain-order [a1,a2,b1 +S | h -S]";

const rows: readonly Row[] = [
  { id: "T50", scene: listedSecond, expect: { "out>n1x": [all, notAccepted] } },
  {
    id: "T51",
    scene: { ...dualWeb, ...listedSecond, settings: { nodePortAddresses: ["10.0.0.0/24"] } },
    expect: { "out>n1": all, "out>n1x": notAccepted, "out>n1v6": all6, "out>n1xv6": all6 },
  },
  {
    id: "T52",
    scene: { settings: { nodePortAddresses: ["10.0.0.1/32"] }, slices: noEndpoints, pods: [...backendPods, listener(30080)] },
    expect: { "out>n1x": ["REJECT", "listener lis"], "host1>lo": ["REJECT", "listener lis"], "out>n1": "REJECT" },
  },
  {
    id: "T53",
    scene: { settings: { nodePortAddresses: ["10.0.0.1/32"] }, pods: [...backendPods, listener(30080)] },
    expect: { "out>n1": all, "out>n1x": "listener lis", "host1>lo": "listener lis" },
  },
  { id: "T54", scene: {}, expect: { "out>n1v6": "closed family-not-served" } },
  { id: "T55", scene: { ...dualWeb, slices: [webSlice, slice6([])] }, expect: { "out>n1": all, "out>n1v6": "REJECT" } },
  {
    id: "T57",
    scene: { settings: { nodePortAddresses: ["127.0.0.0/8"] } },
    modes: ["iptables"],
    expect: { "host1>lo": all, "out>n1": notAccepted, "host1>127.0.0.2": notAccepted },
  },
  {
    id: "T57b",
    scene: { settings: { nodePortAddresses: ["127.0.0.0/8"] } },
    modes: ["nftables"],
    expect: { "host1>lo": notAccepted, "out>n1": notAccepted },
  },
  {
    id: "X06",
    scene: { ...dualWeb, settings: { nodePortAddresses: ["primary"] } },
    expect: { "out>n1": all, "out>n1x": notAccepted, "out>n1xv6": notAccepted, "host1>lo": notAccepted, "out>n1v6": all6 },
  },
  {
    id: "X12",
    scene: { settings: { nodePortAddresses: ["0.0.0.0/0"] } },
    expect: { "out>n1x": all, "out>n1": all, "host1>lo": [all, notAccepted] },
  },
  {
    id: "X15",
    scene: {
      pods: dualBackendPods,
      services: [web({ clusterIPs: ["fd00:96::80"], ipFamilies: ["IPv6"] })],
      slices: [slice6(["a1", "a2", "b1"])],
    },
    expect: { "out>n1": "closed family-not-served", "host1>lo6": notAccepted, "out>n1v6": all6, "pod1>n1v6": all6 },
  },
  {
    id: "X16",
    scene: { pods: dualBackendPods, services: [web({ ...dualStack, ...local })], slices: [webSlice, slice6(["a1", "a2", "b1"])] },
    expect: { "out>n1v6": "a1v6,a2v6 -S", "out>n3v6": dropped, "pod3>n3v6": "a1v6,a2v6,b1v6 -S", "host3>n3v6": all6 },
  },
  { id: "X27", scene: {}, expect: { "pod1>10.244.1.1": [all, notAccepted], "host1>10.244.1.1": [all, notAccepted] } },

  {
    id: "T58",
    scene: { services: [], pods: [hostPortPod("h", {}, { ...dual("h"), ready: false })] },
    expect: {
      "out>n1:8081": "h -S",
      "pod1>n1:8081": "h +S",
      "pod2>n1:8081": "h +S",
      "out>n2:8081": "closed",
      "out>n3:8081": "closed",
      "host1>lo6:8081": "DROP loopback (hv6 +S)",
    },
  },
  { id: "T59", scene: { pods: [hostPortPod("h", { hostIP: "127.0.0.1" })] }, expect: { "out>n1:8081": "closed", "host1>lo:8081": "h +S" } },
  {
    id: "T59b",
    scene: { pods: [hostPortPod("h", { hostIP: "10.9.0.1" })] },
    expect: { "out>n1:8081": "closed", "host1>lo:8081": "closed", "out>n1x:8081": "h -S" },
  },
  {
    id: "T60",
    scene: { pods: [hostPortPod("h", { hostIP: "0.0.0.0" }, dual("h"))] },
    expect: { "out>n1:8081": "h -S", "out>n1v6:8081": "closed" },
  },
  {
    id: "T60 for ::",
    scene: { pods: [hostPortPod("h", { hostIP: "::" }, dual("h"))] },
    expect: { "out>n1:8081": "closed", "out>n1v6:8081": "hv6 -S" },
  },
  { id: "T60b", scene: { pods: [hostPortPod("h", {}, dual("h"))] }, expect: { "out>n1:8081": "h -S", "out>n1v6:8081": "hv6 -S" } },
  {
    id: "T61",
    scene: { pods: [pod("h", { containers: [{ name: "proxy", role: "sidecar", ports: [{ containerPort: 80, hostPort: 8081 }] }] })] },
    expect: { "out>n1:8081": "closed host-port-not-mapped" },
  },
  { id: "T62", scene: { pods: [...backendPods, h30080()] }, expect: { "out>n1": [all, contested], "out>n2": all, "out>n3": all } },
  { id: "T62", scene: { pods: [...backendPods, h30080()] }, modes: ["ipvs"], expect: { "out>n1": "h +S", "out>n2": all } },
  {
    id: "T62b, T65",
    scene: { proxyStartedMs, pods: [...backendPods, h30080(older)] },
    modes: ["nftables"],
    expect: { "out>*": all, "pod*>*": all, "host*>*": all },
  },
  {
    id: "T62c, T66",
    scene: { proxyStartedMs, pods: [...backendPods, h30080(younger)] },
    modes: ["nftables"],
    expect: { "out>n1": contested, "out>n2": all },
  },
  {
    id: "T63",
    scene: { slices: noEndpoints, pods: [...backendPods, h30080()] },
    modes: ["iptables", "nftables"],
    expect: { "out>n1": "h -S", "out>n2": "REJECT", "out>n3": "REJECT" },
  },
  { id: "T63", scene: { slices: noEndpoints, pods: [...backendPods, h30080()] }, modes: ["ipvs"], expect: { "out>n1": "h +S" } },
  {
    id: "T63b",
    scene: { proxyStartedMs, slices: noEndpoints, pods: [...backendPods, h30080(older)] },
    expect: { "out>n1": "h -S", "out>n2": "REJECT", "out>n3": "REJECT" },
  },
  {
    id: "T64",
    scene: { services: [web(local)], pods: [...backendPods, hostPortPod("h3", { hostPort: 30080 })] },
    expect: {
      "out>n3": "h3 -S",
      "pod3>n3": ["a1,a2,b1 -S", "contested chain-order [a1,a2,b1 -S | h3 +S]"],
      "out>n1": "a1,a2 -S",
      "out>n2": "b1 -S",
    },
  },
  {
    id: "T64b",
    scene: { proxyStartedMs, services: [web(local)], pods: [...backendPods, hostPortPod("h3", { hostPort: 30080 }, younger)] },
    modes: ["nftables"],
    expect: { "out>n3": "h3 -S" },
  },
  {
    id: "T66c",
    scene: { proxyStartedMs, policy: nft, pods: [...backendPods, h30080(older)] },
    modes: ["nftables"],
    expect: { "out>*": all },
  },
  {
    id: "T66b",
    scene: { proxyStartedMs, policy: nft, pods: [...backendPods, h30080(younger)] },
    modes: ["nftables"],
    expect: { "out>n1": contested },
  },
  {
    id: "T67",
    scene: { pods: [...backendPods, listener(30080)] },
    expect: { "out>n1": all, "host1>n1": all, "host1>lo": [all, "listener lis"] },
  },
  {
    id: "T68",
    scene: { slices: noEndpoints, pods: [...backendPods, listener(30080)] },
    expect: { "out>n1": "REJECT", "host1>n1": "REJECT" },
  },
  {
    id: "T69",
    scene: { services: [], pods: [listener(9100)] },
    expect: { "out>n1:9100": "listener lis", "out>n1v6:9100": "listener lis", "host1>lo:9100": "listener lis", "out>n2:9100": "closed" },
  },
  {
    id: "T70",
    scene: { pods: [hostPortPod("h", {}, { runningSinceMs: 2000 }), hostPortPod("g", {}, { runningSinceMs: 1000 })] },
    expect: { "out>n1:8081": "g -S" },
  },
  {
    id: "T70 of unknown age",
    scene: { pods: [hostPortPod("h"), hostPortPod("g")] },
    expect: { "out>n1:8081": "contested host-port-order [g -S | h -S]" },
  },
  { id: "T71", scene: { pods: [hostPortPod("h", {}, { phase: "Succeeded" })] }, expect: { "out>n1:8081": "closed" } },
  {
    id: "T72",
    scene: { pods: [hostPortPod("h"), hostPortPod("g", {}, { phase: "Failed", reason: "NodePorts", podIPs: [] })] },
    expect: { "out>n1:8081": "h -S" },
  },
  {
    id: "T93",
    scene: { pods: [...backendPods, h30080()], settings: { ipvsScheduler: "rr" } },
    modes: ["ipvs"],
    expect: { "out>n1": "h +S" },
  },

  {
    id: "X04",
    scene: { settings: { localhostNodePorts: false }, pods: [...backendPods, listener(30080)] },
    modes: ["iptables"],
    expect: { "host1>lo": "listener lis", "out>n1": all },
  },
  {
    id: "X05",
    scene: { settings: { localhostNodePorts: false }, slices: noEndpoints, pods: [listener(30080)] },
    modes: ["iptables"],
    expect: { "host1>lo": "REJECT", "out>n1": "REJECT" },
  },
  { id: "X08", scene: { pods: [hostPortPod("h", { protocol: "UDP" })] }, expect: { "out>n1:8081/udp": "h -S", "out>n1:8081": "closed" } },
  {
    id: "X13",
    scene: { proxyStartedMs, pods: [pod("a1", { ports: [{ containerPort: 80, hostPort: 30080 }], ...older }), pod("a2"), pod("b1")] },
    expect: { "out>*": all, "pod*>*": all, "host*>*": all },
  },
  {
    id: "X22",
    scene: {
      services: [web(local)],
      slices: [slice([at("b1")])],
      settings: { nodePortAddresses: ["10.0.0.1/32"] },
      pods: [...backendPods, listener(30080)],
    },
    expect: {
      "out>n1": dropped,
      "host1>n1": "b1 +S",
      "out>n1x": [dropped, "listener lis"],
      "host1>lo": [dropped, "listener lis"],
      "host1>n1x": [dropped, "listener lis"],
      "pod1>n1x": [dropped, "listener lis"],
    },
  },
  {
    id: "X23",
    scene: { services: [web(local)], slices: [slice([at("b1")])], settings: { localhostNodePorts: false } },
    modes: ["iptables"],
    expect: { "host1>lo": dropped, "host2>lo": notAccepted, "host1>n1": "b1 +S" },
  },
  {
    id: "X28",
    scene: {
      pods: [hostPortPod("h"), pod("g", { ports: [{ containerPort: 5353, hostPort: 8081, protocol: "UDP" }] })],
    },
    expect: { "out>n1:8081": "h -S", "out>n1:8081/udp": "g:5353 -S" },
  },
  {
    id: "X32, X32c",
    scene: { policy: nft, proxyStartedMs, pods: [...backendPods, h30080(younger)] },
    modes: ["iptables"],
    expect: { "out>n1": contested, "out>n2": all },
  },
  {
    id: "X32b",
    scene: { policy: nft, proxyStartedMs, pods: [...backendPods, h30080(older)] },
    modes: ["iptables"],
    expect: { "out>n1": contested },
  },
  {
    id: "X33",
    scene: { proxyStartedMs, pods: [...backendPods, h30080(older)] },
    modes: ["nftables"],
    expect: { "out>*": all, "pod*>*": all, "host*>*": all },
  },
  {
    id: "X33b",
    scene: { proxyStartedMs, pods: [...backendPods, h30080(younger)] },
    modes: ["iptables"],
    expect: { "out>*": all, "pod*>*": all, "host*>*": all },
  },
  {
    id: "X34",
    scene: {
      services: [],
      pods: [hostPortPod("h", { hostIP: "10.0.0.1" }), hostPortPod("h2"), listener(8081), listener(8081, "lis2", "n2")],
    },
    expect: {
      "out>n1:8081": "h -S",
      "out>n1x:8081": "listener lis",
      "host1>lo:8081": "listener lis",
      "out>n1v6:8081": "listener lis",
      "out>n2:8081": "h2 -S",
      "host2>n2:8081": "h2 -S",
      "out>n2v6:8081": "listener lis2",
    },
  },
];

test.for(expand(rows))("$id in $mode mode: $question → $expected", ({ scene, mode, question, expected }) => {
  expect(answers(build(scene, mode), question)).toBe(expected);
});

test("T90: a node without a kube-proxy pod serves no Service, but its hostPorts and listeners", () => {
  const fargate = [...nodes, buildNode({ name: "n4", ip: "10.0.0.4" })];
  const onN4 = [
    buildPod({ name: "h4", ip: "10.244.4.5", node: "n4", ports: [{ containerPort: 80, hostPort: 8081 }] }),
    listener(9100, "lis", "n4"),
  ];
  const built = build({ nodes: fargate, pods: [...backendPods, ...onN4] }, "iptables");
  expect(answers(built, "out>10.0.0.4")).toBe("closed no-service-proxy");
  expect(answers(built, "out>10.0.0.4:8081")).toBe("h4 -S");
  expect(answers(built, "out>10.0.0.4:9100")).toBe("listener lis");
});

test("a claimed number of another Service's is nobody else's business (T41 by number)", () => {
  const built = build({ services: [web(), buildService({ name: "other", ports: [{ port: 80, nodePort: 30081 }] })] }, "iptables");
  expect(answers(built, "out>n1")).toBe(all);
  expect(answers(built, "out>n1:30081")).toBe("REJECT");
});
