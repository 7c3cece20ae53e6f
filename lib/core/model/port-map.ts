import type { ClaimKind } from "./claim";
import type { Protocol } from "./meta";
import type { Group, Owner } from "./owner";
import type { ClientPosition, OutcomeKind } from "./route";

/** contract.md `Cell`: the answer of one node on one column. `local`: backends usable on this node; `ready`: usable anywhere; `differs`: its other addresses that answer otherwise. */
export type Cell = {
  readonly outcome: OutcomeKind;
  readonly reason: string | null;
  readonly claim: ClaimKind | null;
  readonly local: number;
  readonly ready: number;
  readonly owners: readonly (Owner & { readonly group: Group | null; readonly probability: number | null; readonly here: boolean })[];
  readonly differs: readonly string[];
  readonly findings: readonly string[];
};

export type PortMapNode = {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly pool: string | null;
  readonly zone: string | null;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly proxy: string;
};

/** `cell` and the exceptions' second number are places in `cells`; their first is a place in `nodes`. */
export type PortMapColumn = {
  readonly port: number;
  readonly protocol: Protocol;
  readonly claims: readonly { readonly kind: ClaimKind; readonly namespace: string; readonly holder: string }[];
  readonly band: string | null;
  readonly findings: readonly string[];
  readonly cell: number;
  readonly exceptions: readonly (readonly [number, number])[];
};

export type PortMap = {
  readonly from: ClientPosition;
  readonly nodes: readonly PortMapNode[];
  readonly cells: readonly Cell[];
  readonly columns: readonly PortMapColumn[];
};
