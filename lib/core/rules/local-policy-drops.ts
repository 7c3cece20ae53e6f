import { findPortEndpoints } from "../inventory/usable-endpoints";
import type { Severity } from "../model/finding";
import { isExternalLocal } from "../routing/service-rules";
import { answerEverywhere } from "../remedies/local-policy";
import { defineRule, type Found } from "./rule";
import { claimedPortsOf, distinctPorts, isClaimed, isPassedOver, isUnclaiming } from "./support/claimed-ports";
import { listProxiedNodes } from "./support/proxied-nodes";
import { readsOfProxies } from "../inventory/survey-pods";
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

/** externalTrafficPolicy Local and nodes without a usable local endpoint. Source: Service.spec.externalTrafficPolicy; findings.md F04, F45. */
export const localPolicyDrops = defineRule<LocalEvidence, Found<LocalEvidence>>({
  id: "local-policy-drops",
  severity: "warning",
  needs: ["services", "endpointslices", "nodes"],
  remedies: [answerEverywhere],
  reads: readsOfProxies,
  perService(snapshot, context, service) {
    if (isUnclaiming(service) || isPassedOver(service) || !isExternalLocal(service)) return null;
    const ports = service.ports.filter((port) => isClaimed(service, port));
    const places = ports.map((port) => {
      const usable = findPortEndpoints(snapshot, service, port).filter((each) => each.usable);
      // Pods of a manifest have no node yet: each of them will serve one.
      const unplaced = context.check === undefined ? 0 : usable.filter(({ nodeName }) => nodeName === null).length;
      return { port, nodes: new Set(usable.flatMap(({ nodeName }) => nodeName ?? [])), unplaced };
    });
    // Nothing anywhere is no-endpoints' to say.
    const live = places.filter(({ nodes, unplaced }) => nodes.size + unplaced > 0);
    if (live.length === 0) return null;
    const served = listProxiedNodes(snapshot, context);
    const answers = (name: string): boolean => live.every(({ nodes }) => nodes.has(name));
    const unplaced = Math.max(...live.map((each) => each.unplaced));
    const names = (wanted: (name: string) => boolean): string[] => served.map(({ name }) => name).filter(wanted);
    const excluded = new Set(served.filter((node) => excludeLabel in node.labels).map(({ name }) => name));
    const dropping = names((name) => !answers(name) && !excluded.has(name));
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
        excluded: [...excluded].filter((name) => !answers(name)),
        nodes: served.length,
        unplaced,
      },
    };
  },
  check: (_snapshot, _context, found) => found,
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
