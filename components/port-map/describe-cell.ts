import { displayNames } from "@/components/glyphs/owner-hues";
import type { OutcomeGlyph } from "@/components/glyphs/outcome-glyph";
import type { Words } from "@/components/words/en";
import { formatPort, formatShare } from "@/lib/client/format";
import { cellOfRow, type Chart, type ChartColumn, type ChartRow } from "./build-chart";
import { glyphOfCell } from "./glyph-of-cell";

/** The word for a cell's shape, the same in legend, inspector and grid. */
export function wordOfGlyph(glyph: OutcomeGlyph, { terms }: Words): string {
  const names: Record<OutcomeGlyph, string> = {
    local: terms.answersHere,
    remote: terms.throughOtherNodes,
    mixed: terms.severalOwners,
    rejected: terms.rejected,
    dropped: terms.dropped,
    listener: terms.hostListener,
    hostPort: terms.hostPort,
    contested: terms.contested,
    unknown: terms.unknown,
    reserved: terms.reserved,
    closed: terms.closed,
    free: terms.free,
    elsewhere: terms.elsewhere,
  };
  return names[glyph];
}

/** "gpu-02, 30001, several owners, agent-96e6ac6b 50 %, agent-fab4defe 50 %, critical" */
export function describeCell(chart: Chart, row: ChartRow, column: ChartColumn, words: Words): string {
  const cell = cellOfRow(chart, row, column.place);
  if (cell === undefined) return "";
  const names = displayNames(cell.owners);
  const owners =
    cell.owners.length < 2
      ? ""
      : words.say.names(
          cell.owners.map(
            (owner, index) => `${names[index] ?? owner.name}${owner.probability === null ? "" : ` ${formatShare(owner.probability)}`}`,
          ),
        );
  const mark = (row.kind === "node" ? chart.markOf(row.node.name, column) : null) ?? column.frame;
  return words.map.cell(
    row.kind === "node" ? row.node.name : row.name,
    formatPort(column.column.port, column.column.protocol),
    wordOfGlyph(glyphOfCell(cell), words),
    owners,
    mark === null ? "" : words.severity[mark],
  );
}
