// The demo cluster: twelve nodes and what runs on them (contract.md "Snapshot file and demo cluster").

import type { ApiObject } from "../api-object";
import { suffixFor, templateHashOf } from "./names";
import { daysAgo, minutesAgo } from "./builders";
import { buildNode, type NodeSpec } from "./nodes";
import { buildPod, type PodSpec } from "./pods";

const pools: readonly (readonly [pool: string, zone: string, nodes: readonly string[]])[] = [
  ["h200", "a", ["gpu-01", "gpu-03", "gpu-04", "gpu-05"]],
  ["a100", "a", ["gpu-02", "gpu-06", "gpu-07", "gpu-08"]],
  ["l40s", "b", ["gpu-09", "gpu-10"]],
  ["cpu", "b", ["cpu-11", "cpu-12"]],
];

export const nodeSpecs: readonly NodeSpec[] = pools
  .flatMap(([pool, zone, names]) =>
    names.map((name): NodeSpec => ({ name, number: Number(name.slice(-2)), pool, zone, unschedulable: name === "gpu-08" })),
  )
  .sort((a, b) => a.number - b.number);

function nodeNamed(name: string): NodeSpec {
  const found = nodeSpecs.find((node) => node.name === name);
  if (found === undefined) throw new Error(`the story has no node ${name}`);
  return found;
}

export function buildNodes(): readonly ApiObject[] {
  return nodeSpecs.map(buildNode);
}

type DaemonRest = Pick<PodSpec, "ports" | "startedAt"> & {
  readonly ip?: number;
  readonly hostNetwork?: boolean;
  readonly label?: string;
  readonly command?: readonly string[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
};

/** A DaemonSet's pods: one on each of the nodes. */
function daemon(namespace: string, name: string, nodes: readonly NodeSpec[], rest: DaemonRest): readonly ApiObject[] {
  const { label = "app", ip = 2, ...spec } = rest;
  return nodes.map((node) =>
    buildPod({
      ...spec,
      namespace,
      name: `${name}-${suffixFor(`${name}/${node.name}`)}`,
      node,
      ip,
      labels: { [label]: name, "controller-revision-hash": templateHashOf(name) },
      owner: { kind: "DaemonSet", name },
    }),
  );
}

type WorkloadRest = {
  readonly on: readonly (readonly [node: string, ip: number])[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: PodSpec["ports"];
  readonly startedAt: number;
  readonly notReady?: number;
};

/** The pods of a Deployment or StatefulSet; `notReady`: the place of one that is not. */
function workload(kind: "Deployment" | "StatefulSet", namespace: string, name: string, rest: WorkloadRest): readonly ApiObject[] {
  return rest.on.map(([node, ip], place) => {
    const ordinal = `${name}-${String(place)}`;
    return buildPod({
      namespace,
      name: kind === "StatefulSet" ? ordinal : `${name}-${templateHashOf(name)}-${suffixFor(`${ordinal}/pod`)}`,
      node: nodeNamed(node),
      ip,
      labels: {
        ...rest.labels,
        ...(kind === "StatefulSet" ? { "statefulset.kubernetes.io/pod-name": ordinal, "apps.kubernetes.io/pod-index": String(place) } : {}),
      },
      owner: { kind, name },
      ports: rest.ports,
      startedAt: rest.startedAt,
      ...(rest.notReady === place ? { readyAt: null } : {}),
    });
  });
}

/** A session of a ClearML agent: a bare pod. */
function session(
  letter: string,
  node: string,
  ip: number,
  sessionNumber: number,
  agent: string,
  queue: string,
  task: string,
  startedAt: number,
  readyAt?: number,
): ApiObject {
  return buildPod({
    namespace: "clearml",
    name: `clearml-id-${letter}`,
    node: nodeNamed(node),
    ip,
    labels: {
      app: "clearml-agent",
      CLEARML: agent,
      "ai.allegro.agent.serial": `pod-${String(sessionNumber)}`,
      "clearml-agent-queue-name": queue,
      "clearml-task-id": task,
    },
    owner: null,
    ports: [{ name: "ssh", containerPort: 10_022 }],
    startedAt,
    ...(readyAt === undefined ? {} : { readyAt }),
  });
}

const agents = { h200: "agent-96e6ac6b", a100: "agent-fab4defe" } as const;

export function buildPods(): readonly ApiObject[] {
  const gpus = nodeSpecs.filter(({ name }) => name.startsWith("gpu"));
  return [
    // kube-proxy is older than every hostPort pod, so that the order of their rules cannot be known (31011).
    ...daemon("kube-system", "kube-proxy", nodeSpecs, {
      label: "k8s-app",
      hostNetwork: true,
      ports: [
        { name: "metrics", containerPort: 10_249 },
        { name: "healthz", containerPort: 10_256 },
      ],
      startedAt: daysAgo(203.6),
      command: ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"],
    }),
    ...daemon("kube-flannel", "kube-flannel-ds", nodeSpecs, { hostNetwork: true, ports: [], startedAt: daysAgo(203.5) }),
    ...daemon("monitoring", "node-exporter", nodeSpecs, {
      hostNetwork: true,
      ports: [{ name: "metrics", containerPort: 9100 }],
      startedAt: daysAgo(203.2),
    }),
    ...daemon("monitoring", "dcgm-exporter", gpus, {
      ip: 3,
      ports: [{ name: "metrics", containerPort: 9400, hostPort: 9400 }],
      startedAt: daysAgo(203.2),
      nodeSelector: { "nvidia.com/gpu.present": "true" },
    }),
    ...daemon(
      "kube-system",
      "registry-mirror",
      gpus.filter(({ number }) => number <= 8),
      {
        ip: 4,
        ports: [{ name: "registry", containerPort: 5000, hostPort: 5000 }],
        startedAt: daysAgo(112.1),
        nodeSelector: { "topology.kubernetes.io/zone": "a" },
      },
    ),
    ...workload("Deployment", "kube-system", "coredns", {
      on: [
        ["cpu-11", 5],
        ["cpu-12", 5],
      ],
      labels: { "k8s-app": "kube-dns" },
      ports: [
        { name: "dns", containerPort: 53, protocol: "UDP" },
        { name: "dns-tcp", containerPort: 53 },
      ],
      startedAt: daysAgo(203),
    }),

    session("a", "gpu-01", 37, 1, agents.h200, "h200", "8c1f42d0", daysAgo(6)),
    session("b", "gpu-02", 52, 1, agents.a100, "a100", "41be9a07", minutesAgo(45), minutesAgo(41)),
    session("c", "gpu-03", 31, 2, agents.h200, "h200", "1d7720aa", daysAgo(3)),
    session("d", "gpu-04", 32, 3, agents.h200, "h200", "5e0f11bc", daysAgo(5)),
    session("e", "gpu-05", 33, 4, agents.h200, "h200", "90cc3de1", daysAgo(2)),
    session("f", "gpu-06", 34, 5, agents.a100, "a100", "77ab0c42", daysAgo(4)),
    session("g", "gpu-07", 35, 6, agents.a100, "a100", "2f3e9d55", daysAgo(1)),
    session("h", "gpu-04", 36, 7, agents.h200, "h200", "c80d17f3", minutesAgo(24)),
    session("k", "gpu-06", 38, 9, agents.a100, "a100", "e4410b9d", minutesAgo(180)),

    ...workload("Deployment", "ingress-nginx", "ingress-nginx-controller", {
      on: [
        ["gpu-09", 10],
        ["gpu-10", 10],
      ],
      labels: { app: "ingress-nginx" },
      ports: [
        { name: "http", containerPort: 80 },
        { name: "https", containerPort: 443 },
      ],
      startedAt: daysAgo(30),
    }),
    ...workload("Deployment", "inference", "llm-gateway", {
      on: [
        ["gpu-09", 11],
        ["gpu-10", 11],
        ["gpu-10", 12],
        ["cpu-11", 11],
      ],
      labels: { app: "llm-gateway" },
      ports: [{ name: "http", containerPort: 8080 }],
      startedAt: daysAgo(18),
    }),
    ...workload("StatefulSet", "inference", "qwen-72b", {
      on: [
        ["cpu-11", 13],
        ["cpu-12", 13],
      ],
      labels: { app: "qwen-72b" },
      ports: [{ name: "http", containerPort: 8000 }],
      startedAt: daysAgo(12),
    }),
    ...workload("Deployment", "inference", "embed-bge", {
      on: [
        ["cpu-12", 14],
        ["cpu-12", 15],
        ["cpu-11", 14],
      ],
      labels: { app: "embed-bge" },
      ports: [{ name: "http", containerPort: 8000 }],
      startedAt: daysAgo(9),
      notReady: 2,
    }),
    ...workload("Deployment", "inference", "triton", {
      on: [["gpu-09", 16]],
      labels: { app: "triton" },
      ports: [
        { name: "http", containerPort: 8000 },
        { name: "grpc", containerPort: 8001 },
      ],
      startedAt: daysAgo(9),
    }),
    ...workload("Deployment", "inference", "triton-canary", {
      on: [["gpu-10", 17]],
      labels: { app: "triton-canary" },
      ports: [{ name: "http", containerPort: 8000, hostPort: 31_011 }],
      startedAt: minutesAgo(39),
    }),
    ...workload("Deployment", "monitoring", "grafana", {
      on: [["cpu-12", 18]],
      labels: { app: "grafana" },
      ports: [{ name: "http", containerPort: 3000 }],
      startedAt: daysAgo(20),
    }),
    ...workload("StatefulSet", "monitoring", "prometheus", {
      on: [["cpu-11", 19]],
      labels: { app: "prometheus" },
      ports: [{ name: "http", containerPort: 9090 }],
      startedAt: daysAgo(20),
    }),
    ...workload("StatefulSet", "monitoring", "alertmanager", {
      on: [["gpu-10", 20]],
      labels: { app: "alertmanager" },
      ports: [{ name: "http", containerPort: 9093 }],
      startedAt: daysAgo(20),
    }),
    ...workload("Deployment", "web", "storefront", {
      on: [
        ["cpu-11", 21],
        ["cpu-12", 21],
      ],
      labels: { app: "storefront", traffic: "prod" },
      ports: [{ name: "http", containerPort: 8080 }],
      startedAt: daysAgo(8),
    }),
    ...workload("Deployment", "web", "storefront-canary", {
      on: [["gpu-09", 22]],
      labels: { app: "storefront-canary", traffic: "prod" },
      ports: [{ name: "http", containerPort: 8080 }],
      startedAt: daysAgo(2),
    }),
    ...workload("Deployment", "infra", "lab-dns", {
      on: [
        ["cpu-11", 23],
        ["cpu-12", 23],
      ],
      labels: { app: "lab-dns" },
      ports: [
        { name: "dns", containerPort: 5353, protocol: "UDP" },
        { name: "dns-tcp", containerPort: 5353 },
      ],
      startedAt: daysAgo(60),
    }),
    ...workload("StatefulSet", "registry", "registry", {
      on: [["cpu-12", 24]],
      labels: { app: "registry" },
      ports: [{ name: "https", containerPort: 5443 }],
      startedAt: daysAgo(100),
    }),
    ...workload("Deployment", "tenant-a", "web", {
      on: [["cpu-11", 25]],
      labels: { app: "web" },
      ports: [{ name: "http", containerPort: 8080 }],
      startedAt: daysAgo(15),
    }),
    ...workload("Deployment", "tenant-b", "api", {
      on: [
        ["cpu-12", 26],
        ["cpu-11", 26],
      ],
      labels: { app: "api" },
      ports: [{ name: "http", containerPort: 8080 }],
      startedAt: daysAgo(5),
    }),
    ...workload("Deployment", "default", "toolbox", { on: [["cpu-11", 27]], labels: { app: "toolbox" }, ports: [], startedAt: daysAgo(7) }),
  ];
}
