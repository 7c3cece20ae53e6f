// What answers share that send packets to one list of endpoints: kept with the list's Categories, made when first asked for.

import type { Backend, RouteStep } from "../model/route";

/** The backends of a list as most nodes and clients meet them; `onNodes`: some endpoint is a node's own address, where the node matters. `owners`: how many workloads. */
export type CommonBackends = {
  readonly preserved: readonly Backend[];
  readonly masqueraded: readonly Backend[];
  readonly addresses: ReadonlySet<string>;
  readonly onNodes: boolean;
  readonly owners: number;
};

/** `step`: the route step that tells the endpoints. `cluster`, `local`: backends of the list of that policy. */
export type SharedAnswer = { step: RouteStep | null; readonly cluster: BackendSlot; readonly local: BackendSlot };

export type BackendSlot = { common: CommonBackends | null };

export function createSharedAnswer(): SharedAnswer {
  return { step: null, cluster: { common: null }, local: { common: null } };
}
