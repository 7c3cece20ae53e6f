import type { ClaimKind } from "./claim";
import type { Labels, ObjectRef, Protocol } from "./meta";
import type { Group, Owner } from "./owner";
import type { ResourceKind } from "./resource-kind";
import type { TrafficPolicy } from "./service";

/**
 * A row of the allocation table: all claims of one kind by one holder on one port and protocol (contract.md `Allocation`).
 *
 * `id`: kind/namespace/holder kind/holder name/port/protocol. `nodes` "all" = every node that runs a proxy.
 * `addresses` empty = every address accepted there. `backends` null = the kind has none; ready/total null = unknown.
 * `unknown`: kinds that were missing for this row. `findings`: fingerprints, filled by whoever joins rows and findings.
 */
export type Allocation = {
  readonly id: string;
  readonly port: number;
  readonly protocol: Protocol | "any";
  readonly kind: ClaimKind;
  readonly namespace: string;
  readonly holder: { readonly kind: string; readonly name: string };
  readonly owners: readonly Owner[];
  readonly groups: readonly Group[];
  readonly selector: Labels | null;
  readonly nodes: "all" | readonly string[];
  readonly addresses: readonly string[];
  readonly externalTrafficPolicy: TrafficPolicy | null;
  readonly backends: { readonly ready: number | null; readonly total: number | null } | null;
  readonly band: string | null;
  readonly findings: readonly string[];
  readonly createdAtMs: number | null;
  readonly note: string | null;
  readonly unknown: readonly ResourceKind[];
};

/** The holder of an allocation as an object reference. */
export function holderOf(allocation: Pick<Allocation, "namespace" | "holder">): ObjectRef {
  return { kind: allocation.holder.kind, namespace: allocation.namespace, name: allocation.holder.name };
}
