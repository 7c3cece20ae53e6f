import { hasUsableEndpoint } from "../inventory/usable-endpoints";
import type { Severity } from "../model/finding";
import type { Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { matchesSelector } from "../basics/selector";
import { readsOfProxies } from "../inventory/survey-pods";
import type { Context } from "../policy/policy";
import { findNearMiss, type NearMiss } from "../owners/near-miss";
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
import { deploymentsOf } from "./support/workloads";
import { sayCount, sayPorts, verb } from "./support/words";
import { ignoredByProxy, servedFamilies } from "../routing/service-rules";

type NoEndpointsEvidence = {
  readonly services: readonly string[];
  readonly selector: Labels | null;
  readonly selected: number;
  readonly cause: "not-ready" | "near-miss" | "nothing-selected" | "scaled-to-zero" | "idle-family";
  readonly nearMiss: NearMiss | null;
  /** Who answers these ports all the same. */
  readonly instead: readonly Instead[];
};

type Dead = { readonly service: ServiceRecord; readonly ports: readonly ServicePort[]; readonly selected: readonly PodRecord[] };

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
    const idle = new Map<string, Dead[]>();
    const isDead = new Set(all.map(({ service }) => service));
    for (const dead of all) {
      const { service, ports, selected } = dead;
      const cause = selected.length > 0 ? "not-ready" : isScaledToZero(snapshot, service) ? "scaled-to-zero" : "nothing-selected";
      const nearMiss =
        cause === "nothing-selected" && service.selector !== null ? findNearMiss(snapshot, service.namespace, service.selector) : null;
      const family = selected.length === 0 && nearMiss === null ? familyOfService(snapshot, service) : null;
      if (family?.members.some((member) => !isDead.has(member)) === true) {
        const known = idle.get(family.id);
        if (known === undefined) idle.set(family.id, [dead]);
        else known.push(dead);
        continue;
      }
      const instead = ports.flatMap((port) => findInstead(snapshot, context, service, port));
      yield toFound(dead, nearMiss === null ? cause : "near-miss", nearMiss, instead);
    }
    for (const members of idle.values()) yield idleFamily(members);
  },
  words: {
    en: {
      title: "A claimed port answers on no node",
      why: "No usable endpoint is behind the Service, so every node refuses connections to its port at once.",
      fix: "Correct the selector, or make the pods ready; remove the Service when nothing is meant to answer.",
      describe({ services, selected, cause, nearMiss, instead }, { ports }) {
        const subject = ports.length > 0 ? sayPorts(ports) : (services[0] ?? "");
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
            return say(`${services[0] ?? ""} selects ${sayCount(selected, "pod")}, and none is usable.`);
          case "near-miss":
            return say(sayNearMiss(nearMiss));
          case "nothing-selected":
            return say(`${services[0] ?? ""} selects no pod at all.`);
          case "scaled-to-zero":
            return say(`The Deployment behind ${services[0] ?? ""} is scaled to 0.`);
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
  return ports.length === 0 ? null : { service, ports, selected };
}

function selectedPods(snapshot: Snapshot, service: ServiceRecord): readonly PodRecord[] {
  return snapshot.lookup
    .podsBySelector(service.namespace, service.selector)
    .filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
}

function toFound(
  { service, ports, selected }: Dead,
  cause: NoEndpointsEvidence["cause"],
  nearMiss: NearMiss | null,
  instead: NoEndpointsEvidence["instead"],
): Found<NoEndpointsEvidence> {
  const severity: Severity = cause === "scaled-to-zero" ? "info" : cause === "nothing-selected" ? "warning" : "critical";
  const changed = selected.map(({ readyAtMs }) => readyAtMs ?? 0);
  return {
    severity,
    subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }],
    ports: distinctPorts(ports.flatMap((port) => claimedPortsOf(service, port))),
    sinceMs: changed.length > 0 ? Math.max(...changed) || null : service.createdAtMs,
    evidence: {
      services: [`${service.namespace}/${service.name}`],
      selector: service.selector,
      selected: selected.length,
      cause,
      nearMiss,
      instead,
    },
  };
}

function idleFamily(members: readonly Dead[]): Found<NoEndpointsEvidence> {
  return {
    variant: "idle",
    severity: "info",
    subjects: members.map(({ service }) => ({ kind: "Service", namespace: service.namespace, name: service.name })),
    ports: distinctPorts(members.flatMap(({ service, ports }) => ports.flatMap((port) => claimedPortsOf(service, port)))),
    evidence: {
      services: members.map(({ service }) => `${service.namespace}/${service.name}`),
      selector: null,
      selected: 0,
      cause: "idle-family",
      nearMiss: null,
      instead: [],
    },
  };
}

function isScaledToZero(snapshot: Snapshot, service: ServiceRecord): boolean {
  return deploymentsOf(snapshot, service.namespace).some(
    ({ replicas, template }) => replicas === 0 && matchesSelector(service.selector, template.labels),
  );
}

function sayNearMiss(miss: NearMiss | null): string {
  if (miss === null) return "";
  const pods = miss.pods === 1 ? `the pod ${miss.pod}` : `${String(miss.pods)} pods`;
  switch (miss.slip) {
    case "key":
      return `The selector key is ${miss.wanted}; ${miss.pods === 1 ? `the pod ${miss.pod} carries` : "the pods carry"} ${miss.has}.`;
    case "value":
      return `The selector wants ${miss.wanted}; ${pods} ${miss.pods === 1 ? "has" : "have"} ${miss.has}.`;
    case "namespace":
      return `The Service is in namespace ${miss.wanted}; ${pods} that it would match ${miss.pods === 1 ? "is" : "are"} in ${miss.has}.`;
  }
}
