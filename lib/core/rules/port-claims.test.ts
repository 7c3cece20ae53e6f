import { describe, expect, test } from "vitest";
import {
  buildConfigMap,
  buildContext,
  buildEvent,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  buildWorkload,
  type SnapshotParts,
} from "../testing/builders";
import { runRules } from "./run-rules";

const nodes = ["n1", "n2", "n3", "n4", "n5"].map((name, place) => buildNode({ name, ip: `10.0.0.${String(place + 1)}` }));
const find = (rule: string, parts: SnapshotParts) =>
  runRules(buildSnapshot({ nodes, ...parts }), buildContext()).findings.filter((finding) => finding.rule === rule);
const proxy = (mode: "iptables" | "nftables" | "ipvs") => [buildConfigMap({ name: "kube-proxy", proxy: { mode } })];
const release = (name: string, ip: string) =>
  buildPod({
    name: `${name}-0`,
    node: "n1",
    ip,
    labels: { app: "db", "app.kubernetes.io/instance": name },
    controller: { kind: "StatefulSet", name },
    ports: [{ name: "db", containerPort: 5432 }],
  });

describe("node-port-duplicate", () => {
  test("F14: a health-check port and a nodePort are one number: both named, kinds named", () => {
    const services = [
      buildService({ name: "a", type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 30_073, ports: [{ port: 80 }] }),
      buildService({ name: "b", ports: [{ port: 80, nodePort: 30_073 }] }),
    ];
    expect(find("node-port-duplicate", { services })).toMatchObject([
      {
        severity: "critical",
        subjects: [{ name: "a" }, { name: "b" }],
        evidence: {
          holders: [
            { service: "default/a", field: "healthCheckNodePort" },
            { service: "default/b", field: "nodePort" },
          ],
        },
      },
    ]);
  });

  test("F53: two Services share a number, and the API server's event is quoted", () => {
    const services = ["p", "q"].map((name) => buildService({ name, ports: [{ port: 80, nodePort: 30_177 }] }));
    const events = [
      buildEvent({
        name: "e",
        reason: "PortAlreadyAllocated",
        involvedObject: { kind: "Service", namespace: "default", name: "q" },
        message: "Port 30177 was assigned to multiple services; please recreate service",
      }),
    ];
    expect(find("node-port-duplicate", { services, events })).toMatchObject([
      { severity: "critical", evidence: { event: expect.stringContaining("30177") as string } },
    ]);
  });

  test("F11: TCP and UDP of one Service on one number: nothing", () => {
    expect(
      find("node-port-duplicate", {
        services: [
          buildService({
            name: "dns",
            ports: [
              { name: "t", port: 53, nodePort: 30_053 },
              { name: "u", port: 53, nodePort: 30_053, protocol: "UDP" },
            ],
          }),
        ],
      }),
    ).toEqual([]);
  });
});

describe("host-port-on-node-port", () => {
  const pod = buildPod({ name: "h", node: "n2", ip: "10.244.2.9", runningSinceMs: 1000, ports: [{ containerPort: 80, hostPort: 31_000 }] });
  const parts = (mode: "iptables" | "nftables" | "ipvs"): SnapshotParts => ({
    configmaps: proxy(mode),
    pods: [pod, buildPod({ name: "w", node: "n1", ip: "10.244.1.1", labels: { app: "w" } })],
    services: [buildService({ name: "w", selector: { app: "w" }, ports: [{ port: 80, nodePort: 31_000 }] })],
    slices: [buildSlice({ service: "w", endpoints: [{ address: "10.244.1.1", node: "n1", pod: "w" }] })],
  });

  test.for([
    { mode: "iptables", severity: "warning", winner: "nodePort" },
    { mode: "ipvs", severity: "warning", winner: "hostPort" },
    { mode: "nftables", severity: "critical", winner: "unknown" },
  ] as const)("F29: $mode: on n2 only, winner $winner", ({ mode, severity, winner }) => {
    expect(find("host-port-on-node-port", parts(mode))).toMatchObject([
      { severity, nodes: ["n2"], evidence: { nodes: [{ node: "n2", winner }] } },
    ]);
  });

  test("the winner and the reason are said for each node by itself", () => {
    const own = buildPod({
      name: "h1",
      node: "n1",
      ip: "10.244.1.8",
      runningSinceMs: 1000,
      ports: [{ containerPort: 80, hostPort: 31_000 }],
    });
    const local = { ...parts("iptables"), pods: [...(parts("iptables").pods ?? []), own] };
    const services = [
      buildService({ name: "w", selector: { app: "w" }, externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 31_000 }] }),
    ];
    const [finding] = find("host-port-on-node-port", { ...local, services });
    expect(finding).toMatchObject({
      severity: "warning",
      nodes: ["n1", "n2"],
      evidence: { nodes: [{ winner: "nodePort" }, { winner: "hostPort" }] },
    });
    expect(finding?.summary).toBe(
      "On n1 NodePort default/w wins over the hostPort of default/h1: kube-proxy iptables 1.36 translates node ports first. On n2 the hostPort of default/h wins over NodePort default/w, which has no endpoint to use there.",
    );
  });

  test("a hostPort on one address of the node is judged there; on the loopback it is no clash", () => {
    const bound = (hostIP: string) => [
      buildPod({ name: "h", node: "n2", ip: "10.244.2.9", runningSinceMs: 1000, ports: [{ containerPort: 80, hostPort: 31_000, hostIP }] }),
    ];
    const two = nodes.map((node) =>
      node.name === "n2" ? { ...node, addresses: [...node.addresses, { type: "InternalIP" as const, address: "10.9.0.2" }] } : node,
    );
    const only = [buildConfigMap({ name: "kube-proxy", proxy: { mode: "iptables", nodePortAddresses: ["10.0.0.0/24"] } })];
    const judge = (hostIP: string, configmaps = only) =>
      find("host-port-on-node-port", { ...parts("iptables"), nodes: two, configmaps, pods: bound(hostIP) });
    expect(judge("10.0.0.2")).toMatchObject([{ severity: "warning", evidence: { nodes: [{ winner: "nodePort" }] } }]);
    expect(judge("10.9.0.2", proxy("iptables"))).toMatchObject([{ severity: "warning", evidence: { nodes: [{ winner: "nodePort" }] } }]);
    // No node port is accepted there: each has its own address.
    expect(judge("10.9.0.2")).toEqual([]);
    expect(judge("127.0.0.1")).toEqual([]);
  });

  test("another protocol, or a finished pod: nothing", () => {
    const udp = buildPod({ name: "h", node: "n2", ip: "10.244.2.9", ports: [{ containerPort: 80, hostPort: 31_000, protocol: "UDP" }] });
    const done = buildPod({
      name: "h",
      node: "n2",
      ip: "10.244.2.9",
      phase: "Succeeded",
      ports: [{ containerPort: 80, hostPort: 31_000 }],
    });
    for (const each of [udp, done]) expect(find("host-port-on-node-port", { ...parts("iptables"), pods: [each] })).toEqual([]);
  });
});

describe("listener-shadowed", () => {
  const listener = buildPod({ name: "agent", node: "n1", ip: "10.0.0.1", hostNetwork: true, ports: [{ containerPort: 31_002 }] });

  test("F30: inside the range a note; a warning when a Service takes the number", () => {
    expect(find("listener-shadowed", { pods: [listener] })).toMatchObject([{ severity: "info", nodes: ["n1"] }]);
    expect(
      find("listener-shadowed", { pods: [listener], services: [buildService({ name: "web", ports: [{ port: 80, nodePort: 31_002 }] })] }),
    ).toMatchObject([{ severity: "warning", evidence: { services: ["default/web"] } }]);
  });

  test("where the node-port range cannot be known, a number is not said to lie in it", () => {
    const services = [buildService({ name: "web", ports: [{ port: 80, nodePort: 20_080 }] })];
    expect(find("listener-shadowed", { pods: [listener], services })).toEqual([]);
  });

  test.for([
    [
      "a Service holds the number for UDP: no other Service is given it",
      { ports: [{ port: 53, nodePort: 31_002, protocol: "UDP" as const }] },
    ],
    [
      "kube-proxy passes the Service over that holds the number",
      { labels: { "service.kubernetes.io/service-proxy-name": "other" }, ports: [{ port: 80, nodePort: 31_002 }] },
    ],
    [
      "kube-proxy passes the Service over that has the node's address",
      {
        labels: { "service.kubernetes.io/service-proxy-name": "other" },
        externalIPs: ["10.0.0.1"],
        ports: [{ port: 31_002, nodePort: 31_002 }],
      },
    ],
  ] as const)("%s: nothing", ([, partial]) => {
    expect(find("listener-shadowed", { pods: [listener], services: [buildService({ name: "web", ...partial })] })).toEqual([]);
  });

  test("below the range, and not shadowed: nothing", () => {
    expect(
      find("listener-shadowed", {
        pods: [buildPod({ name: "agent", node: "n1", ip: "10.0.0.1", hostNetwork: true, ports: [{ containerPort: 9100 }] })],
      }),
    ).toEqual([]);
  });
});

describe("local-policy-drops", () => {
  const service = (partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
    buildService({ name: "web", externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 30_080 }], ...partial });
  const slices = [buildSlice({ service: "web", endpoints: [{ address: "10.244.1.1", node: "n1" }] })];

  test("F45: one replica, five nodes: a warning on four", () => {
    expect(find("local-policy-drops", { services: [service()], slices })).toMatchObject([
      { severity: "warning", nodes: ["n2", "n3", "n4", "n5"], title: "30080/TCP drops on 4 of 5 nodes" },
    ]);
  });

  test("a LoadBalancer's health check keeps clients away: a note", () => {
    expect(
      find("local-policy-drops", { services: [service({ type: "LoadBalancer", healthCheckNodePort: 31_000 })], slices }),
    ).toMatchObject([{ severity: "info" }]);
  });

  test("what a hostPort of the number answers is not dropped, but at an address of the Service's own", () => {
    const on = (node: string, hostPort: number) =>
      buildPod({ name: `h-${node}`, node, ip: `10.244.8.${node.slice(1)}`, ports: [{ containerPort: 80, hostPort }] });
    const dropping = (pods: SnapshotParts["pods"], partial: Parameters<typeof service>[0] = {}) =>
      find("local-policy-drops", { services: [service(partial)], slices, pods: pods ?? [] }).map((each) => each.nodes);
    expect(dropping([on("n2", 30_080), on("n3", 30_081)])).toEqual([["n3", "n4", "n5"]]);
    expect(dropping(["n2", "n3", "n4", "n5"].map((node) => on(node, 30_080)))).toEqual([]);
    expect(dropping([on("n2", 30_080)], { externalIPs: ["198.18.0.7"] })).toEqual([["n2", "n3", "n4", "n5"]]);
    const ports = [
      { name: "a", port: 80, nodePort: 30_080 },
      { name: "b", port: 81, nodePort: 30_081 },
    ];
    const both = [
      buildSlice({ service: "web", ports: [{ name: "a" }, { name: "b" }], endpoints: [{ address: "10.244.1.1", node: "n1" }] }),
    ];
    const two = find("local-policy-drops", { services: [service({ ports })], slices: both, pods: [on("n2", 30_080)] });
    expect(two.map((each) => each.nodes)).toEqual([["n2", "n3", "n4", "n5"]]);
  });

  test("nodes that refuse node ports, or whose proxy passes the Service over, drop nothing", () => {
    const configmaps = [buildConfigMap({ name: "kube-proxy", proxy: { nodePortAddresses: ["10.0.0.1/32", "10.0.0.4/32"] } })];
    expect(find("local-policy-drops", { services: [service()], slices, configmaps })).toMatchObject([
      { nodes: ["n4"], title: "30080/TCP drops on 1 of 5 nodes", evidence: { answering: ["n1"] } },
    ]);
    const old = nodes.map((node) => (node.name === "n5" ? { ...node, kubeletVersion: "v1.35.0" } : node));
    const labelled = service({ labels: { "service.kubernetes.io/headless": "" } });
    expect(find("local-policy-drops", { nodes: old, services: [labelled], slices }).map((each) => each.nodes)).toEqual([
      ["n2", "n3", "n4"],
    ]);
  });

  test("an endpoint without a node is on none of them", () => {
    const byHand = [buildSlice({ service: "web", endpoints: [{ address: "192.168.7.7" }] })];
    expect(find("local-policy-drops", { services: [service({ selector: null })], slices: byHand })).toMatchObject([
      { title: "30080/TCP drops on 5 of 5 nodes", evidence: { answering: [], unplaced: 0 } },
    ]);
  });

  test("policy Cluster, an endpoint on every node, or no endpoint anywhere: nothing", () => {
    const everywhere = [
      buildSlice({ service: "web", endpoints: nodes.map(({ name }, place) => ({ address: `10.244.9.${String(place)}`, node: name })) }),
    ];
    expect(find("local-policy-drops", { services: [service({ externalTrafficPolicy: "Cluster" })], slices })).toEqual([]);
    expect(find("local-policy-drops", { services: [service()], slices: everywhere })).toEqual([]);
    expect(find("local-policy-drops", { services: [service()] })).toEqual([]);
  });
});

describe("selector-overlap", () => {
  const pods = [release("one", "10.244.1.1"), release("two", "10.244.1.2")];

  test("F02, F34: two Services with one selector over two owners: mixed twice, one overlap", () => {
    const services = ["one", "two"].map((name, place) =>
      buildService({ name, selector: { app: "db" }, ports: [{ port: 5432, nodePort: 30_001 + place }] }),
    );
    const slices = services.map(({ name }) =>
      buildSlice({
        service: name,
        ports: [{ port: 5432 }],
        endpoints: pods.map((pod) => ({ address: pod.podIPs[0] ?? "", node: "n1", pod: pod.name })),
      }),
    );
    expect(find("selector-overlap", { pods, services, slices })).toMatchObject([
      { severity: "warning", evidence: { relation: "equal", commonPods: ["one-0", "two-0"] } },
    ]);
    const mixed = find("mixed-owners", { pods, services, slices });
    expect(mixed.map(({ severity, ports }) => [severity, ports[0]?.port])).toEqual([
      ["critical", 30_001],
      ["critical", 30_002],
    ]);
    expect((mixed[0]?.evidence as { labels: { key: string }[] }).labels[0]?.key).toBe("app.kubernetes.io/instance");
  });

  test("companions of one owner, a headless one beside them, other namespaces: nothing", () => {
    const one = [release("one", "10.244.1.1")];
    const companions = ["rw", "r"].map((name) => buildService({ name, selector: { app: "db" }, ports: [{ port: 5432 }] }));
    expect(find("selector-overlap", { pods: one, services: companions })).toEqual([]);
    expect(
      find("selector-overlap", {
        pods,
        services: [
          buildService({ name: "a", selector: { app: "db" }, clusterIPs: ["None"], ports: [{ port: 5432 }] }),
          buildService({ name: "b", selector: { app: "db" }, ports: [{ port: 5432 }] }),
        ],
      }),
    ).toEqual([]);
    expect(
      find("selector-overlap", {
        pods,
        services: [
          buildService({ name: "a", namespace: "x", selector: { app: "db" } }),
          buildService({ name: "b", selector: { app: "db" } }),
        ],
      }),
    ).toEqual([]);
  });

  test("a Service of metrics that only a scraper inside asks may be wide; one with a door, or with another port, may not", () => {
    const own = buildService({ name: "one", selector: { app: "db", "app.kubernetes.io/instance": "one" }, ports: [{ port: 5432 }] });
    const metrics = { name: "http-metrics", port: 9121 };
    const found = (ports: NonNullable<Parameters<typeof buildService>[0]["ports"]>) =>
      find("selector-overlap", { pods, services: [own, buildService({ name: "metrics", selector: { app: "db" }, ports })] }).length;
    expect(found([metrics])).toBe(0);
    expect(found([{ ...metrics, nodePort: 30_121 }])).toBe(1);
    expect(found([metrics, { name: "db", port: 5432 }])).toBe(1);
  });

  test("companions of an app that is scaled to 0: nothing; of two apps: a note", () => {
    const services = ["rw", "r"].map((name) => buildService({ name, selector: { app: "db" }, ports: [{ port: 5432 }] }));
    const db = (name: string) => buildWorkload({ name, replicas: 0, template: { labels: { app: "db", version: name } } });
    expect(find("selector-overlap", { services, deployments: [db("one")] })).toEqual([]);
    // Of a StatefulSet, which is not read.
    expect(find("selector-overlap", { services })).toEqual([]);
    expect(find("selector-overlap", { services, deployments: [db("one"), db("two")] })).toMatchObject([{ severity: "info" }]);
  });

  test("one selector implies the other, and no pod is there yet: a note", () => {
    const services = [
      buildService({ name: "wide", selector: { app: "db" } }),
      buildService({ name: "narrow", selector: { app: "db", tier: "a" } }),
    ];
    expect(find("selector-overlap", { services })).toMatchObject([
      {
        severity: "info",
        evidence: { relation: "subset", widest: ["default/wide"], potential: true },
        title: "default/wide would select the pods of default/narrow too",
      },
    ]);
  });

  describe("one cause is one finding", () => {
    const select = (name: string, selector: Record<string, string>, createdAtMs = 1) =>
      buildService({ name, selector, createdAtMs, ports: [{ port: 5432, nodePort: 30_000 + name.charCodeAt(0) }] });

    test("five Services with one selector, however it is written", () => {
      const services = ["a", "b", "c", "d", "e"].map((name, place) =>
        select(name, place % 2 === 0 ? { app: "db", x: "1" } : { x: "1", app: "db" }, 10 + place),
      );
      const labelled = pods.map((pod) => ({ ...pod, labels: { ...pod.labels, x: "1" } }));
      const found = find("selector-overlap", { pods: labelled, services });
      expect(found).toMatchObject([
        {
          severity: "warning",
          subjects: services.map(({ name }) => ({ name })),
          evidence: { relation: "equal", widest: [], commonPods: ["one-0", "two-0"] },
          title: "default/a, default/b, default/c and 2 more select the same pods",
          sinceMs: 11,
        },
      ]);
      expect(found[0]?.ports).toHaveLength(5);
    });

    test("one selector that is too wide beside those of three releases", () => {
      const three = [...pods, release("three", "10.244.1.3")];
      const services = [
        ...["one", "two", "three"].map((name) => select(name, { app: "db", "app.kubernetes.io/instance": name })),
        select("zz-all", { app: "db" }, 5),
      ];
      expect(find("selector-overlap", { pods: three, services })).toMatchObject([
        {
          severity: "warning",
          evidence: { relation: "subset", widest: ["default/zz-all"], commonPods: ["one-0", "three-0", "two-0"] },
          title: "default/zz-all selects the pods of default/one, default/three and default/two too",
          sinceMs: 5,
        },
      ]);
    });

    test("selectors that meet in a chain; one beside them that no pod has yet makes it no calmer", () => {
      const both = [
        buildPod({ name: "p", labels: { a: "1", b: "1" }, controller: { kind: "StatefulSet", name: "p" } }),
        buildPod({ name: "q", labels: { b: "1", c: "1" }, controller: { kind: "StatefulSet", name: "q" } }),
      ];
      const chain = [select("x", { a: "1" }), select("y", { b: "1" }), select("z", { c: "1" })];
      const more = [...both, buildPod({ name: "r", labels: { c: "1" }, controller: { kind: "StatefulSet", name: "r" } })];
      expect(find("selector-overlap", { pods: more, services: chain })).toMatchObject([
        {
          severity: "warning",
          subjects: [{ name: "x" }, { name: "y" }, { name: "z" }],
          evidence: { relation: "intersecting", widest: [] },
          title: "default/x, default/y and default/z select the same pods",
        },
      ]);
      // No selector implies another, and one of them picks what all the others pick.
      expect(find("selector-overlap", { pods: both, services: chain })).toMatchObject([
        {
          evidence: { relation: "intersecting", widest: ["default/y"] },
          title: "default/y selects the pods of default/x and default/z too",
        },
      ]);
      expect(find("selector-overlap", { pods: both, services: [...chain, select("later", { b: "1", d: "1" })] })).toMatchObject([
        { severity: "warning", subjects: [{ name: "later" }, { name: "x" }, { name: "y" }, { name: "z" }] },
      ]);
    });

    test("two causes of one namespace stay two findings, in any order of the objects", () => {
      const cache = ["one", "two"].map((name) => ({
        ...release(name, `10.244.2.${String(name.length)}`),
        name: `cache-${name}`,
        labels: { app: "cache" },
      }));
      const services = [
        select("a", { app: "db" }),
        select("b", { app: "cache" }),
        select("c", { app: "db" }),
        select("d", { app: "cache" }),
      ];
      const named = (each: readonly ReturnType<typeof buildService>[]) =>
        find("selector-overlap", { pods: [...pods, ...cache], services: each }).map(({ subjects }) =>
          subjects.map(({ name }) => name).join(),
        );
      expect(named(services)).toEqual(["a,c", "b,d"]);
      expect(named([...services].reverse())).toEqual(["a,c", "b,d"]);
    });
  });
});

describe("target-port-missing", () => {
  const operator = (name: string, port: number, portName: string) =>
    buildPod({
      name: `${name}-1`,
      node: "n1",
      ip: `10.244.1.${String(port % 250)}`,
      labels: { name: "tekton-operator", "pod-template-hash": "x" },
      controller: { kind: "ReplicaSet", name: `${name}-x` },
      ports: [{ name: portName, containerPort: port }],
    });

  test("F36: half of the pods declare other ports: a warning with the share, beside the mixture", () => {
    const pods = [operator("a", 8443, "https"), operator("b", 9090, "metrics")];
    const services = [
      buildService({ name: "op", selector: { name: "tekton-operator" }, ports: [{ port: 443, targetPort: 8443, nodePort: 30_443 }] }),
    ];
    const slices = [
      buildSlice({
        service: "op",
        ports: [{ port: 8443 }],
        endpoints: pods.map((pod) => ({ address: pod.podIPs[0] ?? "", node: "n1", pod: pod.name })),
      }),
    ];
    expect(find("target-port-missing", { pods, services, slices })).toMatchObject([
      { severity: "warning", evidence: { share: 0.5, lacking: ["b-1"] } },
    ]);
    expect(find("mixed-owners", { pods, services, slices })).toMatchObject([{ severity: "critical" }]);
  });

  test("a name that pods lack is critical; when all lack it, no-endpoints is silent", () => {
    const pods = [operator("a", 8443, "https")];
    const services = [
      buildService({ name: "op", selector: { name: "tekton-operator" }, ports: [{ port: 443, targetPort: "webhook", nodePort: 30_443 }] }),
    ];
    expect(find("target-port-missing", { pods, services })).toMatchObject([{ severity: "critical", evidence: { share: 1 } }]);
    expect(find("no-endpoints", { pods, services })).toEqual([]);
  });

  test("pods that lack one of two names each have the traffic of the other: said is no more than that", () => {
    const pods = [operator("a", 8443, "https"), operator("b", 9090, "metrics")];
    const ports = ["https", "metrics"].map((name, place) => ({ name, port: 443 + place, targetPort: name, nodePort: 30_443 + place }));
    const services = [buildService({ name: "op", selector: { name: "tekton-operator" }, ports })];
    expect(find("target-port-missing", { pods, services })).toMatchObject([
      {
        title: "default/op: 100 % of its pods lack target port https or metrics",
        summary: '2 pods without a port named "https" or "metrics" get no traffic for it.',
      },
    ]);
  });

  test("headless: DNS names the pods whatever they declare; a pod that is leaving: nothing", () => {
    const pods = [operator("a", 8443, "https"), operator("b", 9090, "metrics")];
    const port = { port: 443, targetPort: "https" };
    const headless = buildService({ name: "op", selector: { name: "tekton-operator" }, clusterIPs: ["None"], ports: [port] });
    expect(find("target-port-missing", { pods, services: [headless] })).toEqual([]);
    const services = [buildService({ name: "op", selector: { name: "tekton-operator" }, ports: [port] })];
    const leaving = pods.map((pod) => (pod.name === "b-1" ? { ...pod, deletedAtMs: 1 } : pod));
    expect(find("target-port-missing", { pods, services })).toHaveLength(1);
    expect(find("target-port-missing", { pods: leaving, services })).toEqual([]);
  });

  test("pods that declare nothing, or all declare the number: nothing", () => {
    const services = [
      buildService({ name: "op", selector: { name: "tekton-operator" }, ports: [{ port: 443, targetPort: 8443, nodePort: 30_443 }] }),
    ];
    expect(find("target-port-missing", { pods: [buildPod({ name: "p", labels: { name: "tekton-operator" } })], services })).toEqual([]);
    expect(find("target-port-missing", { pods: [operator("a", 8443, "https")], services })).toEqual([]);
  });
});
