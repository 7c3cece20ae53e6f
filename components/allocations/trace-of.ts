import { formatAddress } from "@/lib/client/format";
import type { WireAllocation } from "@/lib/wire/schemas";

/** The address under which a row is traced: its own where it has one, else its number on whichever node. */
export function traceTarget(row: WireAllocation): string {
  const address = row.addresses[0];
  const protocol = row.protocol === "any" ? "TCP" : row.protocol;
  return address === undefined
    ? protocol === "TCP"
      ? String(row.port)
      : `:${String(row.port)}/${protocol.toLowerCase()}`
    : formatAddress(address, row.port, protocol);
}

/** Where a row's trace is. A hostPort answers on its own nodes only. */
export function traceParams(row: WireAllocation): Readonly<Record<string, string | null>> {
  return { to: traceTarget(row), node: row.nodes === "all" || row.addresses.length > 0 ? null : (row.nodes[0] ?? null) };
}
