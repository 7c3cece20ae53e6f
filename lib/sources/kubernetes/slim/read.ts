// Tolerant reading of parsed JSON or YAML: whatever the shape, the reader returns a value of the wanted type. Nothing here throws.
// Texts are made harmless as they are read: the API server lets none of what is taken out into a name, but a file may hold anything.

import { odd, type Odd } from "@/lib/core";
import { harmless } from "@/lib/wire/plain-text";

/** A JSON object whose fields are not known yet. */
export type Raw = { readonly [key: string]: unknown };

/** Collects what is surprising about the object being read. */
export type Warn = (what: Odd) => void;

const nothing: Raw = Object.freeze({});

export function asObject(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : nothing;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list; other elements are passed over. */
export function asObjects(value: unknown): readonly Raw[] {
  return asArray(value).filter((each): each is Raw => typeof each === "object" && each !== null && !Array.isArray(each));
}

export function asText(value: unknown): string {
  return typeof value === "string" ? harmless(value) : "";
}

export function asTextOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? harmless(value) : null;
}

export function asTexts(value: unknown): readonly string[] {
  return asArray(value)
    .filter((each) => typeof each === "string")
    .map(harmless);
}

/** A whole number; `fallback` for everything else. */
export function asInt(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isInteger(value) ? value : fallback;
}

export function asBool(value: unknown): boolean {
  return value === true;
}

export function asBoolOrNull(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

/** RFC 3339 as epoch ms; YAML readers may have made a Date of it. null for anything else. */
export function asTimeMs(value: unknown): number | null {
  const ms = value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** A map of texts; numbers and booleans of a careless YAML become text, the rest is passed over. `__proto__` is a key like any other. */
export function asLabels(value: unknown): Readonly<Record<string, string>> {
  const raw = asObject(value);
  const keys = Object.keys(raw);
  if (keys.length === 0) return noLabels;
  const entries: [string, string][] = [];
  for (const key of keys) {
    const text = raw[key];
    if (typeof text === "string") entries.push([intern(harmless(key)), intern(harmless(text))]);
    else if (typeof text === "number" || typeof text === "boolean") entries.push([intern(harmless(key)), String(text)]);
  }
  return Object.fromEntries(entries);
}

const noLabels: Readonly<Record<string, string>> = Object.freeze({});

/** A value as a warning shows it; JSON has no word for one that is missing. */
export function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** One of the words that the API knows; anything else is `fallback`, with a warning unless the field is absent. */
export function asOneOf<T extends string>(value: unknown, known: readonly T[], fallback: T, field: string, warn: Warn): T {
  if (value === undefined || value === null || value === "") return fallback;
  const found = known.find((word) => word === value);
  if (found === undefined) warn(odd("unknown-value-replaced", { field, value: JSON.stringify(value), taken: JSON.stringify(fallback) }));
  return found ?? fallback;
}

// Names of nodes, labels and owners repeat in every pod: one copy of each is kept. Bounded, so that unique texts cannot fill the memory.
const internedMax = 200_000;
const interned = new Map<string, string>();

/** The one kept copy of a text that is likely to repeat. */
export function intern(text: string): string {
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (interned.size >= internedMax) interned.clear();
  interned.set(text, text);
  return text;
}

// The pods of a workload differ in little: label set, containers and placement are the same text each time. Cleared like the texts above.
const sharedMax = 20_000;
const shared = new Map<string, unknown>();

/**
 * The one kept copy of a plain value that is likely to repeat. `scope`: values of different scopes stay apart, as what is remembered of a label set
 * is remembered for one namespace.
 */
export function share<T>(value: T, scope = ""): T {
  const key = `${scope}\0${JSON.stringify(value)}`;
  // The same text was the same value of the same caller.
  const known = shared.get(key) as T | undefined;
  if (known !== undefined) return known;
  if (shared.size >= sharedMax) shared.clear();
  shared.set(key, value);
  return value;
}
