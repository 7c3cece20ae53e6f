// Which Service ports want a packet at a node, and what each could do with it (routing.md 1, 2.5, 1.12 and the verdicts of 3).

import type { RouteOutcome } from "../model/route";
import type { ServiceRecord } from "../model/service";
import { categorizeBy, categorizeEndpoints, type Categories } from "./categorize";
import { toMember, type Claimant, type Member } from "./claimants";
import type { Endpoint } from "./endpoints";
import type { NodeView } from "./node-view";
import type { Packet } from "./packet";
import { checkSourceRanges, exactKinds, ignoredByProxy, type Ignored } from "./service-rules";
import type { World } from "./world";

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

  const claim = (claimant: Claimant, kind: Member["claim"]["kind"], filtered: boolean): Member[] => {
    const { service, port, why, plan, isUniform, last } = claimant;
    if (isUniform && last !== null) return [last];
    if (why !== null) {
      ignored.push({ service, why });
      return [];
    }
    const barred = filtered && isBarred(service, view, packet);
    if (plan !== null) return [toMember(claimant, kind, barred, plan.endpoints, categorizeBy(plan, view.node, minor))];
    const endpoints = world.endpoints(service, port, packet.family, view);
    disputed ||= endpoints.disputed;
    const list = endpoints[pick];
    return [toMember(claimant, kind, barred, list, categorizeEndpoints(service, port, list, view.node, minor))];
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
        ? claim({ ...unshared, service, port, portIndex: index, why: ignoredByProxy(service, packet.family, minor) }, kind, filtered)
        : [],
    );
  });
  const nodePorts: Member[] = [];
  const first = local ? world.nodePortClaimant(packet.port, packet.protocol, packet.family, view) : null;
  for (let each = first; each !== null; each = each.next) nodePorts.push(...claim(each, "nodePort", false));
  return { exact, nodePorts, ignored, disputed };
}

const unshared = { plan: null, isUniform: false, next: null, last: null };

/** What a member would do for a client class; `snat`: the proxy replaces the source; `shortCircuit`: a pod's way past policy Local. */
export type Targets = {
  readonly endpoints: readonly Endpoint[];
  readonly categories: Categories;
  readonly snat: boolean;
  readonly policy: "cluster" | "local";
  readonly fallback: boolean;
  readonly shortCircuit: boolean;
};

/** The endpoints that a member yields for the packet's class in iptables and nftables mode: the decision table of routing.md 2.5 and R1.12. */
export function targetsOf(member: Member, view: NodeView, packet: Packet): Targets {
  const { categories, claim, isLocal } = member;
  const { clientClass } = packet;
  const cluster = { endpoints: categories.cluster, categories, policy: "cluster" as const, fallback: categories.clusterFallback };
  const local = { endpoints: categories.local, categories, policy: "local" as const, fallback: categories.localFallback };
  if (claim.kind === "clusterIP") {
    const detects = view.podSources[packet.family] !== null;
    const snat = view.proxy.masqueradeAll || (detects && clientClass !== "POD");
    return { ...(isLocal ? local : cluster), snat, shortCircuit: false };
  }
  if (!isLocal) return { ...cluster, snat: true, shortCircuit: false };
  if (clientClass === "POD") return { ...cluster, snat: false, shortCircuit: true };
  if (clientClass === "HOST_LOCAL") return { ...cluster, snat: true, shortCircuit: true };
  return { ...local, snat: false, shortCircuit: false };
}

/** What meets a packet that nobody translated: it sees the destination, never the client (R1.4.9). */
export function verdictOf(member: Member): Extract<RouteOutcome, { readonly kind: "rejected" | "dropped" }> | null {
  if (!member.categories.hasAny) return { kind: "rejected", reason: "no-endpoints" };
  return member.isLocal && member.categories.local.length === 0 ? { kind: "dropped", reason: "no-local-endpoints", backends: [] } : null;
}

function isBarred(service: ServiceRecord, view: NodeView, packet: Packet): boolean | "depends" {
  const answer = checkSourceRanges(service, packet.family, packet.source, view.proxyAddress[packet.family]);
  if (answer !== "depends") return answer === "barred";
  return packet.assumeAllowed === null ? "depends" : !packet.assumeAllowed;
}
