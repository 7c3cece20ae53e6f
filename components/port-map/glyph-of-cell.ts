import { glyphOfOutcome, type OutcomeGlyph } from "@/components/glyphs/outcome-glyph";
import type { WireCell } from "@/lib/wire/schemas";

export function glyphOfCell(cell: WireCell): OutcomeGlyph {
  return glyphOfOutcome({ outcome: cell.outcome, claim: cell.claim, owners: cell.owners.length, local: cell.local });
}
