// The filter grammar of contract.md: one text narrows allocations and findings alike in the browser, over HTTP and on the command line.
// Knows the grammar and the shapes it asks; not where rows come from nor how they are shown.

import { fail, ok, type Result } from "../basics/result";
import { claimKinds } from "../model/claim";
import { severities } from "../model/finding";
import { mistake, type Mistake } from "../model/mistake-words";
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
export type FilterError = Mistake & { readonly position: number; readonly length: number; readonly nearest: string | null };

/**
 * Reads a filter.
 *
 * Returns: the filter, or the first error: an unknown key, a value that the key does not take, a range that is none, a quote that does not end.
 */
export function parseFilter(text: string): Result<Filter, FilterError> {
  const terms: FilterTerm[] = [];
  for (const token of tokenizeFilter(text)) {
    const term = token.unterminated ? fail(errorIn(token.start, token.end, (at) => mistake("filter-quote", { at }))) : parseTerm(token);
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
    if (values.every((value) => value === "")) return fail(errorIn(token.start, token.end, (at) => mistake("filter-word", { at })));
    return ok({ negated, key: "word", values: values.filter((value) => value !== "") });
  }
  if (!isFilterKey(key)) {
    const nearest = nearestWord(key, filterKeys);
    const unknown = JSON.stringify(key);
    return fail(
      errorIn(
        token.keyStart,
        token.valueStart,
        (at) =>
          nearest === null
            ? mistake("filter-key", { at, key: unknown, words: filterKeys.join(", ") })
            : mistake("filter-key-near", { at, key: unknown, near: nearest }),
        nearest,
      ),
    );
  }
  if (values.some((value) => value === "")) return fail(errorIn(token.start, token.end, (at) => mistake("filter-no-value", { at, key })));
  return parseValues(token, key);
}

function parseValues(token: FilterToken, key: FilterKey): Result<FilterTerm, FilterError> {
  const { negated, values } = token;
  if (key === "port") {
    const ranges: PortRange[] = [];
    for (const value of values) {
      const range = parseRange(value);
      if (range === undefined)
        return fail(errorIn(token.valueStart, token.end, (at) => mistake("filter-range", { at, given: JSON.stringify(value) })));
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
    const given = JSON.stringify(bad);
    return fail(
      errorIn(
        token.valueStart,
        token.end,
        (at) =>
          nearest === null
            ? mistake("filter-value", { at, key, given, words: closed.join(", ") })
            : mistake("filter-value-near", { at, key, given, near: nearest }),
        nearest,
      ),
    );
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

function errorIn(start: number, end: number, says: (at: string) => Mistake, nearest: string | null = null): FilterError {
  return { ...says(String(start + 1)), position: start, length: end - start, nearest };
}
