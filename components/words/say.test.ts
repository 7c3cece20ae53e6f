import { describe, expect, test } from "vitest";
import { listRules, describeRoute, traceRoute, type EvidenceByRule, type FindingFacts, type Route, type StepCode } from "@/lib/core";
import { at, build, hostPortPod, listener, local, pod, slice, web, type Scene } from "@/lib/core/testing/scenarios";
import { encodeRoute } from "@/lib/wire/encode-route";
import { encodeRules } from "@/lib/wire/rule-text";
import type { WireFinding, WireRoute, WireSearchResult } from "@/lib/wire/schemas";
import { problemsZh } from "./problems-zh";
import { reasonsZh, stepsZh } from "./route-zh";
import { rulesZh } from "./rules-zh";
import { sayEn, sayZh, typeset } from "./say";

/** English that would stand in a sentence; names, fields and what Kubernetes itself reports are no sentence of ours. */
const english = /(?<![\w./-])(the|is|are|of|and|on|with|no|not|by|to|its|it|for|in|that|or|has|have|will|would|a|an)(?![\w./-])/;

function isChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text) && !english.test(text.replaceAll(/“[^”]*”|：provided port.*$/g, ""));
}

/** Numbers, and names with a number or a slash in them. */
const factsOf = (text: string): readonly string[] => text.match(/[\w.:/=-]*[\d/=][\w./=-]*\w/g) ?? [];

const owner = (name: string) => ({
  kind: "Pod",
  namespace: "clearml",
  name,
  group: null,
  shown: name,
  share: 0.5,
  pods: [name],
  nodes: ["gpu-01"],
});
const mixed = { service: "clearml/web", selector: {}, owners: [owner("id-1"), owner("id-2")], labels: [] };
const nearMiss = { wanted: "app=web1", has: "app=web-1", pod: "web-1", pods: 1 };
const noEndpoints = { services: ["default/web"], selector: { app: "web" }, selected: 2, ready: 0, nearMiss: null, instead: [] };
const atNode = { node: "gpu-10", proxy: "kube-proxy nftables", pods: ["default/h1"] };
const clash = { service: "default/web", port: 30_001, protocol: "TCP" };
const held = {
  node: "n1",
  holder: "DaemonSet/default/d1",
  pod: "d1",
  state: "Terminating",
  port: 443,
  protocol: "TCP",
  wantedIP: "0.0.0.0",
  heldIP: "10.0.0.1",
};
const conflict = { newcomer: "Deployment/default/w1", pods: [{ name: "w1", state: "Pending" as const }], held: [held], eligible: 2 };
const reservation = { port: 30_005, purpose: "gpu-07", ticket: "OPS-1", until: "2027-01-31", allow: null, holders: ["Service/a/b1"] };
const use = {
  band: "b1",
  owner: "ops",
  range: { first: 30_001, last: 30_010 },
  used: 10,
  size: 10,
  loadBalancers: 1,
  loadBalancerPorts: 5,
};
const unplaceable = {
  workload: "Deployment/default/w1",
  wanted: 3,
  placeable: 1,
  excluded: 2,
  taken: [{ node: "n1", holder: "DaemonSet/default/d1", port: 443, protocol: "TCP" }],
};
const wanted = { port: 30_001, service: "b/web1", field: "nodePort", protocol: "TCP", holder: "a/web2", heldAs: "healthCheckNodePort/TCP" };
const taken = { wanted: [wanted], leaves: false, loadBalancer: true, local: true, otherProtocol: true, free: null };
const captures = {
  services: [{ name: "a/web1", selector: { app: "w1" } }],
  captured: [{ owner: "Pod/a/p1", pods: ["p1", "p2"] }],
  add: null,
};
const captured = { services: [{ name: "a/web1", selector: { app: "w1" } }], newcomers: ["Pod/a/p1"], residents: ["Pod/a/p2"] };
const band = { band: "b1", range: { first: 30_001, last: 30_010 }, owner: null, holders: ["Service/a/s1"] };
const address = { address: "10.0.0.1", node: "n1", port: 22, protocol: "TCP" as const, kind: "externalIP" as const };

// Every case that a rule tells apart.
const cases: { readonly [Id in keyof EvidenceByRule]: readonly EvidenceByRule[Id][] } = {
  "mixed-owners": [
    { ...mixed, policy: "Cluster" },
    { ...mixed, policy: "Local" },
  ],
  "selector-overlap": (["equal", "subset", "intersecting"] as const).flatMap((relation) =>
    [["p1", "p2", "p3", "p4", "p5"], []].flatMap((commonPods) =>
      [2, 3, 5].map((count) => ({
        relation,
        services: Array.from({ length: count }, (_, place) => ({ name: `a/web${String(place + 1)}`, selector: {} })),
        widest: relation === "equal" || count === 5 ? [] : ["a/web1"],
        commonPods,
        potential: commonPods.length === 0,
      })),
    ),
  ),
  "job-in-service": [
    {
      services: ["a/web1"],
      jobs: [
        {
          kind: "Job",
          namespace: "a",
          name: "j1",
          pods: (["endpoint", "waiting", "no-port", "finished"] as const).map((part) => ({ name: part, part })),
        },
      ],
      lasting: ["Deployment w1"],
    },
  ],
  "target-port-missing": [true, false].map((byName) => ({
    service: "a/web1",
    targetPorts: [byName ? "http" : 8080],
    byName,
    lacking: ["p1"],
    share: 0.5,
  })),
  "no-endpoints": [
    ...(["not-ready", "nothing-selected", "scaled-to-zero", "idle-family"] as const).map((cause) => ({ ...noEndpoints, cause })),
    ...[1, 2].map((ready) => ({ ...noEndpoints, ready, cause: "not-ready" as const })),
    ...(["key", "value", "namespace"] as const).map((slip) => ({
      ...noEndpoints,
      cause: "near-miss" as const,
      nearMiss: { ...nearMiss, slip },
    })),
    { ...noEndpoints, cause: "near-miss", nearMiss: { ...nearMiss, slip: "value", pods: 3 } },
    ...(["key", "value", "namespace"] as const).map((slip) => ({
      ...noEndpoints,
      services: ["default/web", "default/web2"],
      cause: "near-miss" as const,
      nearMiss: { ...nearMiss, slip, pods: 3 },
    })),
    ...(["hostPort", "Service"] as const).map((by) => ({
      ...noEndpoints,
      cause: "not-ready" as const,
      instead: [{ port: 30_001, protocol: "TCP" as const, by, holders: ["default/h1"], places: ["n1"] }],
    })),
  ],
  "slices-disagree": [
    { service: "a/web1", absent: ["p1", "p2", "p3", "p4", "p5"], strange: [], custom: false },
    { service: "a/web1", absent: [], strange: [{ address: "10.0.0.9", slice: "s1" }], custom: false },
    { service: "a/web1", absent: [], strange: [{ address: "10.0.0.9", slice: "s1" }], custom: true },
  ],
  "local-policy-drops": [["n1"], [], ["n1", "n2", "n3", "n4", "n5"]].map((answering) => ({
    service: "a/web1",
    externalTrafficPolicy: "Local",
    dropping: ["n6", "n7"],
    answering,
    excluded: [],
    nodes: 7,
    unplaced: answering.length === 0 ? 1 : 0,
  })),
  "service-ignored-by-proxy": [3, 1].map((ignoring) => ({ service: "a/web1", label: "k8s.io/x", value: "y", proxies: 3, ignoring })),
  "external-ip-duplicate": [null, "key1"].map((sharingKey) => ({
    addresses: ["10.0.0.1"],
    services: ["a/web1", "a/web2"].map((name) => ({ name, kinds: ["externalIP" as const], sharingKey })),
  })),
  "external-ip-on-node": [
    { service: "a/web1", taken: [{ ...address, control: true, from: [] }] },
    { service: "a/web1", taken: [{ ...address, control: false, from: ["Service/a/s1"] }] },
  ],
  "announced-port-unmapped": [
    { sessions: [{ pod: "clearml/p13", serial: "pod-13", port: 30_013 }], first: "clearml/s-1", last: "clearml/s-10", services: 10 },
  ],
  "node-port-duplicate": [null, "range error"].map((event) => ({
    port: 30_177,
    holders: ["a/web1", "a/web2"].map((service) => ({ service, field: "nodePort", protocol: "TCP" })),
    event,
  })),
  "node-port-out-of-range": [
    { cause: "unknown-range", services: ["a/web1"] },
    ...(["policy", "event", "default"] as const).map((from) => ({
      cause: "outside" as const,
      service: "a/web1",
      range: { first: 30_000, last: 32_767 },
      from,
      event: null,
    })),
  ],
  "pinned-in-dynamic-band": [{ pinned: [{ service: "a/web1", ports: [31_000], by: "applier" }], static: { first: 30_000, last: 30_085 } }],
  "host-port-conflict": [
    { ...conflict, event: null },
    { ...conflict, pods: [{ name: "w1", state: "Failed" }], held: [], event: "0/2 nodes" },
  ],
  "host-port-on-node-port": [
    { ...clash, nodes: [{ ...atNode, winner: "unknown", why: "open" }] },
    {
      ...clash,
      nodes: [
        { ...atNode, winner: "nodePort", why: "mode" },
        { ...atNode, node: "gpu-11", winner: "hostPort", why: "order" },
        { ...atNode, node: "gpu-12", winner: "hostPort", why: "noEndpoint" },
      ],
    },
  ],
  "listener-shadowed": (["nodePort", "address", "range"] as const).map((by) => ({
    listener: "DaemonSet/a/d1",
    services: by === "range" ? [] : ["a/web1"],
    by,
  })),
  "host-port-not-mapped": [
    {
      owner: "Deployment/a/w1",
      containers: [
        { name: "c1", role: "init" },
        { name: "c2", role: "sidecar" },
      ],
    },
  ],
  "host-port-rollout-deadlock": [
    { cause: "surge", workload: "DaemonSet/a/d1", maxSurge: 2 },
    { cause: "no-spare-node", workload: "Deployment/a/w1", replicas: 1, free: 1 },
  ],
  "host-port-capacity": [[], ["DaemonSet/a/d1"]].map((holders) => ({
    workload: "Deployment/a/w1",
    replicas: 5,
    eligible: 3,
    free: 2,
    holders,
  })),
  "reserved-system-port": (["node", "controlPlane"] as const).map((role) => ({ role, holders: ["a/web1"] })),
  "ephemeral-overlap": [
    { ephemeral: { first: 1024, last: 65_535 }, nodePorts: { first: 30_000, last: 32_767 }, holders: ["a/web1"] },
    { ephemeral: { first: 1024, last: 65_535 }, nodePorts: null, holders: [] },
  ],
  "block-intruder": (["policy", "cluster"] as const).map((origin) => ({
    block: "agones",
    range: { first: 7000, last: 8000 },
    origin,
    holders: ["Pod/a/p1", "Pod/a/p2", "Pod/a/p3", "Pod/a/p4"],
  })),
  "outside-band": [
    { ...band, allow: { namespaces: ["clearml"], labels: { app: "c1" } } },
    { ...band, allow: { namespaces: [], labels: null } },
    { ...band, allow: { namespaces: null, labels: { app: "c1" } } },
    { ...band, allow: { namespaces: null, labels: null } },
  ],
  "reservation-broken": [
    { ...reservation, state: "broken", daysLeft: 5 },
    { ...reservation, state: "broken", daysLeft: 5, allow: { namespaces: ["clearml"], labels: null } },
    { ...reservation, state: "ending", daysLeft: 6 },
    { ...reservation, state: "ending", daysLeft: 0, holders: [] },
    { ...reservation, state: "over", daysLeft: -3 },
  ],
  "band-nearly-full": [{ ...use, used: 9 }],
  "band-full": [use, { ...use, band: null, owner: null, loadBalancers: 0 }],
  "port-family-meets": [[], [30_011]].map((announced) => ({
    first: "clearml/s-1",
    last: "clearml/s-10",
    services: 10,
    span: { first: 30_001, last: 30_010 },
    announced,
    holders: ["Service/a/s1"],
  })),
  "node-port-taken": [taken, { ...taken, leaves: true }, { ...taken, free: { first: 30_021, last: 30_040 } }],
  "node-port-duplicate-in-service": [
    { service: "a/web1", entries: [{ nodePort: 32_070, protocol: "TCP", port: 80, field: "spec.ports[0]" }] },
  ],
  "captures-pods": [
    { ...captures, own: [], separating: [] },
    { ...captures, services: ["a/web1", "a/web2"].map((name) => ({ name, selector: { app: "w1" } })), own: [], separating: [] },
    { ...captures, own: ["Pod/a/p3"], separating: ["app.kubernetes.io/instance"] },
  ],
  "captured-by-service": [
    { ...captured, usable: true, separating: ["app"] },
    { ...captured, usable: false, separating: [] },
    { ...captured, services: ["a/web1", "a/web2"].map((name) => ({ name, selector: { app: "w1" } })), usable: true, separating: [] },
  ],
  "host-port-unplaceable": (["no-node", "held", "some-nodes", "too-few"] as const).map((cause) => ({ ...unplaceable, cause })),
};

const finding = (rule: string, evidence: object, facts: Pick<FindingFacts, "ports" | "nodes">): WireFinding => ({
  ...{
    fingerprint: "f",
    cluster: "c",
    severity: "warning",
    subjects: [],
    groups: [],
    remedies: [],
    acknowledged: null,
    since: null,
    sinceFrom: null,
  },
  ...{ title: "English", summary: "English.", symptoms: ["English"] },
  rule,
  evidence: JSON.parse(JSON.stringify(evidence)) as WireFinding["evidence"],
  ports: [...facts.ports],
  nodes: [...facts.nodes],
});

describe.for(listRules())("$id", ({ id, words: { en } }) => {
  test("has both languages", () => {
    const words = sayZh.rule(encodeRules("check").find((rule) => rule.id === id) ?? { id, severity: "info", title: "", why: "", fix: "" });
    expect([words.title, words.why, words.fix].filter((text) => !isChinese(text))).toEqual([]);
    expect([en.title, en.why, en.fix].filter((text) => isChinese(text))).toEqual([]);
  });

  test("says each of its cases whole in Chinese, with the numbers and names of the English title", () => {
    for (const evidence of cases[id as keyof EvidenceByRule])
      for (const nodes of [[], ["n1"], ["n1", "n2", "n3", "n4"]]) {
        const ports = [30_001, 30_003, 30_005, 30_007, 30_009, 30_011].slice(0, nodes.length + 1);
        const facts = { ports: ports.map((port) => ({ port, protocol: "TCP" as const })), nodes, severity: "warning" as const };
        const { title, summary, symptoms } = sayZh.finding(finding(id, evidence, facts));
        expect([title, summary, ...symptoms].filter((text) => !isChinese(text))).toEqual([]);
        const said = en.describe(evidence, facts);
        expect(symptoms).toHaveLength(said.symptoms.length);
        expect(factsOf(said.title).filter((fact) => !/^\d$/.test(fact) && !`${title} ${summary}`.includes(fact))).toEqual([]);
      }
  });
});

test("what this page does not know stays English as a whole", () => {
  const unknown = finding("a-newer-rule", {}, { ports: [], nodes: [] });
  expect(sayZh.finding(unknown)).toBe(unknown);
  const step = { code: "newer", title: "Newer", verdict: "so it is", object: null, field: null, value: null, facts: {} };
  expect(sayZh.step(step)).toBe(step);
});

test("English is what the API says", () => {
  const one = finding("mixed-owners", mixed, { ports: [], nodes: [] });
  expect(sayEn.finding(one)).toBe(one);
});

describe("steps", () => {
  const values = {
    ...{ kind: "nodePort", rivals: 1, owners: 2, ready: 1, total: 2, cluster: 2, local: 1, node: "n1", topology: "zone", count: 2 },
    ...{ port: 30_001, wanted: "http", service: "default/web", family: "IPv6", protocol: "TCP", key: "app", similar: "app.io/x" },
    ...{ containerPort: 80, implementation: "portmap", others: 1, localEndpoints: 1, why: "headless", daemon: "kubelet", answers: 2 },
    ...{ source: "10.0.0.9", ports: "80/TCP", probability: 0.5, targetPort: 80, phase: "Pending", reason: "forbidden" },
  };
  const flags = { accepts: true, assumed: true, converted: true, fallback: true, isLocal: true, terminating: true };
  const details: readonly Route["steps"][number]["detail"][] = [
    { reason: "forbidden" },
    { ...values, ...flags, local: true, shortCircuit: true },
    { ...values, local: 1, policy: "local", affinitySeconds: 30 },
    { ...values, count: 1, policy: "cluster" },
  ];
  test.for(Object.keys(stepsZh) as StepCode[])("%s: both languages", (code) => {
    for (const detail of details)
      for (const value of ["Local", null]) {
        const step = { code, object: "Pod/default/p1", field: "spec.x", value, detail };
        const route: Route = { ...closed, steps: [step], whyNot: null };
        const [wire] = encodeRoute(route, []).steps;
        expect(wire?.verdict).not.toBe("");
        expect(wire === undefined ? [] : Object.values(sayZh.step(wire)).filter((text) => !isChinese(text))).toEqual([]);
        expect(wire === undefined ? null : sayEn.step(wire)).toBe(wire);
      }
  });
});

function trace(scene: Scene): Route {
  const { snapshot, context } = build(scene, "iptables");
  const query = { address: "10.0.0.1", port: 30_080, protocol: "TCP", from: { kind: "outside", address: null }, node: null } as const;
  return traceRoute(snapshot, context, query);
}

const closed = trace({ services: [] });
const owned = (name: string, of: string) => pod(name, { controller: { kind: "StatefulSet", name: of } });
const backend = (terminating: boolean, replyPathBroken: boolean): WireRoute["backends"][number] => ({
  ...{ address: "10.244.1.1", port: 80, probability: null, pod: null, node: null, owner: null, group: null, ready: true, readySince: null },
  ...{ terminating, replyPathBroken, offCluster: false, source: "preserved" },
});

describe("the sentence", () => {
  test.for([
    [
      "two owners",
      { pods: [owned("a1", "x"), owned("b1", "y")], slices: [slice([at("a1"), at("b1")])] },
      ["2 个所属方", "每两个连接中各有一个"],
    ],
    [
      "unequal shares",
      { pods: [owned("a1", "x"), owned("a2", "x"), owned("b1", "y")], slices: [slice([at("a1"), at("a2"), at("b1")])] },
      ["67", "33"],
    ],
    [
      "several backends",
      { pods: [owned("a1", "x"), owned("b1", "x")], slices: [slice([at("a1"), at("b1")])] },
      ["2 个后端", "StatefulSet x"],
    ],
    ["one backend", { slices: [slice([at("b1")])] }, ["default/b1", "n2"]],
    ["no endpoints", { slices: [] }, ["拒绝", "default/web"]],
    ["no local endpoint", { services: [web(local)], slices: [slice([at("b1")])] }, ["丢弃", "default/web", "n1"]],
    ["a hostPort", { services: [], pods: [hostPortPod("h", { hostPort: 30_080 })] }, ["default/h", "hostPort"]],
    ["a listener", { services: [], pods: [listener(30_080)] }, ["default/lis", "监听"]],
    ["nothing", { services: [] }, ["未开放", "没有已知的占用方"]],
    [
      "what may not be read",
      { kinds: { endpointslices: { forbiddenNamespaces: ["default"] } } },
      ["无法判断", "default 的 endpointslices"],
    ],
  ] as const satisfies readonly (readonly [string, Scene, readonly string[]])[])("of %s", ([, scene, parts]) => {
    const route = trace(scene);
    const said = sayZh.route(encodeRoute(route, []));
    expect(isChinese(said)).toBe(true);
    expect(["10.0.0.1:30080", ...parts].filter((part) => !said.includes(part))).toEqual([]);
    expect(sayEn.route(encodeRoute(route, []))).toBe(describeRoute(route).sentence);
  });

  const base = encodeRoute(closed, []);
  const claim = { kind: "nodePort", namespace: "default", name: "web1", port: 30_080 };
  const steps = (code: string, object: string | null = null) => [
    { code, title: "", verdict: "", object, field: null, value: null, facts: {} },
  ];
  test.for([
    [
      "shares that nobody knows",
      {
        outcome: "delivered",
        backends: [backend(true, true), { ...backend(true, false), owner: { kind: "Pod", namespace: "a", name: "p1" } }],
      },
      ["无法得知", "终止", "无法回应"],
    ],
    ["an address without a pod", { outcome: "delivered", backends: [backend(false, false)] }, ["10.244.1.1:80"]],
    ["no backend", { outcome: "delivered", backends: [] }, ["未到达"]],
    ["another port of a cluster IP", { outcome: "rejected", reason: "no-endpoints" }, ["cluster IP"]],
    ["source ranges", { outcome: "dropped", reason: "source-range", claim }, ["loadBalancerSourceRanges", "default/web1"]],
    ["lost replies", { outcome: "dropped", reason: "reply-path-broken" }, ["超时"]],
    ["loopback", { outcome: "dropped", reason: "loopback" }, ["::1"]],
    ["a health check", { outcome: "healthCheck", claim, healthCheck: { status: 503, localEndpoints: 0 } }, ["503", "0 个"]],
    ["a pod's own address", { outcome: "elsewhere", steps: steps("podAddress") }, ["Pod 自己的地址"]],
    ["an address of nobody", { outcome: "elsewhere" }, ["离开节点"]],
    [
      "a client that is not there",
      { outcome: "unknown", reason: "no-address-of-family", steps: steps("noSuchClient", "Pod/a/p1") },
      ["Pod/a/p1"],
    ],
    ["a contest", { outcome: "contested", reason: "chain-order" }, ["归属不定", "顺序"]],
  ] as const satisfies readonly (readonly [string, Partial<WireRoute>, readonly string[]])[])("of %s", ([, part, parts]) => {
    const said = sayZh.route({ ...base, reason: null, claim: null, ...part });
    expect(isChinese(said)).toBe(true);
    expect(parts.filter((each) => !said.includes(each))).toEqual([]);
  });

  test("has words for every reason", () => {
    expect(Object.values(reasonsZh).filter((text) => !isChinese(text))).toEqual([]);
    expect(sayZh.reason("no-endpoints")).toBe(reasonsZh["no-endpoints"]);
    expect(sayEn.reason("no-endpoints")).toBe("no-endpoints");
  });
});

describe("what the search found", () => {
  const result: WireSearchResult = {
    type: "pod",
    label: "a/p1",
    detail: "on gpu-01, ready",
    outcome: null,
    severity: null,
    href: "/",
    facts: null,
  };
  const elsewhere = { ...encodeRoute(closed, []), outcome: "elsewhere" as const };
  test.for([
    ["names and numbers stay", null, "on gpu-01, ready"],
    ["a route", { kind: "route", route: elsewhere }, /离开节点/],
    ["a pod that is ready", { kind: "pod", node: "gpu-01", phase: "Running", ready: true }, "位于 gpu-01，就绪"],
    ["a pod that waits", { kind: "pod", node: null, phase: "Pending", ready: false }, "on gpu-01, ready"],
    ["a namespace", { kind: "allocations", count: 3 }, "3 个分配"],
    ["a Service without a port on nodes", { kind: "noPort" }, "不占用节点端口"],
  ] as const)("%s", ([, facts, detail]) => {
    const said = sayZh.result({ ...result, facts });
    expect(said.label).toBe("a/p1");
    expect(said.detail).toMatch(detail);
  });

  test("a finding is called by its title", () => {
    const facts = {
      kind: "finding",
      finding: finding("mixed-owners", mixed, { ports: [{ port: 30_001, protocol: "TCP" }], nodes: [] }),
    } as const;
    expect(isChinese(sayZh.result({ ...result, type: "finding", facts }).label)).toBe(true);
    expect(sayEn.result({ ...result, facts }).label).toBe("a/p1");
  });
});

test("what cannot be answered has a Chinese title; one of a newer server keeps its own", () => {
  const of = (kind: string) => sayZh.problem({ type: `urn:portolan:${kind}`, title: "Title", status: 0, detail: "why" });
  expect(of("not-synced")).toEqual({ title: "仍在读取集群", detail: "why" });
  expect(of("no-answer").detail).toMatch(/没有应答/);
  expect(of("new-kind")).toEqual({ title: "Title", detail: "why" });
  expect(Object.values(problemsZh).filter((title) => !isChinese(title))).toEqual([]);
});

test("every rule has its own words, and no other has", () => {
  expect(Object.keys(rulesZh).sort()).toEqual(listRules().map(({ id }) => id));
});

test("a page keeps a number and its percent sign on one line", () => {
  const step = { code: "answers", title: "This pod", verdict: "with 50 % of 10 %", object: null, field: null, value: null, facts: {} };
  expect(typeset(sayEn).step(step)).toEqual({ title: "This pod", verdict: "with 50\u202F% of 10\u202F%" });
});
