// What a healthy cluster holds, piece by piece and all together: no rule says a word about any of it.

import { expect, test } from "vitest";
import { app, joinParts, runPods, type Ports } from "../testing/apps";
import {
  buildConfigMap,
  buildContext,
  buildNode,
  buildService,
  buildSlice,
  buildSnapshot,
  buildWorkload,
  testNowMs,
  type SnapshotParts,
} from "../testing/builders";
import { runRules } from "./run-rules";

const nodes = [1, 2, 3].map((number) =>
  buildNode({
    name: `n${String(number)}`,
    ip: `10.0.0.${String(number)}`,
    podCIDRs: [`10.244.${String(number)}.0/24`],
    labels: number === 1 ? { "node-role.kubernetes.io/control-plane": "" } : {},
  }),
);

const http: Ports = [{ name: "http", containerPort: 8080 }];
const daemonSet = (name: string, namespace: string, labels: Readonly<Record<string, string>>, ports: Ports) =>
  buildWorkload({
    name,
    namespace,
    kind: "DaemonSet",
    strategy: { type: "RollingUpdate", maxUnavailable: 1, maxSurge: 0 },
    template: { labels, containers: [{ ports }] },
  });

const db = runPods("StatefulSet", "db", [1, 2, 3], { app: "db" }, [
  { name: "http", containerPort: 8080 },
  { name: "metrics", containerPort: 9187 },
]);
const rollout = ["stable", "canary"].flatMap((version, place) =>
  runPods("Rollout", `shop-${version}`, place === 0 ? [1, 2] : [3], { app: "shop", "rollouts-pod-template-hash": version }, http, {
    controller: { kind: "ReplicaSet", name: `shop-${version}` },
  }),
);
const pg = ["primary", "replica", "replica"].flatMap((role, place) =>
  runPods(
    "Cluster",
    "pg",
    [place + 1],
    { "cnpg.io/cluster": "pg", "cnpg.io/instanceRole": role },
    [{ name: "http", containerPort: 8080 }],
    {
      name: `pg-${String(place)}`,
    },
  ),
);
const dns = runPods(
  "Deployment",
  "coredns",
  [2, 3],
  { "k8s-app": "kube-dns" },
  [
    { name: "dns", containerPort: 53, protocol: "UDP" },
    { name: "dns-tcp", containerPort: 53 },
  ],
  { namespace: "kube-system" },
);
const dnsPorts = [
  { name: "dns", port: 53, targetPort: 53, protocol: "UDP" as const },
  { name: "dns-tcp", port: 53, targetPort: 53 },
];
const sessions = [1, 2, 3].flatMap((number) =>
  runPods(
    null,
    `clearml-id-${String(number)}`,
    [number],
    { "ai.allegro.agent.serial": `pod-${String(number)}`, CLEARML: "agent-1" },
    [{ containerPort: 10_022 }],
    { namespace: "clearml" },
  ),
);
const edge = runPods(
  "DaemonSet",
  "edge",
  [1, 2, 3],
  { app: "edge" },
  [
    { name: "http", containerPort: 80, hostPort: 80 },
    { name: "https", containerPort: 443, hostPort: 443 },
  ],
  { namespace: "ingress" },
);
const traefik = runPods("Deployment", "traefik", [2], { app: "traefik" }, [{ name: "web", containerPort: 8080 }], { namespace: "k3s" });
const relays = runPods(
  "DaemonSet",
  "svclb-traefik-1a2b3c4d",
  [1, 2, 3],
  { "svccontroller.k3s.cattle.io/svcname": "traefik", "svccontroller.k3s.cattle.io/svcnamespace": "k3s" },
  [{ containerPort: 8081, hostPort: 8081 }],
  { namespace: "kube-system" },
);
const shared = ["tcp", "udp"].map((name) => runPods("Deployment", `lb-${name}`, [2], { app: `lb-${name}` }, http));
const webhook = runPods(
  "Deployment",
  "operator",
  [2, 3],
  { "control-plane": "operator" },
  [
    { name: "webhook", containerPort: 9443 },
    { name: "metrics", containerPort: 8443 },
  ],
  { namespace: "operators" },
);
const leaving = runPods("Deployment", "rolling", [1, 2], { app: "rolling" }, http);
const hooks = runPods("Job", "migrate", [2], { job: "migrate" }, [], { phase: "Succeeded", ready: false });
const indexed = runPods("Job", "train", [1, 2], { job: "train" }, [{ name: "rdzv", containerPort: 29_500 }]);
const slow = runPods("Deployment", "big", [2], { app: "big" }, http, {
  phase: "Pending",
  ready: false,
  nodeName: null,
  podIPs: [],
  unschedulable: { reason: "Unschedulable", noFreePorts: false },
});
const kafka = [0, 1, 2].flatMap((number) =>
  runPods(
    "StatefulSet",
    "kafka",
    [number + 1],
    { app: "kafka", "statefulset.kubernetes.io/pod-name": `kafka-${String(number)}` },
    [{ name: "ext", containerPort: 9094 }],
    { name: `kafka-${String(number)}` },
  ),
);

const pieces: readonly (readonly [string, SnapshotParts])[] = [
  [
    "F47: one pod behind a NodePort of policy Cluster, which people reach on the pod's node only",
    app(runPods("Deployment", "solo", [2], { app: "solo" }, http), [
      { name: "solo", selector: { app: "solo" }, ports: [{ port: 80, targetPort: 8080, nodePort: 32_047 }] },
    ]),
  ],
  [
    "a StatefulSet with its headless Service, a ClusterIP, a NodePort and a metrics port",
    app(db, [
      { name: "db-headless", selector: { app: "db" }, clusterIPs: ["None"], ports: [{ name: "http", port: 8080, targetPort: "http" }] },
      { name: "db", selector: { app: "db" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
      { name: "db-external", selector: { app: "db" }, ports: [{ name: "http", port: 80, targetPort: 8080, nodePort: 31_207 }] },
      { name: "db-metrics", selector: { app: "db" }, ports: [{ name: "metrics", port: 9187, targetPort: 9187 }] },
    ]),
  ],
  [
    "a canary that a Rollout owns, with Services for both and for each version",
    app(rollout, [
      { name: "shop", selector: { app: "shop" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30_911 }] },
      { name: "shop-stable", selector: { app: "shop", "rollouts-pod-template-hash": "stable" }, ports: [{ port: 80, targetPort: 8080 }] },
      { name: "shop-canary", selector: { app: "shop", "rollouts-pod-template-hash": "canary" }, ports: [{ port: 80, targetPort: 8080 }] },
    ]),
  ],
  [
    "a database operator's -rw, -ro and -r",
    app(pg, [
      {
        name: "pg-rw",
        selector: { "cnpg.io/cluster": "pg", "cnpg.io/instanceRole": "primary" },
        ports: [{ port: 5432, targetPort: 8080, nodePort: 30_999 }],
      },
      {
        name: "pg-ro",
        selector: { "cnpg.io/cluster": "pg", "cnpg.io/instanceRole": "replica" },
        ports: [{ port: 5432, targetPort: 8080 }],
      },
      { name: "pg-r", selector: { "cnpg.io/cluster": "pg" }, ports: [{ port: 5432, targetPort: 8080 }] },
    ]),
  ],
  [
    "one NodePort for each broker and one for all, numbers by the allocator",
    app(kafka, [
      ...[32_411, 30_172, 31_890].map((nodePort, place) => ({
        name: `kafka-${String(place)}`,
        selector: { app: "kafka", "statefulset.kubernetes.io/pod-name": `kafka-${String(place)}` },
        ports: [{ port: 9094, nodePort }],
      })),
      { name: "kafka-bootstrap", selector: { app: "kafka" }, ports: [{ port: 9094, nodePort: 31_044 }] },
    ]),
  ],
  [
    "DNS on TCP and UDP, with a second Service for the node-local cache and one nodePort number for both protocols",
    app(dns, [
      { name: "kube-dns", namespace: "kube-system", selector: { "k8s-app": "kube-dns" }, ports: dnsPorts },
      { name: "kube-dns-upstream", namespace: "kube-system", selector: { "k8s-app": "kube-dns" }, ports: dnsPorts },
      {
        name: "lab-dns",
        namespace: "kube-system",
        selector: { "k8s-app": "kube-dns" },
        ports: dnsPorts.map((port) => ({ ...port, nodePort: 32_053 })),
      },
    ]),
  ],
  [
    "ClearML sessions, each with its Service, pinned in the static band",
    app(
      sessions,
      [1, 2, 3].map((number) => ({
        name: `clearml-session-${String(number)}`,
        namespace: "clearml",
        selector: { "ai.allegro.agent.serial": `pod-${String(number)}` },
        ports: [{ port: 10_022, nodePort: 30_000 + number }],
        pinnedNodePorts: [30_000 + number],
      })),
    ),
  ],
  [
    "an ingress DaemonSet with host ports, and its LoadBalancer with policy Local on every node",
    app(
      edge,
      [
        {
          name: "edge",
          namespace: "ingress",
          type: "LoadBalancer",
          selector: { app: "edge" },
          externalTrafficPolicy: "Local",
          healthCheckNodePort: 32_600,
          loadBalancerIngress: [{ ip: "192.0.2.80" }],
          ports: [
            { name: "http", port: 80, targetPort: 80, nodePort: 31_080 },
            { name: "https", port: 443, targetPort: 443, nodePort: 31_443 },
          ],
        },
      ],
      { daemonsets: [daemonSet("edge", "ingress", { app: "edge" }, [{ containerPort: 80, hostPort: 80 }])] },
    ),
  ],
  [
    "k3s: ServiceLB's relays hold the host port of their own Service on the nodes' addresses",
    app(
      [...traefik, ...relays],
      [
        {
          name: "traefik",
          namespace: "k3s",
          type: "LoadBalancer",
          selector: { app: "traefik" },
          loadBalancerIngress: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }, { ip: "10.0.0.3" }],
          ports: [{ name: "web", port: 8081, targetPort: 8080, nodePort: 31_577 }],
        },
      ],
      { daemonsets: [daemonSet("svclb-traefik-1a2b3c4d", "kube-system", {}, [{ containerPort: 8081, hostPort: 8081 }])] },
    ),
  ],
  [
    "MetalLB: two Services share an address on one number, TCP and UDP, and on another port",
    joinParts(
      ...shared.map((pods, place) =>
        app(pods, [
          {
            name: `lb-${place === 0 ? "tcp" : "udp"}`,
            type: "LoadBalancer" as const,
            selector: { app: `lb-${place === 0 ? "tcp" : "udp"}` },
            sharingKey: "edge",
            allocateLoadBalancerNodePorts: false,
            loadBalancerIngress: [{ ip: "192.0.2.81" }],
            ports: [
              { name: "a", port: 5000, targetPort: 8080, protocol: place === 0 ? ("TCP" as const) : ("UDP" as const) },
              { name: "b", port: 6000 + place, targetPort: 8080 },
            ],
          },
        ]),
      ),
    ),
  ],
  [
    "an operator's webhook and metrics Services, one of them by a number that its pods do not declare",
    app(webhook, [
      {
        name: "operator-webhook",
        namespace: "operators",
        selector: { "control-plane": "operator" },
        ports: [{ port: 443, targetPort: 9443 }],
      },
      {
        name: "operator-metrics",
        namespace: "operators",
        selector: { "control-plane": "operator" },
        ports: [{ port: 8443, targetPort: 8443 }],
      },
      {
        name: "operator-debug",
        namespace: "operators",
        selector: { "control-plane": "operator" },
        ports: [{ port: 6060, targetPort: 6060 }],
      },
    ]),
  ],
  [
    "a rollout under way: the old pod is terminating, the new one is not ready yet",
    app(
      leaving
        .map((pod, place) => (place === 0 ? { ...pod, deletedAtMs: testNowMs - 1000 } : pod))
        .concat(
          runPods("Deployment", "rolling", [3], { app: "rolling" }, http, {
            name: "rolling-new",
            ready: false,
            readyAtMs: testNowMs - 2000,
          }),
        ),
      [{ name: "rolling", selector: { app: "rolling" }, ports: [{ port: 80, targetPort: 8080, nodePort: 32_222 }] }],
    ),
  ],
  [
    "finished hook Jobs and a training Job with its headless Service",
    app(
      [...hooks, ...indexed],
      [{ name: "train", selector: { job: "train" }, clusterIPs: ["None"], ports: [{ port: 29_500, targetPort: "rdzv" }] }],
    ),
  ],
  [
    "a pod that waits for a GPU, behind a ClusterIP",
    app(slow, [{ name: "big", selector: { app: "big" }, ports: [{ port: 80, targetPort: 8080 }] }]),
  ],
  [
    "a ClusterIP of an app that is scaled to 0, an ExternalName, and the API server's own Service",
    joinParts(
      app(
        [],
        [
          { name: "idle", selector: { app: "idle" }, ports: [{ port: 80 }] },
          { name: "cdn", type: "ExternalName", clusterIPs: [] },
        ],
      ),
      {
        services: [buildService({ name: "kubernetes", ports: [{ name: "https", port: 443, targetPort: 6443 }] })],
        slices: [buildSlice({ service: "kubernetes", ports: [{ name: "https", port: 6443 }], endpoints: [{ address: "10.0.0.1" }] })],
      },
    ),
  ],
  [
    "the control plane's static pods, kube-proxy and exporters on the hosts' network",
    {
      pods: [
        ...runPods(null, "kube-apiserver", [1], { component: "kube-apiserver" }, [{ containerPort: 6443 }], {
          namespace: "kube-system",
          hostNetwork: true,
          staticPod: true,
          name: "kube-apiserver-n1",
        }),
        ...runPods(null, "etcd", [1], { component: "etcd" }, [{ containerPort: 2379 }, { containerPort: 2381 }], {
          namespace: "kube-system",
          hostNetwork: true,
          staticPod: true,
          name: "etcd-n1",
        }),
        ...runPods(
          "DaemonSet",
          "kube-proxy",
          [1, 2, 3],
          { "k8s-app": "kube-proxy" },
          [{ containerPort: 10_249 }, { containerPort: 10_256 }],
          {
            namespace: "kube-system",
            hostNetwork: true,
          },
        ),
        ...runPods("DaemonSet", "node-exporter", [1, 2, 3], { app: "node-exporter" }, [{ name: "metrics", containerPort: 9100 }], {
          namespace: "monitoring",
          hostNetwork: true,
        }),
      ],
      daemonsets: [daemonSet("node-exporter", "monitoring", { app: "node-exporter" }, [{ containerPort: 9100, hostPort: 9100 }])],
    },
  ],
];

const judge = (parts: SnapshotParts) => {
  const collected = {
    events: [],
    deployments: [],
    daemonsets: [],
    configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode: "iptables" } })],
  };
  return runRules(buildSnapshot({ nodes, ...collected, ...parts }), buildContext());
};

test.for(pieces)("%s: nothing, and every rule was evaluated", ([, parts]) => {
  const { findings, notEvaluated } = judge(parts);
  expect(findings.map(({ rule, title }) => `${rule}: ${title}`)).toEqual([]);
  expect(notEvaluated).toEqual([]);
});

test("all of it in one cluster: nothing", () => {
  const { findings } = judge(joinParts(...pieces.map(([, parts]) => parts)));
  expect(findings.map(({ rule, title }) => `${rule}: ${title}`)).toEqual([]);
});
