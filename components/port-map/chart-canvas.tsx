"use client";

import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useWords } from "@/components/words/words";
import { nodeToSelect, type Chart } from "./build-chart";
import { buildLayout, cellAt, type Layout, type Selection } from "./chart-layout";
import { drawChart } from "./draw-chart";
import { describeCell } from "./describe-cell";
import { EdgeChips } from "./edge-chips";
import { MiniMap } from "./minimap";
import { moveSelection } from "./move-selection";
import { createSprites } from "./sprites";
import { usePalette } from "./use-palette";
import { watchBox } from "./watch-box";

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
  const sprites = useMemo(() => (look === null ? null : createSprites(look, zoom)), [look, zoom]);

  useEffect(() => {
    const [box, sheet, size] = [scroller.current, canvas.current, spacer.current];
    const context = sheet?.getContext("2d");
    if (box === null || sheet === null || size === null || context === null || context === undefined || look === null || sprites === null)
      return;
    size.style.width = `${String(layout.width)}px`;
    size.style.height = `${String(layout.height)}px`;
    const draw = (): void => {
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
        ...look,
        sprites,
        scrollX: scrollLeft,
        scrollY: scrollTop,
        width,
        height,
        selected,
        hovered,
        flagged,
      });
    };
    draw();
    return watchBox(box, draw);
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
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moveSelection(chart, selected, event.key);
    if (next !== null) onSelect(next);
    else if (event.key === "Enter" && selected !== null) onOpen(selected);
    else return;
    event.preventDefault();
  };
  const point = (event: PointerEvent): void => {
    const found = at(event);
    if (found === null) return;
    if ("group" in found) onFold(found.group);
    else if (selected?.node === found.node && selected.column === found.column && event.pointerType !== "mouse") onOpen(found);
    else onSelect(found);
  };
  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <div className="relative flex min-h-0 min-w-0 flex-1 phone:flex-col">
        <div
          ref={scroller}
          // What is seen is painted; the rows inside are for those who cannot see it.
          tabIndex={0}
          role="grid"
          aria-label={words.map.chart}
          aria-rowcount={chart.rows.length}
          aria-colcount={chart.columns.length + 1}
          aria-activedescendant={selected === null ? undefined : selectedCellId}
          onKeyDown={press}
          onPointerMove={move}
          onPointerLeave={() => {
            setHovered(null);
          }}
          onPointerUp={point}
          className="focus-inset relative min-h-0 min-w-0 flex-1 overflow-auto bg-surface"
        >
          <canvas ref={canvas} aria-hidden="true" className="sticky top-0 left-0 block" />
          <div ref={spacer} aria-hidden="true" className="absolute top-0 left-0" />
          <SpokenRows chart={chart} selected={selected} />
        </div>
        <EdgeChips scroller={scroller} chart={chart} layout={layout} selected={selected} onSelect={onSelect} />
      </div>
      <MiniMap scroller={scroller} chart={chart} layout={layout} />
    </div>
  );
}

const selectedCellId = "selected-cell";

/** The groups, and the row that is selected with its cells, each named. */
function SpokenRows({ chart, selected }: { readonly chart: Chart; readonly selected: Selection | null }) {
  const words = useWords();
  const focused = selected === null ? chart.rows.findIndex((row) => nodeToSelect(row) !== null) : chart.rowOf(selected.node);
  return (
    <div role="rowgroup" className="sr-only">
      {chart.rows.map((row, place) => {
        if (row.kind === "node" && place !== focused) return null;
        const name = row.kind === "node" ? row.node.name : row.name;
        return (
          <div key={`${row.kind} ${name}`} role="row" aria-rowindex={place + 1}>
            <span role="rowheader" aria-colindex={1} aria-expanded={row.kind === "node" ? undefined : !row.folded}>
              {row.kind === "node" ? name : words.map.groupOf(name, row.count)}
            </span>
            {place === focused &&
              chart.columns.map((column, at) => (
                <span
                  key={`${String(column.column.port)}/${column.column.protocol}`}
                  id={selected?.column === at ? selectedCellId : undefined}
                  role="gridcell"
                  aria-colindex={at + 2}
                  aria-selected={selected?.column === at}
                >
                  {describeCell(chart, row, column, words)}
                </span>
              ))}
          </div>
        );
      })}
    </div>
  );
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
    const [x, y] = [layout.xs[selected.column], layout.ys[chart.rowOf(selected.node)]];
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
