import { describe, expect, test } from "vitest";
import type { Policy } from "../policy/policy";
import { noAssumptions } from "../policy/policy";
import {
  buildContext,
  buildNode,
  buildPod,
  buildPolicy,
  buildService,
  buildSnapshot,
  testNowMs,
  type SnapshotParts,
} from "../testing/builders";
import { runRules } from "./run-rules";

type PartialService = Partial<Parameters<typeof buildService>[0]>;
const nodes = [buildNode({ name: "n1", ip: "10.0.0.1" }), buildNode({ name: "n2", ip: "10.0.0.2" })];
const run = (parts: SnapshotParts, policy: Partial<Policy> = {}, nowMs = testNowMs) =>
  runRules(buildSnapshot({ nodes, ...parts }), buildContext(policy, nowMs));
const find = (rule: string, parts: SnapshotParts, policy: Partial<Policy> = {}, nowMs = testNowMs) =>
  run(parts, policy, nowMs).findings.filter((finding) => finding.rule === rule);
const service = (nodePort: number, partial: PartialService = {}) =>
  buildService({ name: `s-${String(nodePort)}`, ports: [{ port: 80, nodePort }], ...partial });
const hostPod = (hostPort: number, partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({ name: `p-${String(hostPort)}`, node: "n1", ip: "10.244.1.9", ports: [{ containerPort: 80, hostPort }], ...partial });
const nodePorts = (first: number, last: number) => ({ kind: "nodePort", ports: { first, last }, owner: null }) as const;

describe("outside-band", () => {
  const ml = { ...nodePorts(30_001, 30_020), name: "ml", owner: "ML platform", allow: { namespaces: ["clearml"], labels: { app: "x" } } };

  test.for([
    ["namespace and label fit", { namespace: "clearml", labels: { app: "x" } }, 0],
    ["the label is missing", { namespace: "clearml" }, 1],
    ["another namespace", { namespace: "web", labels: { app: "x" } }, 1],
  ] as const)("%s", ([, partial, count]) => {
    expect(find("outside-band", { services: [service(30_005, partial)] }, { bands: [ml] })).toHaveLength(count);
  });

  test("twenty numbers of one namespace are one finding; the band is named, with who may", () => {
    const services = Array.from({ length: 20 }, (_, place) => service(30_001 + place, { namespace: "web", createdAtMs: 1000 + place }));
    const found = find("outside-band", { services }, { bands: [ml] });
    expect(found).toMatchObject([{ severity: "warning", sinceMs: 1019 }]);
    expect(found[0]?.ports).toHaveLength(20);
    expect(found[0]?.subjects.at(-1)).toEqual({ kind: "Band", namespace: "", name: "ml" });
    expect(found[0]?.summary).toContain("namespace clearml with label app=x");
  });

  test("a health-check port counts as its Service's", () => {
    const balancer = buildService({
      name: "lb",
      namespace: "web",
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 30_007,
      ports: [{ port: 80 }],
    });
    expect(find("outside-band", { services: [balancer] }, { bands: [ml] })).toMatchObject([{ ports: [{ port: 30_007, protocol: "TCP" }] }]);
  });

  test("a hostPort is judged by its pod and by bands of its kind", () => {
    const host = { ...ml, name: "host", kind: "hostPort" as const, ports: { first: 8000, last: 8100 } };
    expect(find("outside-band", { pods: [hostPod(8080)] }, { bands: [host] })).toMatchObject([{ nodes: ["n1"] }]);
    expect(find("outside-band", { pods: [hostPod(8080, { namespace: "clearml", labels: { app: "x" } })] }, { bands: [host] })).toEqual([]);
    expect(find("outside-band", { pods: [hostPod(30_005)] }, { bands: [ml] })).toEqual([]);
  });

  test("no allow, outside of every band, headless: nothing", () => {
    const services = [
      service(30_005, { namespace: "web" }),
      service(30_021, { namespace: "web" }),
      service(30_006, { clusterIPs: ["None"], namespace: "web" }),
    ];
    expect(find("outside-band", { services: services.slice(0, 1) }, { bands: [{ ...ml, allow: null }] })).toEqual([]);
    expect(find("outside-band", { services: services.slice(1) }, { bands: [ml] })).toEqual([]);
  });
});

describe("reservation-broken", () => {
  const reservation = {
    port: 30_008,
    kind: "nodePort",
    node: null,
    protocol: null,
    purpose: "LLM team",
    until: null,
    ticket: "OPS-1",
    allow: { namespaces: ["clearml"], labels: null },
  } as const satisfies Policy["reservations"][number];
  const reserve = (partial: Partial<Policy["reservations"][number]>) => ({ reservations: [{ ...reservation, ...partial }] });

  test.for([
    ["held by a stranger", {}, "web", "critical"],
    ["held by whom it allows", {}, "clearml", null],
    ["no allow: held by anyone", { allow: null }, "clearml", "critical"],
    ["another protocol: the number is reserved", { protocol: "UDP" }, "web", "critical"],
    ["over, so a stranger is no breach", { until: "2026-05-11" }, "web", "info"],
    ["on its last day it still holds", { until: "2026-05-12" }, "web", "critical"],
  ] as const)("%s", ([, partial, namespace, severity]) => {
    const found = find("reservation-broken", { services: [service(30_008, { namespace })] }, reserve(partial));
    expect(found.map((finding) => finding.severity)).toEqual(severity === null ? [] : [severity]);
  });

  test.for([
    ["2026-05-27", null],
    ["2026-05-26", "expires in 14 d"],
    ["2026-05-18", "expires in 6 d"],
    ["2026-05-12", "ends today"],
    ["2026-05-11", "ended 1 day ago"],
  ] as const)("nobody holds it, until %s: %s", ([until, says]) => {
    const found = find("reservation-broken", {}, reserve({ until }));
    expect(found.map(({ severity }) => severity)).toEqual(says === null ? [] : ["info"]);
    expect(found[0]?.title ?? "").toContain(says ?? "");
  });

  test("one number for two holders, each on its line: both may", () => {
    const reservations = ["a", "b"].map((namespace) => ({ ...reservation, allow: { namespaces: [namespace], labels: null } }));
    const services = ["a", "b"].map((namespace) => service(30_008, { namespace }));
    expect(find("reservation-broken", { services }, { reservations })).toEqual([]);
    // A stranger breaks one promise, which also ends once.
    const stranger = { services: [service(30_008, { namespace: "c" })] };
    expect(find("reservation-broken", stranger, { reservations })).toHaveLength(1);
    const ending = reservations.map((each) => ({ ...each, until: "2026-05-18" }));
    expect(find("reservation-broken", {}, { reservations: ending })).toHaveLength(1);
  });

  test.for([
    ["this node, this protocol", { node: "n1", protocol: "TCP" }, 1],
    ["another node", { node: "n2" }, 0],
    ["another protocol", { protocol: "UDP" }, 0],
    ["every node", {}, 1],
  ] as const)("a hostPort is reserved as far as the policy says: %s", ([, partial, count]) => {
    const policy = reserve({ port: 8080, kind: "hostPort", ...partial });
    expect(find("reservation-broken", { pods: [hostPod(8080)] }, policy)).toHaveLength(count);
  });
});

describe("bands and their use", () => {
  const balancers = (count: number) =>
    Array.from({ length: count }, (_, place) =>
      buildService({
        name: `lb-${String(place)}`,
        type: "LoadBalancer",
        ports: Array.from({ length: 5 }, (_unused, port) => ({ name: String(port), port: 80 + port, nodePort: 30_000 + place * 5 + port })),
      }),
    );

  test('F49: 500 LoadBalancer Services with five ports: "band-nearly-full", with what they could give back', () => {
    const found = find("band-nearly-full", { services: balancers(500) });
    expect(found).toMatchObject([
      { severity: "warning", evidence: { used: 2500, size: 2768, loadBalancers: 500, loadBalancerPorts: 2500 } },
    ]);
    expect(found[0]?.summary).toContain("allocateLoadBalancerNodePorts: false");
    expect(find("band-full", { services: balancers(500) })).toEqual([]);
  });

  test('F49: the last number is taken: "band-full"', () => {
    const rest = Array.from({ length: 268 }, (_, place) => service(32_500 + place));
    const services = [...balancers(500), ...rest];
    expect(find("band-full", { services })).toMatchObject([{ severity: "critical", evidence: { band: null, used: 2768 } }]);
    expect(find("band-nearly-full", { services })).toEqual([]);
  });

  test.for([
    ["8 of 10", 8, 0, []],
    ["9 of 10", 9, 0, ["band-nearly-full"]],
    ["8 of 10 and a reservation", 8, 1, ["band-nearly-full"]],
    ["10 of 10", 10, 0, ["band-full"]],
  ] as const)("a band of ten: %s", ([, used, reserved, rules]) => {
    const services = Array.from({ length: used }, (_, place) => service(30_100 + place));
    const reservations = Array.from({ length: reserved }, () => ({
      port: 30_109,
      kind: "nodePort" as const,
      node: null,
      protocol: null,
      purpose: "x",
      until: null,
      ticket: null,
      allow: null,
    }));
    const found = run({ services }, { bands: [{ ...nodePorts(30_100, 30_109), name: "ten", allow: null }], reservations }).findings;
    expect(found.map(({ rule }) => rule).filter((rule) => rule.startsWith("band-"))).toEqual(rules);
  });

  test("a range that nobody knows is not evaluated; the policy's bands are", () => {
    const services = [service(20_000), service(30_100)];
    const { findings, notEvaluated } = run({ services }, { bands: [{ ...nodePorts(30_100, 30_100), name: "one", allow: null }] });
    expect(notEvaluated).toContainEqual({ rule: "band-full", missing: [], settings: ["nodePortRange"], namespaces: "all" });
    expect(findings.filter(({ rule }) => rule === "band-full")).toMatchObject([{ evidence: { band: "one" } }]);
  });
});

describe("port-family-meets", () => {
  const member = (number: number, partial: PartialService = {}) =>
    buildService({
      name: `session-${String(number)}`,
      namespace: "clearml",
      selector: { "ai.allegro.agent.serial": `pod-${String(number)}` },
      ports: [{ port: 10_022, nodePort: 30_000 + number }],
      ...partial,
    });
  const family = [1, 2, 3, 4, 6].map((number) => member(number));
  const session = (number: number) =>
    buildPod({
      name: `id-${String(number)}`,
      namespace: "clearml",
      node: "n1",
      ip: `10.244.1.${String(number)}`,
      labels: { "ai.allegro.agent.serial": `pod-${String(number)}` },
    });
  const stranger = (port: number, name = "grafana") => service(port, { name, namespace: "monitoring" });

  test("a stranger between its numbers", () => {
    expect(find("port-family-meets", { services: [...family, stranger(30_005)] })).toMatchObject([
      {
        severity: "warning",
        ports: [{ port: 30_005 }],
        evidence: { span: { first: 30_001, last: 30_006 }, holders: ["Service/monitoring/grafana"] },
      },
    ]);
  });

  test("F08: a second release directly behind the first: no meeting", () => {
    expect(find("port-family-meets", { services: [...family, stranger(30_007)] })).toEqual([]);
    const second = [7, 8, 9].map((number) => member(number, { namespace: "other" }));
    expect(find("port-family-meets", { services: [...family, ...second] })).toEqual([]);
  });

  test("the number that a running session announces next", () => {
    const services = [...family, stranger(30_007)];
    expect(find("port-family-meets", { services, pods: [session(7)] })).toMatchObject([{ evidence: { announced: [30_007] } }]);
    expect(find("port-family-meets", { services, pods: [session(6)] })).toEqual([]);
  });

  test("on a member's own number it is node-port-duplicate's, in a block block-intruder's", () => {
    expect(find("port-family-meets", { services: [...family, stranger(30_004)] })).toEqual([]);
    const blocks = [{ name: "b", kind: "nodePort" as const, ports: { first: 30_005, last: 30_005 }, allow: null }];
    const services = [...family, stranger(30_005)];
    expect(find("port-family-meets", { services }, { blocks })).toEqual([]);
    expect(find("block-intruder", { services }, { blocks })).toHaveLength(1);
  });

  test("of two families that interleave one is told", () => {
    const other = [1, 3, 5].map((number) =>
      buildService({ name: `job-${String(number * 10)}`, namespace: "jobs", ports: [{ port: 80, nodePort: 31_000 + number * 10 }] }),
    );
    const between = [1, 3, 5].map((number) =>
      buildService({ name: `run-${String(number * 10)}`, namespace: "runs", ports: [{ port: 80, nodePort: 31_005 + number * 10 }] }),
    );
    expect(find("port-family-meets", { services: [...other, ...between] })).toHaveLength(1);
  });

  test("a stranger among the numbers of several families is told once, where a session waits for its number if anywhere", () => {
    const families = ["a", "b", "c"].flatMap((namespace, place) =>
      [0, 1, 2, 3].map((number) =>
        buildService({
          name: `job-${String(number * 10 + place)}`,
          namespace,
          selector: { "ai.allegro.agent.serial": `pod-${String(number * 10 + place)}` },
          ports: [{ port: 80, nodePort: 31_000 + number * 10 + place }],
        }),
      ),
    );
    const services = [...families, stranger(31_015, "x"), stranger(31_031, "y")];
    const told = find("port-family-meets", { services });
    expect(new Set(told.map(({ fingerprint }) => fingerprint)).size).toBe(told.length);
    expect(told.filter(({ ports }) => ports.some(({ port }) => port === 31_015))).toHaveLength(1);
    const waiting = { ...session(15), namespace: "b" };
    const [first] = find("port-family-meets", { services, pods: [waiting] }).filter(({ ports }) =>
      ports.some(({ port }) => port === 31_015),
    );
    expect(first?.evidence).toMatchObject({ first: "b/job-1", announced: [31_015] });
  });
});

describe("reserved-system-port", () => {
  const control = buildNode({ name: "c1", ip: "10.0.0.9", labels: { "node-role.kubernetes.io/control-plane": "" } });

  test.for([
    ["a hostPort on the kubelet's port", hostPod(10_250), 1],
    ["a listener on the port of SSH", buildPod({ name: "l", node: "n1", hostNetwork: true, ports: [{ containerPort: 22 }] }), 1],
    ["an API server's port on a worker", hostPod(6443), 0],
    ["an API server's port on the control plane", hostPod(6443, { node: "c1" }), 1],
    ["a static pod holds it by right", hostPod(2379, { node: "c1", staticPod: true }), 0],
    ["a pod of kube-system too", hostPod(10_256, { namespace: "kube-system" }), 0],
    ["and OpenShift's own network", hostPod(10_256, { namespace: "openshift-sdn" }), 0],
    ["a free number", hostPod(9100), 0],
    ["a finished pod", hostPod(10_250, { phase: "Succeeded" }), 0],
  ] as const)("%s", ([, pod, count]) => {
    const found = find("reserved-system-port", { nodes: [...nodes, control], pods: [pod] });
    expect(found.map(({ severity }) => severity)).toEqual(Array.from({ length: count }, () => "critical"));
  });

  test("a nodePort stands on every node; without a control plane among them its numbers are free", () => {
    const services = [service(6443)];
    expect(find("reserved-system-port", { services, nodes: [...nodes, control] })).toHaveLength(1);
    expect(find("reserved-system-port", { services })).toEqual([]);
  });

  test("the policy's list replaces the usual one", () => {
    const systemPorts = { controlPlane: null, node: [{ first: 9345, last: 9345 }] };
    expect(find("reserved-system-port", { pods: [hostPod(9345)] }, { systemPorts })).toHaveLength(1);
    expect(find("reserved-system-port", { pods: [hostPod(10_250)] }, { systemPorts })).toEqual([]);
  });
});

describe("ephemeral-overlap", () => {
  const ephemeral = (first: number, last: number) => ({ clusters: { "*": { ...noAssumptions, ephemeralPortRange: { first, last } } } });

  test("F19: the policy says 1024-65535, and a nodePort is 31234", () => {
    expect(find("ephemeral-overlap", { services: [service(31_234)] }, ephemeral(1024, 65_535))).toMatchObject([
      { severity: "warning", ports: [{ port: 31_234 }], evidence: { nodePorts: { first: 30_000, last: 32_767 } } },
    ]);
  });

  test("a hostPort in the range, the nodePorts beside it", () => {
    expect(find("ephemeral-overlap", { pods: [hostPod(40_000)], services: [service(31_000)] }, ephemeral(32_768, 60_999))).toMatchObject([
      { ports: [{ port: 40_000 }], nodes: ["n1"] },
    ]);
  });

  test("not stated, or out of the way: nothing", () => {
    expect(find("ephemeral-overlap", { pods: [hostPod(40_000)], services: [service(31_000)] })).toEqual([]);
    expect(find("ephemeral-overlap", { services: [service(31_000)] }, ephemeral(32_768, 60_999))).toEqual([]);
  });
});

describe("block-intruder", () => {
  const blocks = [
    {
      name: "agones",
      kind: "hostPort",
      ports: { first: 7000, last: 8000 },
      allow: { namespaces: null, labels: { "agones.dev/role": "gameserver" } },
    },
  ] as const;
  const staticPod = hostPod(7500, { name: "proxy-n1", staticPod: true, namespace: "kube-system" });

  test("F51: a static pod's hostPort inside of an allocator's block", () => {
    expect(find("block-intruder", { pods: [staticPod] }, { blocks })).toMatchObject([
      { severity: "warning", ports: [{ port: 7500 }], subjects: [{ kind: "StaticPod", name: "proxy" }], nodes: ["n1"] },
    ]);
  });

  test("the allocator's own pods, and a number beside the block: nothing", () => {
    const pods = [hostPod(7001, { labels: { "agones.dev/role": "gameserver" } }), hostPod(8001)];
    expect(find("block-intruder", { pods }, { blocks })).toEqual([]);
  });

  test("Agones at work without a policy: its usual range", () => {
    const server = hostPod(7001, { labels: { "agones.dev/role": "gameserver" } });
    expect(find("block-intruder", { pods: [server, staticPod] })).toMatchObject([{ evidence: { origin: "cluster" } }]);
    expect(find("block-intruder", { pods: [staticPod] })).toEqual([]);
  });
});

test.for(["outside-band", "reservation-broken", "port-family-meets", "reserved-system-port", "ephemeral-overlap", "block-intruder"])(
  "%s: pods that may not be read: not evaluated, never clean",
  (rule) => {
    expect(run({ kinds: { pods: "forbidden" } }).notEvaluated).toContainEqual({ rule, missing: ["pods"], namespaces: "all" });
  },
);

describe("acknowledgements hold for any rule", () => {
  const bands = [{ ...nodePorts(30_001, 30_020), name: "ml", allow: { namespaces: ["clearml"], labels: null } }];
  const services = [30_003, 30_004].map((port) => service(port, { namespace: "web" }));
  const acknowledge = (partial: Partial<Policy["acknowledgements"][number]>) => ({
    bands,
    acknowledgements: [
      {
        rule: "outside-band",
        subject: "Service/web/s-30003",
        owners: ["Service/s-30004"],
        reason: "r",
        by: "b",
        until: "2026-05-12",
        ...partial,
      },
    ],
  });

  test.for([
    ["rule, subject and the other holder: a note", {}, "info"],
    ["with the namespace written out", { owners: ["Service/web/s-30004"] }, "info"],
    ["whoever joins, where no owners are named", { owners: null }, "info"],
    ["another rule", { rule: "mixed-owners" }, "warning"],
    ["another subject", { subject: "Service/web/s-30005" }, "warning"],
    ["somebody else joined", { owners: [] }, "warning"],
    ["somebody left", { owners: ["Service/s-30004", "Service/s-30005"] }, "warning"],
    ["the last day is over", { until: "2026-05-11" }, "warning"],
  ] as const)("%s", ([, partial, severity]) => {
    const [found] = find("outside-band", { services }, buildPolicy(acknowledge(partial)));
    expect(found?.severity).toBe(severity);
    expect(found?.acknowledged === null).toBe(severity === "warning");
  });

  test("a severity of the policy does not undo it", () => {
    const policy = { ...acknowledge({}), severities: { "outside-band": "critical" as const } };
    expect(find("outside-band", { services }, policy)).toMatchObject([{ severity: "info", acknowledged: { reason: "r" } }]);
    expect(find("outside-band", { services }, { ...policy, acknowledgements: [] })).toMatchObject([{ severity: "critical" }]);
  });
});
