// Which cell an address in the URL means. Pure.

import { parseTarget } from "@/lib/client/target";
import type { WirePortMap } from "@/lib/wire/schemas";
import { nodeToSelect, type Chart } from "./build-chart";
import type { Selection } from "./chart-layout";

/** `gpu-02:30001`, `10.190.1.2:30001` or `:30001`: the cell that the address names, null when there is none. */
export function readCell(text: string | null, chart: Chart, map: WirePortMap): Selection | null {
  if (text === null) return null;
  const target = parseTarget(text);
  const match = /^(.*):(\d+)(?:\/([a-z]+))?$/i.exec(text);
  const port = target?.port ?? Number(match?.[2]);
  const protocol = target?.protocol ?? match?.[3]?.toUpperCase() ?? null;
  const column = chart.columns.findIndex((each) => each.column.port === port && (protocol === null || each.column.protocol === protocol));
  const host = target?.address ?? match?.[1] ?? "";
  const node = host === "" ? firstNode(chart) : map.nodes.find((each) => each.name === host || each.addresses.includes(host))?.name;
  return column < 0 || node === undefined || chart.rowOf(node) < 0 ? null : { node, column };
}

/** The node that stands first, or stands in for the folded group that does. */
export function firstNode(chart: Chart): string | undefined {
  return chart.rows.map(nodeToSelect).find((node) => node !== null) ?? undefined;
}
