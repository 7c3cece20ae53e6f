import { escapeMarkdown, plain } from "@/lib/wire/plain-text";

export type Column = { readonly title: string; readonly right?: boolean };

/** An aligned table with a head; two spaces between columns, nothing behind the last. Widths count characters, wide ones twice. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(plain))];
  const widths = columns.map((_, place) => Math.max(...cells.map((row) => widthOf(row[place] ?? ""))));
  return cells
    .map((row) =>
      columns
        .map(({ right }, place) => {
          const text = row[place] ?? "";
          const pad = " ".repeat((widths[place] ?? 0) - widthOf(text));
          return right === true ? pad + text : text + pad;
        })
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** A table of Markdown; bars and line breaks in cells are taken out of their meaning. */
export function formatMarkdown(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => escapeMarkdown(cell)).join(" | ")} |\n`;
  return (
    line(columns.map(({ title }) => title)) +
    `|${columns.map(({ right }) => (right === true ? "---:" : "---")).join("|")}|\n` +
    rows.map(line).join("")
  );
}

function widthOf(text: string): number {
  let width = 0;
  for (const char of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1;
  return width;
}
