// The numbers on nodes that the Services of a manifest ask for, against those that Services of the cluster hold.

import { lastOfEach, type CheckScope } from "../../check/check-scope";
import { serviceKey, type ServiceKey } from "../../model/brands";
import type { Protocol } from "../../model/meta";
import type { ServicePort, ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import type { Context } from "../../policy/policy";
import { isUnclaiming } from "./claimed-ports";

/** A number as a field of a Service states it. */
export type HeldNumber = { readonly number: number; readonly field: "nodePort" | "healthCheckNodePort"; readonly protocol: Protocol };

/** A number that another Service of the cluster holds. `leaves`: the same manifest takes it from there, but only afterwards. */
export type TakenNumber = HeldNumber & {
  readonly service: ServiceRecord;
  readonly holder: ServiceRecord;
  readonly holds: HeldNumber;
  readonly leaves: boolean;
};

/** `refused`: the numbers that the API server does not give, by Service. */
type Allocation = { readonly taken: readonly TakenNumber[]; readonly refused: ReadonlyMap<ServiceRecord, ReadonlySet<number>> };

const known = new WeakMap<Snapshot, Allocation>();

/**
 * What the API server would refuse since a Service that is there has the number.
 *
 * Input:   the snapshot after the manifest, which holds every number as it is wanted; the check.
 * Returns: in the order of the manifest. Objects are taken one after the other, as they are applied: a number that an earlier one gave back is free.
 *          A Service keeps what it has; what is deleted goes last. Two new Services that want one number are node-port-duplicate's.
 * Source:  the API server's port allocator (routing.md C1): one number, one Service, whatever the protocol.
 */
export function findTakenNumbers(after: Snapshot, scope: CheckScope): readonly TakenNumber[] {
  return allocateOnce(after, scope).taken;
}

/** A port of a Service; in a check without a number that the API server refuses: on its nodes nothing changes. */
export function grantPort(snapshot: Snapshot, { check }: Context, service: ServiceRecord, port: ServicePort): ServicePort {
  const refused = check === undefined ? undefined : allocateOnce(snapshot, check).refused.get(service);
  return refused?.has(port.nodePort) === true ? { ...port, nodePort: 0 } : port;
}

function allocateOnce(after: Snapshot, scope: CheckScope): Allocation {
  let allocation = known.get(after);
  if (allocation === undefined) {
    const taken = allocate(after, scope);
    const lasting = Map.groupBy(
      taken.filter(({ leaves }) => !leaves),
      ({ service }) => service,
    );
    const refused = new Map([...lasting].map(([service, all]) => [service, new Set(all.map(({ number }) => number))]));
    known.set(after, (allocation = { taken, refused }));
  }
  return allocation;
}

/** The numbers that a Service holds. */
export function numbersOf(service: ServiceRecord): readonly HeldNumber[] {
  if (isUnclaiming(service)) return [];
  const all: readonly HeldNumber[] = [
    ...service.ports.map(({ nodePort, protocol }): HeldNumber => ({ number: nodePort, field: "nodePort", protocol })),
    { number: service.healthCheckNodePort, field: "healthCheckNodePort", protocol: "TCP" },
  ];
  return all.filter(({ number }) => number > 0);
}

function allocate(after: Snapshot, { base, manifest }: CheckScope): readonly TakenNumber[] {
  const holders = new Map<number, ServiceKey>();
  for (const [key, service] of base.services) for (const { number } of numbersOf(service)) holders.set(number, key);
  const taken: TakenNumber[] = [];
  for (const { action, object } of lastOfEach(manifest)) {
    const key = serviceKey(object.namespace, object.name);
    const service = object.kind === "Service" && action === "apply" ? after.services.get(key) : undefined;
    if (service === undefined) continue;
    const wanted = numbersOf(service);
    const before = base.services.get(key);
    const own = new Set(before === undefined ? [] : numbersOf(before).map(({ number }) => number));
    const refused = wanted.flatMap((each): TakenNumber[] => {
      const other = holders.get(each.number);
      const holder = other === undefined || other === key || own.has(each.number) ? undefined : base.services.get(other);
      const holds = holder === undefined ? undefined : numbersOf(holder).find(({ number }) => number === each.number);
      if (other === undefined || holder === undefined || holds === undefined) return [];
      const later = after.services.get(other);
      const leaves = later === undefined || !numbersOf(later).some(({ number }) => number === each.number);
      return [{ ...each, service, holder, holds, leaves }];
    });
    taken.push(...refused);
    if (refused.length > 0) continue;
    for (const number of own) if (holders.get(number) === key) holders.delete(number);
    for (const { number } of wanted) if (!holders.has(number)) holders.set(number, key);
  }
  return taken;
}
