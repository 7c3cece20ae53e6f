import { serviceKey } from "../model/brands";
import type { PortOfFinding } from "../model/finding";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { defaultNodePortRange, hasPort } from "../policy/bands";
import type { Context, PortRange } from "../policy/policy";
import { moveNumbers } from "../remedies/move-numbers";
import { defineRule } from "./rule";
import { knowNodePortRange, lacksNodePortRange } from "./support/node-port-range";
import { numbersOf } from "./support/wanted-numbers";
import { surveyServices } from "./support/survey-services";
import { sayCount, sayList, sayPorts, verb } from "./support/words";

type RangeEvidence =
  | {
      readonly cause: "outside";
      readonly service: string;
      readonly range: PortRange;
      readonly from: "policy" | "event" | "default";
      readonly event: string | null;
    }
  | { readonly cause: "unknown-range"; readonly services: readonly string[] };

/** A nodePort outside of the service node-port range. Source: kube-apiserver --service-node-port-range; findings.md F10. */
export const nodePortOutOfRange = defineRule<RangeEvidence>({
  id: "node-port-out-of-range",
  severity: "warning",
  needs: ["services"],
  remedies: [moveNumbers],
  lacks: lacksNodePortRange,
  reads: ({ services, events }) => [services, events],
  *check(snapshot, context) {
    const known = knowNodePortRange(snapshot, context);
    const outside = listOutside(snapshot, known?.range ?? defaultNodePortRange);
    if (known === null) {
      yield {
        variant: "unknown-range",
        severity: "info",
        subjects: outside.map(({ service }) => refOf(service)),
        ports: outside.flatMap(({ ports }) => ports),
        evidence: { cause: "unknown-range", services: outside.map(({ service }) => `${service.namespace}/${service.name}`) },
      };
      return;
    }
    for (const { service, ports } of outside) {
      const held = heldBefore(context, service);
      yield {
        severity: ports.some(({ port }) => !held.has(port)) ? "critical" : "warning",
        subjects: [refOf(service)],
        ports,
        sinceMs: service.createdAtMs,
        evidence: {
          cause: "outside",
          service: `${service.namespace}/${service.name}`,
          range: known.range,
          from: known.from,
          event: findEvent(snapshot, service),
        },
      };
    }
  },
  words: {
    en: {
      title: "A nodePort outside of the range",
      why: "The API server refuses a nodePort outside of its range. One that is there was given under another range: the Service works until it is created anew, and then it is refused.",
      fix: "Give the Service a number inside of the range. For a low port on chosen nodes use a hostPort, with a DaemonSet where each of them should have it.",
      describe(evidence, { ports }) {
        const numbers = sayPorts(ports);
        if (evidence.cause === "unknown-range") {
          return {
            title: `${numbers} ${verb(ports, "lies", "lie")} outside of the default node-port range`,
            summary: `${sayCount(evidence.services.length, "Service")} (${sayList(evidence.services.slice(0, 3))}${evidence.services.length > 3 ? " …" : ""}) ${evidence.services.length === 1 ? "holds" : "hold"} such numbers, so the API server has another range. Set nodePortRange in the policy file: what depends on it is not evaluated.`,
            symptoms: [],
          };
        }
        const { range, from, event, service } = evidence;
        const origin = { policy: "as the policy says", event: "as the API server reports", default: "the default" }[from];
        return {
          title: `${numbers} of ${service} ${verb(ports, "lies", "lie")} outside of ${String(range.first)}–${String(range.last)}`,
          summary: `That is the service node-port range (${origin}).${event === null ? "" : ` The API server reports: ${event}`}`,
          symptoms: ["the Service is refused when it is created again: after a restore, in another cluster, by a pipeline"],
        };
      },
    },
  },
});

/** Outside of a check every number is held; in one the API server refuses those that are new to a Service. */
function heldBefore({ check }: Context, service: ServiceRecord): { has(port: number): boolean } {
  if (check === undefined) return { has: () => true };
  const before = check.base.services.get(serviceKey(service.namespace, service.name));
  return new Set(before === undefined ? [] : numbersOf(before).map(({ number }) => number));
}

function refOf({ namespace, name }: ServiceRecord) {
  return { kind: "Service", namespace, name };
}

function listOutside(
  snapshot: Snapshot,
  range: PortRange,
): readonly { readonly service: ServiceRecord; readonly ports: readonly PortOfFinding[] }[] {
  return surveyServices(snapshot).onNodes.flatMap((service) => {
    const held: readonly PortOfFinding[] = [
      ...service.ports.map(({ nodePort, protocol }) => ({ port: nodePort, protocol })),
      { port: service.healthCheckNodePort, protocol: "TCP" },
    ];
    const ports = held.filter(({ port }) => port !== 0 && !hasPort(range, port));
    return ports.length === 0 ? [] : [{ service, ports }];
  });
}

function findEvent(snapshot: Snapshot, { namespace, name }: ServiceRecord): string | null {
  const event = [...snapshot.events.values()].find(
    ({ reason, involvedObject }) => reason === "PortOutOfRange" && involvedObject.namespace === namespace && involvedObject.name === name,
  );
  return event?.message ?? null;
}
