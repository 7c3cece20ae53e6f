// routing.md section 8.7 and 8.8: external IPs, load balancer IPs, health checks, k3s, other proxies; by the ids of its rows.

import { expect, test } from "vitest";
import { buildService } from "../testing/builders";
import {
  answers,
  at,
  backendPods,
  build,
  dual,
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
} from "../testing/scenarios";

const all = "a1,a2,b1 +S";
const dropped = "DROP no-local-endpoints";
const barred = "DROP source-range";
const versioned = (kubeletVersion: string) => nodes.map((node) => ({ ...node, kubeletVersion }));
type PartialService = Parameters<typeof buildService>[0];

const x = (partial: Partial<PartialService> = {}) =>
  buildService({ name: "x", clusterIPs: ["10.96.0.90"], externalIPs: ["10.0.0.1"], ports: [{ port: 8443 }], ...partial });
const y = (partial: Partial<PartialService> = {}) => x({ name: "y", clusterIPs: ["10.96.0.91"], ...partial });
const of = (service: string, names: readonly string[], port = 8080) =>
  slice(
    names.map((name) => at(name)),
    { service, ports: [{ port }] },
  );
const balanced = (ip: string, partial: Partial<PartialService> = {}) =>
  web({ type: "LoadBalancer", loadBalancerIngress: [{ ip }], ...partial });
const vip = "198.18.0.5";
const ranged = (loadBalancerSourceRanges: readonly string[], ip = vip) => balanced(ip, { loadBalancerSourceRanges });
const health = (partial: Partial<PartialService> = {}) => balanced(vip, { ...local, healthCheckNodePort: 32_000, ...partial });
const serving = { ready: false, serving: true, terminating: true } as const;
const terminating = slice([at("a1", serving), at("a2", serving), at("b1")]);
const x30080 = { ports: [{ port: 30_080 }], ...local } as const;
const client = "198.51.100.0/24";

const rows: readonly Row[] = [
  {
    id: "T56",
    scene: { services: [balanced(vip, { allocateLoadBalancerNodePorts: false, ports: [{ port: 80, targetPort: 8080 }] })] },
    expect: { "out>*": "closed", [`out>${vip}@*:80`]: all },
  },
  {
    id: "T73",
    scene: { services: [x({ ports: [{ port: 22 }] })], slices: [of("x", ["b1"])] },
    expect: { "out>n1:22": "b1 +S", "pod2>n1:22": "b1 +S", "pod3>n1:22": "b1 +S" },
  },
  {
    id: "T74",
    scene: { services: [x(), y()], slices: [of("x", ["b1"]), of("y", ["a1"])] },
    expect: { "out>n1:8443": "contested same-tuple [a1 +S | b1 +S]" },
  },
  {
    id: "T74b",
    scene: { services: [x(), y()], slices: [of("x", ["b1"])] },
    expect: { "out>n1:8443": "b1 +S", "pod1>n1:8443": "b1 +S", "host1>n1:8443": "b1 +S" },
  },
  {
    id: "T75",
    scene: { services: [web(), x(x30080)], slices: [webSlice, of("x", ["b1"])] },
    expect: { "out>n1": [all, dropped], "host1>n1": "b1 +S" },
  },
  { id: "T76", scene: { services: [web(), x(x30080)] }, expect: { "out>n1": all } },
  {
    id: "T77",
    scene: { services: [web({ type: "LoadBalancer", loadBalancerIngress: [{ ip: "10.0.0.1", ipMode: "Proxy" }] })] },
    expect: { "out>n1:80": "closed" },
  },
  {
    id: "T77b",
    scene: { services: [balanced("10.0.0.1")] },
    expect: { "out>n1:80": all, "pod2>n1:80": all, "out>n1": all, "out>n2:80": "closed" },
  },
  { id: "T78", scene: { services: [ranged([client])] }, expect: { [`out>${vip}@*:80`]: barred, "out>n1": all } },
  {
    id: "T78b",
    scene: { services: [ranged(["192.0.2.0/24"])] },
    expect: { [`out>${vip}@*:80`]: all, [`pod1>${vip}:80`]: barred, [`host1>${vip}:80`]: barred },
  },
  {
    id: "T78c",
    scene: { services: [ranged([" 192.0.2.0/24 ", "10.0.0.0/24"])] },
    expect: { [`out>${vip}@*:80`]: all, [`host1>${vip}:80`]: all, [`pod1>${vip}:80`]: barred },
  },
  { id: "T78d", scene: { services: [ranged([client])], slices: [] }, expect: { [`out>${vip}@*:80`]: ["REJECT", barred] } },
  {
    id: "T78 without an address",
    scene: { services: [ranged([client])] },
    expect: { [`unknown>${vip}@n1:80`]: `unknown client-address [DROP source-range | ${all}]` },
  },
  { id: "T79", scene: { services: [ranged(["2001:db8::/32"])] }, expect: { [`out>${vip}@*:80`]: all } },
  {
    id: "a range of the node lets a VIP that it holds ask",
    scene: { services: [ranged(["10.0.0.1/32"], "10.0.0.1")] },
    expect: { "host1>n1:80": all, "host2>n1:80": barred, "out>n1:80": barred },
  },
  {
    id: "T80",
    scene: { services: [health()] },
    expect: { "out>n1:32000": "200/2", "out>n2:32000": "200/1", "out>n3:32000": "503/0", "out>n1v6:32000": "closed address-not-accepted" },
  },
  {
    id: "T80 up to 1.35",
    scene: { nodes: versioned("v1.34.4"), services: [health()] },
    expect: { "out>n1v6:32000": ["200/2", "closed address-not-accepted"] },
  },
  { id: "T81", scene: { services: [health()], slices: [terminating] }, expect: { "out>n1": "a1,a2 -S", "out>n1:32000": "503/0" } },
  {
    id: "T82",
    scene: { nodes: versioned("v1.32.0"), services: [balanced(vip, local)] },
    modes: ["nftables"],
    expect: { [`host3>${vip}:80`]: dropped },
  },
  {
    id: "T82 from 1.34",
    scene: { nodes: versioned("v1.34.0"), services: [balanced(vip, local)] },
    modes: ["nftables"],
    expect: { [`host3>${vip}:80`]: all },
  },
  {
    id: "T83",
    scene: {
      services: [web({ type: "LoadBalancer", loadBalancerIngress: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }] })],
      pods: [...backendPods, ...["h", "h2", "h3"].map((name) => hostPortPod(name, { hostPort: 80 }))],
    },
    modes: ["iptables"],
    expect: { "out>n1:80": all, "out>n2:80": all, "out>n3:80": "h3 -S" },
  },
  {
    id: "T84",
    scene: {
      services: [web({ type: "LoadBalancer" })],
      pods: [...backendPods, pod("h", { phase: "Pending", podIPs: [], ports: [{ containerPort: 80, hostPort: 80 }] })],
    },
    expect: { "out>n1:80": "closed" },
  },
  {
    id: "T88",
    scene: {
      services: [web({ name: "p", ports: [{ port: 80, nodePort: 30_100 }] }), web({ name: "q", ports: [{ port: 80, nodePort: 30_100 }] })],
      slices: [of("p", ["a1"]), of("q", ["b1"])],
    },
    expect: { "out>n1:30100": "contested same-tuple [a1 +S | b1 +S]" },
  },
  {
    id: "T89",
    scene: {
      services: [
        web({ name: "p", ports: [{ port: 80, nodePort: 30_100 }] }),
        web({ name: "q", ports: [{ port: 80, nodePort: 30_100, protocol: "UDP" }] }),
      ],
      slices: [of("p", ["a1"]), slice([at("b1")], { service: "q", ports: [{ protocol: "UDP" }] })],
    },
    expect: { "out>n1:30100": "a1 +S", "out>n1:30100/udp": "b1 +S" },
  },

  {
    id: "X01",
    scene: { services: [x({ externalIPs: ["198.18.0.7"] })], slices: [] },
    expect: {
      "out>198.18.0.7@n1:8443": "REJECT",
      "pod1>198.18.0.7:8443": "REJECT",
      "host1>198.18.0.7:8443": ["leaves the node", "REJECT"],
    },
  },
  {
    id: "X02",
    scene: { services: [x({ externalIPs: ["198.18.0.7"], ...local })], slices: [of("x", ["a1", "a2", "b1"])] },
    expect: {
      "out>198.18.0.7@n1:8443": "a1,a2 -S",
      "out>198.18.0.7@n3:8443": dropped,
      "pod3>198.18.0.7:8443": "a1,a2,b1 -S",
      "host3>198.18.0.7:8443": all,
    },
  },
  {
    id: "X11",
    scene: { services: [balanced("10.0.0.1")], slices: [], pods: [listener(80)] },
    expect: { "out>n1:80": "REJECT", "pod1>n1:80": "REJECT", "host1>n1:80": "REJECT", "host1>lo:80": "listener lis" },
  },
  {
    id: "X19",
    scene: {
      services: [ranged([client], "10.0.0.1"), buildService({ name: "other", ports: [{ port: 80, nodePort: 30_081 }] })].map((service) =>
        service.name === "web"
          ? { ...service, ports: [{ name: "", protocol: "TCP" as const, port: 30_081, targetPort: 8080, nodePort: 30_080 }] }
          : service,
      ),
      slices: [webSlice, of("other", ["a1", "a2", "b1"], 9090)],
    },
    expect: { "out>n2": all, "out>n1:30081": ["a1:9090,a2:9090,b1:9090 +S", barred], "out>n1": all },
  },
  {
    id: "X20",
    scene: {
      services: [{ ...ranged([client], "10.0.0.1"), ports: [{ name: "", protocol: "TCP", port: 8081, targetPort: 8080, nodePort: 0 }] }],
      pods: [...backendPods, hostPortPod("h")],
    },
    expect: { "out>n1:8081": ["h -S", barred] },
  },
  {
    id: "X21",
    scene: {
      proxyStartedMs: 1000,
      services: [x({ ports: [{ port: 8081 }] })],
      slices: [of("x", ["a1", "a2", "b1"])],
      pods: [...backendPods, hostPortPod("h", {}, { runningSinceMs: 1 }), hostPortPod("h2")],
    },
    expect: { "out>n1:8081": all, "pod1>n1:8081": all, "host1>n1:8081": all, "out>n2:8081": "h2 -S", "host1>lo:8081": "h +S" },
  },
  {
    id: "X24",
    scene: { services: [x(), y(local)], slices: [of("x", ["a1"]), of("y", ["b1"])] },
    expect: { "out>n1:8443": ["a1 +S", "contested same-tuple [DROP no-local-endpoints | a1 +S]"] },
  },
  {
    id: "X25",
    scene: {
      services: [health(dualStack)],
      slices: [webSlice, slice6(["a1", "a2", "b1"])],
      pods: ["a1", "a2", "b1"].map((name) => pod(name, dual(name))),
      settings: { nodePortAddresses: ["10.0.0.0/24", "fd00::/112"] },
    },
    expect: {
      "out>n1:32000": "200/2",
      "out>n1v6:32000": "200/2",
      "out>n1x:32000": "closed address-not-accepted",
      "host1>lo:32000": "closed address-not-accepted",
    },
  },
  { id: "X26", scene: { services: [health()] }, expect: { "host1>lo:32000": ["200/2", "closed address-not-accepted"] } },
  {
    id: "X35",
    scene: { services: [web({ clusterIPs: ["10.0.0.1"] })], pods: [...backendPods, listener(80)] },
    expect: {
      "out>n1:80": all,
      "host*>n1:80": all,
      "pod1>n1:80": "a1,a2,b1 -S",
      "pod2>n1:80": "a1,a2,b1 -S",
      "host1>lo:80": "listener lis",
      "out>n2:80": "closed",
    },
  },

  {
    id: "R1.12 a cluster IP",
    scene: {},
    expect: { "pod1>10.96.0.80:80": "a1,a2,b1 -S", "host1>10.96.0.80:80": all, "out>10.96.0.80@n1:80": all },
  },
  {
    id: "R1.12.1 of policy Local",
    scene: { services: [web({ internalTrafficPolicy: "Local" })] },
    expect: { "pod1>10.96.0.80:80": "a1,a2 -S", "pod3>10.96.0.80:80": dropped, "host3>10.96.0.80:80": dropped },
  },
  {
    id: "R1.12.2 without a detector",
    scene: { settings: { clusterCIDRs: [] } },
    expect: { "pod1>10.96.0.80:80": "a1,a2,b1 -S", "host1>10.96.0.80:80": "a1,a2,b1 -S" },
  },
  { id: "R1.12.2 masqueradeAll", scene: { settings: { masqueradeAll: true } }, expect: { "pod1>10.96.0.80:80": all } },
  { id: "R1.12.3 without endpoints", scene: { slices: [] }, expect: { "pod1>10.96.0.80:80": "REJECT", "host1>10.96.0.80:80": "REJECT" } },
  { id: "R1.12.4 another port", scene: {}, expect: { "pod1>10.96.0.80:81": ["leaves the node", "REJECT"] } },
  {
    id: "R3.1.11",
    scene: { services: [x({ ports: [{ port: 30_080 }] }), web(local)], slices: [slice([at("b1")])] },
    expect: { "out>n1": ["contested verdict-order [DROP no-local-endpoints | REJECT]", dropped] },
  },
  {
    id: "R1.8.4 another port of an external IP, also where it is another node's address",
    scene: { services: [x()], slices: [of("x", ["b1"])] },
    modes: ["ipvs"],
    expect: { "pod2>n1:22": "REJECT", "host2>n1:22": "REJECT", "out>n1:22": "closed", "pod2>n1:8443": "b1 +S" },
  },
  {
    id: "R1.8.4 another port of a VIP",
    scene: { services: [balanced(vip)] },
    modes: ["ipvs"],
    expect: { [`out>${vip}@n1:22`]: "REJECT" },
  },
  // A host process of the node meets the address's verdict first in nftables mode.
  {
    id: "R3.1.11 reversed",
    scene: { services: [x(x30080), web()], slices: [of("x", ["b1"])] },
    expect: { "out>n1": ["contested verdict-order [DROP no-local-endpoints | REJECT]", "REJECT"] },
  },
  {
    id: "R3.3.4",
    scene: { services: [x({ ports: [{ port: 30_080 }] }), web()], slices: [webSlice, of("x", ["b1"])] },
    modes: ["ipvs"],
    expect: { "out>n1": `contested same-tuple [${all} | b1 +S]` },
  },
];

test.for(expand(rows))("$id in $mode mode: $question → $expected", ({ scene, mode, question, expected }) => {
  expect(answers(build(scene, mode), question)).toBe(expected);
});

test.for([
  [
    "a VIP of policy Local",
    { services: [balanced(vip, local)] },
    `${vip}:80`,
    `unknown nodes-differ [DROP no-local-endpoints | a1,a2 -S | b1 -S]`,
  ],
  ["a VIP of policy Cluster", { services: [balanced(vip)] }, `${vip}:80`, all],
] as const)("%s asked without a node", ([, scene, where, expected]) => {
  expect(answers(build(scene, "iptables"), `out>${where}`)).toBe(expected);
});
