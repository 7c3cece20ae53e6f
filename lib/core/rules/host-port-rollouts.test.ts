import { describe, expect, test } from "vitest";
import { buildContext, buildNode, buildPod, buildSnapshot, buildWorkload, testNowMs, type SnapshotParts } from "../testing/builders";
import type { WorkloadRecord } from "../model/workload";
import { runRules } from "./run-rules";

const nodes = ["n1", "n2", "n3"].map((name, place) =>
  buildNode({ name, ip: `10.0.0.${String(place + 1)}`, labels: { pool: name === "n1" ? "edge" : "cpu" } }),
);
const onEdge = { nodeSelector: { pool: "edge" }, requiredAffinity: null, tolerations: [] };
const containers = [{ ports: [{ containerPort: 8443, hostPort: 443 }] }];
const rolling = (maxUnavailable: number | string | null, maxSurge: number | string | null = 1): WorkloadRecord["strategy"] => ({
  type: "RollingUpdate",
  maxUnavailable,
  maxSurge,
});
const edge = (replicas: number, strategy: WorkloadRecord["strategy"], template: object = {}) =>
  buildWorkload({ name: "edge", replicas, strategy, template: { containers, ...template } });
const pod = (node: string, partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({
    name: `edge-abc-${node}`,
    node,
    ip: `10.244.0.${node.slice(1)}`,
    labels: { "pod-template-hash": "abc" },
    controller: { kind: "ReplicaSet", name: "edge-abc" },
    ports: [{ containerPort: 8443, hostPort: 443 }],
    ...partial,
  });
const foreign = (node: string) => pod(node, { name: `other-${node}`, labels: {}, controller: { kind: "DaemonSet", name: "other" } });
const agent = (maxSurge: number | string | null, type = "RollingUpdate") =>
  buildWorkload({ name: "agent", kind: "DaemonSet", strategy: { type, maxUnavailable: 0, maxSurge }, template: { containers } });
const run = (parts: SnapshotParts) =>
  runRules(buildSnapshot({ nodes, deployments: [], daemonsets: [], ...parts }), buildContext()).findings.map(
    ({ rule, severity, nodes: where, ports }) =>
      `${severity} ${rule} ${ports.map(({ port }) => String(port)).join()} ${where.join()}`.trim(),
  );

describe("host-port-rollout-deadlock and host-port-capacity", () => {
  test.for<readonly [string, SnapshotParts, readonly string[]]>([
    [
      "F24: one replica, maxUnavailable 0, one eligible node",
      { deployments: [edge(1, rolling(0), { placement: onEdge })], pods: [pod("n1")] },
      ["warning host-port-rollout-deadlock 443 n1"],
    ],
    [
      "F24: said before its first pod runs",
      { deployments: [edge(1, rolling(0), { placement: onEdge })] },
      ["warning host-port-rollout-deadlock 443 n1"],
    ],
    [
      "F24: the default strategy rounds 25 % of one down to none",
      { deployments: [edge(1, rolling(null, null), { placement: onEdge })] },
      ["warning host-port-rollout-deadlock 443 n1"],
    ],
    [
      "25 % of four is one: it can go on",
      { nodes: [...nodes, buildNode({ name: "n4" })], deployments: [edge(4, rolling("25%", "25%"))] },
      [],
    ],
    ["a node is spare", { deployments: [edge(2, rolling(0))] }, []],
    [
      "the spare node's port is another's",
      { deployments: [edge(2, rolling(0))], pods: [foreign("n3")] },
      ["warning host-port-rollout-deadlock 443 n1,n2"],
    ],
    ["one may be unavailable", { deployments: [edge(1, rolling(1), { placement: onEdge })] }, []],
    ["both 0 mean that one may be unavailable", { deployments: [edge(1, rolling(0, 0), { placement: onEdge })] }, []],
    ["Recreate", { deployments: [edge(1, { type: "Recreate", maxUnavailable: null, maxSurge: null }, { placement: onEdge })] }, []],
    ["no host port", { deployments: [edge(1, rolling(0), { placement: onEdge, containers: [{ ports: [{ containerPort: 443 }] }] })] }, []],
    ["scaled to 0", { deployments: [edge(0, rolling(0), { placement: onEdge })] }, []],
    ["F25: a DaemonSet with maxSurge 2", { daemonsets: [agent(2)] }, ["warning host-port-rollout-deadlock 443"]],
    ["a DaemonSet with maxSurge 10%", { daemonsets: [agent("10%")] }, ["warning host-port-rollout-deadlock 443"]],
    ["a DaemonSet without surge", { daemonsets: [agent(0), { ...agent("0%"), name: "b" }, { ...agent(null), name: "c" }] }, []],
    ["a DaemonSet that is updated by hand", { daemonsets: [agent(2, "OnDelete")] }, []],
    ["more replicas than nodes", { deployments: [edge(4, rolling(1))] }, ["warning host-port-capacity 443 n1,n2,n3"]],
    [
      "more replicas than nodes where the port is free",
      { deployments: [edge(3, rolling(1))], pods: [foreign("n2")] },
      ["warning host-port-capacity 443 n1,n3"],
    ],
    ["as many replicas as nodes", { deployments: [edge(3, rolling(1))], pods: [pod("n1"), pod("n2"), pod("n3")] }, []],
    [
      "no node fits at all: that is no question of ports",
      { deployments: [edge(1, rolling(0), { placement: { ...onEdge, nodeSelector: { pool: "none" } } })] },
      [],
    ],
    [
      "a replica waits already: host-port-conflict speaks alone",
      {
        deployments: [edge(2, rolling(0), { placement: onEdge })],
        pods: [
          pod("n1"),
          buildPod({
            name: "edge-abc-x",
            phase: "Pending",
            createdAtMs: testNowMs - 1000,
            placement: onEdge,
            labels: { "pod-template-hash": "abc" },
            controller: { kind: "ReplicaSet", name: "edge-abc" },
            ports: [{ containerPort: 8443, hostPort: 443 }],
            unschedulable: { reason: "Unschedulable", noFreePorts: true },
          }),
        ],
      },
      ["critical host-port-conflict 443 n1"],
    ],
  ])("%s", ([, parts, expected]) => {
    expect(run(parts)).toEqual(expected);
  });

  test("workloads that were not collected: not evaluated, never clean", () => {
    const { notEvaluated } = runRules(buildSnapshot({ nodes }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "host-port-capacity", missing: ["deployments"], namespaces: "all" });
    expect(notEvaluated).toContainEqual({ rule: "host-port-rollout-deadlock", missing: ["deployments", "daemonsets"], namespaces: "all" });
  });
});
