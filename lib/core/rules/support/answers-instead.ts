// Who answers a port in place of a Service that claims it and has no endpoint.

import { findServiceClaims } from "../../inventory/service-claims";
import { podKey } from "../../model/brands";
import type { PortOfFinding } from "../../model/finding";
import type { ObjectRef, Protocol } from "../../model/meta";
import type { RouteClaim } from "../../model/route";
import type { ServicePort, ServiceRecord } from "../../model/service";
import { recordKey, type Snapshot } from "../../model/snapshot";
import type { Context } from "../../policy/policy";
import { traceRoute } from "../../routing/trace";
import { resolvePortHolder } from "./host-ports";
import { findHostPortsInstead } from "./port-clashes";
import { surveyServices } from "./survey-services";

/** `holders`: pods with a hostPort of the number, or Services. `places`: the nodes, of Services the addresses, where they answer. */
export type Instead = PortOfFinding & {
  readonly by: "hostPort" | "Service";
  readonly holders: readonly string[];
  readonly places: readonly string[];
};

/** All who answer a port of a Service without endpoints: hostPorts of the same number, and Services that share an address and number with it. */
export function findInstead(snapshot: Snapshot, context: Context, service: ServiceRecord, port: ServicePort): readonly Instead[] {
  const held = [...findHostPortsInstead(snapshot, context, service, port)];
  const pods = new Set(held.flatMap(([, each]) => each.map(recordKey)));
  const { nodePort, protocol } = port;
  const hostPorts = { port: nodePort, protocol, by: "hostPort", holders: [...pods], places: held.map(([node]) => node) } as const;
  return [...(held.length > 0 ? [hostPorts] : []), ...findOnAddresses(snapshot, context, service, port)];
}

function findOnAddresses(snapshot: Snapshot, context: Context, service: ServiceRecord, port: ServicePort): readonly Instead[] {
  const { lookup } = snapshot;
  const own = addressesOf(service, port.port, port.protocol).filter(
    (address) => lookup.servicesByAddress(address).length > 1 || lookup.nodesByAddress(address).length > 0,
  );
  const others = surveyServices(snapshot).addressed.filter((other) => other !== service);
  const onNodes = others
    .flatMap((other) => addressesOf(other, port.nodePort, port.protocol))
    .filter((address) => lookup.nodesByAddress(address).length > 0);
  return [
    ...own.map((address) => ({ address, number: port.port })),
    ...[...new Set(onNodes)].map((address) => ({ address, number: port.nodePort })),
  ].flatMap(({ address, number }): readonly Instead[] => {
    const query = { address, port: number, protocol: port.protocol, from: { kind: "outside", address: null }, node: null } as const;
    const { outcome, claim } = traceRoute(snapshot, context, query);
    if (outcome.kind !== "delivered" || claim === null || recordKey(holderOf(snapshot, claim)) === recordKey(service)) return [];
    const by = claim.kind === "hostPort" ? "hostPort" : "Service";
    return [{ port: number, protocol: port.protocol, by, holders: [recordKey(claim)], places: [address] }];
  });
}

/** A pod of k3s' ServiceLB stands for its Service. */
function holderOf(snapshot: Snapshot, claim: RouteClaim): Pick<ObjectRef, "namespace" | "name"> {
  const pod = claim.kind === "hostPort" ? snapshot.pods.get(podKey(claim.namespace, claim.name)) : undefined;
  return pod === undefined ? claim : resolvePortHolder(pod);
}

/** The external and load balancer IPs on which a Service has this port. */
function addressesOf(service: ServiceRecord, port: number, protocol: Protocol): readonly string[] {
  return findServiceClaims(service).flatMap(({ claim }) =>
    (claim.kind === "externalIP" || claim.kind === "loadBalancerIP") && claim.port === port && claim.protocol === protocol
      ? [claim.address]
      : [],
  );
}
