import type { HostPortPlacement } from "../../check/host-port-placement";
import { formatObjectRef, type ObjectRef } from "../../model/meta";
import type { Context } from "../../policy/policy";

/** held: every node that a pod may use has the port taken. no-node: there is none that it may use. some-nodes: of a DaemonSet. too-few: some pods have no place. */
export type Unplaceable = "held" | "no-node" | "some-nodes" | "too-few";

/** Whether a check tells already that a workload has no place. */
export function isUnplaceable({ check }: Context, object: ObjectRef): boolean {
  return (
    check?.placements.some((each) => formatObjectRef(each.object) === formatObjectRef(object) && findUnplaceable(each) !== null) === true
  );
}

/** Why a workload of a manifest cannot have all of its pods; null where it can, or where nodes and pods could not be read. */
export function findUnplaceable({ known, object, daemonSet, wanted, staying, free, taken }: HostPortPlacement): Unplaceable | null {
  if (!known) return null;
  if (daemonSet) return taken.length > 0 ? "some-nodes" : null;
  if (staying.length + free.length === 0) return taken.length > 0 ? "held" : "no-node";
  // host-port-capacity tells it of Deployments, whose record has the replicas.
  return staying.length + free.length < wanted && object.kind !== "Deployment" ? "too-few" : null;
}
