import { describe, expect, test } from "vitest";
import { en } from "@/components/words/en";
import type { WireFinding, WirePortMap } from "@/lib/wire/schemas";
import { buildChart } from "./build-chart";
import { buildLayout, type Selection } from "./chart-layout";
import { findHidden } from "./find-hidden";

const nodeNames = Array.from({ length: 40 }, (_, place) => `n${String(place)}`);
const ports = Array.from({ length: 40 }, (_, place) => 30_000 + place);

const map: WirePortMap = {
  from: { kind: "outside" },
  nodes: nodeNames.map((name) => ({
    name,
    addresses: [],
    pool: null,
    zone: null,
    ready: true,
    unschedulable: false,
    proxy: "iptables",
  })),
  cells: [{ outcome: "delivered", reason: null, claim: "nodePort", local: 0, ready: 1, owners: [], differs: [], findings: [] }],
  columns: ports.map((port) => ({
    port,
    protocol: "TCP",
    claims: [{ kind: "nodePort", namespace: "web", holder: "Service/web" }],
    band: null,
    findings: [],
    cell: 0,
    exceptions: [],
  })),
};

/** A finding on some nodes' cells of a column, or on the column as a whole. */
const finding = (column: number, nodes: readonly number[] = [], severity: WireFinding["severity"] = "warning"): WireFinding => ({
  fingerprint: `${String(column)} ${nodes.join(" ")}`,
  cluster: "c",
  rule: "mixed-owners",
  severity,
  title: "",
  summary: "",
  subjects: [],
  groups: [],
  ports: [{ port: 30_000 + column, protocol: "TCP" }],
  nodes: nodes.map((node) => `n${String(node)}`),
  evidence: {},
  symptoms: [],
  remedies: [],
  acknowledged: null,
  since: null,
  sinceFrom: null,
});

describe("findHidden", () => {
  test.for<{
    name: string;
    findings: readonly WireFinding[];
    /** The first row and column in the window, which shows ten of each. */
    first?: readonly [number, number];
    folded?: readonly string[];
    selected?: Selection;
    hidden: Readonly<Record<string, string>>;
  }>([
    { name: "nothing found", findings: [], hidden: {} },
    { name: "all in sight", findings: [finding(2, [2]), finding(3)], hidden: {} },
    { name: "a note alone leads nowhere", findings: [finding(30, [30], "info")], hidden: {} },
    {
      name: "a node counts once, and the nearest is next",
      findings: [finding(2, [35, 30]), finding(3, [30])],
      hidden: { down: "2 warning n30:2" },
    },
    {
      name: "of two findings on the next node the worse",
      findings: [finding(2, [30]), finding(3, [30], "critical")],
      hidden: { down: "1 critical n30:3" },
    },
    {
      name: "above, the nearest is the last",
      findings: [finding(2, [1, 4, 6], "critical")],
      first: [20, 0],
      hidden: { up: "3 critical n6:2" },
    },
    { name: "a port as a whole, along the first row in sight", findings: [finding(30), finding(35)], hidden: { right: "2 warning n0:30" } },
    {
      name: "a port as a whole, along the selected row",
      findings: [finding(30)],
      selected: { node: "n4", column: 0 },
      hidden: { right: "1 warning n4:30" },
    },
    {
      name: "a selected row that is out of sight is not gone back to",
      findings: [finding(30)],
      first: [20, 0],
      selected: { node: "n4", column: 0 },
      hidden: { right: "1 warning n20:30" },
    },
    {
      name: "to the left, the nearest is the last",
      findings: [finding(1), finding(5, [], "critical")],
      first: [0, 20],
      hidden: { left: "2 critical n0:5" },
    },
    {
      name: "a cell in the corner is below and to the right",
      findings: [finding(30, [30])],
      hidden: { down: "1 warning n30:30", right: "1 warning n30:30" },
    },
    {
      name: "a folded group keeps its nodes with findings, which may be in sight then",
      findings: [finding(2, [30])],
      folded: [en.map.noPool],
      hidden: {},
    },
  ])("$name", ({ findings, first = [0, 0], folded = [], selected = null, hidden }) => {
    const chart = buildChart(map, findings, {
      rows: "pool",
      columns: "number",
      folded: new Set(folded),
      foldQuiet: false,
      bands: new Map(),
      keepsNode: () => true,
      words: en.map,
    });
    const layout = buildLayout(chart, 20, 800);
    const window = {
      scrollX: (layout.xs[first[1]] ?? 0) - layout.left,
      // The row of the group stands above the first node.
      scrollY: (layout.ys[first[0] + 1] ?? 0) - layout.top,
      width: layout.left + 200,
      height: layout.top + 200,
    };
    const found = Object.entries(findHidden(chart, layout, window, selected)).map(([side, { count, worst, next }]) => [
      side,
      `${String(count)} ${worst} ${next.node}:${String(next.column)}`,
    ]);
    expect(Object.fromEntries(found)).toEqual(hidden);
  });
});
