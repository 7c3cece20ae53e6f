import { changedRoutes, formatPlace, joinOr, summarizeObjects, listTaken } from "@/lib/wire/check-file";
import type { WireCheck } from "@/lib/wire/check-schemas";
import { plain } from "@/lib/wire/plain-text";
import { formatTable } from "./table";

/** The answer to a check for a terminal: what is new and what is over, where host ports can land, what becomes of ports, and one line of counts. */
export function printCheck(check: WireCheck): string {
  const { introduced, resolved, placements, positions, ignored, unchanged } = check;
  const place = (fingerprint: string): string => {
    const [first, ...rest] = (positions[fingerprint] ?? []).map(formatPlace);
    return first === undefined ? "" : rest.length === 0 ? first : `${first} +${String(rest.length)}`;
  };
  const chosen = check.objects.reduce((sum, each) => sum + each.chosen, 0);
  const sections = [
    section(
      "Introduced",
      ["SEVERITY", "FINDING", "RULE", "WHERE", "SUMMARY"],
      introduced.map(({ severity, acknowledged, title, rule, fingerprint, summary }) => [
        acknowledged === null ? severity : "acknowledged",
        title,
        rule,
        place(fingerprint),
        summary,
      ]),
    ),
    section(
      "Resolved",
      ["SEVERITY", "FINDING", "RULE"],
      resolved.map(({ severity, title, rule }) => [severity, title, rule]),
    ),
    section(
      "Where host ports can land",
      ["OBJECT", "PORTS", "RUNS ON", "FREE ON", "TAKEN ON"],
      placements.map(({ object, ports, known, staying, free, taken }) => [
        `${object.kind}/${object.namespace}/${object.name}`,
        ports.map(({ port, protocol }) => `${String(port)}/${protocol}`).join(", "),
        joinOr(staying, ""),
        known ? joinOr(free, staying.length > 0 ? "" : "no node") : "unknown",
        joinOr(listTaken(taken), ""),
      ]),
    ),
    section(
      "What becomes of ports",
      ["BEFORE", "AFTER"],
      changedRoutes(check).map(({ before, after }) => [before.sentence, after.sentence]),
    ),
  ].filter((text) => text !== "");
  const counts = [
    summarizeObjects(check) || "no object",
    ...(chosen === 0 ? [] : [`${String(chosen)} ${chosen === 1 ? "number" : "numbers"} left to the API server`]),
    ...(ignored.length === 0 ? [] : [`ignored: ${ignored.map(({ kind, count }) => `${String(count)} ${kind}`).join(", ")}`]),
  ].join("; ");
  return `${sections.join("\n")}${sections.length === 0 ? "" : "\n"}${plain(counts)}.\n${sayIntroduced(check)} ${String(resolved.length)} resolved, ${String(unchanged)} unchanged.\n`;
}

/** What could not be read is never called harmless. */
function sayIntroduced({ introduced, verdict, objects }: WireCheck): string {
  if (introduced.length > 0) return `${String(introduced.length)} introduced.`;
  if (verdict !== "unreadable") return "Nothing new is found.";
  return objects.length === 0 ? "Nothing could be checked." : "Nothing new is found in what could be read.";
}

function section(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0
    ? ""
    : `${title}\n${formatTable(
        columns.map((name) => ({ title: name })),
        rows,
      )}`;
}
