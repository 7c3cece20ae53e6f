"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useNow } from "@/components/live/clock";
import { useHref } from "@/components/live/use-href";
import { useShortcuts, useTicket } from "@/components/shell/keyboard";
import { useWords } from "@/components/words/words";
import type { AllocationSort } from "@/lib/core";
import type { AllocationRow } from "./build-view";
import { columnsOf, type ColumnId } from "./columns";
import { traceParams, traceTarget } from "./trace-of";

type TableKeys = {
  readonly rows: readonly AllocationRow[];
  readonly columns: readonly ColumnId[];
  readonly sort: AllocationSort | null;
  readonly onColumns: (columns: ColumnId[]) => void;
  readonly onExport: () => void;
};

/** The row that the keys are on, the selected rows, and the keys themselves. */
export function useTableKeys({ rows, columns, sort, onColumns, onExport }: TableKeys) {
  const words = useWords();
  const router = useRouter();
  const href = useHref();
  const nowMs = useNow();
  const [at, setAt] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const place = rows.findIndex(({ id }) => id === at);
  const current = rows[place];
  const step = (by: number): void => setAt(rows[Math.max(0, Math.min(rows.length - 1, place + by))]?.id ?? null);
  useShortcuts("view", [
    { keys: "j", label: words.allocations.keys.down, run: () => step(1) },
    { keys: "k", label: words.allocations.keys.up, run: () => step(-1) },
    {
      keys: "Enter",
      label: words.allocations.keys.trace,
      run: () => {
        if (current !== undefined && current.row.kind !== "reservation") router.push(href("/trace", traceParams(current.row)));
      },
    },
    {
      keys: " ",
      label: words.allocations.keys.select,
      run: () => {
        if (current !== undefined)
          setSelected((held) =>
            held.has(current.id) ? new Set([...held].filter((id) => id !== current.id)) : new Set([...held, current.id]),
          );
      },
    },
    { keys: "x", label: words.allocations.keys.export, run: onExport },
    {
      keys: "h",
      label: words.allocations.keys.hide,
      run: () => {
        const hidden = columnsOf(columns).find((column) => column.sort === sort?.column)?.id ?? columnsOf(columns).at(-1)?.id;
        if (columns.length > 1) onColumns(columns.filter((id) => id !== hidden));
      },
    },
  ]);
  const chosen = selected.size > 0 ? rows.filter(({ id }) => selected.has(id)) : current === undefined ? [] : [current];
  useTicket(chosen.length === 0 ? null : () => describeRows(chosen, nowMs));
  return { at, selected, moveTo: setAt };
}

/** The chosen rows as lines of plain text for a ticket. */
function describeRows(rows: readonly AllocationRow[], nowMs: number): string {
  const lines = rows.map(({ row, findings }) => {
    const parts = [
      `${traceTarget(row)} ${row.protocol} ${row.kind}`,
      `${row.namespace === "" ? "" : `${row.namespace}/`}${row.holder.kind}/${row.holder.name}`,
      row.owners.length === 0 ? null : `owners ${row.owners.map((owner) => `${owner.kind}/${owner.name}`).join(", ")}`,
      row.backends === null ? null : `backends ${String(row.backends.ready ?? "unknown")}/${String(row.backends.total ?? "unknown")}`,
      findings.length === 0 ? null : findings.map(({ title }) => title).join("; "),
    ];
    return parts.filter((part) => part !== null).join(", ");
  });
  return [`Cluster ${rows[0]?.row.cluster ?? ""}, ${new Date(nowMs).toISOString()}`, ...lines, window.location.href].join("\n");
}
