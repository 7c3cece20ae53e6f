// A node as packets see it: its addresses, which of them accept NodePorts, who counts as a pod there.

import {
  cidrContains,
  cidrContainsCidr,
  familyOf,
  firstHostOf,
  formatAddress,
  isLoopback,
  isLoopbackText,
  isUnspecified,
  normaliseAddress,
  parseAddress,
  parseCidr,
  type Cidr,
} from "../basics/ip";
import type { IPFamily } from "../model/meta";
import type { Assumption } from "../model/route";
import type { NodeRecord } from "../model/node";
import type { ProxyDescription, ProxyRules } from "./proxy-config";

const families: readonly IPFamily[] = ["IPv4", "IPv6"];
const loopback4 = parseCidr("127.0.0.0/8");
const loopbackBase = parseAddress("127.0.0.0");

/** How an address came to be taken as the node's own. */
export type AddressOrigin = "InternalIP" | "policy" | "bridge";

/**
 * `proxy`: one object for all nodes whose proxies do the same. `assumptions`: what that rests on. `primary`: the node's address of each family (R1.1.1). `local`: every address that is known or assumed to be on one of its interfaces, loopback apart.
 * `proxyAddress`: what kube-proxy takes as the node's own address: bindAddress where it is one of the family, else `primary` (R1.4.3).
 * `external`: listed ExternalIPs that are no InternalIP: taken as aliases of the primary address (R1.1.2).
 * `accepting`: those of `local` on which NodePorts answer. `podNetworks`: spec.podCIDRs. `accepted`: per family "all", or the networks of nodePortAddresses (R1.4).
 * `podSources`: networks whose sources count as pods; null = the detector is off for that family (2.4).
 */
export type NodeView = {
  readonly name: string;
  readonly node: NodeRecord;
  readonly proxy: ProxyRules;
  readonly proxyStartedAtMs: number | null;
  readonly assumptions: readonly Assumption[];
  readonly primary: Readonly<Record<IPFamily, string | null>>;
  readonly proxyAddress: Readonly<Record<IPFamily, string | null>>;
  readonly local: ReadonlyMap<string, AddressOrigin>;
  readonly accepting: ReadonlySet<string>;
  readonly external: ReadonlySet<string>;
  readonly podNetworks: readonly Cidr[];
  readonly accepted: Readonly<Record<IPFamily, "all" | readonly Cidr[]>>;
  readonly localhostNodePorts: boolean;
  readonly podSources: Readonly<Record<IPFamily, readonly Cidr[] | null>>;
};

/** `share`: the one object for rules like these. `isPod`: whether a pod holds the address: with some CNIs the first address of a pod network is no bridge's. */
export function buildNodeView(
  node: NodeRecord,
  { startedAtMs, assumptions, ...rules }: ProxyDescription,
  share: (rules: ProxyRules) => ProxyRules,
  unlisted: readonly string[],
  isPod: (address: string) => boolean,
): NodeView {
  const proxy = share(rules);
  const local = new Map<string, AddressOrigin>();
  const ofType = (type: string): string[] =>
    node.addresses.filter((each) => each.type === type && familyOf(each.address) !== null).map((each) => normaliseAddress(each.address));
  const internal = ofType("InternalIP");
  for (const address of internal) local.set(address, "InternalIP");
  const external = new Set(ofType("ExternalIP").filter((address) => !local.has(address)));
  const listed = [...internal, ...external];
  const primary = Object.fromEntries(
    families.map((family) => [family, listed.find((address) => familyOf(address) === family) ?? null]),
  ) as Record<IPFamily, string | null>;
  // A node without an InternalIP of the family: its ExternalIP is all there is.
  const bare = families.filter((family) => !internal.some((address) => familyOf(address) === family));
  for (const address of external) if (bare.some((family) => familyOf(address) === family)) local.set(address, "InternalIP");
  for (const address of unlisted) if (!local.has(normaliseAddress(address))) local.set(normaliseAddress(address), "policy");
  const podNetworks = node.podCIDRs.flatMap((text) => parseCidr(text) ?? []);
  for (const network of podNetworks) {
    const bridge = firstHostOf(network);
    const address = bridge === undefined ? "" : formatAddress(bridge);
    if (address !== "" && !local.has(address) && !isPod(address)) local.set(address, "bridge");
  }
  const proxyAddress = Object.fromEntries(
    families.map((family) => [family, addressOfProxy(proxy, family, primary[family])]),
  ) as NodeView["proxyAddress"];
  const accepted = Object.fromEntries(
    families.map((family) => [family, acceptedNetworks(proxy, family, proxyAddress[family])]),
  ) as NodeView["accepted"];
  const accepted4 = accepted.IPv4;
  return {
    name: node.name,
    node,
    proxy,
    proxyStartedAtMs: startedAtMs,
    assumptions,
    primary,
    proxyAddress,
    local,
    accepting: new Set([...local.keys()].filter((address) => isAccepted(accepted, address))),
    external,
    podNetworks,
    accepted,
    // R1.4.7, R1.4.8: forced off when nodePortAddresses does not reach loopback.
    localhostNodePorts: proxy.mode === "iptables" && proxy.localhostNodePorts && (accepted4 === "all" || accepted4.some(containsLoopback)),
    podSources: Object.fromEntries(families.map((family) => [family, podSources(proxy, family, podNetworks)])) as NodeView["podSources"],
  };
}

/** Whether a destination is on this node: one of its addresses, or loopback, which is every node's own. */
export function isAddressOfNode(view: NodeView, address: string): boolean {
  return view.local.has(address) || isLoopbackText(address);
}

/** Whether a NodePort answers on this address of the node (the matrix of routing.md 1.4). */
export function acceptsNodePort(view: NodeView, address: string): boolean {
  if (!isLoopbackText(address)) return view.accepting.has(address);
  if (address === "::1" || !view.localhostNodePorts) return false;
  // With a set, only the interface's own address 127.0.0.1 is in it.
  return view.accepted.IPv4 === "all" || (address === "127.0.0.1" && isAccepted(view.accepted, address));
}

/** Whether kube-proxy's health check listens on this address (R1.10.1, R1.10.4). `serviceFamilies`: families of the Service. */
export function healthCheckListens(view: NodeView, address: string, serviceFamilies: readonly IPFamily[]): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  // Up to 1.35 one server serves both families by the IPv4 side's setting.
  const perFamily = view.proxy.minor >= 36;
  if (perFamily && !serviceFamilies.includes(parsed.family)) return false;
  const accepted = view.accepted[perFamily ? parsed.family : "IPv4"];
  // With a set it binds each matched interface address: of 127.0.0.0/8 that is 127.0.0.1.
  if (isLoopback(parsed) && accepted !== "all" && parsed.family === "IPv4" && address !== "127.0.0.1") return false;
  return accepted === "all" || accepted.some((network) => cidrContains(network, parsed));
}

/** Whether a source address counts as a pod's at this node. */
export function isPodSource(view: NodeView, address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  return view.podSources[parsed.family]?.some((network) => cidrContains(network, parsed)) ?? false;
}

/** Whether a pod of this very node, asking from `address`, counts as one: interface detectors go by where the packet comes in. */
export function isOwnPodSource(view: NodeView, address: string): boolean {
  const { detectLocalMode } = view.proxy;
  return detectLocalMode === "BridgeInterface" || detectLocalMode === "InterfaceNamePrefix" || isPodSource(view, address);
}

/** Whether an address really is on this node: its own, or in its pod networks (a slice's nodeName is only a claim). */
export function holdsAddress(view: NodeView, address: string): boolean {
  if (view.local.has(address)) return true;
  const parsed = parseAddress(address);
  return parsed !== undefined && view.podNetworks.some((network) => cidrContains(network, parsed));
}

function acceptedNetworks(proxy: ProxyRules, family: IPFamily, own: string | null): "all" | readonly Cidr[] {
  const { nodePortAddresses } = proxy;
  const sole = nodePortAddresses.length === 1 && nodePortAddresses[0] === "primary";
  const texts = sole ? primaryNetwork(family, own) : nodePortAddresses;
  const networks = texts.flatMap((text) => parseCidr(text) ?? []).filter((network) => network.family === family);
  // R1.4.4: nothing left of a family means that the family accepts everywhere.
  return networks.length === 0 || networks.some((network) => network.bits === 0) ? "all" : networks;
}

function isAccepted(accepted: NodeView["accepted"], address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  const networks = accepted[parsed.family];
  return networks === "all" || networks.some((network) => cidrContains(network, parsed));
}

/** The network that `primary` stands for; loopback is skipped. */
function primaryNetwork(family: IPFamily, own: string | null): readonly string[] {
  const parsed = own === null ? undefined : parseAddress(own);
  return own === null || parsed === undefined || isLoopback(parsed) ? [] : [`${own}/${family === "IPv4" ? "32" : "128"}`];
}

function addressOfProxy(proxy: ProxyRules, family: IPFamily, primary: string | null): string | null {
  const bound = proxy.bindAddress === null ? undefined : parseAddress(proxy.bindAddress);
  return bound?.family === family && !isUnspecified(bound) ? formatAddress(bound) : primary;
}

function containsLoopback(network: Cidr): boolean {
  return (
    network.family === "IPv4" &&
    ((loopback4 !== undefined && cidrContainsCidr(loopback4, network)) ||
      (loopbackBase !== undefined && cidrContains(network, loopbackBase)))
  );
}

function podSources(proxy: ProxyRules, family: IPFamily, podNetworks: readonly Cidr[]): readonly Cidr[] | null {
  if (proxy.detectLocalMode !== "ClusterCIDR") {
    const own = podNetworks.filter((network) => network.family === family);
    // BridgeInterface and InterfaceNamePrefix see the interface a packet came in by, whatever its source: they are never off.
    return own.length === 0 && proxy.detectLocalMode === "NodeCIDR" ? null : own;
  }
  const first = proxy.clusterCIDRs.flatMap((text) => parseCidr(text.trim()) ?? []).find((network) => network.family === family);
  return first === undefined ? null : [first];
}
