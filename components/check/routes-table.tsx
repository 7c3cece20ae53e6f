"use client";

import { ownerMarks } from "@/components/findings/owner-marks";
import { Glyph } from "@/components/glyphs/glyph";
import { glyphOfOutcome } from "@/components/glyphs/outcome-glyph";
import { ownerBackground } from "@/components/glyphs/owner-chip";
import { wordOfGlyph } from "@/components/port-map/describe-cell";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount, formatPort, formatShare } from "@/lib/client/format";
import type { WireCheck } from "@/lib/wire/check-schemas";
import type { WireRoute } from "@/lib/wire/schemas";
import { compareRoutes, ownersOf, type RouteChange } from "./compare-routes";
import { ResultTable, resultCell, Section } from "./section";

const shownMax = 100;

/** Each port that the manifest touches, before and after. */
export function RoutesTable({ routes }: { readonly routes: WireCheck["routes"] }) {
  const { check: words } = useWords();
  if (routes.length === 0) return null;
  const columns = words.routeColumns;
  return (
    <Section heading={words.routes} note={words.routesNote}>
      <ResultTable columns={[columns.port, columns.before, columns.after, columns.so]}>
        {routes.slice(0, shownMax).map((route) => {
          const change = compareRoutes(route);
          const { address, port, protocol } = route.query;
          return (
            <tr key={`${address} ${String(port)} ${protocol}`}>
              <td className={classes(resultCell, "font-mono text-[12px] font-bold whitespace-nowrap")} title={address}>
                {formatPort(port, protocol)}
              </td>
              <td className={classes(resultCell, "text-ink-2")}>
                <Answer route={route.before} />
              </td>
              <td className={resultCell}>
                {change === "refused" ? <span className="text-ink-3">{words.refusedAfter}</span> : <Answer route={route.after} />}
              </td>
              <td className={classes(resultCell, toneOf(change))}>{words.change[change]}</td>
            </tr>
          );
        })}
      </ResultTable>
      {routes.length > shownMax && <p className="mt-4 text-12 text-ink-3">{words.more(formatCount(routes.length - shownMax))}</p>}
    </Section>
  );
}

function toneOf(change: RouteChange): string {
  if (change === "mixed" || change === "refused") return "text-critical";
  return change === "unchanged" ? "text-ink-3" : "";
}

function Answer({ route }: { readonly route: WireRoute }) {
  const words = useWords();
  const owners = route.outcome === "delivered" ? ownersOf(route) : [];
  const marks = ownerMarks(owners);
  const glyph = glyphOfOutcome({ outcome: route.outcome, claim: route.claim?.kind ?? null, owners: owners.length });
  const [only] = marks;
  if (marks.length === 1 && only !== undefined) {
    return (
      <span className="inline-flex flex-wrap items-center gap-x-6">
        <Glyph name={glyph} size={11} />
        {only.name}
        <span className="text-ink-3">{words.check.backends(formatCount(route.backends.length))}</span>
      </span>
    );
  }
  if (marks.length > 1) {
    const shares = new Map(owners.map((owner, place) => [marks[place]?.key ?? owner.name, owner.share]));
    return (
      <span className="inline-flex flex-wrap items-center gap-x-6 gap-y-2">
        <span className="inline-flex h-14 overflow-hidden rounded-1" aria-hidden>
          {marks.slice(0, 8).map((mark) => (
            <span
              key={mark.key}
              className={classes("px-4 font-mono text-[9.5px] leading-[14px] font-bold text-on-ink", ownerBackground[mark.hue])}
            >
              {mark.initials}
            </span>
          ))}
        </span>
        {words.say.names(
          marks.map((mark) => {
            const share = shares.get(mark.key) ?? null;
            return share === null ? mark.name : `${mark.name} ${formatShare(share)}`;
          }),
        )}
      </span>
    );
  }
  return (
    <span className="inline-flex items-center gap-6">
      <Glyph name={glyph} size={11} />
      {wordOfGlyph(glyph, words)}
    </span>
  );
}
