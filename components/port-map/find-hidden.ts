// What stands out of the window and has a finding: how many rows and columns on each side, and the cell that is next. Pure.

import { nodeToSelect, type Chart, type ChartMark } from "./build-chart";
import type { Layout, Selection } from "./chart-layout";

export const sides = ["up", "down", "left", "right"] as const;
export type Side = (typeof sides)[number];

/** `count`: of nodes above and below, of ports at the sides. `next`: the nearest of them. */
export type HiddenFindings = { readonly count: number; readonly worst: ChartMark["severity"]; readonly next: Selection };

export type ChartWindow = {
  readonly scrollX: number;
  readonly scrollY: number;
  readonly width: number;
  readonly height: number;
};

/**
 * Counts the rows and columns with findings that the window does not show.
 *
 * A cell is out of sight when its middle is. A port whose finding concerns the column as a whole leads along the row that is selected, or the first in
 * sight; one whose finding concerns cells leads to the first of these.
 *
 * Returns: one entry for each side that hides anything.
 */
export function findHidden(
  chart: Chart,
  layout: Layout,
  { scrollX, scrollY, width, height }: ChartWindow,
  selected: Selection | null,
): Readonly<Partial<Record<Side, HiddenFindings>>> {
  const { zoom, left, top, xs, ys } = layout;
  const nodeOf = (row: number): string | undefined => {
    const found = chart.rows[row];
    return found?.kind === "node" ? found.node.name : undefined;
  };
  const sideOf = (at: number | undefined, from: number, to: number): -1 | 0 | 1 => {
    const middle = (at ?? 0) + zoom / 2;
    return middle < from ? -1 : middle > to ? 1 : 0;
  };
  const sideOfRow = (row: number): -1 | 0 | 1 => sideOf(ys[row], scrollY + top, scrollY + height);

  const hidden: Record<Side, { readonly severity: ChartMark["severity"]; readonly cell: Selection }[]> = {
    up: [],
    down: [],
    left: [],
    right: [],
  };
  let last = -1;
  for (const { row, column, severity } of chart.marks) {
    const node = nodeOf(row);
    const side = sideOfRow(row);
    if (row !== last && side !== 0 && node !== undefined) hidden[side < 0 ? "up" : "down"].push({ severity, cell: { node, column } });
    last = row;
  }
  const firstMarks = new Map<number, number>();
  for (const { row, column } of chart.marks) if (!firstMarks.has(column)) firstMarks.set(column, row);
  const isSelectedInSight = selected !== null && chart.rowOf(selected.node) >= 0 && sideOfRow(chart.rowOf(selected.node)) === 0;
  const inSight = chart.rows.find((row, place) => nodeToSelect(row) !== null && sideOfRow(place) === 0);
  const along = isSelectedInSight ? selected.node : inSight === undefined ? null : nodeToSelect(inSight);
  chart.columns.forEach(({ worst, frame }, column) => {
    if (worst !== "critical" && worst !== "warning") return;
    const side = sideOf(xs[column], scrollX + left, scrollX + width);
    const node = frame === null ? (nodeOf(firstMarks.get(column) ?? -1) ?? null) : along;
    if (side !== 0 && node !== null) hidden[side < 0 ? "left" : "right"].push({ severity: worst, cell: { node, column } });
  });

  return Object.fromEntries(
    sides.flatMap((side) => {
      const next = hidden[side].at(side === "up" || side === "left" ? -1 : 0);
      if (next === undefined) return [];
      const worst = hidden[side].some(({ severity }) => severity === "critical") ? "critical" : "warning";
      return [[side, { count: hidden[side].length, worst, next: next.cell } satisfies HiddenFindings] as const];
    }),
  );
}
