// Cuts a stream of JSON text into the values that can be parsed one by one, so that a list of any length never stands in memory as a whole:
// V8 holds no text beyond 512 MiB, and a list of a gigabyte is ordinary. Only brackets, strings and the keys of the outer levels are looked at;
// JSON.parse judges the rest.

import { createByteStore } from "./byte-store";

/** What is cut off. A part's text is whole JSON. */
export type CutSink = {
  /** One element of a list, as it comes: `path` is ["items"], ["kinds", "pods", "records"], or [] for an array at the top. */
  element(text: string, path: readonly string[]): void;
  /** A value at the top, after its elements, which it lacks: their lists are empty in it. `elements`: how many were cut out of it. */
  value(text: string, elements: number): void;
  /** A value that breaks off or is no JSON; its elements up to there were handed out. `start`: how it begins. `line` and `column` are of the text, from 1. */
  broken(problem: {
    readonly ended: boolean;
    readonly line: number;
    readonly column: number;
    readonly elements: number;
    readonly start: string;
  }): void;
};

export type Cutter = { write(chunk: Uint8Array): void; end(): void };

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const space = 0x20;
const nothing = 0;
// Keys deeper than this cannot name a list that is cut.
const keyDepthMax = 3;
// No object of the API nests a tenth as deep. Counting the brackets of a bomb to its end takes a second for each 32 MiB.
const nestingMax = 1000;

/**
 * Values stand one after another, each beginning at the start of a line; other lines between them are passed over (`kubectl cluster-info dump` prints logs there).
 * A value that cannot be JSON (a line break inside a text, a bracket where none may stand, nesting without end) ends there, and reading goes on with the next line.
 *
 * `tooLong` is called when one part grows beyond `partBytesMax`, and throws.
 */
export function createJsonCutter(sink: CutSink, partBytesMax: number, tooLong: () => never): Cutter {
  const store = createByteStore();
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let depth = 0;
  let inText = false;
  let previous = nothing;
  /** Where the pending part of the outer value begins, -1 between values. */
  let outerFrom = -1;
  let outerParts: string[] = [];
  let elements = 0;
  /** Depth at which elements are cut, 0 = none. */
  let listDepth = 0;
  let listPath: readonly string[] = [];
  let elementFrom = -1;
  let textFrom = 0;
  let lastText: { readonly from: number; readonly to: number } = { from: 0, to: 0 };
  let keys: string[] = [];
  let isFirst = true;
  let afterValue = false;
  /** The rest of the line belongs to no value. */
  let isOtherLine = false;

  const giveUp = (ended: boolean): void => {
    const start = outerParts.join("") + (outerFrom < 0 ? "" : store.bytes().toString("utf8", outerFrom, Math.min(at, outerFrom + 200)));
    sink.broken({ ended, line, column: at - lineStart + 1, elements, start: start.slice(0, 200) });
    isFirst = false;
    reset();
  };
  const reset = (): void => {
    depth = 0;
    inText = false;
    previous = nothing;
    outerFrom = -1;
    outerParts = [];
    elements = 0;
    listDepth = 0;
    elementFrom = -1;
    keys = [];
    afterValue = false;
  };

  const open = (bytes: Buffer, byte: number): boolean => {
    if (depth > 0 && previous !== colon && previous !== comma && previous !== openBracket) return false;
    if (depth >= nestingMax) return false;
    if (depth === 0) outerFrom = at;
    startElement();
    depth += 1;
    if (listDepth > 0 || byte !== openBracket || depth > keyDepthMax + 1) return true;
    if (depth === 1) listPath = [];
    else if (previous === colon && isCutList(keys, depth - 1)) listPath = keys.slice(0, depth - 1);
    else return true;
    listDepth = depth;
    outerParts.push(bytes.toString("utf8", outerFrom, at + 1));
    return true;
  };

  const endElement = (bytes: Buffer, to: number): void => {
    if (elementFrom < 0) return;
    elements += 1;
    sink.element(bytes.toString("utf8", elementFrom, to), listPath);
    elementFrom = -1;
  };
  /** An element that is no object, which ends with the comma or the list. */
  const startElement = (): void => {
    if (listDepth > 0 && depth === listDepth && elementFrom < 0) elementFrom = at;
  };

  const close = (bytes: Buffer): void => {
    if (depth === listDepth) {
      endElement(bytes, at);
      listDepth = 0;
      outerFrom = at;
    }
    depth -= 1;
    keys.length = Math.min(keys.length, depth);
    if (depth === listDepth) endElement(bytes, at + 1);
    if (depth > 0) return;
    const text = outerParts.join("") + bytes.toString("utf8", outerFrom, at + 1);
    const cut = elements;
    reset();
    isFirst = false;
    afterValue = true;
    sink.value(text, cut);
  };

  /** Between values: to the next bracket that begins a line, or to the end. */
  const skip = (bytes: Buffer, end: number): void => {
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (byte === newline) {
        at += 1;
        line += 1;
        lineStart = at;
        afterValue = false;
        isOtherLine = false;
      } else if (isOtherLine) {
        const next = bytes.subarray(0, end).indexOf(newline, at);
        at = next < 0 ? end : next;
      } else if ((byte === openBrace || byte === openBracket) && (at === lineStart || isFirst || afterValue)) return;
      else if (isSpace(byte)) at += 1;
      else isOtherLine = true;
    }
  };

  const scan = (): void => {
    const bytes = store.bytes();
    const end = store.length();
    while (at < end) {
      if (depth === 0) {
        skip(bytes, end);
        if (at >= end) return;
      }
      const byte = bytes[at] ?? 0;
      if (inText) {
        const stop = endOfText(bytes, at, end);
        at = stop;
        if (stop >= end) return;
        if (bytes[stop] === backslash) {
          if (stop + 1 >= end) return;
          at += 2;
        } else if (bytes[stop] === newline) giveUp(false);
        else {
          at += 1;
          inText = false;
          previous = quote;
          lastText = { from: textFrom, to: at };
        }
        continue;
      }
      if (byte === space) {
        at = endOfSpaces(bytes, at, end);
        continue;
      }
      if (byte === newline) {
        line += 1;
        lineStart = at + 1;
      } else if (byte === quote) {
        inText = true;
        textFrom = at;
        startElement();
      } else if (byte === openBrace || byte === openBracket) {
        if (!open(bytes, byte)) {
          giveUp(false);
          continue;
        }
        previous = byte;
      } else if (byte === closeBrace || byte === closeBracket) {
        close(bytes);
        previous = byte;
      } else if (byte === colon) {
        if (depth <= keyDepthMax && listDepth === 0) keys[depth - 1] = bytes.toString("utf8", lastText.from + 1, lastText.to - 1);
        previous = byte;
      } else if (byte === comma) {
        if (depth === listDepth) endElement(bytes, at);
        previous = byte;
      } else if (!isSpace(byte)) {
        startElement();
        previous = byte;
      }
      at += 1;
    }
  };

  return {
    write: (chunk) => {
      // Of the current list only the element that is under way is needed; outside of one, the outer value and the last text.
      const keepFrom =
        elementFrom >= 0 ? elementFrom : listDepth > 0 ? Math.min(at, inText ? textFrom : at) : outerFrom >= 0 ? outerFrom : at;
      const moved = store.append(chunk, keepFrom);
      at -= moved;
      lineStart -= moved;
      textFrom -= moved;
      if (elementFrom >= 0) elementFrom -= moved;
      if (outerFrom >= 0) outerFrom -= moved;
      lastText = { from: lastText.from - moved, to: lastText.to - moved };
      if (store.length() > partBytesMax) tooLong();
      scan();
    },
    end: () => {
      if (depth > 0) giveUp(true);
    },
  };
}

function isCutList(keys: readonly string[], depth: number): boolean {
  return (depth === 1 && keys[0] === "items") || (depth === 3 && keys[0] === "kinds" && keys[2] === "records");
}

/** The next quote, backslash or line break; `end` where there is none. */
function endOfText(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte === quote || byte === backslash || byte === newline) break;
    at += 1;
  }
  return at;
}

function endOfSpaces(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === space) at += 1;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === space || byte === newline || byte === 0x0d || byte === 0x09;
}
