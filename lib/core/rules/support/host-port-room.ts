// How many pods of a workload with host ports the nodes can take: one each, where nobody else holds the port.

import { findEligibleNodes } from "../../claims/eligible-nodes";
import { findSchedulerCollisions, listSchedulerPorts, type SchedulerPort } from "../../claims/scheduler-ports";
import { formatObjectRef, type ObjectRef } from "../../model/meta";
import type { Snapshot } from "../../model/snapshot";
import type { WorkloadRecord } from "../../model/workload";
import { resolveOwner } from "../../owners/owner";
import { resolvePortHolder, schedulerMinor } from "./host-ports";

/** `nodes`: those that the template may use; `free`: those of them where no other workload holds one of its ports; `holders`: who holds the others. */
export type HostPortRoom = {
  readonly workload: WorkloadRecord;
  readonly ports: readonly SchedulerPort[];
  readonly nodes: readonly string[];
  readonly free: readonly string[];
  readonly holders: readonly ObjectRef[];
};

/** The room of each Deployment whose pods ask for host ports and that wants at least one pod. */
export function listHostPortRooms(snapshot: Snapshot): readonly HostPortRoom[] {
  const minor = schedulerMinor(snapshot);
  return [...snapshot.deployments.values()].flatMap((workload) => {
    const ports = listSchedulerPorts(workload.template, minor);
    if (ports.length === 0 || (workload.replicas ?? 1) < 1) return [];
    const self = formatObjectRef({ kind: workload.kind, namespace: workload.namespace, name: workload.name });
    const candidate = { namespace: workload.namespace, name: "", containers: workload.template.containers };
    const holders = new Map<string, ObjectRef>();
    const nodes = findEligibleNodes(snapshot, workload.template.placement).map(({ name }) => name);
    const free = nodes.filter((node) => {
      const others = findSchedulerCollisions(snapshot, candidate, node, minor).filter(
        ({ holder }) => formatObjectRef(resolveOwner(holder)) !== self,
      );
      for (const { holder } of others) holders.set(formatObjectRef(resolvePortHolder(holder)), resolvePortHolder(holder));
      return others.length === 0;
    });
    return [{ workload, ports, nodes, free, holders: [...holders.values()] }];
  });
}
