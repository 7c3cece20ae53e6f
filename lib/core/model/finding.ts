import type { ObjectRef, Protocol } from "./meta";
import type { Group } from "./owner";
import type { RemedyKind } from "./remedy";
import type { ResourceKind, Warning } from "./resource-kind";

export type Severity = "critical" | "warning" | "info";
export const severities = ["critical", "warning", "info"] as const satisfies readonly Severity[];

export type PortOfFinding = { readonly port: number; readonly protocol: Protocol };

/**
 * A fact worth a person's attention: facts only; `words` of its rule say it. The registry narrows `evidence` by `rule`.
 *
 * `variant`: the rule's case where it has several for one subject, else empty. `nodes` empty = every node. `sinceMs`: when the last needed fact became true by the objects' own times, else null.
 */
export type FindingFacts = {
  readonly fingerprint: string;
  readonly rule: string;
  readonly variant: string;
  readonly severity: Severity;
  readonly subjects: readonly ObjectRef[];
  readonly groups: readonly Group[];
  readonly ports: readonly PortOfFinding[];
  readonly nodes: readonly string[];
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly acknowledged: { readonly reason: string; readonly by: string; readonly until: string } | null;
  readonly sinceMs: number | null;
};

/** A finding as people read it (English): contract.md `Finding` without the cluster. `remedies`: the kinds that can be written for it now. */
export type Finding = FindingFacts & {
  readonly title: string;
  readonly summary: string;
  readonly symptoms: readonly string[];
  readonly remedies: readonly RemedyKind[];
};

/** `missing`: kinds that could not be read; `settings`: keys of the policy file that would tell what no object does. */
export type NotEvaluated = {
  readonly rule: string;
  readonly missing: readonly ResourceKind[];
  readonly settings?: readonly string[];
  readonly namespaces: "all" | readonly string[];
};

export type Evaluation = {
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly warnings: readonly Warning[];
};
