// What every trace of one snapshot and policy shares, computed once: node views, the pod range, endpoint lists.

import { parseAddress, parseCidr, type Cidr } from "../basics/ip";
import { buildNetworkSet, type NetworkSet } from "../basics/network-set";
import type { NodeName } from "../model/brands";
import type { NodeRecord } from "../model/node";
import { readsOfProxies } from "../inventory/survey-pods";
import { isKnownAlike, unknownKinds } from "../model/known";
import type { RouteStep } from "../model/route";
import type { IPFamily, Protocol } from "../model/meta";
import { requiredKinds } from "../model/resource-kind";
import type { ServiceRecord, ServicePort } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveAssumptions, type Context, type Policy } from "../policy/policy";
import { isUniform, planOf } from "./categorize";
import type { Claimant } from "./claimants";
import { collectEndpoints, mergesByTerminatingSince, type EndpointList } from "./endpoints";
import { buildNodeView, type AddressOrigin, type NodeView } from "./node-view";
import { describeProxy, inOtherMode, type ProxyDescription, type ProxyRules } from "./proxy-config";
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
  /** The first of the Service ports that hold this number, as the proxies of a version meet them. */
  nodePortClaimant(port: number, protocol: Protocol, family: IPFamily, view: NodeView): Claimant | null;
  /** The nodes that have this address on an interface, as far as can be told; several only by mistake or for a shared VIP. */
  owners(address: string): readonly NodeView[];
  /** The address on this node; undefined where the node does not have it. Loopback is not told. */
  place(view: NodeView, address: string): Place | undefined;
  /** The node whose ExternalIP this is, where no node has it as its own. */
  aliasOwner(address: string): NodeView | undefined;
  /** A node's, a pod's, or in the pod range. */
  isInCluster(address: string): boolean;
  inPodRange(address: string): boolean;
};

/**
 * An address that a node has. `origin`: how it is known. `accepted`: NodePorts answer on it. `services`: those that have it too. `next`: the same address on a
 * further node. `step`: what a route says of it, once one has been asked for.
 */
export type Place = {
  readonly view: NodeView;
  readonly origin: AddressOrigin;
  readonly accepted: boolean;
  readonly services: readonly ServiceRecord[];
  next: Place | null;
  step: RouteStep | null;
};

/** `local`: the first node's place of each address. `external`: ExternalIPs that no node has as its own. */
type Addresses = { readonly local: ReadonlyMap<string, Place>; readonly external: ReadonlyMap<string, NodeView> };

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
  const lists = new WeakMap<ServiceRecord, Map<string, EndpointList>>();
  let podRange: NetworkSet | undefined;

  const isPod = (address: string): boolean => snapshot.lookup.podsByAddress(address).some((pod) => !pod.hostNetwork);
  const claimants = new Map<number, Claimant | null>();
  const endpoints: World["endpoints"] = (service, port, family, view) => {
    const { minor } = view.proxy;
    let ofService = lists.get(service);
    if (ofService === undefined) lists.set(service, (ofService = new Map<string, EndpointList>()));
    // Proxies up to 1.35 merge duplicates by the node they run on.
    const key = `${family} ${port.protocol} ${String(minor)} ${port.name}${minor < mergesByTerminatingSince ? ` ${view.name}` : ""}`;
    let list = ofService.get(key);
    if (list === undefined) ofService.set(key, (list = collectEndpoints(snapshot, service, port, family, minor, view.name)));
    return list;
  };
  const findClaimants = (number: number, protocol: Protocol, family: IPFamily, view: NodeView): Claimant | null =>
    snapshot.lookup.servicePortsByNodePort(number).reduceRight<Claimant | null>((next, { service, portIndex }) => {
      const port = service.ports[portIndex];
      if (port?.protocol !== protocol) return next;
      const why = ignoredByProxy(service, family, view.proxy.minor);
      const list = why === null && view.proxy.minor >= mergesByTerminatingSince ? endpoints(service, port, family, view) : null;
      const plan = list === null || list.disputed ? null : planOf(service, port, list.list);
      return { service, port, portIndex, why, plan, isUniform: plan !== null && isUniform(plan), next, last: null };
    }, null);
  const build = (node: NodeRecord, proxy: ProxyDescription): NodeView =>
    buildNodeView(
      node,
      proxy,
      (rules) => shareRules(side, rules),
      ownValue(unlisted, node.name) ?? [],
      (address) => {
        const is = isPod(address);
        side.asked.set(address, is);
        return is;
      },
    );
  const side = takeOver(snapshot, context, isPod) ?? startSide(snapshot, context);
  const { views, others } = side;
  const nodeView = (node: NodeRecord): NodeView => {
    let view = views.get(node.name);
    if (view === undefined) views.set(node.name, (view = build(node, describeProxy(snapshot, context, node))));
    return view;
  };
  const allAddresses = (): Addresses => (side.addresses ??= findAddresses(snapshot, nodeView));
  const placesOf = (address: string): readonly Place[] => {
    const places: Place[] = [];
    for (let place = allAddresses().local.get(address) ?? null; place !== null; place = place.next) places.push(place);
    return places;
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
      if (other === undefined) others.set(node.name, (other = build(node, inOtherMode(describeProxy(snapshot, context, node)))));
      return other;
    },
    endpoints,
    nodePortClaimant: (port, protocol, family, view) => {
      // Asked at every node for the same few numbers: what does not depend on the node is found once.
      const key = ((view.proxy.minor * 2 + Number(family === "IPv6")) * 4 + protocols.indexOf(protocol)) * 65_536 + port;
      let known = claimants.get(key);
      if (known === undefined) claimants.set(key, (known = findClaimants(port, protocol, family, view)));
      return known;
    },
    owners: (address) => placesOf(address).map(({ view }) => view),
    place: (view, address) => placesOf(address).find((place) => place.view === view),
    aliasOwner: (address) => allAddresses().external.get(address),
    isInCluster: (address) => allAddresses().local.has(address) || allAddresses().external.has(address) || inPodRange(address),
    inPodRange,
  };
}

/**
 * What is known of the nodes, with all that it rests on: in a busy cluster most snapshots differ from the one before in pods and slices alone, and take it over.
 * `asked`: addresses that could be a pod's, and whether they were. It must hold no snapshot, which would keep the one before it.
 */
type NodeSide = {
  readonly policy: Policy;
  readonly kinds: Snapshot["kinds"];
  readonly reads: readonly unknown[];
  readonly views: Map<string, NodeView>;
  readonly others: Map<string, NodeView>;
  readonly rules: Map<string, ProxyRules>;
  readonly asked: Map<string, boolean>;
  addresses: Addresses | undefined;
};

const sides = new WeakMap<Snapshot["nodes"], NodeSide>();

function startSide(snapshot: Snapshot, { policy }: Context): NodeSide {
  const side: NodeSide = {
    policy,
    kinds: snapshot.kinds,
    reads: readsOfNodes(snapshot),
    views: new Map(),
    others: new Map(),
    rules: new Map(),
    asked: new Map(),
    addresses: undefined,
  };
  sides.set(snapshot.nodes, side);
  return side;
}

/** The nodes as an earlier snapshot left them, where nothing that they rest on differs now. Unfinished ones are made anew: what is missing would be of this snapshot. */
function takeOver(snapshot: Snapshot, { policy }: Context, isPod: (address: string) => boolean): NodeSide | undefined {
  const side = sides.get(snapshot.nodes);
  if (side?.addresses === undefined || side.policy !== policy || !isKnownAlike(side.kinds, snapshot.kinds)) return undefined;
  const reads = readsOfNodes(snapshot);
  const holds = side.reads.every((each, place) => each === reads[place]) && [...side.asked].every(([address, is]) => isPod(address) === is);
  return holds ? side : undefined;
}

function readsOfNodes(snapshot: Snapshot): readonly unknown[] {
  return [...readsOfProxies(snapshot), snapshot.services, snapshot.cluster];
}

function shareRules({ rules }: NodeSide, proxy: ProxyRules): ProxyRules {
  const key = JSON.stringify(proxy);
  const known = rules.get(key) ?? proxy;
  rules.set(key, known);
  return known;
}

function findAddresses(snapshot: Snapshot, nodeView: (node: NodeRecord) => NodeView): Addresses {
  const local = new Map<string, Place>();
  const last = new Map<string, Place>();
  const external = new Map<string, NodeView>();
  for (const node of snapshot.nodes.values()) {
    const view = nodeView(node);
    for (const [address, origin] of view.local) {
      const services = snapshot.lookup.servicesByAddress(address);
      const place: Place = { view, origin, accepted: view.accepting.has(address), services, next: null, step: null };
      const before = last.get(address);
      if (before === undefined) local.set(address, place);
      else before.next = place;
      last.set(address, place);
    }
    for (const address of view.external) if (!external.has(address)) external.set(address, view);
  }
  for (const address of external.keys()) if (local.has(address)) external.delete(address);
  return { local, external };
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
