// Remedies: what a person may apply to make a finding go away, written out as YAML with what it gains and costs. Each rule names its writers; a writer knows
// the snapshot and the policy, never the rule or its words. Nothing is applied from here: Portolan reads.

import type { Result } from "../basics/result";
import type { FindingFacts } from "../model/finding";
import type { Protocol } from "../model/meta";
import type { RemedyKind } from "../model/remedy";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import type { Saying } from "./words";

/** One line of the table for users. `addresses` empty: every node's. `before` null: could not be reached alone. */
export type RemedyEndpoint = {
  readonly owner: string;
  readonly service: string | null;
  readonly protocol: Protocol;
  readonly addresses: readonly string[];
  readonly before: number | null;
  readonly after: number;
};

/**
 * One remedy.
 *
 * `variant` tells two of one kind apart, null for the usual one. `yaml`: documents to apply as they are. `changed`: its lines (from 1) that are not in the
 * cluster now. `lasting` false: first aid. `endpoints`: who connects where afterwards, empty where nobody needs to move.
 */
export type Remedy = {
  readonly kind: RemedyKind;
  readonly variant: string | null;
  readonly title: Saying;
  readonly lasting: boolean;
  readonly gains: readonly Saying[];
  readonly costs: readonly Saying[];
  readonly steps: readonly Saying[];
  readonly wayBack: Saying;
  readonly yaml: string;
  readonly changed: readonly number[];
  readonly endpoints: readonly RemedyEndpoint[];
};

export type RemedySubject = Pick<FindingFacts, "fingerprint" | "rule" | "subjects" | "ports" | "nodes">;

/**
 * Decides whether one remedy can be written for a finding, and writes it when asked to.
 *
 * `plan` runs for every finding, at every revision where the writer has no `reads`: it decides, and leaves texts to the function that it returns; else the reason why there is no such remedy,
 * null where it has nothing to do with the finding.
 */
export type RemedyWriter = {
  readonly kind: RemedyKind;
  readonly variant: string | null;
  /**
   * What a plan rests on beside the finding, the policy, the day, the version and the states of the kinds: while each of these is the same, what it decided
   * about the same finding holds. Absent: it is planned anew at every change.
   */
  reads?(snapshot: Snapshot, context: Context): readonly unknown[];
  plan(snapshot: Snapshot, context: Context, finding: RemedySubject): Result<() => Remedy, Saying | null>;
};
