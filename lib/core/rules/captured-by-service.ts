import { formatObjectRef, type Labels } from "../model/meta";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { compareLabels } from "../owners/separating-labels";
import { defineRule } from "./rule";
import { claimedPortsOf, distinctPorts } from "./support/claimed-ports";
import { sayFew } from "./support/order-words";
import { ownersOfPort } from "./support/port-owners";
import { findSelectionChanges, type SelectedOwner } from "./support/selection-changes";
import { sayList } from "./support/words";

type CapturedEvidence = {
  readonly service: string;
  readonly selector: Labels;
  readonly newcomers: readonly string[];
  readonly residents: readonly string[];
  /** The new pods would get connections beside those of the residents. */
  readonly usable: boolean;
  /** Labels that tell the owners apart, best first. */
  readonly separating: readonly string[];
};

/** Pods of a manifest would join a Service that pods of somebody else stand behind. Source: Service.spec.selector; findings.md "Only in a check". */
export const capturedByService = defineRule<CapturedEvidence>({
  id: "captured-by-service",
  severity: "warning",
  scope: "check",
  about: "labels",
  needs: ["services", "pods", "endpointslices"],
  *check(snapshot, context) {
    for (const { service, what, owners } of findSelectionChanges(snapshot, context).values()) {
      if (what !== "captured") continue;
      const newcomers = owners.filter(({ added }) => added);
      const residents = owners.filter(({ added }) => !added);
      const usable = areMixed(snapshot, service, newcomers, residents);
      yield {
        severity: usable ? "critical" : "warning",
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...owners.map(({ owner }) => owner)],
        edited: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...newcomers.map(({ owner }) => owner)],
        ports: distinctPorts(service.ports.flatMap((port) => claimedPortsOf(service, port))),
        evidence: {
          service: `${service.namespace}/${service.name}`,
          selector: service.selector ?? {},
          newcomers: newcomers.map(nameOf),
          residents: residents.map(nameOf),
          usable,
          separating: compareLabels(owners.map(({ pods }) => pods)).flatMap(({ key, separates }) => (separates ? [key] : [])),
        },
      };
    }
  },
  words: {
    en: {
      title: "Pods of the manifest would join somebody else's Service",
      why: "A Service takes in every pod that its selector matches. Its users would reach the new program by chance, though they asked for another one.",
      fix: "Change the labels of the new pods, or add a label to the Service's selector that only its own pods carry.",
      describe({ service, selector, newcomers, residents, usable, separating }) {
        const pairs = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
        return {
          title: `Pods of ${sayFew(newcomers)} would join ${service}`,
          summary: `Its selector ${sayList(pairs)} matches them beside those of ${sayFew(residents)}${usable ? ": each connection would land on one or the other by chance" : ""}. ${separating.length === 0 ? "No label tells the owners apart." : `${sayList(separating.slice(0, 2))} ${separating.length === 1 ? "tells" : "tell"} the owners apart.`}`,
          symptoms: usable ? ["users of the Service reach the new program by chance"] : [],
        };
      },
    },
  },
});

function nameOf({ owner }: SelectedOwner): string {
  return formatObjectRef(owner);
}

/** Whether one port of the Service would lead to newcomers and residents alike. */
function areMixed(
  snapshot: Snapshot,
  service: ServiceRecord,
  newcomers: readonly SelectedOwner[],
  residents: readonly SelectedOwner[],
): boolean {
  const holds = (some: readonly SelectedOwner[], names: ReadonlySet<string>): boolean => some.some((each) => names.has(nameOf(each)));
  return service.ports.some((port) => {
    const names = new Set(ownersOfPort(snapshot, service, port).map(({ owner }) => formatObjectRef(owner)));
    return holds(newcomers, names) && holds(residents, names);
  });
}
