"use client";

import { Glyph, type GlyphName } from "@/components/glyphs/glyph";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount, formatPorts } from "@/lib/client/format";
import { compareNatural } from "@/lib/core";
import type { WireCheck } from "@/lib/wire/check-schemas";
import { ResultTable, resultCell, Section } from "./section";

const shownMax = 50;
const marks = { staying: "hostPort", free: "free", taken: "rejected" } as const satisfies Record<string, GlyphName>;

/** On which nodes the pods of one object that asks for host ports could land, and who is in the way on the others. */
export function Placements({ placement }: { readonly placement: WireCheck["placements"][number] }) {
  const { check: words } = useWords();
  const { object, ports, daemonSet, wanted, staying, free, taken, excluded, known } = placement;
  const name = `${object.kind} ${object.name}`;
  const rows = [
    ...staying.map((node) => ({ node, holders: "", place: "staying" as const })),
    ...free.map((node) => ({ node, holders: "", place: "free" as const })),
    ...[...Map.groupBy(taken, ({ node }) => node)].map(([node, held]) => ({
      node,
      holders: held
        .map(({ holder, port }) => `${holder.namespace}/${holder.name}${ports.length > 1 ? ` (${String(port)})` : ""}`)
        .join(", "),
      place: "taken" as const,
    })),
  ].sort((a, b) => compareNatural(a.node, b.node));
  return (
    <Section
      heading={words.placement(formatPorts(ports).text)}
      note={daemonSet ? words.placementEach(name) : words.placementNote(name, formatCount(wanted))}
    >
      {known ? (
        <>
          {rows.length > 0 && (
            <ResultTable columns={[words.placementColumns.node, words.placementColumns.holder, words.placementColumns.so]}>
              {rows.slice(0, shownMax).map(({ node, holders, place }) => (
                <tr key={node}>
                  <td className={classes(resultCell, "font-semibold")}>{node}</td>
                  <td className={classes(resultCell, "mono text-[12px] break-words")}>{holders}</td>
                  <td className={resultCell}>
                    <span className="inline-flex items-center gap-6 whitespace-nowrap">
                      <Glyph name={marks[place]} size={11} />
                      {words.place[place]}
                    </span>
                  </td>
                </tr>
              ))}
            </ResultTable>
          )}
          {rows.length > shownMax && <p className="mt-4 text-12 text-ink-3">{words.more(formatCount(rows.length - shownMax))}</p>}
          {excluded > 0 && <p className="mt-4 text-12 text-ink-2">{words.excluded(formatCount(excluded))}</p>}
        </>
      ) : (
        <p className="hatch rounded-2 border border-line px-12 py-9 text-ink-2">{words.placementUnknown}</p>
      )}
    </Section>
  );
}
