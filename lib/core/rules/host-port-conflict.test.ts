import { describe, expect, test } from "vitest";
import {
  buildContext,
  buildEvent,
  buildNode,
  buildPod,
  buildSnapshot,
  buildWorkload,
  testNowMs,
  type SnapshotParts,
} from "../testing/builders";
import type { Placement } from "../model/placement";
import { runRules } from "./run-rules";

const nodes = [buildNode({ name: "n1", ip: "10.0.0.1" }), buildNode({ name: "n2", ip: "10.0.0.2" })];
type PodPartial = Partial<Parameters<typeof buildPod>[0]>;
const port = (hostPort: number, partial: object = {}) => [{ containerPort: 80, hostPort, ...partial }];
const holder = (node: string, partial: PodPartial = {}) =>
  buildPod({
    name: `edge-${node}`,
    node,
    ip: `10.244.0.${node.slice(1)}`,
    controller: { kind: "DaemonSet", name: "edge" },
    ports: port(443),
    ...partial,
  });
const waiting = (partial: PodPartial = {}) =>
  buildPod({
    name: "proxy-abc-1",
    phase: "Pending",
    createdAtMs: testNowMs - 3_600_000,
    labels: { "pod-template-hash": "abc" },
    controller: { kind: "ReplicaSet", name: "proxy-abc" },
    unschedulable: { reason: "Unschedulable", noFreePorts: true },
    ports: port(443),
    ...partial,
  });
const onNode = (name: string): Placement => ({
  nodeSelector: {},
  requiredAffinity: [{ expressions: [], fields: [{ key: "metadata.name", operator: "In", values: [name] }] }],
  tolerations: [],
});
const run = (parts: SnapshotParts) => runRules(buildSnapshot({ nodes, ...parts }), buildContext()).findings;
const find = (parts: SnapshotParts) => run(parts).filter(({ rule }) => rule === "host-port-conflict");

describe("host-port-conflict", () => {
  test("a pod waits for 443, which a DaemonSet holds on every node: critical, with holder, state, nodes and the scheduler's words", () => {
    const event = buildEvent({
      name: "e",
      reason: "FailedScheduling",
      involvedObject: { kind: "Pod", namespace: "default", name: "proxy-abc-1" },
      message: "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.",
    });
    expect(find({ pods: [holder("n1"), holder("n2"), waiting()], events: [event] })).toMatchObject([
      {
        severity: "critical",
        ports: [{ port: 443, protocol: "TCP" }],
        nodes: ["n1", "n2"],
        subjects: [
          { kind: "DaemonSet", name: "edge" },
          { kind: "Deployment", name: "proxy" },
          { kind: "Pod", name: "proxy-abc-1" },
        ],
        sinceMs: testNowMs - 3_600_000,
        evidence: {
          newcomer: "Deployment/default/proxy",
          held: [
            { node: "n1", holder: "DaemonSet/default/edge", state: "Running", wantedIP: "0.0.0.0", heldIP: "0.0.0.0" },
            { node: "n2" },
          ],
          eligible: 2,
          event: event.message,
        },
      },
    ]);
  });

  test("F27: two LoadBalancer Services of k3s want 80: the finding is between the Services, whatever the pods are called", () => {
    const relay = (service: string, namespace: string, node: string, ports: readonly number[], partial: PodPartial = {}) =>
      buildPod({
        namespace: "kube-system",
        name: `svclb-${service}-${node}`,
        labels: { "svccontroller.k3s.cattle.io/svcname": service, "svccontroller.k3s.cattle.io/svcnamespace": namespace },
        controller: { kind: "DaemonSet", name: `svclb-${service}-12345678` },
        ports: ports.map((hostPort) => ({ containerPort: hostPort, hostPort })),
        ...partial,
      });
    const pods = ["n1", "n2"].flatMap((node) => [
      relay("traefik", "kube-system", node, [80, 443], { node, ip: `10.42.0.${node.slice(1)}` }),
      relay("shop", "web", node, [80], {
        phase: "Pending",
        placement: onNode(node),
        unschedulable: { reason: "Unschedulable", noFreePorts: true },
      }),
    ]);
    expect(find({ pods })).toMatchObject([
      {
        severity: "critical",
        subjects: [
          { kind: "Service", namespace: "kube-system", name: "traefik" },
          { kind: "Service", namespace: "web", name: "shop" },
        ],
        ports: [{ port: 80, protocol: "TCP" }],
        nodes: ["n1", "n2"],
        title: "80/TCP of Service/web/shop is held by Service/kube-system/traefik",
        summary: "2 pods cannot be placed on n1 and n2, of 2 nodes that they may use; the holder is Running.",
      },
    ]);
  });

  test("several ports of one pod are told in the plural", () => {
    const two = [...port(80), ...port(443)];
    expect(find({ pods: [holder("n1", { ports: two }), holder("n2", { ports: two }), waiting({ ports: two })] })).toMatchObject([
      { title: "80 and 443 of Deployment/default/proxy are held by DaemonSet/default/edge" },
    ]);
  });

  test("two holders are told in the plural", () => {
    const bare = (node: string) => holder(node, { controller: null });
    expect(find({ pods: [bare("n1"), bare("n2"), waiting()] })[0]?.summary).toMatch(/; the holders are Running\.$/);
  });

  test("one address meets every address, and a terminating holder still holds", () => {
    const pods = [holder("n1", { deletedAtMs: testNowMs, ports: port(443, { hostIP: "10.0.0.1" }) }), waiting({ placement: onNode("n1") })];
    expect(find({ pods })).toMatchObject([
      { nodes: ["n1"], evidence: { held: [{ state: "Terminating", wantedIP: "0.0.0.0", heldIP: "10.0.0.1" }] } },
    ]);
  });

  test("a pod that was bound by name and failed in the kubelet: on that node, while the holder is there", () => {
    const failed = waiting({ phase: "Failed", reason: "NodePorts", nodeName: "n2", unschedulable: null });
    expect(find({ pods: [holder("n1"), holder("n2"), failed] })).toMatchObject([
      { nodes: ["n2"], evidence: { pods: [{ state: "Failed" }] } },
    ]);
    expect(find({ pods: [holder("n1"), failed] })).toEqual([]);
    expect(
      find({
        pods: [holder("n2", { controller: { kind: "ReplicaSet", name: "proxy-abc" }, labels: { "pod-template-hash": "abc" } }), failed],
      }),
    ).toEqual([]);
  });

  test("nobody said why yet, but no node is free: critical; one node is free: nothing", () => {
    const silent = waiting({ unschedulable: null });
    expect(find({ pods: [holder("n1"), holder("n2"), silent] })).toHaveLength(1);
    expect(find({ pods: [holder("n1"), silent] })).toEqual([]);
    expect(find({ pods: [holder("n1"), holder("n2", { hostNetwork: true, ports: [{ containerPort: 443 }] }), silent] })).toHaveLength(1);
  });

  test("a rollout that waits for its own predecessor: nothing while it can go on, critical when it cannot", () => {
    const old = (node: string) =>
      holder(node, {
        name: `proxy-old-${node}`,
        labels: { "pod-template-hash": "old" },
        controller: { kind: "ReplicaSet", name: "proxy-old" },
      });
    const young = waiting({ createdAtMs: testNowMs - 5000 });
    const proxy = (maxUnavailable: number) =>
      buildWorkload({
        name: "proxy",
        replicas: 2,
        strategy: { type: "RollingUpdate", maxUnavailable, maxSurge: 1 },
        template: { containers: [{ ports: port(443) }] },
      });
    const parts = { pods: [old("n1"), old("n2"), young] };
    expect(find({ ...parts, deployments: [proxy(1)] })).toEqual([]);
    expect(find({ ...parts, deployments: [proxy(0)] })).toHaveLength(1);
    expect(find({ pods: [old("n1"), old("n2"), waiting()], deployments: [proxy(1)] })).toHaveLength(1);
  });

  test("the fingerprint stays while pods and nodes come and go", () => {
    const fingerprint = (name: string, node: string) =>
      find({ pods: [holder(node), waiting({ name, placement: onNode(node) })] })[0]?.fingerprint;
    expect(fingerprint("proxy-abc-1", "n1")).toBe(fingerprint("proxy-abc-2", "n2"));
  });

  test.for<readonly [string, SnapshotParts]>([
    [
      "F21: two addresses of one node",
      {
        pods: [
          holder("n1", { ports: port(8080, { hostIP: "10.1.1.1" }) }),
          waiting({ placement: onNode("n1"), ports: port(8080, { hostIP: "10.1.1.2" }) }),
        ],
      },
    ],
    [
      "F22: TCP and UDP",
      { pods: [holder("n1", { ports: port(8080) }), waiting({ placement: onNode("n1"), ports: port(8080, { protocol: "UDP" }) })] },
    ],
    ["both run on different nodes", { pods: [holder("n1"), holder("n2", { controller: { kind: "DaemonSet", name: "other" } })] }],
    ["it waits for something else", { pods: [holder("n1"), waiting({ unschedulable: { reason: "Unschedulable", noFreePorts: false } })] }],
    [
      "it waits for its gates",
      { pods: [holder("n1"), holder("n2"), waiting({ unschedulable: { reason: "SchedulingGated", noFreePorts: false } })] },
    ],
    [
      "the holder has finished",
      { pods: [holder("n1", { phase: "Succeeded" }), waiting({ placement: onNode("n1"), unschedulable: null })] },
    ],
    ["no node fits it anyway", { pods: [holder("n1"), waiting({ placement: onNode("n9"), unschedulable: null })] }],
    ["it asks for no host port", { pods: [holder("n1"), holder("n2"), waiting({ ports: [{ containerPort: 443 }] })] }],
    ["it is being deleted", { pods: [holder("n1"), holder("n2"), waiting({ deletedAtMs: testNowMs })] }],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("the holder is in a namespace that may not be read: said without a name; nodes that may not be read: not evaluated", () => {
    const kinds = { pods: { state: "live", forbiddenNamespaces: ["secret"] } } as const;
    expect(find({ pods: [waiting()], kinds })).toMatchObject([{ severity: "critical", nodes: [], evidence: { held: [] } }]);
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { nodes: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "host-port-conflict", missing: ["nodes"], namespaces: "all" });
  });
});
