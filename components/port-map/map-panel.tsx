"use client";

import Link from "next/link";
import { Glyph } from "@/components/glyphs/glyph";
import { OwnerChip, OwnerChips } from "@/components/glyphs/owner-chip";
import { assignOwnerHues, displayNames, ownerKey } from "@/components/glyphs/owner-hues";
import { readOwners } from "@/components/findings/evidence";
import { ownerMarks } from "@/components/findings/owner-marks";
import { useHref } from "@/components/live/use-href";
import { Button, LinkButton } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { classes } from "@/components/ui/classes";
import type { Words } from "@/components/words/en";
import { useWords } from "@/components/words/words";
import { formatAddress, formatCount, formatPort, formatShare } from "@/lib/client/format";
import { countNotEvaluated } from "@/lib/wire/not-evaluated";
import type { WireCell, WireEvaluation, WireFinding } from "@/lib/wire/schemas";
import type { ChartColumn, ChartRow } from "./build-chart";
import { wordOfGlyph } from "./describe-cell";
import { glyphOfCell } from "./glyph-of-cell";

/** The findings beside the chart; pressing one shows it on the chart. */
export function MapFindings({
  findings,
  current,
  onShow,
  notEvaluated,
}: {
  readonly findings: readonly WireFinding[];
  readonly current: string | null;
  readonly onShow: (finding: WireFinding) => void;
  readonly notEvaluated: WireEvaluation["notEvaluated"];
}) {
  const words = useWords();
  const href = useHref();
  const unjudged = countNotEvaluated(notEvaluated);
  const lacking = new Map<string | null, Set<string>>();
  for (const { missing, settings = [], namespaces } of notEvaluated) {
    const where = namespaces === "all" ? null : words.say.names(namespaces);
    lacking.set(where, new Set([...(lacking.get(where) ?? []), ...missing, ...settings]));
  }
  const notEverywhere = words.map.notEvaluated(
    formatCount(unjudged),
    [...lacking].map(([where, kinds]) => words.map.lacking(words.say.names([...kinds].sort()), where)).join("; "),
  );
  return (
    <section aria-label={words.map.findings} className="min-h-0 flex-1 overflow-auto">
      <h2 className="flex h-42 items-center gap-8 border-b border-line px-12 font-semibold">
        {words.map.findings}
        <span className="text-12 font-normal text-ink-3">{countBySeverity(findings, words)}</span>
        {findings.length > 1 && (
          <span className="ml-auto flex items-center gap-4 text-11 font-normal text-ink-3 narrow:hidden">
            <Kbd>f</Kbd> {words.map.next}
          </span>
        )}
      </h2>
      {findings.length === 0 && <p className="px-12 py-12 text-ink-2">{unjudged > 0 ? notEverywhere : words.map.noFindings}</p>}
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
        <Link
          href={href("/conflicts")}
          prefetch={false}
          className="focus-inset flex gap-10 border-b border-l-3 border-line border-l-transparent bg-sunken px-12 py-10 text-12 text-ink-2 hover:bg-hover"
        >
          <Glyph name="unknown" size={14} />
          {notEverywhere}
        </Link>
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

/** Who answers in the selected cell, of a node or of all nodes of a folded group. */
export function CellInspector({
  row,
  column,
  cell,
  onUnfold,
}: {
  readonly row: ChartRow;
  readonly column: ChartColumn;
  readonly cell: WireCell;
  readonly onUnfold: (group: string) => void;
}) {
  const words = useWords();
  const href = useHref();
  const { port, protocol } = column.column;
  const names = displayNames(cell.owners);
  const marks = assignOwnerHues(
    cell.owners.map((owner, place) => ({ key: ownerKey(owner), name: names[place] ?? owner.name, share: owner.probability })),
  );
  const name = row.kind === "node" ? row.node.name : row.name;
  const address = row.kind === "node" ? row.node.addresses[0] : undefined;
  return (
    <section aria-label={`${name}:${String(port)}`} className="flex-none border-t border-line-strong px-12 py-12">
      <h3 className="flex items-center gap-8">
        <Glyph name={glyphOfCell(cell)} size={14} />
        <span className="font-mono font-semibold">
          {name}:{formatPort(port, protocol)}
        </span>
        {row.kind === "group" && <span className="text-12 text-ink-3">{row.count}</span>}
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
        <p className="mt-2 text-12 text-ink-2">
          {words.map.backends(formatCount(cell.ready), formatCount(cell.local), row.kind === "group")}
        </p>
      )}
      {cell.differs.length > 0 && <p className="mt-2 text-12 text-ink-2">{words.map.differs(words.say.names(cell.differs))}</p>}
      <ul className="mt-6">
        {marks.slice(0, 8).map((mark) => {
          const owner = cell.owners.find((each) => ownerKey(each) === mark.key);
          return (
            <li key={mark.key} className="flex items-center gap-8 border-t border-line py-6">
              <OwnerChip mark={mark} />
              <span className="min-w-0 flex-1 truncate">
                {mark.name}
                {row.kind === "node" && owner?.here === true && (
                  <span className="ml-6 rounded-1 bg-sunken px-4 text-11">{words.terms.thisNode}</span>
                )}
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
      {row.kind === "group" && (
        <p className="mt-10">
          <Button size="small" onPress={() => onUnfold(row.name)}>
            {words.map.unfold(row.name)}
          </Button>
        </p>
      )}
    </section>
  );
}
