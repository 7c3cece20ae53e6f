"use client";

import { Glyph, type GlyphName } from "@/components/glyphs/glyph";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount, formatPorts } from "@/lib/client/format";
import { compareNatural } from "@/lib/core";
import type { WireCheck } from "@/lib/wire/check-schemas";
import { ResultTable, resultCell, Section } from "./section";

const shownMax = 50;
const namesMax = 24;
const marks = { staying: "hostPort", free: "free", taken: "rejected" } as const satisfies Record<string, GlyphName>;

/** On which nodes the pods of one object that asks for host ports could land, and who is in the way on the others. */
export function Placements({ placement }: { readonly placement: WireCheck["placements"][number] }) {
  const { check: words } = useWords();
  const { object, ports, daemonSet, wanted, staying, free, taken, excluded, known } = placement;
  const name = `${object.kind} ${object.name}`;
  const held = [...Map.groupBy(taken, ({ node }) => node)].map(([node, claims]) => ({
    node,
    holders: claims
      .map(({ holder, port }) => `${holder.namespace}/${holder.name}${ports.length > 1 ? ` (${String(port)})` : ""}`)
      .join(", "),
  }));
  // Who is in the way first; nodes that answer alike are one row, however many they are.
  const rows = [
    ...[...Map.groupBy(held, ({ holders }) => holders)].map(([holders, each]) => ({
      nodes: each.map(({ node }) => node),
      holders,
      place: "taken" as const,
    })),
    { nodes: staying, holders: "", place: "staying" as const },
    { nodes: free, holders: "", place: "free" as const },
  ].filter(({ nodes }) => nodes.length > 0);
  return (
    <Section
      heading={words.placement(formatPorts(ports).text)}
      note={daemonSet ? words.placementEach(name) : words.placementNote(name, formatCount(wanted))}
    >
      {known ? (
        <>
          {rows.length > 0 && (
            <ResultTable columns={[words.placementColumns.node, words.placementColumns.holder, words.placementColumns.so]}>
              {rows.slice(0, shownMax).map(({ nodes, holders, place }) => (
                <tr key={`${place} ${holders}`} className="align-top">
                  <td className={classes(resultCell, "font-semibold")}>
                    {nodes.toSorted(compareNatural).slice(0, namesMax).join(", ")}
                    {nodes.length > namesMax && (
                      <span className="font-normal text-ink-3"> {words.more(formatCount(nodes.length - namesMax))}</span>
                    )}
                  </td>
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
