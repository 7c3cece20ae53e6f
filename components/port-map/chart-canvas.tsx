"use client";

import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useWords } from "@/components/words/words";
import type { Chart } from "./build-chart";
import { buildLayout, cellAt, type Layout, type Selection } from "./chart-layout";
import { drawChart } from "./draw-chart";
import { describeCell } from "./describe-cell";
import { EdgeChips } from "./edge-chips";
import { MiniMap } from "./minimap";
import { usePalette } from "./use-palette";

type ChartCanvasProps = {
  readonly chart: Chart;
  readonly zoom: number;
  readonly selected: Selection | null;
  readonly flagged: number | null;
  readonly onSelect: (selection: Selection) => void;
  readonly onOpen: (selection: Selection) => void;
  readonly onFold: (group: string) => void;
  readonly onZoom: (zoom: number) => void;
};

/** The scrolling chart: one canvas that stays in the window, and a grid for those who cannot see it. */
export function ChartCanvas({ chart, zoom, selected, flagged, onSelect, onOpen, onFold, onZoom }: ChartCanvasProps) {
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = usePalette();
  const [hovered, setHovered] = useState<Selection | null>(null);
  const [windowWidth, setWindowWidth] = useState(1024);
  const layout = useMemo(() => buildLayout(chart, zoom, windowWidth), [chart, zoom, windowWidth]);

  useEffect(() => {
    const [box, sheet, size] = [scroller.current, canvas.current, spacer.current];
    const context = sheet?.getContext("2d");
    if (box === null || sheet === null || size === null || context === null || context === undefined || look === null) return;
    size.style.width = `${String(layout.width)}px`;
    size.style.height = `${String(layout.height)}px`;
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const { clientWidth: width, clientHeight: height, scrollLeft, scrollTop } = box;
      setWindowWidth(width);
      const ratio = window.devicePixelRatio;
      if (sheet.width !== Math.round(width * ratio) || sheet.height !== Math.round(height * ratio)) {
        sheet.width = Math.round(width * ratio);
        sheet.height = Math.round(height * ratio);
        sheet.style.width = `${String(width)}px`;
        sheet.style.height = `${String(height)}px`;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawChart(context, {
        chart,
        layout,
        palette: look.palette,
        fonts: look.fonts,
        scrollX: scrollLeft,
        scrollY: scrollTop,
        width,
        height,
        selected,
        hovered,
        flagged,
      });
    };
    const request = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    draw();
    box.addEventListener("scroll", request, { passive: true });
    const observer = new ResizeObserver(request);
    observer.observe(box);
    return () => {
      cancelAnimationFrame(frame);
      box.removeEventListener("scroll", request);
      observer.disconnect();
    };
  });

  useScrollTo(scroller, chart, layout, selected);
  useWheelZoom(scroller, zoom, onZoom);

  const at = (event: PointerEvent): Selection | { readonly group: string } | null => {
    const box = scroller.current;
    if (box === null) return null;
    const { left, top } = box.getBoundingClientRect();
    return cellAt({ chart, layout, scrollX: box.scrollLeft, scrollY: box.scrollTop }, event.clientX - left, event.clientY - top);
  };
  const move = (event: PointerEvent): void => {
    const found = at(event);
    const next = found !== null && "column" in found ? found : null;
    if (next?.node !== hovered?.node || next?.column !== hovered?.column) setHovered(next);
  };
  const press = (event: PointerEvent): void => {
    const found = at(event);
    if (found === null) return;
    if ("group" in found) onFold(found.group);
    else if (selected?.node === found.node && selected.column === found.column && event.pointerType !== "mouse") onOpen(found);
    else onSelect(found);
  };
  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <div className="relative flex min-h-0 min-w-0 flex-1">
        <div
          ref={scroller}
          // Scrolling and arrows need a focus; the grid inside says what is selected.
          tabIndex={0}
          role="application"
          aria-label={words.map.chart}
          onKeyDown={(event) => {
            moveSelection(event, chart, selected, onSelect, onOpen);
          }}
          onPointerMove={move}
          onPointerLeave={() => {
            setHovered(null);
          }}
          onPointerUp={press}
          className="focus-inset relative min-h-0 min-w-0 flex-1 overflow-auto bg-surface"
        >
          <canvas ref={canvas} aria-hidden="true" className="sticky top-0 left-0 block" />
          <div ref={spacer} aria-hidden="true" className="absolute top-0 left-0" />
          <FocusedRow chart={chart} selected={selected} />
        </div>
        <EdgeChips scroller={scroller} chart={chart} layout={layout} selected={selected} onSelect={onSelect} />
      </div>
      <MiniMap scroller={scroller} chart={chart} layout={layout} />
    </div>
  );
}

/** The focused row as a grid: its cells carry names. */
function FocusedRow({ chart, selected }: { readonly chart: Chart; readonly selected: Selection | null }) {
  const words = useWords();
  const row = chart.rows.find((each) => each.kind === "node" && each.node.name === (selected?.node ?? each.node.name));
  if (row?.kind !== "node") return null;
  return (
    <div
      role="grid"
      aria-label={words.map.title}
      aria-rowcount={chart.rows.length}
      aria-colcount={chart.columns.length}
      className="sr-only"
    >
      <div role="row" aria-label={row.node.name}>
        {chart.columns.map((column, place) => (
          <span
            key={`${String(column.column.port)}/${column.column.protocol}`}
            role="gridcell"
            aria-colindex={place + 1}
            aria-selected={selected?.column === place}
          >
            {describeCell(chart, row.node.name, row.place, column, words)}
          </span>
        ))}
      </div>
    </div>
  );
}

function moveSelection(
  event: KeyboardEvent,
  chart: Chart,
  selected: Selection | null,
  onSelect: (next: Selection) => void,
  onOpen: (at: Selection) => void,
): void {
  const nodes = chart.rows.flatMap((row) => (row.kind === "node" ? [row.node.name] : []));
  const row = Math.max(0, nodes.indexOf(selected?.node ?? ""));
  const column = selected?.column ?? 0;
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Home: [0, -column],
    End: [0, chart.columns.length],
    PageUp: [-10, 0],
    PageDown: [10, 0],
  };
  const step = steps[event.key];
  if (event.key === "Enter" && selected !== null) {
    event.preventDefault();
    onOpen(selected);
    return;
  }
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));
  const node = nodes[selected === null ? 0 : clamp(row + step[0], nodes.length)];
  if (node !== undefined) onSelect({ node, column: selected === null ? 0 : clamp(column + step[1], chart.columns.length) });
}

/** Keeps the selected cell in the window. */
function useScrollTo(
  scroller: { readonly current: HTMLDivElement | null },
  chart: Chart,
  layout: Layout,
  selected: Selection | null,
): void {
  const key = selected === null ? "" : `${selected.node} ${String(selected.column)}`;
  useEffect(() => {
    const box = scroller.current;
    if (box === null || selected === null) return;
    const row = chart.rows.findIndex((each) => each.kind === "node" && each.node.name === selected.node);
    const [x, y] = [layout.xs[selected.column], layout.ys[row]];
    if (x === undefined || y === undefined) return;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = box;
    const inside = (at: number, from: number, before: number, size: number, margin: number): number =>
      at < from + before + margin
        ? at - before - margin
        : at + layout.zoom > from + size - margin
          ? at + layout.zoom - size + margin
          : from;
    // Above and below it stays clear of the chips at the edges.
    box.scrollTo(inside(x, scrollLeft, layout.left, clientWidth, 8), inside(y, scrollTop, layout.top, clientHeight, 44));
    // Only a new selection scrolls; new data must not move the window.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [key]);
}

/** Ctrl-wheel and pinch zoom. */
function useWheelZoom(scroller: { readonly current: HTMLDivElement | null }, zoom: number, onZoom: (zoom: number) => void): void {
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      onZoom(zoom + (event.deltaY < 0 ? 1 : -1) * Math.max(1, Math.round(zoom / 10)));
    };
    box.addEventListener("wheel", wheel, { passive: false });
    return () => {
      box.removeEventListener("wheel", wheel);
    };
  });
}
