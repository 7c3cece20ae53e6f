// The whole chart in a narrow strip: where its findings and the window stand. Pure.

import type { ChartColumn, ChartMark } from "./build-chart";
import type { ChartWindow } from "./find-hidden";
import type { Layout } from "./chart-layout";

export const minimapWidth = 84;

type Places = Pick<Layout, "zoom" | "left" | "top" | "xs" | "ys" | "height">;
type Found = { readonly columns: readonly Pick<ChartColumn, "worst">[]; readonly marks: readonly ChartMark[] };

export type Minimap = {
  /** Columns with a critical finding, as x. */
  readonly lines: readonly number[];
  readonly pointers: readonly { readonly x: number; readonly y: number; readonly severity: ChartMark["severity"] }[];
  readonly frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
};

/** Whether there is more above and below than the window shows. */
export function needsMinimap(layout: Pick<Places, "height">, { height }: Pick<ChartWindow, "height">): boolean {
  return layout.height > height;
}

/** Pixels of the strip for one of the chart, in both directions. */
export function minimapScale(
  { left, top, xs, zoom, height }: Places,
  stripHeight: number,
): { readonly across: number; readonly along: number } {
  return {
    across: minimapWidth / Math.max(1, (xs.at(-1) ?? left) + zoom - left),
    along: stripHeight / Math.max(1, height - top),
  };
}

/** Everything in a strip of `height` pixels, which stand for all rows; its width stands for all columns. */
export function buildMinimap(chart: Found, layout: Places, window: ChartWindow, height: number): Minimap {
  const { left, top, xs, ys, zoom } = layout;
  const { across, along } = minimapScale(layout, height);
  const x = (column: number): number => ((xs[column] ?? 0) + zoom / 2 - left) * across;
  const frame = {
    x: window.scrollX * across,
    y: window.scrollY * along,
    width: (window.width - left) * across,
    height: (window.height - top) * along,
  };
  return {
    lines: chart.columns.flatMap(({ worst }, column) => (worst === "critical" ? [x(column)] : [])),
    pointers: chart.marks.map(({ row, column, severity }) => ({
      x: x(column),
      y: ((ys[row] ?? 0) + zoom / 2 - top) * along,
      severity,
    })),
    frame: {
      ...frame,
      width: Math.min(frame.width, minimapWidth - frame.x),
      height: Math.min(frame.height, height - frame.y),
    },
  };
}

/** The last of the sorted starts that is not behind `at`; -1 before the first. */
export function placeAt(starts: readonly number[], at: number): number {
  let [from, to] = [0, starts.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((starts[middle] ?? 0) <= at) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** Where to scroll so that the window's middle stands at a point of the strip. */
export function scrollAt(
  layout: Places,
  window: Pick<ChartWindow, "width" | "height">,
  height: number,
  x: number,
  y: number,
): { readonly left: number; readonly top: number } {
  const columns = (layout.xs.at(-1) ?? layout.left) + layout.zoom - layout.left;
  return {
    left: Math.max(0, (x / minimapWidth) * columns - (window.width - layout.left) / 2),
    top: Math.max(0, (y / height) * (layout.height - layout.top) - (window.height - layout.top) / 2),
  };
}
