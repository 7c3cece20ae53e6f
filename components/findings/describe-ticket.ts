import { formatPorts, formatShare } from "@/lib/client/format";
import type { WireEnvelope, WireFinding } from "@/lib/wire/schemas";
import { describeValue, readOwners } from "./evidence";

/** A finding as plain text for a ticket: what, where and when it was read, who is concerned, since when, the link. In English, as all texts of the API. */
export function describeTicket(finding: WireFinding, { revision, asOf }: Pick<WireEnvelope, "revision" | "asOf">, link: string): string {
  const { title, summary, severity, rule, ports, nodes, subjects, symptoms, since, sinceFrom, cluster } = finding;
  const numbers = formatPorts(ports);
  const lines = [
    title,
    summary,
    "",
    `Cluster: ${cluster}, revision ${String(revision)}${asOf === null ? "" : `, as of ${asOf}`}`,
    `Rule: ${rule} (${severity})`,
    since === null ? null : `${sinceFrom === "process" ? "First seen" : "Since"}: ${since}`,
    numbers.text === "" ? null : `Ports: ${numbers.text}${numbers.rest > 0 ? ` and ${String(numbers.rest)} more` : ""}`,
    ports.length === 0 ? null : `Nodes: ${nodes.length === 0 ? "all" : nodes.join(", ")}`,
    `Objects: ${subjects.map((subject) => describeValue(subject)).join(", ")}`,
    ...readOwners(finding).map(
      (owner) =>
        `Owner: ${describeValue({ kind: owner.kind, namespace: owner.namespace, name: owner.name })}${owner.share === null ? "" : `, ${formatShare(owner.share)}`}${owner.group === null ? "" : `, ${owner.group.name}`}`,
    ),
    symptoms.length === 0 ? null : `Symptoms: ${symptoms.join(", ")}`,
    link,
  ];
  return lines.filter((line) => line !== null).join("\n");
}
