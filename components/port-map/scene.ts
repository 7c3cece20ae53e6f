// What one frame of the chart is painted from.

import type { Chart, ChartColumn, ChartRow } from "./build-chart";
import type { Layout, Selection } from "./chart-layout";
import type { Sprites } from "./sprites";
import type { Look } from "./use-palette";

export type Scene = Look & {
  readonly chart: Chart;
  readonly layout: Layout;
  readonly sprites: Sprites;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly width: number;
  readonly height: number;
  readonly selected: Selection | null;
  readonly hovered: Selection | null;
  readonly flagged: number | null;
};

/** What stands in the window, and where: `x` and `y` are of its upper left corner. */
export type SeenColumn = { readonly column: ChartColumn; readonly place: number; readonly x: number };
export type SeenRow = { readonly row: ChartRow; readonly place: number; readonly y: number };
