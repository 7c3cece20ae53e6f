import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkManifest, describeSaying, noAssumptions, runRules, type Context, type Remedies } from "@/lib/core";
import { app, runPods } from "@/lib/core/testing/apps";
import { buildContext, buildNode, buildPod, buildSnapshot, buildWorkload, type SnapshotParts } from "@/lib/core/testing/builders";
import { remove } from "@/lib/core/testing/manifests";
import { readManifest } from "./manifest/read-manifest";
import { ask, calm, patchWorkloads } from "./remedies.testkit";

const nodes = [1, 2, 3].map((place) =>
  buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}`, labels: { pool: place < 3 ? "edge" : "gpu", zone: "a" } }),
);
const on = (hostPort: number) => [{ containerPort: 80, hostPort }];
const edge = (where: readonly number[], hostPort: number) => runPods("Deployment", "edge", where, { app: "edge" }, on(hostPort));
const template = (hostPort: number) => ({ labels: { app: "edge" }, containers: [{ ports: on(hostPort) }] });
const waiting = (name: string, hostPort: number) =>
  buildPod({
    name,
    phase: "Pending",
    controller: { kind: "ReplicaSet", name: "edge-5d4f" },
    labels: { app: "edge", "pod-template-hash": "5d4f" },
    unschedulable: { reason: "Unschedulable", noFreePorts: true },
    ports: on(hostPort),
  });
const reasons = ({ unavailable }: Remedies): string => unavailable.map(({ reason }) => describeSaying(reason)).join("\n");

const band = { name: "x", kind: "hostPort" as const, ports: { first: 8000, last: 8099 } };
const allow = { namespaces: ["x"], labels: null };
const bands = buildContext({ bands: [{ ...band, owner: null, allow }] });
const other = runPods("DaemonSet", "other", [1, 2, 3], { app: "other" }, on(8080));

describe("another host port makes the finding go away, and brings no other", () => {
  test.for<{ rule: string; name: string; parts: SnapshotParts; policy?: Context; after?: number }>([
    { rule: "outside-band", name: "a stranger in a band", parts: { pods: edge([1, 2], 8080) }, policy: bands },
    {
      rule: "reservation-broken",
      name: "a number that is reserved",
      parts: { pods: edge([1], 8080) },
      policy: buildContext({
        reservations: [{ port: 8080, kind: "hostPort", node: null, protocol: null, purpose: "x", until: null, ticket: null, allow: null }],
      }),
    },
    {
      rule: "block-intruder",
      name: "F51: a number that an allocator hands out",
      parts: { pods: edge([1], 8080) },
      policy: buildContext({ blocks: [{ ...band, name: "agones", allow }] }),
    },
    { rule: "reserved-system-port", name: "SSH of the node", parts: { pods: edge([1], 22) } },
    {
      rule: "ephemeral-overlap",
      name: "a number that the nodes take for outgoing connections",
      parts: { pods: edge([1], 40_000) },
      policy: buildContext({ clusters: { "*": { ...noAssumptions, ephemeralPortRange: { first: 32_768, last: 60_999 } } } }),
    },
    {
      rule: "host-port-on-node-port",
      name: "F29: the number of a Service",
      parts: app(
        [...edge([1], 30_080), ...runPods("Deployment", "web", [2], { app: "web" }, [{ containerPort: 8080 }])],
        [{ name: "web", selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30_080 }] }],
      ),
    },
    {
      rule: "host-port-conflict",
      name: "a pod waits for what others hold on every node",
      parts: { pods: [...other, waiting("edge-0", 8080)] },
    },
    {
      rule: "host-port-conflict",
      name: "the kubelet failed it",
      parts: { pods: [...other, { ...waiting("edge-0", 8080), phase: "Failed", reason: "NodePorts", nodeName: "n1" }] },
    },
    {
      rule: "host-port-capacity",
      name: "others hold it on some of the nodes",
      parts: { pods: other.slice(0, 1), deployments: [buildWorkload({ name: "edge", replicas: 3, template: template(8080) })] },
    },
  ])("$rule: $name", ({ rule, parts, policy = calm }) => {
    const all = { nodes, ...parts };
    const before = runRules(buildSnapshot(all), policy).findings;
    const { finding, answer } = ask(all, rule, "hostPort", policy);
    const remedy = answer.remedies.find(({ variant }) => variant === null);
    expect(finding.remedies).toContain("hostPort");
    expect(before.length).toBeGreaterThan(0);
    expect(runRules(buildSnapshot(patchWorkloads(all, remedy?.yaml ?? "")), policy).findings).toEqual([]);
    expect(remedy?.endpoints.map(({ owner, after }) => [owner, after])).toEqual([["Deployment/default/edge", 1024]]);
    expect(remedy?.gains.map((each) => describeSaying(each)).join()).toContain("1024/TCP, free on all 3 nodes that its pods may land on");
  });

  test("a new pod on the last node needs the place of the old one: the patch lets it go first", () => {
    const workload = buildWorkload({ name: "edge", replicas: 3, template: template(8080) });
    const parts = { nodes, pods: edge([1, 2, 3], 8080), deployments: [workload] };
    const [remedy] = ask(parts, "outside-band", "hostPort", bands).answer.remedies;
    expect(parse(remedy?.yaml ?? "")).toMatchObject({ spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } });
    expect(runRules(buildSnapshot(patchWorkloads(parts, remedy?.yaml ?? "")), bands).findings).toEqual([]);
    expect(describeSaying(remedy?.wayBack ?? { code: "step.apply", values: {} })).toBe("kubectl rollout undo deployment/edge -n default");
  });

  test("two protocols on one number move together, and the patch states the whole list: it joins ports by their number", () => {
    const dns = [
      { name: "dns", containerPort: 53, hostPort: 8053 },
      { name: "dns-tcp", containerPort: 53, protocol: "UDP" as const, hostPort: 8053, hostIP: "10.0.0.1" },
      { containerPort: 9153 },
    ];
    const parts = { nodes, pods: runPods("DaemonSet", "dns", [1], {}, dns) };
    const [remedy] = ask(parts, "outside-band", "hostPort", bands).answer.remedies;
    const patched = patchWorkloads(parts, remedy?.yaml ?? "");
    expect(patched.pods?.[0]?.containers[0]?.ports).toEqual([
      { name: "dns", containerPort: 53, protocol: "TCP", hostPort: 1024, hostIP: "" },
      { name: "dns-tcp", containerPort: 53, protocol: "UDP", hostPort: 1024, hostIP: "10.0.0.1" },
      { name: "", containerPort: 9153, protocol: "TCP", hostPort: 0, hostIP: "" },
    ]);
  });

  test("the lines for a bare pod belong into the template that makes it", () => {
    const parts = { nodes, pods: runPods(null, "session", [2], {}, on(8080)) };
    const [remedy] = ask(parts, "outside-band", "hostPort", bands).answer.remedies;
    expect(parse(remedy?.yaml ?? "")).toMatchObject({
      kind: "Pod",
      spec: { containers: [{ ports: [{ containerPort: 80, hostPort: 1024 }] }] },
    });
    expect(remedy?.steps.map(({ code }) => code)).toEqual(["step.template", "step.tell"]);
    expect(describeSaying(remedy?.wayBack ?? { code: "step.apply", values: {} })).toBe("put 8080/TCP back into the template");
    expect(remedy?.endpoints[0]?.addresses).toEqual(["10.0.0.2"]);
  });

  test.for<{ name: string; rule: string; parts: SnapshotParts; policy?: Context; says: RegExp }>([
    {
      name: "a listener on the node itself",
      rule: "outside-band",
      parts: { pods: runPods("DaemonSet", "agent", [1], {}, [{ containerPort: 8080 }], { hostNetwork: true }) },
      policy: bands,
      says: /DaemonSet\/default\/agent listens on the node itself/,
    },
    {
      name: "pods that no template makes",
      rule: "outside-band",
      parts: { pods: runPods("Cluster", "db", [1], {}, on(8080)) },
      policy: bands,
      says: /Cluster\/default\/db has no pod template/,
    },
    {
      name: "F27: a load balancer's pods stand for Services",
      rule: "host-port-conflict",
      parts: {
        pods: [1, 2].map((place) =>
          buildPod({
            name: `svclb-${String(place)}`,
            controller: { kind: "DaemonSet", name: `svclb-${String(place)}` },
            labels: {
              "svccontroller.k3s.cattle.io/svcname": `web-${String(place)}`,
              "svccontroller.k3s.cattle.io/svcnamespace": "default",
            },
            ...(place === 1 ? { node: "n1", ip: "10.244.1.1" } : { phase: "Pending", unschedulable: { reason: "x", noFreePorts: true } }),
            ports: on(80),
          }),
        ),
      },
      says: /Service\/default\/web-2: pods of a load balancer hold the port for it/,
    },
    {
      name: "a holder that is on its way out",
      rule: "host-port-conflict",
      parts: { pods: [...other.map((pod) => ({ ...pod, deletedAtMs: 1 })), waiting("edge-0", 8080)] },
      says: /is being deleted: the pod is placed once it is gone/,
    },
    {
      name: "more pods than nodes, whatever the number",
      rule: "outside-band",
      parts: {
        pods: edge([1, 2, 3], 8080),
        deployments: [
          buildWorkload({
            name: "edge",
            replicas: 4,
            strategy: { type: "Recreate", maxSurge: null, maxUnavailable: null },
            template: template(8080),
          }),
        ],
      },
      policy: bands,
      says: /runs 4 pods, and may use 3 nodes only/,
    },
    {
      name: "no number in a band where it may stand",
      rule: "outside-band",
      parts: { pods: edge([1], 8080) },
      policy: buildContext({ bands: [{ ...band, ports: { first: 1, last: 29_999 }, owner: null, allow }] }),
      says: /no host port is free/,
    },
  ])("$name cannot be moved, and the reason is told", ({ rule, parts, policy, says }) => {
    const { finding, answer } = ask({ nodes, ...parts }, rule, "hostPort", policy);
    expect(finding.remedies).not.toContain("hostPort");
    expect(reasons(answer)).toMatch(says);
  });
});

describe("one pod for each node", () => {
  const crowd: SnapshotParts = {
    nodes,
    pods: [...edge([1, 2, 3], 8080), waiting("edge-9", 8080)],
    deployments: [buildWorkload({ name: "edge", replicas: 4, template: template(8080) })],
  };
  const planned: SnapshotParts = { ...crowd, pods: [] };
  const two: SnapshotParts = {
    nodes,
    pods: runPods("DaemonSet", "other", [3], { app: "other" }, on(8080)),
    deployments: [buildWorkload({ name: "edge", replicas: 3, template: template(8080) })],
  };

  test.for([
    { name: "a pod waits for its own kind", rule: "host-port-conflict", parts: crowd, replicas: 3 },
    { name: "said before it waits", rule: "host-port-capacity", parts: planned, replicas: 3 },
    { name: "others hold one node", rule: "host-port-capacity", parts: two, replicas: 2 },
  ])("as many replicas as nodes: $name", ({ rule, parts, replicas }) => {
    const { answer } = ask(parts, rule, "hostPort");
    const remedy = answer.remedies.find(({ variant }) => variant === "replicas");
    expect(parse(remedy?.yaml ?? "")).toMatchObject({ spec: { replicas } });
    expect(runRules(buildSnapshot(patchWorkloads(parts, remedy?.yaml ?? "")), calm).findings).toEqual([]);
  });

  /** The Deployment as it may stand in the cluster, with what Portolan never reads. */
  const live = (nodeSelector: object) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "edge", namespace: "default", uid: "u", resourceVersion: "7", labels: { app: "edge" } },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "edge" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: { app: "edge" } },
        spec: { ...nodeSelector, containers: [{ name: "main", image: "registry.example.com/edge:7", ports: on(8080) }] },
      },
    },
    status: {},
  });

  test.for<{ name: string; rule: string; parts: SnapshotParts; placement: object; wanted: object | undefined; count: number }>([
    { name: "a pod waits", rule: "host-port-conflict", parts: crowd, placement: {}, wanted: undefined, count: 3 },
    { name: "said before it waits", rule: "host-port-capacity", parts: planned, placement: {}, wanted: undefined, count: 3 },
    {
      name: "others hold one node, and a label tells it",
      rule: "host-port-capacity",
      parts: two,
      placement: {},
      wanted: { pool: "edge" },
      count: 2,
    },
    {
      name: "the same beside a selector of its own",
      rule: "host-port-capacity",
      parts: {
        ...two,
        deployments: [
          buildWorkload({
            name: "edge",
            replicas: 3,
            template: { ...template(8080), placement: { nodeSelector: { zone: "a" }, requiredAffinity: null, tolerations: [] } },
          }),
        ],
      },
      placement: { nodeSelector: { zone: "a" } },
      wanted: { zone: "a", pool: "edge" },
      count: 2,
    },
    {
      name: "a rollout that has no spare node",
      rule: "host-port-rollout-deadlock",
      parts: {
        nodes,
        daemonsets: [],
        deployments: [
          buildWorkload({
            name: "edge",
            replicas: 3,
            strategy: { type: "RollingUpdate", maxSurge: 1, maxUnavailable: 0 },
            template: template(8080),
          }),
        ],
      },
      placement: {},
      wanted: undefined,
      count: 3,
    },
  ])("a DaemonSet in its place: $name", ({ rule, parts, placement, wanted, count }) => {
    const { finding, answer } = ask(parts, rule, "daemonSet");
    const [remedy] = answer.remedies;
    expect(finding.remedies).toContain("daemonSet");
    const made = applyJsonPatch(live(placement), parse(remedy?.yaml ?? "") as readonly Operation[]);
    expect(made).toMatchObject({
      kind: "DaemonSet",
      spec: { template: { spec: { containers: [{ image: "registry.example.com/edge:7" }] } } },
    });
    expect(Object.keys(made)).toEqual(["apiVersion", "kind", "metadata", "spec"]);
    expect((made as { spec: { template: { spec: { nodeSelector?: object } } } }).spec.template.spec.nodeSelector).toEqual(wanted);
    const { manifest, errors } = readManifest([{ file: "daemonset.yaml", text: JSON.stringify(made) }], "default");
    expect(errors).toEqual([]);
    const base = buildSnapshot({ daemonsets: [], ...parts });
    const { introduced, resolved, after } = checkManifest(base, calm, { objects: [remove("Deployment", "edge"), ...manifest.objects] });
    expect([introduced, resolved.map(({ fingerprint }) => fingerprint)]).toEqual([[], [finding.fingerprint]]);
    expect([...after.pods.values()].filter(({ controller }) => controller?.name === "edge")).toHaveLength(count);
  });

  test.for([
    {
      name: "it is made by something else",
      parts: { ...crowd, deployments: crowd.deployments?.map((each) => ({ ...each, controller: { kind: "Shop", name: "s" } })) ?? [] },
      says: /Deployment\/default\/edge is made by Shop s/,
    },
    {
      name: "fewer pods than nodes were meant",
      parts: {
        nodes: [...nodes, buildNode({ name: "n4" }), buildNode({ name: "n5" })],
        pods: [...other, waiting("edge-0", 8080)],
        deployments: [buildWorkload({ name: "edge", replicas: 1, template: template(8080) })],
      },
      says: /Deployment\/default\/edge wants fewer pods than the 2 nodes that it may use/,
    },
    {
      name: "no label leaves out where others stand",
      parts: { ...two, nodes: nodes.map((node) => ({ ...node, labels: {} })) },
      says: /DaemonSet\/default\/other: on n3 the port is held, and no node label leaves these nodes out/,
    },
  ])("no DaemonSet where $name, and the reason is told", ({ parts, says }) => {
    const rule = parts.pods?.some(({ phase }) => phase === "Pending") === true ? "host-port-conflict" : "host-port-capacity";
    expect(reasons(ask(parts, rule, "daemonSet").answer)).toMatch(says);
  });
});

type Operation = { readonly op: "test" | "add" | "replace" | "remove"; readonly path: string; readonly value?: unknown };

/** RFC 6902, as far as the remedies use it; like kubectl, it refuses what does not fit the object. */
function applyJsonPatch(object: object, operations: readonly Operation[]): object {
  const copy = structuredClone(object) as Record<string, unknown>;
  for (const { op, path, value } of operations) {
    const keys = path
      .slice(1)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop() ?? "";
    const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
    if (op === "test") expect(parent[last]).toEqual(value);
    else if (op === "remove") {
      expect(parent).toHaveProperty([last]);
      Reflect.deleteProperty(parent, last);
    } else parent[last] = value;
  }
  return copy;
}
