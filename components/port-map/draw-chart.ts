// Paints the visible part of the chart on a canvas: cells and frames; names are painted around them. Colours are resolved once per theme.

import { assignOwnerHues, displayNames, ownerKey } from "@/components/glyphs/owner-hues";
import type { WireCell } from "@/lib/wire/schemas";
import type { ChartColumn, ChartRow } from "./build-chart";
import { glyphZoom, rowHeight, textZoom, type Scene } from "./chart-layout";
import { glyphOfCell } from "./glyph-of-cell";
import { drawCoast, drawRowNames } from "./draw-names";
import { circle, color, drawHatch, line, polygon, rounded, severityMark, stroke, text, type Palette } from "./shapes";

/** Draws one frame. Only rows and columns inside the window are touched. */
export function drawChart(context: CanvasRenderingContext2D, scene: Scene): void {
  const { chart, layout, palette, width, height, scrollX, scrollY } = scene;
  const { zoom, left, top, xs, ys } = layout;
  context.clearRect(0, 0, width, height);
  context.fillStyle = color(palette, "--surface");
  context.fillRect(0, 0, width, height);
  const columns = chart.columns
    .map((column, place) => ({ column, place, x: (xs[place] ?? 0) - scrollX }))
    .filter(({ x }) => x + zoom > left && x < width);
  const rows = chart.rows
    .map((row, place) => ({ row, place, y: (ys[place] ?? 0) - scrollY }))
    .filter(({ row, y }) => y + rowHeight(row, zoom) > top && y < height);

  context.save();
  context.beginPath();
  context.rect(left, top, width - left, height - top);
  context.clip();
  drawCrosshair(context, scene);
  for (const { row, y } of rows) {
    if (row.kind === "group" && !row.folded) line(context, left, y + rowHeight(row, zoom) / 2, width, color(palette, "--line"));
    else if (row.kind === "group") {
      const above = (rowHeight(row, zoom) - zoom) / 2;
      for (const { column, x } of columns) drawCell(context, scene, chart.summaryOf(row.name, column.place), x, y + above);
    } else for (const { column, x } of columns) drawCell(context, scene, chart.cellOf(row.place, column.place), x, y);
  }
  drawFrames(context, scene, columns, rows);
  context.restore();

  drawRowNames(context, scene, rows);
  drawCoast(context, scene, columns);
  context.strokeStyle = color(palette, "--line-strong");
  line(context, 0, top - 0.5, width, color(palette, "--line-strong"));
}

function drawCell(
  context: CanvasRenderingContext2D,
  { layout: { zoom }, palette, fonts }: Scene,
  cell: WireCell | undefined,
  x: number,
  y: number,
): void {
  if (cell === undefined) return;
  const glyph = glyphOfCell(cell);
  const paint = (name: string): string => color(palette, name);
  const gap = zoom >= glyphZoom ? 1 : 0;
  const size = zoom - 2 * gap;
  const [cx, cy] = [x + zoom / 2, y + zoom / 2];
  const fill = (name: string, alpha = 1): void => {
    context.globalAlpha = alpha;
    context.fillStyle = paint(name);
    rounded(context, x + gap, y + gap, size, size, zoom >= 12 ? 3 : 0);
    context.fill();
    context.globalAlpha = 1;
  };
  const r = zoom * 0.2;
  context.lineWidth = Math.max(1, zoom / 14);
  switch (glyph) {
    case "local":
      fill("--o-local");
      if (zoom >= textZoom)
        text(
          context,
          cell.local > 99 ? "99+" : String(cell.local),
          cx,
          cy,
          paint("--on-ink"),
          `600 ${String(Math.min(12, zoom * 0.42))}px ${fonts.mono}`,
        );
      break;
    case "remote":
      fill("--o-local-tint");
      // The quietest mark: it is the sea.
      if (zoom >= glyphZoom) {
        context.lineWidth = Math.max(1, zoom / 20);
        context.globalAlpha = 0.85;
        stroke(context, paint("--o-local"), [
          [cx - r * 0.35, cy - r * 0.65],
          [cx + r * 0.35, cy],
          [cx - r * 0.35, cy + r * 0.65],
        ]);
        context.globalAlpha = 1;
      }
      break;
    case "mixed":
      drawOwners(context, { palette, fonts, zoom }, cell, x + gap, y + gap, size);
      break;
    case "rejected":
      fill(zoom >= glyphZoom ? "--o-rejected-tint" : "--o-rejected");
      if (zoom >= glyphZoom) {
        context.lineWidth = Math.max(1.2, zoom / 12);
        stroke(context, paint("--o-rejected"), [
          [cx - r, cy - r],
          [cx + r, cy + r],
        ]);
        stroke(context, paint("--o-rejected"), [
          [cx + r, cy - r],
          [cx - r, cy + r],
        ]);
      }
      break;
    case "dropped":
      if (zoom >= glyphZoom) {
        fill("--o-dropped-tint");
        polygon(context, paint("--o-dropped"), [
          [cx - r, cy - r * 0.8],
          [cx + r, cy - r * 0.8],
          [cx, cy + r],
        ]);
      } else fill("--o-dropped", 0.5);
      break;
    case "listener":
      if (zoom < glyphZoom) fill("--o-listener", 0.6);
      else {
        circle(context, cx, cy, r * 0.95, null, paint("--o-listener"), Math.max(1.2, zoom / 16));
        circle(context, cx, cy, r * 0.35, paint("--o-listener"), null, 0);
      }
      break;
    case "hostPort":
      if (zoom < glyphZoom) fill("--o-hostport");
      else
        polygon(context, paint("--o-hostport"), [
          [cx, cy - r * 1.2],
          [cx + r * 1.2, cy],
          [cx, cy + r * 1.2],
          [cx - r * 1.2, cy],
        ]);
      break;
    case "contested":
      polygon(context, paint("--critical"), [
        [x + gap, y + gap],
        [x + zoom - gap, y + gap],
        [x + gap, y + zoom - gap],
      ]);
      polygon(context, paint("--text"), [
        [x + zoom - gap, y + gap + 1],
        [x + zoom - gap, y + zoom - gap],
        [x + gap + 1, y + zoom - gap],
      ]);
      break;
    case "unknown":
      drawHatch(context, paint("--o-unknown"), x + gap + 0.5, y + gap + 0.5, size - 1);
      if (zoom >= textZoom) text(context, "?", cx, cy, paint("--text-2"), `600 11px ${fonts.ui}`);
      break;
    case "reserved":
      if (zoom < glyphZoom) fill("--o-reserved", 0.3);
      else {
        context.setLineDash([3, 2]);
        context.strokeStyle = paint("--o-reserved");
        rounded(context, x + gap + 3, y + gap + 3, size - 6, size - 6, 2);
        context.stroke();
        context.setLineDash([]);
      }
      break;
    case "closed":
    case "elsewhere":
    case "free":
      if (zoom >= glyphZoom) circle(context, cx, cy, 1, paint("--o-closed"), null, 0);
      break;
  }
  if (cell.differs.length > 0 && zoom >= glyphZoom)
    polygon(context, paint("--text"), [
      [x + zoom - gap, y + gap],
      [x + zoom - gap, y + gap + 5],
      [x + zoom - gap - 5, y + gap],
    ]);
}

/** Vertical segments as wide as their shares, with initials; the owner whose pod is on this node is underlined. */
function drawOwners(
  context: CanvasRenderingContext2D,
  { palette, fonts, zoom }: { readonly palette: Palette; readonly fonts: Scene["fonts"]; readonly zoom: number },
  cell: WireCell,
  x: number,
  y: number,
  size: number,
): void {
  const names = displayNames(cell.owners);
  const marks = assignOwnerHues(
    cell.owners.map((owner, place) => ({ key: ownerKey(owner), name: names[place] ?? owner.name, share: owner.probability })),
  );
  let from = x;
  for (const mark of marks) {
    const owner = cell.owners.find((each) => ownerKey(each) === mark.key);
    const wide = size * (owner?.probability ?? 1 / marks.length);
    context.fillStyle = color(palette, `--ow${String(mark.hue)}`);
    context.fillRect(from, y, wide, size);
    if (zoom >= textZoom && wide >= 11) {
      text(context, mark.initials, from + wide / 2, y + size / 2, color(palette, "--on-ink"), `700 9px ${fonts.mono}`);
      if (owner?.here === true) {
        context.fillStyle = color(palette, "--on-ink");
        context.fillRect(from + 2, y + size - 4, wide - 4, 1.5);
      }
    }
    from += wide;
  }
}

function drawFrames(
  context: CanvasRenderingContext2D,
  scene: Scene,
  columns: readonly { readonly column: ChartColumn; readonly place: number; readonly x: number }[],
  rows: readonly { readonly row: ChartRow; readonly place: number; readonly y: number }[],
): void {
  const { chart, layout, palette, fonts, height, scrollY, selected, flagged } = scene;
  const { zoom, top } = layout;
  const xOf = new Map(columns.map(({ place, x }) => [place, x]));
  const yOf = new Map(rows.map(({ place, y }) => [place, y]));
  const bottom = Math.min(height, layout.height - 24 - scrollY);
  for (const { column, place, x } of columns) {
    if (column.frame === null || zoom < 4) continue;
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
  const y = rows.find(({ row }) => row.kind === "node" && row.node.name === selected?.node)?.y;
  if (x === undefined || y === undefined) return;
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
  const row = chart.rows.findIndex((each) => each.kind === "node" && each.node.name === at.node);
  if (row >= 0) context.fillRect(0, (layout.ys[row] ?? 0) - scrollY, width, layout.zoom);
  const x = layout.xs[at.column];
  if (x !== undefined) context.fillRect(x - scrollX, 0, layout.zoom, height);
}
