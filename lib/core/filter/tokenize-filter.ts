/**
 * A term as it stands in the text: places count characters from 0, `end` is behind it. Texts are lower case and without their quotes.
 *
 * `key` null: a plain word. `keyStart` is behind the `!`, `valueStart` behind the `:`. `quoted`: a quote stands in it.
 */
export type FilterToken = {
  readonly start: number;
  readonly end: number;
  readonly negated: boolean;
  readonly key: string | null;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly values: readonly string[];
  readonly quoted: boolean;
  readonly unterminated: boolean;
};

/** Splits a filter into terms; knows spaces, `!`, `key:`, commas and quotes, not what keys there are. Never fails: what is wrong is marked or left for the parser. */
export function tokenizeFilter(text: string): readonly FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text, at)) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function readToken(text: string, start: number): FilterToken {
  const negated = text[start] === "!";
  const keyStart = negated ? start + 1 : start;
  // Only letters make a key: 10.190.1.2:30001 or app.kubernetes.io/name:x are plain words.
  const key = /^([A-Za-z]+):/.exec(text.slice(keyStart))?.[1] ?? null;
  const valueStart = key === null ? keyStart : keyStart + key.length + 1;
  const values = [""];
  let quoted = false;
  let inQuote = false;
  let at = valueStart;
  for (; at < text.length && (inQuote || !isSpace(text, at)); at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      inQuote = !inQuote;
      quoted = true;
    } else if (character === "," && !inQuote) values.push("");
    else values[values.length - 1] = (values.at(-1) ?? "") + character.toLowerCase();
  }
  return { start, end: at, negated, key: key?.toLowerCase() ?? null, keyStart, valueStart, values, quoted, unterminated: inQuote };
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}
