import { emptyFilter, matchAllocation, parseFilter, parseSort, sortAllocations, type Allocation, type Filter } from "@/lib/core";
import { allocationsToCsv, describeCell, selectColumns, type AllocationColumn } from "@/lib/wire/csv";
import { encodeAllocation } from "@/lib/wire/encode-allocation";
import { encodeUnknown } from "@/lib/wire/encode-status";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import type { Flags } from "../flags";
import { complainOfGaps, hasGaps, loadClusters, type Loaded } from "../load-clusters";
import { formatMarkdown, formatTable } from "../print/table";
import { commandError, print, refuseWords } from "../terminal";

const tableColumns: readonly AllocationColumn[] = [
  "port",
  "protocol",
  "kind",
  "namespace",
  "holder",
  "owners",
  "nodes",
  "external_traffic_policy",
  "backends_ready",
  "backends_total",
  "band",
  "findings",
];

export const list: Command = {
  usage: "list [--filter TEXT] [--sort [-]COLUMN] [--columns A,B]",
  about: "the allocation table: who holds which port",
  formats: ["table", "json", "csv", "markdown"],
  flags: [
    ...sourceFlags,
    { name: "filter", value: "TEXT", about: "such as 'port:30000-30100 ns:clearml kind:hostPort !acked'" },
    { name: "sort", value: "COLUMN", about: "a column of the CSV; - before it: descending" },
    { name: "columns", value: "A,B", about: "columns of the CSV, in this order" },
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "list");
    const filter = readFilter(flags);
    const sort = flags.text("sort") === null ? null : parseSort(flags.text("sort") ?? "");
    if (sort !== null && !sort.ok) throw commandError(sort.error.message, "--sort", "see --help");
    const columns = selectColumns(flags.text("columns"));
    if (!columns.ok) throw commandError(columns.error.message, "--columns", "see --help");
    const clusters = await loadClusters(flags, true);
    const rows = clusters.flatMap((cluster) => chooseRows(cluster, filter, flags).map((row) => ({ ...row, cluster: cluster.name })));
    const sorted = sort === null ? rows : sortAllocations(rows, sort.value);
    const allocations = sorted.map((row) => encodeAllocation(row, row.cluster));
    const ruleOf = new Map(
      clusters.flatMap(({ evaluation }) => evaluation.findings.map(({ fingerprint, rule }) => [fingerprint, rule] as const)),
    );
    const shown =
      flags.text("columns") === null ? [...(clusters.length > 1 ? (["cluster"] as const) : []), ...tableColumns] : columns.value;
    const heads = shown.map((column) => ({
      title: column.replaceAll("_", " ").toUpperCase(),
      right: column === "port" || column.startsWith("backends"),
    }));
    const cells = (): string[][] => allocations.map((row) => shown.map((column) => describeCell(row, column, ruleOf)));
    switch (flags.text("output")) {
      case "csv":
        await print(allocationsToCsv(allocations, columns.value, ruleOf));
        break;
      case "json": {
        const warnings = clusters.flatMap(({ snapshot }) => snapshot.warnings);
        await print(
          `${JSON.stringify({ allocations, warnings, unknown: clusters.flatMap(({ snapshot }) => encodeUnknown(snapshot)) }, null, 2)}\n`,
        );
        break;
      }
      case "markdown":
        await print(formatMarkdown(heads, cells()));
        break;
      case "table":
      case null:
      default:
        await print(formatTable(heads, cells()));
    }
    complainOfGaps(clusters, flags);
    return flags.has("strict") && clusters.some(hasGaps) ? 1 : 0;
  },
};

/** The filter of --filter; an error names its position. */
export function readFilter(flags: Flags): Filter {
  const text = flags.text("filter");
  if (text === null) return emptyFilter;
  const filter = parseFilter(text);
  if (filter.ok) return filter.value;
  throw commandError(filter.error.message, "--filter", "see --help");
}

function chooseRows({ name, allocations, evaluation }: Loaded, filter: Filter, flags: Flags): readonly Allocation[] {
  const namespaces = flags.all("namespace");
  return allocations.filter(
    (row) => (namespaces.length === 0 || namespaces.includes(row.namespace)) && matchAllocation(filter, row, { cluster: name, evaluation }),
  );
}
