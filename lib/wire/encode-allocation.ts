import type { Allocation } from "@/lib/core";
import type { WireAllocation } from "./schemas";
import { decodeTime, encodeTime } from "./time";

/** A row of the allocation table for the wire: contract.md `Allocation`. */
export function encodeAllocation(allocation: Allocation, cluster: string): WireAllocation {
  return {
    id: allocation.id,
    cluster,
    port: allocation.port,
    protocol: allocation.protocol,
    kind: allocation.kind,
    namespace: allocation.namespace,
    holder: { kind: allocation.holder.kind, name: allocation.holder.name },
    owners: allocation.owners.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    groups: allocation.groups.map(({ kind, name }) => ({ kind, name })),
    selector: allocation.selector === null ? null : { ...allocation.selector },
    nodes: allocation.nodes === "all" ? "all" : [...allocation.nodes],
    addresses: [...allocation.addresses],
    externalTrafficPolicy: allocation.externalTrafficPolicy,
    backends: allocation.backends === null ? null : { ready: allocation.backends.ready, total: allocation.backends.total },
    band: allocation.band,
    findings: [...allocation.findings],
    createdAt: encodeTime(allocation.createdAtMs),
    note: allocation.note,
    unknown: [...allocation.unknown],
  };
}

/** The row as core has it; its cluster is told apart. */
export function decodeAllocation(wire: WireAllocation): Allocation {
  const { cluster: _cluster, createdAt, ...row } = wire;
  return { ...row, createdAtMs: decodeTime(createdAt) };
}
