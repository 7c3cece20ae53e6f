// The two questions about remedies: which kinds can be written for a finding now, and the remedies themselves. Rules name their writers (`remedies`).

import type { Finding } from "../model/finding";
import { remedyKinds, type RemedyKind } from "../model/remedy";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { rules } from "../rules/registry.gen";
import { guards, subjectOfGuards } from "./guard-bands";
import type { Remedy } from "./remedy";
import { describeSaying, type Saying } from "./words";

/** `unavailable`: kinds that belong to such a finding and cannot be written now, with the reason. */
export type Remedies = {
  readonly remedies: readonly Remedy[];
  readonly unavailable: readonly { readonly kind: RemedyKind; readonly reason: Saying }[];
};

/**
 * The remedies of a finding.
 *
 * Input:   a finding of this snapshot and context, null: what guards the promises of the policy file before anybody breaks them; `kind` null = every kind.
 * Returns: in the order of `remedyKinds`; empty where none exists. Their kinds are those that the finding's `remedies` names.
 * Errors:  never throws.
 */
export function writeRemedies(snapshot: Snapshot, context: Context, finding: Finding | null, kind: RemedyKind | null): Remedies {
  const writers = finding === null ? guards : (rules.find(({ id }) => id === finding.rule)?.remedies ?? []);
  const subject = finding ?? subjectOfGuards(context);
  const remedies: Remedy[] = [];
  const unavailable: { kind: RemedyKind; reason: Saying }[] = [];
  for (const each of remedyKinds) {
    if (kind !== null && each !== kind) continue;
    for (const writer of writers.filter((one) => one.kind === each)) {
      const planned = writer.plan(snapshot, context, subject);
      if (planned.ok) remedies.push(planned.value());
      else if (planned.error !== null) unavailable.push({ kind: each, reason: planned.error });
    }
  }
  return { remedies, unavailable };
}

/** A remedy as a file: what it gains and costs, the order of steps and the way back as comments over its YAML. */
export function describeRemedy({ title, lasting, gains, costs, steps, wayBack, yaml }: Remedy): string {
  const lines = [
    `${describeSaying(title)}${lasting ? "" : " (does not last)"}`,
    "",
    ...gains.map((each) => `+ ${describeSaying(each)}`),
    ...costs.map((each) => `- ${describeSaying(each)}`),
    "",
    ...steps.map((each, place) => `${String(place + 1)}. ${describeSaying(each)}`),
    `Way back: ${describeSaying(wayBack)}`,
  ];
  return `${lines.map((line) => `# ${line.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ")}`.trimEnd()).join("\n")}\n${yaml}`;
}
