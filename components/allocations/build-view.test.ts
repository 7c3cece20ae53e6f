import { describe, expect, test } from "vitest";
import type { WireAllocation } from "@/lib/wire/schemas";
import { buildViewRows, freeRanges, type ViewRow } from "./build-view";

const row = (port: number, part: Partial<WireAllocation> = {}): WireAllocation => ({
  id: `nodePort/n/Service/s-${String(port)}/${String(port)}/TCP`,
  cluster: "c",
  port,
  protocol: "TCP",
  kind: "nodePort",
  namespace: "n",
  holder: { kind: "Service", name: `s-${String(port)}` },
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
  ...part,
});

const cluster = {
  bands: [
    { name: "sessions", kind: "nodePort" as const, first: 30001, last: 30004, owner: "ml" },
    { name: "host", kind: "hostPort" as const, first: 5000, last: 6000, owner: null },
  ],
  nodePortRange: { first: 30000, last: 32767 },
};

function build(all: readonly WireAllocation[], part: Partial<Parameters<typeof buildViewRows>[0]> = {}): ViewRow[] {
  return buildViewRows({ all, kept: all, findings: new Map(), cluster, groupBy: "band", sort: null, free: () => true, ...part });
}

const brief = (rows: readonly ViewRow[]): string[] =>
  rows.map((each) => {
    if (each.type === "group")
      return `${each.words ?? each.name}${each.use === null ? "" : ` ${String(each.use.used)}/${String(each.use.size)}`}`;
    return each.type === "free" ? `free ${String(each.first)}-${String(each.last)}` : String(each.row.port);
  });

describe("grouped by band", () => {
  test("bands come by number with their free ranges, then the API server's own, then what is in none", () => {
    const rows = build([
      row(30001, { band: "sessions" }),
      row(30003, { kind: "reservation", protocol: "any" }),
      row(30050),
      row(31000),
      row(5000, { kind: "hostPort", band: "host" }),
      row(443, { kind: "externalIP" }),
    ]);
    expect(brief(rows)).toEqual([
      "host",
      "5000",
      "sessions 2/4",
      "30001",
      "free 30002-30002",
      "30003",
      "free 30004-30004",
      "staticBand",
      "30050",
      "dynamicBand",
      "31000",
      "noBand",
      "443",
    ]);
  });

  test("what the filter hides is still used", () => {
    expect(brief(build([row(30001, { band: "sessions" }), row(30002, { band: "sessions" })], { kept: [] }))).toEqual([
      "sessions 2/4",
      "free 30003-30004",
    ]);
  });

  test("without a policy the API server's bands have the free numbers", () => {
    const rows = build([row(30000)], { cluster: { bands: [], nodePortRange: { first: 30000, last: 30003 } } });
    expect(brief(rows)).toEqual(["dynamicBand", "30000", "free 30001-30003"]);
  });

  test("no row is lost while the cluster's bands are not known", () => {
    expect(brief(build([row(30001, { band: "sessions" }), row(31000)], { cluster: null }))).toEqual([
      "sessions",
      "30001",
      "noBand",
      "31000",
    ]);
  });

  test("no free ranges when they are hidden or cannot be known", () => {
    expect(brief(build([row(30001, { band: "sessions" })], { free: null }))).toEqual(["sessions 1/4", "30001"]);
  });
});

test("grouped by namespace, cluster-scoped rows apart", () => {
  expect(
    brief(build([row(2, { namespace: "b" }), row(1, { namespace: "a" }), row(3, { namespace: "" })], { groupBy: "namespace" })),
  ).toEqual(["noBand", "3", "a", "1", "b", "2"]);
});

test("sorting drops groups and free ranges", () => {
  const rows = build([row(30001, { createdAt: "2026-05-12T14:00:00Z" }), row(30002, { createdAt: "2026-05-12T15:00:00Z" })], {
    sort: { column: "created_at", descending: true },
  });
  expect(brief(rows)).toEqual(["30002", "30001"]);
});

test("free numbers form runs, and only those that are wanted", () => {
  expect(freeRanges({ first: 1, last: 9 }, new Set([3, 7]), (port) => port !== 9)).toEqual([
    { first: 1, last: 2 },
    { first: 4, last: 6 },
    { first: 8, last: 8 },
  ]);
});
