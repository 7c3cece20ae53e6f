import type { Words } from "@/components/words/en";
import type { WireRecognition } from "@/lib/wire/schemas";

/** What a snapshot was recognised as, how much it holds and what it lacks, in the page's language. */
export function describeRecognition(
  { format, kubernetes, counts, missing, partly, rulesNotEvaluated }: WireRecognition,
  words: Words,
): string {
  const { snapshots, say } = words;
  const held = [
    format,
    ...(kubernetes === null ? [] : [snapshots.kubernetes(kubernetes)]),
    snapshots.holds(counts.nodes, counts.pods, counts.services),
  ].join(snapshots.and);
  const lacks = [
    ...(missing.length === 0 ? [] : [snapshots.missing(say.names(missing))]),
    ...(partly.length === 0 ? [] : [snapshots.partly(say.names(partly))]),
  ].join(snapshots.and);
  return lacks === ""
    ? held
    : `${held}${snapshots.then}${lacks}${rulesNotEvaluated === 0 ? "" : snapshots.notEvaluated(rulesNotEvaluated)}`;
}
