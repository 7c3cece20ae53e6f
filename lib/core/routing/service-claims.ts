// Which Service ports want a packet at a node, and what each could do with it (routing.md 1, 2.5, 1.12 and the verdicts of 3).

import type { RouteClaim, RouteOutcome } from "../model/route";
import type { ServicePort, ServiceRecord } from "../model/service";
import { categorizeBy, categorizeEndpoints, type Categories } from "./categorize";
import { shareEndpoints, type Claimant } from "./claimants";
import type { Endpoint } from "./endpoints";
import type { NodeView } from "./node-view";
import type { Packet } from "./packet";
import { checkSourceRanges, exactKinds, ignoredByProxy, isExternalLocal, type Ignored } from "./service-rules";
import type { BackendSlot } from "./shared-answer";
import type { World } from "./world";

/** One Service port that claims the packet's destination. `barred`: its source ranges exclude the client; "depends" when the client's address would decide. */
export type Member = {
  readonly service: ServiceRecord;
  readonly port: ServicePort;
  readonly portIndex: number;
  readonly claim: RouteClaim & { readonly kind: "nodePort" | "externalIP" | "loadBalancerIP" | "clusterIP" };
  readonly barred: boolean | "depends";
  readonly endpoints: readonly Endpoint[];
  readonly categories: Categories;
};

/** Members by what they match, and those that claim the number but are passed over by the proxy. */
export type Claims = {
  readonly exact: readonly Member[];
  readonly nodePorts: readonly Member[];
  readonly ignored: readonly { readonly service: ServiceRecord; readonly why: Ignored }[];
};

/** How the endpoints of a disputed list are picked: see EndpointList. */
export type Pick = "list" | "other";

/**
 * Every Service port that names the packet's destination, whether it can serve it or not.
 *
 * Input:   `holders`: the Services that have the address. `local`: the destination is an address of the node (only then NodePorts apply).
 * Returns: members sorted by namespace and name. `disputed` tells that some endpoint list depends on the order of reading.
 */
export function findClaims(
  world: World,
  view: NodeView,
  packet: Packet,
  holders: readonly ServiceRecord[],
  local: boolean,
  pick: Pick,
): Claims & { readonly disputed: boolean } {
  const { minor } = view.proxy;
  const ignored: { service: ServiceRecord; why: Ignored }[] = [];
  let disputed = false;

  const toMember = (claimant: Claimant, kind: Member["claim"]["kind"], filtered: boolean): Member[] => {
    const { service, port, portIndex, why } = claimant;
    if (why !== null) {
      ignored.push({ service, why });
      return [];
    }
    const { endpoints, plan } = claimant.shared ?? shareEndpoints(service, port, world.endpoints(service, port, packet.family, view));
    disputed ||= endpoints.disputed;
    const list = endpoints[pick];
    return [
      {
        service,
        port,
        portIndex,
        claim: { kind, namespace: service.namespace, name: service.name, port: kind === "nodePort" ? port.nodePort : port.port },
        barred: filtered && isBarred(service, view, packet),
        endpoints: list,
        categories:
          list === endpoints.list ? categorizeBy(plan, view.node, minor) : categorizeEndpoints(service, port, list, view.node, minor),
      },
    ];
  };

  const exact = holders.flatMap((service) => {
    const kinds = exactKinds(service, packet.address);
    const kind = kinds[0];
    if (kind === undefined) return [];
    // An address that is both external IP and VIP of one Service: iptables comes to the external IP's rule first, which has no source filter;
    // nftables filters the address before it looks at either.
    const filtered = kind === "loadBalancerIP" || (view.proxy.mode === "nftables" && kinds.includes("loadBalancerIP"));
    return service.ports.flatMap((port, index) =>
      port.port === packet.port && port.protocol === packet.protocol
        ? toMember({ service, port, portIndex: index, why: ignoredByProxy(service, packet.family, minor), shared: null }, kind, filtered)
        : [],
    );
  });
  const nodePorts = !local
    ? []
    : world.nodePortClaimants(packet.port, packet.protocol, packet.family, view).flatMap((each) => toMember(each, "nodePort", false));
  return { exact, nodePorts, ignored, disputed };
}

/** What a member would do for a client class; `snat`: the proxy replaces the source; `shortCircuit`: a pod's way past policy Local. */
export type Targets = {
  readonly endpoints: readonly Endpoint[];
  readonly slot: BackendSlot;
  readonly snat: boolean;
  readonly policy: "cluster" | "local";
  readonly fallback: boolean;
  readonly shortCircuit: boolean;
};

/** The endpoints that a member yields for the packet's class in iptables and nftables mode: the decision table of routing.md 2.5 and R1.12. */
export function targetsOf(member: Member, view: NodeView, packet: Packet): Targets {
  const { categories, service, claim } = member;
  const { clientClass } = packet;
  const { shared } = categories;
  const cluster = { endpoints: categories.cluster, slot: shared.cluster, policy: "cluster" as const, fallback: categories.clusterFallback };
  const local = { endpoints: categories.local, slot: shared.local, policy: "local" as const, fallback: categories.localFallback };
  if (claim.kind === "clusterIP") {
    const detects = view.podSources[packet.family] !== null;
    const snat = view.proxy.masqueradeAll || (detects && clientClass !== "POD");
    return { ...(service.internalTrafficPolicy === "Local" ? local : cluster), snat, shortCircuit: false };
  }
  if (!isExternalLocal(service)) return { ...cluster, snat: true, shortCircuit: false };
  if (clientClass === "POD") return { ...cluster, snat: false, shortCircuit: true };
  if (clientClass === "HOST_LOCAL") return { ...cluster, snat: true, shortCircuit: true };
  return { ...local, snat: false, shortCircuit: false };
}

/** The policy Local that applies to a member: the internal one on its cluster IP, the external one elsewhere. */
export function isLocalFor(member: Member): boolean {
  return member.claim.kind === "clusterIP" ? member.service.internalTrafficPolicy === "Local" : isExternalLocal(member.service);
}

/** What meets a packet that nobody translated: it sees the destination, never the client (R1.4.9). */
export function verdictOf(member: Member): Extract<RouteOutcome, { readonly kind: "rejected" | "dropped" }> | null {
  if (!member.categories.hasAny) return { kind: "rejected", reason: "no-endpoints" };
  return isLocalFor(member) && member.categories.local.length === 0
    ? { kind: "dropped", reason: "no-local-endpoints", backends: [] }
    : null;
}

function isBarred(service: ServiceRecord, view: NodeView, packet: Packet): boolean | "depends" {
  const answer = checkSourceRanges(service, packet.family, packet.source, view.proxyAddress[packet.family]);
  if (answer !== "depends") return answer === "barred";
  return packet.assumeAllowed === null ? "depends" : !packet.assumeAllowed;
}
