import { findPortEndpoints } from "../inventory/usable-endpoints";
import type { Severity } from "../model/finding";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { isExternalLocal } from "../routing/service-rules";
import { answerEverywhere } from "../remedies/local-policy";
import { defineRule, type Found } from "./rule";
import { claimedPortsOf, distinctPorts, hasOwnAddress, isClaimed, isPassedOver, isUnclaiming } from "./support/claimed-ports";
import { findHostPortsInstead } from "./support/port-clashes";
import { acceptsNodePorts, listProxiedNodes, servesService } from "./support/proxied-nodes";
import { readsOfProxies } from "../inventory/survey-pods";
import { grantPort } from "./support/wanted-numbers";
import { sayCount, sayList, sayPorts, verb } from "./support/words";

type LocalEvidence = {
  readonly service: string;
  readonly externalTrafficPolicy: "Local";
  readonly dropping: readonly string[];
  readonly answering: readonly string[];
  /** Nodes that load balancers are told to leave alone; they drop as well. */
  readonly excluded: readonly string[];
  readonly nodes: number;
  /** Pods of a manifest that have no node yet: so many of the nodes will answer after all. */
  readonly unplaced: number;
};

export const excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers";

/** A Service port. `isLive`: it has endpoints somewhere; `nodes`: those that hold them; `instead`: where something else answers; `unplaced`: how many have no node yet. */
type LivePort = {
  readonly port: ServicePort;
  readonly isLive: boolean;
  readonly nodes: ReadonlySet<string>;
  readonly instead: ReadonlySet<string>;
  readonly unplaced: number;
};
type Part = { readonly service: ServiceRecord; readonly live: readonly LivePort[]; readonly found: Found<LocalEvidence> };

/** externalTrafficPolicy Local and nodes without a usable local endpoint. Source: Service.spec.externalTrafficPolicy; findings.md F04, F45. */
export const localPolicyDrops = defineRule<LocalEvidence, Part>({
  id: "local-policy-drops",
  severity: "warning",
  needs: ["services", "endpointslices", "nodes"],
  remedies: [answerEverywhere],
  reads: readsOfProxies,
  perService(snapshot, context, service) {
    if (isUnclaiming(service) || isPassedOver(service) || !isExternalLocal(service)) return null;
    const ports = service.ports.filter((port) => isClaimed(service, port));
    const places = ports.map((port): LivePort => {
      const usable = findPortEndpoints(snapshot, service, port).filter((each) => each.usable);
      // Pods of a manifest have no node yet: each of them will serve one. An endpoint that somebody wrote without a node serves none.
      const unplaced = context.check === undefined ? 0 : usable.filter(({ nodeName, pod }) => nodeName === null && pod !== null).length;
      return {
        port: grantPort(snapshot, context, service, port),
        isLive: usable.length > 0,
        nodes: new Set(usable.flatMap(({ nodeName }) => nodeName ?? [])),
        instead: new Set(),
        unplaced,
      };
    });
    // Nothing anywhere is no-endpoints' to say.
    const live = places.filter(({ isLive }) => isLive);
    const found = live.length === 0 ? null : judge(snapshot, context, service, live);
    return found === null ? null : { service, live, found };
  },
  *check(snapshot, context, parts) {
    for (const { service, live, found } of parts) {
      // What a hostPort of the same number answers is not dropped; an address of the Service's own still is.
      const known = hasOwnAddress(service)
        ? live
        : live.map((each) => ({ ...each, instead: new Set(findHostPortsInstead(snapshot, context, service, each.port).keys()) }));
      const left = known.every(({ instead }) => instead.size === 0) ? found : judge(snapshot, context, service, known);
      if (left !== null) yield left;
    }
  },
  words: {
    en: {
      title: "Policy Local drops on nodes without an endpoint",
      why: "With externalTrafficPolicy Local a node answers outside clients only with its own endpoints; on the other nodes the connection times out silently.",
      fix: "Send clients to the nodes that hold endpoints, run one endpoint per node (a DaemonSet), or use the policy Cluster.",
      describe({ service, dropping, answering, nodes, unplaced }, { ports }) {
        const where =
          answering.length === 0
            ? "no node"
            : answering.length <= 4
              ? `${sayList(answering)} only`
              : `${String(answering.length)} nodes only`;
        const least = dropping.length - unplaced;
        return {
          title: `${ports.length > 0 ? sayPorts(ports) : service} ${verb(ports, "drops", "drop")} on ${unplaced === 0 ? "" : "at least "}${String(least)} of ${String(nodes)} nodes`,
          summary: `${service} has externalTrafficPolicy Local and endpoints on ${where}${unplaced === 0 ? "" : `; ${sayCount(unplaced, "new pod")} will serve one node each, at least ${String(least)} of ${String(nodes)} will drop`}.`,
          symptoms: ["silent timeouts on some node addresses, fine on others"],
        };
      },
    },
  },
});

/** Null: the policy drops nowhere. */
function judge(snapshot: Snapshot, context: Context, service: ServiceRecord, live: readonly LivePort[]): Found<LocalEvidence> | null {
  const serving = listProxiedNodes(snapshot, context).filter((each) => servesService(each, service));
  const served = serving.map(({ node }) => node);
  const accepting = new Set(serving.flatMap((each) => (hasOwnAddress(service) || acceptsNodePorts(each, service) ? [each.node.name] : [])));
  const answers = (name: string): boolean => live.every(({ nodes }) => nodes.has(name));
  const drops = (name: string): boolean => accepting.has(name) && live.some(({ nodes, instead }) => !nodes.has(name) && !instead.has(name));
  const unplaced = Math.max(...live.map((each) => each.unplaced));
  const names = (wanted: (name: string) => boolean): string[] => served.map(({ name }) => name).filter(wanted);
  const excluded = new Set(served.filter((node) => excludeLabel in node.labels).map(({ name }) => name));
  const dropping = names((name) => drops(name) && !excluded.has(name));
  if (dropping.length <= unplaced) return null;
  const severity: Severity = service.type === "LoadBalancer" ? "info" : "warning";
  return {
    severity,
    subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }],
    ports: distinctPorts(live.flatMap(({ port }) => claimedPortsOf(service, port))),
    nodes: dropping,
    evidence: {
      service: `${service.namespace}/${service.name}`,
      externalTrafficPolicy: "Local",
      dropping,
      answering: names(answers),
      excluded: [...excluded].filter(drops),
      nodes: served.length,
      unplaced,
    },
  };
}
