// Paints the visible part of the chart on a canvas: cells and frames; names are painted around them. Colours are resolved once per theme.

import { cellTop, rowHeight, textZoom } from "./chart-layout";
import { drawCells } from "./draw-cells";
import { drawCoast, drawRowNames } from "./draw-names";
import type { Scene, SeenColumn, SeenRow } from "./scene";
import { color, line, rounded, severityMark } from "./shapes";

/** Draws one frame. Only rows and columns inside the window are touched. */
export function drawChart(context: CanvasRenderingContext2D, scene: Scene): void {
  const { chart, layout, palette, width, height, scrollX, scrollY } = scene;
  const { zoom, left, top, xs, ys } = layout;
  context.clearRect(0, 0, width, height);
  context.fillStyle = color(palette, "--surface");
  context.fillRect(0, 0, width, height);
  const columns: SeenColumn[] = [];
  chart.columns.forEach((column, place) => {
    const x = (xs[place] ?? 0) - scrollX;
    if (x + zoom > left && x < width) columns.push({ column, place, x });
  });
  const rows: SeenRow[] = [];
  chart.rows.forEach((row, place) => {
    const y = (ys[place] ?? 0) - scrollY;
    if (y + rowHeight(row, zoom) > top && y < height) rows.push({ row, place, y });
  });

  context.save();
  context.beginPath();
  context.rect(left, top, width - left, height - top);
  context.clip();
  drawCrosshair(context, scene);
  for (const { row, y } of rows)
    if (row.kind === "group" && !row.folded) line(context, left, y + rowHeight(row, zoom) / 2, width, color(palette, "--line"));
  drawCells(context, scene, columns, rows);
  drawFrames(context, scene, columns, rows);
  context.restore();

  drawRowNames(context, scene, rows);
  drawCoast(context, scene, columns);
  context.strokeStyle = color(palette, "--line-strong");
  line(context, 0, top - 0.5, width, color(palette, "--line-strong"));
}

function drawFrames(context: CanvasRenderingContext2D, scene: Scene, columns: readonly SeenColumn[], rows: readonly SeenRow[]): void {
  const { chart, layout, palette, fonts, height, scrollY, selected, flagged } = scene;
  const { zoom, top } = layout;
  const xOf = new Map(columns.map(({ place, x }) => [place, x]));
  const yOf = new Map(rows.map(({ place, y }) => [place, y]));
  const bottom = Math.min(height, layout.height - 24 - scrollY);
  for (const { column, place, x } of columns) {
    if (column.frame === null) continue;
    // The worst one has a halo: one per page.
    if (place === flagged) {
      context.globalAlpha = 0.2;
      context.strokeStyle = color(palette, "--critical");
      context.lineWidth = 7;
      rounded(context, x - 4.5, top + 1, zoom + 9, bottom - top + 4, 7);
      context.stroke();
      context.globalAlpha = 1;
    }
    context.strokeStyle = color(palette, column.frame === "critical" ? "--critical" : "--warning");
    context.lineWidth = column.frame === "critical" ? 2.5 : 1.5;
    if (column.frame === "warning") context.setLineDash([4, 3]);
    rounded(context, x - 1.5, top + 4, zoom + 3, bottom - top - 2, 4);
    context.stroke();
    context.setLineDash([]);
  }
  for (const mark of chart.marks) {
    const [x, y] = [xOf.get(mark.column), yOf.get(mark.row)];
    if (x === undefined || y === undefined) continue;
    const reach = Math.max(0, (14 - zoom) / 2);
    context.strokeStyle = color(palette, `--${mark.severity}`);
    context.lineWidth = 2;
    rounded(context, x - reach, y - reach, zoom + 2 * reach, zoom + 2 * reach, 4);
    context.stroke();
    if (zoom >= textZoom)
      severityMark(context, { palette, font: fonts.ui }, mark.severity, x + zoom - 1, y + 1, 5.5, color(palette, "--surface"));
  }
  const x = selected === null ? undefined : xOf.get(selected.column);
  const seen = rows.find(({ place }) => selected !== null && place === chart.rowOf(selected.node));
  if (x === undefined || seen === undefined) return;
  const y = seen.y + cellTop(seen.row, zoom);
  context.strokeStyle = color(palette, "--surface");
  context.lineWidth = 5;
  rounded(context, x - 1, y - 1, zoom + 2, zoom + 2, 5);
  context.stroke();
  context.strokeStyle = color(palette, "--ink");
  context.lineWidth = 2;
  context.stroke();
}

function drawCrosshair(
  context: CanvasRenderingContext2D,
  { chart, layout, palette, hovered, selected, scrollX, scrollY, width, height }: Scene,
): void {
  const at = hovered ?? selected;
  if (at === null) return;
  context.fillStyle = color(palette, "--sunken");
  const place = chart.rowOf(at.node);
  const row = chart.rows[place];
  if (row !== undefined) context.fillRect(0, (layout.ys[place] ?? 0) - scrollY, width, rowHeight(row, layout.zoom));
  const x = layout.xs[at.column];
  if (x !== undefined) context.fillRect(x - scrollX, 0, layout.zoom, height);
}
