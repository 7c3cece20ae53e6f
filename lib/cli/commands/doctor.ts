import { plain } from "@/lib/wire/plain-text";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import { examineCluster, type ClusterReport, type KindReport } from "../examine-cluster";
import { policyFileOf, sourcesOf } from "../load-clusters";
import { formatTable } from "../print/table";
import { complain, print } from "../terminal";

export const doctor: Command = {
  usage: "doctor [-o yaml | kubectl apply -f -]",
  about: "what can be reached and read, kind by kind, and the RBAC to add; every verb is tried, nothing is written",
  formats: ["table", "json", "yaml"],
  flags: [...sourceFlags, ...outputFlags, helpFlag],
  async run(flags) {
    const options = { policyFile: policyFileOf(flags), namespaces: flags.all("namespace"), env: process.env, live: false };
    const reports: ClusterReport[] = [];
    for (const spec of sourcesOf(flags, true)) reports.push(await examineCluster(spec, options, flags));
    switch (flags.text("output")) {
      case "json":
        await print(`${JSON.stringify({ clusters: reports }, null, 2)}\n`);
        break;
      case "yaml":
        // Only what kubectl is to apply: the rest would be in its way.
        await print(reports.flatMap(({ rbac }) => rbac ?? []).join("---\n"));
        break;
      case "table":
      case null:
      default:
        await print(reports.map(describe).join("\n"));
    }
    for (const { troubles } of reports) for (const { what, where, todo } of troubles) complain(`${what}: ${where}: ${todo}`);
    if (reports.some(({ troubles }) => troubles.length > 0)) return 2;
    return flags.has("strict") && reports.some(({ kinds, notEvaluated }) => notEvaluated.length > 0 || kinds.some(isLacking)) ? 1 : 0;
  },
};

function isLacking({ required, state, forbiddenNamespaces }: KindReport): boolean {
  return required && (["forbidden", "notCollected", "syncing"].includes(state) || forbiddenNamespaces.length > 0);
}

function describe(report: ClusterReport): string {
  const { name, source, server, version, latencyMs, policy, proxies, assumptions, kinds, notEvaluated, rbac, troubles } = report;
  const facts: readonly (readonly [string, string])[] = [
    ["cluster", `${name} (${source})`],
    ...(server === null
      ? []
      : [["server", latencyMs === null ? server : `${server}, answers in ${String(Math.ceil(latencyMs))} ms`] as const]),
    ...(version === null ? [] : [["version", version] as const]),
    ["policy", policy.error ?? policy.file ?? "none"],
    ...proxies.map(({ proxy, nodes }) => ["proxy", `${proxy} on ${String(nodes)} ${nodes === 1 ? "node" : "nodes"}`] as const),
    ...assumptions.map(({ what, value, from }) => ["setting", `${what} ${value} (${from})`] as const),
    ...troubles.flatMap(({ what, where, todo }) => [["trouble", `${what}: ${where}`] as const, ["", todo] as const]),
    ...(notEvaluated.length === 0 ? [] : [["not evaluated", notEvaluated.join(", ")] as const]),
  ];
  const wide = Math.max(...facts.map(([title]) => title.length));
  const lines = facts.map(([title, value]) => `${title.padEnd(wide)}  ${plain(value)}\n`);
  if (kinds.length > 0) lines.push("\n", kindTable(kinds));
  if (rbac !== null) lines.push("\n# What is missing; portolan doctor -o yaml prints this alone, for kubectl apply -f -\n", rbac);
  return lines.join("");
}

function kindTable(kinds: readonly KindReport[]): string {
  return formatTable(
    [
      { title: "KIND" },
      { title: "NEEDED" },
      { title: "GET" },
      { title: "LIST" },
      { title: "WATCH" },
      { title: "STATE" },
      { title: "OBJECTS", right: true },
      { title: "REMARK" },
    ],
    kinds.map(({ kind, required, verbs, state, count, readableNamespaces, forbiddenNamespaces, message }) => [
      kind,
      required ? "yes" : "for some rules",
      verbs.get ?? "-",
      verbs.list ?? "-",
      verbs.watch ?? "-",
      state,
      String(count),
      [
        readableNamespaces.length === 0 ? "" : `readable in ${readableNamespaces.join(", ")}`,
        forbiddenNamespaces.length === 0 ? "" : `forbidden in ${forbiddenNamespaces.join(", ")}`,
        message ?? "",
      ]
        .filter((part) => part !== "")
        .join("; "),
    ]),
  );
}
