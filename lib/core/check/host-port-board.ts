// Who holds which host ports while the pods of a manifest are put in their places.

import { collidesForScheduler, findSchedulerCollisions, listSchedulerPorts, type SchedulerPort } from "../claims/scheduler-ports";
import type { PodRecord } from "../model/pod";
import type { Snapshot } from "../model/snapshot";
import type { TakenHostPort } from "./host-port-placement";
import { resolvePortHolder, schedulerMinor } from "../rules/support/host-ports";

export type HostPortBoard = {
  /** The host ports that containers ask for, as the scheduler counts them. */
  wanted(containers: PodRecord["containers"]): readonly SchedulerPort[];
  /** What keeps a pod with these containers off a node; empty = free. */
  holders(node: string, containers: PodRecord["containers"]): readonly TakenHostPort[];
  take(node: string, pod: PodRecord): void;
};

/**
 * Input:   a snapshot, and which of its pods no longer count: they are deleted, or are put in their places anew.
 * Returns: a board that is mutable: `take` holds for the questions after it.
 */
export function createHostPortBoard(snapshot: Snapshot, isGone: (pod: PodRecord) => boolean): HostPortBoard {
  const minor = schedulerMinor(snapshot);
  const placed = new Map<string, PodRecord[]>();
  return {
    wanted: (containers) => listSchedulerPorts({ containers }, minor),
    holders: (node, containers) => {
      const live = findSchedulerCollisions(snapshot, { namespace: "", name: "", containers }, node, minor).filter(
        ({ holder }) => !isGone(holder),
      );
      const ports = listSchedulerPorts({ containers }, minor);
      const ahead = (placed.get(node) ?? []).flatMap((holder) =>
        ports.flatMap((wanted) =>
          listSchedulerPorts(holder, minor).some((held) => collidesForScheduler(wanted, held)) ? [{ wanted, holder }] : [],
        ),
      );
      return [...live, ...ahead].map(({ wanted, holder }) => ({
        node,
        holder: resolvePortHolder(holder),
        port: wanted.port,
        protocol: wanted.protocol,
      }));
    },
    take: (node, pod) => {
      const known = placed.get(node);
      if (known === undefined) placed.set(node, [pod]);
      else known.push(pod);
    },
  };
}
