// Whom a manifest brings together: Services that select pods of several owners, some of them only once it is applied.

import type { CheckScope } from "../../check/check-scope";
import { isEqual } from "../../basics/equal";
import { compareText } from "../../basics/order";
import { isFinished } from "../../inventory/pod-claims";
import { serviceKey, type ServiceKey } from "../../model/brands";
import { formatObjectRef } from "../../model/meta";
import type { Owner } from "../../model/owner";
import type { PodRecord } from "../../model/pod";
import type { ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import { resolveGroup, resolveOwner } from "../../owners/owner";
import type { Context } from "../../policy/policy";
import { isPassedOver, isUnclaiming } from "./claimed-ports";
import { isJobPod, isScraped, ownersOfPort } from "./port-owners";

/** An owner of selected pods. `added`: the Service selects it only once the manifest is applied; `stated`: the manifest holds it. */
export type SelectedOwner = {
  readonly owner: Owner;
  readonly pods: readonly PodRecord[];
  readonly added: boolean;
  readonly stated: boolean;
};

/**
 * `captures`: the manifest's Service reaches out to pods of somebody else. `captured`: the manifest's pods come to a Service that others stand behind.
 * `owners` by name.
 */
export type SelectionChange = {
  readonly service: ServiceRecord;
  readonly what: "captures" | "captured";
  readonly owners: readonly SelectedOwner[];
};

const known = new WeakMap<Snapshot, ReadonlyMap<ServiceKey, SelectionChange>>();

/**
 * The Services whose selected owners become several, or more, by the manifest.
 *
 * Returns: by Service; empty outside of a check. Headless Services, those that proxies pass over, and pods of Jobs make no mixture here. Where all owners are the
 *          manifest's own there is no stranger: mixed-owners tells of it as of any Service.
 */
export function findSelectionChanges(snapshot: Snapshot, { check }: Pick<Context, "check">): ReadonlyMap<ServiceKey, SelectionChange> {
  if (check === undefined) return none;
  let changes = known.get(snapshot);
  if (changes === undefined) {
    const stated = new Set(check.manifest.objects.map(({ object }) => formatObjectRef(object)));
    changes = new Map(
      [...concernedServices(snapshot, check)].flatMap((service) => {
        const change = judge(snapshot, check, stated, service);
        return change === null ? [] : [[serviceKey(service.namespace, service.name), change] as const];
      }),
    );
    known.set(snapshot, changes);
  }
  return changes;
}

const none: ReadonlyMap<ServiceKey, SelectionChange> = new Map();

/** Whether a check tells of the mixture behind a Service by a rule of its own: it was not there before. */
export function isNewMixture(snapshot: Snapshot, context: Context, service: ServiceRecord): boolean {
  const key = serviceKey(service.namespace, service.name);
  if (context.check === undefined || !findSelectionChanges(snapshot, context).has(key)) return false;
  const { base } = context.check;
  const before = base.services.get(key);
  return before?.ports.some((port) => ownersOfPort(base, before, port).length > 1) !== true;
}

/** Each owner once, with all its pods, by name. Who is new to one of the Services here is new to all. */
export function joinOwners(owners: readonly SelectedOwner[]): readonly SelectedOwner[] {
  return [...Map.groupBy(owners, nameOfOwner)]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, [first, ...more]]) =>
      first === undefined ? [] : [{ ...first, pods: [...new Set([first, ...more].flatMap(({ pods }) => pods))] }],
    );
}

export function nameOfOwner({ owner }: Pick<SelectedOwner, "owner">): string {
  return formatObjectRef(owner);
}

function concernedServices(snapshot: Snapshot, { base, manifest }: CheckScope): ReadonlySet<ServiceRecord> {
  const services = new Set<ServiceRecord>();
  for (const { object } of manifest.objects) {
    const service = object.kind === "Service" ? snapshot.services.get(serviceKey(object.namespace, object.name)) : undefined;
    if (service !== undefined) services.add(service);
  }
  for (const [key, pod] of snapshot.pods)
    if (base.pods.get(key) !== pod) for (const service of snapshot.lookup.servicesSelecting(pod)) services.add(service);
  return services;
}

function judge(snapshot: Snapshot, { base }: CheckScope, stated: ReadonlySet<string>, service: ServiceRecord): SelectionChange | null {
  if (isUnclaiming(service) || isPassedOver(service)) return null;
  const before = base.services.get(serviceKey(service.namespace, service.name));
  const earlier = before === undefined ? new Map<string, PodRecord[]>() : ownersBehind(base, before);
  const owners = [...ownersBehind(snapshot, service)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, pods]): SelectedOwner[] => {
      const [first] = pods;
      return first === undefined ? [] : [{ owner: resolveOwner(first), pods, added: !earlier.has(name), stated: stated.has(name) }];
    });
  if (owners.length < 2) return null;
  const groups = owners.map(({ pods }) => ({ group: pods[0] === undefined ? null : resolveGroup(pods[0]) }));
  if (service.ports.length > 0 && service.ports.every((port) => isScraped(service, port, groups))) return null;
  const reaches = stated.has(`Service/${service.namespace}/${service.name}`) && !isEqual(before?.selector, service.selector);
  if (reaches && owners.some(({ added, stated: own }) => added && !own)) return { service, what: "captures", owners };
  return owners.some(({ added }) => added) && owners.some(({ added }) => !added) ? { service, what: "captured", owners } : null;
}

function ownersBehind(snapshot: Snapshot, service: ServiceRecord): ReadonlyMap<string, PodRecord[]> {
  const pods = snapshot.lookup.podsBySelector(service.namespace, service.selector).filter((pod) => !isFinished(pod) && !isJobPod(pod));
  return Map.groupBy(pods, (pod) => formatObjectRef(resolveOwner(pod)));
}
