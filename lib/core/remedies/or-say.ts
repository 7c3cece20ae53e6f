// Findings that no YAML cures: a person is told why.

import { fail } from "../basics/result";
import type { RemedyKind } from "../model/remedy";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import type { RemedyWriter } from "./remedy";
import type { Saying } from "./words";

/** These writers, and one that gives the reason where none of them has anything to say. `kind`: what one would look for first. */
export function orSay(kind: RemedyKind, reason: Saying, ...writers: readonly RemedyWriter[]): readonly RemedyWriter[] {
  const explain: RemedyWriter = {
    kind,
    variant: null,
    ...(writers.every((writer) => writer.reads !== undefined) && {
      reads: (snapshot: Snapshot, context: Context) => writers.flatMap((writer) => writer.reads?.(snapshot, context) ?? []),
    }),
    plan(snapshot, context, finding) {
      const isSilent = writers.every((writer) => {
        const planned = writer.plan(snapshot, context, finding);
        return !planned.ok && planned.error === null;
      });
      return fail(isSilent ? reason : null);
    },
  };
  return [...writers, explain];
}
