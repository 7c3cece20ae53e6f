import { describe, expect, test } from "vitest";
import type { Allocation } from "../model/allocation";
import {
  buildContext,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  testNowMs,
  type SnapshotParts,
} from "../testing/builders";
import type { Policy } from "../policy/policy";
import { buildAllocations } from "./build-allocations";

function rowsOf(parts: SnapshotParts, policy: Partial<Policy> = {}): readonly Allocation[] {
  return buildAllocations(buildSnapshot(parts), buildContext(policy));
}

/** The columns that say who takes what; a test names the others that it is about. */
function brief({ kind, port, protocol, namespace, holder, nodes, addresses, backends, owners }: Allocation) {
  return {
    row: `${kind} ${String(port)}/${protocol} ${namespace}/${holder.kind}/${holder.name}`,
    nodes,
    addresses,
    backends: backends === null ? null : `${String(backends.ready)}/${String(backends.total)}`,
    owners: owners.map(({ kind: ownerKind, name }) => `${ownerKind}/${name}`),
  };
}

const n1 = buildNode({ name: "n1", ip: "10.1.1.1" });
const n2 = buildNode({ name: "n2", ip: "10.1.1.2" });

describe("a Service's rows", () => {
  test("the incident: one number, two owners behind it, groups beside them", () => {
    const labels = (agent: string) => ({ "ai.allegro.agent.serial": "pod-1", CLEARML: agent });
    const [row, ...others] = rowsOf(
      {
        nodes: [n1, n2],
        pods: [
          buildPod({ name: "clearml-id-a", namespace: "clearml", node: "n1", ip: "10.244.1.10", labels: labels("agent-96e6ac6b") }),
          buildPod({ name: "clearml-id-b", namespace: "clearml", node: "n2", ip: "10.244.2.10", labels: labels("agent-fab4defe") }),
        ],
        services: [
          buildService({
            name: "clearml-session-1",
            namespace: "clearml",
            selector: { "ai.allegro.agent.serial": "pod-1" },
            ports: [{ port: 10_022, nodePort: 30_001 }],
            createdAtMs: 5,
          }),
        ],
        slices: [
          buildSlice({
            service: "clearml-session-1",
            namespace: "clearml",
            ports: [{ port: 10_022 }],
            endpoints: [
              { address: "10.244.1.10", node: "n1", pod: "clearml-id-a" },
              { address: "10.244.2.10", node: "n2", pod: "clearml-id-b" },
            ],
          }),
        ],
      },
      {
        bands: [{ name: "clearml-sessions", kind: "nodePort", ports: { first: 30_001, last: 30_020 }, owner: "ml-platform", allow: null }],
      },
    );
    expect(others).toEqual([]);
    expect(row).toEqual({
      id: "nodePort/clearml/Service/clearml-session-1/30001/TCP",
      port: 30_001,
      protocol: "TCP",
      kind: "nodePort",
      namespace: "clearml",
      holder: { kind: "Service", name: "clearml-session-1" },
      owners: [
        { kind: "Pod", namespace: "clearml", name: "clearml-id-a" },
        { kind: "Pod", namespace: "clearml", name: "clearml-id-b" },
      ],
      groups: [
        { kind: "clearmlAgent", name: "agent-96e6ac6b" },
        { kind: "clearmlAgent", name: "agent-fab4defe" },
      ],
      selector: { "ai.allegro.agent.serial": "pod-1" },
      nodes: "all",
      addresses: [],
      externalTrafficPolicy: "Cluster",
      backends: { ready: 2, total: 2 },
      band: "clearml-sessions",
      findings: [],
      createdAtMs: 5,
      note: null,
      unknown: [],
    });
  });

  test("F11: TCP and UDP of one Service on one number are two rows", () => {
    const rows = rowsOf({
      services: [
        buildService({
          name: "dns",
          ports: [
            { name: "tcp", port: 53, nodePort: 30_053 },
            { name: "udp", port: 53, nodePort: 30_053, protocol: "UDP" },
          ],
        }),
      ],
      slices: [
        buildSlice({ service: "dns", ports: [{ name: "tcp", port: 53 }], endpoints: [{ address: "10.244.1.1" }] }),
        buildSlice({ service: "dns", name: "dns-2", ports: [{ name: "udp", port: 53, protocol: "UDP" }], endpoints: [] }),
      ],
    });
    expect(rows.map(brief)).toEqual([
      { row: "nodePort 30053/TCP default/Service/dns", nodes: "all", addresses: [], backends: "1/1", owners: [] },
      { row: "nodePort 30053/UDP default/Service/dns", nodes: "all", addresses: [], backends: "0/0", owners: [] },
    ]);
  });

  test("F13 live: one Service, one number and protocol twice is one row with the backends of both", () => {
    const rows = rowsOf({
      services: [
        buildService({
          name: "web",
          ports: [
            { name: "a", port: 80, nodePort: 32_070 },
            { name: "b", port: 81, nodePort: 32_070 },
          ],
        }),
      ],
      slices: [
        buildSlice({
          service: "web",
          ports: [
            { name: "a", port: 8080 },
            { name: "b", port: 8081 },
          ],
          endpoints: [{ address: "10.244.1.1" }],
        }),
      ],
    });
    expect(rows.map(brief)).toEqual([
      { row: "nodePort 32070/TCP default/Service/web", nodes: "all", addresses: [], backends: "2/2", owners: [] },
    ]);
  });

  test("F16: a health-check port is a row of its own, without backends", () => {
    const rows = rowsOf({
      services: [
        buildService({
          name: "lb",
          type: "LoadBalancer",
          externalTrafficPolicy: "Local",
          healthCheckNodePort: 31_544,
          ports: [{ port: 80, nodePort: 31_000 }],
        }),
      ],
    });
    expect(rows.map(brief)).toEqual([
      { row: "nodePort 31000/TCP default/Service/lb", nodes: "all", addresses: [], backends: "0/0", owners: [] },
      { row: "healthCheckNodePort 31544/TCP default/Service/lb", nodes: "all", addresses: [], backends: null, owners: [] },
    ]);
  });

  test.for([
    ["a ClusterIP Service", buildService({ name: "s", ports: [{ port: 80 }] })],
    ["a headless Service, even with a number", buildService({ name: "s", clusterIPs: ["None"], ports: [{ port: 80, nodePort: 30_001 }] })],
    [
      "an ExternalName Service, even with a number",
      buildService({ name: "s", type: "ExternalName", clusterIPs: [], ports: [{ port: 80, nodePort: 30_001 }] }),
    ],
    ["a number that is no port", buildService({ name: "s", ports: [{ port: 80, nodePort: 70_000 }] })],
    ["a Service without ports", buildService({ name: "s", externalIPs: ["10.0.0.1"] })],
    [
      "an ingress that is a host name",
      buildService({ name: "s", type: "LoadBalancer", ports: [{ port: 80 }], loadBalancerIngress: [{ hostname: "lb.example.com" }] }),
    ],
    [
      "an ingress of ipMode Proxy",
      buildService({ name: "s", type: "LoadBalancer", ports: [{ port: 80 }], loadBalancerIngress: [{ ip: "10.0.0.9", ipMode: "Proxy" }] }),
    ],
  ] as const)("%s takes nothing", ([, service]) => {
    expect(rowsOf({ services: [service] })).toEqual([]);
  });

  test("a LoadBalancer without allocateLoadBalancerNodePorts still holds the nodePort that it has", () => {
    const rows = rowsOf({
      services: [
        buildService({ name: "lb", type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: [{ port: 80, nodePort: 30_001 }] }),
      ],
    });
    expect(rows.map(({ kind }) => kind)).toEqual(["nodePort"]);
  });

  test("external and load balancer addresses: a row per kind and port, addresses normalised", () => {
    const rows = rowsOf(
      {
        services: [
          buildService({
            name: "web",
            type: "LoadBalancer",
            ports: [{ port: 443, nodePort: 30_443 }],
            externalIPs: ["10.0.0.2", "010.0.0.1", "fd00:0::1"],
            loadBalancerIngress: [{ ip: "198.18.0.5" }, { ip: "198.18.0.4", ipMode: "VIP" }],
          }),
        ],
        slices: [
          buildSlice({ service: "web", endpoints: [{ address: "10.244.1.1" }, { address: "10.244.1.2", ready: false, serving: false }] }),
        ],
      },
      { bands: [{ name: "web", kind: "nodePort", ports: { first: 1, last: 65_535 }, owner: null, allow: null }] },
    );
    expect(rows.map(brief)).toEqual([
      {
        row: "externalIP 443/TCP default/Service/web",
        nodes: "all",
        addresses: ["10.0.0.1", "10.0.0.2", "fd00::1"],
        backends: "1/2",
        owners: [],
      },
      {
        row: "loadBalancerIP 443/TCP default/Service/web",
        nodes: "all",
        addresses: ["198.18.0.4", "198.18.0.5"],
        backends: "1/2",
        owners: [],
      },
      { row: "nodePort 30443/TCP default/Service/web", nodes: "all", addresses: [], backends: "1/2", owners: [] },
    ]);
    expect(rows.map(({ band }) => band)).toEqual([null, null, "web"]);
  });

  test.for([
    ["ready ones are used, others not", [{ ready: true }, { ready: false, serving: false }], "1/2"],
    [
      "none ready: serving ones that terminate are used",
      [
        { ready: false, terminating: true },
        { ready: false, serving: false, terminating: true },
      ],
      "1/2",
    ],
    ["one ready: those that terminate are not", [{ ready: true }, { ready: false, terminating: true }], "1/2"],
    ["none at all", [], "0/0"],
  ] as const)("backends: %s", ([, endpoints, expected]) => {
    const rows = rowsOf({
      services: [buildService({ name: "web", ports: [{ port: 80, nodePort: 30_080 }] })],
      slices: [
        buildSlice({ service: "web", endpoints: endpoints.map((endpoint, i) => ({ address: `10.244.1.${String(i + 1)}`, ...endpoint })) }),
      ],
    });
    expect(rows.map((row) => brief(row).backends)).toEqual([expected]);
  });

  test("Local: a node without a ready endpoint falls back to its own terminating one", () => {
    const rows = rowsOf({
      services: [buildService({ name: "web", externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 30_080 }] })],
      slices: [
        buildSlice({
          service: "web",
          endpoints: [
            { address: "10.244.1.1", node: "n1", ready: false, terminating: true },
            { address: "10.244.2.1", node: "n2" },
            { address: "10.244.2.2", node: "n2", ready: false, terminating: true },
          ],
        }),
      ],
    });
    expect(rows.map((row) => brief(row).backends)).toEqual(["2/3"]);
  });

  test("a pod in two slices or two families is one backend", () => {
    const rows = rowsOf({
      pods: [buildPod({ name: "a", podIPs: ["10.244.1.1", "fd00::1"] })],
      services: [buildService({ name: "web", clusterIPs: ["10.96.0.1", "fd00:96::1"], ports: [{ port: 80, nodePort: 30_080 }] })],
      slices: [
        buildSlice({ service: "web", endpoints: [{ address: "10.244.1.1", pod: "a" }] }),
        buildSlice({ service: "web", name: "web-2", endpoints: [{ address: "010.244.1.1", pod: "a" }] }),
        buildSlice({ service: "web", name: "web-3", addressType: "IPv6", endpoints: [{ address: "fd00:0::1", pod: "a" }] }),
      ],
    });
    expect(rows.map(brief)).toMatchObject([{ backends: "1/1", owners: ["Pod/a"] }]);
  });

  test.for([
    ["another port name", buildSlice({ service: "web", ports: [{ name: "http" }], endpoints: [{ address: "10.244.1.1" }] })],
    ["another protocol", buildSlice({ service: "web", ports: [{ protocol: "UDP" }], endpoints: [{ address: "10.244.1.1" }] })],
    ["a port without a number", buildSlice({ service: "web", ports: [{ port: null }], endpoints: [{ address: "10.244.1.1" }] })],
    ["a family that the Service lacks", buildSlice({ service: "web", addressType: "IPv6", endpoints: [{ address: "fd00::1" }] })],
    ["host names", buildSlice({ service: "web", addressType: "FQDN", endpoints: [{ address: "example.com" }] })],
    [
      "the headless label",
      buildSlice({ service: "web", labels: { "service.kubernetes.io/headless": "" }, endpoints: [{ address: "10.244.1.1" }] }),
    ],
    ["another namespace", buildSlice({ service: "web", namespace: "other", endpoints: [{ address: "10.244.1.1" }] })],
  ] as const)("a slice with %s is not the Service's", ([, slice]) => {
    const rows = rowsOf({ services: [buildService({ name: "web", ports: [{ port: 80, nodePort: 30_080 }] })], slices: [slice] });
    expect(rows.map((row) => brief(row).backends)).toEqual(["0/0"]);
  });
});

describe("what could not be read", () => {
  const services = [
    buildService({ name: "api", namespace: "tenant-b", ports: [{ port: 80, nodePort: 32_070 }] }),
    buildService({ name: "web", ports: [{ port: 80, nodePort: 30_080 }] }),
  ];
  const unknownOf = (kinds: NonNullable<SnapshotParts["kinds"]>) =>
    rowsOf({ services, kinds }).map(({ port, backends, unknown }) => ({ port, backends, unknown }));
  const none = { ready: null, total: null };
  const zero = { ready: 0, total: 0 };

  test("EndpointSlices forbidden in one namespace: its rows are unknown, the others not", () => {
    expect(unknownOf({ endpointslices: { forbiddenNamespaces: ["tenant-b"] } })).toEqual([
      { port: 30_080, backends: zero, unknown: [] },
      { port: 32_070, backends: none, unknown: ["endpointslices"] },
    ]);
  });

  test.for(["syncing", "forbidden", "notCollected"] as const)("EndpointSlices %s everywhere: every row is unknown", (state) => {
    expect(unknownOf({ endpointslices: state }).map(({ backends }) => backends)).toEqual([none, none]);
  });

  test.for(["live", "stale", "snapshot"] as const)("EndpointSlices %s are known", (state) => {
    expect(unknownOf({ endpointslices: state }).map(({ backends }) => backends)).toEqual([zero, zero]);
  });

  test("Services that are known in part only: no policy is stated of them", () => {
    const policies = (state: "notCollected" | "snapshot") =>
      rowsOf({ services, kinds: { services: state } }).map(({ externalTrafficPolicy }) => externalTrafficPolicy);
    expect(policies("notCollected")).toEqual([null, null]);
    expect(policies("snapshot")).toEqual(["Cluster", "Cluster"]);
  });

  test("only some namespaces could be read", () => {
    expect(unknownOf({ endpointslices: { namespaces: ["tenant-b"] } }).map(({ unknown }) => unknown)).toEqual([["endpointslices"], []]);
  });

  test("pods forbidden: backends are counted, owners are unknown", () => {
    expect(unknownOf({ pods: "forbidden" })).toEqual([
      { port: 30_080, backends: zero, unknown: ["pods"] },
      { port: 32_070, backends: zero, unknown: ["pods"] },
    ]);
  });
});

describe("a pod's rows", () => {
  test("F21: one number on two hostIPs of one node is two rows", () => {
    const rows = rowsOf({
      nodes: [n1],
      pods: [
        buildPod({ name: "a", node: "n1", ip: "10.244.1.1", ports: [{ containerPort: 80, hostPort: 8080, hostIP: "10.1.1.1" }] }),
        buildPod({ name: "b", node: "n1", ip: "10.244.1.2", ports: [{ containerPort: 80, hostPort: 8080, hostIP: "10.1.1.2" }] }),
      ],
    });
    expect(rows.map(brief)).toEqual([
      { row: "hostPort 8080/TCP default/Pod/a", nodes: ["n1"], addresses: ["10.1.1.1"], backends: "1/1", owners: ["Pod/a"] },
      { row: "hostPort 8080/TCP default/Pod/b", nodes: ["n1"], addresses: ["10.1.1.2"], backends: "1/1", owners: ["Pod/b"] },
    ]);
  });

  test("F22: TCP and UDP on one number of one node are two rows", () => {
    const rows = rowsOf({
      pods: [
        buildPod({
          name: "a",
          node: "n1",
          ip: "10.244.1.1",
          ports: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 81, hostPort: 8080, protocol: "UDP" },
          ],
        }),
      ],
    });
    expect(rows.map((row) => brief(row).row)).toEqual(["hostPort 8080/TCP default/Pod/a", "hostPort 8080/UDP default/Pod/a"]);
  });

  test("one holder on several hostIPs is one row with its addresses; a wildcard among them means every address", () => {
    const pod = (name: string, hostIP: string) =>
      buildPod({
        name,
        node: "n1",
        ip: "10.244.1.1",
        controller: { kind: "DaemonSet", name: "edge" },
        ports: [{ containerPort: 80, hostPort: 8080, hostIP }],
      });
    expect(rowsOf({ pods: [pod("a", "10.1.1.2"), pod("b", "10.1.1.1")] }).map(({ addresses }) => addresses)).toEqual([
      ["10.1.1.1", "10.1.1.2"],
    ]);
    for (const wildcard of ["", "0.0.0.0", "::"]) {
      expect(rowsOf({ pods: [pod("a", "10.1.1.2"), pod("b", wildcard)] }).map(({ addresses }) => addresses)).toEqual([[]]);
    }
  });

  test("a DaemonSet is one row with its nodes in the order people count, and a pending pod counts as not ready", () => {
    const pod = (node: string, more: Partial<Parameters<typeof buildPod>[0]> = {}) =>
      buildPod({
        name: `edge-${node}`,
        node,
        ip: "10.244.1.1",
        controller: { kind: "DaemonSet", name: "edge" },
        ports: [{ containerPort: 80, hostPort: 80 }],
        createdAtMs: 9,
        ...more,
      });
    const rows = rowsOf(
      {
        pods: [
          pod("n10"),
          pod("n2", { createdAtMs: 7 }),
          pod("n3", { phase: "Pending", podIPs: [], ready: false }),
          pod("n4", { phase: "Failed" }),
        ],
      },
      { bands: [{ name: "infra", kind: "hostPort", ports: { first: 80, last: 90 }, owner: null, allow: null }] },
    );
    expect(rows.map(brief)).toEqual([
      { row: "hostPort 80/TCP default/DaemonSet/edge", nodes: ["n2", "n10"], addresses: [], backends: "2/3", owners: ["DaemonSet/edge"] },
    ]);
    expect(rows.map(({ band, createdAtMs }) => ({ band, createdAtMs }))).toEqual([{ band: "infra", createdAtMs: 7 }]);
  });

  test.for([
    ["a pod without a node", { ip: "10.244.1.1" }],
    ["a pod without an IP", { node: "n1" }],
    ["a pod that succeeded", { node: "n1", ip: "10.244.1.1", phase: "Succeeded" }],
    ["a pod that failed", { node: "n1", ip: "10.244.1.1", phase: "Failed" }],
  ] as const)("%s holds no hostPort", ([, more]) => {
    expect(rowsOf({ pods: [buildPod({ name: "a", ports: [{ containerPort: 80, hostPort: 8080 }], ...more })] })).toEqual([]);
  });

  test.for(["Pending", "Running", "Unknown"] as const)(
    "a bound pod with an IP that is %s holds its hostPort, ready or not, also while it terminates",
    (phase) => {
      const pod = buildPod({
        name: "a",
        node: "n1",
        ip: "10.244.1.1",
        phase,
        ready: false,
        deletedAtMs: 1,
        ports: [{ containerPort: 80, hostPort: 8080 }],
      });
      expect(rowsOf({ pods: [pod] }).map(brief)).toMatchObject([{ backends: "0/1" }]);
    },
  );

  test.for(["init", "sidecar"] as const)("a hostPort of an %s container is no row: the kubelet does not map it", (role) => {
    expect(
      rowsOf({
        pods: [
          buildPod({ name: "a", node: "n1", ip: "10.244.1.1", containers: [{ role, ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
        ],
      }),
    ).toEqual([]);
  });

  test("a hostNetwork pod's declared ports are rows of their own kind while it runs; init containers' are not", () => {
    const pod = (phase: "Running" | "Pending") =>
      buildPod({
        name: "exporter",
        node: "n1",
        ip: "10.1.1.1",
        hostNetwork: true,
        phase,
        containers: [
          { ports: [{ containerPort: 9100 }] },
          { role: "sidecar", ports: [{ containerPort: 9101 }] },
          { role: "init", ports: [{ containerPort: 9102 }] },
        ],
      });
    expect(rowsOf({ pods: [pod("Running")] }).map(brief)).toEqual([
      { row: "hostNetwork 9100/TCP default/Pod/exporter", nodes: ["n1"], addresses: [], backends: "1/1", owners: ["Pod/exporter"] },
      { row: "hostNetwork 9101/TCP default/Pod/exporter", nodes: ["n1"], addresses: [], backends: "1/1", owners: ["Pod/exporter"] },
    ]);
    expect(rowsOf({ pods: [pod("Pending")] })).toEqual([]);
  });
});

describe("reservations", () => {
  const reservation = {
    port: 30_005,
    kind: "nodePort",
    node: null,
    protocol: null,
    purpose: "=gpu-07 session",
    until: "2026-05-12",
    ticket: null,
    allow: null,
  } as const;

  test("a nodePort reservation is of the number, whatever the protocol, until the end of its last day (UTC)", () => {
    const rows = rowsOf(
      {},
      { reservations: [reservation, { ...reservation, port: 30_006, until: "2026-05-11" }, { ...reservation, port: 30_007, until: null }] },
    );
    expect(
      rows.map(({ id, port, protocol, nodes, note, backends, band }) => ({ id, port, protocol, nodes, note, backends, band })),
    ).toEqual([
      {
        id: "reservation//Reservation/30005/30005/any",
        port: 30_005,
        protocol: "any",
        nodes: "all",
        note: "=gpu-07 session",
        backends: null,
        band: null,
      },
      {
        id: "reservation//Reservation/30007/30007/any",
        port: 30_007,
        protocol: "any",
        nodes: "all",
        note: "=gpu-07 session",
        backends: null,
        band: null,
      },
    ]);
    const dayMs = 86_400_000;
    const endOfDay = testNowMs - (testNowMs % dayMs) + dayMs;
    const at = (nowMs: number) =>
      buildAllocations(buildSnapshot(), { policy: { ...buildContext({ reservations: [reservation] }).policy }, nowMs }).length;
    expect([at(endOfDay - 1), at(endOfDay)]).toEqual([1, 0]);
  });

  test("hostPort reservations of one number on several nodes are one row", () => {
    const rows = rowsOf(
      {},
      {
        reservations: ["n10", "n2"].map((node) => ({
          ...reservation,
          kind: "hostPort" as const,
          port: 8080,
          protocol: "UDP" as const,
          node,
          purpose: node,
        })),
      },
    );
    expect(rows.map(({ id, nodes, note }) => ({ id, nodes, note }))).toEqual([
      { id: "reservation//Reservation/8080/8080/UDP", nodes: ["n2", "n10"], note: "n10; n2" },
    ]);
  });
});

test("rows are sorted by port, protocol, namespace, holder", () => {
  const service = (name: string, namespace: string, nodePort: number) =>
    buildService({
      name,
      namespace,
      ports: [
        { port: 80, nodePort },
        { port: 80, nodePort, protocol: "UDP", name: "udp" },
      ],
    });
  const rows = rowsOf({
    services: [service("b", "x", 30_002), service("a", "x", 30_002), service("z", "a", 30_002), service("c", "x", 9000)],
  });
  expect(rows.map(({ port, protocol, namespace, holder }) => `${String(port)} ${protocol} ${namespace} ${holder.name}`)).toEqual([
    "9000 TCP x c",
    "9000 UDP x c",
    "30002 TCP a z",
    "30002 TCP x a",
    "30002 TCP x b",
    "30002 UDP a z",
    "30002 UDP x a",
    "30002 UDP x b",
  ]);
});
