import { listRules, matchFinding, severities, type Finding, type Severity } from "@/lib/core";
import { encodeEvaluation } from "@/lib/wire/encode-finding";
import { formatFindings, type FindingsFormat } from "@/lib/wire/findings-file";
import { countNotEvaluated, describeGap, groupNotEvaluated } from "@/lib/wire/not-evaluated";
import { encodeRules } from "@/lib/wire/rule-text";
import type { WireEvaluation } from "@/lib/wire/schemas";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import type { Flags } from "../flags";
import { complainOfGaps, hasGaps, loadClusters } from "../load-clusters";
import { formatTable } from "../print/table";
import { commandError, complain, print, refuseWords } from "../terminal";
import { readFilter } from "./list";

export const findings: Command = {
  usage: "findings [--fail-on SEVERITY] [--rule ID] [--filter TEXT]",
  about: "collisions and surprises, by root cause",
  formats: ["table", "json", "sarif", "junit", "markdown"],
  flags: [
    ...sourceFlags,
    { name: "fail-on", value: "SEVERITY", about: "exit code 1 when something at or above critical, warning or info is found" },
    { name: "rule", value: "ID", about: "only this rule" },
    { name: "filter", value: "TEXT", about: "such as 'ns:clearml severity:critical'" },
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "findings");
    const filter = readFilter(flags);
    const failOn = readFailOn(flags);
    const rule = flags.text("rule");
    if (rule !== null && !listRules().some(({ id }) => id === rule))
      throw commandError("there is no such rule", rule, "see portolan explain --help");
    const namespaces = flags.all("namespace");
    const clusters = await loadClusters(flags, true);
    const keep = (finding: Finding, cluster: string): boolean =>
      (rule === null || finding.rule === rule) &&
      (namespaces.length === 0 || finding.subjects.some(({ namespace }) => namespaces.includes(namespace))) &&
      matchFinding(filter, finding, cluster);
    const parts = clusters.map(({ name, evaluation }) =>
      encodeEvaluation(
        {
          ...evaluation,
          findings: evaluation.findings.filter((finding) => keep(finding, name)),
          notEvaluated: evaluation.notEvaluated.filter((gap) => rule === null || gap.rule === rule),
        },
        name,
      ),
    );
    const all: WireEvaluation = {
      findings: parts.flatMap((part) => part.findings),
      notEvaluated: parts.flatMap((part) => part.notEvaluated),
      warnings: parts.flatMap((part) => part.warnings),
    };
    await print(format(all, flags.text("output")));
    complainOfGaps(clusters, flags);
    if (!flags.has("quiet"))
      for (const [place, { notEvaluated }] of parts.entries())
        for (const group of groupNotEvaluated(notEvaluated))
          complain(`${clusters[place]?.name ?? ""}: not evaluated: ${describeGap(group)}: ${group.rules.join(", ")}`);
    if (flags.has("strict") && clusters.some(hasGaps)) return 1;
    return failOn !== null &&
      all.findings.some(({ severity, acknowledged }) => acknowledged === null && severities.indexOf(severity) <= severities.indexOf(failOn))
      ? 1
      : 0;
  },
};

function readFailOn(flags: Flags): Severity | null {
  const text = flags.text("fail-on");
  if (text === null) return null;
  const found = severities.find((severity) => severity === text);
  if (found === undefined) throw commandError("--fail-on wants critical, warning or info", text, "see --help");
  return found;
}

const fileFormats: readonly string[] = ["json", "sarif", "junit", "markdown"] satisfies readonly FindingsFormat[];

function isFileFormat(output: string | null): output is FindingsFormat {
  return output !== null && fileFormats.includes(output);
}

function format(evaluation: WireEvaluation, output: string | null): string {
  if (isFileFormat(output)) return formatFindings(evaluation, output, encodeRules());
  const { findings: found, notEvaluated } = evaluation;
  const unjudged = countNotEvaluated(notEvaluated);
  if (found.length === 0 && unjudged > 0)
    return `No finding by what could be evaluated; ${String(unjudged)} ${unjudged === 1 ? "rule" : "rules"} could not.\n`;
  return found.length === 0
    ? "No finding.\n"
    : formatTable(
        [{ title: "SEVERITY" }, { title: "FINDING" }, { title: "RULE" }, { title: "SINCE" }, { title: "SUMMARY" }],
        found.map(({ severity, title, rule, since, summary, acknowledged }) => [
          acknowledged === null ? severity : "acknowledged",
          title,
          rule,
          since ?? "",
          summary,
        ]),
      );
}
