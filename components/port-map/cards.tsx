"use client";

import type { ReactNode } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { useCluster } from "@/components/live/cluster";
import { useTrace } from "@/components/live/queries";
import { useHref } from "@/components/live/use-href";
import { LinkButton } from "@/components/ui/button";
import { useWords } from "@/components/words/words";
import { formatAddress, formatCount, formatPort, formatShare } from "@/lib/client/format";
import type { WireCell, WireFinding, WirePortMap } from "@/lib/wire/schemas";
import type { Chart, ChartColumn } from "./build-chart";
import { wordOfGlyph } from "./describe-cell";
import { glyphOfCell } from "./glyph-of-cell";

type CardProps = { readonly chart: Chart; readonly map: WirePortMap; readonly findings: readonly WireFinding[] };
const backendsMax = 8;
const findingsMax = 8;
type MapNode = WirePortMap["nodes"][number];

/** One port on all nodes: who claims it, in which band, and how many nodes answer how. */
export function ColumnCard({ chart, map, findings, column }: CardProps & { readonly column: ChartColumn }) {
  const words = useWords();
  const { port, protocol, band, claims } = column.column;
  const cells = map.nodes.map((_, place) => chart.cellOf(place, column.place));
  const own = findings.filter((finding) => finding.ports.some((each) => each.port === port && each.protocol === protocol));
  return (
    <Card title={words.map.columnOf(formatPort(port, protocol))} note={band ?? words.map.noBand}>
      <ul className="mt-6 text-12 text-ink-2">
        {claims.map(({ kind, namespace, holder }) => (
          <li key={`${kind} ${namespace} ${holder}`} className="break-words">
            {kind} {namespace === "" ? "" : `${namespace}/`}
            {holder.slice(holder.indexOf("/") + 1)}
          </li>
        ))}
      </ul>
      <Outcomes cells={cells} countOf={words.map.nodeCount} />
      <FindingTitles findings={own} />
    </Card>
  );
}

/** One node on all ports: what it is, and how many ports it answers how. */
export function NodeCard({ chart, map, findings, node }: CardProps & { readonly node: MapNode }) {
  const words = useWords();
  const place = map.nodes.indexOf(node);
  const cells = chart.columns.map((column) => chart.cellOf(place, column.place));
  const own = findings.filter(({ nodes }) => nodes.includes(node.name));
  const facts = [
    node.addresses.join(", "),
    node.pool ?? words.map.noPool,
    node.zone ?? words.map.noZone,
    ...(node.ready ? [] : [words.map.notReady]),
    ...(node.unschedulable ? [words.map.cordoned] : []),
    node.proxy,
  ];
  return (
    <Card title={node.name} note={words.map.nodeCard}>
      <p className="mt-6 text-12 break-words text-ink-2">{facts.filter((fact) => fact !== "").join(" · ")}</p>
      <Outcomes cells={cells} countOf={words.map.portCount} />
      <FindingTitles findings={own} />
    </Card>
  );
}

/** Where one cell leads, beside the map: the sentence and who answers; the way to the whole trace. */
export function TraceCard({ address, column, from }: { readonly address: string; readonly column: ChartColumn; readonly from: string }) {
  const words = useWords();
  const href = useHref();
  const { name } = useCluster();
  const { port, protocol } = column.column;
  const to = formatAddress(address, port, protocol);
  const { data: route, error } = useTrace(name, { address, port: String(port), protocol, from: from === "" ? undefined : from });
  return (
    <Card title={to} note={words.shell.view.trace} isBusy={route === undefined && error === null}>
      {error !== null && <p className="mt-6 text-12 text-warning">{error.message}</p>}
      {route !== undefined && (
        <>
          <p className="mt-6 font-semibold break-words">{words.say.route(route)}</p>
          <ul className="mt-6">
            {route.backends.slice(0, backendsMax).map(({ address: at, port: target, pod, node, probability }) => (
              <li key={`${at} ${String(target)}`} className="flex items-center gap-8 border-t border-line py-6">
                <span className="min-w-0 flex-1 break-words">
                  {pod?.name ?? formatAddress(at, target, protocol)}
                  {node !== null && <span className="ml-6 text-12 text-ink-3">{node}</span>}
                </span>
                <span className="font-mono font-semibold">{probability === null ? "?" : formatShare(probability)}</span>
              </li>
            ))}
          </ul>
          {route.backends.length > backendsMax && (
            <p className="text-12 text-ink-3">{words.findings.more(formatCount(route.backends.length - backendsMax))}</p>
          )}
        </>
      )}
      <div className="mt-10">
        <LinkButton tone="primary" size="small" href={href("/trace", { to, from: from === "" ? null : from })}>
          {words.map.openTrace}
        </LinkButton>
      </div>
    </Card>
  );
}

type Framed = { readonly title: string; readonly note: string; readonly isBusy?: boolean; readonly children: ReactNode };

function Card({ title, note, isBusy = false, children }: Framed) {
  return (
    <section
      aria-label={`${title}, ${note}`}
      aria-busy={isBusy}
      className="max-h-[50%] flex-none overflow-auto border-t border-line-strong px-12 py-12"
    >
      <h3 className="flex items-center gap-8">
        <span className="min-w-0 font-mono font-semibold break-words">{title}</span>
        <span className="rounded-1 bg-sunken px-6 text-11 leading-[18px]">{note}</span>
      </h3>
      {children}
    </section>
  );
}

function Outcomes({ cells, countOf }: { readonly cells: readonly (WireCell | undefined)[]; readonly countOf: (count: number) => string }) {
  const words = useWords();
  const counts = [
    ...Map.groupBy(
      cells.map((cell) => (cell === undefined ? "free" : glyphOfCell(cell))),
      (glyph) => glyph,
    ),
  ]
    .filter(([glyph]) => glyph !== "free")
    .sort(([, a], [, b]) => b.length - a.length);
  return (
    <ul className="mt-6">
      {counts.map(([glyph, { length }]) => (
        <li key={glyph} className="flex items-center gap-8 py-2 text-12">
          <Glyph name={glyph} />
          <span className="min-w-0 flex-1">{wordOfGlyph(glyph, words)}</span>
          <span className="text-ink-2">{countOf(length)}</span>
        </li>
      ))}
    </ul>
  );
}

function FindingTitles({ findings }: { readonly findings: readonly WireFinding[] }) {
  const words = useWords();
  const href = useHref();
  return (
    <ul className="mt-6 text-12">
      {findings.slice(0, findingsMax).map((finding) => (
        <li key={finding.fingerprint} className="flex gap-8 py-2">
          <Glyph name={finding.severity} label={words.severity[finding.severity]} className="mt-3" />
          <a
            href={href("/conflicts", { f: finding.fingerprint })}
            className="min-w-0 break-words underline decoration-line-strong underline-offset-2"
          >
            {words.say.finding(finding).title}
          </a>
        </li>
      ))}
      {findings.length > findingsMax && <li className="text-ink-3">{words.findings.more(formatCount(findings.length - findingsMax))}</li>}
    </ul>
  );
}
