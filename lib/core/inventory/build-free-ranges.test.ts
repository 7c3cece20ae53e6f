import { describe, expect, test } from "vitest";
import { emptyPolicy, noAssumptions, type Band, type ClusterAssumptions, type Policy } from "../policy/policy";
import { buildContext, buildPod, buildService, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { buildAllocations } from "./build-allocations";
import { buildFreeRanges } from "./build-free-ranges";

const assumptions: ClusterAssumptions = { ...noAssumptions, nodePortRange: { first: 30_000, last: 30_031 } };
const band = (name: string, kind: Band["kind"], first: number, last: number): Band => ({
  name,
  kind,
  ports: { first, last },
  owner: null,
  allow: null,
});

function freeOf(parts: SnapshotParts, policy: Partial<Policy> = {}) {
  const snapshot = buildSnapshot(parts);
  const context = buildContext({ ...emptyPolicy, clusters: { "*": assumptions }, ...policy });
  const { ranges, unknown } = buildFreeRanges(snapshot, context, buildAllocations(snapshot, context));
  return {
    ranges: ranges.map(
      ({ kind, ports, count, band: name, apiBand }) =>
        `${kind} ${String(ports.first)}-${String(ports.last)} (${String(count)}) ${name ?? apiBand ?? ""}`,
    ),
    unknown,
  };
}

describe("buildFreeRanges", () => {
  test("an empty cluster: the whole range, cut at the static band", () => {
    expect(freeOf({})).toEqual({ ranges: ["nodePort 30000-30015 (16) static", "nodePort 30016-30031 (16) dynamic"], unknown: [] });
  });

  test("claims of every kind that takes a nodePort, reservations and bands cut it", () => {
    const services = [
      buildService({ name: "a", type: "LoadBalancer", healthCheckNodePort: 30_003, ports: [{ port: 80, nodePort: 30_001 }] }),
      buildService({ name: "b", ports: [{ port: 80, nodePort: 30_031, protocol: "UDP" }] }),
    ];
    const policy = {
      bands: [band("sessions", "nodePort", 30_005, 30_006), band("edge", "hostPort", 80, 83)],
      reservations: [
        { port: 30_008, kind: "nodePort" as const, node: null, protocol: null, purpose: "x", until: null, ticket: null, allow: null },
      ],
    };
    const pods = [buildPod({ name: "p", node: "n1", ip: "10.244.1.1", ports: [{ containerPort: 1, hostPort: 81 }] })];
    expect(freeOf({ services, pods }, policy).ranges).toEqual([
      "nodePort 30000-30000 (1) static",
      "nodePort 30002-30002 (1) static",
      "nodePort 30004-30004 (1) static",
      "nodePort 30005-30006 (2) sessions",
      "nodePort 30007-30007 (1) static",
      "nodePort 30009-30015 (7) static",
      "nodePort 30016-30030 (15) dynamic",
      "hostPort 80-80 (1) edge",
      "hostPort 82-83 (2) edge",
    ]);
  });

  test("a hostPort reservation takes no nodePort", () => {
    const reservations = [
      { port: 30_008, kind: "hostPort" as const, node: "n1", protocol: null, purpose: "x", until: null, ticket: null, allow: null },
    ];
    expect(freeOf({}, { reservations }).ranges).toHaveLength(2);
  });

  test("what could not be read is not free", () => {
    const policy = { bands: [band("edge", "hostPort", 80, 81)] };
    expect(freeOf({ kinds: { services: "forbidden" } }, policy)).toEqual({ ranges: ["hostPort 80-81 (2) edge"], unknown: ["services"] });
    expect(freeOf({ kinds: { pods: { forbiddenNamespaces: ["x"] } } }, policy)).toMatchObject({ unknown: ["pods"] });
    expect(freeOf({ kinds: { services: "syncing", pods: "syncing" } }, policy)).toEqual({ ranges: [], unknown: ["services", "pods"] });
  });
});
