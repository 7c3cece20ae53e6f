// From EndpointSlices to the endpoint list of one Service port and family, as kube-proxy's slice cache merges them (routing.md 2.1).

import { serviceKey } from "../model/brands";
import type { EndpointSliceRecord, SliceEndpoint } from "../model/endpoint-slice";
import type { IPFamily, ObjectRef } from "../model/meta";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { compareText } from "../basics/order";
import { sliceIsSeen } from "./service-rules";

/** One place that a Service port may send connections to. `slice`: where it is written; `converted`: that slice was derived from Endpoints. */
export type Endpoint = {
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | null;
  readonly hintZones: readonly string[];
  readonly hintNodes: readonly string[];
  readonly targetRef: ObjectRef | null;
  readonly slice: string;
  readonly converted: boolean;
};

/**
 * The endpoints of a Service port, sorted by address and port.
 *
 * `disputed`: some address stands several times with different conditions and the order of reading decides; then `list` holds the first pick and
 * `other` the last: an answer that differs between the two is contested.
 */
export type EndpointList = { readonly list: readonly Endpoint[]; readonly other: readonly Endpoint[]; readonly disputed: boolean };

/** Since 1.36 a later copy replaces an earlier one unless it is terminating; before, only when it is local to the node. */
export const mergesByTerminatingSince = 36;

/**
 * Input:   a Service, one of its ports, a family, the proxy's minor version, and the node (its name matters to proxies up to 1.35 only).
 * Returns: see EndpointList.
 * Errors:  never throws.
 * Source:  EndpointSlice; pkg/proxy/endpointslicecache.go, endpointschangetracker.go.
 * Cost:    linear in the Service's slices.
 */
export function collectEndpoints(
  snapshot: Snapshot,
  service: ServiceRecord,
  port: ServicePort,
  family: IPFamily,
  minor: number,
  nodeName: string,
): EndpointList {
  const copies = new Map<string, Endpoint[]>();
  let repeated = false;
  for (const { slice, number } of slicesOfPort(snapshot, service, port, family, minor)) {
    for (const endpoint of slice.endpoints) {
      const place = toEndpoint(endpoint, number, slice.name, slice.convertedFrom !== null);
      const key = `${place.address} ${String(place.port)}`;
      const known = copies.get(key);
      if (known === undefined) copies.set(key, [place]);
      else {
        known.push(place);
        repeated = true;
      }
    }
  }
  const sorted = [...copies.values()].sort((a, b) => compareText(textOf(a[0]), textOf(b[0])));
  if (!repeated) {
    const list = sorted.flat();
    return { list, other: list, disputed: false };
  }
  const merge =
    minor >= mergesByTerminatingSince
      ? mergeByTerminating
      : (each: readonly Endpoint[]): readonly Endpoint[] => mergeByLocality(each, nodeName);
  const picks = sorted.map((each) => {
    const candidates = merge(each);
    const first = candidates[0];
    // The candidates that can win, each once: alike ones are one.
    const rival = first === undefined ? undefined : candidates.find((candidate) => !isAlike(candidate, first));
    return { first, last: rival ?? first, disputed: rival !== undefined };
  });
  return {
    list: picks.flatMap(({ first }) => first ?? []),
    other: picks.flatMap(({ last }) => last ?? []),
    disputed: picks.some(({ disputed }) => disputed),
  };
}

/** The slices that a proxy reads for a Service port, in the order of reading, each with the number that it gives the port; one may give several. */
export function slicesOfPort(
  snapshot: Snapshot,
  service: ServiceRecord,
  port: ServicePort,
  family: IPFamily,
  minor: number,
): readonly { readonly slice: EndpointSliceRecord; readonly number: number }[] {
  const found: { readonly slice: EndpointSliceRecord; readonly number: number }[] = [];
  for (const slice of snapshot.lookup.slicesOfService(serviceKey(service.namespace, service.name))) {
    if (slice.addressType !== family || !sliceIsSeen(slice, minor)) continue;
    for (const { name, port: number, protocol } of slice.ports)
      if (name === port.name && number !== null && protocol === port.protocol) found.push({ slice, number });
  }
  return found;
}

/** Which copies can win: any that is not terminating; all of them when all are. */
function mergeByTerminating(copies: readonly Endpoint[]): readonly Endpoint[] {
  const staying = copies.filter((copy) => !copy.terminating);
  return staying.length > 0 ? staying : copies;
}

/** Which copies can win: any local one; all of them when none is. */
function mergeByLocality(copies: readonly Endpoint[], nodeName: string): readonly Endpoint[] {
  const local = copies.filter((copy) => copy.nodeName === nodeName);
  return local.length > 0 ? local : copies;
}

function isAlike(a: Endpoint, b: Endpoint): boolean {
  return (
    a.ready === b.ready &&
    a.serving === b.serving &&
    a.terminating === b.terminating &&
    a.nodeName === b.nodeName &&
    a.hintZones.join() === b.hintZones.join() &&
    a.hintNodes.join() === b.hintNodes.join()
  );
}

function toEndpoint(endpoint: SliceEndpoint, port: number, slice: string, converted: boolean): Endpoint {
  const { address, ready, serving, terminating, nodeName, hintZones, hintNodes, targetRef } = endpoint;
  return { address, port, ready, serving, terminating, nodeName, hintZones, hintNodes, targetRef, slice, converted };
}

function textOf(endpoint: Endpoint | undefined): string {
  return endpoint === undefined ? "" : `${endpoint.address}:${String(endpoint.port)}`;
}
