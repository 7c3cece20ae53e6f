// How full the bands of nodePorts are: those of the policy, and the whole range that the API server hands out.

import { dayOf } from "../../basics/civil-date";
import type { ObjectRef } from "../../model/meta";
import type { ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import { countPorts, hasPort } from "../../policy/bands";
import type { Context, PortRange } from "../../policy/policy";
import type { Found } from "../rule";
import { activeReservations } from "../../policy/reservations";
import { listNodeClaims } from "./node-claims";
import { knowNodePortRange } from "./node-port-range";
import { sayRange } from "./order-words";
import { surveyServices } from "./survey-services";
import { sayCount, sayShare } from "./words";

/** `band` null: the service node-port range itself. `loadBalancers`: Services of that type that need not hold their `loadBalancerPorts` numbers. */
export type BandUse = {
  readonly band: string | null;
  readonly owner: string | null;
  readonly range: PortRange;
  readonly used: number;
  readonly size: number;
  readonly loadBalancers: number;
  readonly loadBalancerPorts: number;
};

/** The name of the whole range where a band's would stand. */
export const rangeName = "service-node-port-range";

const nearlyFull = 0.9;

/** Nine of ten numbers are taken, all of them included. */
export function isNearlyFull({ used, size }: Pick<BandUse, "used" | "size">): boolean {
  return used >= size * nearlyFull;
}

/** The use of each policy band of kind nodePort, then of the range where it is known. Health-check ports and reservations count. */
export function listBandUse(snapshot: Snapshot, context: Context): readonly BandUse[] {
  const held = listNodeClaims(snapshot).filter(({ space }) => space === "nodePort");
  const reserved = activeReservations(context.policy, context.nowMs).filter(({ kind }) => kind === "nodePort");
  const taken = new Set([...held.map(({ port }) => port.port), ...reserved.map(({ port }) => port)]);
  const range = knowNodePortRange(snapshot, context)?.range;
  const bands = context.policy.bands
    .filter(({ kind }) => kind === "nodePort")
    .map(({ name, owner, ports }) => ({ band: name, owner, ports }));
  const all = [...bands, ...(range === undefined ? [] : [{ band: null, owner: null, ports: range }])];
  return all.map(({ band, owner, ports }) => ({
    band,
    owner,
    range: ports,
    used: [...taken].filter((port) => hasPort(ports, port)).length,
    size: countPorts(ports),
    ...countLoadBalancers(snapshot, ports),
  }));
}

/** What the use rests on, for `reads`. */
export function readsOfBandUse(snapshot: Snapshot, { nowMs }: Context): readonly unknown[] {
  return [listNodeClaims(snapshot), snapshot.services, snapshot.events, dayOf(nowMs)];
}

/** The part of a finding that says which band it is about. */
export function bandSubject({ band }: BandUse): Pick<Found<BandUse>, "variant" | "subjects" | "ports"> {
  return {
    variant: band === null ? "range" : "band",
    subjects: [{ kind: "Band", namespace: "", name: band ?? rangeName } satisfies ObjectRef],
    ports: [],
  };
}

export function sayBand({ band }: BandUse): string {
  return band === null ? "The service node-port range" : `The band ${band}`;
}

/** How much is used, and what could be given back. */
export function sayUse({ range, used, size, loadBalancers, loadBalancerPorts, owner }: BandUse): string {
  const whose = owner === null ? "" : `, ${owner}`;
  const give =
    loadBalancers === 0
      ? ""
      : ` ${String(loadBalancerPorts)} of them belong to ${sayCount(loadBalancers, "LoadBalancer Service")} that could do without, by \`allocateLoadBalancerNodePorts: false\`, where the load balancer reaches pods directly.`;
  return `${String(used)} of ${String(size)} numbers of ${sayRange(range)}${whose} are taken or reserved (${sayShare(used / size)}).${give}`;
}

/** LoadBalancer Services that hold numbers there which their load balancer may not need. */
export function listReleasable(snapshot: Snapshot, range: PortRange): readonly ServiceRecord[] {
  return surveyServices(snapshot).onNodes.filter(
    (service) =>
      service.type === "LoadBalancer" &&
      service.allocateLoadBalancerNodePorts &&
      service.ports.some(({ nodePort }) => nodePort !== 0 && hasPort(range, nodePort)),
  );
}

function countLoadBalancers(snapshot: Snapshot, range: PortRange): Pick<BandUse, "loadBalancers" | "loadBalancerPorts"> {
  const counts = listReleasable(snapshot, range).map(
    ({ ports }) => new Set(ports.flatMap(({ nodePort }) => (nodePort !== 0 && hasPort(range, nodePort) ? [nodePort] : []))).size,
  );
  return { loadBalancers: counts.length, loadBalancerPorts: counts.reduce((sum, count) => sum + count, 0) };
}
