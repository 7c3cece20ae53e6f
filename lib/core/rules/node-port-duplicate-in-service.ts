import { findServiceRefusals } from "../claims/api-claims";
import { lastOfEach } from "../check/check-scope";
import { serviceKey } from "../model/brands";
import type { PortOfFinding } from "../model/finding";
import { defineRule } from "./rule";
import { distinctPorts } from "./support/claimed-ports";
import { sayList, sayPorts, verb } from "./support/words";

type InServiceEvidence = {
  readonly service: string;
  readonly entries: readonly { readonly nodePort: number; readonly protocol: string; readonly port: number; readonly field: string }[];
};

/** Two ports of one Service want one nodePort. Source: Service validation and the API server's port allocator (C2, C3); findings.md F11, F13. */
export const nodePortDuplicateInService = defineRule<InServiceEvidence>({
  id: "node-port-duplicate-in-service",
  severity: "critical",
  scope: "check",
  needs: ["services"],
  *check(snapshot, { check }) {
    if (check === undefined) return;
    for (const { action, object } of lastOfEach(check.manifest)) {
      const service =
        object.kind === "Service" && action === "apply" ? snapshot.services.get(serviceKey(object.namespace, object.name)) : undefined;
      if (service === undefined) continue;
      const refused = findServiceRefusals(check.base, service, { first: 1, last: 65_535 })
        .filter(
          ({ code, field, holder }) =>
            holder === null && field.startsWith("spec.ports[") && (code === "duplicate" || code === "already-allocated"),
        )
        .map(({ value }) => Number(value));
      if (refused.length === 0) continue;
      const entries = service.ports.flatMap(({ nodePort, protocol, port }, place) =>
        refused.includes(nodePort) ? [{ nodePort, protocol, port, field: `spec.ports[${String(place)}]` }] : [],
      );
      yield {
        subjects: [object],
        ports: distinctPorts(entries.map(({ nodePort, protocol }): PortOfFinding => ({ port: nodePort, protocol }))),
        evidence: { service: `${service.namespace}/${service.name}`, entries },
      };
    }
  },
  words: {
    en: {
      title: "One Service asks for a nodePort twice",
      why: "Within a Service a nodePort may stand twice only for two protocols of one port, as for DNS. Otherwise the API server refuses the Service.",
      fix: "Give each entry of spec.ports a number of its own, or leave nodePort out.",
      describe({ service, entries }, { ports }) {
        return {
          title: `${sayPorts(ports)} ${verb(ports, "stands", "stand")} twice in ${service}`,
          summary: `${sayList(entries.map(({ field, port, protocol }) => `${field} (port ${String(port)}/${protocol})`))} want one number.`,
          symptoms: ["the API server refuses the Service"],
        };
      },
    },
  },
});
