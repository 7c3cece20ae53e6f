import { describe, expect, test } from "vitest";
import type { Evaluation } from "../model/finding";
import type { PortMap } from "../model/port-map";
import { buildContext, buildNode, buildPod, buildService, buildSlice, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { noAssumptions, type Policy, type PortRange } from "../policy/policy";
import { buildPortMap } from "./build-port-map";

const outside = { kind: "outside", address: null } as const;
const nodes = [
  buildNode({ name: "n1", ip: "10.0.0.1" }),
  buildNode({ name: "n2", ip: "10.0.0.2" }),
  buildNode({ name: "n3", ip: "10.0.0.3" }),
];

function mapOf(
  parts: SnapshotParts,
  policy: Partial<Policy> = {},
  options: { readonly ports?: readonly PortRange[]; readonly evaluation?: Pick<Evaluation, "findings"> } = {},
): PortMap {
  return buildPortMap(buildSnapshot({ nodes, ...parts }), buildContext(policy), {
    from: outside,
    ports: options.ports ?? null,
    evaluation: options.evaluation ?? { findings: [] },
  });
}

/** One line per column: the cell that most nodes show, then the exceptions. */
function say(map: PortMap): readonly string[] {
  const cell = (place: number): string => {
    const found = map.cells[place];
    if (found === undefined) return "?";
    const owners = found.owners
      .map(
        ({ kind, name, probability, here }) =>
          `${kind}/${name}${probability === null ? "" : `=${String(probability)}`}${here ? " here" : ""}`,
      )
      .join(", ");
    const reason = found.reason === null ? "" : `(${found.reason})`;
    return `${found.outcome}${reason} by ${String(found.claim)} ${String(found.local)}/${String(found.ready)} [${owners}]${found.differs.length === 0 ? "" : ` differs ${found.differs.join()}`}`;
  };
  return map.columns.map(
    (column) =>
      `${String(column.port)}/${column.protocol}: ${cell(column.cell)}${column.exceptions.map(([node, place]) => `; ${map.nodes[node]?.name ?? "?"} ${cell(place)}`).join("")}`,
  );
}

const incident: SnapshotParts = {
  pods: [buildPod({ name: "a", node: "n1", ip: "10.244.1.10" }), buildPod({ name: "b", node: "n2", ip: "10.244.2.10" })],
  services: [buildService({ name: "s", selector: { x: "y" }, ports: [{ port: 22, nodePort: 30_001 }] })],
  slices: [
    buildSlice({
      service: "s",
      endpoints: [
        { address: "10.244.1.10", node: "n1", pod: "a" },
        { address: "10.244.2.10", node: "n2", pod: "b" },
      ],
    }),
  ],
};

describe("cells", () => {
  test("Cluster: the same two owners everywhere, each here on its own node", () => {
    expect(say(mapOf(incident))).toEqual([
      "30001/TCP: delivered by nodePort 1/2 [Pod/a=0.5 here, Pod/b=0.5]; n2 delivered by nodePort 1/2 [Pod/a=0.5, Pod/b=0.5 here]; n3 delivered by nodePort 0/2 [Pod/a=0.5, Pod/b=0.5]",
    ]);
  });

  test("Local: each node its own, and a drop where there is none", () => {
    const services = [buildService({ name: "s", externalTrafficPolicy: "Local", ports: [{ port: 22, nodePort: 30_001 }] })];
    expect(say(mapOf({ ...incident, services }))).toEqual([
      "30001/TCP: delivered by nodePort 1/2 [Pod/a=1 here]; n2 delivered by nodePort 1/2 [Pod/b=1 here]; n3 dropped(no-local-endpoints) by nodePort 0/2 []",
    ]);
  });

  test("no endpoints: rejected everywhere, one cell for all", () => {
    const map = mapOf({ services: incident.services ?? [] });
    expect(say(map)).toEqual(["30001/TCP: rejected(no-endpoints) by nodePort 0/0 []"]);
    expect(map.cells).toHaveLength(1);
  });

  test("a hostPort and a listener take one node each", () => {
    const pods = [
      buildPod({ name: "h", node: "n2", ip: "10.244.2.10", ports: [{ containerPort: 80, hostPort: 8080 }] }),
      buildPod({ name: "x", node: "n3", ip: "10.0.0.3", hostNetwork: true, ports: [{ containerPort: 9100 }] }),
    ];
    expect(say(mapOf({ pods }))).toEqual([
      "8080/TCP: closed(unclaimed) by null 0/0 []; n2 delivered by hostPort 1/1 [Pod/h=1 here]",
      "9100/TCP: closed(unclaimed) by null 0/0 []; n3 listener by hostNetwork 1/1 [Pod/x here]",
    ]);
  });

  test("a reservation that nobody holds is closed, claimed by the reservation; of a number in use it joins the columns that are there", () => {
    const reservation = {
      port: 30_008,
      kind: "nodePort",
      node: null,
      protocol: null,
      purpose: "x",
      until: null,
      ticket: null,
      allow: null,
    } as const;
    const map = mapOf(incident, { reservations: [reservation, { ...reservation, port: 30_001 }] });
    expect(say(map)[1]).toBe("30008/TCP: closed(unclaimed) by reservation 0/0 []");
    expect(map.columns.map(({ claims }) => claims.map(({ kind, holder }) => `${kind} ${holder}`))).toEqual([
      ["nodePort Service/s", "reservation Reservation/30001"],
      ["reservation Reservation/30008"],
    ]);
  });

  test.for([
    ["a family without endpoints", ["10.96.0.1", "fd00:96::1"], " differs fd00::1"],
    ["not: a family that the Service does not have", ["10.96.0.1"], ""],
  ] as const)("an address that answers otherwise is named: %s", ([, clusterIPs, differs]) => {
    const addresses = ["10.0.0.1", "fd00:0::1"].map((address) => ({ type: "InternalIP" as const, address }));
    const services = [buildService({ name: "s", clusterIPs, ports: [{ port: 22, nodePort: 30_001 }] })];
    const dual = [buildNode({ name: "n1", addresses: [...addresses, { type: "Hostname", address: "n1" }] })];
    expect(say(mapOf({ ...incident, nodes: dual, services }))).toEqual([
      `30001/TCP: delivered by nodePort 1/2 [Pod/a=0.5 here, Pod/b=0.5]${differs}`,
    ]);
  });

  test("a node without an address is unknown", () => {
    expect(say(mapOf({ ...incident, nodes: [buildNode({ name: "n1" })] }))).toEqual([
      "30001/TCP: unknown(no-address-of-family) by null 0/0 []",
    ]);
  });

  test("EndpointSlices that could not be read make the answer unknown, not calm", () => {
    expect(say(mapOf({ ...incident, kinds: { endpointslices: "forbidden" } }))[0]).toContain("30001/TCP: unknown(forbidden)");
  });

  test("findings: of the column all, of a cell those of its node", () => {
    const finding = { ports: [{ port: 30_001, protocol: "TCP" }] };
    const evaluation = {
      findings: [
        { ...finding, fingerprint: "f1", nodes: [] },
        { ...finding, fingerprint: "f2", nodes: ["n3"] },
      ],
    } as unknown as Evaluation;
    const map = mapOf({ services: incident.services ?? [] }, {}, { evaluation });
    expect(
      map.columns.map(({ findings, exceptions }) => ({
        findings,
        exceptions: exceptions.map(([node, cell]) => [map.nodes[node]?.name, map.cells[cell]?.findings]),
      })),
    ).toEqual([{ findings: ["f1", "f2"], exceptions: [["n3", ["f1", "f2"]]] }]);
  });
});

describe("columns", () => {
  test("only the ports asked for, sorted; an external address only where it is a node's", () => {
    const services = [
      buildService({ name: "a", externalIPs: ["10.0.0.2"], ports: [{ port: 443 }] }),
      buildService({ name: "b", externalIPs: ["198.51.100.7"], ports: [{ port: 444 }] }),
      buildService({
        name: "c",
        ports: [
          { port: 1, nodePort: 30_002, protocol: "UDP", name: "u" },
          { port: 1, nodePort: 30_002 },
        ],
      }),
    ];
    const names = (ports?: readonly PortRange[]) =>
      mapOf({ services }, {}, ports === undefined ? {} : { ports }).columns.map(({ port, protocol }) => `${String(port)}/${protocol}`);
    expect(names()).toEqual(["443/TCP", "30002/TCP", "30002/UDP"]);
    expect(names([{ first: 30_000, last: 30_100 }])).toEqual(["30002/TCP", "30002/UDP"]);
    expect(names([])).toEqual([]);
  });

  test("no nodes: columns without exceptions", () => {
    const map = mapOf({ ...incident, nodes: [] });
    expect(map.columns.map(({ exceptions }) => exceptions)).toEqual([[]]);
    expect(map.cells[map.columns[0]?.cell ?? -1]?.outcome).toBe("unknown");
  });
});

describe("nodes", () => {
  test.for([
    [{ "karpenter.sh/nodepool": "k", "nvidia.com/gpu.product": "H200" }, null, "k"],
    [{ "nvidia.com/gpu.product": "H200" }, null, "H200"],
    [{ team: "x", "karpenter.sh/nodepool": "k" }, "team", "x"],
    [{ "karpenter.sh/nodepool": "k" }, "team", "k"],
    [{ "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "" }, null, "control-plane"],
    [{}, null, null],
  ] as const)("pool of %j with pool label %s: %s", ([labels, poolLabel, pool]) => {
    const map = mapOf(
      { nodes: [buildNode({ name: "n1", labels })] },
      poolLabel === null ? {} : { clusters: { "*": { ...noAssumptions, poolLabel } } },
    );
    expect(map.nodes[0]?.pool).toBe(pool);
  });

  test("in the order people count, with what the map says of each", () => {
    const map = mapOf({
      nodes: [
        buildNode({ name: "n10", ip: "10.0.0.10" }),
        buildNode({
          name: "n2",
          zone: "z",
          ready: "False",
          unschedulable: true,
          addresses: [
            { type: "ExternalIP", address: "203.0.113.2" },
            { type: "InternalIP", address: "010.0.0.2" },
          ],
        }),
      ],
    });
    expect(map.nodes.map(({ name }) => name)).toEqual(["n2", "n10"]);
    expect(map.nodes[0]).toMatchObject({ addresses: ["10.0.0.2", "203.0.113.2"], zone: "z", ready: false, unschedulable: true });
  });
});
