// Paints all cells in sight. Most nodes answer alike: cells of a column that look the same are one rectangle, filled with the picture of a cell, or with an ink where
// a cell is a pixel or few. What is painted grows with what differs.

import type { WireCell } from "@/lib/wire/schemas";
import { cellOfRow } from "./build-chart";
import { cellTop, glyphZoom } from "./chart-layout";
import { drawOwners } from "./draw-cell";
import { glyphOfCell } from "./glyph-of-cell";
import type { Scene, SeenColumn, SeenRow } from "./scene";
import { color } from "./shapes";
import type { Look } from "./use-palette";

export function drawCells(context: CanvasRenderingContext2D, scene: Scene, columns: readonly SeenColumn[], rows: readonly SeenRow[]): void {
  const { chart, layout, sprites } = scene;
  const { zoom } = layout;
  const shown = rows.filter(({ row }) => row.kind === "node" || row.folded).map(({ row, y }) => ({ row, y: y + cellTop(row, zoom) }));
  const ratio = window.devicePixelRatio;
  for (const { column, x } of columns) {
    let run: Run | undefined;
    for (const { row, y } of shown) {
      const cell = cellOfRow(chart, row, column.place);
      const look = cell === undefined || zoom < glyphZoom ? cell : sprites.of(cell, ratio);
      if (run !== undefined && run.look === look && run.to === y) run.to = y + zoom;
      else {
        if (run !== undefined) drawRun(context, scene, run, x, zoom);
        run = look === undefined || look === null ? undefined : { look, y, to: y + zoom };
      }
    }
    if (run !== undefined) drawRun(context, scene, run, x, zoom);
  }
}

/** How an outcome looks as a pixel; what is not listed is paper. */
const inks: Readonly<Partial<Record<ReturnType<typeof glyphOfCell>, readonly [token: string, alpha: number]>>> = {
  local: ["--o-local", 1],
  remote: ["--o-local-tint", 1],
  rejected: ["--o-rejected", 1],
  dropped: ["--o-dropped", 0.5],
  listener: ["--o-listener", 0.6],
  hostPort: ["--o-hostport", 1],
  contested: ["--critical", 1],
  unknown: ["--o-unknown", 0.6],
  reserved: ["--o-reserved", 0.3],
};

/** Cells that look the same, below each other: from `y` on, up to `to`. */
type Run = { readonly look: CanvasPattern | WireCell; readonly y: number; to: number };

/** A run as one rectangle. */
export function drawRun(context: CanvasRenderingContext2D, theme: Look, { look, y, to }: Readonly<Run>, x: number, width: number): void {
  const height = to - y;
  if (look instanceof CanvasPattern) {
    // A pattern starts where the coordinates do.
    context.translate(Math.round(x), Math.round(y));
    context.fillStyle = look;
    context.fillRect(0, 0, width, height);
    context.translate(-Math.round(x), -Math.round(y));
    return;
  }
  const glyph = glyphOfCell(look);
  if (glyph === "mixed") {
    drawOwners(context, theme, look, x, y, width, height);
    return;
  }
  const [token, alpha] = inks[glyph] ?? [];
  if (token === undefined || alpha === undefined) return;
  context.globalAlpha = alpha;
  context.fillStyle = color(theme.palette, token);
  if (glyph === "unknown") for (let at = 0; at < height; at += 2) context.fillRect(x, y + at, width, 1);
  else context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
}
