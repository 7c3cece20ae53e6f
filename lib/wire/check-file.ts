// The answer to a check as files that people keep and other tools read: the same bytes on the command line and from the page.

import type { WireCheck } from "./check-schemas";
import { findingsToJunit } from "./junit";
import { escapeMarkdown, plain } from "./plain-text";
import type { RuleText } from "./rule-text";
import { findingsToSarif } from "./sarif";
import type { WireFinding } from "./schemas";

export type CheckFormat = "json" | "sarif" | "junit" | "markdown";

/** `failOn`: the severity from which on an introduced finding counts as a failure. */
export function formatCheck(check: WireCheck, format: CheckFormat, rules: readonly RuleText[], failOn: WireFinding["severity"]): string {
  const { introduced, errors, positions, after } = check;
  const evaluation = { findings: introduced, notEvaluated: after.notEvaluated, warnings: [] };
  const placesOf = ({ fingerprint }: WireFinding) => positions[fingerprint] ?? [];
  switch (format) {
    case "json":
      return `${JSON.stringify(check, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(findingsToSarif(evaluation, rules, { placesOf, mistakes: errors }), null, 2)}\n`;
    case "junit":
      return findingsToJunit(
        evaluation,
        rules.map(({ id }) => id),
        {
          suite: "portolan check",
          fails: (finding) => countsFrom(finding, failOn),
          mistakes: errors.map((error) => ({ where: formatPlace(error), message: error.message })),
          where: (finding) => placesOf(finding).map(formatPlace),
        },
      );
    case "markdown":
      return toMarkdown(check, failOn);
  }
}

/** `file:line:column` */
export function formatPlace({ file, line, column }: { readonly file: string; readonly line: number; readonly column: number }): string {
  return `${file}:${String(line)}:${String(column)}`;
}

/** Ports whose answer changes, in a few words. */
export function changedRoutes({ routes }: WireCheck): WireCheck["routes"] {
  return routes.filter(({ before, after }) => before.sentence !== after.sentence);
}

/** `2 Services created, 1 Deployment updated` */
export function summarizeObjects({ objects }: WireCheck): string {
  const groups = Map.groupBy(objects, ({ kind, effect }) => `${kind} ${effect}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [`${String(group.length)} ${first.kind}${group.length === 1 ? "" : "s"} ${past[first.effect]}`];
    })
    .join(", ");
}

const past = { create: "created", update: "updated", delete: "deleted" } as const;
const order = ["critical", "warning", "info"];

function countsFrom({ severity, acknowledged }: WireFinding, failOn: WireFinding["severity"]): boolean {
  return acknowledged === null && order.indexOf(severity) <= order.indexOf(failOn);
}

/** For a comment on a merge request: the verdict first, the rest folded away. */
function toMarkdown(check: WireCheck, failOn: WireFinding["severity"]): string {
  const say = (text: string): string => escapeMarkdown(plain(text));
  const failures = check.introduced.filter((finding) => countsFrom(finding, failOn)).length;
  const verdict = {
    ok: "nothing stands in the way",
    problems: `${String(failures)} ${failures === 1 ? "problem" : "problems"}`,
    unreadable: `${String(check.errors.length)} ${check.errors.length === 1 ? "mistake" : "mistakes"} in the manifest`,
  }[check.verdict];
  const item = (finding: WireFinding): string => {
    const places = (check.positions[finding.fingerprint] ?? []).map(formatPlace);
    const where =
      places.length === 0
        ? ""
        : ` (${places.slice(0, 3).map(say).join(", ")}${places.length > 3 ? `, and ${String(places.length - 3)} more` : ""})`;
    return `- **${finding.severity}** ${say(finding.title)}${where}  \n  ${say(finding.summary)} (\`${finding.rule}\`)\n`;
  };
  const routes = changedRoutes(check);
  return [
    `### Portolan: ${verdict}\n\n`,
    `${say(summarizeObjects(check) || "no object")}${check.ignored.length === 0 ? "" : `; ignored: ${say(check.ignored.map(({ kind, count }) => `${String(count)} ${kind}`).join(", "))}`}\n\n`,
    ...section(
      "Cannot be read",
      check.errors.map((error) => `- ${say(formatPlace(error))}: ${say(error.message)}\n`),
    ),
    ...section("Introduced", check.introduced.map(item)),
    ...section(
      "Resolved",
      check.resolved.map((finding) => `- ~~${say(finding.title)}~~ (\`${finding.rule}\`)\n`),
    ),
    ...folded(
      "Where ports lead",
      routes.map(({ before, after }) => `- ${say(before.sentence)}  \n  then: ${say(after.sentence)}\n`),
    ),
    ...folded(
      "Where host ports can land",
      check.placements.map(({ object, ports, free, staying, taken }) => {
        const numbers = ports.map(({ port, protocol }) => `${String(port)}/${protocol}`).join(", ");
        const held = listTaken(taken);
        return `- ${say(`${object.kind}/${object.namespace}/${object.name} ${numbers}: free on ${joinOr([...staying, ...free], "no node")}${held.length === 0 ? "" : `; taken on ${held.join(", ")}`}`)}\n`;
      }),
    ),
  ].join("");
}

/** Who holds a port on which node; a holder of several ports once. */
export function listTaken(taken: WireCheck["placements"][number]["taken"]): readonly string[] {
  return [...new Set(taken.map(({ node, holder }) => `${node} (${holder.kind}/${holder.name})`))];
}

export function joinOr(names: readonly string[], none: string): string {
  return names.length === 0
    ? none
    : names.length <= 6
      ? names.join(", ")
      : `${names.slice(0, 5).join(", ")} and ${String(names.length - 5)} more`;
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`**${title}**\n\n`, ...items, "\n"];
}

function folded(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`<details><summary>${title} (${String(items.length)})</summary>\n\n`, ...items, "\n</details>\n\n"];
}
