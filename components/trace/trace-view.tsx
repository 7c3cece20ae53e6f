"use client";

import { createParser, parseAsString } from "nuqs";
import { useRef, useState, type RefObject } from "react";
import { useFormatSince } from "@/components/findings/use-format-since";
import { WayOutLink } from "@/components/findings/way-out-link";
import { Glyph } from "@/components/glyphs/glyph";
import { glyphOfOutcome } from "@/components/glyphs/outcome-glyph";
import { useCluster } from "@/components/live/cluster";
import { useLive } from "@/components/live/live-state";
import { useHref } from "@/components/live/use-href";
import { useFindings, useMap, useTrace, type Initial } from "@/components/live/queries";
import { QueryProblem, useFirstAnswerState } from "@/components/live/query-state";
import { useShortcuts, useTicket } from "@/components/shell/keyboard";
import { grantFor } from "@/components/shell/grant";
import { BadParams, useUrlState } from "@/components/shell/url-state";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { classes } from "@/components/ui/classes";
import { StateView } from "@/components/ui/state-view";
import type { Words } from "@/components/words/en";
import { useWords } from "@/components/words/words";
import type { FindingsAnswer, MapAnswer, TraceAnswer, TraceParams } from "@/lib/client/api";
import { formatAddress, formatCount } from "@/lib/client/format";
import { withParams } from "@/lib/client/href";
import { findTargetFault, parseTarget, type Target } from "@/lib/client/target";
import type { WireFinding, WireRoute } from "@/lib/wire/schemas";
import { describeRouteTicket } from "./describe-route-ticket";
import { Lanes } from "./lanes";
import { Positions, usePositions } from "./positions";
import { StepTable } from "./step-table";
import { TraceBar } from "./trace-bar";
import { WhyFindings } from "./why-findings";

/** A text of the address that must have a certain form; anything else is named under the bar. */
function parseAs(form: RegExp) {
  return createParser({ parse: (text) => (form.test(text) ? text : null), serialize: (text: string) => text });
}

const parsers = {
  to: parseAsString,
  from: parseAs(/^(outside(=.+)?|node\/[^/]+|pod\/[^/]+\/[^/]+)$/).withDefault(""),
  node: parseAsString,
  why: parseAs(/^[^/]+\/[^/]+$/),
  address: parseAsString,
  port: parseAsString,
  protocol: parseAsString,
};

/** Where one address and port leads, and why. */
export function TraceView({
  trace: initialTrace,
  findings: initialFindings,
}: {
  readonly trace: Initial<TraceAnswer>;
  readonly findings: Initial<FindingsAnswer>;
}) {
  const words = useWords();
  const { name, clusters } = useCluster();
  const [state, setState, bad] = useUrlState(parsers);
  const asked =
    state.to ??
    (state.port === null
      ? null
      : `${state.address === null ? "" : state.address.includes(":") ? `[${state.address}]` : state.address}:${state.port}${state.protocol === null ? "" : `/${state.protocol.toLowerCase()}`}`);
  const target = asked === null ? null : parseTarget(asked);
  // The map of this one port tells the nodes, and whether they all answer alike.
  const map = useMap(name, state.from, target === null ? "1" : String(target.port)).data;
  const params = target === null ? null : toParams(target, map, state);
  const query = useTrace(name, params, initialTrace);
  const findings = useFindings(name, initialFindings).data;
  const firstState = useFirstAnswerState(query);
  const route = params === null ? undefined : query.data;
  const found = (findings?.findings ?? []).filter(({ fingerprint }) => route?.findings.includes(fingerprint) === true);
  const worst = found.find(({ acknowledged, severity }) => acknowledged === null && severity !== "info");
  const href = useHref();
  const hrefFrom = (from: string): string => href("/trace", questionOf(params, asked, from, state));
  // The whole question, also where the address of this page leaves a part of it to the cluster.
  const link = (): string =>
    new URL(withParams(hrefFrom(state.from), { cluster: clusters.length > 1 ? name : null }), window.location.href).href;
  const ticket = (): string => (route === undefined ? link() : describeRouteTicket(route, route, link()));
  useTicket(route === undefined ? null : ticket);
  const [choosesPod, setChoosesPod] = useState(false);
  const whyInput = useRef<HTMLInputElement>(null);
  const setFrom = (from: string): void => void setState({ from: from === "" ? null : from });
  const nodeName = route?.node ?? map?.nodes[0]?.name ?? null;
  const { positions, podName } = usePositions(name, params, state.from, route, nodeName);
  useShortcuts("view", [
    { keys: "1", label: words.trace.keys.outside, run: () => setFrom("") },
    {
      keys: "2",
      label: words.trace.keys.node,
      run: () => {
        if (nodeName !== null) setFrom(`node/${nodeName}`);
      },
    },
    {
      keys: "3",
      label: words.trace.keys.pod,
      run: () => {
        if (podName !== null) setFrom(`pod/${podName}`);
        else setChoosesPod(true);
      },
    },
    { keys: "w", label: words.trace.keys.whyNot, run: () => whyInput.current?.focus() },
  ]);
  return (
    <>
      <h1 className="sr-only">{words.trace.title}</h1>
      <TraceBar
        key={`${asked ?? ""} ${state.from}`}
        asked={asked ?? ""}
        target={target}
        from={state.from}
        map={map}
        nodeName={nodeName}
        podName={podName}
        choosesPod={choosesPod}
        onChoosePod={setChoosesPod}
        onTo={(to) => void setState({ to, address: null, port: null, protocol: null, node: null, why: null }, { history: "push" })}
        onFrom={setFrom}
        ticket={ticket}
        link={link}
        canCopy={route !== undefined}
      />
      <BadParams params={bad} />
      <QueryProblem query={query} />
      {asked === null || target === null ? (
        <StateView title={asked === null ? words.trace.ask : describeFault(asked, words)} />
      ) : route === undefined ? (
        (firstState ?? <div role="status" aria-busy="true" aria-label={words.state.loading} className="min-h-0 flex-1 bg-surface" />)
      ) : (
        <div className="flex min-h-0 flex-1 scarce:block scarce:overflow-auto">
          <div className="min-h-0 min-w-0 flex-1 overflow-auto bg-bg scarce:overflow-visible">
            <Sentence route={route} worst={worst} />
            <Positions positions={positions} from={state.from} hrefFrom={hrefFrom} />
            {route.outcome === "unknown" && route.missing.length > 0 && <MissingKinds route={route} />}
            <Lanes
              route={route}
              guilty={worst?.severity === "critical"}
              pool={map?.nodes.find((node) => node.name === route.node)?.pool ?? null}
              others={<Others map={map} route={route} />}
            />
            {route.alternatives.length > 0 && <Alternatives routes={route.alternatives} />}
            <div className="flex flex-col gap-10 px-16 py-16 phone:px-12">
              <Head title={words.trace.decided} note={words.trace.decidedNote} />
              <StepTable steps={route.steps} guilty={worst?.severity === "critical" ? guiltyStep(route) : null} />
              <WhyNot route={route} input={whyInput} asked={state.why ?? ""} onAsk={(why) => void setState({ why })} />
              {route.assumptions.length > 0 && (
                <>
                  <Head title={words.trace.assumed} note={words.trace.assumedNote} />
                  <Assumptions route={route} />
                </>
              )}
            </div>
          </div>
          <aside className="w-388 flex-none overflow-auto border-l border-line bg-surface narrow:w-300 scarce:w-full scarce:border-t scarce:border-l-0">
            <WhyFindings findings={found} isJudged={route.outcome !== "unknown"} />
          </aside>
        </div>
      )}
      {route !== undefined && (
        <div className="hidden flex-none gap-8 border-t border-line bg-surface p-8 phone:flex">
          <CopyButton tone="primary" className="h-44 flex-1" text={ticket} said={words.shell.ticketCopied} failed={words.shell.copyFailed}>
            {words.shell.copyForTicket}
          </CopyButton>
          {worst !== undefined && <WayOutLink finding={worst} className="h-44 flex-1" />}
        </div>
      )}
    </>
  );
}

function describeFault(asked: string, { trace }: Words): string {
  const { part, text } = findTargetFault(asked);
  return part === "form" ? trace.bad(text) : trace.badPart[part](text);
}

/** The question as parameters of this page; a port alone gets the address that it is asked on. */
function questionOf(
  params: TraceParams | null,
  asked: string | null,
  from: string,
  state: { readonly node: string | null; readonly why: string | null },
): Readonly<Record<string, string | null>> {
  const to = params === null ? asked : formatAddress(params.address, Number(params.port), params.protocol);
  return { to, from: from === "" ? null : from, node: state.node, why: state.why };
}

/** A port alone, or with a node's name, is asked on that node's first address. */
function toParams(
  target: Target,
  map: MapAnswer | undefined,
  state: { readonly from: string; readonly node: string | null; readonly why: string | null },
): TraceParams | null {
  const node = map?.nodes.find((each) => each.name === state.node) ?? map?.nodes[0];
  const address = target.address ?? node?.addresses[0];
  if (address === undefined) return null;
  return {
    address,
    port: String(target.port),
    protocol: target.protocol ?? "TCP",
    from: state.from === "" ? undefined : state.from,
    node: target.address === null ? undefined : (state.node ?? undefined),
    whyNot: state.why ?? undefined,
  };
}

function Sentence({ route, worst }: { readonly route: WireRoute; readonly worst: WireFinding | undefined }) {
  const words = useWords();
  const formatSince = useFormatSince();
  const since = worst === undefined ? null : formatSince(worst);
  const owners = new Set(route.backends.flatMap(({ owner }) => (owner === null ? [] : [`${owner.kind}/${owner.namespace}/${owner.name}`])))
    .size;
  return (
    <section
      className={classes(
        "flex-none border-b border-line bg-surface px-24 py-16 phone:px-12 phone:py-12",
        worst?.severity === "critical" && "border-l-3 border-l-critical",
      )}
    >
      <h2 className="flex items-start gap-10 text-22 font-head phone:text-20">
        {worst === undefined ? (
          <Glyph name={glyphOfOutcome({ outcome: route.outcome, claim: route.claim?.kind ?? null, owners })} size={18} className="mt-6" />
        ) : (
          <Glyph name={worst.severity} size={18} label={words.severity[worst.severity]} className="mt-6" />
        )}
        <span className="min-w-0 break-words">{words.say.route(route)}</span>
      </h2>
      {worst !== undefined && (
        <p className="mt-6 max-w-820 text-ink-2">
          {words.say.finding(worst).summary}
          {since !== null && " "}
          {since !== null && (
            <strong className="inline-block font-medium whitespace-nowrap text-ink first-letter:uppercase">{since}</strong>
          )}
        </p>
      )}
    </section>
  );
}

/** What the same port does on the other nodes. */
function Others({ map, route }: { readonly map: MapAnswer | undefined; readonly route: WireRoute }) {
  const words = useWords();
  const column = map?.columns.find(({ port, protocol }) => port === route.query.port && protocol === route.query.protocol);
  // Of an address that is no node's, other nodes tell nothing.
  if (map === undefined || column === undefined || map.nodes.length < 2 || route.outcome === "elsewhere" || route.node === null)
    return null;
  const outcomes = new Set(
    map.nodes.map((_, place) => map.cells[column.exceptions.find(([node]) => node === place)?.[1] ?? column.cell]?.outcome),
  );
  return (
    <div className="rounded-2 border border-dashed border-line-strong px-10 py-6 text-12">
      <strong>{words.trace.others(formatCount(map.nodes.length - 1))}</strong>
      {words.trace.colon}
      {outcomes.size === 1 ? words.trace.sameAnswer : words.trace.otherAnswer}
    </div>
  );
}

function Alternatives({ routes }: { readonly routes: readonly WireRoute[] }) {
  const words = useWords();
  return (
    <section className="border-b border-line bg-surface px-16 py-12 phone:px-12">
      <Head title={words.trace.alternatives} note="" />
      <ul className="mt-8 grid grid-cols-2 gap-10 phone:grid-cols-1">
        {routes.map((route, place) => (
          <li key={place} className="flex gap-8 rounded-2 border border-line-strong px-10 py-8">
            <Glyph name={glyphOfOutcome({ outcome: route.outcome, claim: route.claim?.kind ?? null })} size={14} className="mt-3" />
            <span className="min-w-0 break-words">
              {words.say.route(route)}
              {route.node !== null && <span className="text-ink-3"> ({route.node})</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function MissingKinds({ route }: { readonly route: WireRoute }) {
  const { say, shell, findings, trace } = useWords();
  const { staleness } = useLive();
  const grant = grantFor(
    route.missing.flatMap(({ kind }) => {
      const status = staleness?.[kind];
      return status === undefined ? [] : [[kind, status] as const];
    }),
  );
  return (
    <ul className="border-b border-line bg-(image:--hatch) px-24 py-10 text-ink-2 phone:px-12">
      {route.missing.map(({ kind, namespaces }) => (
        <li key={kind}>
          {trace.missing(
            kind,
            namespaces === "all" ? null : say.names(namespaces),
            route.reason === null ? null : say.reason(route.reason),
          )}
        </li>
      ))}
      {grant !== null && (
        <li className="mt-6">
          <CopyButton size="small" text={grant} said={shell.copied} failed={shell.copyFailed}>
            {findings.unjudged.copyGrant}
          </CopyButton>
        </li>
      )}
    </ul>
  );
}

function WhyNot({
  route,
  input,
  asked,
  onAsk,
}: {
  readonly route: WireRoute;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly asked: string;
  readonly onAsk: (pod: string | null) => void;
}) {
  const words = useWords();
  const [text, setText] = useState(asked);
  return (
    <>
      <form
        className="flex flex-wrap items-center gap-8"
        onSubmit={(event) => {
          event.preventDefault();
          onAsk(text.trim() === "" ? null : text.trim().replace(/^pod\//, ""));
        }}
      >
        <h3 className="text-15 font-head">{words.trace.whyNot}</h3>
        <input
          ref={input}
          aria-label={words.trace.whyNot}
          value={text}
          placeholder={words.trace.whyNotPlaceholder}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          className="h-28 w-240 rounded-2 border border-control bg-surface px-10 font-mono text-12 phone:h-40"
        />
        <Button size="small" type="submit">
          {words.trace.whyNotAsk}
        </Button>
      </form>
      {route.whyNot !== null && <StepTable steps={route.whyNot.steps} guilty={null} />}
    </>
  );
}

function Assumptions({ route }: { readonly route: WireRoute }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)_minmax(0,1.4fr)] gap-x-16 gap-y-4 text-12 phone:grid-cols-1">
      {route.assumptions.map(({ what, value, from }) => (
        <div key={`${what} ${value}`} className="contents">
          <dt className="text-ink-2">{what}</dt>
          <dd className="font-mono break-all">{value}</dd>
          <dd className="break-all text-ink-3">{from}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why it is as it is: the findings on this port, with the labels that would tell their owners apart. */
function Head({ title, note }: { readonly title: string; readonly note: string }) {
  return (
    <h3 className="flex items-baseline gap-8 text-15 font-head">
      {title}
      {note !== "" && <span className="text-12 font-normal text-ink-3">{note}</span>}
    </h3>
  );
}

/** The step that decided what is wrong with a route. */
function guiltyStep({ outcome }: WireRoute): string {
  if (outcome === "contested") return "chainOrder";
  return outcome === "rejected" ? "reject" : "endpoints";
}
