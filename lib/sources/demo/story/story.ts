// The whole story as objects.

import type { ApiObject } from "../api-object";
import { daysAgo, isoTime, minutesAgo, nextUid, plantedToken, resetUids } from "./builders";
import { buildNodes, buildPods, nodeSpecs } from "./cluster";
import { suffixFor } from "./names";
import { buildService, resetClusterIPs } from "./services";
import { buildSlice } from "./slices";
import { buildWorkloads } from "./workloads";

/** Kinds and namespaces that the demo's account may not read. */
export const forbidden: readonly string[] = ["endpointslices/tenant-b"];

/** Every object at the story's moment, the same in every run. */
export function buildStory(): readonly ApiObject[] {
  resetUids();
  resetClusterIPs();
  const nodes = buildNodes();
  const pods = buildPods();
  const services = buildServices();
  const zones = new Map(nodeSpecs.map(({ name, zone }) => [name, zone]));
  const slices = services.map((service) => buildSlice(service, pods, zones, suffixFor(service.metadata.name)));
  return [...namespaces(), ...nodes, ...pods, ...services, ...slices, proxyConfig(), ...buildWorkloads(pods), ...buildEvents(pods)];
}

const namespaceNames = [
  "clearml",
  "default",
  "infra",
  "inference",
  "ingress-nginx",
  "kube-flannel",
  "kube-system",
  "monitoring",
  "registry",
  "tenant-a",
  "tenant-b",
  "web",
];

function namespaces(): readonly ApiObject[] {
  return namespaceNames.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

function buildServices(): readonly ApiObject[] {
  // The seventh Service's selector key is mistyped: clearml for allegro.
  const sessions = [1, 2, 3, 4, 5, 6, 7].map((number) =>
    buildService({
      namespace: "clearml",
      name: `clearml-session-${String(number)}`,
      selector: { [number === 7 ? "ai.clearml.agent.serial" : "ai.allegro.agent.serial"]: `pod-${String(number)}` },
      ports: [{ name: "ssh", port: 10_022, targetPort: 10_022, nodePort: 30_000 + number }],
      createdAt: number === 7 ? minutesAgo(24) : daysAgo(41.2),
      pinned: true,
    }),
  );
  return [
    ...sessions,
    buildService({
      namespace: "ingress-nginx",
      name: "ingress-nginx-controller",
      selector: { app: "ingress-nginx" },
      createdAt: daysAgo(203),
      pinned: true,
      ports: [
        { name: "http", port: 80, targetPort: "http", nodePort: 30_080 },
        { name: "https", port: 443, targetPort: "https", nodePort: 30_443 },
      ],
    }),
    buildService({
      namespace: "inference",
      name: "llm-gateway",
      selector: { app: "llm-gateway" },
      createdAt: daysAgo(18),
      ports: [{ name: "http", port: 80, targetPort: 8080, nodePort: 31_000 }],
    }),
    buildService({
      namespace: "inference",
      name: "llm-gateway-lb",
      type: "LoadBalancer",
      selector: { app: "llm-gateway" },
      createdAt: daysAgo(18),
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
      spec: { externalTrafficPolicy: "Local", healthCheckNodePort: 31_544, allocateLoadBalancerNodePorts: false },
      // A load balancer outside of the cluster that is known by name and reaches the pods itself: kube-proxy answers its health check only.
      status: { loadBalancer: { ingress: [{ hostname: "llm-gateway.lb.example" }] } },
    }),
    buildService({
      namespace: "inference",
      name: "qwen-72b",
      selector: { app: "qwen-72b" },
      createdAt: daysAgo(33),
      ports: [{ name: "http", port: 8000, targetPort: 8000, nodePort: 31_001 }],
      spec: { externalTrafficPolicy: "Local" },
    }),
    buildService({
      namespace: "inference",
      name: "embed-bge",
      selector: { app: "embed-bge" },
      createdAt: daysAgo(33),
      ports: [{ name: "http", port: 8000, targetPort: 8000, nodePort: 31_002 }],
    }),
    buildService({
      namespace: "inference",
      name: "triton",
      selector: { app: "triton" },
      createdAt: daysAgo(9),
      ports: [
        { name: "grpc", port: 8001, targetPort: "grpc", nodePort: 31_010 },
        { name: "http", port: 8000, targetPort: "http", nodePort: 31_011 },
      ],
    }),
    buildService({
      namespace: "monitoring",
      name: "grafana",
      selector: { app: "grafana" },
      createdAt: daysAgo(62),
      pinned: true,
      ports: [{ name: "http", port: 80, targetPort: 3000, nodePort: 31_900 }],
    }),
    buildService({
      namespace: "monitoring",
      name: "prometheus",
      selector: { app: "prometheus" },
      createdAt: daysAgo(62),
      ports: [{ name: "http", port: 9090, targetPort: 9090, nodePort: 31_901 }],
    }),
    buildService({
      namespace: "monitoring",
      name: "alertmanager",
      selector: { app: "alertmanager" },
      createdAt: daysAgo(62),
      ports: [{ name: "http", port: 9093, targetPort: 9093, nodePort: 31_902 }],
    }),
    buildService({
      namespace: "web",
      name: "storefront",
      selector: { traffic: "prod" },
      createdAt: daysAgo(80),
      ports: [{ name: "http", port: 80, targetPort: 8080, nodePort: 32_100 }],
    }),
    buildService({
      namespace: "infra",
      name: "lab-dns",
      selector: { app: "lab-dns" },
      createdAt: daysAgo(60),
      ports: [
        { name: "dns", port: 53, targetPort: 5353, nodePort: 32_053, protocol: "UDP" },
        { name: "dns-tcp", port: 53, targetPort: 5353, nodePort: 32_053 },
      ],
    }),
    buildService({
      namespace: "registry",
      name: "registry",
      type: "ClusterIP",
      selector: { app: "registry" },
      createdAt: daysAgo(100),
      ports: [{ name: "https", port: 5443, targetPort: 5443 }],
      spec: { externalIPs: ["10.190.0.50"] },
    }),
    buildService({
      namespace: "tenant-a",
      name: "web",
      type: "ClusterIP",
      selector: { app: "web" },
      createdAt: daysAgo(15),
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
    }),
    buildService({
      namespace: "tenant-b",
      name: "api",
      selector: { app: "api" },
      createdAt: daysAgo(5),
      ports: [{ name: "http", port: 80, targetPort: 8080, nodePort: 32_070 }],
    }),
    buildService({
      namespace: "kube-system",
      name: "kube-dns",
      type: "ClusterIP",
      selector: { "k8s-app": "kube-dns" },
      createdAt: daysAgo(203),
      ports: [
        { name: "dns", port: 53, targetPort: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, targetPort: 53 },
      ],
    }),
  ];
}

function proxyConfig(): ApiObject {
  const config = [
    "apiVersion: kubeproxy.config.k8s.io/v1alpha1",
    "kind: KubeProxyConfiguration",
    "mode: nftables",
    "clusterCIDR: 10.244.0.0/16",
    "bindAddress: 0.0.0.0",
    "detectLocalMode: ClusterCIDR",
  ].join("\n");
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "kube-system", name: "kube-proxy", labels: { app: "kube-proxy" } },
    data: { "config.conf": `${config}\n`, "kubeconfig.conf": "apiVersion: v1\nkind: Config\n" },
  };
}

/** Events that say nothing about ports: readers drop them. */
function buildEvents(pods: readonly ApiObject[]): readonly ApiObject[] {
  const pod = pods.find(({ metadata }) => metadata.name === "clearml-id-b");
  if (pod === undefined) return [];
  const { namespace = "", name } = pod.metadata;
  return ["Scheduled", "Pulled", "Started"].map((reason, place) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      namespace,
      name: `${name}.${reason.toLowerCase()}`,
      uid: nextUid(),
      creationTimestamp: isoTime(minutesAgo(45) + place * 1000),
    },
    involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid: pod.metadata["uid"] },
    type: "Normal",
    reason,
    message: `${reason} ${name} with --api-key=${plantedToken}`,
    count: 1,
    firstTimestamp: isoTime(minutesAgo(45) + place * 1000),
    lastTimestamp: isoTime(minutesAgo(45) + place * 1000),
  }));
}
