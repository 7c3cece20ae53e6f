// Rules that no recorded cluster exercises: older versions, other CNIs, unread kinds, odd node addresses.

import { describe, expect, test } from "vitest";
import {
  buildConfigMap,
  buildContext,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  type SnapshotParts,
} from "../testing/builders";
import { noAssumptions, type ClusterAssumptions } from "../policy/policy";
import type { ProxySettings } from "../model/proxy-settings";
import type { ClientPosition, Route } from "../model/route";
import { traceRoute } from "./trace";

const outside: ClientPosition = { kind: "outside", address: "192.0.2.50" };
const onNode = (name: string): ClientPosition => ({ kind: "node", name });
const inPod = (name: string): ClientPosition => ({ kind: "pod", namespace: "default", name });

const nodes = [1, 2, 3].map((place) =>
  buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}`, podCIDRs: [`10.244.${String(place)}.0/24`] }),
);
const web = buildService({ name: "web", ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] });
const a1 = { address: "10.244.1.10", node: "n1", pod: "a1" };
const b1 = { address: "10.244.2.10", node: "n2", pod: "b1" };
const pods = [buildPod({ name: "a1", ip: "10.244.1.10", node: "n1" }), buildPod({ name: "b1", ip: "10.244.2.10", node: "n2" })];
const slice = buildSlice({ service: "web", endpoints: [a1, b1] });

type Ask = {
  readonly from?: ClientPosition;
  readonly address: string;
  readonly port?: number;
  readonly node?: string;
  readonly settings?: Partial<ProxySettings>;
  readonly policy?: Partial<ClusterAssumptions>;
};

function ask(parts: SnapshotParts, { from = outside, address, port = 30080, node, settings = {}, policy = {} }: Ask): Route {
  const configmaps = [buildConfigMap({ name: "kube-proxy", proxy: { mode: "iptables", clusterCIDRs: ["10.244.0.0/16"], ...settings } })];
  const snapshot = buildSnapshot({ nodes, pods, services: [web], slices: [slice], configmaps, ...parts });
  const context = buildContext({ clusters: { "*": { ...noAssumptions, ...policy } } });
  return traceRoute(snapshot, context, { address, port, protocol: "TCP", from, node: node ?? null });
}

/** `outcome reason targets`, with `+S` where the source is replaced and `!` where the reply is lost. */
function say({ outcome }: Route): string {
  const reason = "reason" in outcome ? ` ${outcome.reason}` : "";
  const backends =
    "backends" in outcome
      ? outcome.backends
          .map((each) => ` ${each.pod?.name ?? each.address}${each.source === "masqueraded" ? "+S" : ""}${each.replyPathBroken ? "!" : ""}`)
          .join("")
      : "";
  return `${outcome.kind}${reason}${backends}`;
}

describe("nftables up to 1.32 looks up verdicts before it translates what a host sends (R2.5.4)", () => {
  const vip = {
    ...web,
    type: "LoadBalancer" as const,
    externalTrafficPolicy: "Local" as const,
    loadBalancerIngress: [{ ip: "198.18.0.5", hostname: null, ipMode: null }],
  };
  test.for([
    ["v1.32.4", "198.18.0.5", 80, "dropped no-local-endpoints"],
    ["v1.34.4", "198.18.0.5", 80, "delivered a1+S b1+S"],
    ["v1.32.4", "10.0.0.3", 30080, "delivered a1+S b1+S"],
  ] as const)("%s host of n3 to %s:%i: %s", ([kubeletVersion, address, port, expected]) => {
    const versioned = nodes.map((node) => ({ ...node, kubeletVersion }));
    expect(say(ask({ nodes: versioned, services: [vip] }, { from: onNode("n3"), address, port, settings: { mode: "nftables" } }))).toBe(
      expected,
    );
  });
});

describe("a listener", () => {
  test.for([
    ["main", "listener"],
    ["sidecar", "listener"],
    ["init", "closed unclaimed"],
  ] as const)("declared by a container of role %s: %s", ([role, expected]) => {
    const host = buildPod({
      name: "host",
      hostNetwork: true,
      ip: "10.0.0.1",
      node: "n1",
      containers: [{ role, ports: [{ containerPort: 9100 }] }],
    });
    expect(say(ask({ pods: [host] }, { address: "10.0.0.1", port: 9100 }))).toBe(expected);
  });
});

describe("pods outside of their node's podCIDRs (a CNI with its own address pools)", () => {
  const local = { ...web, externalTrafficPolicy: "Local" as const };
  const poolPods = [
    buildPod({ name: "a1", ip: "10.77.1.10", node: "n1" }),
    buildPod({ name: "b1", ip: "10.77.2.10", node: "n2" }),
    buildPod({ name: "client", ip: "10.77.3.5", node: "n3" }),
  ];
  const poolSlice = buildSlice({
    service: "web",
    endpoints: [
      { ...a1, address: "10.77.1.10" },
      { ...b1, address: "10.77.2.10" },
    ],
  });
  const bare = nodes.map((node) => ({ ...node, podCIDRs: [] }));
  const parts = { nodes: bare, pods: poolPods, services: [local], slices: [poolSlice] };

  test("an interface detector knows a pod of its node by where it comes in", () => {
    expect(say(ask(parts, { from: inPod("client"), address: "10.0.0.3", settings: { detectLocalMode: "InterfaceNamePrefix" } }))).toBe(
      "delivered a1 b1",
    );
  });
  test("the NodeCIDR detector is off without podCIDRs", () => {
    expect(say(ask(parts, { from: inPod("client"), address: "10.0.0.3", settings: { detectLocalMode: "NodeCIDR" } }))).toBe(
      "dropped no-local-endpoints",
    );
  });
  test("a pod of the receiving node answers an unmasqueraded pod of another node, the rest cannot", () => {
    const route = ask(parts, {
      from: inPod("client"),
      address: "10.0.0.1",
      settings: { clusterCIDRs: ["10.77.0.0/16"] },
      policy: { podToNodeMasquerade: false },
    });
    expect(say(route)).toBe("delivered a1 b1!");
  });
});

describe("addresses of a node", () => {
  test("the first address of a pod network is its bridge's", () => {
    expect(say(ask({}, { from: onNode("n1"), address: "10.244.1.1" }))).toBe("delivered a1+S b1+S");
  });
  test("unless a pod holds it", () => {
    const holder = buildPod({ name: "first", ip: "10.244.1.1", node: "n1" });
    expect(say(ask({ pods: [...pods, holder] }, { from: onNode("n1"), address: "10.244.1.1" }))).toBe("elsewhere");
  });
  test("an ExternalIP of a family without InternalIP is the node's own", () => {
    const dual = nodes.map((node, place) => ({
      ...node,
      addresses: [...node.addresses, { type: "ExternalIP" as const, address: `2001:db8::${String(place + 1)}` }],
    }));
    expect(say(ask({ nodes: dual, services: [] }, { address: "2001:db8::1" }))).toBe("closed unclaimed");
  });
  test("an ExternalIP beside an InternalIP is translated to it, and says so", () => {
    const cloud = nodes.map((node, place) => ({
      ...node,
      addresses: [...node.addresses, { type: "ExternalIP" as const, address: `203.0.113.${String(place + 1)}` }],
    }));
    const route = ask({ nodes: cloud }, { address: "203.0.113.1" });
    expect(say(route)).toBe("delivered a1+S b1+S");
    expect(route.assumptions[0]).toEqual({
      what: "ExternalIP",
      value: "203.0.113.1 is translated to 10.0.0.1",
      from: "Node/n1 status.addresses",
    });
  });
  test("a load balancer address that is a node's ExternalIP: inside it is taken at once, outside it arrives translated (R1.8.1, R1.11.2)", () => {
    const cloud = nodes.map((node, place) => ({
      ...node,
      addresses: [...node.addresses, { type: "ExternalIP" as const, address: `203.0.113.${String(place + 1)}` }],
    }));
    const balanced = { ...web, type: "LoadBalancer" as const, loadBalancerIngress: [{ ip: "203.0.113.1", hostname: null, ipMode: null }] };
    const parts = { nodes: cloud, services: [balanced] };
    const inside = ask(parts, { from: onNode("n2"), address: "203.0.113.1", port: 80 });
    expect([say(inside), inside.claim?.kind, inside.node]).toEqual(["delivered a1+S b1+S", "loadBalancerIP", "n2"]);
    expect(inside.assumptions.map(({ what }) => what)).not.toContain("ExternalIP");
    expect(say(ask(parts, { address: "203.0.113.1", port: 80 }))).toBe("closed unclaimed");
    expect(say(ask(parts, { from: onNode("n2"), address: "203.0.113.1", port: 81 }))).toBe("closed unclaimed");
  });
  test("nodePortAddresses primary follows bindAddress", () => {
    const two = nodes.map((node) =>
      node.name === "n1" ? { ...node, addresses: [...node.addresses, { type: "InternalIP" as const, address: "10.9.0.1" }] } : node,
    );
    const settings = { nodePortAddresses: ["primary"], bindAddress: "10.9.0.1" };
    expect(say(ask({ nodes: two }, { address: "10.9.0.1", settings }))).toBe("delivered a1+S b1+S");
    expect(say(ask({ nodes: two }, { address: "10.0.0.1", settings }))).toBe("closed address-not-accepted");
  });
});

describe("what was not read", () => {
  test("an address that nothing known captures is unknown while Services of some namespace are forbidden", () => {
    const route = ask(
      { kinds: { services: { forbiddenNamespaces: ["tenant-b"] } } },
      { from: onNode("n1"), address: "198.18.0.9", port: 80 },
    );
    expect(route.outcome).toMatchObject({
      kind: "unknown",
      reason: "forbidden",
      missing: [{ kind: "services", namespaces: ["tenant-b"] }],
    });
  });
  test("a nodePort of a known Service is answered all the same", () => {
    expect(say(ask({ kinds: { services: { forbiddenNamespaces: ["tenant-b"] } } }, { address: "10.0.0.1" }))).toBe("delivered a1+S b1+S");
  });
  test("what a snapshot of some namespaces leaves out was not collected, rather than forbidden", () => {
    expect(
      ask({ kinds: { services: { state: "snapshot", namespaces: ["default"] } } }, { address: "10.0.0.1", port: 31_999 }).outcome,
    ).toMatchObject({
      kind: "unknown",
      reason: "not-collected",
      missing: [{ kind: "services", namespaces: "all" }],
    });
  });
  test("a nodePort of a Service that is known in part only is not", () => {
    expect(ask({ kinds: { services: "notCollected" } }, { address: "10.0.0.1" }).outcome).toMatchObject({
      kind: "unknown",
      reason: "not-collected",
      missing: [{ kind: "services", namespaces: "all" }],
    });
  });
  test("a client pod that does not exist leaves nothing missing", () => {
    expect(ask({}, { from: inPod("nobody"), address: "10.0.0.1" }).outcome).toMatchObject({
      kind: "unknown",
      reason: "no-address-of-family",
      missing: [],
    });
  });
  test("a client pod of a forbidden namespace does", () => {
    const route = ask({ kinds: { pods: { forbiddenNamespaces: ["default"] } } }, { from: inPod("nobody"), address: "10.0.0.1" });
    expect(route.outcome).toMatchObject({ kind: "unknown", reason: "forbidden", missing: [{ kind: "pods", namespaces: ["default"] }] });
  });
});

describe("what a CNI does after the proxy let the source be (R2.5.8)", () => {
  const backend = buildPod({ name: "host", hostNetwork: true, ip: "10.0.0.2", node: "n2" });
  const client = buildPod({ name: "client", ip: "10.244.1.30", node: "n1" });
  const parts = {
    services: [{ ...web, clusterIPs: ["10.96.0.80"] }],
    pods: [backend, client],
    slices: [buildSlice({ service: "web", endpoints: [{ address: "10.0.0.2", node: "n2", pod: "host" }] })],
  };
  test.for([
    ["a detector that knows it", ["10.244.0.0/16"], true, "delivered host+S"],
    ["no detector", [], true, "delivered host+S"],
    ["no masquerade by the CNI either", [], false, "delivered host"],
  ] as const)("a pod by a cluster IP to a host of another node, %s", ([, clusterCIDRs, podToNodeMasquerade, expected]) => {
    const route = ask(parts, {
      from: inPod("client"),
      address: "10.96.0.80",
      port: 80,
      settings: { clusterCIDRs },
      policy: { podToNodeMasquerade },
    });
    expect(say(route)).toBe(expected);
  });
});

describe("one address as external IP and as load balancer's, with source ranges that exclude the client (R1.9.2, R3.1.10)", () => {
  const both = {
    ...web,
    type: "LoadBalancer" as const,
    externalIPs: ["198.18.0.5"],
    loadBalancerIngress: [{ ip: "198.18.0.5", hostname: null, ipMode: null }],
    loadBalancerSourceRanges: ["198.51.100.0/24"],
  };
  test.for([
    ["iptables", "delivered a1+S b1+S"],
    ["nftables", "dropped source-range"],
  ] as const)("%s: %s", ([mode, expected]) => {
    expect(say(ask({ services: [both] }, { address: "198.18.0.5", port: 80, node: "n1", settings: { mode } }))).toBe(expected);
  });
});

describe("ipvs (2.5, 3.3)", () => {
  const settings = { mode: "ipvs" } as const;
  const local = { ...web, externalTrafficPolicy: "Local" as const };
  const x = {
    ...buildService({ name: "x", type: "ClusterIP", ports: [{ port: 30080, targetPort: 8080 }] }),
    externalIPs: ["10.0.0.1"],
  };
  test("without endpoints a virtual server refuses, and shadows a listener (R3.3.3)", () => {
    const lis = buildPod({ name: "lis", hostNetwork: true, ip: "10.0.0.1", node: "n1", ports: [{ containerPort: 30080 }] });
    expect(say(ask({ slices: [], pods: [lis] }, { address: "10.0.0.1", settings }))).toBe("rejected no-endpoints");
  });
  test("an external IP on a node address with a nodePort's number is one virtual server with it (R3.3.4)", () => {
    expect(say(ask({ services: [web, x] }, { address: "10.0.0.1", settings }))).toBe("contested same-tuple");
    expect(say(ask({ services: [web, x] }, { address: "10.0.0.2", settings }))).toBe("delivered a1+S b1+S");
  });
  test("an external IP that is another node's answers on every node, other ports of it are refused there (R1.8.4)", () => {
    expect(say(ask({ services: [x] }, { from: onNode("n2"), address: "10.0.0.1", port: 22, settings }))).toBe("rejected no-endpoints");
    expect(say(ask({ services: [x] }, { address: "10.0.0.1", port: 22, settings }))).toBe("closed unclaimed");
  });
  test("policy Local with local endpoints keeps to them for every client, without another source", () => {
    expect(say(ask({ services: [local] }, { address: "10.0.0.1", settings }))).toBe("delivered a1");
    expect(say(ask({ services: [local] }, { from: onNode("n1"), address: "10.0.0.1", settings }))).toBe("delivered a1");
  });
  test("policy Local without local endpoints: an outside client's reply is lost, a pod's is not", () => {
    const client = buildPod({ name: "client", ip: "10.244.3.5", node: "n3" });
    expect(say(ask({ services: [local] }, { address: "10.0.0.3", settings }))).toBe("dropped reply-path-broken a1! b1!");
    expect(say(ask({ services: [local], pods: [...pods, client] }, { from: inPod("client"), address: "10.0.0.3", settings }))).toBe(
      "delivered a1 b1",
    );
  });
});

describe("one health server for both families up to 1.35 (R1.10.4)", () => {
  const checked = {
    ...web,
    type: "LoadBalancer" as const,
    externalTrafficPolicy: "Local" as const,
    healthCheckNodePort: 32000,
  };
  const dual = nodes.map((node, place) => ({
    ...node,
    addresses: [...node.addresses, { type: "InternalIP" as const, address: `fd00::${String(place + 1)}` }],
  }));
  test.for([
    ["v1.35.4", "iptables", "fd00::1", "healthCheck"],
    ["v1.35.4", "nftables", "fd00::1", "closed address-not-accepted"],
    ["v1.36.3", "iptables", "fd00::1", "closed address-not-accepted"],
    ["v1.35.4", "nftables", "10.0.0.1", "healthCheck"],
  ] as const)("%s %s, an IPv4 Service asked at %s: %s", ([kubeletVersion, mode, address, expected]) => {
    const versioned = dual.map((node) => ({ ...node, kubeletVersion }));
    expect(say(ask({ nodes: versioned, services: [checked] }, { address, port: 32000, settings: { mode } }))).toBe(expected);
  });
});
