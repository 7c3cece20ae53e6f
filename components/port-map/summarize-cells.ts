// One cell for all nodes of a folded group. Pure.

import type { OutcomeGlyph } from "@/components/glyphs/outcome-glyph";
import type { WireCell } from "@/lib/wire/schemas";
import { glyphOfCell } from "./glyph-of-cell";

/** Trouble first, then what nobody knows, then what answers, then what is not there. */
const worstFirst: Readonly<Record<OutcomeGlyph, number>> = {
  contested: 0,
  dropped: 1,
  rejected: 2,
  unknown: 3,
  mixed: 4,
  hostPort: 5,
  listener: 6,
  local: 7,
  remote: 8,
  elsewhere: 9,
  reserved: 10,
  closed: 11,
  free: 12,
};

/** The worst of the cells, with the backends on all nodes together; undefined without any cell. `count`: how many nodes show that cell. */
export function summarizeCells(shown: readonly { readonly cell: WireCell; readonly count: number }[]): WireCell | undefined {
  const [worst] = shown.map(({ cell }) => cell).sort((a, b) => worstFirst[glyphOfCell(a)] - worstFirst[glyphOfCell(b)]);
  return worst === undefined ? undefined : { ...worst, local: shown.reduce((sum, { cell, count }) => sum + cell.local * count, 0) };
}
