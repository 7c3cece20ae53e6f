// From chosen endpoints to backends: whose pod it is, whether it sees the client, whether its reply can come back (routing.md 2.5.7, 2.7, 2.9).

import { isLoopback, parseAddress, cidrContains } from "../basics/ip";
import { formatObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { Backend, RouteOutcome, SourceSeen } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import { resolveGroup, resolveOwner } from "../owners/owner";
import type { Answer } from "./answer";
import type { CommonBackends } from "./categorize";
import type { Endpoint } from "./endpoints";
import type { HostPortMapping } from "./host-port";
import { holdsAddress, type NodeView } from "./node-view";
import type { Packet } from "./packet";
import type { Targets } from "./service-claims";
import type { World } from "./world";

/** `source`: what all of them see of the client, where they are those that most nodes and clients meet; the replies of these come back. */
type Reached = {
  readonly count: number;
  readonly backends: readonly Backend[];
  readonly owners: number;
  readonly source: SourceSeen | undefined;
};

/** Backends of a Service, sorted by address and port, with equal shares (`probability` null when the scheduler's are not known). */
export function toBackends(world: World, view: NodeView, packet: Packet, targets: Targets, uniform: boolean): Reached {
  const { categories, policy, endpoints } = targets;
  const common =
    policy === "local"
      ? (categories.localBackends ??= makeCommonBackends(world, endpoints))
      : (categories.clusterBackends ??= makeCommonBackends(world, endpoints));
  const { count, owners } = common;
  if (uniform && !common.onNodes) {
    if (packet.masqueradedBefore || targets.snat) return { count, backends: common.masqueraded, owners, source: "masqueraded" };
    if (packet.clientClass === "EXT" && (packet.source === null || !common.addresses.has(packet.source)))
      return { count, backends: common.preserved, owners, source: "preserved" };
  }
  const backends = endpoints.map((endpoint, place): Backend => ({
    ...(common.preserved[place] ?? toBackend(world, endpoint, 1)),
    ...(uniform ? {} : { probability: null }),
    replyPathBroken: isReplyLost(world, view, packet, targets, endpoint),
    source: sourceSeen(world, view, packet, targets, endpoint),
  }));
  return { count, backends, owners, source: undefined };
}

function makeCommonBackends(world: World, endpoints: readonly Endpoint[]): CommonBackends {
  const preserved = endpoints.map((endpoint) => toBackend(world, endpoint, endpoints.length));
  return {
    count: endpoints.length,
    preserved,
    masqueraded: preserved.map((backend) => ({ ...backend, source: "masqueraded" })),
    addresses: new Set(endpoints.map(({ address }) => address)),
    onNodes: endpoints.some(({ address }) => world.owners(address).length > 0),
    owners: countOwners(preserved),
  };
}

function toBackend(world: World, endpoint: Endpoint, count: number): Backend {
  const { address, port, ready, terminating, nodeName } = endpoint;
  const pod = podBehind(world.snapshot, endpoint);
  return {
    address,
    port,
    probability: 1 / count,
    pod: pod === null ? null : { namespace: pod.namespace, name: pod.name },
    node: pod?.nodeName ?? nodeName,
    owner: pod === null ? null : resolveOwner(pod),
    group: pod === null ? null : resolveGroup(pod),
    ready,
    readySinceMs: readySince(pod),
    terminating,
    replyPathBroken: false,
    offCluster: pod === null && !world.isInCluster(address),
    source: "preserved",
  };
}

function readySince(pod: PodRecord | null): number | null {
  return pod?.ready === true ? pod.readyAtMs : null;
}

/** The one backend of a hostPort mapping. */
export function toHostPortBackend(world: World, view: NodeView, packet: Packet, mapping: HostPortMapping): Backend {
  const { pod, port, address } = mapping;
  return {
    address,
    port: port.containerPort,
    probability: 1,
    pod: { namespace: pod.namespace, name: pod.name },
    node: pod.nodeName,
    owner: resolveOwner(pod),
    group: resolveGroup(pod),
    ready: pod.ready,
    readySinceMs: readySince(pod),
    terminating: pod.deletedAtMs !== null,
    replyPathBroken: false,
    offCluster: false,
    source: hostPortSource(world, view, packet, mapping),
  };
}

/** `delivered`, or `dropped` when no chosen backend's reply can come back. */
export function deliver(
  backends: readonly Backend[],
  policy: "cluster" | "local" | "hostPort",
  fallback: boolean,
  isLost = backends.length > 0 && backends.every((backend) => backend.replyPathBroken),
): Extract<RouteOutcome, { readonly kind: "delivered" | "dropped" }> {
  if (isLost) return { kind: "dropped", reason: "reply-path-broken", backends };
  return { kind: "delivered", backends, policy, fallback: fallback ? "terminating" : "none" };
}

/** The value that all backends share; null where they differ or there is none. */
export function commonSource(outcome: Answer["outcome"]): SourceSeen | null {
  if (outcome.kind === "listener" || outcome.kind === "healthCheck") return "preserved";
  if (outcome.kind !== "delivered" && outcome.kind !== "dropped") return null;
  const { backends } = outcome;
  const first = backends[0]?.source ?? null;
  return backends.every(({ source }) => source === first) ? first : null;
}

/** How many workloads backends belong to, as far as they are known. */
function countOwners(backends: readonly Backend[]): number {
  return new Set(backends.flatMap(({ owner }) => (owner === null ? [] : [formatObjectRef(owner)]))).size;
}

/** The Pod behind an endpoint: the one its targetRef names when that pod has the address, else the one that has it alone. */
export function podBehind(snapshot: Snapshot, endpoint: Pick<Endpoint, "address" | "port" | "targetRef">): PodRecord | null {
  const holders = snapshot.lookup.podsByAddress(endpoint.address);
  const { targetRef } = endpoint;
  const named =
    targetRef?.kind === "Pod" ? holders.find((pod) => pod.namespace === targetRef.namespace && pod.name === targetRef.name) : undefined;
  if (named !== undefined) return named;
  const own = holders.filter((pod) => !pod.hostNetwork);
  if (own.length > 0) return own.length === 1 ? (own[0] ?? null) : null;
  // hostNetwork pods share their node's address: only the one that declares the port can be meant.
  const declaring = holders.filter((pod) =>
    pod.containers.some((container) => container.ports.some((port) => port.containerPort === endpoint.port)),
  );
  return declaring.length === 1 ? (declaring[0] ?? null) : null;
}

/** R2.5.7: an untranslated source of another node's pod, answered from elsewhere: the reply goes past the translation. */
function isReplyLost(world: World, view: NodeView, packet: Packet, targets: Targets, endpoint: Endpoint): boolean {
  if (targets.snat || packet.clientNode === null || packet.clientNode === view.name) return false;
  if (packet.clientClass !== "POD" || holdsAddress(view, endpoint.address)) return false;
  return !world.snapshot.lookup.podsByAddress(endpoint.address).some((pod) => pod.nodeName === view.name);
}

function sourceSeen(world: World, view: NodeView, packet: Packet, targets: Targets, endpoint: Endpoint): SourceSeen {
  if (packet.masqueradedBefore) return "masqueraded";
  const here = view.local.has(endpoint.address);
  if (endpoint.address === packet.source) return packet.clientClass === "HOST_LOCAL" || !here || targets.snat ? "masqueraded" : "preserved";
  // A backend in the node's own network namespace is reached by the input path, which masquerades nothing; a host process leaves by the output path.
  if (targets.snat) return here && packet.clientClass !== "HOST_LOCAL" ? "preserved" : "masqueraded";
  // The CNI masquerades its pods whatever the proxy takes them for (R2.5.8); at their own node none but they and the host itself start a packet.
  const isPod = packet.clientClass === "POD" || (packet.clientClass === "EXT" && packet.clientNode === view.name);
  if (isPod && view.proxy.podToNodeMasquerade && !here && !world.inPodRange(endpoint.address)) return "masqueraded";
  return "preserved";
}

/** R1.6.7: preserved, except over loopback and for clients inside the prefix that the CNI gave the pod. */
function hostPortSource(world: World, view: NodeView, packet: Packet, mapping: HostPortMapping): SourceSeen {
  if (packet.masqueradedBefore) return "masqueraded";
  const destination = parseAddress(packet.address);
  if (destination !== undefined && isLoopback(destination)) return "masqueraded";
  if (packet.source === null) return "preserved";
  if (packet.source === mapping.address) return "masqueraded";
  if (view.proxy.hostPortImplementation !== "portmap-iptables" || packet.clientClass === "HOST_LOCAL") return "preserved";
  if (!view.proxy.podPrefix.value) return "preserved";
  const source = parseAddress(packet.source);
  const target = parseAddress(mapping.address);
  // The prefix is not in the API; with bridge and host-local it is the node's pod range.
  const prefix = target === undefined ? undefined : view.podNetworks.find((network) => cidrContains(network, target));
  return source !== undefined && prefix !== undefined && cidrContains(prefix, source) ? "masqueraded" : "preserved";
}
