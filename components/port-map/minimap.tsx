"use client";

import { useEffect, useRef, type PointerEvent } from "react";
import type { WireCell } from "@/lib/wire/schemas";
import { cellOfRow, type Chart } from "./build-chart";
import type { Layout } from "./chart-layout";
import type { ChartWindow } from "./find-hidden";
import { drawRun } from "./draw-cells";
import { buildMinimap, minimapScale, minimapWidth, needsMinimap, placeAt, scrollAt } from "./minimap-layout";
import { color, polygon } from "./shapes";
import { usePalette, type Look } from "./use-palette";
import { watchBox } from "./watch-box";

type Scroller = { readonly current: HTMLDivElement | null };

/** All rows beside the chart; a press or a drag scrolls. The chart scrolls by keys and its edges name what is hidden, so that this is for the eye alone. */
export function MiniMap({ scroller, chart, layout }: { readonly scroller: Scroller; readonly chart: Chart; readonly layout: Layout }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = usePalette();
  useEffect(() => {
    const [box, sheet] = [scroller.current, canvas.current];
    const context = sheet?.getContext("2d");
    if (box === null || sheet === null || context === null || context === undefined || look === null) return;
    let sea: { readonly height: number; readonly picture: HTMLCanvasElement } | undefined;
    const draw = (): void => {
      const shown = windowOf(box);
      sheet.hidden = !needsMinimap(layout, shown);
      // On a phone the style sheet leaves it out.
      const height = sheet.clientHeight;
      if (sheet.hidden || height === 0) return;
      const ratio = window.devicePixelRatio;
      sheet.width = Math.round(minimapWidth * ratio);
      sheet.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const { lines, pointers, frame: seen } = buildMinimap(chart, layout, shown, height);
      if (sea?.height !== height) sea = { height, picture: paintCells(chart, layout, look, height) };
      context.globalAlpha = 0.6;
      context.drawImage(sea.picture, 0, 0);
      context.globalAlpha = 1;
      context.fillStyle = color(look.palette, "--critical");
      for (const x of lines) context.fillRect(x - 0.75, 0, 1.5, height);
      for (const { x, y, severity } of pointers)
        polygon(context, color(look.palette, `--${severity}`), [
          [x, y],
          [x + 6, y - 3.5],
          [x + 6, y + 3.5],
        ]);
      context.strokeStyle = color(look.palette, "--ink");
      context.lineWidth = 1.5;
      context.strokeRect(seen.x + 0.75, seen.y + 0.75, Math.max(4, seen.width - 1.5), Math.max(4, seen.height - 1.5));
    };
    return watchBox(box, draw);
  }, [scroller, chart, layout, look]);
  const scroll = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = scroller.current;
    if (box === null || event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, top, height } = event.currentTarget.getBoundingClientRect();
    box.scrollTo(scrollAt(layout, windowOf(box), height, event.clientX - left, event.clientY - top));
  };
  return (
    <canvas
      ref={canvas}
      hidden
      aria-hidden="true"
      onPointerDown={scroll}
      onPointerMove={scroll}
      className="h-full w-84 flex-none touch-none border-l border-line bg-surface phone:hidden"
    />
  );
}

/** One cell for each pixel: what is between is left out, for findings are painted over it. */
function paintCells(chart: Chart, layout: Layout, look: Look, height: number): HTMLCanvasElement {
  const picture = document.createElement("canvas");
  picture.width = minimapWidth;
  picture.height = height;
  const context = picture.getContext("2d");
  const { across, along } = minimapScale(layout, height);
  for (let x = 0; x < minimapWidth; x += 1) {
    const at = layout.left + x / across;
    const place = placeAt(layout.xs, at);
    const column = chart.columns[place];
    if (context === null || column === undefined || at > (layout.xs[place] ?? 0) + layout.zoom) continue;
    let run: { readonly look: WireCell | undefined; readonly y: number } = { look: undefined, y: 0 };
    for (let y = 0; y <= height; y += 1) {
      const row = chart.rows[placeAt(layout.ys, layout.top + y / along)];
      const cell = y === height || row === undefined ? undefined : cellOfRow(chart, row, column.place);
      if (cell === run.look) continue;
      if (run.look !== undefined) drawRun(context, look, { look: run.look, y: run.y, to: y }, x, 1);
      run = { look: cell, y };
    }
  }
  return picture;
}

function windowOf({ scrollLeft, scrollTop, clientWidth, clientHeight }: HTMLDivElement): ChartWindow {
  return { scrollX: scrollLeft, scrollY: scrollTop, width: clientWidth, height: clientHeight };
}
