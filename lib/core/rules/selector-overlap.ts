import { compareText } from "../basics/order";
import { matchesSelector } from "../basics/selector";
import { formatObjectRef, type Labels } from "../model/meta";
import type { CheckScope } from "../check/check-scope";
import { serviceKey, type ServiceKey } from "../model/brands";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import type { Context } from "../policy/policy";
import { orSay } from "../remedies/or-say";
import { separateOwners } from "../remedies/separate-owners";
import { say } from "../remedies/words";
import { defineRule, type Found } from "./rule";
import { claimedPortsOf, distinctPorts, isUnclaiming } from "./support/claimed-ports";
import { isInnerMetrics, isJobPod } from "./support/port-owners";
import { findSelectionChanges } from "./support/selection-changes";
import { daemonSetsOf, deploymentsOf } from "./support/workloads";
import { sayFew } from "./support/order-words";
import { sayCount } from "./support/words";

/** Services of one namespace with the same selector, by name: what is true of one is true of all. */
type Selection = { readonly first: ServiceRecord; readonly services: readonly ServiceRecord[] };
/** Of the live pods that a selector picks; `lasting` without Jobs. */
type Owners = { readonly lasting: ReadonlySet<string>; readonly all: ReadonlySet<string> };
type Part = { readonly selection: Selection; readonly others: readonly Selection[]; readonly owners: Owners };
/** Two selections that meet, or one of several Services. */
type Link = { readonly a: Selection; readonly b: Selection; readonly commonPods: readonly PodRecord[] };
/** `equal`: one selector; `subset`: all others imply one of them; else `intersecting`. */
type Relation = "equal" | "subset" | "intersecting";
type OverlapEvidence = {
  readonly relation: Relation;
  readonly services: readonly { readonly name: string; readonly selector: Labels }[];
  /** The Services whose selector all others imply, else whose pods are those of all others and more: it is the one that is too wide. */
  readonly widest: readonly string[];
  readonly commonPods: readonly string[];
  readonly potential: boolean;
};

/**
 * Services of a namespace select common pods, or one selector implies another; those that are connected so, directly or through others, have one cause
 * and make one finding. Source: Service.spec.selector; findings.md F02, F34.
 */
export const selectorOverlap = defineRule<OverlapEvidence, Part>({
  id: "selector-overlap",
  severity: "warning",
  about: "selector",
  needs: ["services", "pods"],
  remedies: orSay("service", say("none.overlap"), separateOwners),
  reads: ({ services }) => [services],
  perService(snapshot, context, service) {
    const selection = selectionsOf(snapshot, context).byService.get(service);
    // The first one speaks for all that have its selector.
    if (selection?.first !== service) return null;
    const others = relatedTo(snapshot, context, selection);
    return selection.services.length === 1 && others.length === 0 ? null : { selection, others, owners: ownersOf(snapshot, selection) };
  },
  *check(snapshot, context, parts) {
    const owners = new Map(parts.map((part) => [part.selection, part.owners]));
    const links: Link[] = [];
    const judge = (a: Selection, b: Selection): void => {
      if (isToldAsCapture(snapshot, context, a, b)) return;
      const link = findLink(snapshot, a, b, owners);
      if (link !== null) links.push(link);
    };
    const told = new Map<Selection, Set<Selection>>();
    for (const { selection, others } of parts) {
      if (selection.services.length > 1) judge(selection, selection);
      const own = new Set(others);
      told.set(selection, own);
      for (const other of others) if (told.get(other)?.has(selection) !== true) judge(selection, other);
    }
    for (const group of groupLinks(links)) yield toFound(snapshot, group);
  },
  words: {
    en: {
      title: "Several Services select the same pods",
      why: "Each of the Services sends connections to pods that another Service was made for. Different port numbers do not separate the traffic: only selectors do.",
      fix: "Add a label that separates the owners to the selectors.",
      describe({ relation, services, widest, commonPods, potential }) {
        const names = services.map(({ name }) => name);
        const others = names.filter((name) => !widest.includes(name));
        const isPair = services.length === 2;
        const how = {
          equal: "with equal selectors",
          subset: isPair ? "since one selector implies the other" : "since all other selectors imply one",
          intersecting: isPair ? "though neither selector implies the other" : "though no selector is implied by all others",
        }[relation];
        const would = potential ? "would " : "";
        return {
          title:
            widest.length > 0
              ? `${sayFew(widest)} ${would}${widest.length === 1 && !potential ? "selects" : "select"} the pods of ${sayFew(others)} too`
              : `${sayFew(names)} ${would}select the same pods`,
          summary: potential
            ? `${how[0]?.toUpperCase() ?? ""}${how.slice(1)}; no pod matches ${isPair ? "both" : "several"} yet.`
            : `${sayCount(commonPods.length, "common pod")}, ${how}: ${sayFew(commonPods)}.`,
          symptoms: potential ? [] : [`the ports of ${isPair ? "both" : "these"} Services lead to the same pods`],
        };
      },
    },
  },
});

/** A headless Service beside another one is how StatefulSets are made, and one for a scraper is meant to be wide: they send nobody anywhere by chance. */
function takesPart(service: ServiceRecord): boolean {
  if (service.selector === null || Object.keys(service.selector).length === 0 || isUnclaiming(service)) return false;
  return service.ports.length === 0 || !service.ports.every((port) => isInnerMetrics(service, port));
}

/** How two selections meet, or one of several Services; null where all that they select belongs together, or nothing connects them. */
function findLink(snapshot: Snapshot, a: Selection, b: Selection, owners: ReadonlyMap<Selection, Owners>): Link | null {
  const [ofA, ofB] = [a, b].map((each) => owners.get(each) ?? ownersOf(snapshot, each));
  if (ofA === undefined || ofB === undefined || areCompanions(snapshot, a, b, ofA, ofB)) return null;
  const commonPods = findCommonPods(snapshot, a, b);
  return commonPods.length > 0 || implies(a, b) || implies(b, a) ? { a, b, commonPods } : null;
}

/** In a check captures-pods and captured-by-service tell of a selector that reaches too far: what overlaps by it alone is no second cause. */
function isToldAsCapture(snapshot: Snapshot, context: Context, a: Selection, b: Selection): boolean {
  if (context.check === undefined) return false;
  const changes = findSelectionChanges(snapshot, context);
  if (![...a.services, ...b.services].some((service) => changes.has(keyOf(service)))) return false;
  const { base } = context.check;
  const ofB = selectionsBefore(base, b);
  return !selectionsBefore(base, a).some((one) =>
    ofB.some((two) => (one !== two || one.services.length > 1) && findLink(base, one, two, new Map()) !== null),
  );
}

function selectionsBefore(base: Snapshot, { services }: Selection): readonly Selection[] {
  const { byService } = selectionsOf(base, {});
  return services.flatMap((service) => byService.get(base.services.get(keyOf(service)) ?? service) ?? []);
}

/** Selections that pick a pod of this one, or whose selector implies its own; never every one against every other. */
function relatedTo(snapshot: Snapshot, context: Context, selection: Selection): readonly Selection[] {
  const { byService, holders } = selectionsOf(snapshot, context);
  const { namespace, selector } = selection.first;
  const related = new Set<Selection>();
  let labels: Labels | null = null;
  for (const pod of snapshot.lookup.podsBySelector(namespace, selector)) {
    // Pods of one label set are selected by the same Services.
    if (pod.labels === labels) continue;
    labels = pod.labels;
    for (const service of snapshot.lookup.servicesSelecting(pod)) {
      const other = byService.get(service);
      if (other !== undefined) related.add(other);
    }
  }
  // Whoever implies a selector holds all of its pairs.
  const rarest = pairsOf(selection.first)
    .map((pair) => holders.get(pair) ?? [])
    .sort((a, b) => a.length - b.length)[0];
  for (const other of rarest ?? []) if (implies(other, selection)) related.add(other);
  related.delete(selection);
  return [...related];
}

/** `holders`: selections by namespace and each pair of their selectors. */
type Selections = {
  readonly byService: ReadonlyMap<ServiceRecord, Selection>;
  readonly holders: ReadonlyMap<string, readonly Selection[]>;
};

const selections = new WeakMap<Snapshot["services"] | CheckScope, Selections>();

function selectionsOf(snapshot: Snapshot, context: Pick<Context, "check">): Selections {
  const at = context.check ?? snapshot.services;
  let known = selections.get(at);
  if (known === undefined) {
    const changes = findSelectionChanges(snapshot, context);
    // A Service of a manifest that reaches too far stands apart from those that had its selector before.
    const isNewcomer = (service: ServiceRecord): boolean => changes.get(keyOf(service))?.what === "captures";
    selections.set(at, (known = findSelections([...snapshot.services.values()].filter(takesPart), isNewcomer)));
  }
  return known;
}

function findSelections(services: readonly ServiceRecord[], isNewcomer: (service: ServiceRecord) => boolean): Selections {
  const byService = new Map<ServiceRecord, Selection>();
  const holders = new Map<string, Selection[]>();
  const keyOfSelection = (service: ServiceRecord): string => [String(isNewcomer(service)), ...pairsOf(service).sort()].join("\n");
  for (const same of Map.groupBy(services, keyOfSelection).values()) {
    const sorted = same.sort((a, b) => compareText(a.name, b.name));
    const [first] = sorted;
    if (first === undefined) continue;
    const selection = { first, services: sorted };
    for (const service of sorted) byService.set(service, selection);
    for (const pair of pairsOf(first)) {
      const held = holders.get(pair);
      if (held === undefined) holders.set(pair, [selection]);
      else held.push(selection);
    }
  }
  return { byService, holders };
}

function ownersOf(snapshot: Snapshot, selection: Selection): Owners {
  const pods = livePods(snapshot, selection);
  const name = (each: readonly PodRecord[]): ReadonlySet<string> => new Set(each.map((pod) => formatObjectRef(resolveOwner(pod))));
  return { lasting: name(pods.filter((pod) => !isJobPod(pod))), all: name(pods) };
}

/** Everything that either selects belongs to one owner. A Job's pods come and go, and job-in-service tells of them. */
function areCompanions(snapshot: Snapshot, a: Selection, b: Selection, ofA: Owners, ofB: Owners): boolean {
  const lasting = new Set([...ofA.lasting, ...ofB.lasting]);
  const owners = lasting.size > 0 ? lasting : new Set([...ofA.all, ...ofB.all]);
  if (owners.size > 0) return owners.size === 1;
  const templates = countTemplates(snapshot, a, b);
  // Services of one selector are made for each other, unless two workloads are seen that they would mix.
  return templates === 1 || (templates === 0 && a === b);
}

/** Deployments and DaemonSets whose pods either would select: of an app that is scaled to 0 the companions stay companions. */
function countTemplates(snapshot: Snapshot, a: Selection, b: Selection): number {
  const { namespace } = a.first;
  const workloads = [...deploymentsOf(snapshot, namespace), ...daemonSetsOf(snapshot, namespace)];
  return workloads.filter(({ template }) => [a, b].some(({ first }) => matchesSelector(first.selector, template.labels))).length;
}

function findCommonPods(snapshot: Snapshot, a: Selection, b: Selection): readonly PodRecord[] {
  const pods = livePods(snapshot, a);
  if (a === b) return pods;
  const ofB = new Set(livePods(snapshot, b));
  return pods.filter((pod) => ofB.has(pod));
}

/** Links that share a selection, directly or through others, belong together. */
function groupLinks(links: readonly Link[]): Iterable<readonly Link[]> {
  const groups = new Map<Selection, Link[]>();
  for (const link of links) {
    const [more, fewer] = [groups.get(link.a) ?? [], groups.get(link.b) ?? []].sort((a, b) => b.length - a.length);
    if (more === undefined || fewer === undefined) continue;
    const moved = more === fewer ? [link] : [...fewer, link];
    more.push(...moved);
    for (const { a, b } of moved) groups.set(a, more).set(b, more);
  }
  return new Set(groups.values());
}

function toFound(snapshot: Snapshot, links: readonly Link[]): Found<OverlapEvidence> {
  const selections = [...new Set(links.flatMap(({ a, b }) => [a, b]))];
  const services = selections.flatMap((each) => each.services).sort((a, b) => compareText(a.name, b.name));
  const isEqual = selections.every((each) => selections.every((other) => implies(each, other)));
  const implied = isEqual ? undefined : selections.find((wide) => selections.every((each) => implies(each, wide)));
  const widest = implied ?? (isEqual ? undefined : selections.find((wide) => holdsAllPods(snapshot, wide, links)));
  const commonPods = new Set(links.flatMap((link) => link.commonPods));
  const nameOf = ({ namespace, name }: ServiceRecord): string => `${namespace}/${name}`;
  return {
    severity: commonPods.size > 0 ? "warning" : "info",
    subjects: services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })),
    ports: distinctPorts(services.flatMap((service) => service.ports.flatMap((port) => claimedPortsOf(service, port)))),
    evidence: {
      relation: isEqual ? "equal" : implied === undefined ? "intersecting" : "subset",
      services: services.map((service) => ({ name: nameOf(service), selector: service.selector ?? {} })),
      widest: widest?.services.map(nameOf) ?? [],
      commonPods: [...commonPods].map(({ name }) => name).sort(),
      potential: commonPods.size === 0,
    },
    sinceMs: sinceWhen(links.filter((link) => link.commonPods.length > 0)),
  };
}

/** Whether every link is to this one, which picks all the pods of the other side and more. */
function holdsAllPods(snapshot: Snapshot, wide: Selection, links: readonly Link[]): boolean {
  const pods = livePods(snapshot, wide).length;
  return links.every(({ a, b, commonPods }) => {
    const other = a === wide ? b : b === wide ? a : undefined;
    return (
      other !== undefined && commonPods.length > 0 && commonPods.length < pods && commonPods.length === livePods(snapshot, other).length
    );
  });
}

/** When the first two of them met: with the later of both Services. */
function sinceWhen(links: readonly Link[]): number | null {
  const met = links.map(({ a, b }) => {
    const [one, two] = [a, b].map(({ services }) => services.map(({ createdAtMs }) => createdAtMs ?? 0).sort((x, y) => x - y));
    return a === b ? (one?.[1] ?? 0) : Math.max(one?.[0] ?? 0, two?.[0] ?? 0);
  });
  return met.length === 0 ? null : Math.min(...met) || null;
}

function livePods(snapshot: Snapshot, { first }: Selection): readonly PodRecord[] {
  return snapshot.lookup.podsBySelector(first.namespace, first.selector).filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
}

function pairsOf(service: ServiceRecord): string[] {
  return Object.entries(service.selector ?? {}).map(([key, value]) => `${service.namespace} ${key}=${value}`);
}

/** Whether every pod that `narrow` selects is selected by `wide` too. */
function implies({ first: narrow }: Selection, { first: wide }: Selection): boolean {
  return Object.entries(wide.selector ?? {}).every(([key, value]) => narrow.selector?.[key] === value);
}

function keyOf({ namespace, name }: ServiceRecord): ServiceKey {
  return serviceKey(namespace, name);
}
