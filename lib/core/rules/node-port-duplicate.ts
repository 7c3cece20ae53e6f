import type { PortOfFinding } from "../model/finding";
import { compareText } from "../basics/order";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { moveOffDuplicate } from "../remedies/move-numbers";
import { defineRule } from "./rule";
import { findTakenNumbers } from "./support/wanted-numbers";
import { surveyServices } from "./support/survey-services";
import { sayList } from "./support/words";

type Hold = {
  readonly service: ServiceRecord;
  readonly field: "nodePort" | "healthCheckNodePort";
  readonly protocol: PortOfFinding["protocol"];
};
type DuplicateEvidence = {
  readonly port: number;
  readonly holders: readonly { readonly service: string; readonly field: string; readonly protocol: string }[];
  readonly event: string | null;
};

/** Two Services hold one nodePort number, whatever the protocol. Source: the API server's allocator is protocol-blind; findings.md F11, F14, F53. */
export const nodePortDuplicate = defineRule<DuplicateEvidence>({
  id: "node-port-duplicate",
  severity: "critical",
  needs: ["services"],
  remedies: [moveOffDuplicate],
  reads: ({ services, events }) => [services, events],
  *check(snapshot, { check }) {
    // Against what is there already node-port-taken speaks: the API server refuses the newcomer.
    const refused = new Set(check === undefined ? [] : findTakenNumbers(snapshot, check).map(({ number }) => number));
    const holds = new Map<number, Hold[]>();
    const add = (port: number, hold: Hold): void => {
      if (port === 0 || refused.has(port)) return;
      const known = holds.get(port);
      if (known === undefined) holds.set(port, [hold]);
      else known.push(hold);
    };
    for (const service of surveyServices(snapshot).onNodes) {
      for (const port of service.ports) add(port.nodePort, { service, field: "nodePort", protocol: port.protocol });
      add(service.healthCheckNodePort, { service, field: "healthCheckNodePort", protocol: "TCP" });
    }
    for (const [port, all] of [...holds].sort(([a], [b]) => a - b)) {
      const services = [...new Set(all.map(({ service }) => service))];
      // TCP and UDP of one Service may share a number; its own health check may not.
      const own =
        services.length === 1 && all.some(({ field }) => field === "healthCheckNodePort") && all.some(({ field }) => field === "nodePort");
      if (services.length < 2 && !own) continue;
      const holders = all
        .map(({ service, field, protocol }) => ({ service: `${service.namespace}/${service.name}`, field, protocol }))
        .sort((a, b) => compareText(`${a.service} ${a.field}`, `${b.service} ${b.field}`));
      yield {
        subjects: services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })),
        ports: [...new Set(all.map(({ protocol }) => protocol))].sort().map((protocol) => ({ port, protocol })),
        evidence: { port, holders, event: findEvent(snapshot, services, port) },
        sinceMs: services.length < 2 ? null : Math.max(...services.map(({ createdAtMs }) => createdAtMs ?? 0)) || null,
      };
    }
  },
  words: {
    en: {
      title: "Two Services hold one nodePort",
      why: "The API server allows a nodePort number once in a cluster. Two holders mean a restored or repaired allocation: which of them a node serves differs by node and may flip.",
      fix: "Re-create one of the Services, so that it gets a number of its own.",
      describe({ port, holders, event }) {
        const names = sayList([...new Set(holders.map(({ service }) => service))]);
        const fields = holders.map(({ service, field, protocol }) => `${service} as ${field}/${protocol}`);
        return {
          title: `${String(port)} is held by ${names}${new Set(holders.map(({ service }) => service)).size === 1 ? " twice" : ""}`,
          summary: `${sayList(fields)}.${event === null ? "" : ` The API server reports: ${event}`}`,
          symptoms: ["connections reach one Service or the other, by node and by time"],
        };
      },
    },
  },
});

function findEvent(snapshot: Snapshot, services: readonly ServiceRecord[], port: number): string | null {
  const names = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
  const event = [...snapshot.events.values()].find(
    ({ reason, involvedObject, message }) =>
      reason === "PortAlreadyAllocated" &&
      names.has(`${involvedObject.namespace}/${involvedObject.name}`) &&
      message.includes(String(port)),
  );
  return event?.message ?? null;
}
