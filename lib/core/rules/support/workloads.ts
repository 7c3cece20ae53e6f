import type { Snapshot } from "../../model/snapshot";
import type { WorkloadRecord } from "../../model/workload";

const known = new WeakMap<Snapshot["deployments"], ReadonlyMap<string, readonly WorkloadRecord[]>>();

/** The Deployments of a namespace. */
export function deploymentsOf(snapshot: Snapshot, namespace: string): readonly WorkloadRecord[] {
  return ofNamespace(snapshot.deployments, namespace);
}

/** The DaemonSets of a namespace. */
export function daemonSetsOf(snapshot: Snapshot, namespace: string): readonly WorkloadRecord[] {
  return ofNamespace(snapshot.daemonsets, namespace);
}

function ofNamespace(workloads: Snapshot["deployments"], namespace: string): readonly WorkloadRecord[] {
  let groups = known.get(workloads);
  if (groups === undefined) known.set(workloads, (groups = Map.groupBy(workloads.values(), (each) => each.namespace)));
  return groups.get(namespace) ?? [];
}
