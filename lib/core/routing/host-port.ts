// hostPort mappings on a node: which pods' mappings match a packet, and which of several wins (routing.md 1.6, 3.4).

import { familyOf, isLoopback, isLoopbackText, isUnspecified, normaliseAddress, parseAddress, sameAddress } from "../basics/ip";
import { toNodeName } from "../model/brands";
import type { Container, ContainerPort, PodRecord } from "../model/pod";
import { recordKey, type Snapshot } from "../model/snapshot";
import { runsAntrea } from "./data-plane";
import type { NodeView } from "./node-view";
import type { Packet } from "./packet";
import type { World } from "./world";

/** A mapping that matches: connections go to the pod's address of the family and the container's port. */
export type HostPortMapping = {
  readonly pod: PodRecord;
  readonly container: string;
  readonly port: ContainerPort;
  readonly address: string;
};

/** Whether the pod's sandbox, and with it its mappings, exists: bound, with an address, not finished. Readiness does not matter. */
export function hasSandbox(pod: PodRecord): boolean {
  return pod.nodeName !== null && pod.podIPs.length > 0 && (pod.phase === "Pending" || pod.phase === "Running" || pod.phase === "Unknown");
}

/**
 * Mappings on the node that match the packet's destination.
 *
 * Input:   a packet whose destination is local to the node; the node's pods that declare its number.
 * Returns: sorted by pod; none when the runtime maps no hostPorts.
 * Source:  Pod.spec.containers[].ports[].hostPort and hostIP; CNI portmap. Init containers and sidecars are never mapped (R1.6.1).
 */
export function findHostPorts(view: NodeView, packet: Packet, declaring: readonly PodRecord[]): readonly HostPortMapping[] {
  if (declaring.length === 0 || view.proxy.hostPortImplementation === "none") return [];
  return declaring.flatMap((pod) => {
    if (pod.hostNetwork || !hasSandbox(pod)) return [];
    const address = pod.podIPs.find((ip) => familyOf(ip) === packet.family);
    if (address === undefined) return [];
    return pod.containers
      .filter((container) => container.role === "main")
      .flatMap((container) =>
        container.ports
          .filter((port) => matches(port, packet))
          .map((port) => ({ pod, container: container.name, port, address: normaliseAddress(address) })),
      );
  });
}

/**
 * The pod whose port Antrea maps on this node under the packet's number (NodePortLocal), with the port that it maps to.
 *
 * Source: the annotation nodeportlocal.antrea.io of the pods; Antrea's rules match every address of the node, IPv4 only.
 */
export function findNodePortLocal(world: World, view: NodeView, packet: Packet): HostPortMapping | undefined {
  if (packet.family !== "IPv4" || isLoopbackText(packet.address) || !runsAntrea(world.snapshot)) return undefined;
  for (const pod of world.snapshot.lookup.podsOfNode(toNodeName(view.name))) {
    const mapped = pod.nodePortLocal.find(({ nodePort, protocol }) => nodePort === packet.port && protocol === packet.protocol);
    const address = pod.podIPs.find((ip) => familyOf(ip) === "IPv4");
    if (mapped === undefined || address === undefined || !hasSandbox(pod)) continue;
    const port = { name: "", containerPort: mapped.podPort, hostPort: packet.port, hostIP: "", protocol: packet.protocol };
    return { pod, container: "", port, address: normaliseAddress(address) };
  }
  return undefined;
}

/** A declared hostPort of an init container or sidecar with this number: reserved by newer schedulers, but never mapped. */
export function findUnmapped(
  snapshot: Snapshot,
  view: NodeView,
  packet: Packet,
): { readonly pod: PodRecord; readonly container: Container } | undefined {
  for (const pod of snapshot.lookup.podsByHostPort(toNodeName(view.name), packet.port)) {
    if (pod.hostNetwork || !hasSandbox(pod)) continue;
    const container = pod.containers.find((each) => each.role !== "main" && each.ports.some((port) => matches(port, packet)));
    if (container !== undefined) return { pod, container };
  }
  return undefined;
}

function matches(port: ContainerPort, packet: Packet): boolean {
  if (port.hostPort !== packet.port || port.protocol !== packet.protocol) return false;
  if (port.hostIP === "") return true;
  const hostIP = parseAddress(port.hostIP);
  if (hostIP?.family !== packet.family) return false;
  return isUnspecified(hostIP) || sameAddress(port.hostIP, packet.address);
}

/**
 * Which mapping wins among several: the oldest sandbox (portmap appends, so the first installed stays first).
 *
 * Returns: the winner, or undefined when their ages are unknown or equal.
 */
export function oldestMapping(mappings: readonly HostPortMapping[]): HostPortMapping | undefined {
  const [first, ...rest] = mappings;
  if (first === undefined || rest.length === 0) return first;
  const aged = mappings.map((mapping) => ({ mapping, since: mapping.pod.runningSinceMs ?? mapping.pod.startTimeMs }));
  if (aged.some(({ since }) => since === null)) return samePod(mappings) ? first : undefined;
  const sorted = [...aged].sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
  const [oldest, next] = sorted;
  if (oldest === undefined) return undefined;
  return oldest.since === next?.since && !samePod([oldest.mapping, next.mapping]) ? undefined : oldest.mapping;
}

function samePod(mappings: readonly HostPortMapping[]): boolean {
  return new Set(mappings.map(({ pod }) => recordKey(pod))).size === 1;
}

/**
 * Whether kube-proxy in nftables mode translates before the hostPort table (R3.2.3): the chain registered last comes first, and kube-proxy registers
 * at each start. Sound in one direction: a hostPort pod that ran before kube-proxy started proves it; otherwise nothing is proved.
 */
export function proxyIsYounger(world: World, view: NodeView): boolean {
  const startedAtMs = view.proxyStartedAtMs;
  if (startedAtMs === null) return false;
  return world.snapshot.lookup
    .podsOfNode(toNodeName(view.name))
    .some(
      (pod) => !pod.hostNetwork && hasSandbox(pod) && pod.runningSinceMs !== null && pod.runningSinceMs < startedAtMs && mapsHostPort(pod),
    );
}

function mapsHostPort(pod: PodRecord): boolean {
  return pod.containers.some((container) => container.role === "main" && container.ports.some((port) => port.hostPort > 0));
}

/** Whether the mapping leads nowhere: ::1 is translated, but a packet from ::1 cannot leave the host (R1.6.6). */
export function isDeadLoopback(packet: Packet): boolean {
  const parsed = parseAddress(packet.address);
  return parsed !== undefined && parsed.family === "IPv6" && isLoopback(parsed);
}
