// The filter grammar of contract.md: one text narrows allocations and findings alike in the browser, over HTTP and on the command line.
// Knows the grammar and the shapes it asks; not where rows come from nor how they are shown.

import { fail, ok, type Result } from "../basics/result";
import { claimKinds } from "../model/claim";
import { severities } from "../model/finding";
import type { PortRange } from "../policy/policy";
import { nearestWord } from "./nearest-word";
import { tokenizeFilter, type FilterToken } from "./tokenize-filter";

export const filterKeys = [
  "port",
  "proto",
  "kind",
  "policy",
  "ns",
  "holder",
  "owner",
  "group",
  "node",
  "addr",
  "band",
  "cluster",
  "label",
  "finding",
  "severity",
] as const;
export type FilterKey = (typeof filterKeys)[number];

/** One condition; any of its alternatives is enough. Texts are lower case, since case does not matter. */
export type FilterTerm = { readonly negated: boolean } & (
  | { readonly key: "port"; readonly ranges: readonly PortRange[] }
  | { readonly key: Exclude<FilterKey, "port" | "label">; readonly values: readonly string[] }
  | { readonly key: "label"; readonly pairs: readonly { readonly key: string; readonly value: string | null }[] }
  | { readonly key: "acked" | "unknown" }
  | { readonly key: "word"; readonly values: readonly string[] }
);

/** Conditions that must all hold. */
export type Filter = { readonly terms: readonly FilterTerm[] };

/** Holds for every row. */
export const emptyFilter: Filter = { terms: [] };

/** `position` counts characters from 0, `length` marks the faulty part; `nearest`: the key or value that was probably meant. The message says it all, its position from 1. */
export type FilterError = { readonly message: string; readonly position: number; readonly length: number; readonly nearest: string | null };

/**
 * Reads a filter.
 *
 * Returns: the filter, or the first error: an unknown key, a value that the key does not take, a range that is none, a quote that does not end.
 */
export function parseFilter(text: string): Result<Filter, FilterError> {
  const terms: FilterTerm[] = [];
  for (const token of tokenizeFilter(text)) {
    const term = token.unterminated ? fail(errorAt(token.start, token.end, "the quote does not end", null)) : parseTerm(token);
    if (!term.ok) return term;
    terms.push(term.value);
  }
  return ok({ terms });
}

const closedValues: Readonly<Partial<Record<FilterKey, readonly string[]>>> = {
  proto: ["TCP", "UDP", "SCTP", "any"],
  kind: claimKinds,
  policy: ["Cluster", "Local"],
  severity: severities,
};

function parseTerm(token: FilterToken): Result<FilterTerm, FilterError> {
  const { key, negated, values } = token;
  if (key === null) {
    const [word] = values;
    const isPlain = values.length === 1 && !token.quoted;
    if (isPlain && (word === "acked" || word === "unknown")) return ok({ negated, key: word });
    if (values.every((value) => value === "")) return fail(errorAt(token.start, token.end, "a word is missing", null));
    return ok({ negated, key: "word", values: values.filter((value) => value !== "") });
  }
  if (!isFilterKey(key)) {
    const nearest = nearestWord(key, filterKeys);
    const hint = nearest === null ? `keys are ${filterKeys.join(", ")}` : `did you mean ${nearest}:?`;
    return fail(errorAt(token.keyStart, token.valueStart, `unknown key ${JSON.stringify(key)}; ${hint}`, nearest));
  }
  if (values.some((value) => value === "")) return fail(errorAt(token.start, token.end, `${key}: wants a value`, null));
  return parseValues(token, key);
}

function parseValues(token: FilterToken, key: FilterKey): Result<FilterTerm, FilterError> {
  const { negated, values } = token;
  if (key === "port") {
    const ranges: PortRange[] = [];
    for (const value of values) {
      const range = parseRange(value);
      if (range === undefined)
        return fail(errorAt(token.valueStart, token.end, `${JSON.stringify(value)} is no port or range such as 30000-30100`, null));
      ranges.push(range);
    }
    return ok({ negated, key, ranges });
  }
  if (key === "label") {
    return ok({ negated, key, pairs: values.map(splitPair) });
  }
  const closed = closedValues[key];
  const bad = closed === undefined ? undefined : values.find((value) => !closed.some((each) => each.toLowerCase() === value));
  if (closed !== undefined && bad !== undefined) {
    const nearest = nearestWord(bad, closed);
    const hint = nearest === null ? `it wants ${closed.join(", ")}` : `did you mean ${nearest}?`;
    return fail(errorAt(token.valueStart, token.end, `${key}: does not know ${JSON.stringify(bad)}; ${hint}`, nearest));
  }
  return ok({ negated, key, values });
}

function parseRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && last <= 65_535 && first <= last ? { first, last } : undefined;
}

function splitPair(text: string): { readonly key: string; readonly value: string | null } {
  const equals = text.indexOf("=");
  return equals < 0 ? { key: text, value: null } : { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

function isFilterKey(key: string): key is FilterKey {
  return (filterKeys as readonly string[]).includes(key);
}

function errorAt(start: number, end: number, message: string, nearest: string | null): FilterError {
  return { message: `filter, position ${String(start + 1)}: ${message}`, position: start, length: end - start, nearest };
}
