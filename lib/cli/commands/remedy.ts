import { describeRemedy, describeSaying, writeRemedies, type Finding, type Remedies, type Remedy } from "@/lib/core";
import { encodeRemedies } from "@/lib/wire/encode-remedy";
import { endpointColumns, endpointRows, endpointsToCsv } from "@/lib/wire/endpoint-table";
import { parseRemedyQuery } from "@/lib/wire/parse-remedy-query";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import { complainOfGaps, hasGaps, loadClusters } from "../load-clusters";
import { formatMarkdown } from "../print/table";
import { commandError, complain, print } from "../terminal";

export const remedy: Command = {
  usage: "remedy FINGERPRINT|--kind policy [--kind service|hostPort|daemonSet|local|layered|policy] [--variant NAME]",
  about:
    "what makes a finding go away, as YAML to apply, with what it gains and costs as comments; without a kind the best one; --kind policy alone guards the policy file's bands and reservations. markdown and csv: who connects where afterwards",
  formats: ["yaml", "json", "markdown", "csv"],
  flags: [
    { name: "kind", value: "KIND", about: "service, hostPort, daemonSet, local (first aid), layered or policy (a guard)" },
    { name: "variant", value: "NAME", about: "another form of the same kind, such as kyverno of policy" },
    ...sourceFlags,
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    const [fingerprint = null, ...rest] = words;
    if ((fingerprint === null && flags.text("kind") !== "policy") || rest.length > 0)
      throw commandError(
        fingerprint === null ? "no finding is named" : "too many words",
        rest.join(" ") || "FINGERPRINT",
        "portolan findings -o json shows the fingerprints",
      );
    const [loaded] = await loadClusters(flags, false);
    if (loaded === undefined) return 2;
    const { snapshot, context, evaluation } = loaded;
    const query = parseRemedyQuery({ fingerprint, kind: flags.text("kind") }, evaluation.findings);
    if (!query.ok)
      throw commandError(
        query.error.detail,
        query.error.field === "kind" ? "--kind" : (fingerprint ?? ""),
        query.error.field === "kind" ? "see --help" : "portolan findings -o json shows the fingerprints",
      );
    const { finding, kind } = query.value;
    const written = writeRemedies(snapshot, context, finding, kind);
    const chosen = choose(written, flags.text("variant"));
    const kinds = finding?.remedies ?? [];
    if (chosen === undefined)
      throw commandError("no such remedy can be written", finding?.title ?? "policy file", whyNone(written, finding));
    await print(format(chosen, written, flags.text("output")));
    const others = kinds.filter((each) => each !== chosen.kind);
    if (!flags.has("quiet") && kind === null && others.length > 0) complain(`other remedies: ${others.join(", ")}: --kind KIND`);
    const variants = written.remedies.filter((each) => each.kind === chosen.kind && each !== chosen).flatMap((each) => each.variant ?? []);
    if (!flags.has("quiet") && variants.length > 0) complain(`also as ${variants.join(", ")}: --kind ${chosen.kind} --variant NAME`);
    complainOfGaps([loaded], flags);
    return flags.has("strict") && hasGaps(loaded) ? 1 : 0;
  },
};

function choose({ remedies }: Remedies, variant: string | null): Remedy | undefined {
  return variant === null ? remedies[0] : remedies.find((each) => each.variant === variant);
}

function whyNone({ unavailable }: Remedies, finding: Finding | null): string {
  const reasons = unavailable.map(({ kind, reason }) => `${kind}: ${describeSaying(reason)}`);
  const kinds = finding?.remedies ?? [];
  const others = kinds.length === 0 ? [] : [`it has ${kinds.join(", ")}`];
  const usual =
    finding === null
      ? "no band or reservation says who may stand there: nothing is to be guarded"
      : "portolan explain RULE says what to do";
  return [...reasons, ...others].join("; ") || usual;
}

function format(chosen: Remedy, written: Remedies, output: string | null): string {
  const [wire] = encodeRemedies({ ...written, remedies: [chosen] }).remedies;
  const endpoints = wire?.endpoints ?? [];
  switch (output) {
    case "json":
      return `${JSON.stringify(encodeRemedies(written), null, 2)}\n`;
    case "csv":
      return endpointsToCsv(endpoints);
    case "markdown":
      return formatMarkdown(
        endpointColumns.map((title) => ({ title, right: title.startsWith("port") })),
        endpointRows(endpoints),
      );
    case "yaml":
    case null:
    default:
      return describeRemedy(chosen);
  }
}
