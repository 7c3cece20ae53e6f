"use client";

import { Glyph } from "@/components/glyphs/glyph";
import { useFormatTime } from "@/components/live/clock";
import type { FindingChange } from "@/components/live/compare-findings";
import { useFindingChanges } from "@/components/live/finding-changes";
import { useWords } from "@/components/words/words";
import type { Words } from "@/components/words/en";
import { formatCount } from "@/lib/client/format";

const shownMax = 5;

/** What changed among the findings while this page is open, newest first; nothing where nothing did. */
export function ChangesList({
  present,
  onOpen,
}: {
  readonly present: ReadonlySet<string>;
  readonly onOpen: (fingerprint: string) => void;
}) {
  const words = useWords();
  const formatTime = useFormatTime();
  const { sinceMs, changes } = useFindingChanges();
  if (sinceMs === null || changes.length === 0) return null;
  const entry = (change: FindingChange) => {
    const { finding, kind, atMs } = change;
    return (
      <>
        <time className="w-36 flex-none text-11 leading-[18px] text-ink-3 tabular-nums">{formatTime(atMs)}</time>
        <Glyph name={kind === "unjudged" ? "unknown" : finding.severity} label={words.severity[finding.severity]} className="mt-3" />
        <span className="min-w-0 flex-1 truncate">{words.say.finding(finding).title}</span>
        <span className="flex-none text-11 leading-[18px] text-ink-2">{describe(change, words)}</span>
      </>
    );
  };
  return (
    <details className="border-b border-line bg-bg text-12" open>
      <summary className="focus-inset flex h-30 list-none items-center gap-8 px-16 text-[11.5px] font-semibold text-ink-2 phone:h-40 phone:px-12">
        {words.findings.changes.heading(formatTime(sinceMs))}
        <span className="text-11 font-normal text-ink-3 tabular-nums">{formatCount(changes.length)}</span>
      </summary>
      <ul className="pb-6">
        {changes.slice(0, shownMax).map((change) => {
          const { fingerprint } = change.finding;
          const key = `${String(change.atMs)} ${fingerprint}`;
          return (
            <li key={key}>
              {present.has(fingerprint) ? (
                <button
                  type="button"
                  onClick={() => onOpen(fingerprint)}
                  className="focus-inset flex w-full gap-8 px-16 py-2 text-left leading-[18px] hover:bg-hover phone:px-12 phone:py-8"
                >
                  {entry(change)}
                </button>
              ) : (
                <p className="flex gap-8 px-16 py-2 leading-[18px] text-ink-2 phone:px-12 phone:py-8">{entry(change)}</p>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function describe({ kind, finding, before }: FindingChange, { findings, severity }: Words): string {
  const { changes } = findings;
  switch (kind) {
    case "severity":
      return changes.severity(severity[before?.severity ?? finding.severity], severity[finding.severity]);
    case "nodes":
      return changes.nodes(count(before?.nodes ?? [], changes.everyNode), count(finding.nodes, changes.everyNode));
    case "raised":
    case "cleared":
    case "unjudged":
    case "acknowledged":
    case "unacknowledged":
    case "subjects":
    case "ports":
      return changes[kind];
  }
}

function count(nodes: readonly string[], every: string): string {
  return nodes.length === 0 ? every : formatCount(nodes.length);
}
