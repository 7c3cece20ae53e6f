// Where a hostPort of a pod and a nodePort of a Service have one number on one node, and who of the two gets the connections.

import { isLoopbackText } from "../../basics/ip";
import { compareNatural, compareText } from "../../basics/order";
import { serviceKey, toNodeName, type NodeName } from "../../model/brands";
import type { NodeRecord } from "../../model/node";
import type { PodRecord } from "../../model/pod";
import type { Route } from "../../model/route";
import type { ServicePort, ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import type { Context } from "../../policy/policy";
import { hasSandbox } from "../../routing/host-port";
import { describeProxy, type ProxyDescription } from "../../routing/proxy-config";
import { ignoredByProxy, servedFamilies } from "../../routing/service-rules";
import { traceRoute } from "../../routing/trace";
import { readsOfProxies, surveyPods } from "../../inventory/survey-pods";
import { surveyServices } from "./survey-services";

type Winner = "nodePort" | "hostPort" | "unknown";
/** mode: the proxy's mode decides; order: whose rules were registered last; noEndpoint: the Service has none to use there; open: nothing tells. */
type Why = "mode" | "order" | "noEndpoint" | "open";

export type PortClash = {
  readonly node: string;
  readonly winner: Winner;
  readonly why: Why;
  readonly proxy: string;
  readonly pods: readonly PodRecord[];
};

/** A nodePort whose number pods hold as a hostPort. `held`: those pods, by node. */
export type PortMeeting = {
  readonly service: ServiceRecord;
  readonly port: ServicePort;
  readonly held: ReadonlyMap<NodeName, ReadonlySet<PodRecord>>;
};
type Known = { readonly services: Snapshot["services"]; readonly meetings: readonly PortMeeting[] };

const known = new WeakMap<readonly PodRecord[], Known>();

/** Every number that a Service and pods hold, by Service; kept as long as neither changes. */
export function listMeetings(snapshot: Snapshot): readonly PortMeeting[] {
  const { services } = snapshot;
  const { hostPorts } = surveyPods(snapshot);
  const last = known.get(hostPorts);
  if (last?.services === services) return last.meetings;
  const byPort = indexHostPorts(hostPorts);
  const meetings = surveyServices(snapshot).onNodes.flatMap((service) => {
    if (byPort.size === 0 || isIgnored(service)) return [];
    return service.ports.flatMap((port): PortMeeting[] => {
      const held = port.nodePort === 0 ? undefined : byPort.get(`${String(port.nodePort)}/${port.protocol}`);
      return held === undefined ? [] : [{ service, port, held }];
    });
  });
  known.set(hostPorts, { services, meetings });
  return meetings;
}

/** What the clashes rest on, for `reads`: of the slices those of the Services that claim the number, or an address of the nodes. */
export function readsOfClashes(snapshot: Snapshot): readonly unknown[] {
  const survey = surveyPods(snapshot);
  const slices = listMeetings(snapshot).flatMap(({ service, held }) => {
    const addresses = [...held.keys()].flatMap((name) => snapshot.nodes.get(name)?.addresses.map(({ address }) => address) ?? []);
    const claiming = [service, ...addresses.flatMap((address) => snapshot.lookup.servicesByAddress(address))];
    return claiming.map(({ namespace, name }) => snapshot.lookup.slicesOfService(serviceKey(namespace, name)));
  });
  return [snapshot.services, survey.hostPorts, survey.nodePortLocal, ...readsOfProxies(snapshot), ...slices];
}

function isIgnored(service: ServiceRecord): boolean {
  return !servedFamilies(service).some((family) => ignoredByProxy(service, family, Number.POSITIVE_INFINITY) === null);
}

/** Running host ports by number and protocol, then by node. */
function indexHostPorts(hostPorts: readonly PodRecord[]): ReadonlyMap<string, ReadonlyMap<NodeName, ReadonlySet<PodRecord>>> {
  const byPort = new Map<string, Map<NodeName, Set<PodRecord>>>();
  for (const pod of hostPorts) {
    if (pod.hostNetwork || pod.nodeName === null || !hasSandbox(pod)) continue;
    for (const { role, ports } of pod.containers) {
      if (role !== "main") continue;
      for (const { hostPort, protocol } of ports) {
        if (hostPort === 0) continue;
        const key = `${String(hostPort)}/${protocol}`;
        const byNode = byPort.get(key) ?? new Map<NodeName, Set<PodRecord>>();
        byPort.set(key, byNode);
        const name = toNodeName(pod.nodeName);
        const pods = byNode.get(name);
        if (pods === undefined) byNode.set(name, new Set([pod]));
        else pods.add(pod);
      }
    }
  }
  return byPort;
}

/** The nodes where both exist, by name. */
export function findClashes(snapshot: Snapshot, context: Context, { port, held }: PortMeeting): readonly PortClash[] {
  return [...held]
    .flatMap(([name, pods]): PortClash[] => {
      const node = snapshot.nodes.get(name);
      if (node === undefined) return [];
      const proxy = describeProxy(snapshot, context, node);
      if (proxy.kind === "none") return [];
      const route = firstClash(snapshot, context, node, port, [...pods]);
      if (route === undefined) return [];
      const winner = winnerOf(route);
      return [
        {
          node: node.name,
          winner,
          why: whyOf(winner, proxy),
          proxy: proxy.label,
          pods: [...pods].sort((a, b) => compareText(a.name, b.name)),
        },
      ];
    })
    .sort((a, b) => compareNatural(a.node, b.node));
}

/** By node the pods whose hostPort gets the connections to a nodePort instead of its Service. */
export function findHostPortsInstead(
  snapshot: Snapshot,
  context: Context,
  service: ServiceRecord,
  port: ServicePort,
): ReadonlyMap<string, readonly PodRecord[]> {
  const meetings = listMeetings(snapshot).filter((each) => each.service === service && each.port === port);
  const clashes = meetings.flatMap((meeting) => findClashes(snapshot, context, meeting));
  return new Map(clashes.flatMap(({ node, winner, pods }) => (winner === "hostPort" ? [[node, pods]] : [])));
}

/** The route to the first of the node's addresses where both exist: the host port is bound there, and node ports are accepted there. */
function firstClash(
  snapshot: Snapshot,
  context: Context,
  node: NodeRecord,
  { nodePort, protocol }: ServicePort,
  pods: readonly PodRecord[],
): Route | undefined {
  const bound = pods.flatMap(({ containers }) =>
    containers.flatMap(({ role, ports }) =>
      ports.flatMap((each) => (role === "main" && each.hostPort === nodePort && each.protocol === protocol ? [each.hostIP] : [])),
    ),
  );
  const own = node.addresses.flatMap(({ type, address }) => (type === "InternalIP" ? [address] : []));
  const addresses = bound.some((ip) => ["", "0.0.0.0", "::"].includes(ip)) ? own : bound.filter((ip) => !isLoopbackText(ip));
  for (const address of new Set(addresses)) {
    const from = { kind: "outside", address: null } as const;
    const route = traceRoute(snapshot, context, { address, port: nodePort, protocol, from, node: node.name });
    const refused = route.steps.some(({ code, detail }) => code === "notAccepted" || (code === "address" && detail["accepts"] === false));
    if (!refused || describeProxy(snapshot, context, node).kind !== "kubeProxy") return route;
  }
  return undefined;
}

function winnerOf({ outcome, claim }: Route): Winner {
  if (outcome.kind === "contested" || outcome.kind === "unknown") return "unknown";
  return claim?.kind === "hostPort" ? "hostPort" : "nodePort";
}

/** Source: routing.md R3.1.1, R3.1.2, R3.2.3, R3.3.1. */
function whyOf(winner: Winner, { kind, mode }: ProxyDescription): Why {
  if (winner === "unknown") return "open";
  if (kind === "other" || mode === "ipvs") return "mode";
  if (winner === "hostPort") return "noEndpoint";
  return mode === "nftables" ? "order" : "mode";
}
