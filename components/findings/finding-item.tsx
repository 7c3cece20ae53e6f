"use client";

import Link from "next/link";
import { memo, type MouseEvent } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { OwnerChips } from "@/components/glyphs/owner-chip";
import { useNow } from "@/components/live/clock";
import { useHref } from "@/components/live/use-href";
import { buttonClass, LinkButton } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { useFormatAge, useWords } from "@/components/words/words";
import type { WireFinding } from "@/lib/wire/schemas";
import { readOwners } from "./evidence";
import { NodeStrip } from "./node-strip";
import { ownerMarks } from "./owner-marks";
import { traceOf } from "./trace-of";

export type ItemSurroundings = {
  readonly onOpen: (fingerprint: string) => void;
  readonly nodeCount: number | null;
  /** The names of all nodes in the order of the map; null while unknown, or when there are too many to draw. */
  readonly nodeNames: readonly string[] | null;
  /** What of the address a link to a finding keeps. */
  readonly params: Readonly<Record<string, string | null>>;
  readonly fresh: ReadonlySet<string>;
};

type ItemProps = ItemSurroundings & { readonly finding: WireFinding; readonly isCurrent: boolean; readonly isWorst: boolean };

/** One root cause: what is wrong, since when, on which nodes, between whom. Of hundreds in the list only those are drawn anew that changed. */
export const FindingItem = memo(function FindingItem({
  finding,
  isCurrent,
  isWorst,
  onOpen,
  nodeCount,
  nodeNames,
  params,
  fresh,
}: ItemProps) {
  const words = useWords();
  const href = useHref();
  const { fingerprint, severity, acknowledged } = finding;
  const { title, summary } = words.say.finding(finding);
  const marks = ownerMarks(readOwners(finding));
  const hasStrip = severity !== "info" && finding.ports.length > 0 && nodeCount !== null && nodeCount > 0;
  const to = traceOf(finding);
  const address = href("/conflicts", { ...params, f: fingerprint });
  const hasFirstAid = finding.remedies.includes("local");
  const open = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen(fingerprint);
  };
  return (
    <div
      className={classes(
        "border-b border-line",
        isCurrent && "bg-sunken edge-ink phone:bg-transparent phone:shadow-none",
        isWorst && severity === "critical" && "phone:edge-critical",
      )}
    >
      <a
        href={address}
        onClick={open}
        data-finding={fingerprint}
        aria-current={isCurrent ? "true" : undefined}
        className="focus-inset grid grid-cols-[14px_1fr_auto] gap-x-9 gap-y-1 px-16 pt-9 pb-10 no-underline hover:bg-hover phone:gap-x-10 phone:gap-y-2 phone:py-12 phone:pr-14 phone:pl-12"
      >
        <Glyph name={severity} label={words.severity[severity]} className="mt-4" />
        <span className="min-w-0 font-semibold break-words phone:text-[15px] phone:leading-[21px]">{title}</span>
        <span className="flex items-start gap-6">
          {fresh.has(fingerprint) && (
            <span className="mt-3 rounded-1 bg-ink px-4 text-11 font-medium text-on-ink">{words.findings.changes.raised}</span>
          )}
          <Age since={finding.since} />
        </span>
        <span className="col-start-2 col-end-4 line-clamp-2 min-w-0 text-12 break-words text-ink-2 phone:text-[13px] phone:leading-[19px]">
          {acknowledged === null ? summary : words.findings.acknowledgedBy(acknowledged.by, acknowledged.reason)}
        </span>
        {(hasStrip || marks.length > 1) && (
          <span className="col-start-2 col-end-4 mt-5 flex items-center justify-between gap-8">
            {hasStrip && <NodeStrip finding={finding} nodeCount={nodeCount} nodeNames={nodeNames} />}
            {marks.length > 1 && (
              <span className="ml-auto">
                <OwnerChips marks={marks} most={4} />
              </span>
            )}
          </span>
        )}
      </a>
      {isWorst && (
        <div className="hidden gap-8 pr-14 pb-13 pl-36 phone:flex">
          {to !== null && (
            <LinkButton href={href("/trace", to)} tone="primary" size="full">
              {words.findings.openTrace}
            </LinkButton>
          )}
          <Link
            href={hasFirstAid ? href("/conflicts", { ...params, f: fingerprint, r: "local" }) : address}
            prefetch={false}
            className={buttonClass({ size: "full" })}
          >
            {hasFirstAid ? words.findings.remedies.openFirstAid : words.findings.whatToDo}
          </Link>
        </div>
      )}
    </div>
  );
});

function Age({ since }: { readonly since: string | null }) {
  const nowMs = useNow();
  const formatAge = useFormatAge();
  if (since === null) return null;
  return (
    <time dateTime={since} className="text-11 leading-[20px] whitespace-nowrap text-ink-3 tabular-nums">
      {formatAge(nowMs - Date.parse(since))}
    </time>
  );
}
