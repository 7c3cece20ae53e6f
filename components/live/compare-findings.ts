import type { FindingsAnswer } from "@/lib/client/api";
import type { WireFinding } from "@/lib/wire/schemas";

export type FindingChangeKind =
  "raised" | "cleared" | "unjudged" | "acknowledged" | "unacknowledged" | "severity" | "subjects" | "ports" | "nodes";

/** `finding` as it is now, of one that is gone as it was last. `before` null: it was not there. */
export type FindingChange = {
  readonly kind: FindingChangeKind;
  readonly finding: WireFinding;
  readonly before: WireFinding | null;
  readonly atMs: number;
};

type Judged = Pick<FindingsAnswer, "findings" | "notEvaluated">;

/**
 * What changed between two answers about one cluster.
 *
 * Returns: one change for each finding at most, in the order of the answers. One that is gone while its rule can no longer be evaluated where its
 *          objects are is "unjudged": it may still hold.
 */
export function compareAnswers(before: Judged, after: Judged, atMs: number): FindingChange[] {
  const held = new Map(before.findings.map((finding) => [finding.fingerprint, finding]));
  const present = new Set(after.findings.map(({ fingerprint }) => fingerprint));
  return [
    ...after.findings.flatMap((finding): FindingChange[] => {
      const known = held.get(finding.fingerprint);
      if (known === undefined) return [{ kind: "raised", finding, before: null, atMs }];
      const kind = known === finding ? null : changeOf(known, finding);
      return kind === null ? [] : [{ kind, finding, before: known, atMs }];
    }),
    ...before.findings
      .filter(({ fingerprint }) => !present.has(fingerprint))
      .map((finding): FindingChange => ({ kind: canJudge(finding, after) ? "cleared" : "unjudged", finding, before: finding, atMs })),
  ];
}

function changeOf(before: WireFinding, after: WireFinding): FindingChangeKind | null {
  if (before.acknowledged === null && after.acknowledged !== null) return "acknowledged";
  if (before.acknowledged !== null && after.acknowledged === null) return "unacknowledged";
  if (before.severity !== after.severity) return "severity";
  if (!isSame(before.subjects, after.subjects)) return "subjects";
  if (!isSame(before.ports, after.ports)) return "ports";
  return isSame(before.nodes, after.nodes) ? null : "nodes";
}

function canJudge({ rule, subjects }: WireFinding, { notEvaluated }: Judged): boolean {
  return !notEvaluated.some(
    (gap) => gap.rule === rule && (gap.namespaces === "all" || subjects.some(({ namespace }) => gap.namespaces.includes(namespace))),
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
