// Where a key leads from the selected cell. Pure.

import { nodeToSelect, type Chart } from "./build-chart";
import type { Selection } from "./chart-layout";

/** Where nothing is selected, any of the keys selects the first cell. Returns: null for a key that does not move, and where there is nothing to select. */
export function moveSelection(chart: Pick<Chart, "rows" | "columns" | "rowOf">, selected: Selection | null, key: string): Selection | null {
  const last = chart.columns.length - 1;
  const column = selected?.column ?? 0;
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [0, column - 1],
    ArrowRight: [0, column + 1],
    ArrowUp: [-1, column],
    ArrowDown: [1, column],
    Home: [0, 0],
    End: [0, last],
    PageUp: [-10, column],
    PageDown: [10, column],
  };
  const step = steps[key];
  const nodes = chart.rows.flatMap((row, place) => {
    const node = nodeToSelect(row);
    return node === null ? [] : [{ node, place }];
  });
  if (step === undefined || last < 0) return null;
  const from = selected === null ? -1 : nodes.findIndex(({ place }) => place === chart.rowOf(selected.node));
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  const row = nodes[from < 0 ? 0 : clamp(from + step[0], nodes.length - 1)];
  return row === undefined ? null : { node: row.node, column: selected === null ? 0 : clamp(step[1], last) };
}
