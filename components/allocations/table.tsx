"use client";

import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { Fragment, useCallback, useEffect, useRef, type ReactNode } from "react";
import { SortHead } from "@/components/ui/table-head";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { AllocationSort } from "@/lib/core";
import type { AllocationRow, ViewRow } from "./build-view";
import { Cell } from "./cells";
import type { Column, ColumnId } from "./columns";
import { FreeRowCells } from "./free-row";
import { GroupRowCells } from "./group-row";

const rowHeight = 28;
const groupHeight = 32;
const headHeight = 30;

export type TableProps = {
  readonly rows: readonly ViewRow[];
  readonly columns: readonly Column[];
  readonly sort: AllocationSort | null;
  readonly onSort: (sort: AllocationSort | null) => void;
  readonly cursor: string | null;
  readonly selected: ReadonlySet<string>;
  readonly onCursor: (id: string) => void;
  readonly nodeCount: number | null;
  /** What stands where rows would be when there are none. */
  readonly empty: ReactNode;
};

/** The allocation table. Only rows near the window exist; the group above the first one stays with them, so that it can stick. */
export function AllocationTable({ rows, columns, sort, onSort, cursor, selected, onCursor, nodeCount, empty }: TableProps) {
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const stickTo = useCallback(
    (range: Range): number[] => {
      const shown = defaultRangeExtractor(range);
      const group = rows.findLastIndex((row, place) => place <= range.startIndex && row.type === "group");
      return group < 0 || shown.includes(group) ? shown : [group, ...shown];
    },
    [rows],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => (rows[place]?.type === "group" ? groupHeight : rowHeight),
    getItemKey: (place) => rows[place]?.id ?? place,
    overscan: 12,
    scrollPaddingStart: headHeight + groupHeight,
    initialRect: { width: 1440, height: 900 },
    rangeExtractor: stickTo,
  });
  const cursorPlace = cursor === null ? -1 : rows.findIndex(({ id }) => id === cursor);
  useEffect(() => {
    if (cursorPlace >= 0) virtualizer.scrollToIndex(cursorPlace, { align: "auto" });
  }, [cursorPlace, virtualizer]);
  const widthMin = columns.reduce((sum, { widthMin: each }) => sum + each, 0);
  useEffect(() => {
    if (table.current !== null) table.current.style.minWidth = `${String(widthMin)}px`;
  }, [widthMin]);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1);
  let filled = 0;
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={words.allocations.tableLabel}
      className="focus-inset min-h-0 flex-1 overflow-auto bg-surface"
    >
      <table ref={table} aria-rowcount={rows.length + 1} className="w-full table-fixed border-separate border-spacing-0">
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} width={width} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHead
                key={column.id}
                numeric={column.numeric}
                direction={sort?.column === column.sort ? (sort.descending ? "descending" : "ascending") : "none"}
                label={words.allocations.sortBy(words.allocations.columns[column.id])}
                onSort={() => onSort(nextSort(column, sort))}
              >
                {words.allocations.columns[column.id]}
              </SortHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => {
            const row = rows[item.index];
            const gap = item.start - filled;
            filled = item.end;
            return row === undefined ? null : (
              <Fragment key={item.key}>
                <Spacer height={gap} columns={columns.length} />
                {row.type === "group" && (
                  <tr aria-rowindex={item.index + 2}>
                    <GroupRowCells group={row} columns={columns.length} />
                  </tr>
                )}
                {row.type === "free" && (
                  <tr aria-rowindex={item.index + 2} className="hatch">
                    <FreeRowCells free={row} columns={columns.length} />
                  </tr>
                )}
                {row.type === "allocation" && (
                  <AllocationTr
                    item={row}
                    index={item.index + 2}
                    columns={columns}
                    nodeCount={nodeCount}
                    isCursor={row.id === cursor}
                    isSelected={selected.has(row.id)}
                    onCursor={onCursor}
                  />
                )}
              </Fragment>
            );
          })}
          {last !== undefined && <Spacer height={virtualizer.getTotalSize() - last.end} columns={columns.length} />}
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length} className="h-120 text-center text-ink-2">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the rows that do not exist now; a height attribute, since the page's policy blocks style attributes. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} height={height} className="p-0" />
    </tr>
  );
}

type AllocationTrProps = {
  readonly item: AllocationRow;
  readonly index: number;
  readonly columns: readonly Column[];
  readonly nodeCount: number | null;
  readonly isCursor: boolean;
  readonly isSelected: boolean;
  readonly onCursor: (id: string) => void;
};

const cellLook: Partial<Record<ColumnId, string>> = {
  port: "font-mono text-[13px] font-semibold",
  protocol: "font-mono text-[12px] text-ink-3",
  selector: "font-mono text-[12px] text-ink-2",
  nodes: "font-mono text-[12px]",
  policy: "text-ink-3",
  addresses: "font-mono text-[12px]",
  age: "font-mono text-[12px] text-ink-3",
  cluster: "text-ink-2",
  band: "text-ink-2",
  groups: "text-ink-2",
  note: "text-ink-2",
};

function AllocationTr({ item, index, columns, nodeCount, isCursor, isSelected, onCursor }: AllocationTrProps) {
  const worst = item.findings.find(({ acknowledged }) => acknowledged === null)?.severity;
  const edge = worst === "critical" ? "edge-critical" : worst === "warning" ? "edge-warning" : isSelected ? "edge-ink" : "";
  return (
    <tr
      aria-rowindex={index}
      data-row={item.id}
      {...(isCursor ? { "aria-current": "true" as const } : {})}
      onClick={() => onCursor(item.id)}
      className={classes("group hover:bg-hover", isCursor ? "bg-press" : isSelected && "bg-hover")}
    >
      {columns.map(({ id, numeric }, place) => (
        <td
          key={id}
          className={classes(
            "h-28 truncate border-b border-line px-10 text-[12.5px] leading-[18px]",
            numeric && "text-right",
            place === 0 && edge,
            cellLook[id],
          )}
        >
          <Cell column={id} item={item} nodeCount={nodeCount} />
        </td>
      ))}
    </tr>
  );
}

/** Ascending, then descending, then not at all. */
function nextSort(column: Column, sort: AllocationSort | null): AllocationSort | null {
  if (sort?.column !== column.sort) return { column: column.sort, descending: false };
  return sort.descending ? null : { ...sort, descending: true };
}
