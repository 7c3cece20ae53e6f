import type { PortOfFinding } from "../model/finding";
import type { ObjectRef, Protocol } from "../model/meta";

/** A node that a pod might use but for a port that somebody holds there. */
export type TakenHostPort = { readonly node: string; readonly holder: ObjectRef; readonly port: number; readonly protocol: Protocol };

/**
 * Where the pods of an object that asks for host ports could land.
 *
 * `wanted` pods in all; `staying`: nodes where one runs and goes on; `free`: where another one could land; `taken`: where it could but for a holder;
 * `excluded`: how many nodes its selector, affinity and their taints rule out. `known` false: nodes or pods could not be read, and the lists are empty.
 */
export type HostPortPlacement = {
  readonly object: ObjectRef;
  readonly ports: readonly PortOfFinding[];
  readonly daemonSet: boolean;
  readonly wanted: number;
  readonly staying: readonly string[];
  readonly free: readonly string[];
  readonly taken: readonly TakenHostPort[];
  readonly excluded: number;
  readonly known: boolean;
};
