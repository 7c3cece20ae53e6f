// Who holds a node port, as far as it is the same for all nodes: found once per snapshot, since every node is asked for the same few numbers.

import { formatObjectRef } from "../model/meta";
import type { RouteClaim } from "../model/route";
import type { ServicePort, ServiceRecord, TrafficPolicy } from "../model/service";
import type { Categories, EndpointPlan } from "./categorize";
import type { Endpoint } from "./endpoints";
import { isExternalLocal, type Ignored } from "./service-rules";

/**
 * One Service port that claims the packet's destination. `object`: the Service as routes name it. `policy`: the traffic policy of the claim's kind, `isLocal`
 * where it is Local and applies. `barred`: its source ranges exclude the client; "depends" when the client's address would decide.
 */
export type Member = {
  readonly service: ServiceRecord;
  readonly object: string;
  readonly port: ServicePort;
  readonly portIndex: number;
  readonly claim: RouteClaim & { readonly kind: "nodePort" | "externalIP" | "loadBalancerIP" | "clusterIP" };
  readonly policy: TrafficPolicy;
  readonly isLocal: boolean;
  readonly affinitySeconds: number | null;
  readonly barred: boolean | "depends";
  readonly endpoints: readonly Endpoint[];
  readonly categories: Categories;
};

/**
 * A Service port that claims a number, as every node meets it. `why`: the proxy passes it over. `plan`: how nodes choose from its endpoints, where these are the
 * same for all nodes; `isUniform`: so is the choice. `next`: who claims the number as well. `last`: what it was to the node that was asked last: nodes that may
 * use the same endpoints get the same.
 */
export type Claimant = {
  readonly service: ServiceRecord;
  readonly port: ServicePort;
  readonly portIndex: number;
  readonly why: Ignored | null;
  readonly plan: EndpointPlan | null;
  readonly isUniform: boolean;
  readonly next: Claimant | null;
  last: Member | null;
};

/** The claim of a Service port on a packet, at a node that sorts its endpoints so. */
export function toMember(
  claimant: Claimant,
  kind: Member["claim"]["kind"],
  barred: Member["barred"],
  endpoints: readonly Endpoint[],
  categories: Categories,
): Member {
  const { service, port, portIndex, last } = claimant;
  if (last?.categories === categories && last.claim.kind === kind && last.barred === barred) return last;
  const { namespace, name } = service;
  const object = formatObjectRef({ kind: "Service", namespace, name });
  const claim = { kind, namespace, name, port: kind === "nodePort" ? port.nodePort : port.port };
  const isInternal = kind === "clusterIP";
  const policy = isInternal ? service.internalTrafficPolicy : service.externalTrafficPolicy;
  const isLocal = isInternal ? policy === "Local" : isExternalLocal(service);
  const affinitySeconds = service.sessionAffinitySeconds;
  return (claimant.last = { service, object, port, portIndex, claim, policy, isLocal, affinitySeconds, barred, endpoints, categories });
}
