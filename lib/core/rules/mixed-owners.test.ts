import { describe, expect, test } from "vitest";
import {
  buildConfigMap,
  buildContext,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  testNowMs,
  type SnapshotParts,
} from "../testing/builders";
import { runRules } from "./run-rules";

const nodes = [
  buildNode({ name: "gpu-h200-1", ip: "10.190.1.1" }),
  buildNode({ name: "gpu-a100-1", ip: "10.190.1.2" }),
  buildNode({ name: "cpu-1", ip: "10.190.1.3" }),
];

function session(name: string, node: string, ip: string, agent: string, queue: string, task: string) {
  return buildPod({
    namespace: "clearml",
    name,
    node,
    ip,
    readyAtMs: task === "b" ? testNowMs - 60_000 : testNowMs - 3_600_000,
    labels: { "ai.allegro.agent.serial": "pod-1", CLEARML: agent, "clearml-agent-queue-name": queue, "clearml-task-id": task },
    ports: [{ containerPort: 10_022 }],
  });
}

const a = session("clearml-id-a", "gpu-h200-1", "10.244.1.37", "agent-96e6ac6b", "h200", "a");
const b = session("clearml-id-b", "gpu-a100-1", "10.244.2.52", "agent-fab4defe", "a100", "b");
const service = (partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({
    namespace: "clearml",
    name: "clearml-session-1",
    selector: { "ai.allegro.agent.serial": "pod-1" },
    ports: [{ port: 10_022, nodePort: 30_001 }],
    ...partial,
  });
const slice = (pods: readonly (typeof a)[], name = "clearml-session-1", port = 10_022) =>
  buildSlice({
    namespace: "clearml",
    service: name,
    ports: [{ port }],
    endpoints: pods.map((pod) => ({ address: pod.podIPs[0] ?? "", node: pod.nodeName ?? "", pod: `${pod.namespace}/${pod.name}` })),
  });

const find = (parts: SnapshotParts, policy = {}) =>
  runRules(buildSnapshot({ nodes, ...parts }), buildContext(policy)).findings.filter(({ rule }) => rule === "mixed-owners");

describe("mixed-owners", () => {
  test("F01: two agents label their first session alike: critical, one in two, from every node; the agent label separates best", () => {
    const [finding, ...rest] = find({ pods: [a, b], services: [service()], slices: [slice([a, b])] });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      severity: "critical",
      ports: [{ port: 30_001, protocol: "TCP" }],
      nodes: [],
      title: "30001/TCP reaches two owners",
      sinceMs: testNowMs - 60_000,
    });
    expect(finding?.subjects.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      "Service/clearml-session-1",
      "Pod/clearml-id-a",
      "Pod/clearml-id-b",
    ]);
    const { owners, labels } = finding?.evidence as {
      owners: { share: number; shown: string }[];
      labels: { key: string; separates: boolean }[];
    };
    expect(owners.map(({ share, shown }) => [share, shown])).toEqual([
      [0.5, "agent-96e6ac6b"],
      [0.5, "agent-fab4defe"],
    ]);
    expect(labels.filter(({ separates }) => separates).map(({ key }) => key)).toEqual([
      "CLEARML",
      "clearml-agent-queue-name",
      "clearml-task-id",
    ]);
  });

  test("F03: selectors carry the agent label too: nothing", () => {
    const own = (name: string, agent: string, nodePort: number) =>
      service({ name, selector: { "ai.allegro.agent.serial": "pod-1", CLEARML: agent }, ports: [{ port: 10_022, nodePort }] });
    const services = [own("one", "agent-96e6ac6b", 30_001), own("two", "agent-fab4defe", 30_021)];
    expect(
      runRules(buildSnapshot({ nodes, pods: [a, b], services, slices: [slice([a], "one"), slice([b], "two")] }), buildContext()).findings,
    ).toEqual([]);
  });

  test("F04: policy Local on different nodes: a note; on one node: critical for that node", () => {
    const local = service({ externalTrafficPolicy: "Local" });
    const apart = runRules(buildSnapshot({ nodes, pods: [a, b], services: [local], slices: [slice([a, b])] }), buildContext()).findings;
    expect(apart).toMatchObject([
      { rule: "local-policy-drops", severity: "warning", nodes: ["cpu-1"] },
      { rule: "mixed-owners", severity: "info", nodes: [] },
    ]);
    const together = session("clearml-id-c", "gpu-h200-1", "10.244.1.38", "agent-fab4defe", "a100", "c");
    expect(find({ pods: [a, together], services: [local], slices: [slice([a, together])] })).toMatchObject([
      { severity: "critical", nodes: ["gpu-h200-1"] },
    ]);
  });

  test("policy Local goes by the node that the slice names: an endpoint without one is on none", () => {
    const together = session("clearml-id-c", "gpu-h200-1", "10.244.1.38", "agent-fab4defe", "a100", "c");
    const nowhere = buildSlice({
      namespace: "clearml",
      service: "clearml-session-1",
      ports: [{ port: 10_022 }],
      endpoints: [a, together].map((pod) => ({ address: pod.podIPs[0] ?? "", pod: `clearml/${pod.name}` })),
    });
    expect(find({ pods: [a, together], services: [service({ externalTrafficPolicy: "Local" })], slices: [nowhere] })).toMatchObject([
      { severity: "info", nodes: [] },
    ]);
  });

  test("F06: one agent, three sessions alike: only the task separates", () => {
    const pods = ["x", "y", "z"].map((task, place) =>
      session(`clearml-id-${task}`, "gpu-h200-1", `10.244.1.${String(40 + place)}`, "agent-96e6ac6b", "h200", task),
    );
    const [finding] = find({ pods, services: [service()], slices: [slice(pods)] });
    expect(finding?.severity).toBe("critical");
    expect(
      (finding?.evidence as { labels: { key: string; separates: boolean }[] }).labels
        .filter(({ separates }) => separates)
        .map(({ key }) => key),
    ).toEqual(["clearml-task-id"]);
  });

  test("F40: two Deployments behind one selector: the model label separates, the template hash never", () => {
    const replica = (model: string, ip: string) =>
      buildPod({
        namespace: "clearml",
        name: `${model}-1`,
        node: "cpu-1",
        ip,
        labels: { environment: "test", release: "test", model, "pod-template-hash": model },
        controller: { kind: "ReplicaSet", name: `${model}-${model}` },
      });
    const pods = [replica("llama", "10.244.3.1"), replica("qwen", "10.244.3.2")];
    const [finding] = find({ pods, services: [service({ selector: { environment: "test", release: "test" } })], slices: [slice(pods)] });
    expect(finding?.subjects.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      "Service/clearml-session-1",
      "Deployment/llama",
      "Deployment/qwen",
    ]);
    expect(
      (finding?.evidence as { labels: { key: string; separates: boolean }[] }).labels
        .filter(({ separates }) => separates)
        .map(({ key }) => key),
    ).toEqual(["model"]);
  });

  test("a Rollout with two ReplicaSets is one owner; so is a Deployment in a rollout", () => {
    const replica = (kind: "rollouts-pod-template-hash" | "pod-template-hash", hash: string, ip: string) =>
      buildPod({
        namespace: "clearml",
        name: `web-${hash}`,
        node: "cpu-1",
        ip,
        labels: { app: "web", [kind]: hash },
        controller: { kind: "ReplicaSet", name: `web-${hash}` },
      });
    for (const kind of ["rollouts-pod-template-hash", "pod-template-hash"] as const) {
      const pods = [replica(kind, "aaa", "10.244.3.1"), replica(kind, "bbb", "10.244.3.2")];
      expect(find({ pods, services: [service({ selector: { app: "web" } })], slices: [slice(pods)] })).toEqual([]);
    }
  });

  test("two static pods of one node are two owners, though the node is the controller of both", () => {
    // One copy for both pods, as sources make it.
    const shared = { labels: { app: "edge" }, controller: { kind: "Node", name: "cpu-1" }, containers: [] };
    const pods = ["one", "two"].map((name, place) => ({
      ...buildPod({ namespace: "clearml", name: `${name}-cpu-1`, node: "cpu-1", ip: `10.244.3.${String(place + 1)}`, staticPod: true }),
      ...shared,
    }));
    const [finding] = find({ pods, services: [service({ selector: { app: "edge" } })], slices: [slice(pods)] });
    expect(finding?.subjects.slice(1).map(({ kind, name }) => `${kind}/${name}`)).toEqual(["StaticPod/one", "StaticPod/two"]);
  });

  test("policy Local, two ports with other owners each: critical where one of them meets two on one node", () => {
    const at = (name: string, node: string, last: number) => session(name, node, `10.244.9.${String(last)}`, `agent-${name}`, "q", name);
    const [x, y, z] = [at("x", "gpu-h200-1", 1), at("y", "gpu-a100-1", 2), at("z", "gpu-h200-1", 3)];
    const two = service({
      externalTrafficPolicy: "Local",
      ports: [
        { name: "ssh", port: 10_022, nodePort: 30_001 },
        { name: "web", port: 8080, nodePort: 30_002 },
      ],
    });
    const of = (port: string, number: number, pods: readonly (typeof a)[]) => ({
      ...slice(pods),
      name: port,
      ports: [{ name: port, port: number, protocol: "TCP" as const }],
    });
    const [finding, ...rest] = find({ pods: [x, y, z], services: [two], slices: [of("ssh", 10_022, [x, y]), of("web", 8080, [x, z])] });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ severity: "critical", nodes: ["gpu-h200-1"], title: "30001 and 30002 reach three owners" });
    expect(finding?.subjects.map(({ name }) => name)).toEqual(["clearml-session-1", "x", "y", "z"]);
  });

  test("a ClusterIP alone is a warning, headless is silent, an unready second owner is no mixture", () => {
    const inside = service({ ports: [{ port: 10_022 }] });
    expect(find({ pods: [a, b], services: [inside], slices: [slice([a, b])] })).toMatchObject([{ severity: "warning", ports: [] }]);
    expect(
      find({ pods: [a, b], services: [service({ clusterIPs: ["None"], ports: [{ port: 10_022 }] })], slices: [slice([a, b])] }),
    ).toEqual([]);
    const unready = buildSlice({
      namespace: "clearml",
      service: "clearml-session-1",
      ports: [{ port: 10_022 }],
      endpoints: [
        { address: "10.244.1.37", pod: "clearml/clearml-id-a" },
        { address: "10.244.2.52", pod: "clearml/clearml-id-b", ready: false },
      ],
    });
    expect(find({ pods: [a, b], services: [service()], slices: [unready] })).toEqual([]);
  });

  describe("no proxy of the cluster routes to the Service", () => {
    const versioned = (...minors: readonly number[]) =>
      minors.map((minor, place) =>
        buildNode({ name: `n${String(place)}`, ip: `10.190.1.${String(place + 1)}`, kubeletVersion: `v1.${String(minor)}.0` }),
      );
    const severities = (partial: Parameters<typeof service>[0], of: SnapshotParts = {}, nodePortAddresses: readonly string[] = []) => {
      const configmaps = [buildConfigMap({ name: "kube-proxy", proxy: { nodePortAddresses } })];
      return find({ pods: [a, b], services: [service(partial)], slices: [slice([a, b])], configmaps, ...of }).map(
        ({ severity, ports, title }) => `${severity} ${ports.map(({ port }) => port).join()} ${title}`,
      );
    };
    const critical = ["critical 30001 30001/TCP reaches two owners"];
    const labels = { "service.kubernetes.io/headless": "" };

    test("every kube-proxy passes it over by its label: nothing; one of 1.36 does not, or no node is known: critical", () => {
      expect(severities({ labels }, { nodes: versioned(34, 35) })).toEqual([]);
      expect(severities({ labels }, { nodes: versioned(35, 36) })).toEqual(critical);
      expect(severities({ labels }, { nodes: [] })).toEqual(critical);
    });

    test("nodePortAddresses leave out every node: the cluster IP alone is mixed, an external IP still on its port", () => {
      expect(severities({}, {}, ["127.0.0.0/8"])).toEqual(["warning  clearml/clearml-session-1 reaches two owners"]);
      expect(severities({ externalIPs: ["198.18.0.7"] }, {}, ["127.0.0.0/8"])).toEqual(["critical 10022 10022/TCP reaches two owners"]);
      expect(severities({}, {}, ["10.190.1.3/32"])).toEqual(critical);
      expect(severities({}, {}, ["10.190.0.0/16"])).toEqual(critical);
    });

    test("policy Local: critical only where the node with two owners accepts node ports", () => {
      const beside = session("clearml-id-c", "gpu-h200-1", "10.244.1.38", "agent-c", "a100", "c");
      const of = { pods: [a, beside], slices: [slice([a, beside])] };
      expect(severities({ externalTrafficPolicy: "Local" }, of, ["10.190.1.1/32"])).toEqual(critical);
      expect(severities({ externalTrafficPolicy: "Local" }, of, ["10.190.1.3/32"])).toEqual(["info 30001 30001/TCP reaches two owners"]);
    });
  });

  test("one Helm release's metrics behind a ClusterIP are scraped pod by pod: nothing; of two releases, of another port or on nodes they are a mixture", () => {
    const labels = { "app.kubernetes.io/name": "redis" };
    const part = (name: string, release: string, place: number) =>
      buildPod({
        name: `${name}-0`,
        node: "cpu-1",
        ip: `10.244.3.${String(place)}`,
        labels: { ...labels, "app.kubernetes.io/instance": release },
        controller: { kind: "StatefulSet", name },
        ports: [{ name: "metrics", containerPort: 9121 }],
      });
    const severities = (replica: string, port: object, type: "ClusterIP" | "NodePort" = "ClusterIP") => {
      const pods = [part("cache-master", "cache", 1), part("cache-replicas", replica, 2)];
      const entry = { name: "http-metrics", port: 9121, targetPort: "metrics", ...port };
      return find({
        pods,
        services: [buildService({ name: "cache-metrics", type, selector: labels, ports: [entry] })],
        slices: [
          buildSlice({
            service: "cache-metrics",
            ports: [{ name: entry.name, port: 9121 }],
            endpoints: pods.map(({ name, podIPs }) => ({ address: podIPs[0] ?? "", pod: `default/${name}` })),
          }),
        ],
      }).map(({ severity }) => severity);
    };
    expect(severities("cache", {})).toEqual([]);
    expect(severities("other", {})).toEqual(["warning"]);
    expect(severities("cache", { name: "redis" })).toEqual(["warning"]);
    expect(severities("cache", { nodePort: 30_121 }, "NodePort")).toEqual(["critical"]);
  });

  test("F41: acknowledged until a day, for exactly these owners; critical again after it or with a third owner", () => {
    const acknowledgements = [
      {
        rule: "mixed-owners",
        subject: "Service/clearml/clearml-session-1",
        owners: ["Pod/clearml-id-a", "Pod/clearml-id-b"],
        reason: "canary",
        by: "ops",
        until: "2026-05-12",
      },
    ];
    const parts = { nodes, pods: [a, b], services: [service()], slices: [slice([a, b])] };
    const at = (nowMs: number, extra: SnapshotParts = parts) =>
      runRules(buildSnapshot(extra), buildContext({ acknowledgements }, nowMs)).findings.find(({ rule }) => rule === "mixed-owners");
    expect(at(testNowMs)).toMatchObject({ severity: "info", acknowledged: { reason: "canary", by: "ops", until: "2026-05-12" } });
    expect(at(testNowMs + 86_400_000)).toMatchObject({ severity: "critical", acknowledged: null });
    const c = session("clearml-id-c", "cpu-1", "10.244.3.9", "agent-c", "c", "c");
    expect(at(testNowMs, { nodes, pods: [a, b, c], services: [service()], slices: [slice([a, b, c])] })).toMatchObject({
      severity: "critical",
      acknowledged: null,
    });
  });

  test("the fingerprint stays while pods come and go, and forbids nothing to be judged silently", () => {
    const fingerprint = (pods: readonly (typeof a)[]) => find({ pods, services: [service()], slices: [slice(pods)] })[0]?.fingerprint;
    const c = session("clearml-id-c", "cpu-1", "10.244.3.9", "agent-c", "c", "c");
    expect(fingerprint([a, c])).toBe(fingerprint([a, b]));
    const blind = runRules(
      buildSnapshot({
        nodes,
        pods: [a, b],
        services: [service()],
        slices: [slice([a, b])],
        kinds: { endpointslices: { state: "live", forbiddenNamespaces: ["clearml"] } },
      }),
      buildContext(),
    );
    expect(blind.findings.filter(({ rule }) => rule === "mixed-owners")).toEqual([]);
    expect(blind.notEvaluated).toContainEqual({ rule: "mixed-owners", missing: ["endpointslices"], namespaces: ["clearml"] });
  });
});
