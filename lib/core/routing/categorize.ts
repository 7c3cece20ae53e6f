// Which endpoints of a Service port one node may use, under each policy (routing.md 2.3 and 2.6).

import type { NodeRecord } from "../model/node";
import type { Backend, RouteStep } from "../model/route";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Endpoint } from "./endpoints";
import { usesClusterEndpoints, usesLocalEndpoints } from "./service-rules";

/**
 * `cluster`: usable under the policy Cluster (empty as well when nothing uses that policy); `local`: usable on this node under the policy Local.
 * `hasAny`: something could serve it somewhere; false = REJECT. `topology`: the hints that narrowed `cluster`.
 * `clusterFallback`, `localFallback`: the list holds terminating endpoints because no ready one is left. `step`: the route step that tells the
 * endpoints; `clusterBackends`, `localBackends`: the backends of each list; once an answer has asked for them.
 */
export type Categories = {
  readonly cluster: readonly Endpoint[];
  readonly local: readonly Endpoint[];
  readonly hasAny: boolean;
  readonly topology: "" | "zone" | "node";
  readonly clusterFallback: boolean;
  readonly localFallback: boolean;
  step: RouteStep | null;
  clusterBackends: CommonBackends | null;
  localBackends: CommonBackends | null;
};

/**
 * The backends of a list as most nodes and clients meet them, by what they see of the client. `onNodes`: some endpoint is a node's own address, where the node
 * matters. `owners`: how many workloads.
 */
export type CommonBackends = {
  readonly count: number;
  readonly preserved: readonly Backend[];
  readonly masqueraded: readonly Backend[];
  readonly addresses: ReadonlySet<string>;
  readonly onNodes: boolean;
  readonly owners: number;
};

/** forNodes hints are honoured by default since 1.34. */
const nodeHintsSince = 34;
/** Up to 1.30 zone hints count only with the Service's topology annotation. */
const zoneHintsAloneSince = 31;

export const zoneLabel = "topology.kubernetes.io/zone";

/**
 * Sorts a Service port's endpoints by what this node may do with them.
 *
 * Input:   the endpoints of one family; the receiving node; the proxy's minor version.
 * Returns: see Categories. `ready` wins over the other two conditions; an endpoint that terminates without serving is never used.
 * Errors:  never throws.
 * Cost:    kept per list object: linear in the endpoints for the first node of a kind, constant for the others.
 * Source:  EndpointSlice conditions and hints; kube-proxy pkg/proxy/topology.go, serviceport.go.
 */
export function categorizeEndpoints(
  service: ServiceRecord,
  port: ServicePort,
  endpoints: readonly Endpoint[],
  node: NodeRecord,
  minor: number,
): Categories {
  return categorizeBy(planOf(service, port, endpoints), node, minor);
}

/** As categorizeEndpoints, for a plan that is at hand. */
export function categorizeBy(plan: EndpointPlan, node: NodeRecord, minor: number): Categories {
  // Nothing else of the node is looked at.
  if (isUniform(plan) || (isWithoutHints(plan) && !plan.nodes.has(node.name))) return (plan.plain ??= categorize(plan, "", node.name, ""));
  const zone = node.labels[zoneLabel] ?? "";
  const topology = topologyMode(plan.service, plan, node.name, zone, minor);
  // Nodes that hold no endpoint and get the same hints share one answer.
  const key = `${topology} ${topology === "zone" ? zone : topology === "node" ? node.name : ""}${plan.usesLocal && plan.nodes.has(node.name) ? ` at ${node.name}` : ""}`;
  let known = plan.categories.get(key);
  if (known === undefined) plan.categories.set(key, (known = categorize(plan, topology, node.name, zone)));
  return known;
}

/** Whether every node may do the same with the endpoints; under the policy Local those that hold some may not. */
export function isUniform(plan: EndpointPlan): boolean {
  return isWithoutHints(plan) && !plan.usesLocal;
}

function isWithoutHints({ hintNodes, hintZones }: EndpointPlan): boolean {
  return hintNodes === null && hintZones === null;
}

/** What is the same for all nodes, and the answers already given: one list is asked about once per node of a cluster. */
export type EndpointPlan = {
  plain: Categories | null;
  readonly service: ServiceRecord;
  readonly port: ServicePort;
  readonly usesCluster: boolean;
  readonly usesLocal: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly ready: readonly Endpoint[];
  readonly nodes: ReadonlySet<string | null>;
  /** Nodes and zones that hints name; null where some ready endpoint has no hint of that dimension, which switches it off (R2.6.1). */
  readonly hintNodes: ReadonlySet<string> | null;
  readonly hintZones: ReadonlySet<string> | null;
  readonly categories: Map<string, Categories>;
  readonly clusters: Map<string, readonly Endpoint[]>;
};

const plans = new WeakMap<readonly Endpoint[], EndpointPlan>();

export function planOf(service: ServiceRecord, port: ServicePort, endpoints: readonly Endpoint[]): EndpointPlan {
  const known = plans.get(endpoints);
  if (known?.service === service && known.port === port) return known;
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const plan: EndpointPlan = {
    plain: null,
    service,
    port,
    usesCluster: usesClusterEndpoints(service, port),
    usesLocal: usesLocalEndpoints(service),
    endpoints,
    ready,
    nodes: new Set(endpoints.map(({ nodeName }) => nodeName)),
    hintNodes:
      ready.length > 0 && ready.every(({ hintNodes }) => hintNodes.length > 0)
        ? new Set(ready.flatMap(({ hintNodes }) => hintNodes))
        : null,
    hintZones:
      ready.length > 0 && ready.every(({ hintZones }) => hintZones.length > 0)
        ? new Set(ready.flatMap(({ hintZones }) => hintZones))
        : null,
    categories: new Map(),
    clusters: new Map(),
  };
  plans.set(endpoints, plan);
  return plan;
}

function categorize(plan: EndpointPlan, topology: Categories["topology"], nodeName: string, zone: string): Categories {
  const { usesCluster, usesLocal, endpoints } = plan;
  const cluster = usesCluster ? clusterOf(plan, topology, nodeName, zone) : none;
  // R2.3.1: under Local each node falls back for itself, even while other nodes have ready endpoints.
  const here = usesLocal ? endpoints.filter((endpoint) => endpoint.nodeName === nodeName) : none;
  const readyHere = here.filter((endpoint) => endpoint.ready);
  const local = readyHere.length > 0 ? readyHere : here.filter(isLastResort);
  return {
    cluster,
    local,
    hasAny: cluster.length > 0 || (usesLocal && endpoints.some((endpoint) => endpoint.ready || isLastResort(endpoint))),
    topology,
    clusterFallback: cluster.length > 0 && plan.ready.length === 0,
    localFallback: local.length > 0 && readyHere.length === 0,
    step: null,
    clusterBackends: null,
    localBackends: null,
  };
}

const none: readonly Endpoint[] = [];

/** The same list object for all nodes that use it, so that what is derived from it is derived once. */
function clusterOf(
  { endpoints, ready, clusters }: EndpointPlan,
  topology: Categories["topology"],
  nodeName: string,
  zone: string,
): readonly Endpoint[] {
  const key = topology === "node" ? `node ${nodeName}` : topology === "zone" ? `zone ${zone}` : "";
  let list = clusters.get(key);
  if (list !== undefined) return list;
  if (ready.length === 0) list = endpoints.filter(isLastResort);
  else if (topology === "node") list = ready.filter(({ hintNodes }) => hintNodes.includes(nodeName));
  else if (topology === "zone") list = ready.filter(({ hintZones }) => hintZones.includes(zone));
  else list = ready;
  clusters.set(key, list);
  return list;
}

/** Used only where no ready endpoint is left. */
function isLastResort(endpoint: Endpoint): boolean {
  return !endpoint.ready && endpoint.serving && endpoint.terminating;
}

function topologyMode(
  service: ServiceRecord,
  { hintNodes, hintZones }: EndpointPlan,
  nodeName: string,
  zone: string,
  minor: number,
): Categories["topology"] {
  if (minor >= nodeHintsSince && hintNodes?.has(nodeName) === true) return "node";
  if (minor < zoneHintsAloneSince && !asksForTopology(service.topologyMode)) return "";
  return zone !== "" && hintZones?.has(zone) === true ? "zone" : "";
}

function asksForTopology(annotation: string | null): boolean {
  return annotation !== null && annotation !== "" && annotation !== "disabled" && annotation !== "Disabled";
}
