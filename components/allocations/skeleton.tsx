"use client";

import { Skeleton } from "@/components/ui/skeleton";
import { TableHead } from "@/components/ui/table-head";
import { useWords } from "@/components/words/words";
import type { Column } from "./columns";

const rowCount = 24;
const widths = ["w-40", "w-120", "w-160", "w-90"] as const;

/** The real frame with still grey bars where text will be. */
export function AllocationsSkeleton({ columns }: { readonly columns: readonly Column[] }) {
  const words = useWords();
  return (
    <div className="min-h-0 flex-1 overflow-hidden bg-surface" aria-busy="true" aria-label={words.state.loading} role="status">
      <table className="w-full table-fixed border-separate border-spacing-0" aria-hidden>
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} width={width} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(({ id, numeric }) => (
              <TableHead key={id} numeric={numeric}>
                {words.allocations.columns[id]}
              </TableHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rowCount }, (_, row) => (
            <tr key={row}>
              {columns.map(({ id, width }, place) => (
                <td key={id} className="h-28 border-b border-line px-10">
                  <Skeleton className={typeof width === "string" ? (widths[(row + place) % widths.length] ?? "w-90") : "w-32"} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
