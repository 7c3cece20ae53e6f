import type { Words } from "@/components/words/en";
import type { AllocationColumn } from "@/lib/core";

export type ColumnId = keyof Words["allocations"]["columns"];

/**
 * A column of the table. `width` in px, or as a share of the table; `widthMin` in px keeps it readable. `csv` names the columns of the exported table that
 * hold what is on screen here; `sort` is the one that it sorts by.
 */
export type Column = {
  readonly id: ColumnId;
  readonly numeric: boolean;
  readonly width: number | `${number}%`;
  readonly widthMin: number;
  readonly csv: readonly AllocationColumn[];
  readonly sort: AllocationColumn;
};

const column = (
  id: ColumnId,
  width: number | `${number}%`,
  csv: readonly [AllocationColumn, ...AllocationColumn[]],
  numeric = false,
  widthMin = typeof width === "number" ? width : 200,
): Column => ({
  id,
  numeric,
  width,
  widthMin,
  csv,
  sort: id === "holder" ? "holder" : csv[0],
});

export const columns: readonly Column[] = [
  column("cluster", 120, ["cluster"]),
  column("port", 60, ["port"], true),
  column("protocol", 44, ["protocol"]),
  column("kind", 162, ["kind"]),
  column("holder", "17.5%", ["namespace", "holder"], false, 240),
  column("owners", "16.6%", ["owners"], false, 220),
  column("selector", "16.1%", ["selector"], false, 216),
  column("nodes", 48, ["nodes"], true),
  column("policy", 66, ["external_traffic_policy"]),
  column("backends", 96, ["backends_ready", "backends_total"]),
  column("band", 130, ["band"]),
  column("findings", 176, ["findings"]),
  column("addresses", 160, ["addresses"]),
  column("groups", 150, ["groups"]),
  column("note", 180, ["note"]),
  column("age", 64, ["created_at"], true),
];

export const defaultColumns: readonly ColumnId[] = [
  "port",
  "protocol",
  "kind",
  "holder",
  "owners",
  "selector",
  "nodes",
  "policy",
  "backends",
  "findings",
  "age",
];

const order = columns.map(({ id }) => id);

/** Reads `port,kind,holder`; null when one of them is no column, so that the address can be called wrong. */
export function parseColumns(text: string): ColumnId[] | null {
  const names = text.split(",").filter((name) => name !== "");
  const known = names.filter((name): name is ColumnId => order.some((id) => id === name));
  return names.length > 0 && known.length === names.length ? order.filter((id) => known.includes(id)) : null;
}

/** The columns on screen, in the table's order. */
export function columnsOf(ids: readonly ColumnId[]): readonly Column[] {
  return columns.filter(({ id }) => ids.includes(id));
}
