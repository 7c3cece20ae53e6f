// What a finding rule is. One rule = one file named by its id, one table test, one generated row in docs/rules.md. A rule is a pure function of
// the snapshot and the context: it reads no clock, and finds facts; its words say them. Nothing outside this folder switches on a rule's id.

import type { FindingFacts, PortOfFinding, Severity } from "../model/finding";
import type { ObjectRef } from "../model/meta";
import type { Group } from "../model/owner";
import type { ResourceKind } from "../model/resource-kind";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import type { RemedyWriter } from "../remedies/remedy";

export type Evidence = Readonly<Record<string, unknown>>;

/**
 * One thing found.
 *
 * `variant`: the rule's case where it has several for one subject (it is part of the fingerprint). `severity` absent: the rule's own.
 * `subjects`: what a person would edit or ask about, Services first. `edited`: those of them that make the fingerprint; absent: the Services, else the first.
 * `nodes` empty = every node. `sinceMs`: when the last needed fact became true, null when no object tells.
 */
export type Found<E extends Evidence> = {
  readonly evidence: E;
  readonly variant?: string;
  readonly severity?: Severity;
  readonly subjects: readonly ObjectRef[];
  readonly edited?: readonly ObjectRef[];
  readonly groups?: readonly Group[];
  readonly ports: readonly PortOfFinding[];
  readonly nodes?: readonly string[];
  readonly sinceMs?: number | null;
};

/** `title`, `why`, `fix` explain the rule (docs, `explain`); `describe` says one finding. */
export type RuleWords<E extends Evidence> = {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  describe(
    evidence: E,
    facts: Pick<FindingFacts, "ports" | "nodes" | "severity">,
  ): { readonly title: string; readonly summary: string; readonly symptoms: readonly string[] };
};

/**
 * A rule that asks about each Service by itself gives `perService`, and `check` gets what it answered: a change then costs only what it concerns.
 * Such an answer may rest on the Service, its slices, the pods that it selects and those behind its endpoints, and on what `reads` names; not on the clock.
 */
export type Rule<E extends Evidence = Evidence, P = unknown> = {
  readonly id: string;
  readonly severity: Severity;
  /** `check`: it asks what a manifest would do to a cluster, and runs only where there is one (`context.check`). */
  readonly scope?: "check";
  /** The field of a manifest that a finding of this rule points at; absent: the port. */
  readonly about?: "selector" | "labels" | "target";
  /** Kinds without which the rule cannot tell: "not evaluated" then, never "clean". */
  readonly needs: readonly ResourceKind[];
  /** Keys of the policy file without which the rule cannot tell here, although its kinds were read; `check` still says what it can. */
  lacks?(snapshot: Snapshot, context: Context): readonly string[];
  /**
   * What the answer rests on beside the policy and the states of the kinds: while each of these is the same, the last answer holds.
   * Of a rule with `perService` what its answers rest on further, and `check` is asked at every change. Absent: all is asked anew at every change.
   */
  reads?(snapshot: Snapshot, context: Context): readonly unknown[];
  /** Null: nothing that `check` needs to know of. */
  perService?(snapshot: Snapshot, context: Context, service: ServiceRecord): P | null;
  /** `parts`: what `perService` answered, by Service. */
  check(snapshot: Snapshot, context: Context, parts: readonly P[]): Iterable<Found<E>>;
  /** Who can write YAML that makes such a finding go away; the runner asks each whether it can now. */
  readonly remedies?: readonly RemedyWriter[];
  readonly words: { readonly en: RuleWords<E> };
};

/** What a rule finds. */
export type EvidenceOf<R> = R extends { readonly words: { readonly en: RuleWords<infer E> } } ? E : never;

/** Keeps a rule's types while it is written. */
export function defineRule<E extends Evidence, P = never>(rule: Rule<E, P>): Rule<E, P> {
  return rule;
}
