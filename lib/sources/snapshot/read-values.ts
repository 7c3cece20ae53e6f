// From the bytes of one file to parsed values: JSON or YAML, in whatever encoding, cut into parts that are parsed one by one.

import { CORE_SCHEMA, loadAll } from "js-yaml";
import { parse } from "yaml";
import { odd, type Odd } from "@/lib/core";
import { asArray, asObject, type Raw } from "../kubernetes/slim/read";
import { explainParser } from "../parser-words";
import { createJsonCutter, type Cutter } from "./cut-json";
import { createYamlCutter } from "./cut-yaml";
import { describeBytes, describeText } from "./foreign";
import { isUtf16 } from "./entries";
import { withoutUnread } from "./leave-out";
import { peek, type Bytes } from "./input";
import { bytesInWords, tooLarge, type SnapshotLimits } from "./limits";
import { findTable, type PrintedTable } from "./printed-table";

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

type ParserSays = Readonly<Record<string, string>> & { readonly says: string };

export type ValueSink = {
  /** One element of a list, before the list itself is known: see CutSink. */
  element(value: unknown, path: readonly string[]): void;
  /** A value at the top. `elements`: how many elements it had, which were handed out and are not in it. */
  value(value: unknown, elements: number): void;
  /** What a printed table tells of an object of that kind. */
  printed(kind: PrintedTable["kind"], value: Raw): void;
  /** A part that cannot be read. `reason`: where in the file, and why. */
  broken(reason: Odd): void;
};

/** Hands out what is in a file. Returns: what the file is when it holds neither JSON nor YAML nor a table that tells enough, else null. */
export async function readValues(bytes: Bytes, name: string, limits: SnapshotLimits, sink: ValueSink): Promise<string | null> {
  const { head, all } = await peek(bytes, 1 << 14);
  const encoding = isUtf16(head) ? (head[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  const binary = encoding === "utf-8" ? describeBytes(head) : null;
  if (binary !== null) return binary;
  const start = new TextDecoder(encoding).decode(head);
  const language = languageOf(start);
  const table = language === null ? findTable(start) : null;
  if (language === null && table === null) return describeText(start);
  const tooLong = (): never => {
    throw tooLarge(name, `one object in it is larger than ${bytesInWords(limits.objectBytesMax)} (the limit on an object)`);
  };
  const cutter =
    table !== null
      ? cutTable(table, sink, limits, tooLong)
      : language === "json"
        ? cutJson(sink, limits, tooLong)
        : cutYaml(sink, limits, tooLong);
  const decoder = new TextDecoder(encoding);
  // Lines that end as on the first Macs: YAML allows it, and whoever cuts at line feeds would see one line.
  const endsInReturns = language === "yaml" && start.includes("\r") && !start.includes("\n");
  let isFirst = true;
  for await (const chunk of all) {
    const plain = encoding === "utf-8" ? withoutMark(chunk, isFirst) : Buffer.from(decoder.decode(chunk, { stream: true }));
    isFirst = false;
    cutter.write(endsInReturns ? plain.map((byte) => (byte === carriageReturn ? lineFeed : byte)) : plain);
  }
  cutter.end();
  return null;
}

/** kubectl may print warnings before the first object. */
function languageOf(start: string): "json" | "yaml" | null {
  const [first] = /^(\s*[{[]|---|(apiVersion|kind|items|metadata|spec|status): ?.*$|- )/m.exec(start.trimStart()) ?? [null];
  return first === null ? null : /^\s*[{[]/.test(first) ? "json" : "yaml";
}

function withoutMark(chunk: Uint8Array, isFirst: boolean): Uint8Array {
  return isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}

function cutJson(sink: ValueSink, limits: SnapshotLimits, tooLong: () => never): Cutter {
  return createJsonCutter(
    {
      element: (text, path) => {
        const value = parseJson(text);
        if (!(value instanceof SyntaxError)) sink.element(value, path);
        else if (path.length > 0 || looksLikeObject(text))
          sink.broken(odd("no-json-element", { path: path.join("."), says: value.message }));
      },
      value: (text, elements) => {
        const value = parseJson(text);
        if (!(value instanceof SyntaxError)) sink.value(value, elements);
        else if (looksLikeObject(text)) sink.broken(odd("no-json-value", { says: value.message }));
      },
      broken: ({ ended, line, column, elements, start }) => {
        // A line of a log that begins with a bracket is no loss.
        if (elements === 0 && !looksLikeObject(start)) return;
        const place = { line: String(line), column: String(column) };
        const code = ended ? "cut-in-middle" : "no-json-at";
        sink.broken(elements === 0 ? odd(code, place) : odd(`${code}-after`, { ...place, count: inGroups(elements) }));
      },
    },
    limits.objectBytesMax,
    tooLong,
  );
}

function cutYaml(sink: ValueSink, limits: SnapshotLimits, tooLong: () => never): Cutter {
  // One item is held back: where the text is cut off, the last one is not whole.
  let last: unknown;
  let reason: ParserSays = { says: "" };
  const flush = (): void => {
    if (last !== undefined) sink.element(last, ["items"]);
    last = undefined;
  };
  return createYamlCutter(
    {
      element: (text) => {
        flush();
        const value = parseYaml(text);
        if (value instanceof Error) sink.broken(odd("no-yaml-item", parserSays(value)));
        else if (Array.isArray(value)) last = value[0];
      },
      value: (text, elements, line, ended) => {
        const value = parseYaml(text);
        if (value instanceof Error) {
          reason = parserSays(value);
          return false;
        }
        const raw = asObject(value);
        const items = raw["items"] === undefined ? null : asArray(raw["items"]);
        // kubectl writes `kind` after `items`, and a line break at the end: without both, it was cut off.
        const isCutOff = ended && items !== null && raw["kind"] === undefined;
        if (!isCutOff) flush();
        last = undefined;
        if (isCutOff) {
          sink.broken(odd("list-cut", { line: String(line), count: inGroups(elements + items.length) }));
          sink.value({ ...raw, items: items.slice(0, -1) }, elements);
        } else if (value !== null && value !== undefined) {
          // Of a stream of objects a number in its last line may have lost digits, and is read all the same.
          if (ended && line > 1 && !/[}\]"']$/.test(text)) sink.broken(odd("no-line-break", { line: String(line) }));
          sink.value(value, elements);
        }
        return true;
      },
      broken: ({ line, elements }) => {
        flush();
        const said = { ...reason, line: String(line) };
        sink.broken(elements === 0 ? odd("no-yaml-document", said) : odd("no-yaml-document-after", { ...said, count: inGroups(elements) }));
      },
    },
    limits.objectBytesMax,
    tooLong,
  );
}

function cutTable(table: PrintedTable, sink: ValueSink, limits: SnapshotLimits, tooLong: () => never): Cutter {
  const decoder = new TextDecoder();
  let rest = "";
  let number = 0;
  const read = (line: string): void => {
    number += 1;
    const row = line.trim() === "" ? undefined : table.readLine(line);
    if (row === null) sink.broken(odd("no-row", { line: String(number) }));
    else if (row !== undefined) sink.printed(table.kind, row);
  };
  return {
    write: (chunk) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > limits.objectBytesMax) tooLong();
      lines.forEach(read);
    },
    end: () => {
      read(rest);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return new SyntaxError(explainParser(cause).message);
  }
}

/**
 * YAML as JSON would hold it. The texts of a YAML reader are views of the document: copying them lets the rest of the document go.
 * js-yaml is several times faster and reads what machines write; aliases, which can unfold without bound, are left to the reader that counts them.
 */
function parseYaml(text: string): unknown {
  const read = withoutUnread(text);
  const value = parseWhole(read);
  return value instanceof Error && read !== text ? parseWhole(text) : value;
}

function parseWhole(text: string): unknown {
  try {
    const [value = null] = loadAll(text, { schema: CORE_SCHEMA, json: true, maxAliases: 0 });
    return copy(value);
  } catch (cause) {
    if (!(cause instanceof Error)) return new Error(String(cause));
    try {
      return /alias/i.test(cause.message) ? copy(parse(text, { uniqueKeys: false, maxAliasCount: 100, logLevel: "silent" })) : cause;
    } catch (second) {
      return second instanceof Error ? second : cause;
    }
  }
}

function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function looksLikeObject(text: string): boolean {
  return /"(apiVersion|items|metadata)"\s*:/.test(text.slice(0, 2000));
}

/** What the parser says, and its code, by which other languages say the same. */
function parserSays(cause: unknown): ParserSays {
  const { message, fact } = explainParser(cause);
  return { ...fact.values, says: message, parser: fact.code };
}

function inGroups(count: number): string {
  return count.toLocaleString("en");
}
