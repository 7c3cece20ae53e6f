import { isPlain } from "../evidence";
import type { PictureEdge, PictureLabel, PictureRow } from "./picture";

const labelsMax = 4;

/** A row of the picture; what is left out is absent. */
export function row(kind: string, name: string, part: Partial<PictureRow> = {}): PictureRow {
  return { kind, name, note: null, mark: null, labels: [], isMissing: false, ...part };
}

/** An arrow that carries everything unless told otherwise. */
export function edge(from: number, to: number, part: Partial<PictureEdge> = {}): PictureEdge {
  return { from, to, hue: null, weight: 1, end: "arrives", ...part };
}

/** A selector or a label as `key: value`. */
export function pair(key: string, value: string): string {
  return `${key}: ${value}`;
}

/** The pairs of a selector as labels, few enough to be read. */
export function selectorLabels(selector: unknown, state: PictureLabel["state"] = "plain"): PictureLabel[] {
  const pairs = Object.entries(isPlain(selector) ? selector : {}).flatMap(([key, value]) =>
    typeof value === "string" ? [pair(key, value)] : [],
  );
  const shown = pairs.slice(0, labelsMax).map((text) => ({ text, state }));
  return pairs.length > labelsMax ? [...shown.slice(0, -1), { text: `… +${String(pairs.length - labelsMax + 1)}`, state }] : shown;
}

/** The texts of a list; whatever else stands in it is passed over. */
export function readTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** The objects of a list. */
export function readObjects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isPlain) : [];
}

export function readText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

const namesMax = 3;

/** `a, b, c +4`: names as far as a row has room. */
export function fewNames(names: readonly string[]): string {
  const shown = names.slice(0, namesMax).join(", ");
  return names.length > namesMax ? `${shown} +${String(names.length - namesMax)}` : shown;
}
