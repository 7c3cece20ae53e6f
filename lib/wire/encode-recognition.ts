import { isKnownIn, requiredKinds, resourceKinds, type Evaluation, type ResourceKind, type Snapshot } from "@/lib/core";
import { countNotEvaluated } from "./not-evaluated";
import type { WireRecognition } from "./schemas";

/** What a snapshot turned out to be: its format, how much it holds, and what could not be judged for want of a kind. */
export function encodeRecognition(format: string, snapshot: Snapshot, evaluation: Evaluation): WireRecognition {
  const missing = new Set(evaluation.notEvaluated.flatMap((each) => each.missing));
  return {
    format,
    kubernetes: minorOf(snapshot),
    counts: { nodes: snapshot.nodes.size, pods: snapshot.pods.size, services: snapshot.services.size },
    missing: resourceKinds.filter(
      (kind) => isMissing(snapshot, kind) && snapshot[kind].size === 0 && (missing.has(kind) || isRequired(kind)),
    ),
    partly: resourceKinds.filter((kind) => snapshot[kind].size > 0 && !isKnownIn(snapshot.kinds[kind], null)),
    rulesNotEvaluated: countNotEvaluated(evaluation.notEvaluated),
  };
}

function isMissing(snapshot: Snapshot, kind: ResourceKind): boolean {
  const { state } = snapshot.kinds[kind];
  return state === "notCollected" || state === "forbidden";
}

function isRequired(kind: ResourceKind): boolean {
  return requiredKinds.some((each) => each === kind);
}

/** "1.33": the API server's, else the newest kubelet's (a kubelet is never newer than its API server). */
function minorOf(snapshot: Snapshot): string | null {
  const versions =
    snapshot.version === null ? [...snapshot.nodes.values()].map(({ kubeletVersion }) => kubeletVersion) : [snapshot.version];
  const minors = versions.flatMap((version) => /^v?(\d+\.\d+)/.exec(version)?.[1] ?? []);
  return minors.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1) ?? null;
}
