import { normaliseAddress } from "../basics/ip";
import { serviceKey, toNodePort, toPort } from "../model/brands";
import type { PortClaim } from "../model/claim";
import type { ServicePort, ServiceRecord } from "../model/service";
import { holdsNoPorts } from "./usable-endpoints";

/** A claim of a Service with the service port behind it; null for the health-check port, which kube-proxy itself answers. */
export type ServiceClaim = {
  readonly claim: Exclude<PortClaim, { readonly kind: "hostPort" | "hostNetwork" | "reservation" }>;
  readonly port: ServicePort | null;
};

/**
 * What a Service takes on nodes and addresses.
 *
 * Returns: one claim per nodePort, health-check port, and pair of address and port; numbers that are no port are left out. Headless and ExternalName Services
 *          take nothing. The number counts, not the type: a LoadBalancer has nodePorts too, and flipping allocateLoadBalancerNodePorts does not release them.
 * Source:  Service.spec.ports[].nodePort, .healthCheckNodePort, .externalIPs, Service.status.loadBalancer.ingress (ipMode Proxy or a host name alone: no claim);
 *          kube-proxy pkg/proxy/serviceport.go.
 */
export function findServiceClaims(service: ServiceRecord): readonly ServiceClaim[] {
  if (holdsNoPorts(service)) return [];
  const key = serviceKey(service.namespace, service.name);
  const claims: ServiceClaim[] = [];
  for (const port of service.ports) {
    const nodePort = toNodePort(port.nodePort);
    if (nodePort !== undefined)
      claims.push({ claim: { kind: "nodePort", port: nodePort, protocol: port.protocol, service: key, servicePort: port.name }, port });
    const number = toPort(port.port);
    if (number === undefined) continue;
    for (const { kind, address } of addressesOf(service)) {
      claims.push({ claim: { kind, address, port: number, protocol: port.protocol, service: key, servicePort: port.name }, port });
    }
  }
  const healthCheckPort = toNodePort(service.healthCheckNodePort);
  if (healthCheckPort !== undefined)
    claims.push({ claim: { kind: "healthCheckNodePort", port: healthCheckPort, service: key }, port: null });
  return claims;
}

/** The addresses beside its cluster IPs on which the proxies take packets for a Service, normalised. */
function addressesOf(service: ServiceRecord): readonly { readonly kind: "externalIP" | "loadBalancerIP"; readonly address: string }[] {
  const external = service.externalIPs
    .filter((ip) => ip !== "")
    .map((ip) => ({ kind: "externalIP" as const, address: normaliseAddress(ip) }));
  const ingress = service.loadBalancerIngress.flatMap(({ ip, ipMode }) =>
    ip === null || ip === "" || ipMode === "Proxy" ? [] : [{ kind: "loadBalancerIP" as const, address: normaliseAddress(ip) }],
  );
  return [...external, ...ingress];
}
