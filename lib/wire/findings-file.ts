// Findings as files that people keep and other tools read: the same bytes on the command line and from the page.

import { findingsToJunit } from "./junit";
import { describeGap, groupNotEvaluated } from "./not-evaluated";
import { escapeMarkdown } from "./plain-text";
import type { RuleText } from "./rule-text";
import { findingsToSarif } from "./sarif";
import type { WireEvaluation, WireFinding } from "./schemas";

export type FindingsFormat = "json" | "sarif" | "junit" | "markdown";

/** An evaluation as the text of a file. The rules come in from outside, so that the page need not hold their code. */
export function formatFindings(evaluation: WireEvaluation, format: FindingsFormat, rules: readonly RuleText[]): string {
  const { findings, notEvaluated, warnings } = evaluation;
  switch (format) {
    case "json":
      return `${JSON.stringify({ findings, notEvaluated, warnings }, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(findingsToSarif(evaluation, rules), null, 2)}\n`;
    case "junit":
      return findingsToJunit(
        evaluation,
        rules.map(({ id }) => id),
      );
    case "markdown":
      return [
        findings.length === 0 ? "No finding.\n" : findings.map(toMarkdown).join(""),
        ...groupNotEvaluated(notEvaluated).map(
          (group) => `- not evaluated: ${escapeMarkdown(describeGap(group))}: ${group.rules.map((rule) => `\`${rule}\``).join(", ")}\n`,
        ),
      ].join("");
  }
}

function toMarkdown({ severity, title, summary, rule }: WireFinding): string {
  return `- **${severity}** ${escapeMarkdown(title)} (\`${rule}\`): ${escapeMarkdown(summary)}\n`;
}
