"use client";

import type { ReactNode } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { glyphOfOutcome } from "@/components/glyphs/outcome-glyph";
import { wordOfGlyph } from "@/components/port-map/describe-cell";
import { OwnerChip } from "@/components/glyphs/owner-chip";
import { useNow } from "@/components/live/clock";
import { classes } from "@/components/ui/classes";
import { useFormatAge, useWords } from "@/components/words/words";
import { formatAddress, formatCount, formatPort, formatShare } from "@/lib/client/format";
import type { WireBackend, WireRoute } from "@/lib/wire/schemas";
import { buildRibbons, groupBackends, ribbonFull, type BackendGroup } from "./build-lanes";

const ownerStroke = [
  "",
  "stroke-ow1",
  "stroke-ow2",
  "stroke-ow3",
  "stroke-ow4",
  "stroke-ow5",
  "stroke-ow6",
  "stroke-ow7",
  "stroke-ow8",
] as const;
const ownerBorder = [
  "",
  "border-ow1",
  "border-ow2",
  "border-ow3",
  "border-ow4",
  "border-ow5",
  "border-ow6",
  "border-ow7",
  "border-ow8",
] as const;
const shownMax = 8;

type LanesProps = { readonly route: WireRoute; readonly guilty: boolean; readonly pool: string | null; readonly others: ReactNode };

/** Client, node address, who takes it, policy, backends; the ribbons between them carry the owners' hues from the object that mixes them on. */
export function Lanes({ route, guilty, pool, others }: LanesProps) {
  const words = useWords();
  const groups = groupBackends(route);
  const mixed = groups.filter(({ mark }) => mark !== null).length > 1;
  const policy = route.steps.find(({ code }) => code === "policy");
  const decisive = policy ?? route.steps.at(-1);
  const decided = decisive === undefined ? undefined : words.say.step(decisive);
  const claim = route.steps.find(({ code }) => code === "claim" || code === "hostPort" || code === "listener" || code === "healthCheck");
  const endpoints = route.steps.find(({ code }) => code === "endpoints");
  const ports = [...new Set(route.backends.map(({ port }) => port))];
  const targetPort = ports.length === 1 ? (ports[0] ?? null) : null;
  return (
    <section
      aria-label={words.trace.title}
      className="flex-none overflow-x-auto border-b border-line bg-surface px-16 py-16 phone:px-12 phone:py-12"
    >
      <div className="grid min-w-680 grid-cols-[minmax(72px,110px)_minmax(16px,44px)_minmax(104px,150px)_minmax(16px,44px)_minmax(128px,190px)_minmax(16px,44px)_minmax(92px,140px)_minmax(24px,56px)_minmax(212px,1fr)] items-stretch phone:min-w-0 phone:grid-cols-1">
        <Lane title={words.trace.lanes.client} isHidden={route.query.from.kind === "outside"}>
          <Box>
            <strong className="block break-words">{positionOf(route, words.trace)}</strong>
            {route.query.from.kind === "outside" && (
              <span className="text-12 text-ink-2">{route.query.from.address ?? words.trace.anyAddress}</span>
            )}
          </Box>
        </Lane>
        <Plain isFirst={route.query.from.kind === "outside"} />
        <Lane title={words.trace.lanes.address} beside>
          <Box>
            <strong className="block font-mono break-all">{route.query.address}</strong>
            <span className="block text-12 text-ink-2">{[route.node, pool].filter((part) => part !== null).join(", ")}</span>
            <span className="block font-mono text-12">{formatPort(route.query.port, route.query.protocol)}</span>
          </Box>
          {others}
        </Lane>
        <Plain />
        <Lane title={words.trace.lanes.claim}>
          <Box guilty={guilty}>
            {route.claim === null ? (
              <Claimants route={route} />
            ) : (
              <>
                <span className="block text-12 text-ink-2 phone:mr-6 phone:inline">{route.claim.kind}</span>
                <strong className="block break-words phone:inline">{route.claim.name}</strong>
                <span className="block text-12 text-ink-3 phone:ml-6 phone:inline">{route.claim.namespace}</span>
                {targetPort !== null && (
                  <span className="mt-2 block text-12">
                    <span className="font-mono">{route.claim.port}</span> → <span className="font-mono">{targetPort}</span>
                  </span>
                )}
              </>
            )}
            {route.claim !== null && claim?.field !== null && claim !== undefined && (
              <span className="mt-4 block font-mono text-11 break-all text-ink-2 phone:hidden">{claim.field}</span>
            )}
            {endpoints !== undefined && (
              <span className={classes("mt-4 block text-12", guilty ? "font-medium text-critical" : "text-ink-2")}>
                {words.say.step(endpoints).verdict}
              </span>
            )}
          </Box>
        </Lane>
        {mixed ? <Split groups={groups} /> : <Plain hue={groups[0]?.mark?.hue ?? null} />}
        <Lane title={words.trace.lanes.policy}>
          <Box>
            <strong className="block">{policy?.value ?? decided?.title}</strong>
            <span className="block text-12 text-ink-2">{decided?.verdict}</span>
            {route.source !== null && (
              <span className="mt-4 block text-12 text-ink-2 phone:hidden">
                {route.source === "preserved" ? words.trace.seesClient : words.trace.seesNode}
              </span>
            )}
            {route.affinitySeconds !== null && (
              <span className="mt-4 block text-12 text-ink-2">{words.trace.affinity(formatCount(route.affinitySeconds))}</span>
            )}
          </Box>
        </Lane>
        <Fan groups={groups} route={route} />
        <Lane title={words.trace.lanes.backends} beside>
          <Backends route={route} groups={groups} />
        </Lane>
      </div>
    </section>
  );
}

/** Who may take it, where that is contested or depends on what is not known; else nobody. */
function Claimants({ route }: { readonly route: WireRoute }) {
  const words = useWords();
  const claims = new Map(route.alternatives.flatMap(({ claim }) => (claim === null ? [] : [[JSON.stringify(claim), claim] as const])));
  if (claims.size === 0) return <strong>{words.trace.nobody}</strong>;
  return [...claims].map(([key, claim]) => (
    <span key={key} className="mt-4 block first:mt-0">
      <span className="block text-12 text-ink-2">{claim.kind}</span>
      <strong className="block break-words">{claim.name}</strong>
    </span>
  ));
}

/** `beside`: on phones its boxes stand side by side. `isHidden`: on phones it says nothing that the bar does not. */
function Lane({
  title,
  beside = false,
  isHidden = false,
  children,
}: {
  readonly title: string;
  readonly beside?: boolean;
  readonly isHidden?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={classes("flex min-w-0 flex-col", isHidden && "phone:hidden")}>
      <h2 className="mb-8 text-11 text-ink-3 phone:sr-only">{title}</h2>
      <div
        className={classes(
          "flex flex-1 flex-col justify-center gap-10 phone:justify-start",
          beside && "phone:grid phone:grid-cols-2 phone:gap-8 phone:*:only:col-span-2",
        )}
      >
        {children}
      </div>
    </div>
  );
}

function Box({ guilty = false, children }: { readonly guilty?: boolean; readonly children: ReactNode }) {
  return (
    <div
      className={classes(
        "rounded-2 border bg-surface px-10 py-8 wrap-anywhere",
        guilty ? "border-2 border-critical" : "border-line-strong",
      )}
    >
      {children}
    </div>
  );
}

/** A ribbon that does not divide; grey until the owner is known. On phones it runs downwards. */
function Plain({ hue = null, isFirst = false }: { readonly hue?: number | null; readonly isFirst?: boolean }) {
  const ink = hue === null ? "stroke-line-strong opacity-60" : classes(ownerStroke[hue], "opacity-80");
  return (
    <>
      <Across width={44}>
        <path d="M0 100H44" strokeWidth={ribbonFull} className={ink} fill="none" />
      </Across>
      {!isFirst && (
        <Down>
          <path d="M100 0V44" strokeWidth={ribbonFull / 2} className={ink} fill="none" />
        </Down>
      )}
    </>
  );
}

/** From the object that mixes the owners on, their hues run side by side. */
function Split({ groups }: { readonly groups: readonly BackendGroup[] }) {
  const arrivals = buildRibbons(groups, 100, []).map(({ from }) => from);
  const ribbons = buildRibbons(groups, 100, arrivals);
  return (
    <>
      <Across width={44}>
        {ribbons.map(({ from, thick, mark }, place) => (
          <path key={mark?.key ?? place} d={`M0 ${String(from)}H44`} strokeWidth={thick} className={inkOf(mark)} fill="none" />
        ))}
      </Across>
      <Down>
        {ribbons.map(({ from, thick, mark }, place) => (
          <path key={mark?.key ?? place} d={`M${String(halved(from))} 0V44`} strokeWidth={thick / 2} className={inkOf(mark)} fill="none" />
        ))}
      </Down>
    </>
  );
}

/** To each backend box its share; a drop ends in a triangle, a refusal in a cross. */
function Fan({ groups, route }: { readonly groups: readonly BackendGroup[]; readonly route: WireRoute }) {
  if (groups.length === 0) {
    return (
      <span className="grid place-items-center pt-22 phone:pt-4 phone:pb-4">
        <Glyph name={glyphOfOutcome({ outcome: route.outcome, claim: route.claim?.kind ?? null })} size={26} />
      </span>
    );
  }
  const shown = groups.slice(0, shownMax);
  const ribbons = buildRibbons(
    shown,
    100,
    shown.map((_, place) => (200 / shown.length) * (place + 0.5)),
  );
  return (
    <>
      <Across width={56}>
        {ribbons.map(({ from, to, thick, mark }, place) => (
          <path
            key={mark?.key ?? place}
            d={`M0 ${String(from)}C28 ${String(from)} 28 ${String(to)} 56 ${String(to)}`}
            strokeWidth={thick}
            className={inkOf(mark)}
            fill="none"
          />
        ))}
      </Across>
      <Down>
        {ribbons.map(({ from, to, thick, mark }, place) => (
          <path
            key={mark?.key ?? place}
            d={`M${String(halved(from))} 0C${String(halved(from))} 22 ${String(to)} 22 ${String(to)} 44`}
            strokeWidth={thick / 2}
            className={inkOf(mark)}
            fill="none"
          />
        ))}
      </Down>
    </>
  );
}

/** The drawing between two lanes that stand side by side. */
function Across({ width, children }: { readonly width: number; readonly children: ReactNode }) {
  return (
    <svg aria-hidden="true" className="h-full w-full pt-22 phone:hidden" preserveAspectRatio="none" viewBox={`0 0 ${String(width)} 200`}>
      {children}
    </svg>
  );
}

/** The drawing between two lanes that stand one below the other. */
function Down({ children }: { readonly children: ReactNode }) {
  return (
    <svg aria-hidden="true" className="hidden h-14 w-full phone:block" preserveAspectRatio="none" viewBox="0 0 200 44">
      {children}
    </svg>
  );
}

function inkOf(mark: BackendGroup["mark"]): string | undefined {
  return mark === null ? "stroke-line-strong" : ownerStroke[mark.hue];
}

/** A place across a ribbon that is drawn at half its width. */
function halved(place: number): number {
  return 50 + place / 2;
}

function Backends({ route, groups }: { readonly route: WireRoute; readonly groups: readonly BackendGroup[] }) {
  const words = useWords();
  if (groups.length === 0) {
    const glyph = glyphOfOutcome({ outcome: route.outcome, claim: route.claim?.kind ?? null });
    return (
      <Box>
        <strong className="flex items-center gap-8">
          <Glyph name={glyph} size={14} />
          {wordOfGlyph(glyph, words)}
        </strong>
        {route.reason !== null && <span className="mt-2 block text-12 text-ink-2">{words.say.reason(route.reason)}</span>}
        {route.healthCheck !== null && (
          <span className="mt-2 block font-mono text-12">{`HTTP ${String(route.healthCheck.status)}, ${String(route.healthCheck.localEndpoints)}`}</span>
        )}
      </Box>
    );
  }
  const total = route.backends.length;
  const grouped = total > shownMax;
  return (
    <>
      {groups.slice(0, shownMax).map((group, place) => (
        <div
          key={group.mark?.key ?? place}
          className={classes(
            "rounded-2 border border-l-4 px-10 py-8",
            group.mark === null ? "border-line-strong" : ownerBorder[group.mark.hue],
          )}
        >
          <div className="flex items-center gap-8 phone:flex-wrap phone:gap-y-2">
            {group.mark !== null && <OwnerChip mark={group.mark} />}
            <strong className="min-w-0 flex-1 truncate">{group.mark?.name ?? group.backends[0]?.address}</strong>
            <span className="font-mono text-15 font-semibold whitespace-nowrap phone:order-first phone:basis-full">
              {group.share === null ? "?" : formatShare(group.share)}
            </span>
          </div>
          {grouped ? (
            <p className="mt-4 text-12 text-ink-2">{countByNode(group.backends)}</p>
          ) : (
            group.backends.map((backend) => (
              <BackendLine
                key={`${backend.address}:${String(backend.port)}`}
                backend={backend}
                node={route.node}
                alone={group.backends.length === 1}
              />
            ))
          )}
        </div>
      ))}
      {groups.length > shownMax && (
        <p className="text-12 text-ink-3">{words.trace.shownOf(formatCount(shownMax), formatCount(groups.length))}</p>
      )}
    </>
  );
}

function BackendLine({ backend, node, alone }: { readonly backend: WireBackend; readonly node: string | null; readonly alone: boolean }) {
  const words = useWords();
  const nowMs = useNow();
  const formatAge = useFormatAge();
  const here = backend.node !== null && backend.node === node;
  const state = backend.replyPathBroken
    ? words.trace.lost
    : backend.terminating
      ? words.trace.terminating
      : backend.ready
        ? words.trace.ready
        : words.trace.notReady;
  return (
    <div className="mt-4 border-t border-line pt-4 text-12 first-of-type:border-0">
      <span className="block truncate text-ink-2">
        {backend.pod === null ? "" : `${backend.pod.namespace}/${backend.pod.name}`}
        {!alone && backend.probability !== null && `, ${formatShare(backend.probability)}`}
      </span>
      <span className="block font-mono">{formatAddress(backend.address, backend.port)}</span>
      <span className="mt-2 flex flex-wrap items-center gap-x-6 gap-y-2">
        {backend.node !== null && (
          <span className={classes("rounded-1 px-4", here ? "bg-sunken" : "bg-warning-soft text-warning")}>
            {words.say.parts([backend.node, here ? words.trace.thisNode : words.trace.anotherNode])}
          </span>
        )}
        <span className="text-ink-2">
          {state}
          {backend.readySince !== null && !backend.replyPathBroken && ` ${formatAge(nowMs - Date.parse(backend.readySince))}`}
        </span>
      </span>
    </div>
  );
}

function countByNode(backends: readonly WireBackend[]): string {
  const counts = new Map<string, number>();
  for (const { node } of backends) counts.set(node ?? "?", (counts.get(node ?? "?") ?? 0) + 1);
  return [...counts]
    .map(([node, count]) => `${node} ${String(count)}`)
    .slice(0, 12)
    .join(", ");
}

function positionOf(
  { query: { from } }: WireRoute,
  words: { readonly outside: string; readonly onANode: string; readonly inAPod: string },
): string {
  switch (from.kind) {
    case "outside":
      return words.outside;
    case "node":
      return `${words.onANode}: ${from.name}`;
    case "pod":
      return `${words.inAPod}: ${from.namespace}/${from.name}`;
  }
}
