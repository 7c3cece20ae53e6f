// From a text to YAML documents, each with its value and the places of its fields. Broken ones are named, and the rest is read all the same.

import { isAlias, isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit, type Document } from "yaml";
import type { TextPosition } from "@/lib/core";
import type { WireManifestError } from "@/lib/wire/check-schemas";
import { offsetOf } from "../yaml-offset";
import { withoutQuotes } from "../parser-words";

/** One document. `at`: where the field of a path stands (its nearest parent that is written down, for fields that are not). */
export type ManifestDocument = { readonly value: unknown; readonly at: (path: readonly PropertyKey[]) => TextPosition };

/** The largest manifest that is read: 5 MiB. */
export const manifestSizeMax = 5 << 20;

/**
 * Reads a YAML or JSON stream.
 *
 * Input:   a text and the name to show for it. Windows line ends, a byte order mark and the header and notes that Helm prints around a manifest are understood.
 * Returns: the documents that hold something, and every mistake with its place, in the order of the text.
 * Errors:  never throws.
 */
export function readDocuments(
  file: string,
  text: string,
): { readonly documents: readonly ManifestDocument[]; readonly errors: readonly WireManifestError[] } {
  const refuse = (message: string) => ({ documents: [], errors: [{ file, line: 1, column: 1, message }] });
  if (Buffer.byteLength(text) > manifestSizeMax) return refuse("is larger than 5 MiB");
  if (text.includes("\u0000")) return refuse("is not a text: it holds zero bytes");
  const lines = new LineCounter();
  let parsed: readonly Document.Parsed[];
  try {
    parsed = [...parseAllDocuments(blankHelmNotes(text), options(lines))];
  } catch (cause) {
    return refuse(cause instanceof RangeError ? tooDeep : withoutQuotes(cause));
  }
  const place = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents: ManifestDocument[] = [];
  const errors: WireManifestError[] = [];
  for (const document of parsed) {
    const wrong = [...findSyntaxErrors(document), ...findRepeatedKeys(document)];
    errors.push(...wrong.sort((a, b) => a.offset - b.offset).map(({ offset, message }) => ({ ...place(offset), message })));
    if (wrong.length > 0) continue;
    try {
      // Aliases of aliases could make a small text into a huge value.
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      if (value === null || value === undefined || isHelmHeader(value)) continue;
      // A path of which nothing is written leads to the document itself.
      documents.push({ value, at: (path) => place(offsetOf(document, path) || startOf(document)) });
    } catch (cause) {
      errors.push({ ...place(startOf(document)), message: cause instanceof RangeError ? tooDeep : withoutQuotes(cause) });
    }
  }
  return { documents, errors };
}

function startOf({ contents }: Document): number {
  return contents?.range?.[0] ?? 0;
}

/** The parser's own search for repeated keys compares each with each: a large map would take minutes. `<<` merges, as kubectl's reader does it. */
function options(lineCounter: LineCounter) {
  return { lineCounter, prettyErrors: false, logLevel: "silent", uniqueKeys: false, merge: true } as const;
}

type Mistake = { readonly offset: number; readonly message: string };

/** What the parser stumbles over, without the words that follow from its first stumble. */
function findSyntaxErrors({ errors }: Document.Parsed): readonly Mistake[] {
  const [first] = errors;
  if (first === undefined) return [];
  if (errors.some(({ message }) => message.startsWith("Maximum call stack"))) return [{ offset: first.pos[0], message: tooDeep }];
  const own = errors.filter((error) => error === first || !error.message.includes("in YAML stream"));
  const shown = own.slice(0, mistakesMax).map((error) => ({ offset: error.pos[0], message: withoutQuotes(error) }));
  const rest = own.length - shown.length;
  return rest === 0
    ? shown
    : [...shown, { offset: own[mistakesMax]?.pos[0] ?? 0, message: `and ${String(rest)} more mistakes in this document` }];
}

const tooDeep = "is nested too deeply";
/** Of one document; whoever has more of them mends the first ones first. */
const mistakesMax = 20;

function findRepeatedKeys(document: Document.Parsed): readonly Mistake[] {
  const repeated: { offset: number; message: string }[] = [];
  visit(document, (_, node) => {
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key) || isAlias(pair.key)) continue;
      const key = String(pair.key.value);
      if (seen.has(key) && key !== "<<")
        repeated.push({ offset: offsetIn(pair.key), message: `the key ${JSON.stringify(key)} stands twice in one map` });
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
