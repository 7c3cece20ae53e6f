// Which Services and slices a proxy looks at, and what it would program for them (routing.md 1.2, 1.3, 1.8, 1.9, 1.12).

import { familyOf, normaliseAddress, parseAddress, parseCidr, cidrContains } from "../basics/ip";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { IPFamily } from "../model/meta";
import type { ServicePort, ServiceRecord } from "../model/service";

export const headlessLabel = "service.kubernetes.io/headless";
export const proxyNameLabel = "service.kubernetes.io/service-proxy-name";

/** Up to 1.35 one selector with both labels served Services and slices; since 1.36 each kind has its own. */
const ownSelectorsSince = 36;

/** Why a proxy of this minor version ignores a Service for a family; null = it serves it. `field` names what decided. */
export type Ignored = {
  readonly why: "proxy-name" | "headless-label" | "headless" | "no-cluster-ip" | "external-name" | "family";
  readonly field: string;
  readonly value: string;
};

/**
 * Input:   a Service, an IP family, the proxy's minor version.
 * Returns: the first reason in the proxy's own order, null when the Service is served.
 * Source:  kube-proxy's informers (label and field selectors), pkg/proxy/servicechangetracker.go.
 */
export function ignoredByProxy(service: ServiceRecord, family: IPFamily, minor: number): Ignored | null {
  const proxyName = service.labels[proxyNameLabel];
  if (proxyName !== undefined) return { why: "proxy-name", field: `metadata.labels[${proxyNameLabel}]`, value: proxyName };
  const headless = service.labels[headlessLabel];
  if (headless !== undefined && minor < ownSelectorsSince)
    return { why: "headless-label", field: `metadata.labels[${headlessLabel}]`, value: headless };
  const [first] = service.clusterIPs;
  if (first === "None") return { why: "headless", field: "spec.clusterIP", value: "None" };
  if (first === undefined || first === "") return { why: "no-cluster-ip", field: "spec.clusterIP", value: "" };
  if (service.type === "ExternalName") return { why: "external-name", field: "spec.type", value: "ExternalName" };
  if (!service.clusterIPs.some((ip) => familyOf(ip) === family))
    return { why: "family", field: "spec.clusterIPs", value: service.clusterIPs.join(",") };
  return null;
}

/** Families in which the Service exists for a proxy. */
export function servedFamilies(service: ServiceRecord): readonly IPFamily[] {
  return (["IPv4", "IPv6"] as const).filter((family) => service.clusterIPs.some((ip) => familyOf(ip) === family));
}

/** Whether a proxy of this minor version looks at a slice. */
export function sliceIsSeen(slice: EndpointSliceRecord, minor: number): boolean {
  if (headlessLabel in slice.labels) return false;
  return minor >= ownSelectorsSince || !(proxyNameLabel in slice.labels);
}

/** By which of its addresses a Service is reached. */
export type ExactKind = "externalIP" | "loadBalancerIP" | "clusterIP";

/** The kinds under which a Service answers on exactly this (normalised) address; an ingress of ipMode Proxy or by hostname makes no rule. */
export function exactKinds(service: ServiceRecord, address: string): readonly ExactKind[] {
  const kinds: ExactKind[] = [];
  if (service.externalIPs.some((ip) => normaliseAddress(ip) === address)) kinds.push("externalIP");
  const isVip = (ip: string | null, mode: "VIP" | "Proxy" | null): boolean =>
    ip !== null && mode !== "Proxy" && normaliseAddress(ip) === address;
  if (service.loadBalancerIngress.some(({ ip, ipMode }) => isVip(ip, ipMode))) kinds.push("loadBalancerIP");
  if (service.clusterIPs.some((ip) => normaliseAddress(ip) === address)) kinds.push("clusterIP");
  return kinds;
}

/** Whether externalTrafficPolicy Local is in force: the Service can be reached from outside (serviceport.go ExternallyAccessible). */
export function isExternalLocal(service: ServiceRecord): boolean {
  const accessible =
    service.type === "NodePort" || service.type === "LoadBalancer" || (service.type === "ClusterIP" && service.externalIPs.length > 0);
  return accessible && service.externalTrafficPolicy === "Local";
}

/** Whether any traffic of this Service port may go to endpoints everywhere (serviceport.go UsesClusterEndpoints). */
export function usesClusterEndpoints(service: ServiceRecord, port: ServicePort): boolean {
  return (
    service.internalTrafficPolicy !== "Local" ||
    port.nodePort !== 0 ||
    service.externalIPs.length > 0 ||
    service.loadBalancerIngress.some(({ ip, ipMode }) => ip !== null && ipMode !== "Proxy")
  );
}

/** Whether it has traffic that stays on the node (serviceport.go UsesLocalEndpoints). */
export function usesLocalEndpoints(service: ServiceRecord): boolean {
  return service.internalTrafficPolicy === "Local" || isExternalLocal(service);
}

/**
 * Whether loadBalancerSourceRanges let a source through to a VIP (R1.9.2).
 *
 * Input:   `source` null = an outside client whose address is not known; `nodeAddress` = the node's own of that family; `vips` = the Service's addresses.
 * Returns: "none" when there is no filter for the family, else "allowed", "barred", or "depends" for an unknown source.
 */
export function checkSourceRanges(
  service: ServiceRecord,
  family: IPFamily,
  source: string | null,
  nodeAddress: string | null,
): "none" | "allowed" | "barred" | "depends" {
  const ranges = service.loadBalancerSourceRanges
    .flatMap((text) => parseCidr(text.trim()) ?? [])
    .filter((range) => range.family === family);
  if (ranges.length === 0) return "none";
  const contains = (address: string): boolean => {
    const parsed = parseAddress(address);
    return parsed !== undefined && ranges.some((range) => cidrContains(range, parsed));
  };
  if (source === null) return ranges.some((range) => range.bits === 0) ? "allowed" : "depends";
  if (contains(source)) return "allowed";
  // A host process that asks a VIP held by its node has the VIP as its source: allowed when the ranges hold the node itself.
  const isOwnVip = service.loadBalancerIngress.some(
    ({ ip, ipMode }) => ip !== null && ipMode !== "Proxy" && normaliseAddress(ip) === source,
  );
  return isOwnVip && nodeAddress !== null && contains(nodeAddress) ? "allowed" : "barred";
}
