// Which Services a change can concern: what makes an answer after one event cost one event's worth.

import { podKey, serviceKey, type ServiceKey } from "../model/brands";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { carrySurvey } from "./survey-pods";

/** A snapshot must not keep the one before it, which would keep the one before that. */
type Concerned = { readonly before: WeakRef<Snapshot>; readonly services: readonly ServiceKey[] };

/** Of a snapshot, the Services with a stray endpoint: one whose pod their selector does not pick. */
const strays = new WeakMap<Snapshot, ReadonlySet<ServiceKey>>();
const concerned = new WeakMap<Snapshot, Concerned>();

/**
 * The Services that differ, whose slices differ, or whose pods (selected, or behind an endpoint) differ between two snapshots.
 *
 * Input:   two snapshots of one index, the earlier one first.
 * Returns: their keys, sorted, also of Services that are gone. Any pod may be behind a stray endpoint, so that its Service is concerned whenever a pod
 *          differs; of all others a pod behind an endpoint is a selected one.
 * Cost:    the changes, and their distance from the maps' common base; the first time in a row of snapshots also all endpoints.
 */
export function findConcerned(before: Snapshot, after: Snapshot): readonly ServiceKey[] {
  const last = concerned.get(after);
  if (last?.before.deref() === before) return last.services;
  let known = strays.get(before);
  if (known === undefined) strays.set(before, (known = findStrays(before, before.services.keys(), new Set())));
  const pods = after.pods.changedSince(before.pods);
  carrySurvey(before.pods, after.pods, pods);
  const found = new Set<ServiceKey>(after.services.changedSince(before.services));
  for (const key of after.endpointslices.changedSince(before.endpointslices))
    for (const snapshot of [before, after]) addServiceOf(found, snapshot.endpointslices.get(key));
  for (const key of pods) for (const snapshot of [before, after]) addSelecting(found, snapshot, snapshot.pods.get(key));
  if (pods.length > 0) for (const key of known) found.add(key);
  const services = [...found].sort();
  strays.set(after, findStrays(after, services, known));
  concerned.set(after, { before: new WeakRef(before), services });
  return services;
}

function addServiceOf(found: Set<ServiceKey>, slice: EndpointSliceRecord | undefined): void {
  if (slice !== undefined && slice.serviceName !== null) found.add(serviceKey(slice.namespace, slice.serviceName));
}

function addSelecting(found: Set<ServiceKey>, snapshot: Snapshot, pod: PodRecord | undefined): void {
  if (pod === undefined) return;
  for (const { namespace, name } of snapshot.lookup.servicesSelecting(pod)) found.add(serviceKey(namespace, name));
}

/** The known strays, but for those among `keys` anew. */
function findStrays(snapshot: Snapshot, keys: Iterable<ServiceKey>, known: ReadonlySet<ServiceKey>): ReadonlySet<ServiceKey> {
  const found = new Set(known);
  for (const key of keys) {
    const service = snapshot.services.get(key);
    if (service !== undefined && hasStray(snapshot, service)) found.add(key);
    else found.delete(key);
  }
  return found;
}

function hasStray(snapshot: Snapshot, service: ServiceRecord): boolean {
  const slices = snapshot.lookup.slicesOfService(serviceKey(service.namespace, service.name));
  if (slices.length === 0) return false;
  const selected = new Set(snapshot.lookup.podsBySelector(service.namespace, service.selector));
  return slices.some(({ endpoints }) =>
    endpoints.some(({ targetRef }) => {
      // Without a reference the address alone may lead to a pod, and to another one tomorrow.
      if (targetRef === null) return true;
      const pod = targetRef.kind === "Pod" ? snapshot.pods.get(podKey(targetRef.namespace, targetRef.name)) : undefined;
      return targetRef.kind === "Pod" && (pod === undefined || !selected.has(pod));
    }),
  );
}
