// What the selector of a Service means, and what its EndpointSlices hold.

import { familyOf, normaliseAddress } from "../../basics/ip";
import { isCustomSlice } from "../../inventory/custom-slices";
import { isFinished } from "../../inventory/pod-claims";
import { serviceKey } from "../../model/brands";
import type { EndpointSliceRecord } from "../../model/endpoint-slice";
import type { ObjectRef } from "../../model/meta";
import type { PodRecord } from "../../model/pod";
import type { ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import { lacksNamedPort } from "./target-ports";

/**
 * `absent`: ready pods that no slice holds, whether or not the controller has had its time; `strange`: ready addresses that no selected pod has.
 * `custom`: only slices that somebody else than the controller writes hold these.
 */
export type SliceDifference = {
  readonly service: ServiceRecord;
  readonly absent: readonly PodRecord[];
  readonly strange: readonly { readonly address: string; readonly slice: EndpointSliceRecord }[];
  readonly custom: boolean;
};

/** Returns: null where the two agree, or the slices of the Service are not made from its selector. */
export function compareSlices(snapshot: Snapshot, service: ServiceRecord): SliceDifference | null {
  if (service.type === "ExternalName" || service.selector === null || Object.keys(service.selector).length === 0) return null;
  const slices = snapshot.lookup
    .slicesOfService(serviceKey(service.namespace, service.name))
    .filter(({ addressType }) => addressType !== "FQDN");
  const pods = snapshot.lookup.podsBySelector(service.namespace, service.selector).filter((pod) => !isFinished(pod));
  if (holdsExactly(slices, pods)) return null;
  const absent = findAbsent(service, pods, slices);
  const strange = findStrange(pods, slices);
  if (absent.length === 0 && strange.length === 0) return null;
  return { service, absent, strange, custom: strange.every(({ slice }) => isCustomSlice(slice, slices)) };
}

/** Nearly always: each address of the pods stands in the slices once, and no other. */
function holdsExactly(slices: readonly EndpointSliceRecord[], pods: readonly PodRecord[]): boolean {
  const left = new Set<string>();
  for (const { podIPs } of pods) for (const ip of podIPs) left.add(ip);
  return slices.every(({ endpoints }) => endpoints.every(({ address }) => left.delete(address))) && left.size === 0;
}

function findAbsent(service: ServiceRecord, pods: readonly PodRecord[], slices: readonly EndpointSliceRecord[]): readonly PodRecord[] {
  const waiting = pods.filter((pod) => pod.ready && pod.deletedAtMs === null && pod.readyAtMs !== null);
  if (waiting.length === 0) return [];
  const held = new Set<string>();
  for (const { endpoints } of slices) for (const { address } of endpoints) held.add(address);
  const isServed = (ip: string): boolean => service.ipFamilies.length === 0 || service.ipFamilies.some((family) => familyOf(ip) === family);
  // Endpoints objects leave out pods without the named port; slices hold them without a port.
  const converted = slices.some(({ convertedFrom }) => convertedFrom !== null);
  return waiting.filter((pod) => {
    if (pod.podIPs.some((ip) => held.has(toKey(ip)) && isServed(ip)) || !pod.podIPs.some(isServed)) return false;
    return !(converted && service.ports.every((port) => lacksNamedPort(pod, port)));
  });
}

/** Ready addresses that no selected pod has. Terminating ones are on their way out already. */
function findStrange(
  pods: readonly PodRecord[],
  slices: readonly EndpointSliceRecord[],
): readonly { readonly address: string; readonly slice: EndpointSliceRecord }[] {
  const own = new Set<string>();
  for (const { podIPs } of pods) for (const ip of podIPs) own.add(toKey(ip));
  // The controller saw the pod's address a moment before we did.
  const starting = pods.filter(({ podIPs }) => podIPs.length === 0);
  const isStarting = (ref: ObjectRef | null): boolean => ref?.kind === "Pod" && starting.some(({ name }) => name === ref.name);
  return slices.flatMap((slice) =>
    slice.endpoints
      .filter(({ ready, terminating, address, targetRef }) => {
        return ready && !terminating && !own.has(address) && !isStarting(targetRef);
      })
      .map(({ address }) => ({ address, slice })),
  );
}

/** As slices hold it; IPv4 has one spelling. */
function toKey(ip: string): string {
  return ip.includes(":") ? normaliseAddress(ip) : ip;
}
