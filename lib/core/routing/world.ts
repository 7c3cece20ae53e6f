// What every trace of one snapshot and policy shares, computed once: node views, the pod range, endpoint lists.

import { parseAddress, parseCidr, type Cidr } from "../basics/ip";
import { buildNetworkSet, type NetworkSet } from "../basics/network-set";
import type { NodeName } from "../model/brands";
import type { NodeRecord } from "../model/node";
import { unknownKinds } from "../model/known";
import type { RouteStep } from "../model/route";
import type { IPFamily, Protocol } from "../model/meta";
import { requiredKinds } from "../model/resource-kind";
import type { ServiceRecord, ServicePort } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveAssumptions, type Context, type Policy } from "../policy/policy";
import { shareEndpoints, type Claimant } from "./claimants";
import { collectEndpoints, mergesByTerminatingSince, type EndpointList } from "./endpoints";
import { buildNodeView, type AddressOrigin, type NodeView } from "./node-view";
import { describeProxy, inOtherMode } from "./proxy-config";
import { ignoredByProxy } from "./service-rules";
import { ownValue } from "../basics/own-value";

export type World = {
  readonly snapshot: Snapshot;
  readonly context: Context;
  /** Every kind that routes rest on was read in every namespace. */
  readonly allKnown: boolean;
  nodeView(node: NodeRecord): NodeView;
  viewByName(name: string): NodeView | undefined;
  /** The same node, were its kube-proxy in the other mode; undefined where the mode is known. */
  otherView(view: NodeView): NodeView | undefined;
  endpoints(service: ServiceRecord, port: ServicePort, family: IPFamily, view: NodeView): EndpointList;
  /** The Service ports that hold this number, as the proxies of a version meet them. */
  nodePortClaimants(port: number, protocol: Protocol, family: IPFamily, view: NodeView): readonly Claimant[];
  /** The nodes that have this address on an interface, as far as can be told; several only by mistake or for a shared VIP. */
  owners(address: string): readonly NodeView[];
  /** The address on this node; undefined where the node does not have it. Loopback is not told. */
  place(view: NodeView, address: string): Place | undefined;
  /** The node whose ExternalIP this is, where it is nobody's InternalIP. */
  aliasOwner(address: string): NodeView | undefined;
  /** A node's, a pod's, or in the pod range. */
  isInCluster(address: string): boolean;
  inPodRange(address: string): boolean;
};

/**
 * An address that a node has. `origin`: how it is known. `accepted`: NodePorts answer on it. `services`: those that have it too. `step`: what a route says of it,
 * once one has been asked for.
 */
export type Place = {
  readonly view: NodeView;
  readonly origin: AddressOrigin;
  readonly accepted: boolean;
  readonly services: readonly ServiceRecord[];
  step: RouteStep | null;
};

type Places = { readonly views: readonly NodeView[]; readonly places: readonly Place[] };

const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

const worlds = new WeakMap<Snapshot, WeakMap<Policy, World>>();

/** The shared part for a snapshot and policy; the clock does not matter to routes. */
export function worldOf(snapshot: Snapshot, context: Context): World {
  let ofSnapshot = worlds.get(snapshot);
  if (ofSnapshot === undefined) worlds.set(snapshot, (ofSnapshot = new WeakMap()));
  let world = ofSnapshot.get(context.policy);
  if (world === undefined) ofSnapshot.set(context.policy, (world = buildWorld(snapshot, context)));
  return world;
}

function buildWorld(snapshot: Snapshot, context: Context): World {
  const unlisted = resolveAssumptions(context.policy, snapshot.cluster).unlistedNodeAddresses;
  const views = new Map<string, NodeView>();
  const others = new Map<string, NodeView>();
  const lists = new WeakMap<ServiceRecord, Map<string, EndpointList>>();
  let addresses: { readonly local: ReadonlyMap<string, Places>; readonly external: ReadonlyMap<string, NodeView> } | undefined;
  let podRange: NetworkSet | undefined;

  const isPod = (address: string): boolean => snapshot.lookup.podsByAddress(address).some((pod) => !pod.hostNetwork);
  const claimants = new Map<number, readonly Claimant[]>();
  const endpoints: World["endpoints"] = (service, port, family, view) => {
    const { minor } = view.proxy;
    let ofService = lists.get(service);
    if (ofService === undefined) lists.set(service, (ofService = new Map<string, EndpointList>()));
    // Proxies up to 1.35 merge duplicates by the node they run on.
    const key = `${family} ${port.protocol} ${String(minor)} ${port.name}${minor < mergesByTerminatingSince ? ` ${view.node.name}` : ""}`;
    let list = ofService.get(key);
    if (list === undefined) ofService.set(key, (list = collectEndpoints(snapshot, service, port, family, minor, view.node.name)));
    return list;
  };
  const findClaimants = (number: number, protocol: Protocol, family: IPFamily, view: NodeView): readonly Claimant[] =>
    snapshot.lookup.servicePortsByNodePort(number).flatMap(({ service, portIndex }): Claimant[] => {
      const port = service.ports[portIndex];
      if (port?.protocol !== protocol) return [];
      const why = ignoredByProxy(service, family, view.proxy.minor);
      const isShared = why === null && view.proxy.minor >= mergesByTerminatingSince;
      return [
        { service, port, portIndex, why, shared: isShared ? shareEndpoints(service, port, endpoints(service, port, family, view)) : null },
      ];
    });
  const nodeView = (node: NodeRecord): NodeView => {
    let view = views.get(node.name);
    if (view === undefined)
      views.set(
        node.name,
        (view = buildNodeView(node, describeProxy(snapshot, context, node), ownValue(unlisted, node.name) ?? [], isPod)),
      );
    return view;
  };
  const allAddresses = () => {
    if (addresses !== undefined) return addresses;
    const local = new Map<string, { views: NodeView[]; places: Place[] }>();
    const external = new Map<string, NodeView>();
    for (const node of snapshot.nodes.values()) {
      const view = nodeView(node);
      for (const [address, origin] of view.local) {
        const services = snapshot.lookup.servicesByAddress(address);
        const place: Place = { view, origin, accepted: view.accepting.has(address), services, step: null };
        const known = local.get(address);
        if (known === undefined) local.set(address, { views: [view], places: [place] });
        else {
          known.views.push(view);
          known.places.push(place);
        }
      }
      for (const address of view.external) if (!external.has(address)) external.set(address, view);
    }
    return (addresses = { local, external });
  };
  const inPodRange = (address: string): boolean => {
    if (isPod(address)) return true;
    const parsed = parseAddress(address);
    podRange ??= buildNetworkSet(findPodRange(snapshot, nodeView));
    return parsed !== undefined && podRange.contains(parsed);
  };

  return {
    snapshot,
    context,
    allKnown: unknownKinds(snapshot, requiredKinds, null).length === 0,
    nodeView,
    viewByName: (name) => {
      const node = snapshot.nodes.get(name as NodeName);
      return node === undefined ? undefined : nodeView(node);
    },
    otherView: ({ node, proxy }) => {
      if (proxy.modeIsKnown) return undefined;
      let other = others.get(node.name);
      if (other === undefined)
        others.set(node.name, (other = buildNodeView(node, inOtherMode(proxy), ownValue(unlisted, node.name) ?? [], isPod)));
      return other;
    },
    endpoints,
    nodePortClaimants: (port, protocol, family, view) => {
      // Asked at every node for the same few numbers: what does not depend on the node is found once.
      const key = ((view.proxy.minor * 2 + Number(family === "IPv6")) * 4 + protocols.indexOf(protocol)) * 65_536 + port;
      let known = claimants.get(key);
      if (known === undefined) claimants.set(key, (known = findClaimants(port, protocol, family, view)));
      return known;
    },
    owners: (address) => allAddresses().local.get(address)?.views ?? [],
    place: (view, address) =>
      allAddresses()
        .local.get(address)
        ?.places.find((each) => each.view === view),
    aliasOwner: (address) => allAddresses().external.get(address),
    isInCluster: (address) => allAddresses().local.has(address) || allAddresses().external.has(address) || inPodRange(address),
    inPodRange,
  };
}

/** The cluster CIDR of each family where it is known, else all nodes' podCIDRs together (routing.md 0.4). */
function findPodRange(snapshot: Snapshot, nodeView: (node: NodeRecord) => NodeView): readonly Cidr[] {
  const views = [...snapshot.nodes.values()].map(nodeView);
  return (["IPv4", "IPv6"] as const).flatMap((family) => {
    const known = distinct(views.flatMap((view) => view.proxy.clusterCIDRs))
      .flatMap((text) => parseCidr(text.trim()) ?? [])
      .filter((network) => network.family === family);
    return known.length > 0 ? known : views.flatMap((view) => view.podNetworks.filter((network) => network.family === family));
  });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
