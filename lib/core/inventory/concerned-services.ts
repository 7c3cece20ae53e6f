// Which Services a change can concern: what makes an answer after one event cost one event's worth.

import { normaliseAddress } from "../basics/ip";
import type { Steps } from "../basics/steps";
import { podKey, serviceKey, type ServiceKey } from "../model/brands";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { leadsToSelected } from "./selected-endpoints";
import { carrySurvey } from "./survey-pods";

/** A snapshot must not keep the one before it, which would keep the one before that. */
type Concerned = { readonly before: WeakRef<Snapshot>; readonly services: readonly ServiceKey[] };

/** Services with a stray endpoint, one whose pod their selector does not pick: by what a pod would be behind it, the pod's key or one of its addresses. */
type Strays = ReadonlyMap<ServiceKey, readonly string[]>;

const strays = new WeakMap<Snapshot, Strays>();
const concerned = new WeakMap<Snapshot, Concerned>();

/**
 * The Services that differ, whose slices differ, or whose pods (selected, or behind an endpoint) differ between two snapshots; in steps of one Service.
 *
 * Input:   two snapshots of one index, the earlier one first.
 * Returns: their keys, sorted, also of Services that are gone. Behind a stray endpoint may be the pod that it names and any that has its address; of all others
 *          a pod behind an endpoint is a selected one.
 * Cost:    the changes, and their distance from the maps' common base, and the stray endpoints; the first time in a row of snapshots also all endpoints.
 */
export function* findConcerned(before: Snapshot, after: Snapshot): Steps<readonly ServiceKey[]> {
  const last = concerned.get(after);
  if (last?.before.deref() === before) return last.services;
  let known = strays.get(before);
  if (known === undefined) strays.set(before, (known = yield* findStrays(before, before.services.keys(), new Map())));
  const pods = after.pods.changedSince(before.pods);
  carrySurvey(before.pods, after.pods, pods);
  const found = new Set<ServiceKey>(after.services.changedSince(before.services));
  for (const key of after.endpointslices.changedSince(before.endpointslices))
    for (const snapshot of [before, after]) addServiceOf(found, snapshot.endpointslices.get(key));
  const met = new Set<string>(pods);
  for (const key of pods) {
    for (const snapshot of [before, after]) {
      const pod = snapshot.pods.get(key);
      addSelecting(found, snapshot, pod);
      for (const ip of pod?.podIPs ?? []) met.add(normaliseAddress(ip));
    }
  }
  for (const [key, clues] of known) if (clues.some((clue) => met.has(clue))) found.add(key);
  const services = [...found].sort();
  strays.set(after, yield* findStrays(after, services, known));
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
function* findStrays(snapshot: Snapshot, keys: Iterable<ServiceKey>, known: Strays): Steps<Strays> {
  const found = new Map(known);
  for (const key of keys) {
    yield;
    const service = snapshot.services.get(key);
    const clues = service === undefined ? [] : cluesOf(snapshot, service);
    if (clues.length > 0) found.set(key, clues);
    else found.delete(key);
  }
  return found;
}

function cluesOf(snapshot: Snapshot, service: ServiceRecord): readonly string[] {
  if (leadsToSelected(snapshot, service)) return [];
  const slices = snapshot.lookup.slicesOfService(serviceKey(service.namespace, service.name));
  const selected = new Set(snapshot.lookup.podsBySelector(service.namespace, service.selector));
  return slices.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ address, targetRef }) => {
      // Without a reference the address alone may lead to a pod, and to another one tomorrow.
      if (targetRef?.kind !== "Pod") return [normaliseAddress(address)];
      const key = podKey(targetRef.namespace, targetRef.name);
      const pod = snapshot.pods.get(key);
      return pod !== undefined && selected.has(pod) ? [] : [key, normaliseAddress(address)];
    }),
  );
}
