// Every answer that is not data: one table from kind to HTTP status and words (RFC 9457 problem details). Nothing else writes a status.

import type { Mistake, MistakeFact } from "@/lib/core";
import type { ProblemKind as AnyProblemKind, TroubleKind } from "@/lib/wire/problem-kinds";
import type { WireProblem } from "@/lib/wire/schemas";

export type ProblemKind = Exclude<AnyProblemKind, "no-answer">;

const table = {
  "bad-query": { status: 400, title: "The query cannot be understood" },
  "foreign-origin": { status: 403, title: "This page may not ask this server" },
  "not-found": { status: 404, title: "There is no such thing here" },
  "method-not-allowed": { status: 405, title: "This address does not take this method" },
  "not-synced": { status: 409, title: "The cluster is still being read" },
  "no-room": { status: 409, title: "There is no room for another snapshot" },
  "too-large": { status: 413, title: "The body is too large" },
  "foreign-host": { status: 421, title: "This server does not answer to that name" },
  "unreadable-snapshot": { status: 422, title: "The file is no snapshot that can be read" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Portolan failed to answer" },
  unreachable: { status: 502, title: "The cluster cannot be reached" },
} as const satisfies Record<ProblemKind, { readonly status: number; readonly title: string }>;

/** What went wrong with one question. `fact`, `trouble`: what `detail` is made of, for pages in other languages; `field` names the parameter; `retryAfterSeconds` and `allow` become headers. */
export type Problem = {
  readonly problem: ProblemKind;
  readonly detail: string;
  readonly field?: string | undefined;
  readonly fact?: MistakeFact;
  readonly trouble?: { readonly kind: TroubleKind; readonly where: string };
  readonly retryAfterSeconds?: number | undefined;
  readonly allow?: string | undefined;
};

/** `says`: a mistake, or the English alone of what no page of ours asks. */
export function problem(kind: ProblemKind, says: Mistake | string, field?: string): Problem {
  const detail = typeof says === "string" ? { detail: says } : { detail: says.message, fact: says.fact };
  return { problem: kind, ...detail, ...(field === undefined ? {} : { field }) };
}

export function isProblem(value: object): value is Problem {
  return "problem" in value && typeof value.problem === "string" && value.problem in table;
}

/** The body of a problem answer. */
export function encodeProblem(value: Problem): WireProblem {
  const { status, title } = table[value.problem];
  return {
    type: `urn:portolan:${value.problem}`,
    title,
    status,
    detail: value.detail,
    ...(value.field === undefined ? {} : { field: value.field }),
    ...(value.fact === undefined ? {} : { fact: { ...value.fact, values: { ...value.fact.values } } }),
    ...(value.trouble === undefined ? {} : { trouble: value.trouble }),
  };
}

export function problemResponse(value: Problem): Response {
  const body = encodeProblem(value);
  return new Response(JSON.stringify(body), { status: body.status, headers: problemHeaders(value) });
}

export function problemHeaders({ retryAfterSeconds, allow }: Problem): Readonly<Record<string, string>> {
  return {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    ...(allow === undefined ? {} : { allow }),
  };
}
