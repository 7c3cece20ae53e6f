"use client";

import { useEffect, useRef, useState } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount, formatPort } from "@/lib/client/format";
import type { Chart } from "./build-chart";
import type { Layout, Selection } from "./chart-layout";
import { findHidden, sides, type Side } from "./find-hidden";
import { watchBox } from "./watch-box";

const arrows: Readonly<Record<Side, string>> = { up: "↑", down: "↓", left: "←", right: "→" };

/** The custom properties say where cells begin. On a phone, where a chip would cover the names, all stand in a bar of their own. */
const places: Readonly<Record<Side, string>> = {
  up: "top-[calc(var(--cells-top)+6px)] left-8",
  down: "bottom-16 left-8",
  left: "bottom-16 left-[calc(var(--cells-left)+6px)]",
  right: "bottom-16 right-20",
};

type EdgeChipsProps = {
  readonly scroller: { readonly current: HTMLDivElement | null };
  readonly chart: Chart;
  readonly layout: Layout;
  readonly selected: Selection | null;
  readonly onSelect: (selection: Selection) => void;
};

/** At each edge how many findings the window does not show; pressing one leads to the nearest. Scrolling renders these alone, not the chart.
 * The bar of a phone stays while there is a finding anywhere, so that the chart keeps its height. */
export function EdgeChips({ scroller, chart, layout, selected, onSelect }: EdgeChipsProps) {
  const words = useWords();
  const [hidden, setHidden] = useState<ReturnType<typeof findHidden>>({});
  const chips = useRef<HTMLDivElement>(null);
  const pressed = useRef(false);
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const look = (): void => {
      const { scrollLeft: scrollX, scrollTop: scrollY, clientWidth: width, clientHeight: height } = box;
      const next = findHidden(chart, layout, { scrollX, scrollY, width, height }, selected);
      setHidden((known) => (JSON.stringify(known) === JSON.stringify(next) ? known : next));
    };
    return watchBox(box, look);
  }, [scroller, chart, layout, selected]);
  useEffect(() => {
    chips.current?.style.setProperty("--cells-top", `${String(layout.top)}px`);
    // Where names are narrow, the chip of the rows above is wider than they are.
    chips.current?.style.setProperty("--cells-left", `${String(Math.max(layout.left, 150))}px`);
  }, [layout]);
  // The last chip of a side goes when it has led there: the keyboard goes on in the chart.
  useEffect(() => {
    if (pressed.current && document.activeElement === document.body) scroller.current?.focus();
    if (!(chips.current?.contains(document.activeElement) ?? false)) pressed.current = false;
  }, [hidden, scroller]);

  const hasFindings = chart.marks.length > 0 || chart.columns.some(({ worst }) => worst === "critical" || worst === "warning");
  return (
    <div
      ref={chips}
      className={classes(
        hasFindings &&
          "phone:flex phone:h-40 phone:flex-none phone:items-center phone:gap-8 phone:border-t phone:border-line phone:bg-surface phone:px-12",
      )}
    >
      {sides.every((side) => hidden[side] === undefined) && (
        <span className="hidden text-12 text-ink-3 phone:inline">{words.map.allInSight}</span>
      )}
      {sides.map((side) => {
        const found = hidden[side];
        const column = found === undefined ? undefined : chart.columns[found.next.column]?.column;
        if (found === undefined || column === undefined) return null;
        const isRow = side === "up" || side === "down";
        const count = formatCount(found.count);
        const next = isRow ? found.next.node : formatPort(column.port, column.protocol);
        const arrow = <span aria-hidden="true">{arrows[side]}</span>;
        return (
          <button
            key={side}
            type="button"
            title={words.map.offscreenNext[side](next)}
            onClick={() => {
              pressed.current = true;
              onSelect(found.next);
            }}
            className={classes(
              "absolute z-1 flex h-26 items-center gap-6 rounded-1 border bg-surface px-8 text-12 font-semibold whitespace-nowrap hover:bg-hover phone:static phone:h-32",
              places[side],
              side === "right" && "phone:ml-auto",
              found.worst === "critical" ? "border-critical-line" : "border-line-strong",
            )}
          >
            {side !== "right" && arrow}
            <Glyph name={found.worst} />
            <span aria-hidden="true" className="hidden phone:inline">
              {count}
            </span>
            <span className="phone:sr-only">{isRow ? words.map.offscreen(count) : words.map.offscreenPorts(count)}</span>
            {side === "right" && arrow}
          </button>
        );
      })}
    </div>
  );
}
