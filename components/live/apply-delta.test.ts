import { describe, expect, test } from "vitest";
import type { AllocationsAnswer, FindingsAnswer } from "@/lib/client/api";
import type { WireAllocation, WireDeltaEvent, WireFinding } from "@/lib/wire/schemas";
import { effectOf, patchAllocations, patchFindings, touchesPorts } from "./apply-delta";

const row = (port: number, name = `s-${String(port)}`): WireAllocation => ({
  id: `nodePort/n/Service/${name}/${String(port)}/TCP`,
  cluster: "c",
  port,
  protocol: "TCP",
  kind: "nodePort",
  namespace: "n",
  holder: { kind: "Service", name },
  owners: [],
  groups: [],
  selector: null,
  nodes: "all",
  addresses: [],
  externalTrafficPolicy: "Cluster",
  backends: { ready: 1, total: 1 },
  band: null,
  findings: [],
  createdAt: null,
  note: null,
  unknown: [],
});

const finding = (fingerprint: string, severity: WireFinding["severity"], port: number): WireFinding => ({
  fingerprint,
  cluster: "c",
  rule: "mixed-owners",
  severity,
  title: fingerprint,
  summary: "",
  subjects: [],
  groups: [],
  ports: [{ port, protocol: "TCP" }],
  nodes: [],
  evidence: {},
  symptoms: [],
  remedies: [],
  acknowledged: null,
  since: null,
  sinceFrom: null,
});

const counts = { critical: 0, warning: 0, info: 0, acknowledged: 0 };
const delta = (part: Partial<WireDeltaEvent>): WireDeltaEvent => ({
  cluster: "c",
  base: 1,
  revision: 2,
  asOf: "2026-05-12T14:43:00Z",
  allocations: { upserted: [], removed: [] },
  findings: { upserted: [], removed: [], counts },
  ports: [],
  ...part,
});

const envelope = { cluster: "c", revision: 1, asOf: null, staleness: {} };
const allocations = (...ports: number[]): AllocationsAnswer => ({
  ...envelope,
  allocations: ports.map((port) => row(port)),
  warnings: [],
  unknown: [],
});
const findings = (...held: WireFinding[]): FindingsAnswer => ({ ...envelope, findings: held, notEvaluated: [], warnings: [] });

test("a delta applies to its base, is known to what is newer, and makes what is older stale", () => {
  const event = { base: 5, revision: 6 };
  expect([5, 6, 7, 4].map((revision) => effectOf(event, { revision }))).toEqual(["apply", "known", "known", "stale"]);
});

describe("patchAllocations", () => {
  test("changes, adds and removes rows and keeps them sorted by number", () => {
    const patched = patchAllocations(
      allocations(30001, 30010, 9100),
      delta({ allocations: { upserted: [{ ...row(30001), backends: { ready: 2, total: 2 } }, row(30005)], removed: [row(30010).id] } }),
    );
    expect(patched.allocations.map(({ port, backends }) => [port, backends?.ready])).toEqual([
      [9100, 1],
      [30001, 2],
      [30005, 1],
    ]);
    expect(patched.revision).toBe(2);
  });

  test("rows stay the same objects when only findings changed", () => {
    const held = allocations(30001);
    expect(patchAllocations(held, delta({})).allocations).toBe(held.allocations);
  });
});

test("findings stay sorted by severity, then first port", () => {
  const patched = patchFindings(
    findings(finding("a", "critical", 30007), finding("b", "warning", 1)),
    delta({ findings: { upserted: [finding("c", "critical", 30001), finding("b", "info", 1)], removed: [], counts } }),
  );
  expect(patched.findings.map(({ fingerprint }) => fingerprint)).toEqual(["c", "a", "b"]);
});

test("a map is touched by any port, a route by its own", () => {
  const one = { ports: [{ port: 30001, protocol: "TCP" as const }] };
  expect(touchesPorts(one, "any")).toBe(true);
  expect(touchesPorts(one, [{ port: 30001, protocol: "UDP" }])).toBe(false);
  expect(touchesPorts({ ports: "all" }, [])).toBe(true);
  expect(touchesPorts({ ports: [] }, "any")).toBe(false);
});
