import { familyOf, normaliseAddress } from "../basics/ip";
import { podKey, serviceKey } from "../model/brands";
import type { NodeRecord } from "../model/node";
import type { ClientPosition } from "../model/route";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { acceptsNodePort, isPodSource } from "../routing/node-view";
import { worldOf, type World } from "../routing/world";
import { resolveAssumptions, type Context } from "../policy/policy";
import { addressesOf, zoneOf } from "./port-map-nodes";
import type { ColumnDraft } from "./port-map-columns";
import { ownValue } from "../basics/own-value";
import { surveyPods } from "./survey-pods";

// Thousands of nodes give few different answers. Nodes of one class differ in nothing that a route asks; what makes a node of a class answer
// otherwise on one column (an endpoint, a hostPort, an address of a Service) is looked up by column, so that no node is traced without need.

/** A node with what the map shows of it. Nodes of one `classId` answer alike where nothing on a column sets them apart; -1 = always asked alone. */
export type MapNode = {
  readonly record: NodeRecord;
  readonly addresses: readonly string[];
  readonly proxy: string;
  readonly zone: string | null;
  readonly classId: number;
  readonly masqueradesPods: boolean;
};

/** Reads each node once. Asked alone are the client's own node and nodes with an address that another node, a pod or a cluster IP has too. */
export function classifyNodes(
  snapshot: Snapshot,
  context: Context,
  from: ClientPosition,
  nodes: readonly NodeRecord[],
): readonly MapNode[] {
  const ids = new Map<string, number>();
  const world = worldOf(snapshot, context);
  const client = clientOf(snapshot, from);
  const { unlistedNodeAddresses } = resolveAssumptions(context.policy, snapshot.cluster);
  const anyIpvs = nodes.some((record) => world.nodeView(record).proxy.mode === "ipvs");
  return nodes.map((record) => {
    const view = world.nodeView(record);
    const { proxy } = view;
    const addresses = addressesOf(record);
    const isAlone =
      record.name === client.node ||
      client.addresses.some((address) => view.local.has(address)) ||
      addresses.some((address) => isSpecial(world, address, anyIpvs)) ||
      ownValue(unlistedNodeAddresses, record.name) !== undefined;
    const signature = JSON.stringify([
      // Origins name the node or its pod, and a start time only matters beside a hostPort: such nodes are asked alone.
      { ...proxy, assumptions: [], startedAtMs: null },
      record.containerRuntimeVersion,
      addresses.map((address) => [familyOf(address), view.local.has(address), acceptsNodePort(view, address)]),
      client.addresses.map((address) => isPodSource(view, address)),
    ]);
    const known = ids.get(signature) ?? ids.size;
    ids.set(signature, known);
    return {
      record,
      addresses,
      proxy: proxy.label,
      zone: zoneOf(record.labels),
      classId: isAlone ? -1 : known,
      masqueradesPods: proxy.podToNodeMasquerade,
    };
  });
}

/** What sets nodes apart on one column. `alone`: names of nodes to ask one by one; `byZone`: the rest answers by zone, since endpoints carry hints. */
export type ColumnSplit = { readonly alone: ReadonlySet<string>; readonly byZone: boolean };

/**
 * The nodes whose answer on this column may differ from that of their class.
 *
 * Returns: nodes with a hostPort or listener of that number, with an address that a Service takes on that port, and, where the policy is Local, hints exist or
 *          the client is a pod that keeps its address between nodes, those with an endpoint of a Service of the column.
 */
export function splitColumn(
  snapshot: Snapshot,
  from: ClientPosition,
  column: ColumnDraft,
  nodes: readonly MapNode[],
  hostPortNodes: ReadonlyMap<number, ReadonlySet<string>>,
): ColumnSplit {
  const alone = new Set<string>();
  for (const name of hostPortNodes.get(column.port) ?? []) alone.add(name);
  const services = servicesOf(snapshot, column);
  for (const service of services) {
    for (const address of [...service.externalIPs, ...service.loadBalancerIngress.flatMap(({ ip }) => ip ?? [])]) {
      for (const node of snapshot.lookup.nodesByAddress(address)) alone.add(node.name);
    }
  }
  // The reply's path is asked node by node then: a slice's nodeName is only a claim (routing.md R2.5.7).
  const keepsSource = from.kind === "pod" && nodes.some((node) => !node.masqueradesPods);
  let byZone = false;
  for (const service of services) {
    const isLocal = service.externalTrafficPolicy === "Local";
    if (isLocal && keepsSource) for (const { record } of nodes) alone.add(record.name);
    const endpoints = snapshot.lookup.slicesOfService(serviceKey(service.namespace, service.name)).flatMap((slice) => slice.endpoints);
    // Up to 1.35 a proxy prefers its own copy of an endpoint that is listed twice (routing.md 2.1).
    const isListedTwice = new Set(endpoints.map(({ address }) => normaliseAddress(address))).size < endpoints.length;
    for (const { nodeName, hintZones, hintNodes } of endpoints) {
      byZone ||= hintZones.length > 0;
      for (const name of hintNodes) alone.add(name);
      if ((isLocal || isListedTwice) && nodeName !== null) alone.add(nodeName);
    }
  }
  return { alone, byZone };
}

/** The nodes on which some pod declares each host port, also where it holds nothing (init containers, pods that wait): that is a reason of its own. */
export function indexHostPorts(snapshot: Snapshot): ReadonlyMap<number, ReadonlySet<string>> {
  const index = new Map<number, Set<string>>();
  const survey = surveyPods(snapshot);
  for (const { nodeName, hostNetwork, containers, nodePortLocal } of new Set([...survey.hostPorts, ...survey.nodePortLocal])) {
    if (nodeName === null) continue;
    const note = (port: number): void => {
      if (port !== 0) index.set(port, (index.get(port) ?? new Set()).add(nodeName));
    };
    for (const { ports } of containers) {
      for (const { hostPort, containerPort } of ports) note(hostPort === 0 && hostNetwork ? containerPort : hostPort);
    }
    // Ports that Antrea maps on the node (NodePortLocal).
    for (const { nodePort } of nodePortLocal) note(nodePort);
  }
  return index;
}

/** The Services that hold the column's number or take it on an address of a node. */
function servicesOf(snapshot: Snapshot, column: ColumnDraft): readonly ServiceRecord[] {
  const keys = column.rows.flatMap((row) => (row.holder.kind === "Service" ? [serviceKey(row.namespace, row.holder.name)] : []));
  return [...new Set(keys)].flatMap((key) => snapshot.services.get(key) ?? []);
}

function isSpecial(world: World, address: string, anyIpvs: boolean): boolean {
  const { lookup } = world.snapshot;
  const services = lookup.servicesByAddress(address);
  // A cluster IP on a node, or ipvs' own binding of an address, touches every port of it (routing.md 1.12.4, R1.8.4).
  const isClusterIP = services.some(({ clusterIPs }) => clusterIPs.some((each) => normaliseAddress(each) === address));
  return (
    isClusterIP ||
    (anyIpvs && services.length > 0) ||
    world.owners(address).length > 1 ||
    lookup.nodesByAddress(address).length > 1 ||
    lookup.podsByAddress(address).some((pod) => !pod.hostNetwork)
  );
}

function clientOf(snapshot: Snapshot, from: ClientPosition): { readonly node: string | null; readonly addresses: readonly string[] } {
  switch (from.kind) {
    case "outside":
      return { node: null, addresses: from.address === null ? [] : [normaliseAddress(from.address)] };
    case "node":
      return { node: from.name, addresses: [] };
    case "pod": {
      const pod = snapshot.pods.get(podKey(from.namespace, from.name));
      return { node: pod?.nodeName ?? null, addresses: (pod?.podIPs ?? []).map(normaliseAddress) };
    }
  }
}
