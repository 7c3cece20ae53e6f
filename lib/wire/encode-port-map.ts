import type { ClientPosition, PortMap } from "@/lib/core";
import type { WireClientPosition, WirePortMap } from "./schemas";

/** The node × port map for the wire: contract.md `Map`. */
export function encodePortMap(map: PortMap): WirePortMap {
  return {
    from: encodePosition(map.from),
    nodes: map.nodes.map((node) => ({ ...node, addresses: [...node.addresses] })),
    cells: map.cells.map((cell) => ({
      ...cell,
      reason: cell.reason as WirePortMap["cells"][number]["reason"],
      owners: cell.owners.map((owner) => ({ ...owner, group: owner.group === null ? null : { ...owner.group } })),
      differs: [...cell.differs],
      findings: [...cell.findings],
    })),
    columns: map.columns.map((column) => ({
      ...column,
      claims: column.claims.map((claim) => ({ ...claim })),
      findings: [...column.findings],
      exceptions: column.exceptions.map(([node, cell]): [number, number] => [node, cell]),
    })),
  };
}

/** The map as core has it. */
export function decodePortMap(wire: WirePortMap): PortMap {
  return { ...wire, from: decodePosition(wire.from) };
}

function encodePosition(from: ClientPosition): WireClientPosition {
  if (from.kind !== "outside") return { ...from };
  return from.address === null ? { kind: "outside" } : { kind: "outside", address: from.address };
}

function decodePosition(from: WireClientPosition): ClientPosition {
  return from.kind === "outside" ? { kind: "outside", address: from.address ?? null } : from;
}
