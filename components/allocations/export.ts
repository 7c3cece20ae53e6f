import { fileName, type SavedFile } from "@/lib/client/save-file";
import { allocationColumns, type AllocationColumn } from "@/lib/core";
import { allocationsToCsv } from "@/lib/wire/csv";
import type { WireAllocation, WireFinding } from "@/lib/wire/schemas";

type ExportInput = {
  readonly cluster: string;
  /** The rows on screen, in their order. */
  readonly rows: readonly WireAllocation[];
  readonly columns: readonly AllocationColumn[];
  readonly findings: ReadonlyMap<string, WireFinding>;
  readonly atMs: number;
};

/** The rows and columns as CSV: the command line's bytes for the same rows and columns. */
export function exportCsv({ cluster, rows, columns, findings, atMs }: ExportInput): SavedFile {
  const rules = new Map([...findings.values()].map(({ fingerprint, rule }) => [fingerprint, rule]));
  return {
    name: fileName("allocations", cluster, atMs, "csv"),
    type: "text/csv;charset=utf-8",
    text: allocationsToCsv(rows, columns, rules),
  };
}

const keyOfColumn = {
  cluster: "cluster",
  port: "port",
  protocol: "protocol",
  kind: "kind",
  namespace: "namespace",
  holder: "holder",
  owners: "owners",
  selector: "selector",
  nodes: "nodes",
  external_traffic_policy: "externalTrafficPolicy",
  backends_ready: "backends",
  backends_total: "backends",
  band: "band",
  findings: "findings",
  created_at: "createdAt",
  addresses: "addresses",
  groups: "groups",
  note: "note",
} as const satisfies Record<AllocationColumn, keyof WireAllocation>;

/** The rows as JSON: of each allocation the keys that are on screen. */
export function exportJson({ cluster, rows, columns, atMs }: ExportInput): SavedFile {
  const keys = [...new Set(columns.map((column) => keyOfColumn[column]))];
  const allocations = rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])));
  return {
    name: fileName("allocations", cluster, atMs, "json"),
    type: "application/json",
    text: `${JSON.stringify({ allocations }, null, 2)}\n`,
  };
}

/** Every column of the command line's table. */
export const everyColumn: readonly AllocationColumn[] = allocationColumns;
