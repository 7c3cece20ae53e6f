import type { WireCheck } from "@/lib/wire/check-schemas";
import type { WireFinding } from "@/lib/wire/schemas";

/** `insert` in the place of the characters from `from` to `to` (from 0) of `line` (from 1). */
export type TextChange = { readonly line: number; readonly from: number; readonly to: number; readonly insert: string };

/** A change of the text that a finding's evidence proposes; nothing of the cluster changes. */
export type Edit =
  | { readonly kind: "useNumbers"; readonly first: number; readonly last: number; readonly changes: readonly TextChange[] }
  | { readonly kind: "addLabel"; readonly label: string; readonly changes: readonly TextChange[] };

type Position = WireCheck["positions"][string][number];

/**
 * What could be written instead, where the evidence names it: `free` (as many numbers in a row as are taken) or `add` (a label for the selector).
 *
 * Returns: null where nothing is proposed, or the text is not written in a way that can be changed in place.
 */
export function proposeEdit(
  lines: readonly string[],
  { evidence }: Pick<WireFinding, "evidence">,
  positions: readonly Position[],
): Edit | null {
  return renumber(lines, readFree(evidence["free"]), positions) ?? addLabel(lines, readLabel(evidence["add"]), positions);
}

function renumber(lines: readonly string[], free: Free | null, positions: readonly Position[]): Edit | null {
  if (free === null) return null;
  const places = positions.flatMap(({ line, column, path }) => {
    const text = lines[line - 1] ?? "";
    const key = /\w+$/.exec(path)?.[0] ?? "";
    const [found = "", before = "", number = ""] =
      new RegExp(`^(["']?${key}["']?\\s*:\\s*)(\\d+)(?!\\w)`).exec(text.slice(column - 1)) ?? [];
    const from = column - 1 + before.length;
    return found === "" ? [] : [{ line, from, to: from + number.length, number: Number(number) }];
  });
  const wanted = [...new Set(places.map(({ number }) => number))].sort((a, b) => a - b);
  if (wanted.length === 0 || places.length !== positions.length || wanted.length !== free.last - free.first + 1) return null;
  const changes = places.map(({ number, ...place }) => ({ ...place, insert: String(free.first + wanted.indexOf(number)) }));
  return { kind: "useNumbers", ...free, changes };
}

function addLabel(
  lines: readonly string[],
  label: { readonly key: string; readonly value: string } | null,
  positions: readonly Position[],
): Edit | null {
  if (label === null || positions.length === 0) return null;
  const text = `${quote(label.key)}: ${quote(label.value)}`;
  const changes = positions.flatMap((position) => insertAt(lines, text, position) ?? []);
  return changes.length === positions.length ? { kind: "addLabel", label: text, changes } : null;
}

/** One more pair in the map that starts at a place. */
function insertAt(lines: readonly string[], text: string, position: Position): TextChange | null {
  const own = (lines[position.line - 1] ?? "").replace(/\r$/, "");
  const rest = own.slice(position.column - 1);
  const flow = /^["']?\w+["']?\s*:\s*\{([^{}]*)\}/.exec(rest);
  if (flow !== null) {
    const end = position.column - 1 + flow[0].length - 1;
    const inner = flow[1] ?? "";
    return {
      line: position.line,
      from: end - (/\s*$/.exec(inner)?.[0].length ?? 0),
      to: end,
      insert: inner.trim() === "" ? text : `, ${text}`,
    };
  }
  if (!/^["']?\w+["']?\s*:\s*(#.*)?$/.test(rest)) return null;
  let next = position.line;
  while (next < lines.length && !/^\s*[^\s#]/.test(lines[next] ?? "")) next += 1;
  const indent = /^\s*/.exec(lines[next] ?? "")?.[0] ?? "";
  if (next === lines.length || indent.length <= position.column - 1) return null;
  return { line: position.line, from: own.length, to: own.length, insert: `\n${indent}${text}` };
}

type Free = { readonly first: number; readonly last: number };

function readFree(value: unknown): Free | null {
  const { first, last } = asRecord(value);
  return typeof first === "number" && typeof last === "number" ? { first, last } : null;
}

function readLabel(value: unknown): { readonly key: string; readonly value: string } | null {
  const label = asRecord(value);
  return typeof label["key"] === "string" && typeof label["value"] === "string" ? { key: label["key"], value: label["value"] } : null;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Plain where YAML reads it as a text, whatever its version. */
function quote(text: string): string {
  const plain = /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
