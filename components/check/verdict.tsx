"use client";

import { countNotEvaluated, groupNotEvaluated } from "@/lib/wire/not-evaluated";
import { Glyph } from "@/components/glyphs/glyph";
import { useFormatTime } from "@/components/live/clock";
import { useLive } from "@/components/live/live-state";
import { useHref } from "@/components/live/use-href";
import { Button, LinkButton } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { CheckAnswer } from "@/lib/client/api";
import { formatCount, formatRevision } from "@/lib/client/format";
import type { WireFinding } from "@/lib/wire/schemas";

type VerdictProps = { readonly answer: CheckAnswer; readonly isOutdated: boolean; readonly onCheck: () => void };

/** The one sentence: apply or not, and why; below it what was counted, and against what. */
export function Verdict({ answer, isOutdated, onCheck }: VerdictProps) {
  const words = useWords();
  const { verdict, introduced, resolved, unchanged, errors, revision, asOf, after } = answer;
  const formatTime = useFormatTime();
  const live = useLive();
  const href = useHref();
  const [first] = introduced.filter(({ acknowledged }) => acknowledged === null);
  const counts = countSeverities(introduced).map(([severity, count]) => words.severityCounts[severity](formatCount(count)));
  const unjudged = countNotEvaluated(after.notEvaluated);
  const groups = groupNotEvaluated(after.notEvaluated);
  const where = groups.every(({ namespaces }) => namespaces !== "all")
    ? words.say.names([...new Set(groups.flatMap(({ namespaces }) => namespaces))])
    : "";
  const title =
    verdict === "unreadable"
      ? words.check.verdict.unreadable(formatCount(errors.length))
      : verdict === "problems" && first !== undefined
        ? words.check.verdict.problems(words.say.finding(first).title, introduced.length > 1 ? formatCount(introduced.length - 1) : null)
        : counts.length === 0
          ? words.check.verdict.ok
          : words.check.verdict.okBut(counts.join(words.check.comma));
  const facts = [
    ...(verdict === "ok" ? [] : counts),
    ...(resolved.length === 0 ? [] : [words.check.resolvedCount(formatCount(resolved.length))]),
    ...(unchanged === 0 ? [] : [words.check.unchangedCount(formatCount(unchanged))]),
  ];
  const hasMoved = live.revision !== null && live.revision > revision;
  const worst = verdict === "ok" ? (first?.severity ?? null) : "critical";
  return (
    <header
      className={classes("flex-none border-b border-line bg-surface px-24 pt-14 pb-12 phone:px-12", worst === null ? "" : edges[worst])}
    >
      <h1 className="flex items-start gap-9 text-20 font-head break-words">
        {worst === null ? (
          <Glyph name="local" size={14} className="mt-6" />
        ) : (
          <Glyph name={worst} size={16} label={words.severity[worst]} className="mt-5" />
        )}
        <span aria-live="polite" className="min-w-0">
          {title}
        </span>
      </h1>
      {facts.length > 0 && <p className="mt-2 text-ink-2">{facts.join(words.check.comma)}</p>}
      <p className="mt-2 flex flex-wrap items-center gap-x-8 gap-y-4 text-12 text-ink-3">
        <span>
          {words.check.readAt(
            formatRevision(revision),
            asOf === null ? words.freshness.asOfUnknown : words.freshness.asOf(formatTime(Date.parse(asOf))),
          )}
        </span>
        {unjudged > 0 && (
          <span className="inline-flex items-center gap-6 text-ink-2">
            <Glyph name="unknown" size={11} />
            {where === "" ? words.check.notEvaluated(formatCount(unjudged)) : words.check.notEvaluatedIn(formatCount(unjudged), where)}
            <LinkButton href={href("/conflicts")} tone="ghost" size="small">
              {words.shell.view.conflicts}
            </LinkButton>
          </span>
        )}
      </p>
      {(isOutdated || hasMoved) && (
        <p className="mt-4 flex items-center gap-8 text-12 text-warning">
          {isOutdated ? words.check.outdated : words.check.moved}
          <Button size="small" onPress={onCheck}>
            {words.check.again}
          </Button>
        </p>
      )}
    </header>
  );
}

const edges = { critical: "edge-critical", warning: "edge-warning", info: "" } as const;

function countSeverities(findings: readonly WireFinding[]): (readonly [WireFinding["severity"], number])[] {
  const live = findings.filter(({ acknowledged }) => acknowledged === null);
  return (["critical", "warning", "info"] as const).flatMap((severity) => {
    const count = live.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [[severity, count] as const];
  });
}
