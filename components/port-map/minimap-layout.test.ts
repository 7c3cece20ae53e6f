import { describe, expect, test } from "vitest";
import { buildMinimap, needsMinimap, scrollAt, placeAt } from "./minimap-layout";

/** 84 columns and 190 rows of ten pixels; the window shows a half of the columns and a tenth of the rows. */
const layout = {
  zoom: 10,
  left: 100,
  top: 50,
  xs: Array.from({ length: 84 }, (_, place) => 100 + 10 * place),
  ys: Array.from({ length: 190 }, (_, place) => 50 + 10 * place),
  height: 1950,
};
const shown = { width: 520, height: 240 };
const height = 380;

test.for([
  { tall: 1950, needed: false },
  { tall: 1949, needed: true },
  { tall: 240, needed: true },
])("a window of $tall pixels: $needed", ({ tall, needed }) => {
  expect(needsMinimap(layout, { height: tall })).toBe(needed);
});

describe("buildMinimap", () => {
  const columns = Array.from({ length: 84 }, (_, place) => ({ worst: place === 20 ? ("critical" as const) : null }));

  test("critical columns are lines and cells are pointers, out of the window too", () => {
    const chart = { columns, marks: [{ row: 189, column: 83, severity: "warning" as const }] };
    const { lines, pointers } = buildMinimap(chart, layout, { ...shown, scrollX: 0, scrollY: 0 }, height);
    expect(lines).toEqual([20.5]);
    expect(pointers).toEqual([{ x: 83.5, y: 379, severity: "warning" }]);
  });

  test.for([
    { name: "at the start", scrollX: 0, scrollY: 0, frame: { x: 0, y: 0, width: 42, height: 38 } },
    { name: "in the middle", scrollX: 100, scrollY: 950, frame: { x: 10, y: 190, width: 42, height: 38 } },
    { name: "at the end, within the strip", scrollX: 620, scrollY: 1800, frame: { x: 62, y: 360, width: 22, height: 20 } },
  ])("the frame $name", ({ scrollX, scrollY, frame }) => {
    expect(buildMinimap({ columns, marks: [] }, layout, { ...shown, scrollX, scrollY }, height).frame).toEqual(frame);
  });
});

test.for([
  { x: 0, y: 0, to: { left: 0, top: 0 } },
  { x: 42, y: 190, to: { left: 210, top: 855 } },
])("a press at $x, $y", ({ x, y, to }) => {
  expect(scrollAt(layout, shown, height, x, y)).toEqual(to);
});

test.for<readonly [at: number, place: number]>([
  [-1, -1],
  [0, 0],
  [9, 0],
  [10, 1],
  [19, 1],
  [500, 2],
])("at %i stands row %i", ([at, place]) => {
  expect(placeAt([0, 10, 20], at)).toBe(place);
});
