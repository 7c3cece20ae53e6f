import { normaliseAddress } from "../basics/ip";
import { compareNatural, compareText } from "../basics/order";
import { findPodClaims, holdsItsPorts } from "../inventory/pod-claims";
import { findServiceClaims, type ServiceClaim } from "../inventory/service-claims";
import { toNodeName } from "../model/brands";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { NodeRecord } from "../model/node";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { isSystemPort } from "../policy/system-ports";
import type { Context } from "../policy/policy";
import { describeProxy } from "../routing/proxy-config";
import { readsOfProxies, surveyPods } from "../inventory/survey-pods";
import { leaveNodeAddress } from "../remedies/leave-address";
import { defineRule } from "./rule";
import { distinctPorts, isPassedOver, isUnclaiming } from "./support/claimed-ports";
import { resolvePortHolder } from "./support/host-ports";
import { surveyServices } from "./support/survey-services";
import { leadsToHolder } from "./support/target-ports";
import { sayList, sayPorts } from "./support/words";

type Taken = {
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly kind: "externalIP" | "loadBalancerIP";
  /** A port that the node needs for itself. */
  readonly control: boolean;
  readonly from: readonly string[];
};
type OnNodeEvidence = { readonly service: string; readonly taken: readonly Taken[] };
type AddressClaim = Extract<ServiceClaim["claim"], { readonly address: string }>;

/** A Service's own address is a node's, and takes a port that something else serves there. Source: Service.spec.externalIPs (routing.md R1.8.2, R1.9.3); findings.md. */
export const externalIpOnNode = defineRule<OnNodeEvidence>({
  id: "external-ip-on-node",
  severity: "warning",
  needs: ["services", "pods", "nodes"],
  remedies: [leaveNodeAddress],
  reads: (snapshot) => [snapshot.services, surveyPods(snapshot).hostPorts, ...readsOfProxies(snapshot)],
  *check(snapshot, context) {
    for (const service of surveyServices(snapshot).addressed) {
      if (isPassedOver(service)) continue;
      const others = new Map<string, ObjectRef>();
      const taken = findServiceClaims(service).flatMap(({ claim }): readonly Taken[] => {
        if (claim.kind !== "externalIP" && claim.kind !== "loadBalancerIP") return [];
        return snapshot.lookup.nodesByAddress(claim.address).flatMap((node) => {
          if (describeProxy(snapshot, context, node).kind === "none") return [];
          const from = findOthers(snapshot, service, claim, node);
          const control = isControlPort(snapshot, context, node, claim);
          if (from.length === 0 && !control) return [];
          for (const ref of from) others.set(formatObjectRef(ref), ref);
          return [
            {
              node: node.name,
              address: claim.address,
              port: claim.port,
              protocol: claim.protocol,
              kind: claim.kind,
              control,
              from: from.map(formatObjectRef),
            },
          ];
        });
      });
      if (taken.length === 0) continue;
      yield {
        severity: taken.some(({ control }) => control) ? "critical" : "warning",
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...others.values()],
        edited: [{ kind: "Service", namespace: service.namespace, name: service.name }],
        ports: distinctPorts(taken.map(({ port, protocol }) => ({ port, protocol }))),
        nodes: [...new Set(taken.map(({ node }) => node))].sort(compareNatural),
        sinceMs: service.createdAtMs,
        evidence: {
          service: `${service.namespace}/${service.name}`,
          taken: [...taken].sort((a, b) => compareNatural(a.node, b.node) || a.port - b.port || compareText(a.protocol, b.protocol)),
        },
      };
    }
  },
  words: {
    en: {
      title: "A Service takes a port of a node's own address",
      why: "A Service's external or load balancer IP that is a node's address captures its port there before anything of the node sees the packet: a host port, another Service's nodePort, SSH, the kubelet or the API server.",
      fix: "Give the Service an address that no node has, or another port.",
      describe({ service, taken }, { ports, nodes }) {
        const control = [...new Set(taken.filter((each) => each.control).map(({ port }) => String(port)))];
        const from = [...new Set(taken.flatMap((each) => each.from))];
        const addresses = [...new Set(taken.map(({ address }) => address))];
        const where = nodes.length <= 3 ? sayList(nodes) : `${String(nodes.length)} nodes`;
        const lost =
          from.length === 0
            ? ""
            : ` ${sayList(from.slice(0, 3))}${from.length > 3 ? " …" : ""} ${from.length === 1 ? "gets" : "get"} no connection to that address any more.`;
        const needed = control.length === 0 ? "" : ` The node needs ${sayList(control)} for itself.`;
        return {
          title: `${service} takes ${sayPorts(ports)} of ${where}`,
          summary: `${sayList(addresses.slice(0, 3))}${addresses.length > 3 ? " …" : ""} ${addresses.length === 1 ? "is" : "are"} the Service's address, and the node's own.${needed}${lost}`,
          symptoms:
            control.length > 0
              ? ["logins, the kubelet or the API server are cut off on that address"]
              : ["the other one is not reached on that address"],
        };
      },
    },
  },
});

function isControlPort(snapshot: Snapshot, { policy }: Context, node: NodeRecord, { port, protocol }: AddressClaim): boolean {
  return protocol === "TCP" && isSystemPort(snapshot, policy, node, port);
}

/** Who else serves the port on the node: pods that hold it, and Services whose nodePort it is. */
function findOthers(
  snapshot: Snapshot,
  service: ServiceRecord,
  { address, port, protocol }: AddressClaim,
  node: NodeRecord,
): readonly ObjectRef[] {
  const isOther = ({ namespace, name, kind }: ObjectRef): boolean =>
    !(kind === "Service" && namespace === service.namespace && name === service.name);
  const pods = snapshot.lookup
    .podsByHostPort(toNodeName(node.name), port)
    .filter(
      (pod) =>
        holdsItsPorts(pod) &&
        !leadsToHolder(service, pod, { port, protocol }) &&
        findPodClaims(pod).some(
          (claim) => claim.port === port && claim.protocol === protocol && (claim.hostIP === "" || claim.hostIP === address),
        ),
    )
    .map(resolvePortHolder)
    // A relay of ServiceLB stands for a Service; one with the same address and port is external-ip-duplicate's.
    .filter((holder) => isOther(holder) && !(holder.kind === "Service" && hasAddress(snapshot, holder, address)));
  const services = snapshot.lookup
    .servicePortsByNodePort(port)
    .filter(
      ({ service: other, portIndex }) => other.ports[portIndex]?.protocol === protocol && !isUnclaiming(other) && !isPassedOver(other),
    )
    .map(({ service: other }): ObjectRef => ({ kind: "Service", namespace: other.namespace, name: other.name }))
    .filter(isOther);
  const distinct = new Map([...pods, ...services].map((ref) => [formatObjectRef(ref), ref]));
  return [...distinct].sort(([a], [b]) => compareText(a, b)).map(([, ref]) => ref);
}

function hasAddress(snapshot: Snapshot, { namespace, name }: ObjectRef, address: string): boolean {
  return snapshot.lookup
    .servicesByAddress(normaliseAddress(address))
    .some((service) => service.namespace === namespace && service.name === name);
}
