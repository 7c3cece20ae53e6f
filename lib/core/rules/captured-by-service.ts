import { compareText } from "../basics/order";
import type { Labels } from "../model/meta";
import { recordKey, type Snapshot } from "../model/snapshot";
import { compareLabels } from "../owners/separating-labels";
import { defineRule } from "./rule";
import { claimedPortsOf, distinctPorts } from "./support/claimed-ports";
import { sayFew } from "./support/order-words";
import { ownersOfPort } from "./support/port-owners";
import { findSelectionChanges, joinOwners, nameOfOwner, type SelectionChange } from "./support/selection-changes";
import { sayList } from "./support/words";

type CapturedEvidence = {
  readonly services: readonly { readonly name: string; readonly selector: Labels }[];
  readonly newcomers: readonly string[];
  readonly residents: readonly string[];
  /** The new pods would get connections beside those of the residents. */
  readonly usable: boolean;
  /** Labels that tell the owners apart, best first. */
  readonly separating: readonly string[];
};

/** Pods of a manifest would join Services that pods of somebody else stand behind. Source: Service.spec.selector; findings.md "Only in a check". */
export const capturedByService = defineRule<CapturedEvidence>({
  id: "captured-by-service",
  severity: "warning",
  scope: "check",
  about: "labels",
  needs: ["services", "pods", "endpointslices"],
  *check(snapshot, context) {
    const captured = [...findSelectionChanges(snapshot, context).values()].filter(({ what }) => what === "captured");
    // The labels of the same newcomers are one cause, however many Services ask for them.
    for (const changes of Map.groupBy(captured, newcomersOf).values()) {
      const services = changes.map(({ service }) => service).sort((a, b) => compareText(recordKey(a), recordKey(b)));
      const owners = joinOwners(changes.flatMap((change) => change.owners));
      const newcomers = owners.filter(({ added }) => added);
      const usable = changes.some((change) => areMixed(snapshot, change));
      const subjects = services.map(({ namespace, name }) => ({ kind: "Service", namespace, name }));
      yield {
        severity: usable ? "critical" : "warning",
        subjects: [...subjects, ...owners.map(({ owner }) => owner)],
        edited: [...subjects, ...newcomers.map(({ owner }) => owner)],
        ports: distinctPorts(services.flatMap((service) => service.ports.flatMap((port) => claimedPortsOf(service, port)))),
        evidence: {
          services: services.map(({ namespace, name, selector }) => ({ name: `${namespace}/${name}`, selector: selector ?? {} })),
          newcomers: newcomers.map(nameOfOwner),
          residents: owners.filter(({ added }) => !added).map(nameOfOwner),
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
      describe({ services, newcomers, residents, usable, separating }) {
        const [only, ...more] = services;
        const pairs = Object.entries(only?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
        return {
          title: `Pods of ${sayFew(newcomers)} would join ${sayFew(services.map(({ name }) => name))}`,
          summary: `${more.length === 0 ? `Its selector ${sayList(pairs)} matches` : "Their selectors match"} them beside those of ${sayFew(residents)}${usable ? ": each connection would land on one or the other by chance" : ""}. ${separating.length === 0 ? "No label tells the owners apart." : `${sayList(separating.slice(0, 2))} ${separating.length === 1 ? "tells" : "tell"} the owners apart.`}`,
          symptoms: usable ? [`users of ${more.length === 0 ? "the Service" : "these Services"} reach the new program by chance`] : [],
        };
      },
    },
  },
});

function newcomersOf({ owners }: SelectionChange): string {
  return owners
    .filter(({ added }) => added)
    .map(nameOfOwner)
    .join(" ");
}

/** Whether one port of the Service would lead to newcomers and residents alike. */
function areMixed(snapshot: Snapshot, { service, owners }: SelectionChange): boolean {
  return service.ports.some((port) => {
    const names = new Set(ownersOfPort(snapshot, service, port).map(nameOfOwner));
    return [true, false].every((added) => owners.some((each) => each.added === added && names.has(nameOfOwner(each))));
  });
}
