"use client";

import { useState } from "react";
import { ReserveDialog } from "@/components/allocations/reserve-dialog";
import { useCluster } from "@/components/live/cluster";
import { QueryProblem, useFirstAnswerState } from "@/components/live/query-state";
import { useFree, useMap, useRanges, type Initial } from "@/components/live/queries";
import { useShortcuts } from "@/components/shell/keyboard";
import { BadParams, useUrlState } from "@/components/shell/url-state";
import { Glyph, type GlyphName } from "@/components/glyphs/glyph";
import { Skeleton } from "@/components/ui/skeleton";
import { useWords } from "@/components/words/words";
import type { RangesAnswer } from "@/lib/client/api";
import { formatCount, formatRange } from "@/lib/client/format";
import type { WireRanges } from "@/lib/wire/range-schemas";
import { BandsTable } from "./bands-table";
import { FindFree, freeParams } from "./find-free";
import { HostPorts, Order, Reservations } from "./side";
import { Strip, type Selection } from "./strip";
import { isReserved, isUnread, stateOf } from "./strip-layout";
import { rangeParams } from "./url-params";

/** Who was promised which numbers, who sits where, and what is free next. */
export function RangesView({ ranges: initial }: { readonly ranges: Initial<RangesAnswer> }) {
  const words = useWords();
  const { name } = useCluster();
  const query = useRanges(name, initial);
  const firstState = useFirstAnswerState(query);
  const [state, setState, bad] = useUrlState(rangeParams);
  const [reserving, setReserving] = useState<readonly number[] | null>(null);
  const ranges = query.data;
  const usual = ranges?.bands.find(({ kind }) => kind === state.kind)?.name ?? null;
  // "-" asks outside of bands on purpose; without a word the first band is asked.
  const band = state.band === null ? usual : state.band === "-" ? null : state.band;
  const question = { kind: state.kind, band, n: state.n, align: state.align, node: state.node };
  const nodes = useMap(name, "", "1").data?.nodes.map((node) => node.name) ?? null;
  const free = useFree(name, freeParams(question)).data?.ports ?? [];
  useShortcuts("view", [
    {
      keys: "r",
      label: words.ranges.keys.reserve,
      run: () => {
        const ports = state.sel === null ? free : listPorts(state.sel);
        if (ports.length > 0) setReserving(ports);
      },
    },
    {
      keys: "n",
      label: words.ranges.keys.next,
      run: () => {
        const [first, last] = [free[0], free.at(-1)];
        if (first === undefined || last === undefined) return;
        void setState({ sel: { first, last } });
        // From there the arrow keys go on.
        document.querySelector<SVGElement>("[data-strip]")?.focus();
      },
    },
  ]);
  return (
    <>
      <BadParams params={bad} />
      <QueryProblem query={query} />
      {ranges === undefined && <h1 className="sr-only">{words.shell.view.ranges}</h1>}
      {firstState ?? (ranges === undefined ? <RangesSkeleton /> : null)}
      {ranges !== undefined && (
        // One region scrolls, so that in one column a free number comes before the tables; beside them it stays in sight.
        <div className="[container-type:size] min-h-0 flex-1 overflow-auto bg-surface">
          <div className="grid min-h-full grid-cols-[minmax(0,1fr)_356px] grid-rows-[auto_1fr] narrow:grid-cols-[minmax(0,1fr)] narrow:grid-rows-none">
            <div className="px-24 pt-14 phone:px-12">
              <Heading ranges={ranges} />
              <Strip
                ranges={ranges}
                selection={state.sel}
                said={describeSelection(ranges, state.sel, words)}
                onSelect={(sel) => void setState({ sel })}
              />
              <p className="mt-6 min-h-20 text-12 text-ink-2 tabular-nums">{describeSelection(ranges, state.sel, words)}</p>
              <Legend ranges={ranges} />
            </div>
            <aside className="row-span-2 border-l border-line narrow:row-span-1 narrow:border-y narrow:border-l-0">
              <div className="sticky top-0 max-h-[100cqh] overflow-auto narrow:static narrow:max-h-none">
                <FindFree
                  ranges={ranges}
                  question={question}
                  nodes={nodes}
                  onAsk={(asked) => void setState({ ...asked, ...("band" in asked ? { band: asked.band ?? "-" } : {}) })}
                  onReserve={setReserving}
                />
                <Reservations ranges={ranges} />
                <Order ranges={ranges} />
              </div>
            </aside>
            <div className="px-24 pb-24 narrow:pt-18 phone:px-12">
              {ranges.bands.length === 0 ? (
                <p className="text-ink-2">{words.ranges.noBands}</p>
              ) : (
                <BandsTable ranges={ranges} chosen={band} onChoose={({ name: chosen, kind }) => void setState({ band: chosen, kind })} />
              )}
              <HostPorts ranges={ranges} />
            </div>
          </div>
        </div>
      )}
      {reserving !== null && (
        <ReserveDialog
          ports={reserving}
          kind={state.kind}
          isOpen
          onClose={() => {
            setReserving(null);
          }}
        />
      )}
    </>
  );
}

function Heading({ ranges }: { readonly ranges: WireRanges }) {
  const words = useWords().ranges;
  const { nodePorts, numbers, reservations } = ranges;
  if (nodePorts === null) {
    return (
      <div className="mb-10">
        <h1 className="text-[17px] leading-[24px] font-head">{words.titleUnknown}</h1>
        <p className="text-warning">{words.rangeUnknown}</p>
      </div>
    );
  }
  const { first, last } = nodePorts.range;
  const inside = (port: number): boolean => port >= first && port <= last;
  const reserved = new Set(reservations.map(({ port }) => port).filter((port) => inside(port) && isReserved(ranges, port)));
  return (
    <div className="mb-10 flex flex-wrap items-baseline gap-x-12">
      <h1 className="text-[17px] leading-[24px] font-head">{words.title(formatRange(first, last))}</h1>
      {isUnread(ranges) ? (
        <p className="text-warning">{words.servicesUnread}</p>
      ) : (
        <span className="text-ink-2">
          {words.summary(
            formatCount(numbers.filter(({ port }) => inside(port)).length),
            formatCount(last - first + 1),
            formatCount(reserved.size),
          )}
        </span>
      )}
      <span className="ml-auto text-11 text-ink-3 phone:hidden">{words.scale("100")}</span>
    </div>
  );
}

function Legend({ ranges }: { readonly ranges: WireRanges }) {
  const { legend } = useWords().ranges;
  const fixed = ranges.nodePorts?.static ?? null;
  const marks: readonly (readonly [GlyphName, string])[] = [
    ["local", legend.taken],
    ["critical", legend.critical],
    ["warning", legend.warning],
    ["reserved", legend.reserved],
    ["listener", legend.healthCheck],
    ["unknown", legend.unknown],
  ];
  return (
    <ul className="mt-6 mb-18 ml-50 flex flex-wrap gap-x-16 gap-y-4 text-[11.5px] text-ink-2 phone:ml-0">
      {marks.map(([glyph, text]) => (
        <li key={glyph} className="inline-flex items-center gap-6">
          <Glyph name={glyph} size={11} />
          {text}
        </li>
      ))}
      {fixed !== null && (
        <li className="inline-flex items-center gap-6">
          <svg width="11" height="11" viewBox="0 0 12 12" aria-hidden>
            <path d="M10 1v9H1" fill="none" stroke="var(--ink)" strokeWidth="2" />
          </svg>
          {legend.border(formatRange(fixed.first, fixed.last))}
        </li>
      )}
    </ul>
  );
}

function describeSelection(ranges: WireRanges, selection: Selection | null, all: ReturnType<typeof useWords>): string {
  if (selection === null) return "";
  const words = all.ranges;
  const { first, last } = selection;
  if (first !== last) {
    const count = listPorts(selection).filter((port) => stateOf(ranges, port) === "free").length;
    return words.selected(formatRange(first, last), formatCount(count));
  }
  const holders = ranges.numbers.find(({ port }) => port === first)?.holders ?? [];
  const purposes = ranges.reservations.filter(({ kind, port }) => kind === "nodePort" && port === first).map(({ purpose }) => purpose);
  const band = ranges.bands.find(({ kind, ports }) => kind === "nodePort" && first >= ports.first && first <= ports.last);
  return all.say.parts([
    `${String(first)} ${words.state[stateOf(ranges, first)]}`,
    ...holders,
    ...purposes,
    band === undefined ? words.noBand : `${all.terms.band} ${band.owner === null ? band.name : words.withOwner(band.name, band.owner)}`,
  ]);
}

function RangesSkeleton() {
  const words = useWords();
  return (
    <div role="status" aria-busy="true" aria-label={words.state.loading} className="min-h-0 flex-1 bg-surface px-24 pt-14 phone:px-12">
      <Skeleton className="w-160" />
      <div className="mt-24 grid gap-6">
        {Array.from({ length: 28 }, (_, row) => (
          <div key={row} className="h-8 w-full rounded-1 bg-sunken" />
        ))}
      </div>
    </div>
  );
}

function listPorts({ first, last }: Selection): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, step) => first + step);
}
