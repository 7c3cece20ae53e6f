import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import { compareText } from "../basics/order";
import { resolveOwner } from "../owners/owner";
import { formatObjectRef } from "../model/meta";
import { isFinished } from "../inventory/pod-claims";
import { correctTargetPort } from "../remedies/correct-target-port";
import { separateOwners } from "../remedies/separate-owners";
import { defineRule, type Found } from "./rule";
import { representativesOf } from "./support/alike-pods";
import { claimedPortsOf, distinctPorts, isUnclaiming } from "./support/claimed-ports";
import { isJobPod } from "./support/port-owners";
import { isNameLacking, isNumberLacking, lacksNamedPort, lacksNumberedPort } from "./support/target-ports";
import { sayCount, sayShare } from "./support/words";

type TargetPortEvidence = {
  readonly service: string;
  readonly targetPorts: readonly (string | number)[];
  readonly byName: boolean;
  readonly lacking: readonly string[];
  readonly share: number;
};

/** Selected pods that lack the targetPort. Source: Service.spec.ports[].targetPort, Pod.spec.containers[].ports; findings.md F36, F37. */
export const targetPortMissing = defineRule<TargetPortEvidence, readonly Found<TargetPortEvidence>[]>({
  id: "target-port-missing",
  severity: "critical",
  about: "target",
  needs: ["services", "pods"],
  remedies: [correctTargetPort, separateOwners],
  reads: () => [],
  perService(snapshot, _context, service) {
    // Headless: DNS names every selected pod, whatever ports it declares.
    if (isUnclaiming(service)) return null;
    // Jobs beside a long-running owner are another rule's.
    const selected = snapshot.lookup.podsBySelector(service.namespace, service.selector);
    const kinds = representativesOf(selected).filter(isLasting);
    const named = service.ports.filter((port) => isNameLacking(port, kinds));
    const numbered = service.ports.filter((port) => isNumberLacking(port, kinds));
    if (named.length + numbered.length === 0) return null;
    const pods = selected.filter(isLasting);
    return [...toFound(service, pods, named, lacksNamedPort, true), ...toFound(service, pods, numbered, lacksNumberedPort, false)];
  },
  check: (_snapshot, _context, found) => found.flat(),
  words: {
    en: {
      title: "Selected pods lack the target port",
      why: "A pod that does not declare a named targetPort is left out of the Service's endpoints for that port; one that does not declare the number may not listen on it.",
      fix: "Declare the port in every pod that the selector matches, or narrow the selector to the pods that have it.",
      describe({ service, targetPorts, byName, lacking, share }) {
        // Of several ports a pod may lack one and have the others.
        const names = targetPorts.map((port) => JSON.stringify(port)).join(" or ");
        return {
          title: `${service}: ${sayShare(share)} of its pods lack target port ${targetPorts.join(" or ")}`,
          summary: byName
            ? `${sayCount(lacking.length, "pod")} without a port named ${names} ${lacking.length === 1 ? "gets" : "get"} no traffic for it.`
            : `${sayCount(lacking.length, "pod")} ${lacking.length === 1 ? "declares" : "declare"} other ports than ${names}, and may not listen on it.`,
          symptoms: byName ? ["fewer backends than pods"] : ["part of the connections are refused"],
        };
      },
    },
  },
});

function toFound(
  service: ServiceRecord,
  pods: readonly PodRecord[],
  ports: readonly ServicePort[],
  lacks: (pod: PodRecord, port: ServicePort) => boolean,
  byName: boolean,
): readonly Found<TargetPortEvidence>[] {
  if (ports.length === 0) return [];
  const lacking = pods.filter((pod) => ports.some((port) => lacks(pod, port))).sort((a, b) => compareText(a.name, b.name));
  const owners = new Map(lacking.map((pod) => [formatObjectRef(resolveOwner(pod)), resolveOwner(pod)]));
  return [
    {
      variant: byName ? "name" : "number",
      severity: byName ? "critical" : "warning",
      subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...owners.values()],
      ports: distinctPorts(ports.flatMap((port) => claimedPortsOf(service, port))),
      evidence: {
        service: `${service.namespace}/${service.name}`,
        targetPorts: [...new Set(ports.map(({ targetPort }) => targetPort))],
        byName,
        lacking: lacking.map(({ name }) => name),
        share: lacking.length / pods.length,
      },
    },
  ];
}

function isLasting(pod: PodRecord): boolean {
  return !isFinished(pod) && pod.deletedAtMs === null && !isJobPod(pod);
}
