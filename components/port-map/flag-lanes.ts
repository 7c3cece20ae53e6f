// Where the names of ports with findings stand above columns that are narrower than any name. Pure.

import type { ChartMark } from "./build-chart";

export type Flag = { readonly x: number; readonly severity: ChartMark["severity"] };

/** Lanes are counted from the cells upwards; each flag takes the lowest that is free for `width`, critical ones first. Returns: null for those that found none. */
export function assignLanes(flags: readonly Flag[], width: number, lanes: number): readonly (number | null)[] {
  const taken = Array.from({ length: lanes }, (): number[] => []);
  const result: (number | null)[] = flags.map(() => null);
  for (const severity of ["critical", "warning"] as const)
    flags.forEach((flag, place) => {
      if (flag.severity !== severity) return;
      const lane = taken.findIndex((others) => others.every((x) => Math.abs(x - flag.x) >= width));
      taken[lane]?.push(flag.x);
      result[place] = lane < 0 ? null : lane;
    });
  return result;
}
