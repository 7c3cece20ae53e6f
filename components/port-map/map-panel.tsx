"use client";

import { Glyph } from "@/components/glyphs/glyph";
import { OwnerChip, OwnerChips } from "@/components/glyphs/owner-chip";
import { assignOwnerHues, displayNames, ownerKey } from "@/components/glyphs/owner-hues";
import { readOwners } from "@/components/findings/evidence";
import { ownerMarks } from "@/components/findings/owner-marks";
import { useHref } from "@/components/live/use-href";
import { LinkButton } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import type { Words } from "@/components/words/en";
import { useWords } from "@/components/words/words";
import { formatAddress, formatCount, formatPort, formatShare } from "@/lib/client/format";
import type { WireCell, WireFinding, WirePortMap } from "@/lib/wire/schemas";
import type { ChartColumn } from "./build-chart";
import { wordOfGlyph } from "./describe-cell";
import { glyphOfCell } from "./glyph-of-cell";

/** The findings beside the chart; pressing one shows it on the chart. */
export function MapFindings({
  findings,
  current,
  onShow,
  unjudged,
}: {
  readonly findings: readonly WireFinding[];
  readonly current: string | null;
  readonly onShow: (finding: WireFinding) => void;
  readonly unjudged: number;
}) {
  const words = useWords();
  return (
    <section aria-label={words.map.findings} className="min-h-0 flex-1 overflow-auto">
      <h2 className="flex h-42 items-center gap-8 border-b border-line px-12 font-semibold">
        {words.map.findings}
        <span className="text-12 font-normal text-ink-3">{countBySeverity(findings, words)}</span>
      </h2>
      {findings.length === 0 && (
        <p className="px-12 py-12 text-ink-2">{unjudged > 0 ? words.map.notEvaluated(formatCount(unjudged)) : words.map.noFindings}</p>
      )}
      <ul>
        {findings.slice(0, 200).map((finding) => {
          const { title, summary } = words.say.finding(finding);
          return (
            <li key={finding.fingerprint} className="border-b border-line">
              <button
                type="button"
                aria-current={finding.fingerprint === current}
                onClick={() => {
                  onShow(finding);
                }}
                className={classes(
                  "focus-inset flex w-full gap-10 border-l-3 px-12 py-10 text-left",
                  finding.fingerprint === current ? "border-ink bg-sunken" : "border-transparent hover:bg-hover",
                )}
              >
                <Glyph name={finding.severity} size={14} />
                <span className="min-w-0 flex-1">
                  <span className="block font-semibold">{title}</span>
                  <span className="mt-2 line-clamp-2 text-12 text-ink-2">{summary}</span>
                  {readOwners(finding).length > 1 && (
                    <span className="mt-4 block">
                      <OwnerChips marks={ownerMarks(readOwners(finding))} />
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {unjudged > 0 && findings.length > 0 && (
        <p className="flex items-center gap-10 border-b border-l-3 border-line border-l-transparent bg-sunken px-12 py-10 text-12 text-ink-2">
          <Glyph name="unknown" size={14} />
          {words.map.notEvaluated(formatCount(unjudged))}
        </p>
      )}
    </section>
  );
}

/** "3 critical findings, 2 warnings, 2 notes": what is there, worst first. */
function countBySeverity(findings: readonly WireFinding[], words: Words): string {
  return (["critical", "warning", "info"] as const)
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => words.severityCounts[severity](formatCount(count)))
    .join(" · ");
}

/** Who answers in the selected cell. */
export function CellInspector({
  node,
  column,
  cell,
}: {
  readonly node: WirePortMap["nodes"][number];
  readonly column: ChartColumn;
  readonly cell: WireCell;
}) {
  const words = useWords();
  const href = useHref();
  const { port, protocol } = column.column;
  const names = displayNames(cell.owners);
  const marks = assignOwnerHues(
    cell.owners.map((owner, place) => ({ key: ownerKey(owner), name: names[place] ?? owner.name, share: owner.probability })),
  );
  const address = node.addresses[0];
  return (
    <section aria-label={`${node.name}:${String(port)}`} className="flex-none border-t border-line-strong px-12 py-12">
      <h3 className="flex items-center gap-8">
        <Glyph name={glyphOfCell(cell)} size={14} />
        <span className="font-mono font-semibold">
          {node.name}:{formatPort(port, protocol)}
        </span>
        <span className="rounded-1 bg-sunken px-6 text-11 leading-[18px]">{wordOfGlyph(glyphOfCell(cell), words)}</span>
      </h3>
      <p className="mt-6 text-12 text-ink-2">
        {column.column.claims
          .map(
            ({ kind, namespace, holder }) => `${kind} ${namespace === "" ? "" : `${namespace}/`}${holder.slice(holder.indexOf("/") + 1)}`,
          )
          .join(", ")}
        {cell.reason !== null && `: ${words.say.reason(cell.reason)}`}
      </p>
      {cell.outcome === "delivered" && (
        <p className="mt-2 text-12 text-ink-2">{words.map.backends(formatCount(cell.ready), formatCount(cell.local))}</p>
      )}
      {cell.differs.length > 0 && <p className="mt-2 text-12 text-ink-2">{words.map.differs(cell.differs.join(", "))}</p>}
      <ul className="mt-6">
        {marks.slice(0, 8).map((mark) => {
          const owner = cell.owners.find((each) => ownerKey(each) === mark.key);
          return (
            <li key={mark.key} className="flex items-center gap-8 border-t border-line py-6">
              <OwnerChip mark={mark} />
              <span className="min-w-0 flex-1 truncate">
                {mark.name}
                {owner?.here === true && <span className="ml-6 rounded-1 bg-sunken px-4 text-11">{words.terms.thisNode}</span>}
              </span>
              <span className="font-mono font-semibold">{owner?.probability == null ? "?" : formatShare(owner.probability)}</span>
            </li>
          );
        })}
      </ul>
      {address !== undefined && (
        <div className="mt-10 flex gap-6">
          <LinkButton tone="primary" size="small" href={href("/trace", { to: formatAddress(address, port, protocol) })}>
            {words.map.openTrace}
          </LinkButton>
        </div>
      )}
    </section>
  );
}
