// The same question from outside, from a node and from a pod: which answers there are, and whether they differ. Pure: positions.tsx shows them.

import type { WireRoute } from "@/lib/wire/schemas";

export type PositionKind = "outside" | "node" | "pod";

/** One client position with its answer; `from` as the command line spells it, "" = outside. */
export type Position = { readonly kind: PositionKind; readonly from: string; readonly route: WireRoute };

type Wanted = { readonly kind: PositionKind; readonly from: string };

/**
 * The three positions that are compared: what is asked now stands in its place, the others are the obvious ones.
 *
 * Input:   `from` as asked; `nodeName`: the node that answers; `podName`: a pod that answers, "namespace/name"; null where there is none.
 * Returns: in the order outside, node, pod; a position without a client is left out.
 */
export function listPositions(from: string, nodeName: string | null, podName: string | null): readonly Wanted[] {
  const node = from.startsWith("node/") ? from : nodeName === null ? null : `node/${nodeName}`;
  const pod = from.startsWith("pod/") ? from : podName === null ? null : `pod/${podName}`;
  const outside = from.startsWith("outside=") ? from : "";
  return [
    { kind: "outside", from: outside },
    ...(node === null ? [] : [{ kind: "node" as const, from: node }]),
    ...(pod === null ? [] : [{ kind: "pod" as const, from: pod }]),
  ];
}

/** Whether two of the answers send the client to other places, or do so for another reason. */
export function doDiffer(positions: readonly Position[]): boolean {
  return new Set(positions.map(({ route }) => fateOf(route))).size > 1;
}

/** Where a packet ends, without the way there and without what the backend sees. */
function fateOf({ outcome, reason, claim, backends, alternatives }: WireRoute): string {
  return JSON.stringify([
    outcome,
    reason,
    claim,
    backends.map(({ address, port, probability, replyPathBroken }) => [address, port, probability, replyPathBroken]),
    alternatives.map(fateOf),
  ]);
}
