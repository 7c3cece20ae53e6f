import { blankAllocation, matchAllocation, type Filter } from "@/lib/core";
import type { WireAllocation } from "@/lib/wire/schemas";
import { buildViewRows, type ViewRow } from "./build-view";

type ViewRowsInput = Omit<Parameters<typeof buildViewRows>[0], "kept" | "free" | "all"> & {
  readonly all: readonly WireAllocation[];
  readonly filter: Filter;
  readonly name: string;
  readonly showFree: boolean;
};

/** The rows of the table that a filter keeps, free ranges included. */
export function filterRows({ filter, name, showFree, ...rest }: ViewRowsInput): readonly ViewRow[] {
  const surroundings = { cluster: name, evaluation: { findings: [...rest.findings.values()] } };
  const kept = filter.terms.length === 0 ? rest.all : rest.all.filter((row) => matchAllocation(filter, row, surroundings));
  // A free number passes the filter as the row that it could become: with a port and a band, and nothing else.
  const isWanted = (port: number, band: string | null): boolean =>
    matchAllocation(filter, { ...blankAllocation, port, band }, surroundings);
  return buildViewRows({ ...rest, kept, free: showFree ? isWanted : null });
}
