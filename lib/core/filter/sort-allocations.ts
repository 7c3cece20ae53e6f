import { compareBy, compareNatural, compareNumber } from "../basics/order";
import { fail, ok, type Result } from "../basics/result";
import type { Allocation } from "../model/allocation";
import { mistake, type Mistake } from "../model/mistake-words";
import { nearestWord } from "./nearest-word";

/** The columns of the allocation table as the CSV names them, in its order (contract.md). */
export const allocationColumns = [
  "cluster",
  "port",
  "protocol",
  "kind",
  "namespace",
  "holder",
  "owners",
  "selector",
  "nodes",
  "external_traffic_policy",
  "backends_ready",
  "backends_total",
  "band",
  "findings",
  "created_at",
] as const;

/** Columns that are there when asked for. */
export const extraAllocationColumns = ["addresses", "groups", "note"] as const;

export type AllocationColumn = (typeof allocationColumns)[number] | (typeof extraAllocationColumns)[number];

export type AllocationSort = { readonly column: AllocationColumn; readonly descending: boolean };

/** What can be sorted: core's rows, and the wire's, which tell the cluster and write the time as text. */
export type SortableAllocation = Omit<Allocation, "id" | "createdAtMs" | "unknown"> & {
  readonly cluster?: string;
  readonly createdAtMs?: number | null;
  readonly createdAt?: string | null;
};

/** Reads `COLUMN` or `-COLUMN` (descending). The error names the nearest column. */
export function parseSort(text: string): Result<AllocationSort, Mistake> {
  const descending = text.startsWith("-");
  const column = parseColumn(descending ? text.slice(1) : text);
  return column.ok ? ok({ column: column.value, descending }) : column;
}

/** Reads column names separated by commas; null and "" are the default columns. */
export function parseColumns(text: string | null): Result<readonly AllocationColumn[], Mistake> {
  if (text === null || text.trim() === "") return ok(allocationColumns);
  const columns: AllocationColumn[] = [];
  for (const name of text.split(",")) {
    const column = parseColumn(name.trim());
    if (!column.ok) return column;
    if (columns.includes(column.value)) return fail(mistake("column-twice", { given: JSON.stringify(column.value) }));
    columns.push(column.value);
  }
  return ok(columns);
}

/**
 * The rows by one column, or as they are when `sort` is null.
 *
 * Returns: a new list. Rows without a value come last in both directions; rows with equal values keep their order. Numbers are compared as numbers, names so that
 *          gpu-2 comes before gpu-10; lists by their first difference, and `findings` by how many there are.
 */
export function sortAllocations<T extends SortableAllocation>(rows: readonly T[], sort: AllocationSort | null): readonly T[] {
  if (sort === null) return rows;
  const keyed = rows.map((row) => ({ row, key: keyOf(row, sort.column) }));
  const direction = sort.descending ? -1 : 1;
  const compare = compareBy<(typeof keyed)[number]>(
    (a, b) => Number(a.key === null) - Number(b.key === null),
    (a, b) => direction * compareKeys(a.key, b.key),
  );
  return keyed.sort(compare).map(({ row }) => row);
}

function parseColumn(name: string): Result<AllocationColumn, Mistake> {
  const columns: readonly AllocationColumn[] = [...allocationColumns, ...extraAllocationColumns];
  const column = columns.find((each) => each === name.toLowerCase());
  if (column !== undefined) return ok(column);
  const nearest = nearestWord(name, columns);
  const given = JSON.stringify(name);
  return fail(
    nearest === null ? mistake("no-column", { given, words: columns.join(", ") }) : mistake("no-column-near", { given, near: nearest }),
  );
}

type Key = number | string | null;

function keyOf(row: SortableAllocation, column: AllocationColumn): Key {
  switch (column) {
    case "cluster":
      return row.cluster ?? null;
    case "port":
      return row.port;
    case "protocol":
      return row.protocol;
    case "kind":
      return row.kind;
    case "namespace":
      return row.namespace;
    case "holder":
      return `${row.holder.name} ${row.holder.kind}`;
    case "owners":
      return joinOrNull(row.owners.map(({ kind, name }) => `${name} ${kind}`));
    case "selector":
      return row.selector === null ? null : joinOrNull(Object.entries(row.selector).map(([key, value]) => `${key}=${value}`));
    case "nodes":
      // Every node comes before some nodes.
      return row.nodes === "all" ? "" : row.nodes.join("; ");
    case "external_traffic_policy":
      return row.externalTrafficPolicy;
    case "backends_ready":
      return row.backends?.ready ?? null;
    case "backends_total":
      return row.backends?.total ?? null;
    case "band":
      return row.band;
    case "findings":
      return row.findings.length === 0 ? null : row.findings.length;
    case "created_at":
      // Without its "Z", text with and without a fraction of a second sorts by time.
      return row.createdAtMs ?? row.createdAt?.replace("Z", "") ?? null;
    case "addresses":
      return joinOrNull(row.addresses);
    case "groups":
      return joinOrNull(row.groups.map(({ name }) => name));
    case "note":
      return row.note;
  }
}

function joinOrNull(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join("; ");
}

function compareKeys(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return compareNumber(a, b);
  return compareNatural(String(a ?? ""), String(b ?? ""));
}
