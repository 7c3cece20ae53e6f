import { expect, test } from "vitest";
import type { WireCell } from "@/lib/wire/schemas";
import { summarizeCells } from "./summarize-cells";

const cell = (part: Partial<WireCell>): WireCell => ({
  outcome: "delivered",
  reason: null,
  claim: "nodePort",
  local: 0,
  ready: 3,
  owners: [],
  differs: [],
  findings: [],
  ...part,
});

test.for<{ name: string; shown: readonly (readonly [Partial<WireCell>, number])[]; outcome?: WireCell["outcome"]; local?: number }>([
  { name: "no node, no cell", shown: [] },
  {
    name: "backends of all nodes together",
    shown: [
      [{ local: 2 }, 3],
      [{}, 5],
      [{ local: 1 }, 1],
    ],
    outcome: "delivered",
    local: 7,
  },
  {
    name: "one node that drops",
    shown: [
      [{ local: 2 }, 3],
      [{ outcome: "dropped" }, 1],
    ],
    outcome: "dropped",
    local: 6,
  },
  {
    name: "contested before dropped",
    shown: [
      [{ outcome: "dropped" }, 9],
      [{ outcome: "contested" }, 1],
    ],
    outcome: "contested",
    local: 0,
  },
  {
    name: "unknown is not covered by what answers",
    shown: [
      [{ local: 1 }, 9],
      [{ outcome: "unknown" }, 1],
    ],
    outcome: "unknown",
    local: 9,
  },
  {
    name: "what answers before what is closed",
    shown: [
      [{ outcome: "closed" }, 9],
      [{}, 1],
    ],
    outcome: "delivered",
    local: 0,
  },
])("$name", ({ shown, outcome, local }) => {
  const summary = summarizeCells(shown.map(([part, count]) => ({ cell: cell(part), count })));
  expect([summary?.outcome, summary?.local]).toEqual([outcome, local]);
});
