import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import {
  describeRemedy,
  describeSaying,
  noAssumptions,
  runRules,
  writeRemedies,
  type Band,
  type Context,
  type Remedy,
  type RemedyKind,
} from "@/lib/core";
import { app, joinParts, runPods } from "@/lib/core/testing/apps";
import { buildContext, buildNode, buildService, buildSnapshot, buildWorkload, type SnapshotParts } from "@/lib/core/testing/builders";
import { apply, ask, calm, patchWorkloads } from "./remedies.testkit";

const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
const context = calm;
const clearml = { namespace: "clearml" };
const serial = { "ai.allegro.agent.serial": "pod-1" };

const session = (name: string, node: number, labels: Readonly<Record<string, string>>) =>
  runPods(null, name, [node], { ...serial, ...labels, "clearml-task-id": name }, [{ containerPort: 10_022 }], clearml);

const twoAgents = [
  ...session("clearml-id-a", 1, { CLEARML: "agent-96e6ac6b" }),
  ...session("clearml-id-b", 2, { CLEARML: "agent-fab4defe" }),
];
const first = { ...clearml, name: "clearml-session-1", selector: serial, ports: [{ port: 10_022, nodePort: 30_001 }] };
const F01: SnapshotParts = { nodes, ...app(twoAgents, [first]) };
const F02: SnapshotParts = {
  nodes,
  ...app(twoAgents, [first, { ...first, name: "clearml-session-21", ports: [{ port: 10_022, nodePort: 31_001 }] }]),
};
const F06: SnapshotParts = {
  nodes,
  ...app(
    [1, 2, 3].flatMap((node) => session(`clearml-id-${String(node)}`, node, { CLEARML: "agent-1" })),
    [first],
  ),
};
const release = (name: string, node: number) =>
  runPods("Deployment", name, [node], { app: "web", "app.kubernetes.io/instance": name }, [{ containerPort: 8080 }]);
const F34: SnapshotParts = {
  nodes,
  ...app(
    [...release("red", 1), ...release("blue", 2)],
    [
      { name: "red", selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30_080 }] },
      { name: "blue", selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30_081 }] },
      {
        name: "inside",
        selector: { app: "web" },
        ports: [
          { name: "http", port: 80, targetPort: 8080 },
          { name: "metrics", port: 9090, targetPort: 8080 },
        ],
      },
    ],
  ),
};

describe("one Service for each owner", () => {
  test.for([
    { name: "F01: two agents behind one port", parts: F01, created: ["clearml-session-1-agent-fab4defe"] },
    { name: "F02: the second Service that was meant to help is given to the second owner", parts: F02, created: [] },
    { name: "F34: two releases, and a Service for clients inside", parts: F34, created: ["inside-red"] },
  ])("$name: the finding is gone and no new one comes", ({ parts, created }) => {
    const { finding, answer } = ask(parts, "mixed-owners", "service");
    const [remedy] = answer.remedies;
    const { resolved, introduced, after } = apply(parts, remedy?.yaml ?? "");
    expect(finding.remedies).toContain("service");
    expect(introduced).toEqual([]);
    expect(resolved.map(({ fingerprint }) => fingerprint)).toContain(finding.fingerprint);
    expect(
      [...after.services.values()].map(({ name }) => name).filter((each) => parts.services?.every(({ name }) => name !== each)),
    ).toEqual(created);
  });

  test("F06: where only the task separates there is no such remedy, and the advice is to correct the agent", () => {
    const { finding, answer } = ask(F06, "mixed-owners", "service");
    expect(finding.remedies).not.toContain("service");
    expect(answer.remedies).toEqual([]);
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason)).join()).toMatch(/no label separates.*--namespace/);
  });

  test("a Service of other owners that is wider than the selector stands in the way, and is named", () => {
    const wide = app([], [{ ...clearml, name: "wide", selector: { team: "x" }, ports: [{ port: 1 }] }]);
    const pods = (F01.pods ?? []).map((pod) => ({ ...pod, labels: { ...pod.labels, team: "x" } }));
    const { answer } = ask({ nodes, ...joinParts({ ...F01, pods }, wide) }, "mixed-owners", "service");
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason)).join()).toContain("clearml/wide");
  });

  test("owners that have a Service of their own keep it: users of the wide one go there, and nothing new is made", () => {
    const releases = ["blue", "green", "red"];
    const own = (name: string, nodePort: number, type: "NodePort" | "ClusterIP" = "NodePort") => ({
      name,
      type,
      selector: { app: "web", "app.kubernetes.io/instance": name },
      ports: [{ name: "web", port: 8000, targetPort: 8080, nodePort }],
    });
    const shared = { name: "all", selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30_010 }] };
    const parts = {
      nodes,
      ...app(
        releases.flatMap((name, place) => release(name, place + 1)),
        [shared, own("blue", 30_011), own("green", 30_012), own("red", 0, "ClusterIP")],
      ),
    };
    for (const rule of ["mixed-owners", "selector-overlap"]) {
      const { finding, answer } = ask(parts, rule, "service");
      const [remedy] = answer.remedies;
      const { resolved, introduced } = apply(parts, remedy?.yaml ?? "");
      expect(introduced).toEqual([]);
      expect(resolved.map(({ fingerprint }) => fingerprint)).toContain(finding.fingerprint);
      // The third has one for clients inside alone, which is no door for those that come to a node.
      expect(remedy?.endpoints.map(({ owner, service, before, after }) => [owner, service, before, after])).toEqual([
        ["blue", "default/all", 30_010, 30_010],
        ["green", "default/green", 30_010, 30_012],
        ["red", "default/all-red", 30_010, 30_000],
      ]);
    }
  });

  test("the lines that are not in the cluster are marked, and the table says who moves", () => {
    const { answer } = ask(F01, "mixed-owners", "service");
    const [remedy] = answer.remedies;
    const lines = remedy?.yaml.split("\n") ?? [];
    const marked = (remedy?.changed ?? []).map((line) => lines[line - 1]);
    expect(marked.at(-1)).toBe("    CLEARML: agent-96e6ac6b");
    expect(marked).toHaveLength(lines.indexOf("---") + 1);
    expect(remedy?.endpoints.map(({ owner, before, after }) => [owner, before, after])).toEqual([
      ["agent-96e6ac6b", 30_001, 30_001],
      ["agent-fab4defe", 30_001, 30_000],
    ]);
  });
});

describe("several findings at once", () => {
  test("remedies that were written before any of them was applied name no number twice: all together they make all findings go away", () => {
    const serials = [1, 2, 3, 10];
    const parts = {
      nodes,
      ...app(
        serials.flatMap((number) =>
          ["96e6ac6b", "fab4defe"].flatMap((agent, place) =>
            runPods(
              null,
              `${agent}-${String(number)}`,
              [place + 1],
              { ...member(number).selector, CLEARML: `agent-${agent}` },
              [{ containerPort: 10_022 }],
              clearml,
            ),
          ),
        ),
        // The second one has a twin: both findings are told the same.
        [...serials.map(member), { ...member(2), name: "twin", ports: [{ port: 10_022, nodePort: 30_050 }] }],
      ),
    };
    const snapshot = buildSnapshot(parts);
    const mixed = runRules(snapshot, context).findings.filter(({ rule }) => rule === "mixed-owners");
    const written = (kind: RemedyKind) => mixed.flatMap((finding) => writeRemedies(snapshot, context, finding, kind).remedies);
    const yaml = written("service").map((each) => each.yaml);
    expect(yaml).toHaveLength(5);
    // Each owner has a host port of its own; those of the twins are the same pods.
    const hostPorts = written("hostPort").flatMap(({ endpoints }) => endpoints.map(({ owner, after }) => `${owner} ${String(after)}`));
    expect(hostPorts).toHaveLength(10);
    expect(new Set(hostPorts).size).toBe(8);
    expect(new Set(hostPorts.map((each) => each.split(" ")[1])).size).toBe(8);
    const { resolved, introduced, evaluation } = apply(parts, [...new Set(yaml)].join("---\n"));
    expect(introduced).toEqual([]);
    expect(evaluation.findings).toEqual([]);
    expect(resolved.map(({ fingerprint }) => fingerprint)).toEqual(expect.arrayContaining(mixed.map(({ fingerprint }) => fingerprint)));
  });
});

describe("first aid", () => {
  test("F01: each node answers alone; what is left is the note for clients inside and the drops that the remedy names", () => {
    const { finding, answer } = ask(F01, "mixed-owners", "local");
    const [remedy] = answer.remedies;
    const { introduced, after } = apply(F01, remedy?.yaml ?? "");
    expect(remedy?.lasting).toBe(false);
    expect(introduced.map(({ rule, nodes: where }) => [rule, where])).toEqual([["local-policy-drops", ["n3"]]]);
    expect(remedy?.costs.map((each) => describeSaying(each)).join()).toContain("1 of 3 nodes drop 30001/TCP silently: n3");
    const left = runRules(after, context).findings.find(({ fingerprint }) => fingerprint === finding.fingerprint);
    expect(left?.severity).toBe("info");
  });

  test("users are told the node that leads to their owner, and nothing where owners share a node", () => {
    const rows = (parts: SnapshotParts) =>
      ask(parts, "mixed-owners", "local").answer.remedies[0]?.endpoints.map(({ owner, addresses, before, after }) => [
        owner,
        addresses,
        before,
        after,
      ]);
    expect(rows(F01)).toEqual([
      ["agent-96e6ac6b", ["10.0.0.1"], 30_001, 30_001],
      ["agent-fab4defe", ["10.0.0.2"], 30_001, 30_001],
    ]);
    const beside = [...twoAgents, ...session("clearml-id-c", 1, { CLEARML: "agent-3" })];
    expect(rows({ nodes, ...app(beside, [first]) })).toEqual([["agent-fab4defe", ["10.0.0.2"], 30_001, 30_001]]);
  });

  test("is no use where every node mixes", () => {
    const parts = { nodes, ...app([...session("a", 1, { CLEARML: "1" }), ...session("b", 1, { CLEARML: "2" })], [first]) };
    expect(ask(parts, "mixed-owners", "local").finding.remedies).not.toContain("local");
  });
});

const web = runPods("Deployment", "web", [1], { app: "web", "app.kubernetes.io/name": "web" }, [{ containerPort: 8080, name: "http" }]);
const toWeb = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30_080 }] };
const member = (number: number) => ({
  ...clearml,
  name: `clearml-session-${String(number)}`,
  selector: { "ai.allegro.agent.serial": `pod-${String(number)}` },
  ports: [{ port: 10_022, nodePort: 30_000 + number }],
});
const sessions = (...numbers: readonly number[]) =>
  numbers.flatMap((number) =>
    runPods(
      null,
      `id-${String(number)}`,
      [1],
      { "ai.allegro.agent.serial": `pod-${String(number)}` },
      [{ containerPort: 10_022 }],
      clearml,
    ),
  );
const band = { name: "x", kind: "nodePort" as const, ports: { first: 30_080, last: 30_089 }, owner: null };
const bandOfX = buildContext({ bands: [{ ...band, allow: { namespaces: ["x"], labels: null } }] });
const reserved = buildContext({
  reservations: [{ port: 30_080, kind: "nodePort", node: null, protocol: null, purpose: "later", until: null, ticket: null, allow: null }],
});

describe("each corrected Service makes its finding go away, and brings no other", () => {
  test.for<{ rule: string; name: string; parts: SnapshotParts; policy?: Context; says: RegExp }>([
    {
      rule: "no-endpoints",
      name: "F05: a mistyped key",
      parts: app(sessions(1), [{ ...member(1), selector: { "ai.clearml.agent.serial": "pod-1" } }]),
      says: /ai\.allegro\.agent\.serial: pod-1/,
    },
    {
      rule: "no-endpoints",
      name: "F05: a key that an agent has renamed, in all selectors at once",
      parts: app(
        sessions(1, 2),
        [1, 2].map((number) => ({ ...member(number), selector: { "ai.clearml.agent.serial": `pod-${String(number)}` } })),
      ),
      says: /ai\.allegro\.agent\.serial: pod-1[^]*ai\.allegro\.agent\.serial: pod-2/,
    },
    {
      rule: "no-endpoints",
      name: "a mistyped value beside others",
      parts: app(web, [{ ...toWeb, name: "web", selector: { app: "wev", "app.kubernetes.io/name": "web" } }]),
      says: /app: web/,
    },
    {
      rule: "job-in-service",
      name: "F37: a hook beside the app",
      parts: app(
        [
          ...runPods("Deployment", "web", [1], { app: "web", role: "server" }, [{ containerPort: 8080 }]),
          ...runPods("Job", "hook", [2], { app: "web" }, []),
        ],
        [{ ...toWeb, name: "web" }],
      ),
      says: /role: server/,
    },
    {
      rule: "outside-band",
      name: "a stranger in a band",
      parts: app(web, [{ ...toWeb, name: "web" }]),
      policy: bandOfX,
      says: /nodePort: 30000/,
    },
    {
      rule: "reservation-broken",
      name: "a number that is reserved",
      parts: app(web, [{ ...toWeb, name: "web" }]),
      policy: reserved,
      says: /nodePort: 30000/,
    },
    {
      rule: "node-port-duplicate",
      name: "F53: the younger of two holders moves",
      parts: app(web, [
        { ...toWeb, name: "young", createdAtMs: 2 },
        { ...toWeb, name: "old", createdAtMs: 1 },
      ]),
      says: /name: young/,
    },
    {
      rule: "node-port-duplicate",
      name: "F14: whoever holds it as a health check cannot move",
      parts: app(web, [
        { ...toWeb, name: "old", createdAtMs: 1 },
        {
          ...toWeb,
          name: "balanced",
          createdAtMs: 2,
          type: "LoadBalancer",
          externalTrafficPolicy: "Local",
          healthCheckNodePort: 30_080,
          ports: [{ port: 80, targetPort: 8080, nodePort: 30_081 }],
        },
      ]),
      says: /name: old/,
    },
    {
      rule: "node-port-out-of-range",
      name: "a number outside of the range",
      parts: app(web, [{ ...toWeb, name: "web", ports: [{ port: 80, targetPort: 8080, nodePort: 20_000 }] }]),
      policy: buildContext({ clusters: { "*": { ...noAssumptions, nodePortRange: { first: 30_000, last: 32_767 } } } }),
      says: /nodePort: 30000/,
    },
    {
      rule: "pinned-in-dynamic-band",
      name: "F17: a number that a chart insists on",
      parts: app(web, [{ ...toWeb, name: "web", ports: [{ port: 80, targetPort: 8080, nodePort: 30_474 }], pinnedNodePorts: [30_474] }]),
      says: /nodePort: 30000/,
    },
    {
      rule: "port-family-meets",
      name: "a stranger among a family's numbers",
      parts: joinParts(
        app(sessions(1, 2, 4), [1, 2, 4].map(member)),
        app(web, [{ ...toWeb, name: "web", ports: [{ port: 80, targetPort: 8080, nodePort: 30_003 }] }]),
      ),
      says: /name: web/,
    },
    {
      rule: "host-port-on-node-port",
      name: "F29: the Service leaves the number to the hostPort",
      parts: app(
        [...web, ...runPods("Deployment", "host", [2], { app: "host" }, [{ containerPort: 80, hostPort: 30_080 }])],
        [{ ...toWeb, name: "web" }],
      ),
      says: /nodePort: 30000/,
    },
    {
      rule: "block-intruder",
      name: "a number that an allocator hands out",
      parts: app(web, [{ ...toWeb, name: "web" }]),
      policy: buildContext({ blocks: [{ name: "x", kind: "nodePort", ports: band.ports, allow: null }] }),
      says: /nodePort: 30000/,
    },
    {
      rule: "reserved-system-port",
      name: "a number that the machine needs",
      parts: app(web, [{ ...toWeb, name: "web" }]),
      policy: buildContext({ systemPorts: { node: [band.ports], controlPlane: null } }),
      says: /nodePort: 30000/,
    },
    {
      rule: "local-policy-drops",
      name: "F45: one replica behind the policy Local",
      parts: app(web, [{ ...toWeb, name: "web", externalTrafficPolicy: "Local" }]),
      says: /externalTrafficPolicy: Cluster/,
    },
    {
      rule: "announced-port-unmapped",
      name: "F09: the Service that session 5 announces",
      parts: app(sessions(1, 2, 3, 5), [1, 2, 3].map(member)),
      says: /name: clearml-session-5[^]*nodePort: 30005/,
    },
  ])("$rule: $name", ({ rule, parts, policy = context, says }) => {
    const all = { nodes, ...parts };
    const { finding, answer } = ask(all, rule, "service", policy);
    const [remedy] = answer.remedies;
    expect(remedy?.yaml).toMatch(says);
    const { introduced, resolved } = apply(all, remedy?.yaml ?? "", policy);
    expect(introduced).toEqual([]);
    expect(resolved.map(({ fingerprint }) => fingerprint)).toContain(finding.fingerprint);
    expect(describeRemedy(remedy as Remedy)).toMatch(
      /^# .*\n#\n# \+ [^]*\n# 1\. kubectl (?:apply -f FILE|patch service)[^]*\n# Way back: .*\napiVersion: v1\n/,
    );
  });

  test("F30: the Service leaves its number to the listener; what is left is the note that the listener stands in the range", () => {
    const listener = runPods("DaemonSet", "agent", [2], { app: "agent" }, [{ containerPort: 30_080 }], { hostNetwork: true });
    const parts = { nodes, ...app([...web, ...listener], [{ ...toWeb, name: "web" }]) };
    const { finding, answer } = ask(parts, "listener-shadowed", "service");
    const { introduced, resolved } = apply(parts, answer.remedies[0]?.yaml ?? "");
    expect(resolved.map(({ fingerprint }) => fingerprint)).toEqual([finding.fingerprint]);
    expect(introduced.map(({ rule, severity }) => [rule, severity])).toEqual([["listener-shadowed", "info"]]);
    expect(answer.remedies[0]?.costs.map((each) => describeSaying(each)).join()).toContain("stays inside the node-port range");
  });

  test("F05: the patch takes the mistyped key away, which applying would not do everywhere", () => {
    const parts = { nodes, ...app(sessions(1), [{ ...member(1), selector: { "ai.clearml.agent.serial": "pod-1" } }]) };
    const [step] = ask(parts, "no-endpoints", "service").answer.remedies[0]?.steps ?? [];
    expect(describeSaying(step ?? { code: "flows.stay", values: {} })).toMatch(
      /"ai\.clearml\.agent\.serial":null.*only where an earlier apply wrote/,
    );
  });

  test("F05: of Services with one slip those are corrected that it cures; why the others are not stands beside", () => {
    const mistyped = (number: number) => ({ ...member(number), selector: { "ai.clearml.agent.serial": `pod-${String(number)}` } });
    const another = runPods(null, "id-other", [2], member(3).selector, [{ containerPort: 10_022 }], clearml);
    const parts = { nodes, ...app([...sessions(1, 2, 3), ...another], [1, 2, 3].map(mistyped)) };
    const { finding, answer } = ask(parts, "no-endpoints", "service");
    const [remedy] = answer.remedies;
    expect(finding.ports.map(({ port }) => port)).toEqual([30_001, 30_002, 30_003]);
    expect(remedy?.gains.map((each) => each.values["service"])).toEqual(["clearml/clearml-session-1", "clearml/clearml-session-2"]);
    expect(remedy?.costs.map((each) => describeSaying(each))).toContain(
      "clearml/clearml-session-3: left as before; there the right selector would answer with pods of several owners",
    );
    const { introduced, evaluation } = apply(parts, remedy?.yaml ?? "");
    expect(introduced).toEqual([]);
    expect(evaluation.findings.map(({ rule, ports }) => [rule, ports.map(({ port }) => port)])).toEqual([["no-endpoints", [30_003]]]);
  });

  test("without a node-port range that is known no number is named, and that is the reason", () => {
    const parts = { nodes, ...app(web, [{ ...toWeb, name: "web", ports: [{ port: 80, targetPort: 8080, nodePort: 8080 }] }]) };
    const { answer } = ask(parts, "node-port-out-of-range", "service");
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason))).toEqual([
      expect.stringMatching(/^the node-port range is not known.*set nodePortRange/),
    ]);
  });

  test("a number stays where none is free in the band, and the reason is told", () => {
    const policy = buildContext({
      clusters: { "*": { ...noAssumptions, nodePortRange: { first: 30_000, last: 30_089 } } },
      bands: [{ ...band, ports: { first: 30_000, last: 30_089 }, allow: { namespaces: ["x"], labels: null } }],
    });
    const { answer } = ask({ nodes, ...app(web, [{ ...toWeb, name: "web" }]) }, "outside-band", "service", policy);
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason))).toEqual([
      "no nodePort is free for it: 1 wanted, in a band where it may stand or where no band is",
    ]);
  });
});

describe("a host port for each owner", () => {
  const agents = ["red", "blue"].map((name) =>
    buildWorkload({
      kind: "DaemonSet",
      name,
      template: { labels: { app: "agent", name }, containers: [{ ports: [{ containerPort: 9000 }] }] },
    }),
  );
  const everywhere: SnapshotParts = {
    nodes,
    daemonsets: agents,
    deployments: [],
    ...app(
      ["red", "blue"].flatMap((name) => runPods("DaemonSet", name, [1, 2, 3], { app: "agent", name }, [{ containerPort: 9000 }])),
      [{ name: "agent", selector: { app: "agent" }, ports: [{ port: 9000, nodePort: 30_090 }] }],
    ),
  };

  test.for<{ name: string; parts: SnapshotParts; kind: RemedyKind; ports: readonly number[]; addresses: readonly string[] }>([
    { name: "F01: bare pods of agents", parts: F01, kind: "hostPort", ports: [1024, 1025], addresses: ["10.0.0.1", "10.0.0.2"] },
    {
      name: "DaemonSets that share a Service",
      parts: { ...everywhere, daemonsets: agents },
      kind: "daemonSet",
      ports: [1024, 1025],
      addresses: ["10.0.0.1; 10.0.0.2; 10.0.0.3", "10.0.0.1; 10.0.0.2; 10.0.0.3"],
    },
  ])("$name: the numbers are free where the pods may land, and nothing is found afterwards", ({ parts, kind, ports, addresses }) => {
    const { finding, answer } = ask(parts, "mixed-owners", kind);
    const [remedy] = answer.remedies;
    expect(finding.remedies).toContain(kind);
    expect(remedy?.endpoints.map(({ after }) => after)).toEqual(ports);
    expect(remedy?.endpoints.map((each) => each.addresses.join("; "))).toEqual(addresses);
    expect(remedy?.gains.map((each) => describeSaying(each)).join()).toContain("free on all 3 nodes that it may land on: n1, n2, n3");
    // The Service is gone as in the last step.
    const after = { ...patchWorkloads(parts, remedy?.yaml ?? ""), services: [], slices: [] };
    expect(runRules(buildSnapshot(after), context).findings).toEqual([]);
  });

  test("a number that some node has taken is passed over", () => {
    const taken = runPods("Deployment", "other", [3], {}, [{ containerPort: 80, hostPort: 1024 }]);
    const { answer } = ask({ ...F01, pods: [...(F01.pods ?? []), ...taken] }, "mixed-owners", "hostPort");
    expect(answer.remedies[0]?.endpoints.map(({ after }) => after)).toEqual([1025, 1026]);
  });

  test("a band that anybody may stand in is taken where all numbers are in bands", () => {
    const policy = buildContext({
      bands: [{ name: "host", kind: "hostPort", ports: { first: 1, last: 29_999 }, owner: null, allow: null }],
    });
    expect(ask(F01, "mixed-owners", "hostPort", policy).answer.remedies[0]?.endpoints.map(({ after }) => after)).toEqual([1024, 1025]);
  });

  test("more pods than nodes cannot each have one", () => {
    const crowd = [1, 1, 2, 3].flatMap((node) => release("red", node)).map((pod, place) => ({ ...pod, name: `red-${String(place)}` }));
    const parts = { nodes, ...app([...crowd, ...release("blue", 1)], [{ name: "web", ...toWeb }]) };
    const { answer } = ask(parts, "mixed-owners", "hostPort");
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason)).join()).toContain("runs 4 pods, and may use 3 nodes only");
  });
});

describe("layered access", () => {
  const models = ["llama", "qwen"].flatMap((model, place) =>
    runPods("Deployment", model, [place + 1], { environment: "test", model }, [{ containerPort: 8000, name: "http" }]),
  );
  const service = {
    name: "llm",
    selector: { environment: "test" },
    ports: [{ name: "http", port: 80, targetPort: "http", nodePort: 30_088 }],
  };
  const door = app(
    runPods("Deployment", "controller", [3], { "app.kubernetes.io/name": "ingress-nginx" }, [{ containerPort: 80 }], {
      namespace: "ingress-nginx",
    }),
    [
      {
        name: "controller",
        namespace: "ingress-nginx",
        labels: { "app.kubernetes.io/name": "ingress-nginx" },
        selector: { "app.kubernetes.io/name": "ingress-nginx" },
        ports: [{ name: "http", port: 80, nodePort: 30_000 }],
      },
    ],
  );
  const F40 = { nodes, ...joinParts(app(models, [service]), door) };

  test("F40: models behind one door, each by its name; the finding is gone and no new one comes", () => {
    const { finding, answer } = ask(F40, "mixed-owners", "layered");
    const yaml = answer.remedies[0]?.yaml ?? "";
    const { introduced, resolved, after } = apply(F40, yaml);
    expect(introduced).toEqual([]);
    expect(resolved.map(({ fingerprint }) => fingerprint)).toEqual([finding.fingerprint]);
    expect(
      [...after.services.values()].filter(({ namespace }) => namespace === "default").map(({ type, ports }) => [type, ports[0]?.nodePort]),
    ).toEqual([
      ["ClusterIP", 0],
      ["ClusterIP", 0],
    ]);
    const ingress = parseAllDocuments(yaml).at(-1)?.toJS() as { readonly spec: { readonly rules: readonly { readonly host: string }[] } };
    expect(ingress.spec.rules.map(({ host }) => host)).toEqual(["llm.default.internal", "llm-qwen.default.internal"]);
  });

  test("external IPs are taken out in so many words: left out, they would stay where no apply had written them", () => {
    const parts = { nodes, ...joinParts(app(models, [{ ...service, externalIPs: ["198.18.0.7"] }]), door) };
    const { answer } = ask(parts, "mixed-owners", "layered");
    expect(answer.remedies[0]?.yaml).toMatch(/name: llm\n[^]*?nodePort: 0\n {2}externalIPs: \[\]/);
  });

  test.for([
    { name: "without a controller", parts: { nodes, ...app(models, [service]) }, says: "no Ingress controller" },
    { name: "for SSH", parts: { ...F01, ...joinParts(F01, door) }, says: "no port of the Service is declared as HTTP" },
  ])("$name there is none, and the reason is told", ({ parts, says }) => {
    const { answer } = ask(parts, "mixed-owners", "layered");
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason)).join()).toContain(says);
  });
});

describe("a Gateway in front", () => {
  const implementation = buildService({
    name: "envoy-gateway",
    namespace: "envoy-gateway-system",
    labels: { "app.kubernetes.io/name": "gateway-helm" },
    ports: [{ port: 18_000 }],
  });
  const twoOf = (
    ports: readonly { readonly port: number; readonly name?: string; readonly protocol?: "UDP" | "SCTP" }[],
  ): SnapshotParts => ({
    nodes,
    ...app(
      ["a", "b"].flatMap((name, place) => runPods("Deployment", name, [place + 1], { app: "x", part: name }, [])),
      [{ name: "x", selector: { app: "x" }, ports: ports.map((each, place) => ({ ...each, nodePort: 30_001 + place })) }],
    ),
  });
  const withDoor = (parts: SnapshotParts): SnapshotParts => ({ ...parts, services: [...(parts.services ?? []), implementation] });

  test.for<{ name: string; parts: SnapshotParts; listeners: readonly string[]; routes: readonly string[]; told: readonly string[] }>([
    {
      name: "F01: SSH says no name, so that each owner has a port",
      parts: F01,
      listeners: ["tcp-10022 10022 TCP", "tcp-10023 10023 TCP"],
      routes: ["TCPRoute tcp-10022 any clearml-session-1:10022", "TCPRoute tcp-10023 any clearml-session-1-agent-fab4defe:10022"],
      told: [
        "agent-96e6ac6b 30001 clearml-session-1.clearml.internal:10022",
        "agent-fab4defe 30001 clearml-session-1-agent-fab4defe.clearml.internal:10023",
      ],
    },
    {
      name: "HTTP and TLS by name, UDP by number, none of them on a number of another",
      parts: twoOf([
        { name: "http", port: 80 },
        { name: "https", port: 443 },
        { name: "dns", port: 79, protocol: "UDP" },
      ]),
      listeners: ["http-80 80 HTTP", "tls-443 443 TLS", "udp-79 79 UDP", "udp-81 81 UDP"],
      routes: [
        "HTTPRoute http-80 x.default.internal x:80",
        "TLSRoute tls-443 x.default.internal x:443",
        "UDPRoute udp-79 any x:79",
        "HTTPRoute http-80 x-b.default.internal x-b:80",
        "TLSRoute tls-443 x-b.default.internal x-b:443",
        "UDPRoute udp-81 any x-b:79",
      ],
      told: [
        "Deployment a 30001 x.default.internal:80",
        "Deployment a 30002 x.default.internal:443",
        "Deployment a 30003 x.default.internal:79",
        "Deployment b 30001 x-b.default.internal:80",
        "Deployment b 30002 x-b.default.internal:443",
        "Deployment b 30003 x-b.default.internal:81",
      ],
    },
  ])("$name; the finding is gone and no new one comes", ({ parts, listeners, routes, told }) => {
    const all = withDoor(parts);
    const { finding, answer } = ask(all, "mixed-owners", "layered");
    const remedy = answer.remedies.find(({ variant }) => variant === "gateway");
    const documents = parseAllDocuments(remedy?.yaml ?? "").map((each) => each.toJS() as GatewayDocument);
    const gateway = documents.find(({ kind }) => kind === "Gateway");
    expect(gateway?.spec.gatewayClassName).toBe("eg");
    expect(gateway?.spec.listeners?.map(({ name, port, protocol }) => `${name} ${String(port)} ${protocol}`)).toEqual(listeners);
    expect(
      documents
        .filter(({ kind }) => kind.endsWith("Route"))
        .map(({ kind, spec: { parentRefs, hostnames, rules } }) => {
          const [backend] = rules?.[0]?.backendRefs ?? [];
          return `${kind} ${parentRefs?.[0]?.sectionName ?? ""} ${hostnames?.join() ?? "any"} ${backend?.name ?? ""}:${String(backend?.port)}`;
        }),
    ).toEqual(routes);
    expect(
      remedy?.endpoints.map(({ owner, before, addresses, after }) => `${owner} ${String(before)} ${addresses.join()}:${String(after)}`),
    ).toEqual(told);
    const { introduced, resolved } = apply(all, remedy?.yaml ?? "");
    expect(introduced).toEqual([]);
    expect(resolved.map(({ fingerprint }) => fingerprint)).toContain(finding.fingerprint);
    expect(describeRemedy(remedy as Remedy)).toMatch(/kubectl replace --force -f FILE[^]*kubectl delete gateway -n/);
  });

  test.for([
    { name: "without an implementation", parts: F01, says: "no implementation of the Gateway API is seen" },
    { name: "for SCTP", parts: withDoor(twoOf([{ port: 9000, protocol: "SCTP" }])), says: "a Gateway has no routes for SCTP" },
  ])("$name there is none, and the reason is told", ({ parts, says }) => {
    const { answer } = ask(parts, "mixed-owners", "layered");
    expect(answer.unavailable.map(({ reason }) => describeSaying(reason)).join()).toContain(says);
  });
});

type GatewayDocument = {
  readonly kind: string;
  readonly spec: {
    readonly gatewayClassName?: string;
    readonly listeners?: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
    readonly parentRefs?: readonly { readonly sectionName: string }[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly { readonly backendRefs: readonly { readonly name: string; readonly port: number }[] }[];
  };
};

describe("a rollout that holds its own host port", () => {
  const https = [{ ports: [{ containerPort: 443, hostPort: 443 }] }];
  test.for([
    {
      name: "F24",
      parts: {
        nodes: nodes.slice(0, 1),
        deployments: [
          buildWorkload({
            name: "edge",
            strategy: { type: "RollingUpdate", maxUnavailable: 0, maxSurge: 1 },
            template: { containers: https },
          }),
        ],
      },
      field: "strategy",
    },
    {
      name: "F25",
      parts: {
        nodes,
        daemonsets: [
          buildWorkload({
            kind: "DaemonSet",
            name: "edge",
            strategy: { type: "RollingUpdate", maxUnavailable: 0, maxSurge: 2 },
            template: { containers: https },
          }),
        ],
      },
      field: "updateStrategy",
    },
  ])("$name: the patch changes the strategy alone, and the next rollout passes", ({ parts, field }) => {
    const all: SnapshotParts = { deployments: [], daemonsets: [], ...(parts as SnapshotParts) };
    const { answer } = ask(all, "host-port-rollout-deadlock", "hostPort");
    const patch = parse(answer.remedies[0]?.yaml ?? "") as {
      readonly spec: Record<string, { readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number } }>;
    };
    expect(Object.keys(patch.spec)).toEqual([field]);
    expect(runRules(buildSnapshot(patchWorkloads(all, answer.remedies[0]?.yaml ?? "")), context).findings).toEqual([]);
  });
});

describe("guards", () => {
  const promised = buildContext({
    bands: [{ ...band, allow: { namespaces: ["x"], labels: { app: 'a"b' } } }],
    reservations: [
      { port: 31_000, kind: "nodePort", node: null, protocol: null, purpose: "later", until: "2027-01-31", ticket: null, allow: null },
      {
        port: 8080,
        kind: "hostPort",
        node: null,
        protocol: null,
        purpose: "host ports are nobody's Service",
        until: null,
        ticket: null,
        allow: null,
      },
    ],
  });
  const { answer } = ask({ nodes, ...app(web, [{ ...toWeb, name: "web" }]), version: "v1.36.3" }, "outside-band", "policy", promised);

  test("are written for all that is promised where no finding asks for them, and for nothing where nothing is", () => {
    const snapshot = buildSnapshot({ nodes });
    const bandOf = (name: string, first: number, allow: Band["allow"]): Band => ({
      ...{ name, kind: "nodePort", owner: null, ports: { first, last: first + 9 } },
      allow,
    });
    const bands = [
      bandOf("a", 30_000, { namespaces: ["a", "b"], labels: null }),
      bandOf("c", 30_010, { namespaces: null, labels: { tier: "c", app: "c" } }),
      bandOf("d", 30_020, { namespaces: [], labels: null }),
      bandOf("e", 30_030, null),
    ];
    const { remedies } = writeRemedies(snapshot, buildContext({ bands }), null, "policy");
    expect(remedies.map(({ variant }) => variant)).toEqual([null, "kyverno"]);
    expect(remedies[0]?.gains.map((each) => describeSaying(each))).toEqual([
      "30000–30009 (Band/a): only in namespace a, b",
      "30010–30019 (Band/c): only with label app=c, tier=c",
      "30020–30029 (Band/d): for nobody now",
    ]);
    expect(writeRemedies(snapshot, buildContext(), null, "policy")).toEqual({ remedies: [], unavailable: [] });
  });

  test("say each promise, and that a number is chosen before they are asked", () => {
    const [own] = answer.remedies;
    expect(own?.gains.map((each) => describeSaying(each))).toEqual([
      '30080–30089 (Band/x): only in namespace x with label app=a"b',
      "31000 (Reservation/31000): for nobody now",
    ]);
    const costs = own?.costs.map((each) => describeSaying(each)).join("\n") ?? "";
    expect(costs).toContain("5 of the 2682 numbers of the dynamic band are kept");
    expect(costs).toContain("Reservation/31000 ends after 2027-01-31");
    const [policy, binding] = parseAllDocuments(own?.yaml ?? "").map((each) => each.toJS() as Guard);
    expect(policy?.spec.validations?.map(({ expression }) => expression)).toEqual([
      'variables.wanted.all(n, n < 30080 || n > 30089) ||\n(object.metadata.namespace in ["x"] && has(object.metadata.labels) && "app" in object.metadata.labels && object.metadata.labels["app"] == "a\\"b")',
      "!(31000 in variables.wanted)",
    ]);
    expect(policy?.spec.validations?.[1]?.message).toMatch(/^nodePort 31000 \(reservation of 31000\) is kept for nobody now\. /);
    expect(policy?.spec.validations?.[0]?.message).toContain("the API server took one before it asked this policy");
    expect(binding?.spec).toEqual({ policyName: policy?.metadata.name, validationActions: ["Deny"] });
  });

  test("Kyverno's holds only what its published schema knows", () => {
    const kyverno = answer.remedies.find(({ variant }) => variant === "kyverno");
    const value: unknown = parse(kyverno?.yaml ?? "");
    expect(findUnknown(value, clusterPolicy, "")).toEqual([]);
    expect(findUnknown({ spec: { rules: [{ name: "x", validate: { failureAction: "Deny", cell: {} } }] } }, clusterPolicy, "")).toEqual([
      ".apiVersion is missing",
      ".kind is missing",
      ".spec.rules[0].match is missing",
      '.spec.rules[0].validate.failureAction: "Deny"',
      ".spec.rules[0].validate.cell",
    ]);
  });

  test("an API server that does not know them stably gets none of its own", () => {
    const old = ask({ nodes, ...app(web, [{ ...toWeb, name: "web" }]), version: "v1.29.4" }, "outside-band", "policy", promised).answer;
    expect(old.remedies.map(({ variant }) => variant)).toEqual(["kyverno"]);
    expect(old.unavailable.map(({ reason }) => describeSaying(reason))).toEqual([
      "v1.29.4 does not know ValidatingAdmissionPolicy as stable: 1.30 does",
    ]);
  });
});

type Guard = {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly validations?: readonly { readonly expression: string; readonly message: string }[] };
};

/** A name ends in `!` where the schema requires it. A list of texts: one of these; `text`, `flag`: any. */
type Shape = "text" | "flag" | readonly string[] | { readonly each: Shape } | { readonly keys: Readonly<Record<string, Shape>> };

const celList: Shape = { each: { keys: { "name!": "text", "expression!": "text" } } };

// Facts of clusterpolicies.kyverno.io, version v1, as published with Kyverno 1.13.4: what a policy of this sort may state.
const clusterPolicy: Shape = {
  keys: {
    "apiVersion!": ["kyverno.io/v1"],
    "kind!": ["ClusterPolicy"],
    metadata: { keys: { name: "text" } },
    "spec!": {
      keys: {
        background: "flag",
        rules: {
          each: {
            keys: {
              "name!": "text",
              "match!": {
                keys: {
                  any: {
                    each: {
                      keys: {
                        resources: { keys: { kinds: { each: "text" }, operations: { each: ["CREATE", "CONNECT", "UPDATE", "DELETE"] } } },
                      },
                    },
                  },
                },
              },
              validate: {
                keys: {
                  failureAction: ["Audit", "Enforce"],
                  message: "text",
                  cel: {
                    keys: {
                      variables: celList,
                      expressions: {
                        each: { keys: { "expression!": "text", message: "text", messageExpression: "text", reason: "text" } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

function findUnknown(value: unknown, shape: Shape, at: string): readonly string[] {
  if (shape === "text") return typeof value === "string" ? [] : [`${at} is no text`];
  if (shape === "flag") return typeof value === "boolean" ? [] : [`${at} is no flag`];
  if (shape instanceof Array) return shape.includes(String(value)) ? [] : [`${at}: ${JSON.stringify(value)}`];
  if ("each" in shape)
    return Array.isArray(value)
      ? value.flatMap((each, place) => findUnknown(each, shape.each, `${at}[${String(place)}]`))
      : [`${at} is no list`];
  if (typeof value !== "object" || value === null) return [`${at} is no object`];
  const missing = Object.keys(shape.keys).filter((key) => key.endsWith("!") && !(key.slice(0, -1) in value));
  return [
    ...missing.map((key) => `${at}.${key.slice(0, -1)} is missing`),
    ...Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
      const known = shape.keys[key] ?? shape.keys[`${key}!`];
      return known === undefined ? [`${at}.${key}`] : findUnknown(each, known, `${at}.${key}`);
    }),
  ];
}
