import { formatObjectRef, type Labels } from "../model/meta";
import { compareLabels, type LabelRow } from "../owners/separating-labels";
import { defineRule } from "./rule";
import { claimedPortsOf, distinctPorts } from "./support/claimed-ports";
import { sayFew } from "./support/order-words";
import { findSelectionChanges, type SelectedOwner } from "./support/selection-changes";
import { sayCount, sayList } from "./support/words";

type CapturesEvidence = {
  readonly service: string;
  readonly selector: Labels;
  /** Owners that the Service is for: those of the manifest, or that it selected before. */
  readonly own: readonly string[];
  readonly captured: readonly { readonly owner: string; readonly pods: readonly string[] }[];
  /** Labels that tell the owners apart, best first. */
  readonly separating: readonly string[];
  /** The best of them with the value of the one owner that the Service is for: with it in the selector nobody else is taken in. Null where there is none. */
  readonly add: { readonly key: string; readonly value: string } | null;
};

/** A Service of a manifest would also select pods of somebody else. Source: Service.spec.selector; findings.md "Only in a check". */
export const capturesPods = defineRule<CapturesEvidence>({
  id: "captures-pods",
  severity: "critical",
  scope: "check",
  about: "selector",
  needs: ["services", "pods"],
  *check(snapshot, context) {
    for (const { service, what, owners } of findSelectionChanges(snapshot, context).values()) {
      if (what !== "captures") continue;
      const captured = owners.filter(({ added, stated }) => added && !stated);
      const own = owners.filter((each) => !captured.includes(each));
      const separating = compareLabels(owners.map(({ pods }) => pods)).filter(({ separates }) => separates);
      yield {
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...owners.map(({ owner }) => owner)],
        ports: distinctPorts(service.ports.flatMap((port) => claimedPortsOf(service, port))),
        evidence: {
          service: `${service.namespace}/${service.name}`,
          selector: service.selector ?? {},
          own: own.map(nameOf),
          captured: captured.map((each) => ({ owner: nameOf(each), pods: each.pods.map(({ name }) => name) })),
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
      describe({ service, own, captured, separating }) {
        const pods = captured.reduce((sum, each) => sum + each.pods.length, 0);
        const owners = captured.map(({ owner }) => owner);
        return {
          title: `${service} would select ${sayCount(pods, "pod")} of ${sayFew(owners)}`,
          summary: `${own.length === 0 ? "Its selector matches several owners" : `Beside those of ${sayFew(own)}`}: each connection would land on one of them by chance. ${separating.length === 0 ? "No label tells the owners apart." : `${sayList(separating.slice(0, 2))} ${separating.length === 1 ? "tells" : "tell"} the owners apart.`}`,
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

function nameOf({ owner }: SelectedOwner): string {
  return formatObjectRef(owner);
}
