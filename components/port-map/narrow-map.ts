// The rows and columns of the map that a filter leaves. Pure.

import { blankAllocation, matchAllocation, type Filter, type FilterSurroundings } from "@/lib/core";
import type { WirePortMap } from "@/lib/wire/schemas";

/** What the filter asks for: its terms on nodes choose rows, all others choose columns by what claims them. */
export function narrowMap(
  map: WirePortMap,
  filter: Filter,
  surroundings: FilterSurroundings,
): { readonly map: WirePortMap; readonly keepsNode: (node: WirePortMap["nodes"][number]) => boolean } {
  const onNodes = filter.terms.filter((term) => term.key === "node");
  const onColumns: Filter = { terms: filter.terms.filter((term) => term.key !== "node") };
  const keepsColumn = (column: WirePortMap["columns"][number]): boolean =>
    onColumns.terms.length === 0 || column.claims.some((claim) => matchAllocation(onColumns, rowOf(column, claim), surroundings));
  return {
    map: { ...map, columns: map.columns.filter(keepsColumn) },
    keepsNode: (node) =>
      onNodes.length === 0 || matchAllocation({ terms: onNodes }, { ...blankAllocation, nodes: [node.name] }, surroundings),
  };
}

function rowOf(
  column: WirePortMap["columns"][number],
  { kind, namespace, holder }: WirePortMap["columns"][number]["claims"][number],
): Parameters<typeof matchAllocation>[1] {
  const [holderKind = "", name = holder] = holder.split("/");
  return {
    ...blankAllocation,
    port: column.port,
    protocol: column.protocol,
    kind,
    namespace,
    holder: { kind: holderKind, name },
    band: column.band,
    findings: column.findings,
  };
}
