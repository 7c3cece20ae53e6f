import { compareText } from "../basics/order";
import type { Labels } from "../model/meta";
import { recordKey } from "../model/snapshot";
import { compareLabels, type LabelRow } from "../owners/separating-labels";
import { defineRule } from "./rule";
import { claimedPortsOf, distinctPorts } from "./support/claimed-ports";
import { sayFew } from "./support/order-words";
import { findSelectionChanges, joinOwners, nameOfOwner, type SelectedOwner, type SelectionChange } from "./support/selection-changes";
import { sayCount, sayList } from "./support/words";

type CapturesEvidence = {
  readonly services: readonly { readonly name: string; readonly selector: Labels }[];
  /** Owners that the Services are for: those of the manifest, or that they selected before. */
  readonly own: readonly string[];
  readonly captured: readonly { readonly owner: string; readonly pods: readonly string[] }[];
  /** Labels that tell the owners apart, best first. */
  readonly separating: readonly string[];
  /** The best of them with the value of the one owner that the Services are for: with it in the selectors nobody else is taken in. Null where there is none. */
  readonly add: { readonly key: string; readonly value: string } | null;
};

/** Services of a manifest would also select pods of somebody else. Source: Service.spec.selector; findings.md "Only in a check". */
export const capturesPods = defineRule<CapturesEvidence>({
  id: "captures-pods",
  severity: "critical",
  scope: "check",
  about: "selector",
  needs: ["services", "pods"],
  *check(snapshot, context) {
    const captures = [...findSelectionChanges(snapshot, context).values()].filter(({ what }) => what === "captures");
    // What is to be told apart is one cause, however many Services do not.
    for (const changes of Map.groupBy(captures, partiesOf).values()) {
      const services = changes.map(({ service }) => service).sort((a, b) => compareText(recordKey(a), recordKey(b)));
      const owners = joinOwners(changes.flatMap((change) => change.owners));
      const captured = owners.filter(isCaptured);
      const own = owners.filter((each) => !captured.includes(each));
      const separating = compareLabels(owners.map(({ pods }) => pods)).filter(({ separates }) => separates);
      yield {
        subjects: [...services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })), ...owners.map(({ owner }) => owner)],
        ports: distinctPorts(services.flatMap((service) => service.ports.flatMap((port) => claimedPortsOf(service, port)))),
        evidence: {
          services: services.map((service) => ({ name: recordKey(service), selector: service.selector ?? {} })),
          own: own.map(nameOfOwner),
          captured: captured.map((each) => ({ owner: nameOfOwner(each), pods: each.pods.map(({ name }) => name) })),
          separating: separating.map(({ key }) => key),
          add:
            own.length === 1
              ? labelOf(
                  separating,
                  owners.findIndex((each) => each === own[0]),
                )
              : null,
        },
      };
    }
  },
  words: {
    en: {
      title: "A Service of the manifest would take in pods of somebody else",
      why: "A Service sends each connection to any ready pod that its selector matches, whoever owns it. Users of the new port would reach somebody else's program by chance, and nothing in the cluster would report an error.",
      fix: "Add a label to the selector that all of your pods carry and none of the others.",
      describe({ services, own, captured, separating }) {
        const pods = captured.reduce((sum, each) => sum + each.pods.length, 0);
        const owners = captured.map(({ owner }) => owner);
        return {
          title: `${sayFew(services.map(({ name }) => name))} would select ${sayCount(pods, "pod")} of ${sayFew(owners)}`,
          summary: `${own.length === 0 ? `${services.length === 1 ? "Its selector matches" : "Their selectors match"} several owners` : `Beside those of ${sayFew(own)}`}: each connection would land on one of them by chance. ${separating.length === 0 ? "No label tells the owners apart." : `${sayList(separating.slice(0, 2))} ${separating.length === 1 ? "tells" : "tell"} the owners apart.`}`,
          symptoms: ["answers of another owner's program", "part of the connections only"],
        };
      },
    },
  },
});

/** The first label of which the owner at this place has one value. */
function labelOf(rows: readonly LabelRow[], place: number): CapturesEvidence["add"] {
  return (
    rows.flatMap(({ key, values }) => {
      const [value, ...others] = values[place] ?? [];
      return value === undefined || others.length > 0 ? [] : [{ key, value }];
    })[0] ?? null
  );
}

function isCaptured({ added, stated }: SelectedOwner): boolean {
  return added && !stated;
}

/** Who is captured, and by whose Services. */
function partiesOf({ owners }: SelectionChange): string {
  return owners.map((each) => `${String(isCaptured(each))} ${nameOfOwner(each)}`).join("\n");
}
