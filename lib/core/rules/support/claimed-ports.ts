import { hasNodePorts } from "../../claims/api-claims";
import type { PortOfFinding } from "../../model/finding";
import type { ServicePort, ServiceRecord } from "../../model/service";
import { proxyNameLabel } from "../../routing/service-rules";

/** Whether a Service is reached by an address of its own from outside: an external IP, or a load balancer IP that the proxy programs. */
export function hasOwnAddress(service: ServiceRecord): boolean {
  return service.externalIPs.length > 0 || service.loadBalancerIngress.some(({ ip, ipMode }) => ip !== null && ipMode !== "Proxy");
}

/** The numbers that one Service port takes on nodes or addresses; none for a ClusterIP alone. */
export function claimedPortsOf(service: ServiceRecord, port: ServicePort): readonly PortOfFinding[] {
  if (isUnclaiming(service)) return [];
  const numbers = [...(port.nodePort === 0 ? [] : [port.nodePort]), ...(hasOwnAddress(service) ? [port.port] : [])];
  return numbers.map((number) => ({ port: number, protocol: port.protocol }));
}

/** Whether one Service port is reached by way of nodes or addresses; in a check the API server may still have to choose the number. */
export function isClaimed(service: ServiceRecord, port: ServicePort): boolean {
  return claimedPortsOf(service, port).length > 0 || (hasNodePorts(service) && !isUnclaiming(service));
}

/** Headless and ExternalName Services hold no port, whatever their objects say. */
export function isUnclaiming(service: ServiceRecord): boolean {
  return service.type === "ExternalName" || service.clusterIPs[0] === "None";
}

/** A Service that every kube-proxy passes over: what its selector says happens on no node. */
export function isPassedOver({ labels }: Pick<ServiceRecord, "labels">): boolean {
  return proxyNameLabel in labels;
}

/** Ports without repetitions. */
export function distinctPorts(ports: readonly PortOfFinding[]): readonly PortOfFinding[] {
  return [...new Map(ports.map((each) => [`${String(each.port)}/${each.protocol}`, each])).values()];
}
