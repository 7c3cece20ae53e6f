// Cuts a stream of YAML text into documents, and a long document into the items of its list, so that neither ever stands in memory as a whole.
// Only the first characters of lines are looked at: in YAML a line that begins with "---" or "..." ends a document even within a text, and the lines of an
// item are indented deeper than its dash.

import { createByteStore } from "./byte-store";
import type { CutSink, Cutter } from "./cut-json";

export type YamlSink = {
  /** An item of a list: a sequence of one. */
  element(text: string): void;
  /**
   * A document; of one that was cut, what stands around its items, of which there were `elements`. `line`: where it begins.
   * `ended`: the text ended in it without a line break. Returns: false when it is no YAML.
   */
  value(text: string, elements: number, line: number, ended: boolean): boolean;
} & Pick<CutSink, "broken">;

const newline = 0x0a;
const dash = 0x2d;
const dot = 0x2e;
const percent = 0x25;
const space = 0x20;
const hash = 0x23;
const carriageReturn = 0x0d;
// Up to here a document is parsed as one; anchors then reach all over it.
const wholeBytesMax = 1 << 20;

/**
 * Documents up to a mebibyte are handed out whole; when `value` returns false (no YAML), and for longer ones, the items under a top-level `items:` come one by one.
 *
 * `tooLong` is called when one part grows beyond `partBytesMax`, and throws.
 */
export function createYamlCutter(sink: YamlSink, partBytesMax: number, tooLong: () => never): Cutter {
  const store = createByteStore();
  /** Start of the document's pending part, and of the line that is looked at next. */
  let from = 0;
  let at = 0;
  let line = 1;
  let documentLine = 1;
  let isCutting = false;
  let parts: string[] = [];
  let elements = 0;
  /** Columns before the dash of an item; -1 until the first one, -2 outside of the list. */
  let indent = -2;
  let elementFrom = -1;
  /** Whether nothing but comments and directives came since the last document, and whether a directive did: they belong to the document behind the next "---". */
  let isBefore = true;
  let holdsDirective = false;

  const startOfLine = (bytes: Buffer, to: number): "separator" | "directive" | "comment" | "other" => {
    const first = bytes[at];
    if (first === percent) return "directive";
    if (first === hash || first === newline || first === carriageReturn) return "comment";
    const isSeparator = (first === dash || first === dot) && bytes[at + 1] === first && bytes[at + 2] === first && at + 3 <= to;
    const after = bytes[at + 3];
    return isSeparator && (at + 3 >= to || after === newline || after === carriageReturn || after === space) ? "separator" : "other";
  };

  const endElement = (bytes: Buffer): void => {
    if (elementFrom < 0) return;
    elements += 1;
    sink.element(bytes.toString("utf8", elementFrom, at));
    elementFrom = -1;
    from = at;
  };

  /** Looks at the line from `at` to `to` while a list is being cut. */
  const cutLine = (bytes: Buffer, to: number): void => {
    if (indent === -2) {
      if (to - at <= 8 && bytes.toString("latin1", at, to).trimEnd() === "items:") {
        indent = -1;
        parts.push(bytes.toString("utf8", from, to));
        from = to;
      }
      return;
    }
    let column = 0;
    while (at + column < to && bytes[at + column] === space) column += 1;
    const first = bytes[at + column];
    const isBlank = first === undefined || at + column >= to || first === newline || first === carriageReturn || first === hash;
    const isItem =
      first === dash &&
      (bytes[at + column + 1] === space || bytes[at + column + 1] === newline || bytes[at + column + 1] === carriageReturn);
    if (isBlank) return;
    if (isItem && (indent === -1 || column === indent)) {
      endElement(bytes);
      indent = column;
      elementFrom = at;
    } else if (column === 0) {
      endElement(bytes);
      indent = -2;
      from = at;
    }
  };

  const endDocument = (bytes: Buffer, ended: boolean): void => {
    if (!isCutting) {
      const text = bytes.toString("utf8", from, at);
      const isYaml = sink.value(text, 0, documentLine, ended);
      if (isYaml || !/^items:\s*$/m.test(text)) {
        next();
        if (!isYaml) sink.broken({ ended, line: documentLine, column: 1, elements: 0, start: text.slice(0, 200) });
        return;
      }
      // Not YAML as a whole: what is broken may be one item.
      const end = at;
      startCutting();
      while (at < end) {
        const to = endOfLine(bytes, end);
        cutLine(bytes, to);
        at = to;
      }
    }
    endElement(bytes);
    const text = parts.join("") + bytes.toString("utf8", from, at);
    const cut = elements;
    next();
    if (!sink.value(text, cut, documentLine, ended))
      sink.broken({ ended, line: documentLine, column: 1, elements: cut, start: text.slice(0, 200) });
  };
  const next = (): void => {
    isCutting = false;
    parts = [];
    elements = 0;
    indent = -2;
    elementFrom = -1;
    isBefore = true;
    holdsDirective = false;
    from = at;
  };
  const startCutting = (): void => {
    isCutting = true;
    at = from;
  };
  const endOfLine = (bytes: Buffer, end: number): number => {
    const found = bytes.subarray(0, end).indexOf(newline, at);
    return found < 0 ? end : found + 1;
  };

  const scan = (isLast: boolean): void => {
    const bytes = store.bytes();
    const end = store.length();
    while (at < end) {
      const to = endOfLine(bytes, end);
      if (!isLast && bytes[to - 1] !== newline) return;
      const start = startOfLine(bytes, to);
      if (start === "separator" && isBefore && holdsDirective && bytes[at] === dash) isBefore = false;
      else if (start === "separator") {
        endDocument(bytes, false);
        from = at;
        documentLine = line + 1;
        // "--- {…}" holds content; a separator of its own does not.
        if (to - at <= 5) from = to;
      } else if (isCutting) cutLine(bytes, to);
      else if (to - from > wholeBytesMax) {
        startCutting();
        line = documentLine;
        continue;
      }
      if (start === "directive") holdsDirective = true;
      else if (start === "other") isBefore = false;
      at = to;
      line += 1;
    }
    if (isLast) endDocument(bytes, end > 0 && bytes[end - 1] !== newline);
  };

  return {
    write: (chunk) => {
      const keepFrom = elementFrom >= 0 ? elementFrom : from;
      const moved = store.append(chunk, keepFrom);
      at -= moved;
      from -= moved;
      if (elementFrom >= 0) elementFrom -= moved;
      if (store.length() > partBytesMax) tooLong();
      scan(false);
    },
    end: () => {
      scan(true);
    },
  };
}
