import type { PortOfFinding } from "../model/finding";
import type { ServiceRecord } from "../model/service";
import { hasPort, splitNodePortRange } from "../policy/bands";
import type { PortRange } from "../policy/policy";
import { activeReservations } from "../policy/reservations";
import { dayOf } from "../basics/civil-date";
import { moveIntoStaticBand } from "../remedies/move-numbers";
import { defineRule } from "./rule";
import { distinctPorts } from "./support/claimed-ports";
import { familyOfService } from "./support/families";
import { knowNodePortRange, lacksNodePortRange } from "./support/node-port-range";
import { sayFew } from "./support/order-words";
import { surveyServices } from "./support/survey-services";
import { sayPorts, verb } from "./support/words";

type PinnedEvidence = {
  readonly pinned: readonly {
    readonly service: string;
    readonly ports: readonly number[];
    readonly by: "applier" | "reservation" | "family";
  }[];
  /** Where numbers chosen by hand are safe. */
  readonly static: PortRange;
};
type Pin = PinnedEvidence["pinned"][number] & { readonly record: ServiceRecord; readonly numbers: readonly PortOfFinding[] };

/** A number that someone chose by hand lies where the API server chooses by itself. Source: KEP-3668; findings.md F02, F17. */
export const pinnedInDynamicBand = defineRule<PinnedEvidence>({
  id: "pinned-in-dynamic-band",
  severity: "info",
  needs: ["services"],
  remedies: [moveIntoStaticBand],
  lacks: lacksNodePortRange,
  reads: ({ services, events }, { nowMs }) => [services, events, dayOf(nowMs)],
  *check(snapshot, context) {
    const known = knowNodePortRange(snapshot, context);
    if (known === null) return;
    const bands = splitNodePortRange(known.range);
    // All of a small range is dynamic: nobody could do better.
    if (bands.static === null) return;
    const reserved = new Set(
      activeReservations(context.policy, context.nowMs).flatMap(({ kind, port }) => (kind === "nodePort" ? [port] : [])),
    );
    const byNamespace = new Map<string, Pin[]>();
    for (const service of surveyServices(snapshot).onNodes) {
      const held = numbersOf(service).filter(({ port }) => hasPort(bands.dynamic, port));
      if (held.length === 0) continue;
      const pins = (
        [
          ["applier", (port: number) => service.pinnedNodePorts?.includes(port) === true],
          ["reservation", (port: number) => reserved.has(port)],
          ["family", (port: number) => familyOfService(snapshot, service)?.ports.includes(port) === true],
        ] as const
      ).map(([by, isPinned]) => ({ by, numbers: held.filter(({ port }) => isPinned(port)) }));
      const pin = pins.find(({ numbers }) => numbers.length > 0);
      if (pin === undefined) continue;
      const ports = [...new Set(pins.flatMap(({ numbers }) => numbers.map(({ port }) => port)))].sort((a, b) => a - b);
      const entry: Pin = {
        service: `${service.namespace}/${service.name}`,
        ports,
        by: pin.by,
        record: service,
        numbers: held.filter(({ port }) => ports.includes(port)),
      };
      const known = byNamespace.get(service.namespace);
      if (known === undefined) byNamespace.set(service.namespace, [entry]);
      else known.push(entry);
    }
    for (const pins of byNamespace.values()) {
      const times = pins.flatMap(({ record }) => record.createdAtMs ?? []);
      yield {
        subjects: pins.map(({ record }) => ({ kind: "Service", namespace: record.namespace, name: record.name })),
        ports: distinctPorts(pins.flatMap(({ numbers }) => numbers)),
        sinceMs: times.length === 0 ? null : Math.max(...times),
        evidence: { pinned: pins.map(({ service, ports, by }) => ({ service, ports, by })), static: bands.static },
      };
    }
  },
  words: {
    en: {
      title: "A number chosen by hand in the dynamic band",
      why: "The API server gives Services without a number one of the dynamic band first. A number that a chart or a person insists on there may be somebody else's by the time the Service is created again.",
      fix: "Choose numbers by hand in the static band only, which automatic allocation leaves alone while it can.",
      describe({ pinned, static: safe }, { ports }) {
        const names = pinned.map(({ service }) => service);
        return {
          title: `${sayPorts(ports)} ${verb(ports, "is", "are")} pinned in the dynamic band`,
          summary: `${sayFew(names)}: another Service may be given the number while ${names.length === 1 ? "this one is" : "these are"} created again. Safe are ${String(safe.first)}–${String(safe.last)}.`,
          symptoms: [],
        };
      },
    },
  },
});

function numbersOf({ ports, healthCheckNodePort }: ServiceRecord): readonly PortOfFinding[] {
  const all: readonly PortOfFinding[] = [
    ...ports.map(({ nodePort, protocol }) => ({ port: nodePort, protocol })),
    { port: healthCheckNodePort, protocol: "TCP" },
  ];
  return all.filter(({ port }) => port !== 0);
}
