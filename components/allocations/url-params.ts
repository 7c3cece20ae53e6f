import { createParser, parseAsString, parseAsStringLiteral } from "nuqs";
import { parseSort, type AllocationSort } from "@/lib/core";
import type { GroupBy } from "./build-view";
import { columnsOf, defaultColumns, parseColumns, type ColumnId } from "./columns";

export const groupings = ["band", "namespace", "kind", "none"] as const satisfies readonly GroupBy[];

/** What of the table stands in its address: `sort` as the API spells it, `cols` by the table's own names. */
export const allocationParams = {
  q: parseAsString.withDefault(""),
  sort: createParser<AllocationSort>({
    parse: (text) => {
      const sort = parseSort(text);
      return sort.ok ? sort.value : null;
    },
    serialize: ({ column, descending }) => `${descending ? "-" : ""}${column}`,
    eq: (a, b) => a.column === b.column && a.descending === b.descending,
  }),
  group: parseAsStringLiteral(groupings).withDefault("band"),
  cols: createParser<readonly ColumnId[]>({
    parse: parseColumns,
    serialize: (ids) =>
      columnsOf(ids)
        .map(({ id }) => id)
        .join(","),
    eq: (a, b) => a.length === b.length && a.every((id) => b.includes(id)),
  }).withDefault([...defaultColumns]),
  free: parseAsStringLiteral(["shown", "hidden"] as const).withDefault("shown"),
};
