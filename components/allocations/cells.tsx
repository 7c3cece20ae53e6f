"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { OwnerChips, ownerBackground } from "@/components/glyphs/owner-chip";
import { assignOwnerHues, ownerKey, type OwnerMark } from "@/components/glyphs/owner-hues";
import { useNow } from "@/components/live/clock";
import { useHref } from "@/components/live/use-href";
import { classes } from "@/components/ui/classes";
import { useFormatAge, useWords } from "@/components/words/words";
import type { WireAllocation } from "@/lib/wire/schemas";
import { formatSelector, type AllocationRow } from "./build-view";
import type { ColumnId } from "./columns";
import { traceParams, traceTarget } from "./trace-of";

/** The owners of a row as marks: groups' names where each owner has its own. */
export function marksOf({ owners, groups }: WireAllocation): OwnerMark[] {
  const grouped = groups.length === owners.length;
  return assignOwnerHues(
    owners.map((owner, place) => ({ key: ownerKey(owner), name: (grouped ? groups[place]?.name : undefined) ?? owner.name, share: null })),
  );
}

type CellProps = { readonly item: AllocationRow; readonly nodeCount: number | null };

/** What stands in a cell; empty where the column does not apply, hatched where it could not be read. */
export function Cell({ column, item, nodeCount }: CellProps & { readonly column: ColumnId }): ReactNode {
  const { row } = item;
  switch (column) {
    case "cluster":
      return row.cluster;
    case "port":
      return <PortCell item={item} />;
    case "protocol":
      return row.protocol;
    case "kind":
      return (
        <span className="flex items-center gap-7">
          <Glyph name={`claim-${row.kind}`} size={10} />
          {row.kind}
        </span>
      );
    case "holder":
      return <HolderCell row={row} />;
    case "owners":
      return <OwnerCell item={item} />;
    case "selector":
      return row.selector === null ? null : formatSelector(row.selector);
    case "nodes":
      return <NodesCell row={row} nodeCount={nodeCount} />;
    case "policy":
      return row.externalTrafficPolicy === "Local" ? <strong className="font-semibold text-ink">Local</strong> : row.externalTrafficPolicy;
    case "backends":
      return <BackendsCell item={item} />;
    case "band":
      return row.band;
    case "findings":
      return <FindingsCell item={item} />;
    case "addresses":
      return row.addresses.join(", ");
    case "groups":
      return row.groups.map(({ name }) => name).join(", ");
    case "note":
      return row.note;
    case "age":
      return <AgeCell row={row} />;
  }
}

export function PortCell({ item: { row, findings } }: Pick<CellProps, "item">) {
  const href = useHref();
  const words = useWords();
  const isCritical = findings[0]?.severity === "critical";
  if (row.kind === "reservation") return row.port;
  return (
    <Link
      href={href("/trace", traceParams(row))}
      prefetch={false}
      aria-label={words.allocations.traceRow(traceTarget(row))}
      className={classes("focus-inset no-underline hover:underline", isCritical && "text-critical")}
    >
      {row.port}
    </Link>
  );
}

export function HolderCell({ row }: { readonly row: WireAllocation }) {
  if (row.kind === "reservation") return <span className="font-medium">{row.note ?? row.holder.name}</span>;
  return (
    <>
      {row.namespace !== "" && <span className="text-ink-3">{row.namespace}/</span>}
      <span className="font-medium">{row.holder.name}</span>
    </>
  );
}

export function OwnerCell({ item: { row, findings } }: Pick<CellProps, "item">) {
  const words = useWords();
  if (row.kind === "reservation") return null;
  if (row.kind === "healthCheckNodePort") return <span className="text-ink-2">kube-proxy</span>;
  if (row.backends?.total === null) return <Unknown row={row} />;
  if (row.owners.length === 0)
    return <span className={findings[0]?.severity === "critical" ? "text-critical" : "text-ink-3"}>{words.allocations.noOwner}</span>;
  if (row.owners.length > 1) {
    const isWrong = findings[0]?.severity === "critical";
    return (
      <span className="flex items-center gap-5">
        <OwnerChips marks={marksOf(row)} most={4} />
        <span className={classes("font-semibold", isWrong ? "text-critical" : "text-ink-2")}>
          {words.allocations.owners(String(row.owners.length))}
        </span>
      </span>
    );
  }
  const [owner] = row.owners;
  const agent = row.groups.find(({ kind }) => kind === "clearmlAgent");
  return <span className="text-ink-2">{agent?.name ?? (owner === undefined ? "" : `${owner.kind} ${owner.name}`)}</span>;
}

function NodesCell({ row, nodeCount }: { readonly row: WireAllocation; readonly nodeCount: number | null }) {
  const words = useWords();
  if (row.nodes === "all") return <span title={words.allocations.everyNode}>{nodeCount ?? words.allocations.everyNode}</span>;
  return <span title={row.nodes.slice(0, 20).join(", ")}>{row.nodes.length}</span>;
}

const squaresMax = 6;

export function BackendsCell({ item: { row, findings } }: Pick<CellProps, "item">) {
  const words = useWords();
  if (row.backends === null) return null;
  const { ready, total } = row.backends;
  if (ready === null || total === null) return <Unknown row={row} />;
  const marks = row.owners.length > 1 && row.owners.length === total ? marksOf(row) : [];
  return (
    <span className="flex items-center gap-6 font-mono text-[12px]">
      {ready}/{total}
      {total > 0 && total <= squaresMax && (
        <span className="inline-flex gap-2" aria-hidden>
          {Array.from({ length: total }, (_, place) => (
            <i
              key={place}
              className={classes(
                "size-6 rounded-[1px]",
                place >= ready ? "border border-control" : marks[place] === undefined ? "bg-o-local" : ownerBackground[marks[place].hue],
              )}
            />
          ))}
        </span>
      )}
      {total === 0 && (
        <span className={classes("font-semibold", findings[0]?.severity === "critical" ? "text-critical" : "text-ink-3")}>
          {words.allocations.noBackend}
        </span>
      )}
    </span>
  );
}

const findingTone = { critical: "text-critical", warning: "text-warning", info: "text-ink-2" } as const;

export function FindingsCell({ item: { row, findings } }: Pick<CellProps, "item">) {
  const words = useWords();
  const href = useHref();
  const [worst, ...others] = findings;
  if (worst === undefined) {
    if (row.unknown.length === 0) return null;
    return (
      <span className="flex items-center gap-5 text-ink-2" title={words.allocations.unknownCell(words.say.names(row.unknown))}>
        <Glyph name="unknown" size={11} />
        {words.terms.cannotBeJudged}
      </span>
    );
  }
  return (
    <Link
      href={href("/conflicts", { f: worst.fingerprint })}
      prefetch={false}
      title={words.say.finding(worst).title}
      className={classes(
        "focus-inset flex items-center gap-5 no-underline hover:underline",
        worst.acknowledged === null ? findingTone[worst.severity] : "text-ink-3",
      )}
    >
      <Glyph name={worst.severity} size={11} label={words.severity[worst.severity]} />
      {worst.rule}
      {others.length > 0 && <span className="text-ink-3">+{others.length}</span>}
      {worst.acknowledged !== null && <span className="sr-only">{words.allocations.acknowledged}</span>}
    </Link>
  );
}

function AgeCell({ row }: { readonly row: WireAllocation }) {
  const nowMs = useNow();
  const formatAge = useFormatAge();
  return row.createdAt === null ? null : <time dateTime={row.createdAt}>{formatAge(nowMs - Date.parse(row.createdAt))}</time>;
}

/** Hatched, with the word, and why on hover: what could not be read is never blank. */
function Unknown({ row }: { readonly row: WireAllocation }) {
  const words = useWords();
  return (
    <span className="flex items-center gap-5 text-ink-3" title={words.allocations.unknownCell(words.say.names(row.unknown))}>
      <Glyph name="unknown" size={10} />
      {words.terms.unknown}
    </span>
  );
}
