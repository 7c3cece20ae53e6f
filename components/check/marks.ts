import type { WireCheck } from "@/lib/wire/check-schemas";
import type { Say } from "@/components/words/say";
import type { WireFinding } from "@/lib/wire/schemas";

/**
 * Words of the manifest of which something is said.
 *
 * `line` counts from 1; `from` and `to` are places in that line, from 0. `key`: the finding's fingerprint, or of a mistake its place.
 */
export type Mark = {
  readonly key: string;
  readonly severity: WireFinding["severity"];
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly note: string;
};

/** With more of them the editor would stand still; the results count all. */
const marksMax = 1_000;

/** What an answer says of the text that it judged, from top to bottom, the worst where there are thousands; of one line the worst comes first. `say`: in the page's language. */
export function buildMarks(
  lines: readonly string[],
  answer: Pick<WireCheck, "errors" | "introduced" | "positions">,
  say: Pick<Say, "mistake" | "finding">,
): Mark[] {
  const mistakes = answer.errors.map(({ line, column, ...mistake }): Mark => ({
    key: errorKey({ line, column }),
    severity: "critical",
    note: say.mistake(mistake),
    ...place(lines, line, column),
  }));
  const findings = answer.introduced.flatMap((finding) =>
    (answer.positions[finding.fingerprint] ?? []).map(({ line, column }): Mark => ({
      key: finding.fingerprint,
      severity: finding.severity,
      note: say.finding(finding).title,
      ...place(lines, line, column),
    })),
  );
  return [...mistakes, ...findings]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .slice(0, marksMax)
    .sort((a, b) => a.line - b.line || rank[a.severity] - rank[b.severity] || a.from - b.from);
}

/** The key of a mistake's mark. */
export function errorKey({ line, column }: { readonly line: number; readonly column: number }): string {
  return `${String(line)}:${String(column)}`;
}

const rank = { critical: 0, warning: 1, info: 2 } as const;

/** A key with its value on the same line, else the word that stands there. */
const words = /^(?:["']?[\w./-]+["']?\s*:(?:\s+(?:"[^"]*"|'[^']*'|[^\s,{}[\]#][^,{}[\]#]*?)(?=\s*(?:[,}\]]|\s#|$)))?|[^\s,{}[\]]+)/;

function place(lines: readonly string[], line: number, column: number): Pick<Mark, "line" | "from" | "to"> {
  const text = (lines[line - 1] ?? "").replace(/\r$/, "");
  const from = Math.min(column - 1, text.length);
  const [found = ""] = words.exec(text.slice(from)) ?? [];
  return { line, from, to: found === "" ? text.length : from + found.length };
}
