import { emptySlices } from "../remedies/empty-slices";
import { defineRule } from "./rule";
import { claimedPortsOf, distinctPorts } from "./support/claimed-ports";
import { compareSlices, type SliceDifference } from "./support/slice-differences";
import { sayFew } from "./support/order-words";
import { sayCount } from "./support/words";

type SlicesEvidence = {
  readonly service: string;
  /** Ready pods that the selector matches and no slice holds. */
  readonly absent: readonly string[];
  /** Ready addresses in slices that no selected pod has. */
  readonly strange: readonly { readonly address: string; readonly slice: string }[];
  /** Only slices that somebody else than the controller writes hold strange addresses. */
  readonly custom: boolean;
};

/** How long the controller may take before a missing pod is worth a word. */
const graceMs = 30_000;

/** What the selector means and what the slices hold differ. Source: EndpointSlice, label endpointslice.kubernetes.io/managed-by; findings.md. */
export const slicesDisagree = defineRule<SlicesEvidence, SliceDifference>({
  id: "slices-disagree",
  severity: "warning",
  about: "selector",
  needs: ["services", "pods", "endpointslices"],
  remedies: [emptySlices],
  reads: () => [],
  perService: (snapshot, _context, service) => compareSlices(snapshot, service),
  *check(_snapshot, { nowMs }, parts) {
    for (const { service, strange, ...part } of parts) {
      const absent = part.absent.filter(({ readyAtMs }) => readyAtMs !== null && nowMs - readyAtMs >= graceMs);
      if (absent.length === 0 && strange.length === 0) continue;
      const custom = absent.length === 0 && part.custom;
      const times = absent.flatMap(({ readyAtMs }) => readyAtMs ?? []);
      yield {
        variant: absent.length > 0 ? "absent" : "strange",
        severity: custom ? "info" : "warning",
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }],
        ports: distinctPorts(service.ports.flatMap((port) => claimedPortsOf(service, port))),
        sinceMs: times.length === 0 ? null : Math.min(...times),
        evidence: {
          service: `${service.namespace}/${service.name}`,
          absent: absent.map(({ name }) => name).sort(),
          strange: strange.map(({ address, slice }) => ({ address, slice: slice.name })),
          custom,
        },
      };
    }
  },
  words: {
    en: {
      title: "EndpointSlices and selector disagree",
      why: "Nodes send connections where the EndpointSlices say, not where the selector says. Where the two differ, ready pods get none, or connections go to addresses that no selected pod has.",
      fix: "Look at the controller that writes the slices (kube-controller-manager, or who is named in the label endpointslice.kubernetes.io/managed-by) and at its quota and errors.",
      describe({ service, absent, strange, custom }) {
        const left =
          absent.length === 0 ? "" : `${sayFew(absent)} ${absent.length === 1 ? "is" : "are"} ready and selected, but in no slice. `;
        const right =
          strange.length === 0
            ? ""
            : `${sayFew(strange.map(({ address }) => address))} ${strange.length === 1 ? "is" : "are"} in ${sayFew([...new Set(strange.map(({ slice }) => slice))])}, and no selected pod has ${strange.length === 1 ? "it" : "them"}.`;
        return {
          title:
            absent.length > 0
              ? `${service} leaves out ${sayCount(absent.length, "ready pod")}`
              : `${service} leads to ${strange.length === 1 ? "an address" : `${String(strange.length)} addresses`} of no selected pod`,
          summary: `${left}${right}${custom ? " Slices that are not the controller's hold them: somebody may mean it." : ""}`.trim(),
          symptoms: custom
            ? []
            : absent.length > 0
              ? ["new pods get no connections"]
              : ["part of the connections time out or reach a stranger"],
        };
      },
    },
  },
});
