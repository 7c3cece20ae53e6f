import { compareText } from "../basics/order";
import { matchesSelector } from "../basics/selector";
import { formatObjectRef, type Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import { orSay } from "../remedies/or-say";
import { separateOwners } from "../remedies/separate-owners";
import { say } from "../remedies/words";
import { defineRule, type Found } from "./rule";
import { claimedPortsOf, distinctPorts, isUnclaiming } from "./support/claimed-ports";
import { isJobPod } from "./support/port-owners";
import { daemonSetsOf, deploymentsOf } from "./support/workloads";
import { sayList } from "./support/words";

/** Of the live pods that a Service selects; `lasting` without Jobs. */
type Owners = { readonly lasting: ReadonlySet<string>; readonly all: ReadonlySet<string> };
type Part = { readonly service: ServiceRecord; readonly others: readonly ServiceRecord[]; readonly owners: Owners };
type Relation = "equal" | "subset" | "intersecting";
type OverlapEvidence = {
  readonly relation: Relation;
  readonly services: readonly { readonly name: string; readonly selector: Labels }[];
  readonly commonPods: readonly string[];
  readonly potential: boolean;
};

/** Two Services of a namespace select a common pod, or one selector implies the other. Source: Service.spec.selector; findings.md F02, F34. */
export const selectorOverlap = defineRule<OverlapEvidence, Part>({
  id: "selector-overlap",
  severity: "warning",
  about: "selector",
  needs: ["services", "pods"],
  remedies: orSay("service", say("none.overlap"), separateOwners),
  reads: ({ services }) => [services],
  perService(snapshot, _context, service) {
    if (!takesPart(service)) return null;
    const others = relatedTo(snapshot, service);
    return others.length === 0 ? null : { service, others, owners: ownersOf(snapshot, service) };
  },
  *check(snapshot, _context, parts) {
    const owners = new Map(parts.map((part) => [part.service, part.owners]));
    const told = new Set<string>();
    for (const { service, others } of parts) {
      for (const other of others) {
        const [a, b] = compareText(service.name, other.name) < 0 ? [service, other] : [other, service];
        const pair = `${a.namespace}/${a.name}\n${b.name}`;
        if (told.has(pair)) continue;
        told.add(pair);
        const [ofA, ofB] = [a, b].map((each) => owners.get(each) ?? ownersOf(snapshot, each));
        if (ofA !== undefined && ofB !== undefined && !areCompanions(snapshot, a, b, ofA, ofB)) yield* judge(snapshot, a, b);
      }
    }
  },
  words: {
    en: {
      title: "Two Services select the same pods",
      why: "Each of the Services sends connections to pods that another Service was made for. Different port numbers do not separate the traffic: only selectors do.",
      fix: "Add a label that separates the owners to both selectors.",
      describe({ relation, services, commonPods, potential }) {
        const names = sayList(services.map(({ name }) => name));
        const how =
          relation === "equal"
            ? "with equal selectors"
            : relation === "subset"
              ? "since one selector implies the other"
              : "though neither selector implies the other";
        return {
          title: potential ? `${names} would select the same pods` : `${names} select the same pods`,
          summary: potential
            ? `${how[0]?.toUpperCase() ?? ""}${how.slice(1)}; no pod matches both yet.`
            : `${String(commonPods.length)} common ${commonPods.length === 1 ? "pod" : "pods"}, ${how}: ${sayList(commonPods.slice(0, 4))}${commonPods.length > 4 ? " …" : ""}.`,
          symptoms: potential ? [] : ["the ports of both Services lead to the same pods"],
        };
      },
    },
  },
});

/** A headless Service beside another one is how StatefulSets are made: it routes nothing by chance. */
function takesPart(service: ServiceRecord): boolean {
  return service.selector !== null && Object.keys(service.selector).length > 0 && !isUnclaiming(service);
}

/** Services that select a pod of this one, or whose selector implies its own; never every Service against every other. */
function relatedTo(snapshot: Snapshot, service: ServiceRecord): readonly ServiceRecord[] {
  const related = new Set<ServiceRecord>();
  let labels: Labels | null = null;
  for (const pod of snapshot.lookup.podsBySelector(service.namespace, service.selector)) {
    // Pods of one label set are selected by the same Services.
    if (pod.labels === labels) continue;
    labels = pod.labels;
    for (const other of snapshot.lookup.servicesSelecting(pod)) if (takesPart(other)) related.add(other);
  }
  // Whoever implies a selector holds all of its pairs.
  const rarest = pairsOf(service)
    .map((pair) => holdersOf(snapshot.services).get(pair) ?? [])
    .sort((a, b) => a.length - b.length)[0];
  for (const other of rarest ?? []) if (implies(other.selector, service.selector)) related.add(other);
  related.delete(service);
  return [...related];
}

const holders = new WeakMap<Snapshot["services"], ReadonlyMap<string, readonly ServiceRecord[]>>();

/** Services by namespace and each pair of their selectors. */
function holdersOf(services: Snapshot["services"]): ReadonlyMap<string, readonly ServiceRecord[]> {
  let known = holders.get(services);
  if (known === undefined) {
    const pairs = [...services.values()].flatMap((service) =>
      takesPart(service) ? pairsOf(service).map((pair) => ({ pair, service })) : [],
    );
    known = new Map([...Map.groupBy(pairs, ({ pair }) => pair)].map(([pair, each]) => [pair, each.map(({ service }) => service)]));
    holders.set(services, known);
  }
  return known;
}

function ownersOf(snapshot: Snapshot, service: ServiceRecord): Owners {
  const pods = livePods(snapshot, service);
  const name = (each: readonly PodRecord[]): ReadonlySet<string> => new Set(each.map((pod) => formatObjectRef(resolveOwner(pod))));
  return { lasting: name(pods.filter((pod) => !isJobPod(pod))), all: name(pods) };
}

/** Everything that either selects belongs to one owner. A Job's pods come and go, and job-in-service tells of them. */
function areCompanions(snapshot: Snapshot, a: ServiceRecord, b: ServiceRecord, ofA: Owners, ofB: Owners): boolean {
  const lasting = new Set([...ofA.lasting, ...ofB.lasting]);
  const owners = lasting.size > 0 ? lasting : new Set([...ofA.all, ...ofB.all]);
  return owners.size === 1 || (owners.size === 0 && countTemplates(snapshot, a, b) === 1);
}

function* judge(snapshot: Snapshot, a: ServiceRecord, b: ServiceRecord): Generator<Found<OverlapEvidence>> {
  const ofB = new Set(livePods(snapshot, b));
  const common = livePods(snapshot, a).filter((pod) => ofB.has(pod));
  const relation = implies(a.selector, b.selector)
    ? implies(b.selector, a.selector)
      ? "equal"
      : "subset"
    : implies(b.selector, a.selector)
      ? "subset"
      : "intersecting";
  if (common.length === 0 && relation === "intersecting") return;
  const services = [a, b];
  yield {
    severity: common.length > 0 ? "warning" : "info",
    subjects: services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })),
    ports: distinctPorts(services.flatMap((service) => service.ports.flatMap((port) => claimedPortsOf(service, port)))),
    evidence: {
      relation,
      services: services.map((service) => ({ name: `${service.namespace}/${service.name}`, selector: service.selector ?? {} })),
      commonPods: common.map(({ name }) => name).sort(),
      potential: common.length === 0,
    },
    sinceMs: common.length === 0 ? null : Math.max(a.createdAtMs ?? 0, b.createdAtMs ?? 0) || null,
  };
}

/** Deployments and DaemonSets whose pods either Service would select: of an app that is scaled to 0 the companions stay companions. */
function countTemplates(snapshot: Snapshot, a: ServiceRecord, b: ServiceRecord): number {
  const workloads = [...deploymentsOf(snapshot, a.namespace), ...daemonSetsOf(snapshot, a.namespace)];
  return workloads.filter(({ template }) => matchesSelector(a.selector, template.labels) || matchesSelector(b.selector, template.labels))
    .length;
}

function livePods(snapshot: Snapshot, service: ServiceRecord): readonly PodRecord[] {
  return snapshot.lookup
    .podsBySelector(service.namespace, service.selector)
    .filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
}

function pairsOf(service: ServiceRecord): readonly string[] {
  return Object.entries(service.selector ?? {}).map(([key, value]) => `${service.namespace} ${key}=${value}`);
}

/** Whether every pod that `narrow` selects is selected by `wide` too. */
function implies(narrow: Labels | null, wide: Labels | null): boolean {
  return narrow !== null && wide !== null && Object.entries(wide).every(([key, value]) => narrow[key] === value);
}
