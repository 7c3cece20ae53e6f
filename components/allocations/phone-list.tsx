"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import Link from "next/link";
import { useRef, type ReactNode } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { useHref } from "@/components/live/use-href";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { AllocationRow, ViewRow } from "./build-view";
import { BackendsCell, HolderCell, OwnerCell } from "./cells";
import { FreeLine } from "./free-row";
import { GroupLine } from "./group-row";
import { traceParams } from "./trace-of";

const heights = { group: 36, allocation: 56, free: 44 } as const;

/** The table on a phone: two lines for each row, nothing to scroll sideways. */
export function PhoneList({ rows, empty }: { readonly rows: readonly ViewRow[]; readonly empty: ReactNode }) {
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => heights[rows[place]?.type ?? "allocation"],
    getItemKey: (place) => rows[place]?.id ?? place,
    overscan: 8,
    initialRect: { width: 390, height: 844 },
  });
  const items = virtualizer.getVirtualItems();
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={words.allocations.tableLabel}
      className="focus-inset min-h-0 flex-1 overflow-x-hidden overflow-y-auto bg-surface"
    >
      <Gap height={items[0]?.start ?? 0} />
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        switch (row.type) {
          case "group":
            return (
              <h2
                key={row.id}
                className="flex h-36 items-center overflow-hidden border-b border-line-strong bg-bg px-12 text-[12.5px] font-semibold whitespace-nowrap"
              >
                <span className="truncate">
                  <GroupLine group={row} />
                </span>
              </h2>
            );
          case "free":
            return (
              <p
                key={row.id}
                className="hatch flex h-44 items-center overflow-hidden border-b border-line px-12 text-[12.5px] whitespace-nowrap text-ink-3"
              >
                <span className="mr-8 font-mono">{row.first}</span>
                <FreeLine free={row} />
              </p>
            );
          case "allocation":
            return <PhoneRow key={row.id} item={row} />;
        }
      })}
      <Gap height={virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)} />
      {rows.length === 0 && <div className="px-12 py-40 text-center text-ink-2">{empty}</div>}
    </div>
  );
}

function PhoneRow({ item }: { readonly item: AllocationRow }) {
  const { row, findings } = item;
  const href = useHref();
  const words = useWords();
  const worst = findings.find(({ acknowledged }) => acknowledged === null);
  const edge = worst?.severity === "critical" ? "edge-critical" : worst?.severity === "warning" ? "edge-warning" : "";
  const line = (
    <>
      <span className="flex items-center gap-10 overflow-hidden">
        <strong className={classes("font-mono text-[14px] font-semibold", worst?.severity === "critical" && "text-critical")}>
          {row.port}
        </strong>
        <span className="min-w-0 flex-1 truncate">
          <HolderCell row={row} />
        </span>
        {worst !== undefined && <Glyph name={worst.severity} size={13} label={words.severity[worst.severity]} />}
      </span>
      <span className="flex items-center gap-10 overflow-hidden text-[12px] leading-[17px] whitespace-nowrap text-ink-2">
        <span className="inline-flex items-center gap-5">
          <Glyph name={`claim-${row.kind}`} size={10} />
          {row.kind}
        </span>
        <span className="min-w-0 flex-1 truncate">
          <OwnerCell item={item} />
        </span>
        <BackendsCell item={item} />
      </span>
    </>
  );
  const look = classes("flex h-56 flex-col justify-center gap-2 border-b border-line px-12 no-underline", edge);
  return row.kind === "reservation" ? (
    <div className={look}>{line}</div>
  ) : (
    <Link href={href("/trace", traceParams(row))} prefetch={false} className={classes(look, "focus-inset")}>
      {line}
    </Link>
  );
}

/** Stands for the rows that do not exist now: an empty picture has a height attribute, a block has none. */
function Gap({ height }: { readonly height: number }) {
  return height <= 0 ? null : <svg aria-hidden width="1" height={height} className="block" />;
}
