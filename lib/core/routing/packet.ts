import type { IPFamily, Protocol } from "../model/meta";

/** Who asks, as the receiving node's proxy sees it (routing.md 0.4); one pod is POD on its own node and, once masqueraded, EXT on the next. */
export type ClientClass = "HOST_LOCAL" | "POD" | "EXT";

/**
 * A packet as it arrives at one node.
 *
 * `source` null: an outside client whose address is not known. `clientNode`: the node where it started, null for outside.
 * `masqueradedBefore`: a CNI already replaced the pod's address. `assumeAllowed`: what to take when source ranges ask for an unknown source; null = say that they do.
 */
export type Packet = {
  readonly address: string;
  readonly family: IPFamily;
  readonly port: number;
  readonly protocol: Protocol;
  readonly clientClass: ClientClass;
  readonly source: string | null;
  readonly clientNode: string | null;
  readonly masqueradedBefore: boolean;
  readonly assumeAllowed: boolean | null;
};
