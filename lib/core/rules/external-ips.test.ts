import { describe, expect, test } from "vitest";
import { buildContext, buildNode, buildPod, buildService, buildSlice, buildSnapshot, type SnapshotParts } from "../testing/builders";
import type { Policy } from "../policy/policy";
import { runRules } from "./run-rules";

const nodes = [
  buildNode({ name: "n1", ip: "10.0.0.1", labels: { "node-role.kubernetes.io/control-plane": "" } }),
  buildNode({ name: "n2", ip: "10.0.0.2" }),
];
type ServicePartial = Partial<Parameters<typeof buildService>[0]>;
const service = (name: string, partial: ServicePartial = {}) => buildService({ name, ports: [{ port: 80, targetPort: 8080 }], ...partial });
const slice = (name: string, last = 1) => buildSlice({ service: name, endpoints: [{ address: `10.244.0.${String(last)}`, node: "n1" }] });
const run = (rule: string, parts: SnapshotParts, policy: Partial<Policy> = {}) =>
  runRules(buildSnapshot({ nodes, ...parts }), buildContext(policy)).findings.filter((finding) => finding.rule === rule);

describe("external-ip-duplicate", () => {
  const find = (parts: SnapshotParts) => run("external-ip-duplicate", parts);
  const shared = (partial: ServicePartial = {}) => ({ externalIPs: ["172.17.0.1"], ...partial });

  test("F44: two ClusterIP Services with one external IP and port 80: critical, both named", () => {
    const services = [service("a", shared()), service("b", shared())];
    expect(find({ services, slices: [slice("a"), slice("b", 2)] })).toMatchObject([
      {
        severity: "critical",
        ports: [{ port: 80, protocol: "TCP" }],
        subjects: [
          { kind: "Service", name: "a" },
          { kind: "Service", name: "b" },
        ],
        evidence: { addresses: ["172.17.0.1"], services: [{ kinds: ["externalIP"], sharingKey: null }, {}] },
      },
    ]);
  });

  test("an external IP against a load balancer IP, several ports: one finding; a sharing key is explained", () => {
    const ports = [
      { name: "http", port: 80, targetPort: 8080 },
      { name: "https", port: 443, targetPort: 8443 },
    ];
    const services = [
      service("a", { ports, externalIPs: ["192.0.2.9"] }),
      service("b", { ports, type: "LoadBalancer", loadBalancerIngress: [{ ip: "192.0.2.9" }], sharingKey: "edge" }),
    ];
    const slices = services.map(({ name }, place) =>
      buildSlice({
        service: name,
        ports: [
          { name: "http", port: 8080 },
          { name: "https", port: 8443 },
        ],
        endpoints: [{ address: `10.244.0.${String(place)}` }],
      }),
    );
    const [finding, ...rest] = find({ services, slices });
    expect(rest).toEqual([]);
    expect(finding?.ports.map(({ port }) => port)).toEqual([80, 443]);
    expect(finding?.evidence).toMatchObject({ services: [{ kinds: ["externalIP"] }, { kinds: ["loadBalancerIP"], sharingKey: "edge" }] });
    expect(finding?.summary).toContain("never one port");
  });

  test.for<readonly [string, SnapshotParts]>([
    ["only one has endpoints: it wins for certain", { services: [service("a", shared()), service("b", shared())], slices: [slice("a")] }],
    [
      "MetalLB shares the address on different ports",
      {
        services: [80, 443].map((port) =>
          service(`lb-${String(port)}`, {
            type: "LoadBalancer",
            ports: [{ port, targetPort: 8080 }],
            loadBalancerIngress: [{ ip: "192.0.2.9" }],
            sharingKey: "edge",
          }),
        ),
        slices: [slice("lb-80"), slice("lb-443", 2)],
      },
    ],
    [
      "TCP and UDP",
      {
        services: [service("a", shared()), service("b", shared({ ports: [{ port: 80, targetPort: 8080, protocol: "UDP" }] }))],
        slices: [slice("a"), buildSlice({ service: "b", ports: [{ protocol: "UDP" }], endpoints: [{ address: "10.244.0.2" }] })],
      },
    ],
    [
      "the load balancer takes the packets itself (ipMode Proxy)",
      {
        services: ["a", "b"].map((name) =>
          service(name, { type: "LoadBalancer", loadBalancerIngress: [{ ip: "192.0.2.9", ipMode: "Proxy" }] }),
        ),
        slices: [slice("a"), slice("b", 2)],
      },
    ],
    [
      "one Service has the address twice",
      {
        services: [service("a", { type: "LoadBalancer", externalIPs: ["192.0.2.9"], loadBalancerIngress: [{ ip: "192.0.2.9" }] })],
        slices: [slice("a")],
      },
    ],
    [
      "one of them is left to another proxy",
      {
        services: [service("a", shared()), service("b", shared({ labels: { "service.kubernetes.io/service-proxy-name": "x" } }))],
        slices: [slice("a"), slice("b", 2)],
      },
    ],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("slices that may not be read: not evaluated", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { endpointslices: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "external-ip-duplicate", missing: ["endpointslices"], namespaces: "all" });
  });
});

describe("external-ip-on-node", () => {
  const find = (parts: SnapshotParts, policy: Partial<Policy> = {}) => run("external-ip-on-node", parts, policy);
  const onNode = (address: string, port: number, partial: ServicePartial = {}) =>
    service("web", { externalIPs: [address], ports: [{ port, targetPort: 8080 }], createdAtMs: 7, ...partial });
  const pod = (partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
    buildPod({
      name: "edge-x",
      node: "n2",
      ip: "10.244.2.1",
      controller: { kind: "DaemonSet", name: "edge" },
      ports: [{ containerPort: 80, hostPort: 8080 }],
      ...partial,
    });

  test.for([
    ["a host port", { pods: [pod()] }, { kind: "DaemonSet", name: "edge" }],
    [
      "a listener of the host's network",
      { pods: [pod({ ip: "10.0.0.2", hostNetwork: true, ports: [{ containerPort: 8080 }] })] },
      { kind: "DaemonSet", name: "edge" },
    ],
    [
      "another Service's nodePort",
      { services: [service("other", { ports: [{ port: 80, nodePort: 8080 }] })] },
      { kind: "Service", name: "other" },
    ],
  ] as const)("%s on the node that has the address: a warning", ([, parts, other]) => {
    const services = [onNode("10.0.0.2", 8080), ...("services" in parts ? parts.services : [])];
    const findings = find({ ...parts, services });
    expect(findings).toMatchObject([{ severity: "warning", nodes: ["n2"], ports: [{ port: 8080, protocol: "TCP" }], sinceMs: 7 }]);
    expect(findings[0]?.subjects).toContainEqual({ namespace: "default", ...other });
    expect(findings[0]?.subjects[0]).toMatchObject({ kind: "Service" });
  });

  test.for([
    ["10.0.0.2", 22],
    ["10.0.0.2", 10_250],
    ["10.0.0.1", 6443],
    ["10.0.0.1", 2379],
  ] as const)("%s:%i is what the node needs itself: critical, whoever declares it", ([address, port]) => {
    expect(find({ services: [onNode(address, port)] })).toMatchObject([
      { severity: "critical", evidence: { taken: [{ control: true, from: [] }] } },
    ]);
  });

  test("an ingress on the hosts' network, or with host ports, behind the nodes' addresses is nothing else; another program of its labels on the number is", () => {
    const ingress = (name: string, partial: object) =>
      buildPod({
        name,
        node: "n2",
        ip: "10.0.0.2",
        labels: { app: "ingress" },
        controller: { kind: "DaemonSet", name: "ingress" },
        hostNetwork: true,
        ports: [{ name: "http", containerPort: 80 }],
        ...partial,
      });
    const of = (pod: ReturnType<typeof ingress>, targetPort: number | string) => {
      const edge = service("edge", { selector: { app: "ingress" }, externalIPs: ["10.0.0.2"], ports: [{ port: 80, targetPort }] });
      const parts = { pods: [pod], services: [edge] };
      return [...run("external-ip-on-node", parts), ...run("listener-shadowed", parts)].map(({ rule }) => rule);
    };
    const mapped = { ip: "10.244.0.9", hostNetwork: false, ports: [{ name: "http", containerPort: 8080, hostPort: 80 }] };
    expect(of(ingress("a", {}), "http")).toEqual([]);
    expect(of(ingress("a", mapped), 8080)).toEqual([]);
    expect(of(ingress("a", mapped), 9090)).toEqual(["external-ip-on-node"]);
    expect(of(ingress("a", {}), 8080)).toEqual(["external-ip-on-node", "listener-shadowed"]);
    expect(of(ingress("a", { labels: { app: "other" } }), 80)).toEqual(["external-ip-on-node", "listener-shadowed"]);
  });

  test("a load balancer IP counts; the policy may name other control ports", () => {
    const lb = service("lb", { type: "LoadBalancer", loadBalancerIngress: [{ ip: "10.0.0.2" }], ports: [{ port: 9345 }] });
    expect(find({ services: [lb] })).toEqual([]);
    expect(find({ services: [lb] }, { systemPorts: { controlPlane: null, node: [{ first: 9345, last: 9345 }] } })).toMatchObject([
      { severity: "critical" },
    ]);
  });

  test("where no node shows a role, each may be of the control plane", () => {
    const bare = [buildNode({ name: "n1", ip: "10.0.0.1" })];
    expect(find({ nodes: bare, services: [onNode("10.0.0.1", 6443)] })).toMatchObject([{ severity: "critical" }]);
  });

  test("k3s: ServiceLB's own relays are nothing else; a host port that was there is", () => {
    const ports = [{ port: 80, targetPort: 8080, nodePort: 31_500 }];
    const traefik = buildService({
      name: "traefik",
      namespace: "kube-system",
      type: "LoadBalancer",
      ports,
      loadBalancerIngress: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }],
    });
    const relays = nodes.map(({ name }) =>
      pod({
        name: `svclb-traefik-${name}`,
        namespace: "kube-system",
        node: name,
        labels: { "svccontroller.k3s.cattle.io/svcname": "traefik", "svccontroller.k3s.cattle.io/svcnamespace": "kube-system" },
        controller: { kind: "DaemonSet", name: "svclb-traefik-1234abcd" },
        ports: [{ containerPort: 80, hostPort: 80 }],
      }),
    );
    expect(find({ services: [traefik], pods: relays })).toEqual([]);
    const mine = pod({ ports: [{ containerPort: 8080, hostPort: 80 }] });
    expect(find({ services: [traefik], pods: [...relays, mine] })).toMatchObject([
      { severity: "warning", nodes: ["n2"], evidence: { taken: [{ from: ["DaemonSet/default/edge"] }] } },
    ]);
  });

  test.for<readonly [string, SnapshotParts]>([
    ["nothing is declared there", { services: [onNode("10.0.0.2", 8080)] }],
    ["the port is held on another node", { services: [onNode("10.0.0.1", 8080)], pods: [pod()] }],
    [
      "on another address of the node",
      { services: [onNode("10.0.0.2", 8080)], pods: [pod({ ports: [{ containerPort: 80, hostPort: 8080, hostIP: "10.9.9.9" }] })] },
    ],
    [
      "of another protocol",
      { services: [onNode("10.0.0.2", 8080)], pods: [pod({ ports: [{ containerPort: 80, hostPort: 8080, protocol: "UDP" }] })] },
    ],
    ["an address that no node has", { services: [onNode("192.0.2.9", 22)] }],
    ["6443 of a worker", { services: [onNode("10.0.0.2", 6443)] }],
    ["22/UDP", { services: [onNode("10.0.0.2", 22, { ports: [{ port: 22, protocol: "UDP" }] })] }],
    ["the holder has finished", { services: [onNode("10.0.0.2", 8080)], pods: [pod({ phase: "Succeeded" })] }],
    [
      "the nodePort of a Service that kube-proxy passes over",
      {
        services: [
          onNode("10.0.0.2", 30_080),
          service("other", { labels: { "service.kubernetes.io/service-proxy-name": "x" }, ports: [{ port: 80, nodePort: 30_080 }] }),
        ],
      },
    ],
    ["the Service's own nodePort", { services: [onNode("10.0.0.2", 30_080, { ports: [{ port: 30_080, nodePort: 30_080 }] })] }],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("pods that may not be read: not evaluated", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { pods: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "external-ip-on-node", missing: ["pods"], namespaces: "all" });
  });
});
