import { expect, test } from "vitest";
import { en } from "@/components/words/en";
import type { WirePortMap } from "@/lib/wire/schemas";
import { buildChart } from "./build-chart";
import { moveSelection } from "./move-selection";

const map: WirePortMap = {
  from: { kind: "outside" },
  nodes: ["a-1", "a-2", "b-1", "b-2"].map((name) => ({
    name,
    addresses: [],
    pool: name.slice(0, 1),
    zone: null,
    ready: true,
    unschedulable: false,
    proxy: "iptables",
  })),
  cells: [{ outcome: "delivered", reason: null, claim: "nodePort", local: 0, ready: 1, owners: [], differs: [], findings: [] }],
  columns: [30_000, 30_001, 30_002].map((port) => ({
    port,
    protocol: "TCP",
    claims: [{ kind: "nodePort", namespace: "web", holder: "Service/web" }],
    band: null,
    findings: [],
    cell: 0,
    exceptions: [],
  })),
};

const chartWith = (folded: readonly string[]) =>
  buildChart(map, [], {
    rows: "pool",
    columns: "number",
    folded: new Set(folded),
    foldQuiet: false,
    bands: new Map(),
    words: en.map,
    keepsNode: () => true,
  });

test.for<{
  name: string;
  folded?: readonly string[];
  from: readonly [string, number] | null;
  key: string;
  to: readonly [string, number] | null;
}>([
  { name: "nothing selected: the first cell", from: null, key: "ArrowDown", to: ["a-1", 0] },
  { name: "down a row", from: ["a-1", 1], key: "ArrowDown", to: ["a-2", 1] },
  { name: "over the head of an open group", from: ["a-2", 1], key: "ArrowDown", to: ["b-1", 1] },
  { name: "up stops at the first row", from: ["a-1", 1], key: "ArrowUp", to: ["a-1", 1] },
  { name: "right stops at the last column", from: ["a-1", 2], key: "ArrowRight", to: ["a-1", 2] },
  { name: "to the first column", from: ["a-2", 2], key: "Home", to: ["a-2", 0] },
  { name: "to the last column", from: ["a-2", 0], key: "End", to: ["a-2", 2] },
  { name: "ten rows on, as far as there are", from: ["a-1", 0], key: "PageDown", to: ["b-2", 0] },
  { name: "onto the summary of a folded group", folded: ["b"], from: ["a-2", 1], key: "ArrowDown", to: ["b-1", 1] },
  { name: "off the summary, whichever node of it is selected", folded: ["a"], from: ["a-2", 1], key: "ArrowDown", to: ["b-1", 1] },
  { name: "along a summary", folded: ["a"], from: ["a-2", 1], key: "ArrowRight", to: ["a-1", 2] },
  { name: "another key", from: ["a-1", 1], key: "x", to: null },
])("$name", ({ folded = [], from, key, to }) => {
  const moved = moveSelection(chartWith(folded), from === null ? null : { node: from[0], column: from[1] }, key);
  expect(moved).toEqual(to === null ? null : { node: to[0], column: to[1] });
});
