import { serviceKey } from "../model/brands";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";

/** Whether every endpoint in the slices of a Service names a pod that its selector picks, as in nearly all Services; so too where it has none. */
export function leadsToSelected(snapshot: Snapshot, { namespace, name, selector }: ServiceRecord): boolean {
  const slices = snapshot.lookup.slicesOfService(serviceKey(namespace, name));
  if (slices.length === 0) return true;
  const selected = new Set<string>();
  for (const pod of snapshot.lookup.podsBySelector(namespace, selector)) selected.add(pod.name);
  return slices.every(({ endpoints }) =>
    endpoints.every(({ targetRef }) => targetRef?.kind === "Pod" && targetRef.namespace === namespace && selected.has(targetRef.name)),
  );
}
