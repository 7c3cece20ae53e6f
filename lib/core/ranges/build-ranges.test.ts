import { describe, expect, test } from "vitest";
import { buildAllocations } from "../inventory/build-allocations";
import { runRules } from "../rules/run-rules";
import type { Policy } from "../policy/policy";
import { buildContext, buildNode, buildPod, buildService, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { buildRanges } from "./build-ranges";

const nodes = ["a-1", "a-2", "b-1"].map((name, place) =>
  buildNode({ name, ip: `10.0.0.${String(place + 1)}`, labels: { "karpenter.sh/nodepool": name.slice(0, 1) } }),
);
const ranges = (parts: SnapshotParts, policy: Partial<Policy> = {}, block = 4) => {
  const snapshot = buildSnapshot({ nodes, ...parts });
  const context = buildContext(policy);
  return buildRanges(
    snapshot,
    context,
    { allocations: buildAllocations(snapshot, context), evaluation: runRules(snapshot, context) },
    block,
  );
};
const band = { name: "b", kind: "nodePort", ports: { first: 30_000, last: 30_009 }, owner: "ops", allow: null } as const;
const reservation = { kind: "nodePort", node: null, protocol: null, purpose: "x", ticket: null, allow: null } as const;

describe("the numbers of a cluster", () => {
  const services = [
    buildService({ name: "web", ports: [{ port: 80, nodePort: 30_000 }] }),
    buildService({ name: "lb", type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 30_002, ports: [{ port: 80 }] }),
    buildService({ name: "twice", ports: [{ port: 80, nodePort: 30_000 }] }),
    buildService({ name: "hidden", namespace: "dark", ports: [{ port: 80, nodePort: 30_005 }] }),
  ];

  test("say who holds them, how bad it is, and what is not known", () => {
    const kinds = { endpointslices: { forbiddenNamespaces: ["dark"] } };
    expect(ranges({ services, kinds }).numbers).toEqual([
      { port: 30_000, state: "taken", holders: ["default/twice", "default/web"], severity: "critical" },
      { port: 30_002, state: "healthCheck", holders: ["default/lb"], severity: null },
      { port: 30_005, state: "unknown", holders: ["dark/hidden"], severity: null },
    ]);
  });

  test("fill bands, beside what is reserved", () => {
    const reservations = [{ ...reservation, port: 30_001, until: null }];
    expect(ranges({ services }, { bands: [band], reservations }).bands).toEqual([
      { ...band, used: 4, size: 10, nextFree: 30_003, nextBlock: null },
    ]);
    expect(ranges({}, { bands: [band] }).bands).toMatchObject([{ used: 0, nextFree: 30_000, nextBlock: { first: 30_000, last: 30_003 } }]);
  });

  test("an acknowledged finding colours nothing", () => {
    const acknowledgements = [
      { rule: "node-port-duplicate", subject: "Service/default/web", owners: null, reason: "r", by: "b", until: "2026-12-31" },
      { rule: "no-endpoints", subject: "Service/default/web", owners: null, reason: "r", by: "b", until: "2026-12-31" },
      { rule: "no-endpoints", subject: "Service/default/twice", owners: null, reason: "r", by: "b", until: "2026-12-31" },
    ];
    expect(ranges({ services }, { acknowledgements }).numbers[0]).toMatchObject({ port: 30_000, severity: null });
  });

  test("without a known range, bands still stand", () => {
    const odd = [buildService({ name: "odd", ports: [{ port: 80, nodePort: 20_000 }] })];
    expect(ranges({ services: odd }, { bands: [band] })).toMatchObject({ nodePorts: null, bands: [{ nextFree: 30_000 }] });
  });
});

test("reservations by their last day; those for ever last", () => {
  const reservations = [
    { ...reservation, port: 1, until: null },
    { ...reservation, port: 2, until: "2026-05-20" },
    { ...reservation, port: 3, until: "2026-05-10" },
  ];
  expect(ranges({}, { reservations }).reservations.map(({ port, daysLeft }) => [port, daysLeft])).toEqual([
    [3, -2],
    [2, 8],
    [1, null],
  ]);
});

test("host ports by node pool, and on how many of its nodes", () => {
  const pods = nodes.slice(0, 2).map(({ name }, place) =>
    buildPod({
      name: `d-${name}`,
      node: name,
      ip: `10.244.${String(place)}.1`,
      controller: { kind: "DaemonSet", name: "d" },
      ports: [{ containerPort: 80, hostPort: 9100 }],
    }),
  );
  expect(ranges({ pods }).pools).toEqual([
    { pool: "a", nodes: 2, ports: [{ port: 9100, protocol: "TCP", holder: "default/d", nodes: 2 }] },
    { pool: "b", nodes: 1, ports: [] },
  ]);
});
