"use client";

import { useEffect, useRef, type PointerEvent } from "react";
import type { Chart } from "./build-chart";
import type { Layout } from "./chart-layout";
import type { ChartWindow } from "./find-hidden";
import { buildMinimap, minimapWidth, needsMinimap, scrollAt } from "./minimap-layout";
import { color, polygon } from "./shapes";
import { usePalette } from "./use-palette";

type Scroller = { readonly current: HTMLDivElement | null };

/** All rows beside the chart; a press or a drag scrolls. The chart scrolls by keys and its edges name what is hidden, so that this is for the eye alone. */
export function MiniMap({ scroller, chart, layout }: { readonly scroller: Scroller; readonly chart: Chart; readonly layout: Layout }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = usePalette();
  useEffect(() => {
    const [box, sheet] = [scroller.current, canvas.current];
    const context = sheet?.getContext("2d");
    if (box === null || sheet === null || context === null || context === undefined || look === null) return;
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const shown = windowOf(box);
      sheet.hidden = !needsMinimap(layout, shown);
      const height = sheet.clientHeight;
      const ratio = window.devicePixelRatio;
      sheet.width = Math.round(minimapWidth * ratio);
      sheet.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const { lines, pointers, frame: seen } = buildMinimap(chart, layout, shown, height);
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
    const request = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    request();
    box.addEventListener("scroll", request, { passive: true });
    const observer = new ResizeObserver(request);
    observer.observe(box);
    return () => {
      cancelAnimationFrame(frame);
      box.removeEventListener("scroll", request);
      observer.disconnect();
    };
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

function windowOf({ scrollLeft, scrollTop, clientWidth, clientHeight }: HTMLDivElement): ChartWindow {
  return { scrollX: scrollLeft, scrollY: scrollTop, width: clientWidth, height: clientHeight };
}
