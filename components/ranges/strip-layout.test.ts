import { describe, expect, test } from "vitest";
import type { WireRanges } from "@/lib/wire/range-schemas";
import { layOutStrip, outlinesOf, squaresPath, stateOf } from "./strip-layout";

const range = { first: 30_000, last: 32_767 };
const fixed = { first: 30_000, last: 30_085 };

describe.for([1000, 366])("a strip %i wide", (width) => {
  const layout = layOutStrip(range, fixed, width);

  test("has a place for every port, and knows which port is at it", () => {
    for (let port = range.first; port <= range.last; port += 7) {
      const { x, y } = layout.place(port);
      expect(x + layout.side).toBeLessThanOrEqual(width);
      expect(y + layout.side).toBeLessThanOrEqual(layout.height);
      expect(layout.portAt(x + layout.side / 2, y + layout.side / 2)).toBe(port);
    }
    expect(layout.portAt(1, 1)).toBeNull();
  });
});

test("a row is a hundred where there is room, else fifty; it begins at a round number", () => {
  expect(layOutStrip(range, fixed, 1000)).toMatchObject({ perRow: 100, rows: 28, start: 30_000 });
  expect(layOutStrip(range, fixed, 366)).toMatchObject({ perRow: 50, rows: 56 });
  expect(layOutStrip({ first: 20_050, last: 20_149 }, null, 1000)).toMatchObject({ rows: 2, start: 20_000 });
});

test.for([
  [{ first: 30_001, last: 30_020 }, 1],
  [{ first: 31_000, last: 31_199 }, 1],
  [{ first: 30_050, last: 30_149 }, 2],
  [{ first: 30_050, last: 30_349 }, 3],
] as const)("%j is drawn as %i boxes", ([band, count]) => {
  expect(outlinesOf(layOutStrip(range, fixed, 1000), band)).toHaveLength(count);
});

test("squares are one path", () => {
  expect(squaresPath(layOutStrip(range, fixed, 1000), [30_000, 30_001]).match(/z/g)).toHaveLength(2);
});

const reservation = { kind: "nodePort", node: null, protocol: null, purpose: "x", until: null, ticket: null, allow: null } as const;
const ranges: WireRanges = {
  ...{ nodePorts: null, block: 16, bands: [], pools: [], unknown: [] },
  numbers: [{ port: 30_001, state: "taken", holders: ["a/b"], severity: null }],
  reservations: [
    { ...reservation, port: 30_002, daysLeft: 3 },
    { ...reservation, port: 30_003, daysLeft: -1 },
  ],
  policy: { file: null, bands: 0, reservations: 2, acknowledgements: 0, blocks: 0, severities: 0 },
};

test.for<[readonly WireRanges["unknown"][number][], readonly string[]]>([
  [[], ["taken", "reserved", "free", "free"]],
  [["pods"], ["taken", "reserved", "free", "free"]],
  [["services"], ["taken", "reserved", "unread", "unread"]],
])("of numbers that nobody is known to hold, where %j could not be read", ([unknown, states]) => {
  const asked = { ...ranges, unknown: [...unknown] };
  expect([30_001, 30_002, 30_003, 30_004].map((port) => stateOf(asked, port))).toEqual(states);
});
