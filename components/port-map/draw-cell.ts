// Paints one cell at a size at which its shape can be seen. The shapes are those of the legend.

import { assignOwnerHues, displayNames, ownerKey } from "@/components/glyphs/owner-hues";
import type { WireCell } from "@/lib/wire/schemas";
import { textZoom } from "./chart-layout";
import { glyphOfCell } from "./glyph-of-cell";
import { circle, color, drawHatch, polygon, rounded, stroke, text } from "./shapes";
import type { Look } from "./use-palette";

const gap = 1;

export function drawCell(
  context: CanvasRenderingContext2D,
  { palette, fonts }: Look,
  zoom: number,
  cell: WireCell,
  x: number,
  y: number,
): void {
  const paint = (name: string): string => color(palette, name);
  const size = zoom - 2 * gap;
  const [cx, cy] = [x + zoom / 2, y + zoom / 2];
  const fill = (name: string): void => {
    context.fillStyle = paint(name);
    rounded(context, x + gap, y + gap, size, size, zoom >= 12 ? 3 : 0);
    context.fill();
  };
  const r = zoom * 0.2;
  context.lineWidth = Math.max(1, zoom / 14);
  switch (glyphOfCell(cell)) {
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
      context.lineWidth = Math.max(1, zoom / 20);
      context.globalAlpha = 0.85;
      stroke(context, paint("--o-local"), [
        [cx - r * 0.35, cy - r * 0.65],
        [cx + r * 0.35, cy],
        [cx - r * 0.35, cy + r * 0.65],
      ]);
      context.globalAlpha = 1;
      break;
    case "mixed":
      drawOwners(context, { palette, fonts }, cell, x + gap, y + gap, size, size);
      break;
    case "rejected":
      fill("--o-rejected-tint");
      context.lineWidth = Math.max(1.2, zoom / 12);
      stroke(context, paint("--o-rejected"), [
        [cx - r, cy - r],
        [cx + r, cy + r],
      ]);
      stroke(context, paint("--o-rejected"), [
        [cx + r, cy - r],
        [cx - r, cy + r],
      ]);
      break;
    case "dropped":
      fill("--o-dropped-tint");
      polygon(context, paint("--o-dropped"), [
        [cx - r, cy - r * 0.8],
        [cx + r, cy - r * 0.8],
        [cx, cy + r],
      ]);
      break;
    case "listener":
      circle(context, cx, cy, r * 0.95, null, paint("--o-listener"), Math.max(1.2, zoom / 16));
      circle(context, cx, cy, r * 0.35, paint("--o-listener"), null, 0);
      break;
    case "hostPort":
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
      context.setLineDash([3, 2]);
      context.strokeStyle = paint("--o-reserved");
      rounded(context, x + gap + 3, y + gap + 3, size - 6, size - 6, 2);
      context.stroke();
      context.setLineDash([]);
      break;
    case "closed":
    case "elsewhere":
    case "free":
      circle(context, cx, cy, 1, paint("--o-closed"), null, 0);
      break;
  }
  if (cell.differs.length > 0)
    polygon(context, paint("--text"), [
      [x + zoom - gap, y + gap],
      [x + zoom - gap, y + gap + 5],
      [x + zoom - gap - 5, y + gap],
    ]);
}

/** Vertical segments as wide as their shares, with initials; the owner whose pod is on this node is underlined. */
export function drawOwners(
  context: CanvasRenderingContext2D,
  { palette, fonts }: Look,
  cell: WireCell,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const names = displayNames(cell.owners);
  const marks = assignOwnerHues(
    cell.owners.map((owner, place) => ({ key: ownerKey(owner), name: names[place] ?? owner.name, share: owner.probability })),
  );
  let from = x;
  for (const mark of marks) {
    const owner = cell.owners.find((each) => ownerKey(each) === mark.key);
    const wide = width * (owner?.probability ?? 1 / marks.length);
    context.fillStyle = color(palette, `--ow${String(mark.hue)}`);
    context.fillRect(from, y, wide, height);
    if (width + 2 * gap >= textZoom && wide >= 11) {
      text(context, mark.initials, from + wide / 2, y + height / 2, color(palette, "--on-ink"), `700 9px ${fonts.mono}`);
      if (owner?.here === true) {
        context.fillStyle = color(palette, "--on-ink");
        context.fillRect(from + 2, y + height - 4, wide - 4, 1.5);
      }
    }
    from += wide;
  }
}
