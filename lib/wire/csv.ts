// The allocation table as CSV: columns, order and spelling of contract.md, RFC 4180 with CRLF. The dashboard's export and `list -o csv` both come from here.

import { allocationColumns, extraAllocationColumns, parseColumns, type AllocationColumn, type Mistake, type Result } from "@/lib/core";
import type { WireAllocation } from "./schemas";

export { allocationColumns, extraAllocationColumns, type AllocationColumn };

/** Reads `columns=`: names separated by commas; null is contract.md's header. The error names the unknown column and the nearest one. */
export function selectColumns(text: string | null): Result<readonly AllocationColumn[], Mistake> {
  return parseColumns(text);
}

/**
 * Rows as CSV, header first, in the order given.
 *
 * Input:   `ruleOf` names the rule of each finding's fingerprint; one that it does not know stands for itself.
 * Returns: text that ends with CRLF. An empty cell means "does not apply", `unknown` what could not be read. Cells that a spreadsheet would run as a formula are neutralised.
 */
export function allocationsToCsv(
  rows: readonly WireAllocation[],
  columns: readonly AllocationColumn[],
  ruleOf: ReadonlyMap<string, string>,
): string {
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => encodeCell(describeCell(row, column, ruleOf))).join(","))];
  return lines.map((line) => `${line}\r\n`).join("");
}

/** The text of one cell of the table as CSV and the command line show it, before quoting. */
export function describeCell(row: WireAllocation, column: AllocationColumn, ruleOf: ReadonlyMap<string, string>): string {
  switch (column) {
    case "cluster":
      return row.cluster;
    case "port":
      return String(row.port);
    case "protocol":
      return row.protocol;
    case "kind":
      return row.kind;
    case "namespace":
      return row.namespace;
    case "holder":
      return `${row.holder.kind}/${row.holder.name}`;
    case "owners":
      return row.unknown.length > 0 ? "unknown" : join(row.owners.map(({ kind, name }) => `${kind}/${name}`));
    case "selector":
      return join(
        Object.entries(row.selector ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .sort(),
      );
    case "nodes":
      return row.nodes === "all" ? "all" : join(row.nodes);
    case "external_traffic_policy":
      return row.externalTrafficPolicy ?? "";
    case "backends_ready":
      return row.backends === null ? "" : String(row.backends.ready ?? "unknown");
    case "backends_total":
      return row.backends === null ? "" : String(row.backends.total ?? "unknown");
    case "band":
      return row.band ?? "";
    case "findings":
      return join([...new Set(row.findings.map((fingerprint) => ruleOf.get(fingerprint) ?? fingerprint))]);
    case "created_at":
      return row.createdAt ?? "";
    case "addresses":
      return join(row.addresses);
    case "groups":
      return join(row.groups.map(({ name }) => name));
    case "note":
      return row.note ?? "";
  }
}

/** One field: a leading `'` where a spreadsheet would take it for a formula (OWASP "CSV injection"), quotes where RFC 4180 wants them. */
export function encodeCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function join(texts: readonly string[]): string {
  return texts.join("; ");
}
