"use client";

import { useNow } from "@/components/live/clock";
import { Button } from "@/components/ui/button";
import { useLanguage, useWords } from "@/components/words/words";
import { formatCount, formatDay } from "@/lib/client/format";
import type { WireFinding } from "@/lib/wire/schemas";
import { FindingItem, type ItemSurroundings } from "./finding-item";
import { GroupHead } from "./group-head";
import type { UnjudgedGroup } from "@/lib/wire/not-evaluated";
import type { FindingGroup } from "./group-findings";
import { UnjudgedItem } from "./unjudged-item";

type ListProps = ItemSurroundings & {
  readonly groups: readonly FindingGroup[];
  readonly unjudged: readonly UnjudgedGroup[];
  readonly current: string | null;
  /** How many findings are written out at most; the worst come first. */
  readonly most: number;
  readonly onMore: () => void;
};

/** The findings, worst first, and what could not be judged. */
export function FindingList({ groups, unjudged, current, most, onMore, ...surroundings }: ListProps) {
  const words = useWords().findings;
  const worst = groups[0]?.findings[0];
  const all = groups.reduce((sum, { findings }) => sum + findings.length, 0);
  const acknowledgedNote = useAcknowledgedNote(groups.find(({ id }) => id === "acknowledged")?.findings ?? []);
  let left = most;
  const written = groups.map((group) => {
    const findings = group.findings.slice(0, Math.max(0, left));
    left -= findings.length;
    return { ...group, findings, count: group.findings.length };
  });
  const section = ({ id, findings, count }: (typeof written)[number]) =>
    findings.length > 0 && (
      <section key={id} aria-labelledby={`group-${id}`}>
        <GroupHead id={`group-${id}`} note={id === "acknowledged" ? acknowledgedNote : formatCount(count)}>
          {words.groups[id]}
        </GroupHead>
        {findings.map((finding) => (
          <FindingItem
            key={finding.fingerprint}
            finding={finding}
            isCurrent={finding.fingerprint === current}
            isWorst={finding === worst}
            {...surroundings}
          />
        ))}
      </section>
    );
  return (
    <nav aria-label={words.listLabel}>
      {written.filter(({ id }) => id !== "acknowledged").map(section)}
      {unjudged.length > 0 && (
        <section aria-labelledby="group-unjudged">
          <GroupHead id="group-unjudged" note={formatCount(unjudged.length)}>
            {words.groups.cannotBeJudged}
          </GroupHead>
          {unjudged.map((group) => (
            <UnjudgedItem key={group.key} group={group} />
          ))}
        </section>
      )}
      {written.filter(({ id }) => id === "acknowledged").map(section)}
      {all > most && (
        <p className="flex flex-wrap items-center gap-8 border-b border-line px-16 py-12 text-12 text-ink-2 phone:px-12">
          {words.shownOf(formatCount(most), formatCount(all))}
          <Button size="small" onPress={onMore}>
            {words.showMore(formatCount(Math.min(most, all - most)))}
          </Button>
        </p>
      )}
    </nav>
  );
}

function useAcknowledgedNote(findings: readonly WireFinding[]): string {
  const words = useWords().findings;
  const language = useLanguage();
  const nowMs = useNow();
  const first = findings.flatMap(({ acknowledged }) => acknowledged?.until ?? []).sort()[0];
  const count = formatCount(findings.length);
  return first === undefined ? count : words.countAnd(count, words.acknowledgedUntil(formatDay(first, nowMs, language)));
}
