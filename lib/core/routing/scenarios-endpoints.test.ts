// routing.md section 8.1 to 8.4: policies, readiness, slices, topology; by the ids of its rows.

import { expect, test } from "vitest";
import { buildService } from "../testing/builders";
import { traceRoute } from "./trace";
import {
  addressOf,
  answers,
  at,
  backendPods,
  build,
  expand,
  local,
  nodes,
  pod,
  slice,
  web,
  webSlice,
  type Row,
  type Scene,
} from "../testing/scenarios";

const all = "a1,a2,b1 +S";
const anyone = { "out>*": all, "pod*>*": all, "host*>*": all } as const;
const asT01 = { "out>*": all, "pod3>n3": all } as const;
const localWeb: Scene = { services: [web(local)] };
const serving = { ready: false, serving: true, terminating: true } as const;
const unready = { ready: false, serving: false } as const;
const dropped = "DROP no-local-endpoints";
const versioned = (kubeletVersion: string) => nodes.map((node) => ({ ...node, kubeletVersion }));
const hinted = (overrides: Partial<Record<"a1" | "a2" | "b1", Parameters<typeof at>[1]>> = {}) =>
  slice([
    at("a1", { hintZones: ["a"], ...overrides.a1 }),
    at("a2", { hintZones: ["a"], ...overrides.a2 }),
    at("b1", { hintZones: ["b"], ...overrides.b1 }),
  ]);
const twoPorts = [
  { name: "http", port: 80, targetPort: 8080, nodePort: 30080 },
  { name: "metrics", port: 90, targetPort: 9090, nodePort: 30090 },
];

const rows: readonly Row[] = [
  { id: "T01", scene: {}, expect: { "out>*": all } },
  { id: "T02", scene: {}, expect: { "pod3>n3": all } },
  { id: "T03", scene: {}, expect: { "host1>n1": all, "host1>lo": [all, "closed address-not-accepted"] } },
  { id: "T03", scene: {}, modes: ["ipvs"], expect: { "host1>n1": all, "host1>lo": "closed address-not-accepted" } },
  { id: "T04", scene: {}, expect: { "out>*/udp": "closed" } },
  { id: "T05", scene: { slices: [slice([at("b1")])] }, expect: { "out>*": "b1 +S" } },
  {
    id: "T06",
    scene: {
      pods: [pod("hn", { hostNetwork: true, podIPs: ["10.0.0.2"], node: "n2", ports: [{ containerPort: 8080 }] })],
      slices: [slice([{ address: "10.0.0.2", node: "n2", pod: "hn" }])],
    },
    expect: { "out>n2": "hn -S", "out>n1": "hn +S", "host2>n2": "hn +S" },
  },
  { id: "T08", scene: { services: [web({ internalTrafficPolicy: "Local" })] }, expect: asT01 },
  { id: "T09", scene: { settings: { ipvsScheduler: "sh" } }, modes: ["ipvs"], expect: { "out>*": all } },
  { id: "T09 dh", scene: { settings: { ipvsScheduler: "dh" } }, modes: ["ipvs"], expect: { "out>*": "a1?,a2?,b1? +S" } },

  { id: "T10", scene: localWeb, expect: { "out>n1": "a1,a2 -S", "out>n2": "b1 -S", "out>n3": dropped } },
  { id: "T11", scene: localWeb, expect: { "pod3>n3": "a1,a2,b1 -S" } },
  { id: "T12", scene: localWeb, expect: { "host3>n3": all } },
  { id: "T13", scene: { ...localWeb, settings: { clusterCIDRs: [] } }, expect: { "pod3>n3": dropped } },
  {
    id: "T14",
    scene: { ...localWeb, policy: { podToNodeMasquerade: false } },
    expect: { "pod2>n3": "DROP reply-path-broken (a1!,a2!,b1! -S)", "pod3>n1": "a1,a2,b1! -S" },
  },
  {
    id: "T14b",
    scene: { ...localWeb, policy: { podToNodeMasquerade: false }, settings: { detectLocalMode: "NodeCIDR" } },
    expect: { "pod2>n3": dropped, "pod3>n3": "a1,a2,b1 -S" },
  },
  {
    id: "T14c",
    scene: { ...localWeb, policy: { podToNodeMasquerade: false }, settings: { detectLocalMode: "BridgeInterface" } },
    expect: { "pod2>n3": dropped, "pod3>n3": "a1,a2,b1 -S" },
  },
  {
    id: "T14d",
    scene: { ...localWeb, policy: { podToNodeMasquerade: false }, settings: { detectLocalMode: "InterfaceNamePrefix" } },
    expect: { "pod2>n3": dropped, "pod3>n3": "a1,a2,b1 -S" },
  },
  { id: "T15", scene: localWeb, expect: { "pod2>n3": dropped } },
  {
    id: "T16",
    scene: { ...localWeb, slices: [slice([at("a1", unready), at("a2", unready), at("b1")])] },
    expect: { "out>n1": dropped, "out>n2": "b1 -S", "out>n3": dropped },
  },
  {
    id: "T17",
    scene: { ...localWeb, slices: [slice([at("a1", unready), at("a2", unready), at("b1", unready)])] },
    expect: { "out>*": "REJECT", "pod*>*": "REJECT", "host*>*": "REJECT" },
  },
  {
    id: "T18",
    scene: { ...localWeb, slices: [slice([at("a1", serving), at("b1")])] },
    expect: { "out>n1": "a1 -S", "out>n2": "b1 -S", "out>n3": dropped, "pod1>n1": "b1 -S" },
  },
  {
    id: "T19",
    scene: {
      ...localWeb,
      slices: [
        slice(
          [at("a1", { nodeName: null }), at("a2", { nodeName: null }), at("b1", { nodeName: null })].map(({ node: _, ...each }) => each),
        ),
      ],
    },
    expect: { "out>*": dropped, "pod1>n1": "a1,a2,b1 -S", "host1>n1": all },
  },
  {
    id: "T20",
    scene: localWeb,
    modes: ["ipvs"],
    expect: { "out>n1": "a1,a2 -S", "out>n2": "b1 -S", "out>n3": "DROP reply-path-broken (a1!,a2!,b1! -S)" },
  },
  { id: "T21", scene: localWeb, modes: ["ipvs"], expect: { "pod1>n1": "a1,a2 -S" } },
  { id: "T22", scene: { services: [web({ ...local, internalTrafficPolicy: "Local" })] }, expect: { "host3>n3": all } },

  { id: "T23", scene: { slices: [] }, expect: { "out>*": "REJECT", "pod*>*": "REJECT", "host*>*": "REJECT" } },
  {
    id: "T25",
    scene: {
      slices: [
        slice([at("a1", serving), at("a2", serving), at("b1", serving), at("h", { ready: false, serving: false, terminating: true })]),
      ],
    },
    expect: { "out>*": all },
  },
  { id: "T26", scene: { slices: [slice([at("a1"), at("a2", serving), at("b1", serving)])] }, expect: { "out>*": "a1 +S" } },
  {
    id: "T27",
    scene: { slices: [slice([at("a1", { ready: true, serving: false, terminating: true }), at("a2"), at("b1")])] },
    expect: { "out>*": all },
  },
  { id: "T28", scene: { slices: [webSlice, slice([at("a1")], { name: "web-2" })] }, expect: { "out>*": all } },
  { id: "T29", scene: { slices: [slice([at("a1", serving)], { name: "web-0" }), webSlice] }, expect: { "out>*": all } },
  {
    id: "T29 up to 1.35",
    scene: { nodes: versioned("v1.34.4"), slices: [slice([at("a1", serving)], { name: "web-0" }), webSlice] },
    expect: { "out>n2": "contested duplicate-endpoints [a1,a2,b1 +S | a2,b1 +S]" },
  },
  { id: "T30", scene: { services: [web({ ports: [{ name: "http", port: 80, nodePort: 30080 }] })] }, expect: { "out>*": "REJECT" } },
  { id: "T31", scene: { slices: [slice([at("a1")], { ports: [{ protocol: "UDP" }] })] }, expect: { "out>*": "REJECT" } },
  { id: "T32", scene: { slices: [webSlice, slice([at("h")], { name: "web-2", ports: [{ port: null }] })] }, expect: { "out>*": all } },
  {
    id: "T33",
    scene: {
      slices: [
        slice([at("a1")]),
        slice([at("b1")], { name: "web-2", ports: [{ port: 9090 }] }),
        slice([at("a2")], { name: "web-3", ports: [] }),
      ],
    },
    expect: { "out>*": "a1,b1:9090 +S" },
  },
  {
    id: "T34",
    scene: { slices: [webSlice, slice([{ address: "203.0.113.9" }], { name: "web-2" })] },
    expect: { "out>*": "203.0.113.9,a1,a2,b1 +S" },
  },
  { id: "T35", scene: { slices: [slice([{ address: "a1.example" }], { addressType: "FQDN" })] }, expect: { "out>*": "REJECT" } },
  { id: "T36", scene: { slices: [{ ...webSlice, labels: { "service.kubernetes.io/service-proxy-name": "" } }] }, expect: asT01 },
  {
    id: "T36 up to 1.35",
    scene: { nodes: versioned("v1.35.4"), slices: [{ ...webSlice, labels: { "service.kubernetes.io/service-proxy-name": "x" } }] },
    expect: { "out>*": "REJECT" },
  },
  {
    id: "T37",
    scene: { services: [web({ labels: { "service.kubernetes.io/service-proxy-name": "" } })] },
    expect: { "out>*": "closed ignored-by-proxy" },
  },
  { id: "T38", scene: { services: [web({ labels: { "service.kubernetes.io/headless": "" } })] }, expect: asT01 },
  {
    id: "T38 up to 1.35",
    scene: { nodes: versioned("v1.35.4"), services: [web({ labels: { "service.kubernetes.io/headless": "" } })] },
    expect: { "out>*": "closed ignored-by-proxy" },
  },
  { id: "T39", scene: { services: [web({ clusterIPs: ["None"] })] }, expect: { "out>*": "closed ignored-by-proxy" } },
  { id: "T40", scene: { services: [web({ type: "ExternalName" })] }, expect: { "out>*": "closed ignored-by-proxy" } },
  {
    id: "T41",
    scene: {
      services: [web({ ports: twoPorts })],
      slices: [
        slice([at("a1"), at("a2")], { ports: [{ name: "http" }] }),
        slice([at("b1")], { name: "web-2", ports: [{ name: "metrics", port: 9090 }] }),
      ],
    },
    expect: { "out>*": "a1,a2 +S", "out>*:30090": "b1:9090 +S" },
  },
  { id: "T42", scene: { services: [] }, expect: { "out>*": "closed" } },

  { id: "T43", scene: { slices: [hinted()] }, expect: { "out>n1": "a1,a2 +S", "out>n2": "b1 +S", "out>n3": "b1 +S" } },
  { id: "T44", scene: { slices: [hinted({ b1: { hintZones: [] } })] }, expect: { "out>*": all } },
  {
    id: "T45",
    scene: {
      nodes: nodes.map((node) => (node.name === "n3" ? { ...node, labels: { "topology.kubernetes.io/zone": "c" } } : node)),
      slices: [hinted()],
    },
    expect: { "out>n3": all },
  },
  { id: "T46", scene: { slices: [hinted({ b1: { ...unready, hintZones: [] } })] }, expect: { "out>n2": "a1,a2 +S", "out>n3": "a1,a2 +S" } },
  { id: "T46b", scene: { slices: [hinted({ b1: unready })] }, expect: { "out>*": "a1,a2 +S" } },
  {
    id: "T47",
    scene: { slices: [hinted({ a1: { hintNodes: ["n1"] }, a2: { hintNodes: ["n1"] }, b1: { hintNodes: ["n2"] } })] },
    expect: { "out>n1": "a1,a2 +S", "out>n2": "b1 +S", "out>n3": "b1 +S" },
  },
  {
    id: "T47b",
    scene: { slices: [slice([at("a1", { hintNodes: ["n1"] }), at("a2", { hintNodes: ["n1"] }), at("b1", { hintNodes: ["n2"] })])] },
    expect: { "out>n1": "a1,a2 +S", "out>n2": "b1 +S", "out>n3": all },
  },
  {
    id: "T47b at 1.33",
    scene: {
      nodes: versioned("v1.33.13"),
      slices: [slice([at("a1", { hintNodes: ["n1"] }), at("a2", { hintNodes: ["n1"] }), at("b1", { hintNodes: ["n2"] })])],
    },
    expect: { "out>*": all },
  },
  { id: "T48", scene: { ...localWeb, slices: [hinted()] }, expect: { "out>n1": "a1,a2 -S", "pod3>n3": "b1 -S" } },
  { id: "T49", scene: { nodes: versioned("v1.30.2"), slices: [hinted()] }, expect: { "out>*": all } },
  {
    id: "T49 with the annotation",
    scene: { nodes: versioned("v1.30.2"), services: [web({ topologyMode: "Auto" })], slices: [hinted()] },
    expect: { "out>n1": "a1,a2 +S" },
  },
  {
    id: "T49 disabled",
    scene: { nodes: versioned("v1.30.2"), services: [web({ topologyMode: "Disabled" })], slices: [hinted()] },
    expect: { "out>*": all },
  },

  { id: "X03", scene: {}, expect: { "pod:a1>n1": all, "pod:b1>n2": all } },
  { id: "X03b", scene: localWeb, expect: { "pod:a1>n1": "a1+S,a2-S,b1-S", "pod:b1>n2": "a1-S,a2-S,b1+S" } },
  {
    id: "X07",
    scene: {
      services: [web({ ports: [{ port: 80, protocol: "UDP", nodePort: 30080 }] })],
      slices: [slice([at("a1"), at("a2"), at("b1")], { ports: [{ protocol: "UDP" }] })],
    },
    expect: { "out>*/udp": all, "out>n1": "closed" },
  },
  {
    id: "X09",
    scene: {
      services: [
        web({
          ports: [
            { name: "t", port: 80, nodePort: 30080 },
            { name: "u", port: 80, protocol: "UDP", nodePort: 30080 },
          ],
        }),
      ],
      slices: [slice([at("a1"), at("a2"), at("b1")], { ports: [{ name: "t" }, { name: "u", protocol: "UDP" }] })],
    },
    expect: { "out>*": all, "out>*/udp": all },
  },
  {
    id: "X10",
    scene: { services: [web({ internalTrafficPolicy: "Local" })], slices: [slice([at("b1")])] },
    expect: { "out>*": "b1 +S", "pod*>*": "b1 +S", "host*>*": "b1 +S" },
  },
  {
    id: "X14",
    scene: { services: [web({ ...local, publishNotReadyAddresses: true })], pods: backendPods.map((each) => ({ ...each, ready: false })) },
    expect: { "out>n1": "a1,a2 -S", "out>n2": "b1 -S" },
  },
  { id: "X17", scene: { settings: { clusterCIDRs: [] } }, expect: anyone },
  {
    id: "X18",
    scene: { slices: [{ ...webSlice, labels: { "service.kubernetes.io/headless": "" } }] },
    expect: { "out>*": "REJECT", "pod*>*": "REJECT", "host*>*": "REJECT" },
  },
  {
    id: "X30",
    scene: { slices: [slice([at("b1")])], pods: [pod("a1", { phase: "Pending" }), pod("a2", { phase: "Failed" }), pod("b1")] },
    expect: { "out>*": "b1 +S" },
  },
  {
    id: "X31",
    scene: {
      services: [
        web({ ...local, ports: [{ port: 80, protocol: "UDP", nodePort: 30080 }] }),
        buildService({ name: "dns", ports: [{ port: 53, protocol: "UDP", nodePort: 30053 }] }),
      ],
      slices: [slice([at("a1"), at("a2"), at("b1")], { ports: [{ protocol: "UDP" }] })],
    },
    expect: {
      "out>n1/udp": "a1,a2 -S",
      "out>n3/udp": dropped,
      "out>*:30053/udp": "REJECT",
      "pod1>n1:30053/udp": "REJECT",
      "host1>n1:30053/udp": "REJECT",
    },
  },
  // R2.5.8: an endpoint outside of the pod range and not on this node: the CNI masquerades where the proxy does not.
  {
    id: "R2.5.8",
    scene: { ...localWeb, slices: [webSlice, slice([{ address: "203.0.113.9" }], { name: "web-2" })] },
    expect: { "pod3>n3": "203.0.113.9+S,a1-S,a2-S,b1-S" },
  },
];

test.for(expand(rows))("$id in $mode mode: $question → $expected", ({ scene, mode, question, expected }) => {
  expect(answers(build(scene, mode), question)).toBe(expected);
});

test("T07, X29: affinity is told beside the shares, per node", () => {
  for (const policy of ["Cluster", "Local"] as const) {
    const { snapshot, context } = build({ services: [web({ sessionAffinitySeconds: 10_800, externalTrafficPolicy: policy })] }, "iptables");
    const route = traceRoute(snapshot, context, {
      address: "10.0.0.1",
      port: 30080,
      protocol: "TCP",
      from: { kind: "outside", address: "192.0.2.50" },
      node: null,
    });
    expect(route.affinitySeconds).toBe(10_800);
    expect(route.outcome.kind === "delivered" && route.outcome.backends.map(({ probability }) => probability)).toEqual(
      policy === "Cluster" ? [1 / 3, 1 / 3, 1 / 3] : [1 / 2, 1 / 2],
    );
  }
});

test("an off-cluster endpoint is marked, an address of the pod range without a Pod is not (T34)", () => {
  const { snapshot, context } = build({ slices: [slice([{ address: "203.0.113.9" }, { address: addressOf("h") }])] }, "iptables");
  const { outcome } = traceRoute(snapshot, context, {
    address: "10.0.0.1",
    port: 30080,
    protocol: "TCP",
    from: { kind: "outside", address: null },
    node: null,
  });
  expect(outcome.kind === "delivered" && outcome.backends.map(({ address, offCluster }) => [address, offCluster])).toEqual([
    [addressOf("h"), false],
    ["203.0.113.9", true],
  ]);
});
