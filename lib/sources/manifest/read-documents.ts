// From a text to YAML documents, each with its value and the places of its fields. Broken ones are named, and the rest is read all the same.

import { isAlias, isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit, type Document, type Tags, type YAMLMap } from "yaml";
import { mistake, type Mistake as Says, type TextPosition } from "@/lib/core";
import type { WireMistake } from "@/lib/wire/schemas";
import { offsetOf } from "../yaml-offset";
import { explainParser } from "../parser-words";

/** One document. `at`: where the field of a path stands (its nearest parent that is written down, for fields that are not). */
export type ManifestDocument = { readonly value: unknown; readonly at: (path: readonly PropertyKey[]) => TextPosition };

/** The largest manifest that is read: 5 MiB. */
export const manifestSizeMax = 5 << 20;

/** Each document costs kilobytes while it is read, however small it is. */
const documentsMax = 20_000;

/**
 * Reads a YAML or JSON stream.
 *
 * Input:   a text and the name to show for it; `damaged`: it held bytes that are no UTF-8. Windows line ends, a byte order mark, JSON objects one after another, and
 *          the header and notes that Helm prints around a manifest are understood.
 * Returns: the documents that hold something, and every mistake with its place, in the order of the text.
 * Errors:  never throws.
 */
export function readDocuments(
  file: string,
  given: string,
  damaged = false,
): { readonly documents: readonly ManifestDocument[]; readonly errors: readonly WireMistake[] } {
  const refuse = (says: Says) => ({ documents: [], errors: [{ file, line: 1, column: 1, ...says }] });
  // Each byte that is no text stands here as three.
  if ((damaged ? given.length : Buffer.byteLength(given)) > manifestSizeMax) return refuse(mistake("too-large"));
  // Lines that end as on the first Macs: YAML allows it.
  const { text, spoiled, isAll } = blankBinary(given.includes("\n") ? given : given.replaceAll("\r", "\n"), damaged);
  if (isAll && given.includes("\u0000")) return refuse(mistake("zero-bytes"));
  const lines = new LineCounter();
  lines.lineStarts.push(0);
  for (const { index } of text.matchAll(/\n/g)) lines.lineStarts.push(index + 1);
  const place = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents: ManifestDocument[] = [];
  const errors: WireMistake[] = spoiled.map(({ offset, says }) => ({ ...place(offset), ...says }));
  const parts = cutJsonObjects(text) ?? [{ offset: 0, part: blankHelmNotes(text) }];
  if (Math.max(parts.length, countMarkers(text)) > documentsMax)
    return refuse(mistake("too-many-documents", { limit: documentsMax.toLocaleString("en") }));
  for (const { offset: base, part } of parts) {
    const refuseAt = ({ offset, says }: Mistake): number => errors.push({ ...place(base + offset), ...says });
    let parsed: readonly Document.Parsed[];
    try {
      parsed = [...parseAllDocuments(part, options)];
    } catch (cause) {
      refuseAt({ offset: 0, says: explainParser(cause) });
      continue;
    }
    for (const document of parsed) {
      const wrong = findMistakes(document, part);
      for (const mistake of wrong.sort((a, b) => a.offset - b.offset)) refuseAt(mistake);
      if (wrong.length > 0) continue;
      try {
        // Aliases of aliases could make a small text into a huge value.
        const value: unknown = document.toJS({ maxAliasCount: 100 });
        if (value === null || value === undefined || isHelmHeader(value)) continue;
        // A path of which nothing is written leads to the document itself.
        documents.push({ value, at: (path) => place(base + (offsetOf(document, path) || startOf(document))) });
      } catch (cause) {
        refuseAt({ offset: startOf(document), says: explainParser(cause) });
      }
    }
  }
  return { documents, errors: errors.sort((a, b) => a.line - b.line || a.column - b.column) };
}

type Blanked = { readonly text: string; readonly spoiled: readonly Mistake[]; readonly isAll: boolean };

/**
 * Empties documents that hold bytes which are no text, so that places stay right and what stands beside them is read.
 *
 * Returns: `spoiled`: the first such byte of each; `isAll`: nothing else is left.
 */
function blankBinary(text: string, damaged: boolean): Blanked {
  const bad = damaged ? /[\u0000\uFFFD]/ : /\u0000/;
  if (!bad.test(text)) return { text, spoiled: [], isAll: false };
  const spoiled: Mistake[] = [];
  let offset = 0;
  const pieces = text.split(/^(?=---)/m).map((piece) => {
    const first = piece.search(bad);
    if (first >= 0) spoiled.push({ offset: offset + first, says: mistake(piece[first] === "\u0000" ? "zero-bytes" : "not-utf8") });
    offset += piece.length;
    const marker = piece.startsWith("---") ? "---" : "";
    return first < 0 ? piece : marker + piece.slice(marker.length).replaceAll(/[^\r\n]/g, " ");
  });
  return { text: pieces.join(""), spoiled, isAll: pieces.every((piece) => /^(?:---)?\s*$/.test(piece)) };
}

/** Lines that begin or end a document of YAML. */
function countMarkers(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/^(?:---|\.\.\.)/gm)) count += 1;
  return count;
}

function startOf({ contents }: Document): number {
  return contents?.range?.[0] ?? 0;
}

/** Of YAML 1.1 all but numbers to the base of sixty and times, which stay texts; and `0o17`. */
const kubectlTags = (tags: Tags): Tags => [
  ...tags.filter((tag) => typeof tag === "string" || !(("format" in tag && tag.format === "TIME") || tag.tag.endsWith(":timestamp"))),
  "intOct",
];

/**
 * As kubectl and Helm read it (sigs.k8s.io/yaml): words such as `yes` and `off` are true and false, `0x1F`, `017` and `30_080` are numbers, `<<` merges. The parser's
 * own search for repeated keys compares each with each: a large map would take minutes.
 */
const options = {
  prettyErrors: false,
  logLevel: "silent",
  uniqueKeys: false,
  merge: true,
  schema: "yaml-1.1",
  customTags: kubectlTags,
} as const;

type Mistake = { readonly offset: number; readonly says: Says };

/** Why a document cannot be read. Whoever gives a chart's templates in place of what they make is told that alone, once. */
function findMistakes(document: Document.Parsed, text: string): Mistake[] {
  const wrong = findSyntaxErrors(document);
  const from = document.range[0];
  const source = text.slice(from, document.range[2]);
  const template = source.search(/\{\{[^}\n]*\}\}/);
  if (template >= 0 && (wrong.length > 0 ? wrong.some(({ offset }) => isOnTemplateLine(text, offset)) : holdsTemplate(document)))
    return [{ offset: from + template, says: mistake("template", { braces: "{{ }}" }) }];
  return [...wrong, ...findRepeatedKeys(document), ...findBadAliases(document)];
}

function isOnTemplateLine(text: string, offset: number): boolean {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", Math.max(0, offset - 1)) + 1, end < 0 ? undefined : end).includes("{{");
}

/** `{{ x }}` without quotes is YAML too: a map whose key is a map. */
function holdsTemplate(document: Document.Parsed): boolean {
  let found = false;
  visit(document, { Map: (_, { items }: YAMLMap) => (items.some(({ key }) => isMap(key)) ? ((found = true), visit.BREAK) : undefined) });
  return found;
}

/** An alias of nothing, and one inside of what it stands for. */
function findBadAliases(document: Document.Parsed): readonly Mistake[] {
  const bad: Mistake[] = [];
  visit(document, {
    Alias(_, node, path) {
      const target = node.resolve(document);
      if (target === undefined) bad.push({ offset: offsetIn(node), says: mistake("alias-of-nothing") });
      else if (path.includes(target)) bad.push({ offset: offsetIn(node), says: mistake("alias-of-itself") });
    },
  });
  return bad;
}

/** JSON objects one after another, as jq and programs print them; null where the text is anything else, or only one of them. */
function cutJsonObjects(text: string): readonly { readonly offset: number; readonly part: string }[] | null {
  if (!/^\s*\{/.test(text)) return null;
  const parts: { offset: number; part: string }[] = [];
  let depth = 0;
  let from = -1;
  /** Where a part ends that is no JSON. */
  let behind = 0;
  let beginsWithJson: boolean | undefined;
  for (const { index, 0: token } of text.matchAll(/"(?:[^"\\]|\\[^])*"|[^\s]/g)) {
    if (from < 0 && index < behind) continue;
    if (from < 0 && token !== "{" && (token !== "[" || parts.length === 0)) {
      // What parts or comments documents of YAML, of which the first one is in braces.
      if (/^(?:---|\.\.\.|[#%])/.test(text.slice(index, index + 3))) return null;
      beginsWithJson ??= isJson(parts[0]?.part ?? "");
      if (!beginsWithJson) return null;
      const next = /\n\s*[{[]/.exec(text.slice(index))?.index ?? text.length;
      behind = index + next;
      parts.push({ offset: index, part: text.slice(index, behind) });
      continue;
    }
    if (from < 0) from = index;
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth > 0) continue;
    parts.push({ offset: from, part: text.slice(from, index + 1) });
    from = -1;
  }
  if (from >= 0) parts.push({ offset: from, part: text.slice(from) });
  return parts.length > 1 ? parts : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the parser stumbles over, without the words that follow from its first stumble. */
function findSyntaxErrors({ errors }: Document.Parsed): readonly Mistake[] {
  const [first] = errors;
  if (first === undefined) return [];
  if (errors.some(({ message }) => message.startsWith("Maximum call stack"))) return [{ offset: first.pos[0], says: mistake("too-deep") }];
  const told = errors.filter((error) => error === first || !error.message.includes("in YAML stream"));
  // What breaks off in the middle is open in many ways, all at its end: the first one at each place.
  const own = [...new Map(told.toReversed().map((error) => [error.pos[0], error])).values()].toReversed();
  const shown = own.slice(0, mistakesMax).map((error) => ({ offset: error.pos[0], says: explainParser(error) }));
  const rest = own.length - shown.length;
  return rest === 0
    ? shown
    : [...shown, { offset: own[mistakesMax]?.pos[0] ?? 0, says: mistake("more-mistakes", { count: String(rest) }) }];
}

/** Of one document; whoever has more of them mends the first ones first. */
const mistakesMax = 20;

function findRepeatedKeys(document: Document.Parsed): readonly Mistake[] {
  const repeated: Mistake[] = [];
  visit(document, (_, node) => {
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key) || isAlias(pair.key)) continue;
      const key = String(pair.key.value);
      if (seen.has(key) && key !== "<<")
        repeated.push({ offset: offsetIn(pair.key), says: mistake("key-twice", { key: JSON.stringify(key) }) });
      seen.add(key);
    }
  });
  return repeated;
}

function offsetIn({ range }: { range?: readonly [number, number, number] | null | undefined }): number {
  return range?.[0] ?? 0;
}

/** `helm install --dry-run` and `helm status` print notes for people behind the last manifest: their lines are emptied, so that places stay right. */
function blankHelmNotes(text: string): string {
  return text.replaceAll(/^NOTES:[ \t]*\r?\n(?:(?!---[ \t]*\r?$)[^\n]*(?:\n|$))*/gm, (notes) => notes.replaceAll(/[^\r\n]/g, " "));
}

/** What `helm install --dry-run` and `helm upgrade --dry-run` print before the first manifest. */
function isHelmHeader(value: unknown): boolean {
  return typeof value === "object" && value !== null && "NAME" in value && "STATUS" in value && !("kind" in value);
}
