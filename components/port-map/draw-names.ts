// Paints the names around the chart: nodes on the left, bands and ports with their holders on the coast above.

import type { ChartColumn } from "./build-chart";
import { glyphZoom, rowHeight, textZoom, type Layout } from "./chart-layout";
import { assignLanes } from "./flag-lanes";
import type { Scene, SeenColumn, SeenRow } from "./scene";
import { circle, color, rounded, severityMark, shorten, stroke, text, type Palette } from "./shapes";

const barHeight = 17;
const laneCount = 4;
const laneHeight = 14;
const flagWidth = 52;

export function drawRowNames(context: CanvasRenderingContext2D, scene: Scene, rows: readonly SeenRow[]): void {
  const { layout, palette, fonts, chart, selected, hovered } = scene;
  const worstOf = new Map<number, "critical" | "warning">();
  for (const { row, severity } of chart.marks) if (!worstOf.has(row)) worstOf.set(row, severity);
  const { zoom, left, top } = layout;
  context.save();
  context.beginPath();
  context.rect(0, top, left, scene.height - top);
  context.clip();
  context.fillStyle = color(palette, "--surface");
  context.fillRect(0, top, left, scene.height - top);
  // Rows lower than a name: only those with a finding have one, as far as there is room.
  let lastName = Number.NEGATIVE_INFINITY;
  for (const { row, place, y } of rows) {
    if (row.kind === "group") {
      const middle = y + rowHeight(row, zoom) / 2;
      context.lineWidth = 1.3;
      const points: [number, number][] = row.folded
        ? [
            [17, middle - 4],
            [21, middle],
            [17, middle + 4],
          ]
        : [
            [15, middle - 2],
            [19, middle + 2],
            [23, middle - 2],
          ];
      stroke(context, color(palette, "--text-3"), points);
      text(context, row.name, 28, middle, color(palette, "--text"), `600 12px ${fonts.ui}`, "left");
      const wide = context.measureText(row.name).width;
      text(context, row.count, 36 + wide, middle, color(palette, "--text-3"), `400 11px ${fonts.ui}`, "left");
      continue;
    }
    const middle = y + zoom / 2;
    const worst = worstOf.get(place) ?? null;
    const current = (hovered ?? selected)?.node === row.node.name;
    if (zoom < 11 && (worst === null || middle - lastName < 11)) continue;
    lastName = middle;
    if (worst !== null) severityMark(context, { palette, font: fonts.ui }, worst, 18, middle, 5.5, null);
    else if (!row.node.ready || row.node.unschedulable) {
      circle(context, 18, middle, 4.5, null, color(palette, row.node.ready ? "--text-3" : "--warning"), 1.3);
      context.lineWidth = 1.3;
      stroke(context, color(palette, row.node.ready ? "--text-3" : "--warning"), [
        [15, middle + 3],
        [21, middle - 3],
      ]);
    }
    const font = `${current ? "650" : "450"} ${String(Math.min(13, Math.max(9, zoom * 0.5)))}px ${fonts.ui}`;
    text(context, fitName(context, row.node.name, layout, font), 28, middle, color(palette, "--text"), font, "left");
    if (layout.showsAddress)
      text(context, row.node.addresses[0] ?? "", left - 10, middle, color(palette, "--text-2"), `400 11px ${fonts.mono}`, "right");
  }
  context.restore();
}

export function drawCoast(context: CanvasRenderingContext2D, scene: Scene, columns: readonly SeenColumn[]): void {
  const { chart, layout, palette, fonts, width, scrollX, flagged } = scene;
  const { zoom, left, top, xs } = layout;
  context.save();
  context.beginPath();
  context.rect(left - 60, 0, width - left + 60, top);
  context.clip();
  context.fillStyle = color(palette, "--surface");
  context.fillRect(0, 0, width, top);
  const barTop = top - barHeight - 4;
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left, top);
  context.clip();
  for (const group of chart.groups) {
    const from = (xs[group.first] ?? 0) - scrollX;
    const to = (xs[group.first + group.count - 1] ?? 0) - scrollX + zoom;
    if (to < left || from > width || group.name === "") continue;
    context.fillStyle = color(palette, "--sunken");
    rounded(context, from, barTop, to - from, barHeight, 2);
    context.fill();
    context.save();
    context.beginPath();
    context.rect(Math.max(from, left), barTop, to - Math.max(from, left), barHeight);
    context.clip();
    // A band of one column has room for a short name, and for nothing beside it.
    const start = Math.max(from, left) + (to - from < 40 ? 1 : 5);
    text(context, group.name, start, barTop + barHeight / 2 + 0.5, color(palette, "--text-2"), `600 11px ${fonts.ui}`, "left");
    const rangeStart = start + context.measureText(group.name).width + 8;
    context.font = `400 10px ${fonts.mono}`;
    // A range that would be cut says another range.
    if (rangeStart + context.measureText(group.range).width <= to - 2)
      text(context, group.range, rangeStart, barTop + barHeight / 2 + 0.5, color(palette, "--text-3"), context.font, "left");
    context.restore();
  }
  context.restore();
  if (zoom < glyphZoom) drawFlags(context, scene, columns, barTop - 2);
  else
    for (const { column, place, x } of columns)
      drawColumnName(context, { palette, fonts, zoom, bottom: barTop - 4 }, column, x + zoom / 2, place === flagged);
  context.restore();
}

/** Of columns too narrow for a name, only those with findings have one: in lanes, each with a line down to its column. */
function drawFlags(
  context: CanvasRenderingContext2D,
  { layout, palette, fonts }: Scene,
  columns: readonly SeenColumn[],
  bottom: number,
): void {
  const flags = columns.flatMap(({ column: { column, worst }, x }) =>
    worst === "critical" || worst === "warning" ? [{ x: x + layout.zoom / 2, severity: worst, port: String(column.port) }] : [],
  );
  const lanes = assignLanes(flags, flagWidth, laneCount);
  flags.forEach(({ x, severity, port }, place) => {
    const lane = lanes[place] ?? null;
    const y = bottom - 6 - (lane ?? 0) * laneHeight;
    const ink = color(palette, `--${severity}`);
    context.lineWidth = 1;
    stroke(context, ink, [
      [x, lane === null ? bottom - 4 : y],
      [x, bottom + barHeight + 4],
    ]);
    if (lane === null) return;
    severityMark(context, { palette, font: fonts.ui }, severity, x, y, 4.5, color(palette, "--surface"));
    text(context, port, x + 8, y + 0.5, ink, `700 10.5px ${fonts.mono}`, "left");
  });
}

type CoastStyle = { readonly palette: Palette; readonly fonts: Scene["fonts"]; readonly zoom: number; readonly bottom: number };

function drawColumnName(
  context: CanvasRenderingContext2D,
  { palette, fonts, zoom, bottom }: CoastStyle,
  column: ChartColumn,
  x: number,
  flagged: boolean,
): void {
  const { port, protocol } = column.column;
  const number = `${String(port)}${protocol === "TCP" ? "" : `/${protocol}`}`;
  const ink =
    column.worst === "critical"
      ? color(palette, "--critical")
      : column.worst === "warning"
        ? color(palette, "--warning")
        : color(palette, "--text");
  context.save();
  context.translate(x + (zoom >= textZoom ? 2 : 3), bottom);
  context.rotate(zoom >= textZoom ? (-56 * Math.PI) / 180 : -Math.PI / 2);
  const font = `700 ${zoom >= textZoom ? "11.5" : "9.5"}px ${fonts.mono}`;
  context.font = font;
  const wide = context.measureText(number).width;
  const badge = column.worst !== null ? 14 : 0;
  const holder = zoom >= textZoom ? shorten(column.holder, 24) : "";
  if (flagged && zoom >= textZoom) {
    context.font = `500 11.5px ${fonts.ui}`;
    const length = badge + wide + 10 + context.measureText(holder).width + 8;
    context.fillStyle = color(palette, "--critical");
    rounded(context, -5, -10, length, 20, 3);
    context.fill();
    circle(context, 4, 0, 5, color(palette, "--on-ink"), null, 0);
    text(context, "!", 4, 0.5, color(palette, "--critical"), `800 8px ${fonts.ui}`);
    text(context, number, badge, 0, color(palette, "--on-ink"), font, "left");
    text(context, holder, badge + wide + 6, 0, color(palette, "--on-ink"), `500 11.5px ${fonts.ui}`, "left");
  } else {
    if (column.worst === "critical" || column.worst === "warning")
      severityMark(context, { palette, font: fonts.ui }, column.worst, 4, 0, 5.2, null);
    text(context, number, badge, 0, ink, font, "left");
    if (holder !== "")
      text(
        context,
        holder,
        badge + wide + 6,
        0,
        column.worst === null ? color(palette, "--text-3") : ink,
        `400 11.5px ${fonts.ui}`,
        "left",
      );
  }
  context.restore();
}

/** A name that is too long goes without the domain that all share, then is cut in its middle: the ends tell the nodes of a pool apart. */
function fitName(context: CanvasRenderingContext2D, fullName: string, { nameWidth: width, domain }: Layout, font: string): string {
  context.font = font;
  if (context.measureText(fullName).width <= width) return fullName;
  const name = fullName.slice(0, fullName.length - domain.length);
  const full = context.measureText(name).width;
  if (full <= width) return name;
  const kept = Math.max(4, Math.floor((name.length * width) / full) - 1);
  const tail = Math.ceil(kept * 0.6);
  return `${name.slice(0, kept - tail)}…${name.slice(-tail)}`;
}
