// A cell is painted once for each look that it can have; a run of equal cells is then filled with that picture.

import type { WireCell } from "@/lib/wire/schemas";
import { drawCell } from "./draw-cell";
import { glyphOfCell } from "./glyph-of-cell";
import type { Look } from "./use-palette";

/** The look of a cell as a pattern that repeats with each cell, for one theme and zoom. */
export type Sprites = { readonly of: (cell: WireCell, ratio: number) => CanvasPattern | null };

export function createSprites(look: Look, zoom: number): Sprites {
  const ofCell = new WeakMap<WireCell, { readonly ratio: number; readonly sprite: CanvasPattern | null }>();
  const ofLook = new Map<string, CanvasPattern | null>();
  return {
    of: (cell, ratio) => {
      const known = ofCell.get(cell);
      if (known?.ratio === ratio) return known.sprite;
      const glyph = glyphOfCell(cell);
      const shown = [ratio, glyph, glyph === "local" ? cell.local : "", glyph === "mixed" ? cell.owners : "", cell.differs.length > 0];
      const key = JSON.stringify(shown);
      const sprite = ofLook.get(key) ?? paint(look, zoom, cell, ratio);
      ofLook.set(key, sprite);
      ofCell.set(cell, { ratio, sprite });
      return sprite;
    },
  };
}

function paint(look: Look, zoom: number, cell: WireCell, ratio: number): CanvasPattern | null {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = Math.ceil(zoom * ratio);
  const context = sheet.getContext("2d");
  if (context === null) return null;
  // A ratio that is no whole number must not make the picture longer than the cell.
  const scale = sheet.width / zoom;
  context.scale(scale, scale);
  drawCell(context, look, zoom, cell, 0, 0);
  const pattern = context.createPattern(sheet, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern;
}
