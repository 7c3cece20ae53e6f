import type { Words } from "@/components/words/en";
import type { WireRecognition } from "@/lib/wire/schemas";

/** What a snapshot was recognised as, how much it holds and what it lacks, in the page's language. */
export function describeRecognition({ format, kubernetes, counts, missing, rulesNotEvaluated }: WireRecognition, words: Words): string {
  const { snapshots } = words;
  const held = [
    format,
    ...(kubernetes === null ? [] : [snapshots.kubernetes(kubernetes)]),
    snapshots.holds(counts.nodes, counts.pods, counts.services),
  ].join(snapshots.and);
  return missing.length === 0 ? held : `${held}${snapshots.then}${snapshots.missing(missing.join(", "), rulesNotEvaluated)}`;
}
