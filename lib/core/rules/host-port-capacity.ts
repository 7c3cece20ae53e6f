import { formatObjectRef } from "../model/meta";
import { resolveOwner } from "../owners/owner";
import { isUnplaceable } from "./support/unplaceable";
import { moveCrowded } from "../remedies/move-host-ports";
import { becomeDaemonSet, fitReplicas } from "../remedies/one-per-node";
import { defineRule } from "./rule";
import { findBlocked, readsOfBlocked } from "./support/blocked-pods";
import { distinctPorts } from "./support/claimed-ports";
import { listHostPortRooms } from "./support/host-port-room";
import { sayCount, sayList, sayPorts } from "./support/words";

type CapacityEvidence = {
  readonly workload: string;
  readonly replicas: number;
  /** Nodes that the template may use, and those of them where the ports are free of others. */
  readonly eligible: number;
  readonly free: number;
  readonly holders: readonly string[];
};

/** More replicas than nodes that can take one each. Source: Deployment.spec.replicas, scheduler plugin NodePorts; findings.md. */
export const hostPortCapacity = defineRule<CapacityEvidence>({
  id: "host-port-capacity",
  severity: "warning",
  needs: ["deployments", "pods", "nodes"],
  remedies: [moveCrowded, fitReplicas, becomeDaemonSet],
  reads: readsOfBlocked,
  *check(snapshot, context) {
    // A pod that waits already says it better: host-port-conflict.
    const waiting = new Set(findBlocked(snapshot, context).map(({ pod }) => formatObjectRef(resolveOwner(pod))));
    for (const { workload, ports, nodes, free, holders } of listHostPortRooms(snapshot)) {
      const { kind, namespace, name } = workload;
      const replicas = workload.replicas ?? 1;
      const self = { kind, namespace, name };
      if (nodes.length === 0 || free.length >= replicas || waiting.has(formatObjectRef(self)) || isUnplaceable(context, self)) continue;
      yield {
        subjects: [self, ...holders],
        edited: [self],
        ports: distinctPorts(ports.map(({ port, protocol }) => ({ port, protocol }))),
        nodes: free.map((node) => node.name),
        evidence: {
          workload: formatObjectRef(self),
          replicas,
          eligible: nodes.length,
          free: free.length,
          holders: holders.map(formatObjectRef).sort(),
        },
      };
    }
  },
  words: {
    en: {
      title: "More replicas than nodes that have the host port",
      why: "A node takes one pod with a given hostPort. Replicas beyond the nodes that may take one stay Pending.",
      fix: "Run fewer replicas, let the pods onto more nodes, or use a DaemonSet: one pod on each node, and never more.",
      describe({ workload, replicas, eligible, free, holders }, { ports }) {
        const taken =
          holders.length === 0
            ? ""
            : `, and ${sayList(holders)} ${holders.length === 1 ? "holds" : "hold"} the port on ${String(eligible - free)} of them`;
        return {
          title: `${workload} wants ${sayCount(replicas, "replica")}, and ${free === 1 ? "1 node has" : `${String(free)} nodes have`} ${sayPorts(ports)} for it`,
          summary: `Its pods may run on ${sayCount(eligible, "node")}${taken}: ${sayCount(replicas - free, "replica")} cannot be placed.`,
          symptoms: ["pods stay Pending"],
        };
      },
    },
  },
});
