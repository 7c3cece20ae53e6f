import { familyOf, normaliseAddress } from "../basics/ip";
import { isCustomSlice } from "../inventory/custom-slices";
import { isFinished } from "../inventory/pod-claims";
import { serviceKey } from "../model/brands";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { defineRule } from "./rule";
import { claimedPortsOf, distinctPorts } from "./support/claimed-ports";
import { lacksNamedPort } from "./support/target-ports";
import { sayCount, sayList } from "./support/words";

type SlicesEvidence = {
  readonly service: string;
  /** Ready pods that the selector matches and no slice holds. */
  readonly absent: readonly string[];
  /** Ready addresses in slices that no selected pod has. */
  readonly strange: readonly { readonly address: string; readonly slice: string }[];
  /** Only slices that somebody else than the controller writes hold strange addresses. */
  readonly custom: boolean;
};

/** `absent`: whether or not the controller has had its time. */
type Difference = {
  readonly service: ServiceRecord;
  readonly absent: readonly PodRecord[];
  readonly strange: readonly { readonly address: string; readonly slice: EndpointSliceRecord }[];
  readonly custom: boolean;
};

/** How long the controller may take before a missing pod is worth a word. */
const graceMs = 30_000;

/** What the selector means and what the slices hold differ. Source: EndpointSlice, label endpointslice.kubernetes.io/managed-by; findings.md. */
export const slicesDisagree = defineRule<SlicesEvidence, Difference>({
  id: "slices-disagree",
  severity: "warning",
  about: "selector",
  needs: ["services", "pods", "endpointslices"],
  reads: () => [],
  perService(snapshot, _context, service) {
    if (service.type === "ExternalName" || service.selector === null || Object.keys(service.selector).length === 0) return null;
    const slices = snapshot.lookup
      .slicesOfService(serviceKey(service.namespace, service.name))
      .filter(({ addressType }) => addressType !== "FQDN");
    const pods = snapshot.lookup.podsBySelector(service.namespace, service.selector).filter((pod) => !isFinished(pod));
    const absent = findAbsent(service, pods, slices);
    const strange = findStrange(pods, slices);
    if (absent.length === 0 && strange.length === 0) return null;
    return { service, absent, strange, custom: strange.every(({ slice }) => isCustomSlice(slice, slices)) };
  },
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
          absent.length === 0 ? "" : `${sayShort(absent)} ${absent.length === 1 ? "is" : "are"} ready and selected, but in no slice. `;
        const right =
          strange.length === 0
            ? ""
            : `${sayShort(strange.map(({ address }) => address))} ${strange.length === 1 ? "is" : "are"} in ${sayShort([...new Set(strange.map(({ slice }) => slice))])}, and no selected pod has ${strange.length === 1 ? "it" : "them"}.`;
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

function findAbsent(service: ServiceRecord, pods: readonly PodRecord[], slices: readonly EndpointSliceRecord[]): readonly PodRecord[] {
  const waiting = pods.filter((pod) => pod.ready && pod.deletedAtMs === null && pod.readyAtMs !== null);
  if (waiting.length === 0) return [];
  const held = new Set(slices.flatMap(({ endpoints }) => endpoints.map(({ address }) => address)));
  // Endpoints objects leave out pods without the named port; slices hold them without a port.
  const converted = slices.some(({ convertedFrom }) => convertedFrom !== null);
  return waiting.filter((pod) => {
    const addresses = pod.podIPs.filter(
      (ip) => service.ipFamilies.length === 0 || service.ipFamilies.some((family) => familyOf(ip) === family),
    );
    if (addresses.length === 0 || addresses.some((ip) => held.has(toKey(ip)))) return false;
    return !(converted && service.ports.every((port) => lacksNamedPort(pod, port)));
  });
}

/** Ready addresses that no selected pod has. Terminating ones are on their way out already. */
function findStrange(
  pods: readonly PodRecord[],
  slices: readonly EndpointSliceRecord[],
): readonly { readonly address: string; readonly slice: EndpointSliceRecord }[] {
  const own = new Set(pods.flatMap(({ podIPs }) => podIPs.map(toKey)));
  // The controller saw the pod's address a moment before we did.
  const starting = new Set(pods.flatMap(({ podIPs, name }) => (podIPs.length === 0 ? [name] : [])));
  return slices.flatMap((slice) =>
    slice.endpoints
      .filter(({ ready, terminating, address, targetRef }) => {
        return ready && !terminating && !own.has(address) && !(targetRef?.kind === "Pod" && starting.has(targetRef.name));
      })
      .map(({ address }) => ({ address, slice })),
  );
}

/** As slices hold it; IPv4 has one spelling. */
function toKey(ip: string): string {
  return ip.includes(":") ? normaliseAddress(ip) : ip;
}

function sayShort(names: readonly string[]): string {
  return names.length <= 3 ? sayList(names) : `${sayList(names.slice(0, 2))} and ${String(names.length - 2)} more`;
}
