"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { Glyph } from "@/components/glyphs/glyph";
import { useNow } from "@/components/live/clock";
import { describeFailure, QueryProblem } from "@/components/live/query-state";
import { useHref } from "@/components/live/use-href";
import { LinkButton } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { Icon } from "@/components/ui/icon";
import { Skeleton } from "@/components/ui/skeleton";
import { usePhone } from "@/components/ui/use-phone";
import { useLanguage, useWords } from "@/components/words/words";
import type { RemediesAnswer } from "@/lib/client/api";
import { formatCount, formatDay } from "@/lib/client/format";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import type { RuleText } from "@/lib/wire/rule-text";
import type { WireEnvelope, WireFinding } from "@/lib/wire/schemas";
import { AcknowledgeForm } from "./acknowledge-form";
import { Block } from "./block";
import { withFacet } from "./facets";
import { FindingFacts } from "./finding-facts";
import { remedyId } from "./remedies/remedy-id";
import { RemedyBody } from "./remedies/remedy-body";
import { RemedyChoice } from "./remedies/remedy-choice";
import { RemedyPanel } from "./remedies/remedy-panel";
import { Unavailable } from "./remedies/unavailable";
import { traceOf } from "./trace-of";
import { useFormatSince } from "./use-format-since";

type DetailProps = {
  readonly finding: WireFinding;
  readonly rule: RuleText | undefined;
  readonly envelope: Pick<WireEnvelope, "revision" | "asOf">;
  readonly complete: boolean;
  readonly nodeCount: number | null;
  readonly remedies: Pick<UseQueryResult<RemediesAnswer>, "data" | "error" | "refetch" | "failureReason">;
  readonly openRemedy: WireRemedy | null;
  /** The remedy that the address names. */
  readonly asked: string | null;
  readonly onRemedy: (id: string) => void;
  readonly ticket: () => string;
  readonly onBack: () => void;
};

const edges = { critical: "edge-critical", warning: "edge-warning", info: "" } as const;
const rightColumn = "border-l border-line bg-surface px-24 narrow:border-l-0 phone:border-t phone:px-12";

/** One finding: the verdict; the remedies side by side; below them what is and on what that rests, and the chosen remedy in full. A phone shows what to do first. */
export function FindingDetail(props: DetailProps) {
  const { finding, rule, envelope, complete, nodeCount, ticket, onBack } = props;
  return (
    <article aria-labelledby="verdict" className="flex min-h-full flex-col">
      <Verdict finding={finding} nodeCount={nodeCount} ticket={ticket} onBack={onBack} />
      <Choice {...props} />
      <div className="grid flex-1 grid-cols-[minmax(0,1fr)_minmax(0,1.02fr)] grid-rows-[auto_1fr] narrow:grid-cols-1 narrow:grid-rows-none">
        <div className="row-span-2 px-24 pt-14 pb-24 narrow:order-2 narrow:row-span-1 phone:px-12">
          <FindingFacts finding={finding} envelope={envelope} complete={complete} nodeCount={nodeCount} />
        </div>
        <div className={classes(rightColumn, "pt-14 narrow:order-1")}>
          <WhatToDo {...props} />
          {rule !== undefined && <Advice rule={rule} />}
        </div>
        <div className={classes(rightColumn, "pb-24 narrow:order-3 narrow:pt-14 print:hidden")}>
          <AcknowledgeForm key={finding.fingerprint} finding={finding} />
        </div>
      </div>
    </article>
  );
}

/** The remedies beside one another, where there are several. */
function Choice({ finding, remedies: { data, error }, openRemedy, asked, onRemedy }: DetailProps) {
  const words = useWords().findings.remedies;
  const isPhone = usePhone();
  const isLoading = data === undefined && error === null && finding.remedies.length > 1;
  if (!isLoading && (data === undefined || data.remedies.length < 2)) return null;
  return (
    <div className="border-b border-line bg-surface px-24 pt-12 phone:border-b-0 phone:px-12">
      <Block heading={words.heading} note={words.note}>
        {data === undefined ? (
          <div aria-hidden className="flex h-260 flex-col gap-14 rounded-2 border border-line p-12">
            <Skeleton className="w-220" />
            <Skeleton className="w-160" />
          </div>
        ) : (
          <RemedyChoice remedies={data.remedies} chosen={openRemedy} onChoose={onRemedy} isAsked={asked !== null}>
            {isPhone === true && openRemedy !== null ? (
              <RemedyBody remedy={openRemedy} cluster={data.cluster} isBeside={false} />
            ) : undefined}
          </RemedyChoice>
        )}
      </Block>
    </div>
  );
}

/** The chosen remedy in full, and those that cannot be written now, with the reason. */
function WhatToDo({ remedies, openRemedy, asked }: DetailProps) {
  const { say, findings } = useWords();
  const words = findings.remedies;
  const isPhone = usePhone();
  const { data } = remedies;
  if (data === undefined)
    return (
      remedies.error !== null && (
        <p role="status" className="mb-18 text-12 text-warning">
          {describeFailure(remedies.error, say)}
        </p>
      )
    );
  const hasChoice = data.remedies.length > 1;
  const isKnown = asked === null || openRemedy === null || [openRemedy.kind, remedyId(openRemedy)].includes(asked);
  return (
    <>
      <QueryProblem query={remedies} />
      {!isKnown && (
        <p role="status" className="mb-8 text-12 text-warning">
          {words.unknown(asked)}
        </p>
      )}
      {openRemedy !== null && !(hasChoice && isPhone === true) && (
        <>
          {!hasChoice && <h3 className="mb-7 text-13 font-head">{words.heading}</h3>}
          <RemedyPanel remedy={openRemedy} place={data.remedies.indexOf(openRemedy) + 1} cluster={data.cluster} isBeside={hasChoice} />
        </>
      )}
      <Unavailable unavailable={data.unavailable} />
    </>
  );
}

/** What the rule says about all findings of its kind. */
function Advice({ rule }: { readonly rule: RuleText }) {
  const { findings: words, say } = useWords();
  const { fix, why } = say.rule(rule);
  return (
    <Block heading={words.whatToDo} note={words.ruleSays}>
      <p>{fix}</p>
      <p className="mt-8 text-12 text-ink-2">
        <span className="text-ink-3">{words.ruleMeans} </span>
        {why}
      </p>
    </Block>
  );
}

function Verdict({ finding, nodeCount, ticket, onBack }: Pick<DetailProps, "finding" | "nodeCount" | "ticket" | "onBack">) {
  const words = useWords();
  const href = useHref();
  const nowMs = useNow();
  const language = useLanguage();
  const since = useFormatSince()(finding);
  const { severity, rule, nodes, acknowledged } = finding;
  const { title, summary } = words.say.finding(finding);
  const to = traceOf(finding);
  const nodesText =
    finding.ports.length === 0 || nodeCount === null
      ? null
      : nodes.length === 1
        ? (nodes[0] ?? null)
        : words.findings.nodesOf(formatCount(nodes.length === 0 ? nodeCount : nodes.length), formatCount(nodeCount));
  return (
    <header className={classes("border-b border-line bg-surface px-24 pt-16 pb-14 phone:px-12", edges[severity])}>
      <button type="button" onClick={onBack} className="mb-8 hidden h-44 items-center gap-6 font-medium phone:flex">
        <Icon name="back" />
        {words.findings.back}
      </button>
      <h2 id="verdict" className="flex items-start gap-9 text-20 font-head">
        <Glyph name={severity} size={16} label={words.severity[severity]} className="mt-5" />
        <span className="min-w-0 break-words">{title}</span>
      </h2>
      <p className="mt-3 mb-10 max-w-800 break-words text-ink-2">{summary}</p>
      <div className="flex flex-wrap items-center gap-8">
        {to !== null && (
          <LinkButton href={href("/trace", to)} tone="primary" size="small">
            {words.findings.openTrace}
          </LinkButton>
        )}
        <CopyButton size="small" text={ticket} said={words.shell.ticketCopied} failed={words.shell.copyFailed}>
          {words.shell.copyForTicket}
        </CopyButton>
        <CopyButton size="small" text={() => window.location.href} said={words.shell.linkCopied} failed={words.shell.copyFailed}>
          {words.shell.copyLink}
        </CopyButton>
        <span aria-hidden className="mx-6 h-20 w-1 bg-line phone:hidden" />
        <a
          href={href("/conflicts", { q: withFacet("", "rule", rule) })}
          title={words.findings.onlyRule(rule)}
          className="inline-flex rounded-1 no-underline hover:underline"
        >
          <Chip mono>{rule}</Chip>
        </a>
        {since !== null && <Chip>{since}</Chip>}
        {nodesText !== null && <Chip>{nodesText}</Chip>}
        {acknowledged !== null && <Chip>{words.findings.acknowledgedUntil(formatDay(acknowledged.until, nowMs, language))}</Chip>}
      </div>
    </header>
  );
}
