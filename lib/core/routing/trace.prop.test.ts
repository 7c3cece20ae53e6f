import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { finish } from "../basics/steps";
import { createClusterIndex } from "../cluster-index/cluster-index";
import { forkSnapshot } from "../cluster-index/fork-snapshot";
import { findConcerned } from "../inventory/concerned-services";
import { arbitraryDeltas, arbitrarySnapshotParts } from "../testing/arbitraries";
import {
  buildContext,
  buildDeltas,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  buildWorkload,
  noProxySettings,
  type SnapshotParts,
} from "../testing/builders";
import { recordKey, type Delta } from "../model/snapshot";
import type { Backend, ClientPosition, Route, RouteQuery } from "../model/route";
import { noAssumptions, type ClusterAssumptions } from "../policy/policy";
import { arbitraryCase } from "../testing/arbitrary-scenes";
import { build, type Scene } from "../testing/scenarios";
import { traceRoute } from "./trace";
import { describeRoute } from "./words";

const client: fc.Arbitrary<ClientPosition> = fc.oneof(
  fc.record({
    kind: fc.constant("outside" as const),
    address: fc.constantFrom(null, "192.0.2.50", "10.244.1.10", "2001:db8::1", "nonsense"),
  }),
  fc.record({ kind: fc.constant("node" as const), name: fc.constantFrom("n1", "n2", "nobody") }),
  fc.record({
    kind: fc.constant("pod" as const),
    namespace: fc.constantFrom("default", "clearml", "nowhere"),
    name: fc.constantFrom("a", "b", "web-1"),
  }),
);

const query: fc.Arbitrary<RouteQuery> = fc.record({
  address: fc.constantFrom(
    "10.0.0.1",
    "10.0.0.2",
    "fd00::1",
    "127.0.0.1",
    "::1",
    "10.244.1.10",
    "10.244.1.1",
    "::ffff:10.0.0.1",
    "198.18.0.5",
    "node-1",
    "",
  ),
  port: fc.constantFrom(80, 8080, 22, 30001, 30002, 31000, 32000),
  protocol: fc.constantFrom("TCP" as const, "UDP" as const),
  from: client,
  node: fc.constantFrom(null, null, "n1", "nobody"),
});

const policy: fc.Arbitrary<Partial<ClusterAssumptions>> = fc.record(
  {
    proxyMode: fc.constantFrom("iptables" as const, "nftables" as const, "ipvs" as const, "none" as const),
    podToNodeMasquerade: fc.boolean(),
    hostPortImplementation: fc.constantFrom("portmap-iptables" as const, "portmap-nftables" as const, "crio" as const, "none" as const),
    unlistedNodeAddresses: fc.constant({ n1: ["10.9.0.1", "nonsense"] }),
  },
  { requiredKeys: [] },
);

/** Any cluster, with some of the agents that tell a data plane. */
const cluster: fc.Arbitrary<SnapshotParts> = fc
  .tuple(arbitrarySnapshotParts, fc.subarray(["antrea-agent", "cilium", "kube-router", "calico-node", "aws-node"]), fc.boolean())
  .map(([parts, agents, any]) =>
    any ? { ...parts, daemonsets: agents.map((name) => buildWorkload({ kind: "DaemonSet", name, namespace: "kube-system" })) } : parts,
  );

const runs = { numRuns: 150 };

function ask(parts: SnapshotParts, assumptions: Partial<ClusterAssumptions>, asked: RouteQuery): Route {
  return traceRoute(buildSnapshot(parts), buildContext({ clusters: { "*": { ...noAssumptions, ...assumptions } } }), asked, {
    whyNot: { namespace: "default", name: "a" },
  });
}

function backendsOf({ outcome }: Route): readonly Backend[] {
  return outcome.kind === "delivered" || outcome.kind === "dropped" ? outcome.backends : [];
}

function leaves(route: Route): readonly Route[] {
  return "alternatives" in route.outcome ? [route, ...route.outcome.alternatives.flatMap(leaves)] : [route];
}

test.prop([cluster, policy, query], runs)(
  "any cluster gets an answer, with words, and shares that sum to 1",
  (parts, assumptions, asked) => {
    const route = ask(parts, assumptions, asked);
    expectSound(route);
    expect(route.whyNot?.steps.length).toBeGreaterThan(0);
  },
);

test.prop([arbitraryCase], runs)("so does a cluster in which claims collide", ({ scene, mode, queries }) => {
  const { snapshot, context } = build(scene, mode);
  for (const asked of queries) expectSound(traceRoute(snapshot, context, asked));
});

function expectSound(route: Route): void {
  for (const leaf of leaves(route)) {
    const { sentence, steps } = describeRoute(leaf);
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    // A step without words would be shown by its code.
    for (const [place, { title, verdict }] of steps.entries())
      expect([title, verdict]).not.toContain(verdict === "" ? "" : leaf.steps[place]?.code);
    for (const { object } of leaf.steps) expect(object ?? "Node/any").toMatch(/^[A-Z][A-Za-z]+\/\S+$/);
    const shares = backendsOf(leaf).map(({ probability }) => probability);
    if (shares.length > 0 && !shares.includes(null)) expect(shares.reduce<number>((sum, share) => sum + (share ?? 0), 0)).toBeCloseTo(1, 9);
    if (leaf.outcome.kind === "delivered") expect(leaf.outcome.backends.some(({ replyPathBroken }) => !replyPathBroken)).toBe(true);
    if (leaf.outcome.kind === "contested") expect(leaf.outcome.alternatives.length).toBeGreaterThan(1);
  }
}

test.prop([cluster, policy, query, fc.infiniteStream(fc.nat())], runs)(
  "the order of the objects never matters",
  (parts, assumptions, asked, numbers) => {
    const once = distinct(parts);
    expect(ask(shuffled(once, numbers), assumptions, asked)).toEqual(ask(once, assumptions, asked));
  },
);

test.prop([arbitraryCase, fc.infiniteStream(fc.nat())], runs)("nor does it where claims collide", ({ scene, mode, queries }, numbers) => {
  const other: Scene = { ...scene, ...shuffled(scene, numbers) };
  const [one, another] = [build(scene, mode), build(other, mode)];
  for (const asked of queries)
    expect(traceRoute(another.snapshot, another.context, asked)).toEqual(traceRoute(one.snapshot, one.context, asked));
});

test.prop([cluster, policy, query], runs)("an unrelated Service, slice, pod or workload changes nothing", (parts, assumptions, asked) => {
  expect(ask(withUnrelated(parts), assumptions, asked)).toEqual(ask(parts, assumptions, asked));
});

test.prop([arbitraryCase], runs)(
  "nor where claims collide, nor an unrelated node to whoever asks a node's address",
  ({ scene, mode, queries }) => {
    const more: Scene = {
      ...withUnrelated(scene),
      nodes: [...(scene.nodes ?? []), buildNode({ name: "n99", ip: "172.31.2.9", zone: "zz", podCIDRs: ["172.31.3.0/24"] })],
    };
    const [one, another] = [build(scene, mode), build(more, mode)];
    for (const asked of queries.filter(({ address }) => /^10\.0\.0\./.test(address))) {
      expect(traceRoute(another.snapshot, another.context, asked)).toEqual(traceRoute(one.snapshot, one.context, asked));
    }
  },
);

/** Objects that have no name, label, address, number or node in common with what is asked, but for pods of another node that hold the same numbers. */
function withUnrelated<T extends SnapshotParts>(parts: T): T {
  const service = (namespace: string, last: number) =>
    buildService({
      name: "unrelated",
      namespace,
      type: "LoadBalancer",
      clusterIPs: [`172.31.0.${String(last)}`],
      externalIPs: [`172.31.0.${String(last + 1)}`],
      loadBalancerIngress: [{ ip: `172.31.0.${String(last + 2)}` }],
      loadBalancerSourceRanges: ["172.31.9.0/24"],
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 32_700 + last,
      selector: { x: "unrelated" },
      ports: [{ port: 80, nodePort: 32_750 + last }],
    });
  const slice = (namespace: string) =>
    buildSlice({
      service: "unrelated",
      namespace,
      endpoints: [{ address: "172.31.1.9", node: "n99", pod: "unrelated", hintZones: ["zz"], hintNodes: ["n99"] }],
    });
  const pod = (name: string, port: number, hostNetwork: boolean) =>
    buildPod({
      name,
      namespace: "elsewhere",
      hostNetwork,
      ip: hostNetwork ? "172.31.2.9" : "172.31.1.9",
      node: "n99",
      runningSinceMs: 1,
      ports: [{ containerPort: port, hostPort: port }],
    });
  return {
    ...parts,
    services: [...(parts.services ?? []), service("elsewhere", 1), service("default", 11)],
    slices: [...(parts.slices ?? []), slice("elsewhere"), slice("default")],
    pods: [
      ...(parts.pods ?? []),
      ...[30_080, 30_001, 8081, 22].flatMap((port) => [
        pod(`mapped-${String(port)}`, port, false),
        pod(`listening-${String(port)}`, port, true),
      ]),
    ],
    daemonsets: [...(parts.daemonsets ?? []), buildWorkload({ kind: "DaemonSet", name: "unrelated", namespace: "elsewhere" })],
  };
}

/** One object per key: of several the last would win, and which is last is what the shuffle changes. */
function distinct(parts: SnapshotParts): SnapshotParts {
  return eachList(parts, (list) => [...new Map(list.map((each) => [recordKey(each), each])).values()]);
}

function shuffled(parts: SnapshotParts, numbers: fc.Stream<number>): SnapshotParts {
  const rank = (): number => numbers.next().value as number;
  return eachList(parts, (list) =>
    list
      .map((each) => ({ each, rank: rank() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ each }) => each),
  );
}

type Listed = { readonly namespace: string; readonly name: string };

function eachList(parts: SnapshotParts, change: (list: readonly Listed[]) => readonly Listed[]): SnapshotParts {
  const lists = ["nodes", "pods", "services", "slices", "configmaps", "daemonsets"] as const;
  return { ...parts, ...Object.fromEntries(lists.flatMap((key) => (parts[key] === undefined ? [] : [[key, change(parts[key])]]))) };
}

/** After each change, on a snapshot that takes over what an earlier one knew of the nodes, and on one that begins anew. */
function compareAfterEach(parts: SnapshotParts, changes: readonly (readonly Delta[])[], asked: RouteQuery): readonly Route[] {
  const index = createClusterIndex("test");
  index.apply(buildDeltas(parts));
  const context = buildContext();
  return [[], ...changes].map((deltas) => {
    const before = index.snapshot();
    index.apply(deltas);
    // As whoever judges each snapshot on top of the last one does: pods that tell of proxies stay the same list while none of them changes.
    finish(findConcerned(before, index.snapshot()));
    const route = traceRoute(index.snapshot(), context, asked);
    expect(route).toEqual(traceRoute(forkSnapshot(index.snapshot(), []), context, asked));
    return route;
  });
}

test.prop([arbitrarySnapshotParts, fc.array(arbitraryDeltas, { maxLength: 5 }), query])(
  "a route does not depend on what was asked before a change",
  (parts, changes, asked) => {
    compareAfterEach(parts, changes, asked);
  },
);

test("what a change of pods, proxies or Services makes of a node's addresses is seen at once", () => {
  const upsert = (kind: "pods" | "services", record: unknown): readonly Delta[] => [{ type: "upsert", kind, record } as Delta];
  const web = buildService({ name: "web", type: "NodePort", clusterIPs: ["10.96.0.1"], ports: [{ port: 80, nodePort: 30001 }] });
  const parts: SnapshotParts = {
    nodes: [buildNode({ name: "n1", ip: "10.0.0.1", podCIDRs: ["10.244.1.0/24"] })],
    services: [web],
    slices: [buildSlice({ service: "web", endpoints: [{ address: "10.244.1.10" }] })],
    configmaps: [],
    daemonsets: [],
  };
  const proxy = (mode: "iptables" | "nftables") =>
    buildPod({
      name: "kube-proxy-1",
      namespace: "kube-system",
      node: "n1",
      labels: { "k8s-app": "kube-proxy" },
      hostNetwork: true,
      proxyFlags: { ...noProxySettings, mode },
    });
  const outside = { kind: "outside", address: "192.0.2.50" } as const;
  const kinds = compareAfterEach(
    parts,
    [
      upsert("pods", buildPod({ name: "other", node: "n1", ip: "10.244.1.99" })),
      upsert("pods", proxy("iptables")),
      // Only in nftables mode does the default take the node's primary address alone.
      upsert("pods", proxy("nftables")),
      upsert("services", { ...web, externalIPs: ["10.244.1.1"], ports: web.ports.map((port) => ({ ...port, port: 30001 })) }),
      upsert("services", web),
      upsert("pods", buildPod({ name: "first", node: "n1", ip: "10.244.1.1" })),
    ],
    { address: "10.244.1.1", port: 30001, protocol: "TCP", from: outside, node: "n1" },
  ).map(({ outcome }) => outcome.kind);
  expect(kinds).toEqual(["delivered", "delivered", "delivered", "closed", "delivered", "closed", "elsewhere"]);
});
