"use client";

import type { ReactNode } from "react";
import { classes } from "./classes";

type SortDirection = "ascending" | "descending" | "none";

type TableHeadProps = { readonly children: ReactNode; readonly numeric?: boolean; readonly className?: string };

const headClass = "sticky top-0 z-2 h-30 border-b border-line-strong bg-surface text-11 font-medium whitespace-nowrap text-ink-2";

/** The head of a column that cannot be sorted. */
export function TableHead({ children, numeric = false, className }: TableHeadProps) {
  return (
    <th scope="col" className={classes(headClass, "px-10", numeric ? "text-right" : "text-left", className)}>
      {children}
    </th>
  );
}

/** The head of a column that sorts when it is pressed: ascending, descending, not at all. */
export function SortHead({
  children,
  numeric = false,
  className,
  direction,
  label,
  onSort,
}: TableHeadProps & { readonly direction: SortDirection; readonly label: string; readonly onSort: () => void }) {
  return (
    <th scope="col" aria-sort={direction} className={classes(headClass, className)}>
      <button
        type="button"
        title={label}
        onClick={onSort}
        className={classes("focus-inset h-full w-full px-10 font-medium hover:text-ink", numeric ? "text-right" : "text-left")}
      >
        {children}
        {direction !== "none" && <span className="ml-4 font-mono">{direction === "ascending" ? "↑" : "↓"}</span>}
      </button>
    </th>
  );
}
