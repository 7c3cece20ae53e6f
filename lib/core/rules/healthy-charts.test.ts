// The shapes that well-known charts and operators install, from their labels, selectors and ports: no rule says a word about any of it.

import { expect, test } from "vitest";
import { app, joinParts, runPods, type Ports } from "../testing/apps";
import { buildConfigMap, buildContext, buildNode, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const nodes = [1, 2, 3].map((number) =>
  buildNode({
    name: `n${String(number)}`,
    ip: `10.0.0.${String(number)}`,
    podCIDRs: [`10.244.${String(number)}.0/24`],
    labels: number === 1 ? { "node-role.kubernetes.io/control-plane": "" } : {},
  }),
);

type Labels = Readonly<Record<string, string>>;
type Kind = Parameters<typeof runPods>[0];
type Extra = NonNullable<Parameters<typeof runPods>[5]>;
type Workload = readonly [Kind, string, readonly number[], Labels, Ports, Extra?];
type ServiceParts = Parameters<typeof app>[1][number];
type PartOfService = readonly [string, Labels | null, NonNullable<ServiceParts["ports"]>, Partial<ServiceParts>?];

const tcp = (...numbers: readonly number[]): Ports => numbers.map((containerPort) => ({ containerPort }));
const named = (name: string, containerPort: number) => ({ name, containerPort });
const chart = (namespace: string, workloads: readonly Workload[], services: readonly PartOfService[]): SnapshotParts =>
  app(
    workloads.flatMap(([kind, name, on, labels, ports, extra]) => runPods(kind, name, on, labels, ports, { namespace, ...extra })),
    services.map(([name, selector, ports, extra]) => ({ name, namespace, selector, ports, ...extra })),
  );
const headless = { clusterIPs: ["None"] };
const part = (name: string, component: string, instance = name): Labels => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/instance": instance,
  "app.kubernetes.io/component": component,
});
const kafka = (pool: string): Labels => ({
  "strimzi.io/cluster": "orders",
  "strimzi.io/kind": "Kafka",
  "strimzi.io/name": "orders-kafka",
  "strimzi.io/broker-role": "true",
  "strimzi.io/pool-name": pool,
  "strimzi.io/controller": "strimzipodset",
});
const strimziPool = (pool: string, node: number): Workload => [
  "StatefulSet",
  `orders-${pool}`,
  [node],
  kafka(pool),
  [named("tcp-clients", 9092), named("tcp-ext", 9094)],
  { controller: { kind: "StrimziPodSet", name: `orders-${pool}` } },
];
const toBrokers = {
  "strimzi.io/cluster": "orders",
  "strimzi.io/kind": "Kafka",
  "strimzi.io/name": "orders-kafka",
  "strimzi.io/broker-role": "true",
};
const elastic = (nodeSet: string, node: number): Workload => [
  "StatefulSet",
  `logs-es-${nodeSet}`,
  [node],
  {
    "common.k8s.elastic.co/type": "elasticsearch",
    "elasticsearch.k8s.elastic.co/cluster-name": "logs",
    "elasticsearch.k8s.elastic.co/statefulset-name": `logs-es-${nodeSet}`,
  },
  [named("https", 9200), named("transport", 9300)],
];
const toElastic = { "common.k8s.elastic.co/type": "elasticsearch", "elasticsearch.k8s.elastic.co/cluster-name": "logs" };
const clickhouse = (replica: number): Workload => [
  "StatefulSet",
  `chi-events-main-0-${String(replica)}`,
  [replica + 1],
  {
    "clickhouse.altinity.com/chi": "events",
    "clickhouse.altinity.com/namespace": "db",
    "clickhouse.altinity.com/replica": String(replica),
    "clickhouse.altinity.com/ready": "yes",
  },
  [named("http", 8123), named("tcp", 9000)],
];
const instance = (cluster: string, role: string, node: number): Workload => [
  "Cluster",
  `${cluster}-${String(node)}`,
  [node],
  {
    "cnpg.io/cluster": cluster,
    "cnpg.io/instanceRole": role,
    "cnpg.io/podRole": "instance",
    "cnpg.io/instanceName": `${cluster}-${String(node)}`,
  },
  [named("postgresql", 5432), named("metrics", 9187), named("status", 8000)],
  { controller: { kind: "Cluster", name: cluster } },
];
const gitlab = (app: string): Labels => ({ app, release: "gitlab" });
const harbor = (component: string): Labels => ({ app: "harbor", release: "harbor", component });

const charts: readonly (readonly [string, SnapshotParts])[] = [
  [
    "ingress-nginx: controller, its admission webhook and metrics",
    chart(
      "ingress-nginx",
      [
        [
          "Deployment",
          "ingress-nginx-controller",
          [2, 3],
          part("ingress-nginx", "controller"),
          [named("http", 80), named("https", 443), named("webhook", 8443), named("metrics", 10_254)],
        ],
        [
          "Job",
          "ingress-nginx-admission-create",
          [2],
          part("ingress-nginx", "admission-webhook"),
          [],
          { phase: "Succeeded", ready: false },
        ],
      ],
      [
        [
          "ingress-nginx-controller",
          part("ingress-nginx", "controller"),
          [
            { name: "http", port: 80, targetPort: "http", nodePort: 31_811 },
            { name: "https", port: 443, targetPort: "https", nodePort: 30_622 },
          ],
          { type: "LoadBalancer", loadBalancerIngress: [{ ip: "192.0.2.10" }] },
        ],
        ["ingress-nginx-controller-admission", part("ingress-nginx", "controller"), [{ port: 443, targetPort: "webhook" }]],
        ["ingress-nginx-controller-metrics", part("ingress-nginx", "controller"), [{ port: 10_254, targetPort: "metrics" }]],
      ],
    ),
  ],
  [
    "cert-manager: three Deployments of one release",
    chart(
      "cert-manager",
      [
        ["Deployment", "cert-manager", [2], part("cert-manager", "controller"), [named("http-metrics", 9402), named("http-healthz", 9403)]],
        [
          "Deployment",
          "cert-manager-webhook",
          [3],
          part("webhook", "webhook", "cert-manager"),
          [named("https", 10_250), named("healthcheck", 6080)],
        ],
        ["Deployment", "cert-manager-cainjector", [2], part("cainjector", "cainjector", "cert-manager"), [named("http-metrics", 9402)]],
      ],
      [
        ["cert-manager", part("cert-manager", "controller"), [{ port: 9402, targetPort: "http-metrics" }]],
        [
          "cert-manager-webhook",
          part("webhook", "webhook", "cert-manager"),
          [
            { name: "https", port: 443, targetPort: "https" },
            { name: "metrics", port: 9402, targetPort: 9402 },
          ],
        ],
      ],
    ),
  ],
  [
    "Istio: istiod and a gateway with many ports",
    chart(
      "istio-system",
      [
        ["Deployment", "istiod", [2, 3], { app: "istiod", istio: "pilot", "istio.io/rev": "default" }, tcp(8080, 15_010, 15_017)],
        [
          "Deployment",
          "istio-ingressgateway",
          [2, 3],
          { app: "istio-ingressgateway", istio: "ingressgateway" },
          [...tcp(15_021, 8080, 8443), { name: "http-envoy-prom", containerPort: 15_090 }],
        ],
      ],
      [
        [
          "istiod",
          { app: "istiod", istio: "pilot" },
          [
            { name: "grpc-xds", port: 15_010 },
            { name: "https-dns", port: 15_012 },
            { name: "https-webhook", port: 443, targetPort: 15_017 },
            { name: "http-monitoring", port: 15_014 },
          ],
        ],
        ["istiod-revision-tag-default", { app: "istiod", istio: "pilot" }, [{ name: "https-webhook", port: 443, targetPort: 15_017 }]],
        [
          "istio-ingressgateway",
          { app: "istio-ingressgateway", istio: "ingressgateway" },
          [
            { name: "status-port", port: 15_021, nodePort: 30_521 },
            { name: "http2", port: 80, targetPort: 8080, nodePort: 31_380 },
            { name: "https", port: 443, targetPort: 8443, nodePort: 31_390 },
          ],
          { type: "LoadBalancer" },
        ],
      ],
    ),
  ],
  [
    "kube-prometheus-stack: operated headless Services, exporters on the host, the control plane's metrics",
    joinParts(
      chart(
        "monitoring",
        [
          ["Deployment", "kps-operator", [2], { app: "kube-prometheus-stack-operator", release: "kps" }, [named("https", 10_250)]],
          [
            "StatefulSet",
            "prometheus-kps-prometheus",
            [2, 3],
            { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "kps-prometheus" },
            [named("http-web", 9090), named("reloader-web", 8080)],
          ],
          [
            "StatefulSet",
            "alertmanager-kps",
            [2, 3],
            { "app.kubernetes.io/name": "alertmanager", alertmanager: "kps" },
            [
              named("http-web", 9093),
              named("mesh-tcp", 9094),
              { name: "mesh-udp", containerPort: 9094, protocol: "UDP" },
              named("reloader-web", 8080),
            ],
          ],
          ["Deployment", "kps-grafana", [3], part("grafana", "grafana", "kps"), [named("grafana", 3000)]],
          ["Deployment", "kps-kube-state-metrics", [3], part("kube-state-metrics", "metrics", "kps"), [named("http", 8080)]],
          [
            "DaemonSet",
            "kps-node-exporter",
            [1, 2, 3],
            part("prometheus-node-exporter", "metrics", "kps"),
            [named("http-metrics", 9100)],
            {
              hostNetwork: true,
            },
          ],
        ],
        [
          ["kps-operator", { app: "kube-prometheus-stack-operator", release: "kps" }, [{ name: "https", port: 443, targetPort: "https" }]],
          [
            "prometheus-operated",
            { "app.kubernetes.io/name": "prometheus" },
            [{ name: "http-web", port: 9090, targetPort: "http-web" }],
            headless,
          ],
          [
            "kps-prometheus",
            { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "kps-prometheus" },
            [
              { name: "http-web", port: 9090, targetPort: 9090 },
              { name: "reloader-web", port: 8080, targetPort: "reloader-web" },
            ],
          ],
          [
            "kps-alertmanager",
            { "app.kubernetes.io/name": "alertmanager", alertmanager: "kps" },
            [{ name: "http-web", port: 9093, targetPort: 9093 }],
          ],
          ["kps-grafana", part("grafana", "grafana", "kps"), [{ port: 80, targetPort: "grafana", nodePort: 31_902 }]],
          ["kps-kube-state-metrics", part("kube-state-metrics", "metrics", "kps"), [{ port: 8080, targetPort: "http" }]],
          ["kps-node-exporter", part("prometheus-node-exporter", "metrics", "kps"), [{ port: 9100, targetPort: 9100 }]],
        ],
      ),
      chart(
        "kube-system",
        [
          [
            null,
            "kube-scheduler-n1",
            [1],
            { component: "kube-scheduler" },
            [],
            { staticPod: true, hostNetwork: true, name: "kube-scheduler-n1" },
          ],
          [
            "Deployment",
            "coredns",
            [2, 3],
            { "k8s-app": "kube-dns" },
            [{ name: "dns", containerPort: 53, protocol: "UDP" }, named("dns-tcp", 53), named("metrics", 9153)],
          ],
        ],
        [
          ["kps-kube-scheduler", { component: "kube-scheduler" }, [{ port: 10_259, targetPort: 10_259 }], headless],
          ["kps-coredns", { "k8s-app": "kube-dns" }, [{ port: 9153, targetPort: 9153 }], headless],
          [
            "kube-dns",
            { "k8s-app": "kube-dns" },
            [
              { name: "dns", port: 53, targetPort: 53, protocol: "UDP" },
              { name: "dns-tcp", port: 53, targetPort: 53 },
              { name: "metrics", port: 9153, targetPort: 9153 },
            ],
          ],
        ],
      ),
    ),
  ],
  [
    "CloudNativePG: two clusters in one namespace, each with -rw, -ro and -r, one with a pooler",
    chart(
      "pg",
      [
        instance("a", "primary", 1),
        instance("a", "replica", 2),
        instance("b", "primary", 3),
        instance("b", "replica", 1),
        ["Job", "a-2-join", [2], { "cnpg.io/cluster": "a", "cnpg.io/jobRole": "join" }, [], { phase: "Succeeded", ready: false }],
        ["Deployment", "a-pooler", [2], { "cnpg.io/poolerName": "a-pooler", "cnpg.io/cluster": "a" }, [named("pgbouncer", 5432)]],
      ],
      [
        ...["a", "b"].flatMap((cluster): readonly PartOfService[] => [
          [`${cluster}-rw`, { "cnpg.io/cluster": cluster, "cnpg.io/instanceRole": "primary" }, [{ name: "postgres", port: 5432 }]],
          [`${cluster}-ro`, { "cnpg.io/cluster": cluster, "cnpg.io/instanceRole": "replica" }, [{ name: "postgres", port: 5432 }]],
          [`${cluster}-r`, { "cnpg.io/cluster": cluster, "cnpg.io/podRole": "instance" }, [{ name: "postgres", port: 5432 }]],
        ]),
        ["a-pooler", { "cnpg.io/poolerName": "a-pooler" }, [{ name: "pgbouncer", port: 5432, targetPort: "pgbouncer", nodePort: 31_733 }]],
      ],
    ),
  ],
  [
    "Strimzi: two node pools of one Kafka behind one bootstrap, a NodePort for each broker",
    chart(
      "kafka",
      [strimziPool("east", 1), strimziPool("west", 2)],
      [
        ["orders-kafka-bootstrap", toBrokers, [{ name: "tcp-clients", port: 9092 }]],
        ["orders-kafka-ext-bootstrap", toBrokers, [{ name: "tcp-ext", port: 9094, nodePort: 32_100 }]],
        [
          "orders-kafka-brokers",
          { "strimzi.io/cluster": "orders", "strimzi.io/kind": "Kafka" },
          [{ name: "tcp-clients", port: 9092 }],
          headless,
        ],
      ],
    ),
  ],
  [
    "ECK: node sets of one Elasticsearch behind one Service, and by themselves",
    chart(
      "elastic",
      [elastic("masters", 1), elastic("data", 2)],
      [
        ["logs-es-http", toElastic, [{ name: "https", port: 9200, nodePort: 30_920 }]],
        ["logs-es-internal-http", toElastic, [{ name: "https", port: 9200 }]],
        ["logs-es-transport", toElastic, [{ name: "tls-transport", port: 9300 }], headless],
      ],
    ),
  ],
  [
    "ClickHouse by Altinity's operator: a StatefulSet for each replica of one installation",
    chart(
      "db",
      [clickhouse(0), clickhouse(1)],
      [
        [
          "clickhouse-events",
          { "clickhouse.altinity.com/chi": "events", "clickhouse.altinity.com/ready": "yes" },
          [{ name: "http", port: 8123, targetPort: "http", nodePort: 32_123 }],
        ],
      ],
    ),
  ],
  [
    "MinIO: two pools of one tenant",
    chart(
      "minio",
      [0, 1].map((pool): Workload => [
        "StatefulSet",
        `store-pool-${String(pool)}`,
        [pool + 1],
        { "v1.min.io/tenant": "store", "v1.min.io/pool": `pool-${String(pool)}` },
        tcp(9000),
      ]),
      [["minio", { "v1.min.io/tenant": "store" }, [{ name: "http-minio", port: 80, targetPort: 9000, nodePort: 30_900 }]]],
    ),
  ],
  [
    "Cilium with Hubble: agents on the host's network, relay and user interface",
    chart(
      "kube-system",
      [
        [
          "DaemonSet",
          "cilium",
          [1, 2, 3],
          { "k8s-app": "cilium" },
          [named("peer-service", 4244), named("prometheus", 9962), named("hubble-metrics", 9965)],
          { hostNetwork: true },
        ],
        ["DaemonSet", "cilium-envoy", [1, 2, 3], { "k8s-app": "cilium-envoy" }, [named("envoy-metrics", 9964)], { hostNetwork: true }],
        ["Deployment", "hubble-relay", [2], { "k8s-app": "hubble-relay" }, [named("grpc", 4245)]],
        ["Deployment", "hubble-ui", [3], { "k8s-app": "hubble-ui" }, [named("http", 8081), named("grpc", 8090)]],
      ],
      [
        [
          "hubble-peer",
          { "k8s-app": "cilium" },
          [{ name: "peer-service", port: 443, targetPort: 4244 }],
          { internalTrafficPolicy: "Local" },
        ],
        ["hubble-metrics", { "k8s-app": "cilium" }, [{ port: 9965, targetPort: "hubble-metrics" }], headless],
        ["cilium-envoy", { "k8s-app": "cilium-envoy" }, [{ port: 9964, targetPort: "envoy-metrics" }], headless],
        ["hubble-relay", { "k8s-app": "hubble-relay" }, [{ port: 80, targetPort: "grpc" }]],
        ["hubble-ui", { "k8s-app": "hubble-ui" }, [{ port: 80, targetPort: 8081 }]],
      ],
    ),
  ],
  [
    "Longhorn: four Services on the pods of its manager",
    chart(
      "longhorn-system",
      [
        [
          "DaemonSet",
          "longhorn-manager",
          [1, 2, 3],
          {
            app: "longhorn-manager",
            "longhorn.io/admission-webhook": "longhorn-admission-webhook",
            "longhorn.io/recovery-backend": "longhorn-recovery-backend",
          },
          [named("manager", 9500), named("admission-wh", 9502), named("recov-backend", 9503)],
        ],
        ["Deployment", "longhorn-ui", [2, 3], { app: "longhorn-ui" }, [named("http", 8000)]],
      ],
      [
        ["longhorn-backend", { app: "longhorn-manager" }, [{ port: 9500, targetPort: "manager" }]],
        [
          "longhorn-admission-webhook",
          { "longhorn.io/admission-webhook": "longhorn-admission-webhook" },
          [{ port: 9502, targetPort: "admission-wh" }],
        ],
        [
          "longhorn-recovery-backend",
          { "longhorn.io/recovery-backend": "longhorn-recovery-backend" },
          [{ port: 9503, targetPort: "recov-backend" }],
        ],
        ["longhorn-frontend", { app: "longhorn-ui" }, [{ port: 80, targetPort: "http" }]],
      ],
    ),
  ],
  [
    "Argo CD: server, repository, Redis in high availability",
    chart(
      "argocd",
      [
        ["Deployment", "argocd-server", [2, 3], { "app.kubernetes.io/name": "argocd-server" }, tcp(8080, 8083)],
        ["Deployment", "argocd-repo-server", [2, 3], { "app.kubernetes.io/name": "argocd-repo-server" }, tcp(8081, 8084)],
        ["StatefulSet", "argocd-application-controller", [2], { "app.kubernetes.io/name": "argocd-application-controller" }, tcp(8082)],
        [
          "StatefulSet",
          "argocd-redis-ha-server",
          [1, 2, 3],
          { app: "redis-ha", release: "argocd" },
          [named("redis", 6379), named("sentinel", 26_379)],
        ],
        ["Deployment", "argocd-redis-ha-haproxy", [2, 3], { app: "redis-ha-haproxy", release: "argocd" }, [named("redis", 6379)]],
      ],
      [
        [
          "argocd-server",
          { "app.kubernetes.io/name": "argocd-server" },
          [
            { name: "http", port: 80, targetPort: 8080, nodePort: 30_808 },
            { name: "https", port: 443, targetPort: 8080, nodePort: 31_844 },
          ],
        ],
        ["argocd-server-metrics", { "app.kubernetes.io/name": "argocd-server" }, [{ port: 8083 }]],
        ["argocd-metrics", { "app.kubernetes.io/name": "argocd-application-controller" }, [{ port: 8082 }]],
        ["argocd-redis-ha", { app: "redis-ha", release: "argocd" }, [{ port: 6379, targetPort: "redis" }], headless],
        ...[0, 1, 2].map((number): PartOfService => [
          `argocd-redis-ha-announce-${String(number)}`,
          { app: "redis-ha", release: "argocd", "statefulset.kubernetes.io/pod-name": `argocd-redis-ha-server-${String(number)}` },
          [{ port: 6379, targetPort: "redis" }],
        ]),
        ["argocd-redis-ha-haproxy", { app: "redis-ha-haproxy", release: "argocd" }, [{ port: 6379, targetPort: "redis" }]],
      ],
    ),
  ],
  [
    "Harbor and GitLab: many components of one release, each selected by its own label",
    joinParts(
      chart(
        "harbor",
        (["core", "portal", "jobservice", "registry"] as const).map((component): Workload => [
          "Deployment",
          `harbor-${component}`,
          [2],
          harbor(component),
          tcp(8080),
        ]),
        (["core", "portal", "jobservice", "registry"] as const).map((component): PartOfService => [
          `harbor-${component}`,
          harbor(component),
          [{ port: 80, targetPort: 8080 }],
        ]),
      ),
      chart(
        "gitlab",
        [
          [
            "Deployment",
            "gitlab-webservice-default",
            [2, 3],
            { ...gitlab("webservice"), "gitlab.com/webservice-name": "default" },
            [named("http-webservice", 8080), named("http-workhorse", 8181), named("http-metrics-ws", 8083)],
          ],
          ["Deployment", "gitlab-gitlab-shell", [2, 3], gitlab("gitlab-shell"), [named("ssh", 2222)]],
          ["StatefulSet", "gitlab-gitaly", [2], gitlab("gitaly"), [named("grpc-gitaly", 8075)]],
          ["Job", "gitlab-migrations-1", [2], gitlab("migrations"), [], { phase: "Succeeded", ready: false }],
        ],
        [
          [
            "gitlab-webservice-default",
            { ...gitlab("webservice"), "gitlab.com/webservice-name": "default" },
            [
              { name: "http-webservice", port: 8080, targetPort: "http-webservice" },
              { name: "http-workhorse", port: 8181, targetPort: "http-workhorse" },
            ],
          ],
          ["gitlab-gitlab-shell", gitlab("gitlab-shell"), [{ port: 22, targetPort: "ssh", nodePort: 32_022 }]],
          ["gitlab-gitaly", gitlab("gitaly"), [{ port: 8075, targetPort: "grpc-gitaly" }], headless],
        ],
      ),
    ),
  ],
  [
    "MetalLB: speakers on the host's network, a webhook of the controller",
    chart(
      "metallb-system",
      [
        [
          "Deployment",
          "controller",
          [2],
          { app: "metallb", component: "controller" },
          [named("monitoring", 7472), named("webhook-server", 9443)],
        ],
        [
          "DaemonSet",
          "speaker",
          [1, 2, 3],
          { app: "metallb", component: "speaker" },
          [named("monitoring", 7472), named("memberlist-tcp", 7946), { name: "memberlist-udp", containerPort: 7946, protocol: "UDP" }],
          { hostNetwork: true },
        ],
      ],
      [
        ["metallb-webhook-service", { component: "controller" }, [{ port: 443, targetPort: 9443 }]],
        ["controller-monitor-service", { app: "metallb", component: "controller" }, [{ port: 7472 }], headless],
        ["speaker-monitor-service", { app: "metallb", component: "speaker" }, [{ port: 7472 }], headless],
      ],
    ),
  ],
  [
    "Rook: one of two managers is active, and has Services of its own",
    chart(
      "rook-ceph",
      (["active", "standby"] as const).map((role, place): Workload => [
        "Deployment",
        `rook-ceph-mgr-${place === 0 ? "a" : "b"}`,
        [place + 2],
        { app: "rook-ceph-mgr", mgr_role: role },
        [named("dashboard", 7000), named("http-metrics", 9283)],
      ]),
      [
        ["rook-ceph-mgr", { app: "rook-ceph-mgr", mgr_role: "active" }, [{ name: "http-metrics", port: 9283 }]],
        ["rook-ceph-mgr-dashboard", { app: "rook-ceph-mgr", mgr_role: "active" }, [{ port: 8443, targetPort: 7000, nodePort: 31_843 }]],
      ],
    ),
  ],
  [
    "Vault: all of its pods, the active one, those that stand by, and the injector",
    chart(
      "vault",
      [
        ...["true", "false"].map((active, place): Workload => [
          "StatefulSet",
          "vault",
          [place + 2],
          { ...part("vault", "server"), "vault-active": active },
          [named("https", 8200)],
          { name: `vault-${String(place)}` },
        ]),
        ["Deployment", "vault-agent-injector", [2], part("vault-agent-injector", "webhook", "vault"), [named("https", 8080)]],
      ],
      [
        ["vault", part("vault", "server"), [{ port: 8200 }], { publishNotReadyAddresses: true }],
        ["vault-active", { ...part("vault", "server"), "vault-active": "true" }, [{ port: 8200 }]],
        ["vault-standby", { ...part("vault", "server"), "vault-active": "false" }, [{ port: 8200 }]],
        ["vault-ui", part("vault", "server"), [{ port: 8200, nodePort: 31_820 }], { publishNotReadyAddresses: true }],
        ["vault-internal", part("vault", "server"), [{ port: 8200 }], headless],
        ["vault-agent-injector-svc", part("vault-agent-injector", "webhook", "vault"), [{ port: 443, targetPort: 8080 }]],
      ],
    ),
  ],
  [
    "KubeVirt: a virtual machine that moves to another node has two pods for a while",
    chart(
      "vms",
      [2, 3].map((node): Workload => [
        null,
        `virt-launcher-db-${String(node)}`,
        [node],
        { "vm.kubevirt.io/name": "db" },
        [],
        { controller: { kind: "VirtualMachineInstance", name: "db" } },
      ]),
      [["db-ssh", { "vm.kubevirt.io/name": "db" }, [{ port: 22, targetPort: 22, nodePort: 31_922 }]]],
    ),
  ],
  [
    "Ray and LeaderWorkerSet: one cluster of heads and workers, and the leaders of two groups",
    chart(
      "ml",
      [
        ...["head", "worker"].map((type, place): Workload => [
          null,
          `rc-${type}`,
          [place + 2],
          { "ray.io/cluster": "rc", "ray.io/node-type": type, "ray.io/serve": "true" },
          [named("dashboard", 8265), named("serve", 8000)],
          { controller: { kind: "RayCluster", name: "rc" } },
        ]),
        ["StatefulSet", "vllm", [2, 3], { "leaderworkerset.sigs.k8s.io/name": "vllm", role: "leader" }, [named("http", 8080)]],
        ["StatefulSet", "vllm-0", [3], { "leaderworkerset.sigs.k8s.io/name": "vllm" }, []],
      ],
      [
        ["rc-head-svc", { "ray.io/cluster": "rc", "ray.io/node-type": "head" }, [{ port: 8265, nodePort: 31_265 }]],
        ["rc-serve-svc", { "ray.io/cluster": "rc", "ray.io/serve": "true" }, [{ port: 8000, nodePort: 31_800 }]],
        ["vllm", { "leaderworkerset.sigs.k8s.io/name": "vllm" }, [{ port: 8080 }], headless],
        ["vllm-leader", { "leaderworkerset.sigs.k8s.io/name": "vllm", role: "leader" }, [{ port: 8080, nodePort: 31_808 }]],
      ],
    ),
  ],
  [
    "Flagger: the canary's Deployment rests at zero between releases",
    chart(
      "shop",
      [["Deployment", "podinfo-primary", [2, 3], { app: "podinfo-primary" }, [named("http", 9898)]]],
      [
        ["podinfo", { app: "podinfo-primary" }, [{ port: 80, targetPort: "http" }]],
        ["podinfo-primary", { app: "podinfo-primary" }, [{ port: 80, targetPort: "http" }]],
        ["podinfo-canary", { app: "podinfo" }, [{ port: 80, targetPort: "http" }]],
      ],
    ),
  ],
  [
    "an operator with a leader and a stand-by, and blue and green by a label of their own",
    chart(
      "apps",
      [
        [
          "Deployment",
          "operator",
          [2, 3],
          { "control-plane": "controller-manager" },
          [named("webhook-server", 9443), named("health", 8081)],
        ],
        ["Deployment", "web-blue", [2], { app: "web", color: "blue" }, [named("http", 8080)]],
        ["Deployment", "web-green", [3], { app: "web", color: "green" }, [named("http", 8080)]],
      ],
      [
        ["webhook-service", { "control-plane": "controller-manager" }, [{ port: 443, targetPort: 9443 }]],
        [
          "controller-manager-metrics-service",
          { "control-plane": "controller-manager" },
          [{ name: "https", port: 8443, targetPort: 8443 }],
        ],
        ["web", { app: "web", color: "blue" }, [{ port: 80, targetPort: "http", nodePort: 31_500 }]],
        ["web-preview", { app: "web", color: "green" }, [{ port: 80, targetPort: "http" }]],
      ],
    ),
  ],
];

const judge = (parts: SnapshotParts) => {
  const collected = { events: [], configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode: "nftables" } })] };
  return runRules(buildSnapshot({ nodes, ...collected, ...parts }), buildContext()).findings.map(({ rule, title }) => `${rule}: ${title}`);
};

test.for(charts)("%s: nothing", ([, parts]) => {
  expect(judge(parts)).toEqual([]);
});

test("all of them in one cluster: nothing", () => {
  expect(judge(joinParts(...charts.map(([, parts]) => parts)))).toEqual([]);
});
