import { hasUsableEndpoint } from "../inventory/usable-endpoints";
import { formatObjectRef, type Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import { recordKey, type Snapshot } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import { isEqual } from "../basics/equal";
import { compareNatural } from "../basics/order";
import { matchesSelector } from "../basics/selector";
import { readsOfProxies } from "../inventory/survey-pods";
import type { Context } from "../policy/policy";
import { findNearMiss, type NearMiss } from "../owners/near-miss";
import { resolveOwner } from "../owners/owner";
import { correctSelector } from "../remedies/correct-selector";
import { orSay } from "../remedies/or-say";
import { say } from "../remedies/words";
import { defineRule, type Found } from "./rule";
import { findInstead, type Instead } from "./support/answers-instead";
import { claimedPortsOf, distinctPorts, isClaimed } from "./support/claimed-ports";
import { familyOfService } from "./support/families";
import { sayFew } from "./support/order-words";
import { listProxiedNodes, servesService } from "./support/proxied-nodes";
import { lacksNamedPort } from "./support/target-ports";
import { grantPort } from "./support/wanted-numbers";
import { deploymentsOf } from "./support/workloads";
import { sayCount, sayPorts, verb } from "./support/words";
import { ignoredByProxy, servedFamilies } from "../routing/service-rules";

type NoEndpointsEvidence = {
  readonly services: readonly string[];
  /** The one that all of these have; null where they differ. */
  readonly selector: Labels | null;
  readonly selected: number;
  /** Of those that are selected. */
  readonly ready: number;
  readonly cause: "not-ready" | "near-miss" | "nothing-selected" | "scaled-to-zero" | "idle-family";
  readonly nearMiss: NearMiss | null;
  /** Who answers these ports all the same. */
  readonly instead: readonly Instead[];
};

type Dead = { readonly service: ServiceRecord; readonly ports: readonly ServicePort[]; readonly selected: readonly PodRecord[] };
/** `root`: what people would see to, the same for all Services that it keeps from answering. */
type Explained = Dead & { readonly cause: NoEndpointsEvidence["cause"]; readonly nearMiss: NearMiss | null; readonly root: string };

/** A claimed port without a usable endpoint anywhere. Source: EndpointSlice conditions; findings.md F05, F09, F55. */
export const noEndpoints = defineRule<NoEndpointsEvidence, Dead>({
  id: "no-endpoints",
  severity: "critical",
  about: "selector",
  needs: ["services", "endpointslices", "pods"],
  remedies: orSay("service", say("none.endpoints"), correctSelector),
  reads: readsOfProxies,
  perService: findDead,
  *check(snapshot, context, all) {
    const isDead = new Set(all.map(({ service }) => service));
    const explained = all
      .map((dead) => explain(snapshot, dead, isDead))
      .sort((a, b) => compareNatural(recordKey(a.service), recordKey(b.service)));
    for (const [first, ...more] of Map.groupBy(explained, ({ cause, root }) => `${cause}\n${root}`).values())
      if (first !== undefined) yield toFound(snapshot, context, [first, ...more]);
  },
  words: {
    en: {
      title: "A claimed port answers on no node",
      why: "No usable endpoint is behind the Service, so every node refuses connections to its port at once.",
      fix: "Correct the selector, or make the pods ready; remove the Service when nothing is meant to answer.",
      describe({ services, selected, ready, cause, nearMiss, instead }, { ports }) {
        const subject = ports.length > 0 ? sayPorts(ports) : sayFew(services);
        const who = (singular: string, plural: string): string => `${sayFew(services)} ${services.length === 1 ? singular : plural}`;
        const others = instead.map((each) => {
          const who = each.by === "hostPort" ? `The hostPort of ${sayFew(each.holders)}` : `Service ${sayFew(each.holders)}`;
          return ` ${who} answers ${sayPorts([each])} on ${sayFew(each.places)}.`;
        });
        const isQuiet = others.length === 0;
        const title = isQuiet
          ? `${subject} ${verb(ports, "answers", "answer")} on no node`
          : `${subject} ${verb(ports, "has", "have")} no endpoint`;
        const symptoms = isQuiet
          ? ["connection refused, at once, on every node"]
          : ["another program answers on some addresses", "connection refused, at once, on the others"];
        const say = (summary: string) => ({ title, summary: `${summary}${others.join("")}`, symptoms });
        switch (cause) {
          case "not-ready":
            return say(
              ready === 0
                ? `${who("selects", "select")} ${sayCount(selected, "pod")}, and none is usable.`
                : `${who("selects", "select")} ${sayCount(selected, "pod")}; ${String(ready)} ${ready === 1 ? "is" : "are"} ready, but no EndpointSlice offers ${ready === 1 ? "it" : "them"}.`,
            );
          case "near-miss":
            return say(sayNearMiss(nearMiss, services.length === 1));
          case "nothing-selected":
            return say(`${who("selects", "select")} no pod at all.`);
          case "scaled-to-zero":
            return say(`The Deployment behind ${sayFew(services)} is scaled to 0.`);
          case "idle-family":
            return {
              title: `${subject} ${verb(ports, "is", "are")} idle`,
              summary: `${sayCount(services.length, "Service")} of a family whose other members are in use: ${services.join(", ")}.`,
              symptoms: [],
            };
        }
      },
    },
  },
});

/** Ports that are claimed and have no usable endpoint. ExternalName, headless and ignored Services claim nothing here. */
function findDead(snapshot: Snapshot, context: Context, service: ServiceRecord): Dead | null {
  if (!servedFamilies(service).some((family) => ignoredByProxy(service, family, Number.POSITIVE_INFINITY) === null)) return null;
  const dead = service.ports.filter((port) => isClaimed(service, port) && !hasUsableEndpoint(snapshot, service, port));
  if (dead.length === 0) return null;
  const proxied = listProxiedNodes(snapshot, context);
  if (proxied.length > 0 && !proxied.some((each) => servesService(each, service))) return null;
  const selected = selectedPods(snapshot, service);
  // Of a port whose name every pod lacks target-port-missing tells, and better.
  const ports = dead.filter((port) => selected.length === 0 || !selected.every((pod) => lacksNamedPort(pod, port)));
  return ports.length === 0 ? null : { service, ports: ports.map((port) => grantPort(snapshot, context, service, port)), selected };
}

function selectedPods(snapshot: Snapshot, service: ServiceRecord): readonly PodRecord[] {
  return snapshot.lookup
    .podsBySelector(service.namespace, service.selector)
    .filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
}

function explain(snapshot: Snapshot, dead: Dead, isDead: ReadonlySet<ServiceRecord>): Explained {
  const { service, selected } = dead;
  const { namespace, selector } = service;
  if (selected.length > 0) {
    const owners = new Set(selected.map((pod) => formatObjectRef(resolveOwner(pod))));
    return { ...dead, cause: "not-ready", nearMiss: null, root: [...owners].sort().join() };
  }
  const resting = restingWorkloads(snapshot, service);
  const nearMiss = resting.length === 0 && selector !== null ? findNearMiss(snapshot, namespace, selector) : null;
  const family = nearMiss === null ? familyOfService(snapshot, service) : null;
  if (family?.members.some((member) => !isDead.has(member)) === true)
    return { ...dead, cause: "idle-family", nearMiss: null, root: family.id };
  if (nearMiss !== null)
    return { ...dead, cause: "near-miss", nearMiss, root: [namespace, nearMiss.slip, nearMiss.wanted, nearMiss.has].join(" ") };
  const names = resting.map(({ name }) => name).sort();
  if (names.length > 0) return { ...dead, cause: "scaled-to-zero", nearMiss: null, root: [namespace, ...names].join() };
  const pairs = Object.entries(selector ?? {}).map((pair) => pair.join("="));
  // A family without a member in use waits for one program.
  const root = family?.id ?? [namespace, ...(selector === null ? [service.name] : pairs.sort())].join();
  return { ...dead, cause: "nothing-selected", nearMiss: null, root };
}

/** One finding for all Services with one cause. */
function toFound(snapshot: Snapshot, context: Context, all: readonly [Explained, ...Explained[]]): Found<NoEndpointsEvidence> {
  const [{ service: first, cause, nearMiss }] = all;
  const selected = [...new Set(all.flatMap((each) => each.selected))];
  const changed = selected.map(({ readyAtMs }) => readyAtMs ?? 0);
  const isIdle = cause === "idle-family";
  const times = changed.length > 0 ? changed : all.map(({ service }) => service.createdAtMs ?? 0);
  return {
    ...(isIdle ? { variant: "idle" } : {}),
    severity: cause === "scaled-to-zero" || isIdle ? "info" : cause === "nothing-selected" ? "warning" : "critical",
    subjects: all.map(({ service: { namespace, name } }) => ({ kind: "Service", namespace, name })),
    ports: distinctPorts(all.flatMap(({ service, ports }) => ports.flatMap((port) => claimedPortsOf(service, port)))),
    sinceMs: isIdle ? null : Math.max(...times) || null,
    evidence: {
      services: all.map(({ service: { namespace, name } }) => `${namespace}/${name}`),
      selector: !isIdle && all.every(({ service }) => isEqual(service.selector, first.selector)) ? first.selector : null,
      selected: selected.length,
      ready: selected.filter((pod) => pod.ready).length,
      cause,
      nearMiss: nearMiss === null ? null : { ...nearMiss, pods: countMissed(all) },
      instead: isIdle ? [] : all.flatMap(({ service, ports }) => ports.flatMap((port) => findInstead(snapshot, context, service, port))),
    },
  };
}

/** Deployments at 0 whose pods it would select. */
function restingWorkloads(snapshot: Snapshot, service: ServiceRecord): readonly WorkloadRecord[] {
  return deploymentsOf(snapshot, service.namespace).filter(
    ({ replicas, template }) => replicas === 0 && matchesSelector(service.selector, template.labels),
  );
}

/** Services with one selector miss the same pods. */
function countMissed(all: readonly Explained[]): number {
  const bySelector = new Map(all.map(({ service, nearMiss }) => [JSON.stringify(Object.entries(service.selector ?? {}).sort()), nearMiss]));
  return [...bySelector.values()].reduce((sum, miss) => sum + (miss?.pods ?? 0), 0);
}

function sayNearMiss(miss: NearMiss | null, isOne: boolean): string {
  if (miss === null) return "";
  const pods = miss.pods === 1 ? `the pod ${miss.pod}` : `${String(miss.pods)} pods`;
  switch (miss.slip) {
    case "key":
      return `${isOne ? "The selector key is" : "The selectors' key is"} ${miss.wanted}; ${miss.pods === 1 ? `the pod ${miss.pod} carries` : "the pods carry"} ${miss.has}.`;
    case "value":
      return `${isOne ? "The selector wants" : "The selectors want"} ${miss.wanted}; ${pods} ${miss.pods === 1 ? "has" : "have"} ${miss.has}.`;
    case "namespace":
      return `${isOne ? "The Service is" : "The Services are"} in namespace ${miss.wanted}; ${pods} that ${isOne ? "it" : "they"} would match ${miss.pods === 1 ? "is" : "are"} in ${miss.has}.`;
  }
}
