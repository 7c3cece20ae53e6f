import { describe, expect, test } from "vitest";
import {
  buildContext,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  buildWorkload,
  type SnapshotParts,
} from "../testing/builders";
import { runRules } from "./run-rules";

const nodes = [buildNode({ name: "n1", ip: "10.0.0.1" })];
const find = (parts: SnapshotParts) =>
  runRules(buildSnapshot({ nodes, ...parts }), buildContext()).findings.filter(({ rule }) => rule === "no-endpoints");
const service = (selector: Readonly<Record<string, string>>, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({ name: "web", selector, ports: [{ port: 80, nodePort: 30_080 }], ...partial });

describe("no-endpoints", () => {
  test("F05: a mistyped segment of the selector's key: critical, and the pod that was meant is named", () => {
    const pods = [buildPod({ name: "session", node: "n1", ip: "10.244.0.1", labels: { "ai.allegro.agent.serial": "pod-1" } })];
    const [finding] = find({ pods, services: [service({ "ai.clearml.agent.serial": "pod-1" })] });
    expect(finding).toMatchObject({
      severity: "critical",
      title: "30080/TCP answers on no node",
      evidence: { cause: "near-miss", nearMiss: { slip: "key", wanted: "ai.clearml.agent.serial", has: "ai.allegro.agent.serial" } },
    });
  });

  test("ready pods that no slice offers are said to be ready", () => {
    const pods = ["a", "b", "c"].map((name, place) =>
      buildPod({ name, ip: `10.244.0.${String(place + 1)}`, labels: { app: "web" }, ready: name !== "c" }),
    );
    const said = (some: typeof pods) => find({ pods: some, services: [service({ app: "web" })] }).map(({ summary }) => summary);
    expect(said(pods)).toEqual(["default/web selects 3 pods; 2 are ready, but no EndpointSlice offers them."]);
    expect(said(pods.slice(1))).toEqual(["default/web selects 2 pods; 1 is ready, but no EndpointSlice offers it."]);
  });

  test("F55: an ExternalName Service is silent", () => {
    expect(find({ services: [service({ app: "x" }, { type: "ExternalName" })] })).toEqual([]);
  });

  test.for([
    {
      name: "pods are selected and none is ready",
      parts: {
        pods: [buildPod({ name: "p", ip: "10.244.0.1", labels: { app: "web" }, ready: false })],
        slices: [buildSlice({ service: "web", endpoints: [{ address: "10.244.0.1", ready: false }] })],
      },
      severity: "critical",
      cause: "not-ready",
    },
    { name: "nothing is selected at all", parts: {}, severity: "warning", cause: "nothing-selected" },
    {
      name: "its Deployment is scaled to 0",
      parts: { deployments: [buildWorkload({ name: "web", replicas: 0, template: { labels: { app: "web" } } })] },
      severity: "info",
      cause: "scaled-to-zero",
    },
  ])("$name: $severity", ({ parts, severity, cause }) => {
    expect(find({ services: [service({ app: "web" })], ...parts })).toMatchObject([{ severity, evidence: { cause } }]);
  });

  test("one value or the namespace may be the slip only where the selector has two pairs", () => {
    const pods = [buildPod({ name: "p", namespace: "default", labels: { app: "web", tier: "b" } })];
    expect(find({ pods, services: [service({ app: "web", tier: "a" })] })).toMatchObject([
      { severity: "critical", evidence: { nearMiss: { slip: "value" } } },
    ]);
    expect(find({ pods, services: [service({ app: "api" })] })).toMatchObject([{ severity: "warning" }]);
    expect(find({ pods, services: [service({ app: "web", tier: "b" }, { namespace: "other" })] })).toMatchObject([
      { severity: "critical", evidence: { nearMiss: { slip: "namespace", has: "default" } } },
    ]);
  });

  test("a Deployment at 0 explains it better than a pod that nearly matches", () => {
    const pods = [buildPod({ name: "p", labels: { app: "web", tier: "b" } })];
    const deployments = [buildWorkload({ name: "web-a", replicas: 0, template: { labels: { app: "web", tier: "a" } } })];
    expect(find({ pods, deployments, services: [service({ app: "web", tier: "a" })] })).toMatchObject([
      { severity: "info", evidence: { cause: "scaled-to-zero", nearMiss: null } },
    ]);
  });

  test("of a port whose name no pod declares target-port-missing tells, whatever the others do", () => {
    const pods = [
      buildPod({ name: "p", node: "n1", ip: "10.244.0.1", labels: { app: "web" }, ports: [{ name: "http", containerPort: 80 }] }),
    ];
    const ports = [
      { name: "http", port: 80, targetPort: "http", nodePort: 30_080 },
      { name: "admin", port: 81, targetPort: "admin", nodePort: 30_081 },
    ];
    const slices = [buildSlice({ service: "web", ports: [{ name: "http", port: 80 }], endpoints: [{ address: "10.244.0.1", pod: "p" }] })];
    const { findings } = runRules(buildSnapshot({ nodes, pods, slices, services: [service({ app: "web" }, { ports })] }), buildContext());
    expect(findings).toMatchObject([
      { rule: "target-port-missing", ports: [{ port: 30_081 }], evidence: { targetPorts: ["admin"], share: 1 } },
    ]);
    const unready = [{ ...slices[0], endpoints: [{ address: "10.244.0.1", pod: "p", ready: false }] }];
    expect(find({ pods, slices: unready.map(buildSlice), services: [service({ app: "web" }, { ports })] })).toMatchObject([
      { severity: "critical", ports: [{ port: 30_080 }], evidence: { cause: "not-ready" } },
    ]);
  });

  test("idle members of a family whose others are in use are one note", () => {
    const member = (number: number) =>
      buildService({
        name: `session-${String(number)}`,
        selector: { serial: `pod-${String(number)}` },
        ports: [{ port: 22, nodePort: 30_000 + number }],
      });
    const pods = [buildPod({ name: "p1", ip: "10.244.0.1", labels: { serial: "pod-1" } })];
    const found = find({
      pods,
      services: [1, 2, 3, 4].map(member),
      slices: [buildSlice({ service: "session-1", ports: [{ port: 22 }], endpoints: [{ address: "10.244.0.1", pod: "p1" }] })],
    });
    expect(found).toMatchObject([{ severity: "info", ports: [{ port: 30_002 }, { port: 30_003 }, { port: 30_004 }] }]);
  });

  describe("Services with one cause are one finding", () => {
    const at = (name: string, nodePort: number, selector: Readonly<Record<string, string>> | null) =>
      buildService({ name, selector, ports: [{ port: 80, nodePort }] });
    const summaries = (parts: SnapshotParts) =>
      find(parts).map(({ severity, ports, summary }) => `${severity} ${ports.map(({ port }) => port).join()}: ${summary}`);
    const crashing = (name: string, place: number, labels: Readonly<Record<string, string>>) =>
      buildPod({ name: `${name}-0`, ip: `10.244.0.${String(place)}`, labels, ready: false, controller: { kind: "StatefulSet", name } });

    test("the same owner's pods are not ready; those of another one are another cause", () => {
      const pods = [crashing("api", 1, { app: "api" }), crashing("api", 2, { app: "api", tier: "x" }), crashing("db", 3, { app: "db" })];
      const services = [at("api", 30_080, { app: "api" }), at("api-x", 30_081, { app: "api", tier: "x" }), at("db", 30_082, { app: "db" })];
      expect(
        summaries({ pods: [...pods.slice(0, 1), { ...pods[1], name: "api-1" } as (typeof pods)[0], ...pods.slice(2)], services }),
      ).toEqual([
        "critical 30080,30081: default/api and default/api-x select 2 pods, and none is usable.",
        "critical 30082: default/db selects 1 pod, and none is usable.",
      ]);
    });

    test("a key that an agent has renamed; the same slip in another namespace is another cause", () => {
      const pods = [1, 2].map((number) =>
        buildPod({ name: `p${String(number)}`, labels: { "ai.allegro.serial": `pod-${String(number)}` } }),
      );
      const services = [1, 2].map((number) => at(`s${String(number)}`, 30_000 + number, { "ai.clearml.serial": `pod-${String(number)}` }));
      const elsewhere = {
        pods: [...pods, { ...buildPod({ name: "p1", namespace: "b", labels: { "ai.allegro.serial": "pod-1" } }) }],
        services: [...services, { ...at("s3", 30_003, { "ai.clearml.serial": "pod-1" }), namespace: "b" }],
      };
      const told = "critical 30001,30002: The selectors' key is ai.clearml.serial; the pods carry ai.allegro.serial.";
      expect(summaries({ pods, services })).toEqual([told]);
      expect(summaries(elsewhere)).toEqual([
        told,
        "critical 30003: The selector key is ai.clearml.serial; the pod b/p1 carries ai.allegro.serial.",
      ]);
    });

    test("one Deployment at 0, and one selector of nothing; Services without a selector have nothing in common", () => {
      const deployments = [buildWorkload({ name: "web", replicas: 0, template: { labels: { app: "web", tier: "a" } } })];
      const services = [at("a", 30_080, { app: "web" }), at("b", 30_081, { app: "web", tier: "a" })];
      expect(summaries({ deployments, services })).toEqual([
        "info 30080,30081: The Deployment behind default/a and default/b is scaled to 0.",
      ]);
      expect(
        summaries({ services: [at("a", 30_080, { app: "x" }), at("b", 30_081, { app: "x" }), at("c", 30_082, { app: "y" })] }),
      ).toEqual(["warning 30080,30081: default/a and default/b select no pod at all.", "warning 30082: default/c selects no pod at all."]);
      expect(summaries({ services: [at("a", 30_080, null), at("b", 30_081, null)] })).toHaveLength(2);
    });

    test("a family of which nobody is in use; one in another namespace is another cause", () => {
      const family = (namespace: string, base: number) =>
        [10, 1, 2].map((number) => ({
          ...at(`session-${String(number)}`, base + number, { serial: `pod-${String(number)}` }),
          namespace,
        }));
      expect(summaries({ services: [...family("lab", 30_000), ...family("other", 30_020)] })).toEqual([
        "warning 30001,30002,30010: lab/session-1, lab/session-2 and lab/session-10 select no pod at all.",
        "warning 30021,30022,30030: other/session-1, other/session-2 and other/session-10 select no pod at all.",
      ]);
    });
  });

  describe("something else answers the number", () => {
    const two = [...nodes, buildNode({ name: "n2", ip: "10.0.0.2" })];
    const port = { port: 80, nodePort: 30_080 };

    test("a hostPort: where it does, and that the Service has no endpoint", () => {
      const pods = [buildPod({ name: "h", node: "n2", ip: "10.244.0.9", ports: [{ containerPort: 80, hostPort: 30_080 }] })];
      expect(find({ nodes: two, pods, services: [service({ app: "web" })] })).toMatchObject([
        {
          title: "30080/TCP has no endpoint",
          summary: "default/web selects no pod at all. The hostPort of default/h answers 30080/TCP on n2.",
          symptoms: ["another program answers on some addresses", "connection refused, at once, on the others"],
        },
      ]);
    });

    test.for<readonly [string, SnapshotParts["services"], string]>([
      [
        "a Service whose external IP is a node's",
        [service({ app: "web" }), buildService({ name: "edge", externalIPs: ["10.0.0.2"], ports: [{ port: 30_080 }] })],
        "Service default/edge answers 30080/TCP on 10.0.0.2.",
      ],
      [
        "a Service with the same external IP",
        [
          service({ app: "web" }, { externalIPs: ["198.18.0.7"], ports: [{ port: 80 }] }),
          buildService({ name: "edge", externalIPs: ["198.18.0.7"], ports: [{ port: 80 }] }),
        ],
        "Service default/edge answers 80/TCP on 198.18.0.7.",
      ],
      [
        "a nodePort that equals the port of an external IP of a node",
        [service({ app: "web" }, { externalIPs: ["10.0.0.1"], ports: [{ port: 30_080 }] }), buildService({ name: "edge", ports: [port] })],
        "Service default/edge answers 30080/TCP on 10.0.0.1.",
      ],
    ])("%s", ([, services, said]) => {
      const slices = [buildSlice({ service: "edge", endpoints: [{ address: "10.244.0.1", node: "n1" }] })];
      const [finding, ...rest] = find({ nodes: two, services: services ?? [], slices });
      expect(rest).toEqual([]);
      expect(finding?.summary).toBe(`default/web selects no pod at all. ${said}`);
    });

    test("of k3s' ServiceLB the pods stand for the Service itself: nothing else answers", () => {
      const labels = { "svccontroller.k3s.cattle.io/svcname": "web", "svccontroller.k3s.cattle.io/svcnamespace": "default" };
      const pods = [
        buildPod({
          name: "svclb-web",
          namespace: "kube-system",
          node: "n1",
          ip: "10.244.0.8",
          labels,
          ports: [{ containerPort: 80, hostPort: 80 }],
        }),
      ];
      const web = service({ app: "web" }, { type: "LoadBalancer", loadBalancerIngress: [{ ip: "10.0.0.1" }] });
      expect(find({ nodes: two, pods, services: [web] })).toMatchObject([
        { title: "80 and 30080 answer on no node", evidence: { instead: [] } },
      ]);
    });
  });

  test("a label makes every proxy pass the Service over: that is told by another rule", () => {
    const services = [service({ app: "web" }, { labels: { "service.kubernetes.io/headless": "" } })];
    const at = (minors: readonly number[]) =>
      find({ nodes: minors.map((minor) => buildNode({ name: `n${String(minor)}`, kubeletVersion: `v1.${String(minor)}.0` })), services });
    expect(at([34, 35])).toEqual([]);
    expect(at([35, 36])).toHaveLength(1);
    expect(at([])).toHaveLength(1);
  });

  test("slices that may not be read are no emptiness", () => {
    const { findings, notEvaluated } = runRules(
      buildSnapshot({ nodes, services: [service({ app: "web" })], kinds: { endpointslices: "forbidden" } }),
      buildContext(),
    );
    expect(findings.filter(({ rule }) => rule === "no-endpoints")).toEqual([]);
    expect(notEvaluated).toContainEqual({ rule: "no-endpoints", missing: ["endpointslices"], namespaces: "all" });
  });
});
