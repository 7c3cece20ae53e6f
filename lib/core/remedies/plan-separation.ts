// Who gets which Service where one mixes its owners: the Service that mixes them keeps one owner, the others get Services of their own with numbers of their own.

import { compareText } from "../basics/order";
import { fail, ok, type Result } from "../basics/result";
import { serviceKey } from "../model/brands";
import { formatObjectRef, type Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { findPortEndpoints } from "../inventory/usable-endpoints";
import { resolveGroup, resolveOwner } from "../owners/owner";
import { compareLabels, isUniqueKey } from "../owners/separating-labels";
import type { Context } from "../policy/policy";
import { isUnclaiming, hasOwnAddress } from "../rules/support/claimed-ports";
import { isJobPod, nameOwners } from "../rules/support/port-owners";
import { lacksNamedPort, lacksNumberedPort } from "../rules/support/target-ports";
import { pickNumbers, sayNoNumber } from "./free-numbers";
import { isLive } from "./selected-pods";
import { copyLabels } from "./service-manifest";
import { say, type Saying } from "./words";

/** `shown`: the name that people know it by. `pods`: all that are selected, usable or not. */
type Side = { readonly shown: string; readonly value: string; readonly pods: readonly PodRecord[] };

/** A Service as it will be; `before` null: it is new, and takes over from `origin`; `before` the same as `after`: it leads to its owner already. */
export type Change = {
  readonly before: ServiceRecord | null;
  readonly origin: ServiceRecord;
  readonly after: ServiceRecord;
  readonly side: Side;
};

/** What is decided about one Service, whichever of its findings asks. */
export type Separation = { readonly changes: readonly Change[]; readonly key: string; readonly left: readonly Side[] };
type Plan = Result<Separation, Saying | null>;

/**
 * Who gets which Service.
 *
 * Input:   a Service that mixes owners; `shape`: what becomes of a Service besides its selector; `taken`: numbers that nobody is given.
 * Returns: the changes, the label that separates, and the owners that get none; else why it cannot be, null where nothing is mixed.
 */
export function planSeparation(
  snapshot: Snapshot,
  context: Context,
  service: ServiceRecord,
  shape: (service: ServiceRecord) => ServiceRecord,
  taken: ReadonlySet<number> = new Set(),
): Plan {
  const pods = selectedPods(snapshot, service);
  const lasting = pods.some((pod) => !isJobPod(pod)) ? pods.filter((pod) => !isJobPod(pod)) : pods;
  const owners = groupByOwner(lasting);
  if (owners.length + (lasting.length < pods.length ? 1 : 0) < 2) return fail(null);
  const group = withTwins(snapshot, service);
  if (!reachesOnly(snapshot, group, new Set(pods))) return fail(say("service.no-selector"));
  const label = findLabel(owners, pods);
  if (label === null) return fail(say("service.no-label"));
  const shown = nameSides(owners);
  const sides = owners.map((each, place): Side => ({ shown: shown[place] ?? "", value: label.values[place] ?? "", pods: each }));
  const wide = widerServices(snapshot, group, pods);
  if (wide.length > 0) return fail(say("service.overlap", { services: wide.join(", ") }));
  const changes = share(snapshot, context, group, sides, label.key, shape, taken);
  if (!changes.ok) return changes;
  const left = sides.filter((side) => changes.value.every((change) => change.side !== side));
  return ok({ changes: changes.value, key: label.key, left });
}

/** Services with the very same selector: separating one alone would leave the others to mix. */
function withTwins(snapshot: Snapshot, service: ServiceRecord): readonly ServiceRecord[] {
  const [pod] = snapshot.lookup.podsBySelector(service.namespace, service.selector);
  const beside = pod === undefined ? [] : snapshot.lookup.servicesSelecting(pod);
  const twins = beside.filter((each) => each !== service && !isUnclaiming(each) && sameLabels(each.selector, service.selector));
  return [service, ...twins];
}

function selectedPods(snapshot: Snapshot, { namespace, selector }: ServiceRecord): readonly PodRecord[] {
  return snapshot.lookup.podsBySelector(namespace, selector).filter(isLive);
}

/** The owner of most pods first, then the one that was there first: it keeps the Service, so that the fewest clients move. */
function groupByOwner(pods: readonly PodRecord[]): readonly (readonly PodRecord[])[] {
  const byOwner = new Map<string, PodRecord[]>();
  for (const pod of pods) {
    const key = formatObjectRef(resolveOwner(pod));
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, [pod]);
    else known.push(pod);
  }
  const since = (each: readonly PodRecord[]): number => Math.min(...each.map(({ createdAtMs }) => createdAtMs ?? Number.MAX_SAFE_INTEGER));
  return [...byOwner]
    .sort(([a, x], [b, y]) => y.length - x.length || since(x) - since(y) || compareText(a, b))
    .map(([, each]) => [...each].sort((a, b) => compareText(a.name, b.name)));
}

/** Whether nothing but these pods answers: a slice that was made by hand keeps its endpoints whatever the selector says. */
function reachesOnly(snapshot: Snapshot, services: readonly ServiceRecord[], pods: ReadonlySet<PodRecord>): boolean {
  return services.every((service) =>
    service.ports.every((port) => findPortEndpoints(snapshot, service, port).every(({ pod }) => pod !== null && pods.has(pod))),
  );
}

/** A label with one value per owner, on all of its pods and on no other pod that is selected, which outlives pods and runs. */
function findLabel(
  owners: readonly (readonly PodRecord[])[],
  selected: readonly PodRecord[],
): { readonly key: string; readonly values: readonly string[] } | null {
  const others = selected.filter((pod) => !owners.some((each) => each.includes(pod)));
  const row = compareLabels(owners).find(
    ({ key, values, separates }) =>
      separates && !isUniqueKey(key) && values.every((each) => each.length === 1 && !others.some(({ labels }) => labels[key] === each[0])),
  );
  return row === undefined ? null : { key: row.key, values: row.values.map(([value = ""]) => value) };
}

function nameSides(owners: readonly (readonly PodRecord[])[]): readonly string[] {
  return nameOwners(owners.flatMap(([pod]) => (pod === undefined ? [] : [{ owner: resolveOwner(pod), group: resolveGroup(pod) }])));
}

/** Services with another selector that would select pods of two of the new ones: each pair would be a finding of its own. */
function widerServices(snapshot: Snapshot, group: readonly ServiceRecord[], pods: readonly PodRecord[]): readonly string[] {
  const others = new Set(pods.flatMap((pod) => snapshot.lookup.servicesSelecting(pod)).filter((each) => !group.includes(each)));
  return [...others]
    .filter((each) => !isUnclaiming(each))
    .filter((each) => groupByOwner(selectedPods(snapshot, each).filter((pod) => !isJobPod(pod))).length > 1)
    .map(({ namespace, name }) => `${namespace}/${name}`)
    .sort();
}

/** Gives each owner a Service of each sort that the group has: those that are there first, then new ones. */
function share(
  snapshot: Snapshot,
  context: Context,
  group: readonly ServiceRecord[],
  sides: readonly Side[],
  key: string,
  shape: (service: ServiceRecord) => ServiceRecord,
  taken: ReadonlySet<number>,
): Result<readonly Change[], Saying> {
  const sorts = new Map<string, ServiceRecord[]>();
  for (const service of group) {
    const sort = JSON.stringify([service.type, service.ports.map(({ protocol, targetPort }) => [protocol, targetPort])]);
    sorts.set(sort, [...(sorts.get(sort) ?? []), service]);
  }
  const changes: Change[] = [];
  const given = new Set(taken);
  const names = new Set<string>();
  for (const members of sorts.values()) {
    const [first] = members;
    if (first === undefined) continue;
    const serving = sides
      .map((side) => ({ side, ports: first.ports.filter((port) => serves(snapshot, first, port, side)) }))
      .filter(({ ports }) => ports.length > 0);
    const whole = serving.filter(({ ports }) => ports.length === first.ports.length);
    if (whole.length === 0) return fail(say("service.no-keeper"));
    const rest = serving.filter((each) => !whole.includes(each));
    const kept = new Set<Side>();
    for (const [member, side] of assign(
      members,
      whole.map((each) => each.side),
    )) {
      kept.add(side);
      changes.push({ before: member, origin: member, side, after: narrow(shape(member), key, side) });
    }
    for (const { side, ports } of [...whole, ...rest]) {
      if (kept.has(side)) continue;
      const own = findOwnService(snapshot, group, first, ports, side);
      if (own !== undefined && shape(own) === own) {
        changes.push({ before: own, origin: first, side, after: own });
        continue;
      }
      const shaped = shape(first);
      const served = shaped.ports.filter(({ name }) => ports.some((port) => port.name === name));
      const after = found(snapshot, context, shaped, served, key, side, given, names);
      if (!after.ok) return after;
      changes.push({ before: null, origin: first, side, after: after.value });
    }
  }
  return ok(changes);
}

/** A Service that leads to all pods of this owner and to no others, in the same way as one that mixes: its users need nothing new. */
function findOwnService(
  snapshot: Snapshot,
  group: readonly ServiceRecord[],
  origin: ServiceRecord,
  ports: readonly ServicePort[],
  { pods }: Side,
): ServiceRecord | undefined {
  const [pod] = pods;
  const wanted = new Set(pods);
  return (pod === undefined ? [] : snapshot.lookup.servicesSelecting(pod)).find((service) => {
    const selected = selectedPods(snapshot, service);
    return (
      !group.includes(service) &&
      !isUnclaiming(service) &&
      service.type === origin.type &&
      service.externalTrafficPolicy === origin.externalTrafficPolicy &&
      selected.length === wanted.size &&
      selected.every((each) => wanted.has(each)) &&
      reachesOnly(snapshot, [service], wanted) &&
      ports.every((port) => service.ports.some((own) => isAlike(own, port)))
    );
  });
}

/** Whether two ports lead to the same port of a pod, from nodes or not. */
export function isAlike(a: ServicePort, b: ServicePort): boolean {
  return a.protocol === b.protocol && a.targetPort === b.targetPort && a.nodePort > 0 === b.nodePort > 0;
}

/** Gives Services to owners: to the one that is named alike, else to the next without one; when all have one, to the first. */
function assign(members: readonly ServiceRecord[], sides: readonly Side[]): readonly (readonly [ServiceRecord, Side])[] {
  const given = new Map<ServiceRecord, Side>();
  const free = new Set(sides);
  const give = (member: ServiceRecord, side: Side | undefined): void => {
    if (side === undefined) return;
    given.set(member, side);
    free.delete(side);
  };
  const named = (member: ServiceRecord) => [...free].find(({ shown }) => shown.split(" ").at(-1) === member.name);
  for (const member of members) give(member, named(member));
  for (const member of members) if (!given.has(member)) give(member, [...free][0] ?? sides[0]);
  return [...given];
}

/** Whether a Service of its own would have something to send connections to: no pod of the owner may lack the port. */
function serves(snapshot: Snapshot, service: ServiceRecord, port: ServicePort, { pods }: Side): boolean {
  if (pods.some((pod) => lacksNamedPort(pod, port) || lacksNumberedPort(pod, port))) return false;
  return findPortEndpoints(snapshot, service, port).some(({ usable, pod }) => usable && pod !== null && pods.includes(pod));
}

function narrow(service: ServiceRecord, key: string, { value }: Side): ServiceRecord {
  return { ...service, selector: { ...service.selector, [key]: value } };
}

/** A new Service like `origin` for one owner; numbers that several ports share stay shared. */
function found(
  snapshot: Snapshot,
  context: Context,
  origin: ServiceRecord,
  ports: readonly ServicePort[],
  key: string,
  side: Side,
  given: Set<number>,
  names: Set<string>,
): Result<ServiceRecord, Saying> {
  const labels = copyLabels(origin.labels);
  // Only nodePorts tell the new Service from the old one outside: its external IPs have a holder.
  const byAddress = origin.type === "ClusterIP" && hasOwnAddress(origin);
  const keyOf = (port: ServicePort): string | null =>
    byAddress ? `${port.protocol}/${String(port.port)}` : port.nodePort > 0 ? String(port.nodePort) : null;
  const wanted = [...new Set(ports.flatMap((port) => keyOf(port) ?? []))];
  const current = ports.find(({ nodePort }) => nodePort > 0)?.nodePort ?? null;
  const picked = pickNumbers(snapshot, context, "nodePort", { namespace: origin.namespace, labels }, current, wanted.length, given);
  if (picked === null) return fail(sayNoNumber(snapshot, context, wanted.length));
  for (const number of picked.numbers) given.add(number);
  const name = chooseName(snapshot, origin, side.shown, names);
  names.add(name);
  return ok({
    ...origin,
    name,
    uid: "",
    labels,
    createdAtMs: null,
    controller: null,
    type: byAddress ? "NodePort" : origin.type,
    clusterIPs: [],
    selector: { ...origin.selector, [key]: side.value },
    ports: ports.map((port) => {
      const own = keyOf(port);
      return { ...port, nodePort: own === null ? 0 : (picked.numbers[wanted.indexOf(own)] ?? 0) };
    }),
    externalIPs: [],
    loadBalancerIngress: [],
    healthCheckNodePort: 0,
    pinnedNodePorts: picked.numbers,
    sharingKey: null,
  });
}

const nameLengthMax = 63;

/** A name that the API server takes, that nobody has, and that tells the owner. */
function chooseName(snapshot: Snapshot, { namespace, name }: ServiceRecord, shown: string, taken: ReadonlySet<string>): string {
  const owner = (shown.split(" ").at(-1) ?? shown).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const whole = owner.startsWith(name) ? owner : `${name}-${owner}`;
  const stem = /^[a-z]/.test(whole) ? whole : `service-${whole}`;
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? "" : `-${String(number)}`;
    const candidate = `${stem.slice(0, nameLengthMax - suffix.length).replace(/-+$/, "")}${suffix}`;
    if (!taken.has(candidate) && !snapshot.services.has(serviceKey(namespace, candidate))) return candidate;
  }
}

function sameLabels(a: Labels | null, b: Labels | null): boolean {
  if (a === null || b === null) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
