// Who asks, as the first node sees it and as the next one does: address, class, and what a CNI made of them on the way (routing.md 0.4, 2.4, section 7).

import { familyOf, isLoopbackText, normaliseAddress } from "../basics/ip";
import { podKey } from "../model/brands";
import { isKnownIn } from "../model/known";
import type { IPFamily } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { RouteQuery } from "../model/route";
import { unreadReason, type Missing } from "./missing";
import { isOwnPodSource, isPodSource, type NodeView } from "./node-view";
import type { ClientClass, Packet } from "./packet";
import { step } from "./steps";
import type { World } from "./world";

/** A client inside of the cluster. `view`: its node, which sees the packet first. */
export type Client = { readonly view: NodeView; readonly clientClass: ClientClass; readonly source: string; readonly isPod: boolean };

/**
 * The client of a query, when it is a process of a node or a pod.
 *
 * Returns: the client; or why it cannot ask: it is not there, was not read, runs nowhere, or has no address of the family.
 */
export function findClient(world: World, { from }: RouteQuery, address: string, family: IPFamily): Client | Missing {
  switch (from.kind) {
    case "outside":
      return { reason: "no-address-of-family", missing: [] };
    case "node":
      return hostClient(world, from.name, address, family);
    case "pod": {
      const pod = world.snapshot.pods.get(podKey(from.namespace, from.name));
      if (pod === undefined) return missingPod(world, from.namespace, from.name);
      return pod.hostNetwork && pod.nodeName !== null ? hostClient(world, pod.nodeName, address, family) : podClient(world, pod, family);
    }
  }
}

/** What the node that owns the address sees of a packet that the client's own node let go. */
export function onNextNode(
  world: World,
  client: Client,
  owner: NodeView,
  address: string,
): Pick<Packet, "source" | "clientClass" | "masqueradedBefore"> {
  const masqueraded = client.isPod && client.view.proxy.podToNodeMasquerade && !world.inPodRange(address);
  if (masqueraded) return { source: client.view.primary[familyOf(address) ?? "IPv4"], clientClass: "EXT", masqueradedBefore: true };
  // A pod of another node comes in by the node's own interface: only a detector that looks at the source can tell that it is one.
  const bySource = owner.proxy.detectLocalMode === "ClusterCIDR" || owner.proxy.detectLocalMode === "NodeCIDR";
  return {
    source: client.source,
    clientClass: client.isPod && bySource && isPodSource(owner, client.source) ? "POD" : "EXT",
    masqueradedBefore: false,
  };
}

/** The client's Pod is not there: not read, or (then nothing is missing) no such pod. */
function missingPod(world: World, namespace: string, name: string): Missing {
  const status = world.snapshot.kinds.pods;
  const why = step("noSuchClient", `Pod/${namespace}/${name}`, null, null);
  if (isKnownIn(status, namespace)) return { reason: "no-address-of-family", missing: [], why };
  return { reason: unreadReason(status), missing: [{ kind: "pods", namespaces: [namespace] }], why };
}

function hostClient(world: World, nodeName: string, address: string, family: IPFamily): Client | Missing {
  const view = world.viewByName(nodeName);
  if (view === undefined) return { reason: "no-address-of-family", missing: [], why: step("noSuchClient", `Node/${nodeName}`, null, null) };
  // A host process uses the destination itself as its source when that is its own, loopback included.
  const own = view.local.has(address) || isLoopbackText(address);
  const source = own ? address : view.primary[family];
  return source === null
    ? { reason: "no-address-of-family", missing: [], why: step("noSource", `Node/${nodeName}`, "status.addresses", family) }
    : { view, clientClass: "HOST_LOCAL", source, isPod: false };
}

function podClient(world: World, pod: PodRecord, family: IPFamily): Client | Missing {
  const object = `Pod/${pod.namespace}/${pod.name}`;
  const view = pod.nodeName === null ? undefined : world.viewByName(pod.nodeName);
  if (view === undefined)
    return { reason: "no-address-of-family", missing: [], why: step("noClientNode", object, "spec.nodeName", pod.nodeName) };
  const source = pod.podIPs.find((ip) => familyOf(ip) === family);
  if (source === undefined)
    return {
      reason: "no-address-of-family",
      missing: [],
      why: step("noSource", object, "status.podIPs", pod.podIPs.join(","), { family }),
    };
  const normal = normaliseAddress(source);
  return { view, clientClass: isOwnPodSource(view, normal) ? "POD" : "EXT", source: normal, isPod: true };
}
