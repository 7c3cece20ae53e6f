"use client";

import Link from "next/link";
import { Glyph } from "@/components/glyphs/glyph";
import { glyphOfOutcome } from "@/components/glyphs/outcome-glyph";
import { useTrace } from "@/components/live/queries";
import { wordOfGlyph } from "@/components/port-map/describe-cell";
import { classes } from "@/components/ui/classes";
import type { Words } from "@/components/words/en";
import { useWords } from "@/components/words/words";
import type { TraceAnswer, TraceParams } from "@/lib/client/api";
import type { WireRoute } from "@/lib/wire/schemas";
import { doDiffer, listPositions, type Position, type PositionKind } from "./compare-positions";

/**
 * The answers of all client positions to one question.
 *
 * Input:   `params` and `route`: what is asked and answered now; `nodeName`: the node to ask from.
 * Returns: `positions`: those that were answered; `podName`: the pod that stands for all pods, null while none is known.
 */
export function usePositions(
  cluster: string,
  params: TraceParams | null,
  from: string,
  route: TraceAnswer | undefined,
  nodeName: string | null,
): { readonly positions: readonly Position[]; readonly podName: string | null } {
  const ask = (position: string | undefined): TraceParams | null =>
    params === null || position === undefined ? null : { ...params, from: position === "" ? undefined : position, whyNot: undefined };
  const [fromOutside, fromNode] = listPositions(from, nodeName, null);
  const outside = useTrace(cluster, ask(fromOutside?.from)).data;
  const node = useTrace(cluster, ask(fromNode?.kind === "node" ? fromNode.from : undefined)).data;
  // Where policy Local drops a client, only the other positions tell a pod that answers.
  const podName = podOf(route) ?? podOf(node) ?? podOf(outside);
  const wanted = listPositions(from, nodeName, podName);
  const fromPod = wanted.find(({ kind }) => kind === "pod");
  const pod = useTrace(cluster, ask(fromPod?.from)).data;
  const answers: Readonly<Record<PositionKind, TraceAnswer | undefined>> = { outside, node, pod };
  const positions = wanted.flatMap(({ kind, from: position }): Position[] => {
    const answer = answers[kind];
    return answer !== undefined && isAnswerTo(answer, params, position) ? [{ kind, from: position, route: answer }] : [];
  });
  return { positions, podName };
}

/** The client positions side by side, each a link to its trace; nothing where all are answered alike. */
export function Positions({
  positions,
  from,
  hrefFrom,
}: {
  readonly positions: readonly Position[];
  readonly from: string;
  readonly hrefFrom: (from: string) => string;
}) {
  const words = useWords();
  if (positions.length < 2 || !doDiffer(positions)) return null;
  return (
    <nav aria-label={words.trace.positions} className="flex-none border-b border-line bg-surface px-24 py-12 phone:px-12">
      <h3 className="mb-8 text-12 text-ink-3">{words.trace.positionsDiffer}</h3>
      <ul className="grid auto-cols-fr grid-flow-col gap-8 phone:grid-flow-row">
        {positions.map(({ kind, from: position, route }) => {
          const isAsked = position === from;
          return (
            <li key={kind} className="min-w-0">
              <Link
                href={hrefFrom(position)}
                prefetch={false}
                aria-current={isAsked ? "true" : undefined}
                className={classes(
                  "block h-full rounded-2 border px-10 py-8 no-underline hover:border-control phone:flex phone:flex-wrap phone:items-baseline phone:gap-x-10 phone:py-10",
                  isAsked ? "border-ink" : "border-line-strong",
                )}
              >
                <span className="block truncate text-12 text-ink-2 phone:max-w-full" title={position}>
                  {namePosition(kind, position, words)}
                </span>
                <span className="mt-2 flex items-start gap-8 font-medium phone:mt-0">
                  <Glyph name={glyphOf(route)} size={12} className="mt-4 flex-none" />
                  <span className="min-w-0 break-words">{describeFate(route, words)}</span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Placeholder data of the question before must not be taken for an answer. */
function isAnswerTo({ query }: TraceAnswer, params: TraceParams | null, from: string): boolean {
  const asked = query.from;
  const said =
    asked.kind === "outside"
      ? asked.address === undefined
        ? ""
        : `outside=${asked.address}`
      : asked.kind === "node"
        ? `node/${asked.name}`
        : `pod/${asked.namespace}/${asked.name}`;
  return said === from && query.address === params?.address && String(query.port) === params.port && query.protocol === params.protocol;
}

function podOf(route: WireRoute | undefined): string | null {
  const pod = route?.backends.find((backend) => backend.pod !== null)?.pod ?? null;
  return pod === null ? null : `${pod.namespace}/${pod.name}`;
}

function glyphOf(route: WireRoute) {
  const owners = new Set(route.backends.flatMap(({ owner }) => (owner === null ? [] : [`${owner.kind}/${owner.namespace}/${owner.name}`])));
  return glyphOfOutcome({ outcome: route.outcome, claim: route.claim?.kind ?? null, owners: owners.size });
}

function namePosition(kind: PositionKind, from: string, { trace }: Words): string {
  const client = from.slice(from.search(/[/=]/) + 1);
  if (kind === "outside") return from === "" ? trace.outside : `${trace.outside}, ${client}`;
  return `${kind === "node" ? trace.onANode : trace.inAPod}, ${client}`;
}

/** "2 backends, 1 cannot answer back", else the outcome's word with its reason. */
function describeFate(route: WireRoute, words: Words): string {
  const { say } = words;
  if (route.outcome !== "delivered")
    return say.list([wordOfGlyph(glyphOf(route), words), ...(route.reason === null ? [] : [say.reason(route.reason)])]);
  const lost = route.backends.filter(({ replyPathBroken }) => replyPathBroken).length;
  const [only] = route.backends;
  const reached =
    route.backends.length === 1 && only !== undefined ? (only.pod?.name ?? only.address) : words.trace.countBackends(route.backends.length);
  return lost === 0 ? reached : `${reached}, ${words.trace.countLost(lost)}`;
}
