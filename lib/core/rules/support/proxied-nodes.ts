import { familyOf } from "../../basics/ip";
import { compareNatural } from "../../basics/order";
import type { IPFamily } from "../../model/meta";
import type { NodeRecord } from "../../model/node";
import type { ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import type { Context } from "../../policy/policy";
import { describeProxy } from "../../routing/proxy-config";
import { ignoredByProxy, servedFamilies } from "../../routing/service-rules";
import { worldOf } from "../../routing/world";
import { readsOfProxies, surveyPods } from "../../inventory/survey-pods";

/** A node that runs a proxy. `minor`: the version of its kube-proxy. `accepts`: the families of those addresses of the node on which node ports answer. */
export type ProxiedNode = { readonly node: NodeRecord; readonly minor: number; readonly accepts: ReadonlySet<IPFamily> };
type Known = { readonly rests: readonly unknown[]; readonly nodes: readonly ProxiedNode[] };

const known = new WeakMap<object, Known>();

/** The nodes that run a proxy, so that Services take ports of them; by name. Kept as long as nothing changes that tells it. */
export function listProxiedNodes(snapshot: Snapshot, context: Context): readonly ProxiedNode[] {
  const rests = [...readsOfProxies(snapshot), snapshot.kinds, context.policy];
  const last = known.get(surveyPods(snapshot).agents);
  if (last?.rests.every((each, place) => each === rests[place]) === true) return last.nodes;
  const nodes = [...snapshot.nodes.values()]
    .flatMap((node) => describeNode(snapshot, context, node))
    .sort((a, b) => compareNatural(a.node.name, b.node.name));
  known.set(surveyPods(snapshot).agents, { rests, nodes });
  return nodes;
}

/** Whether the proxy of a node programs a Service at all. */
export function servesService({ minor }: ProxiedNode, service: ServiceRecord): boolean {
  return servedFamilies(service).some((family) => ignoredByProxy(service, family, minor) === null);
}

/** Whether the node ports of a Service that is served there answer on one of the node's addresses. */
export function acceptsNodePorts({ accepts }: ProxiedNode, service: ServiceRecord): boolean {
  return servedFamilies(service).some((family) => accepts.has(family));
}

/** What another proxy than kube-proxy does with labels and addresses is not known, nor where a node has none: they are taken to serve all. */
function describeNode(snapshot: Snapshot, context: Context, node: NodeRecord): readonly ProxiedNode[] {
  const { kind, minor } = describeProxy(snapshot, context, node);
  if (kind === "none") return [];
  if (kind === "other") return [{ node, minor: Number.POSITIVE_INFINITY, accepts: everyFamily }];
  const { local, accepting } = worldOf(snapshot, context).nodeView(node);
  // A bridge is no address that people use.
  const own = [...local].flatMap(([address, origin]) => (origin === "bridge" ? [] : [address]));
  const accepts = own.flatMap((address) => (accepting.has(address) ? (familyOf(address) ?? []) : []));
  return [{ node, minor, accepts: own.length === 0 ? everyFamily : new Set(accepts) }];
}

const everyFamily: ReadonlySet<IPFamily> = new Set(["IPv4", "IPv6"]);
