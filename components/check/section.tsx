import type { ReactNode } from "react";

export function Section({ heading, note, children }: { readonly heading: string; readonly note?: string; readonly children: ReactNode }) {
  return (
    <section className="mt-14">
      <h2 className="mb-7 flex flex-wrap items-baseline gap-x-8 text-13 font-head">
        {heading}
        {note !== undefined && <span className="text-11 font-normal text-ink-3">{note}</span>}
      </h2>
      {children}
    </section>
  );
}

/** A table with the look of the results; it scrolls sideways by itself where it must. */
export function ResultTable({ columns, children }: { readonly columns: readonly string[]; readonly children: ReactNode }) {
  return (
    <div className="overflow-x-auto rounded-2 border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="h-26 border-b border-line bg-sunken px-11 text-left text-11 font-medium text-ink-2">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&>tr:last-child>td]:border-b-0">{children}</tbody>
      </table>
    </div>
  );
}

export const resultCell = "h-30 border-b border-line px-11 py-4";
