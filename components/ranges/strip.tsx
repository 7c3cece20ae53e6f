"use client";

import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useWords } from "@/components/words/words";
import { formatRange } from "@/lib/client/format";
import type { WireRanges } from "@/lib/wire/range-schemas";
import { bandHue } from "./band-hue";
import { StripMarks } from "./strip-marks";
import { isUnread, layOutStrip, outlinesOf, squaresPath, type StripLayout } from "./strip-layout";

export type Selection = { readonly first: number; readonly last: number };

type StripProps = {
  readonly ranges: WireRanges;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection) => void;
  /** What assistive technology says of the selection. */
  readonly said: string;
};

/** The NodePort range, one square per port. A click or the arrow keys choose a port; dragging, or Shift with the arrows, a block. */
export function Strip({ ranges, selection, onSelect, said }: StripProps) {
  const words = useWords().ranges;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const anchor = useRef<number | null>(null);
  const { nodePorts } = ranges;
  const layout = useMemo(
    () => (nodePorts === null || width === null ? null : layOutStrip(nodePorts.range, nodePorts.static, width)),
    [nodePorts, width],
  );
  if (nodePorts === null) return null;
  const { range } = nodePorts;

  const pick = (event: PointerEvent<SVGSVGElement>, extend: boolean): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const port = layout?.portAt(event.clientX - box.left, event.clientY - box.top) ?? null;
    if (port === null) return;
    if (!extend || anchor.current === null) anchor.current = port;
    onSelect({ first: Math.min(anchor.current, port), last: Math.max(anchor.current, port) });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: layout?.perRow ?? 100, ArrowUp: -(layout?.perRow ?? 100) }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    // A selection of another making (a key of the view, the address) has its first number as its anchor.
    if (selection === null || (anchor.current !== selection.first && anchor.current !== selection.last))
      anchor.current = selection?.first ?? range.first;
    const head = selection === null ? range.first : anchor.current === selection.first ? selection.last : selection.first;
    const next = Math.min(range.last, Math.max(range.first, head + (selection === null ? 0 : step)));
    if (!event.shiftKey) anchor.current = next;
    onSelect({ first: Math.min(anchor.current, next), last: Math.max(anchor.current, next) });
  };
  return (
    <div ref={frame}>
      {layout === null ? (
        <div className="h-340 rounded-2 bg-sunken" />
      ) : (
        <svg
          width={layout.width}
          height={layout.height}
          tabIndex={0}
          role="slider"
          data-strip
          aria-label={words.strip}
          aria-valuemin={range.first}
          aria-valuemax={range.last}
          aria-valuenow={selection?.first ?? range.first}
          aria-valuetext={said}
          className="block cursor-crosshair touch-pan-y"
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            pick(event, event.shiftKey);
          }}
          onPointerMove={(event) => {
            if (event.buttons === 1) pick(event, true);
          }}
        >
          <Scale layout={layout} last={range.last} />
          <Ground layout={layout} ranges={ranges} />
          <StripMarks layout={layout} ranges={ranges} />
          {nodePorts.static !== null && <StaticBorder layout={layout} ranges={ranges} />}
          {selection !== null &&
            outlinesOf(layout, selection).map((box) => (
              <rect key={box.y} {...box} fill="none" stroke="var(--ink)" strokeWidth="2" rx="1" />
            ))}
        </svg>
      )}
    </div>
  );
}

/** Where the API server's static band ends: a stepped ink line, with the names of both bands below. */
function StaticBorder({ layout: at, ranges }: { readonly layout: StripLayout; readonly ranges: WireRanges }) {
  const words = useWords().ranges;
  const bands = ranges.nodePorts;
  if (bands === null || bands.static === null) return null;
  const end = at.place(bands.static.last);
  const x = end.x + at.side + 1.6;
  const y = end.y + at.side + 3.2;
  const dynamicX = at.place(at.start + at.perRow / 2).x;
  return (
    <>
      <path d={`M${String(x)} ${String(end.y - 6)}V${String(y)}H${String(at.left - 2)}`} fill="none" stroke="var(--ink)" strokeWidth="2" />
      <text x={at.left} y={y + 13} className="fill-ink text-[10.5px] font-semibold">
        {words.staticBand(formatRange(bands.static.first, bands.static.last))}
      </text>
      <text x={dynamicX} y={y + 13} className="fill-ink-3 text-[10.5px] font-semibold">
        {words.dynamicBand(formatRange(bands.dynamic.first, bands.dynamic.last))}
      </text>
    </>
  );
}

/** Numbers at the left, tens on top. */
function Scale({ layout, last }: { readonly layout: StripLayout; readonly last: number }) {
  const { perRow, rows, start, side } = layout;
  const every = perRow === 100 ? 5 : 10;
  const labelled = Array.from({ length: rows }, (_, row) => row).filter((row) => row % every === 0 || row === rows - 1);
  return (
    <g className="fill-ink-3 font-mono text-[10px]" aria-hidden>
      {Array.from({ length: perRow / 10 }, (_, ten) => (
        <text key={ten} x={layout.place(start + ten * 10).x} y={13}>
          +{ten * 10}
        </text>
      ))}
      {labelled.map((row) => (
        <text key={row} x={layout.left - 8} y={layout.place(Math.min(last, start + row * perRow)).y + side / 2 + 3.5} textAnchor="end">
          {start + row * perRow}
        </text>
      ))}
    </g>
  );
}

/** The paper under the marks: pale squares, and the bands as tinted areas with a contour line. */
function Ground({ layout, ranges }: { readonly layout: StripLayout; readonly ranges: WireRanges }) {
  const { nodePorts, bands } = ranges;
  const shown = bands.filter(({ kind }) => kind === "nodePort");
  const [fixed, dynamic] = useMemo(() => {
    if (nodePorts === null) return ["", ""];
    const all = listPorts(nodePorts.range);
    const border = nodePorts.dynamic.first;
    return [
      squaresPath(
        layout,
        all.filter((port) => port < border),
      ),
      squaresPath(
        layout,
        all.filter((port) => port >= border),
      ),
    ];
  }, [layout, nodePorts]);
  if (nodePorts === null) return null;
  const { range } = nodePorts;
  return (
    <>
      {isUnread(ranges) && (
        <pattern id="unread" width="4" height="4" patternUnits="userSpaceOnUse">
          <path d="M0 4 4 0" stroke="var(--o-unknown)" strokeWidth="1" />
        </pattern>
      )}
      <path d={fixed} fill={isUnread(ranges) ? "url(#unread)" : "var(--free-static)"} />
      <path d={dynamic} fill={isUnread(ranges) ? "url(#unread)" : "var(--free-dynamic)"} />
      {shown.map(({ name, ports }, place) => {
        const inside = { first: Math.max(ports.first, range.first), last: Math.min(ports.last, range.last) };
        if (inside.first > inside.last) return null;
        const hue = bandHue(place);
        return (
          <g key={name}>
            <path d={squaresPath(layout, listPorts(inside))} fill={hue} fillOpacity=".2" />
            {outlinesOf(layout, inside).map((box) => (
              <rect key={box.y} {...box} fill="none" stroke={hue} strokeWidth="1.5" rx="1" />
            ))}
          </g>
        );
      })}
    </>
  );
}

function listPorts({ first, last }: Selection): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, step) => first + step);
}

/** The width of the frame, null until it was drawn once. */
function useWidth(frame: { readonly current: HTMLElement | null }): number | null {
  const [width, setWidth] = useState<number | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [frame]);
  return width;
}
