// Arbitrary clusters in which claims collide: few numbers and addresses, every policy, condition, hint and setting that routes depend on.
// Imported by tests only.

import fc from "fast-check";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { buildPod, buildService, buildSlice, type PartialEndpoint } from "./builders";
import type { ClientPosition, RouteQuery } from "../model/route";
import { nodes, type Mode, type Scene } from "./scenarios";

const nodeName = fc.constantFrom("n1", "n2", "n3");
const portNumber = fc.constantFrom(80, 80, 30080, 30080, 8081);
const policy = fc.constantFrom("Cluster" as const, "Local" as const);
const protocol = fc.constantFrom("TCP" as const, "TCP" as const, "TCP" as const, "TCP" as const, "UDP" as const);
const often: readonly null[] = Array.from({ length: 18 }, () => null);
const services = ["p", "q", "r"] as const;

/** Pods of the cluster by place: address, node; the last is a node's own address and the one before no pod's. */
const places: readonly { readonly v4: string; readonly v6: string; readonly node: string | null }[] = [
  { v4: "10.244.1.10", v6: "fd00:244:1::10", node: "n1" },
  { v4: "10.244.1.11", v6: "fd00:244:1::11", node: "n1" },
  { v4: "10.244.2.10", v6: "fd00:244:2::10", node: "n2" },
  { v4: "10.244.3.10", v6: "fd00:244:3::10", node: "n3" },
  { v4: "203.0.113.9", v6: "2001:db8:9::9", node: null },
  { v4: "10.0.0.2", v6: "fd00::2", node: "n2" },
];

const service = (name: string): fc.Arbitrary<ServiceRecord> =>
  fc
    .record({
      type: fc.constantFrom(
        "ClusterIP" as const,
        "NodePort" as const,
        "NodePort" as const,
        "LoadBalancer" as const,
        "LoadBalancer" as const,
      ),
      families: fc.constantFrom(["IPv4"] as const, ["IPv4"] as const, ["IPv4", "IPv6"] as const, ["IPv6"] as const),
      ports: fc.array(
        fc.record({ name: fc.constantFrom("", "", "x"), protocol, port: portNumber, nodePort: fc.constantFrom(0, 30080, 30080, 8081) }),
        { minLength: 1, maxLength: 2 },
      ),
      externalIPs: fc.subarray(["10.0.0.1", "198.18.0.7", "fd00::1"], { maxLength: 2 }),
      ingress: fc.subarray(["10.0.0.2", "198.18.0.5", "fd00:18::5"], { maxLength: 2 }),
      ipMode: fc.constantFrom("VIP" as const, "VIP" as const, "Proxy" as const, null),
      externalTrafficPolicy: policy,
      internalTrafficPolicy: policy,
      loadBalancerSourceRanges: fc.subarray(["192.0.2.0/24", "10.0.0.0/24", "10.0.0.1/32", "10.244.0.0/16", "2001:db8::/32"], {
        maxLength: 2,
      }),
      healthCheckNodePort: fc.constantFrom(0, 32000),
      label: fc.constantFrom(...often, "service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"),
      odd: fc.constantFrom(...often, "None", "ExternalName", "clusterIP of a node"),
      topologyMode: fc.constantFrom(null, "Auto"),
    })
    .map(({ families, ingress, ipMode, label, odd, ...rest }) => {
      const place = services.indexOf(name as (typeof services)[number]) + 80;
      const ips = families.map((family) => (family === "IPv4" ? `10.96.0.${String(place)}` : `fd00:96::${String(place)}`));
      const clusterIPs = odd === "None" ? ["None"] : odd === "clusterIP of a node" ? ["10.0.0.1"] : ips;
      return buildService({
        name,
        ...rest,
        clusterIPs,
        ipFamilies: families,
        type: odd === "ExternalName" ? "ExternalName" : rest.type,
        loadBalancerIngress: rest.type === "LoadBalancer" ? ingress.map((ip) => ({ ip, ipMode })) : [],
        labels: label === null ? {} : { [label]: "" },
      });
    });

const conditions = fc.constantFrom(
  { ready: true, serving: true, terminating: false },
  { ready: true, serving: true, terminating: false },
  { ready: false, serving: false, terminating: false },
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
  { ready: true, serving: false, terminating: true },
);

const endpoint = (family: "IPv4" | "IPv6", hinted: boolean): fc.Arbitrary<PartialEndpoint> =>
  fc
    .record({
      place: fc.nat({ max: places.length - 1 }),
      conditions,
      named: fc.boolean(),
      zone: fc.constantFrom("a", "b", "c"),
      withNode: fc.boolean(),
    })
    .map(({ place, conditions: state, named, zone, withNode }) => {
      const { v4, v6, node } = places[place] ?? { v4: "10.244.1.10", v6: "fd00:244:1::10", node: null };
      return {
        address: family === "IPv4" ? v4 : v6,
        ...state,
        ...(node === null || !named ? {} : { node }),
        ...(hinted ? { hintZones: [zone], ...(withNode ? { hintNodes: [node ?? "n1"] } : {}) } : {}),
      };
    });

const slice: fc.Arbitrary<EndpointSliceRecord> = fc
  .record({
    service: fc.constantFrom(...services),
    family: fc.constantFrom("IPv4" as const, "IPv4" as const, "IPv6" as const),
    hinted: fc.constantFrom(false, false, true),
    name: fc.nat({ max: 99 }),
  })
  .chain(({ service: owner, family, hinted, name }) =>
    fc
      .record({
        endpoints: fc.array(endpoint(family, hinted), { minLength: 1, maxLength: 5 }),
        ports: fc.subarray(
          [{ name: "" }, { name: "x" }, { name: "", protocol: "UDP" as const }, { name: "x", port: 9090, protocol: "UDP" as const }],
          { minLength: 1 },
        ),
        label: fc.constantFrom(...often, "service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"),
      })
      .map(({ endpoints, ports, label }) =>
        buildSlice({
          service: owner,
          name: `${owner}-${String(name)}`,
          addressType: family,
          endpoints,
          ports,
          labels: label === null ? {} : { [label]: "" },
        }),
      ),
  );

const backends: readonly PodRecord[] = places
  .slice(0, 4)
  .map(({ v4, v6, node }, place) => buildPod({ name: `b${String(place)}`, podIPs: [v4, v6], node: node ?? "n1" }));

const mapped = (name: string, last: number): fc.Arbitrary<PodRecord> =>
  fc
    .record({
      node: nodeName,
      hostPort: portNumber,
      hostIP: fc.constantFrom("", "", "0.0.0.0", "::", "127.0.0.1", "10.0.0.1"),
      protocol,
      age: fc.constantFrom(500, 500, 2000, null),
      dual: fc.boolean(),
      role: fc.constantFrom("main" as const, "main" as const, "main" as const, "sidecar" as const),
      phase: fc.constantFrom("Running" as const, "Pending" as const, "Failed" as const),
    })
    .map(({ node, hostPort, hostIP, protocol: spoken, age, dual, role, phase }) => {
      const place = node.slice(1);
      return buildPod({
        name,
        node,
        phase,
        podIPs: [`10.244.${place}.${String(last)}`, ...(dual ? [`fd00:244:${place}::${String(last)}`] : [])],
        runningSinceMs: age,
        containers: [{ role, ports: [{ containerPort: 80, hostPort, hostIP, protocol: spoken }] }],
      });
    });

const listening: fc.Arbitrary<PodRecord> = fc
  .record({
    node: nodeName,
    port: portNumber,
    protocol,
    phase: fc.constantFrom("Running" as const, "Running" as const, "Pending" as const),
  })
  .map(({ node, port, protocol: spoken, phase }) =>
    buildPod({
      name: "lis",
      node,
      hostNetwork: true,
      phase,
      podIPs: [`10.0.0.${node.slice(1)}`],
      ports: [{ containerPort: port, protocol: spoken }],
    }),
  );

const query: fc.Arbitrary<RouteQuery> = fc.record({
  address: fc.constantFrom(
    "10.0.0.1",
    "10.0.0.1",
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.2",
    "10.0.0.3",
    "10.9.0.1",
    "fd00::1",
    "fd00::2",
    "127.0.0.1",
    "::1",
    "10.244.1.1",
    "198.18.0.5",
    "198.18.0.7",
    "10.96.0.80",
    "fd00:96::81",
  ),
  port: fc.constantFrom(80, 80, 8081, 30080, 30080, 30080, 32000),
  protocol,
  from: fc.oneof(
    fc.record({ kind: fc.constant("outside" as const), address: fc.constantFrom("192.0.2.50", "192.0.2.50", null) }),
    fc.record({ kind: fc.constant("node" as const), name: nodeName }),
    fc.record({ kind: fc.constant("pod" as const), namespace: fc.constant("probe"), name: fc.constantFrom("pod1", "pod2", "pod3") }),
    fc.record({ kind: fc.constant("pod" as const), namespace: fc.constant("default"), name: fc.constantFrom("b0", "b2") }),
  ) satisfies fc.Arbitrary<ClientPosition>,
  node: fc.constantFrom(null, null, null, "n1", "n3"),
});

/** A cluster, a mode, and questions to it. */
export const arbitraryCase: fc.Arbitrary<{ readonly scene: Scene; readonly mode: Mode; readonly queries: readonly RouteQuery[] }> =
  fc.record({
    mode: fc.constantFrom<Mode>("iptables", "nftables", "ipvs"),
    scene: fc
      .record({
        services: fc.subarray([...services], { minLength: 1 }).chain((names) => fc.tuple(...names.map(service))),
        slices: fc.uniqueArray(slice, { minLength: 1, maxLength: 5, selector: ({ name }) => name }),
        h: fc.option(mapped("h", 20), { nil: null, freq: 1 }),
        g: fc.option(mapped("g", 21), { nil: null, freq: 1 }),
        lis: fc.option(listening, { nil: null }),
        minor: fc.constantFrom(30, 32, 33, 34, 35, 36, 36, 36, 37),
        zoned: fc.boolean(),
        settings: fc.record(
          {
            nodePortAddresses: fc.constantFrom(
              ["10.0.0.0/24"],
              ["10.0.0.1/32"],
              ["primary"],
              ["127.0.0.0/8"],
              ["0.0.0.0/0"],
              ["fd00::/112"],
            ),
            clusterCIDRs: fc.constantFrom([], ["10.244.0.0/16", "fd00:244::/32"]),
            detectLocalMode: fc.constantFrom("ClusterCIDR" as const, "NodeCIDR" as const, "BridgeInterface" as const),
            localhostNodePorts: fc.boolean(),
            masqueradeAll: fc.boolean(),
            bindAddress: fc.constantFrom("0.0.0.0", "10.9.0.1"),
          },
          { requiredKeys: [] },
        ),
        policy: fc.record({
          podToNodeMasquerade: fc.boolean(),
          hostPortImplementation: fc.constantFrom("portmap-iptables" as const, "portmap-nftables" as const),
        }),
      })
      .map(({ services: found, h, g, lis, minor, zoned, ...rest }): Scene => ({
        ...rest,
        services: found,
        nodes: nodes.map((node) => ({ ...node, kubeletVersion: `v1.${String(minor)}.3`, labels: zoned ? node.labels : {} })),
        pods: [...backends, ...[h, g, lis].filter((each) => each !== null)],
      })),
    queries: fc.array(query, { minLength: 30, maxLength: 30 }),
  });
