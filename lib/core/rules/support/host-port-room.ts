// How many pods of a workload with host ports the nodes can take: one each, where nobody else holds the port.

import { findEligibleNodes, type EligibilityOptions } from "../../claims/eligible-nodes";
import { findSchedulerCollisions, listSchedulerPorts, type SchedulerPort } from "../../claims/scheduler-ports";
import { formatObjectRef, type ObjectRef } from "../../model/meta";
import type { NodeRecord } from "../../model/node";
import type { Snapshot } from "../../model/snapshot";
import type { WorkloadRecord } from "../../model/workload";
import { resolveOwner } from "../../owners/owner";
import { resolvePortHolder, schedulerMinor } from "./host-ports";

/** `nodes`: those that the template may use; `free`: those of them where no other workload holds one of its ports; `holders`: who holds the others. */
export type HostPortRoom = {
  readonly workload: WorkloadRecord;
  readonly ports: readonly SchedulerPort[];
  readonly nodes: readonly NodeRecord[];
  readonly free: readonly NodeRecord[];
  readonly holders: readonly ObjectRef[];
};

const known = new WeakMap<Snapshot, readonly HostPortRoom[]>();

/** The room of each Deployment whose pods ask for host ports and that wants at least one pod; kept with the snapshot, since rules and remedies ask. */
export function listHostPortRooms(snapshot: Snapshot): readonly HostPortRoom[] {
  let rooms = known.get(snapshot);
  if (rooms === undefined) {
    rooms = [...snapshot.deployments.values()].flatMap((workload) => {
      if ((workload.replicas ?? 1) < 1) return [];
      const room = findHostPortRoom(snapshot, workload);
      return room.ports.length === 0 ? [] : [room];
    });
    known.set(snapshot, rooms);
  }
  return rooms;
}

/** The room of one workload; by `options` that which its pods would have if a DaemonSet made them. */
export function findHostPortRoom(snapshot: Snapshot, workload: WorkloadRecord, options: EligibilityOptions = {}): HostPortRoom {
  const minor = schedulerMinor(snapshot);
  const ports = listSchedulerPorts(workload.template, minor);
  if (ports.length === 0) return { workload, ports, nodes: [], free: [], holders: [] };
  const self = formatObjectRef(workload);
  const candidate = { namespace: workload.namespace, name: "", containers: workload.template.containers };
  const holders = new Map<string, ObjectRef>();
  const nodes = findEligibleNodes(snapshot, workload.template.placement, options);
  const free = nodes.filter(({ name }) => {
    const others = findSchedulerCollisions(snapshot, candidate, name, minor).filter(
      ({ holder }) => formatObjectRef(resolveOwner(holder)) !== self,
    );
    for (const { holder } of others) holders.set(formatObjectRef(resolvePortHolder(holder)), resolvePortHolder(holder));
    return others.length === 0;
  });
  return { workload, ports, nodes, free, holders: [...holders.values()] };
}
