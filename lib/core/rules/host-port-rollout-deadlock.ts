import { listSchedulerPorts } from "../claims/scheduler-ports";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import { resolveOwner } from "../owners/owner";
import { letRolloutPass } from "../remedies/let-rollout-pass";
import { becomeDaemonSet } from "../remedies/one-per-node";
import { defineRule } from "./rule";
import { findBlocked, readsOfBlocked } from "./support/blocked-pods";
import { distinctPorts } from "./support/claimed-ports";
import { listHostPortRooms } from "./support/host-port-room";
import { resolveNumber, resolveRollout, schedulerMinor } from "./support/host-ports";
import { sayCount, sayPorts } from "./support/words";

type DeadlockEvidence =
  | { readonly cause: "no-spare-node"; readonly workload: string; readonly replicas: number; readonly free: number }
  | { readonly cause: "surge"; readonly workload: string; readonly maxSurge: number | string };

/** A rolling update that can never place its new pod, said before anybody starts it. Source: strategy of Deployments and DaemonSets; findings.md F24, F25. */
export const hostPortRolloutDeadlock = defineRule<DeadlockEvidence>({
  id: "host-port-rollout-deadlock",
  severity: "warning",
  needs: ["deployments", "daemonsets", "pods", "nodes"],
  remedies: [letRolloutPass, becomeDaemonSet],
  reads: readsOfBlocked,
  *check(snapshot, context) {
    // Under way already: host-port-conflict tells of the pod that waits.
    const waiting = new Set(findBlocked(snapshot, context).map(({ pod }) => formatObjectRef(resolveOwner(pod))));
    for (const { workload, ports, free } of listHostPortRooms(snapshot)) {
      const self: ObjectRef = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
      const replicas = workload.replicas ?? 1;
      // With fewer nodes than replicas it is the capacity that lacks, whatever the strategy.
      if (free.length !== replicas || resolveRollout(workload)?.maxUnavailable !== 0 || waiting.has(formatObjectRef(self))) continue;
      yield {
        subjects: [self],
        ports: distinctPorts(ports.map(({ port, protocol }) => ({ port, protocol }))),
        nodes: free.map((node) => node.name),
        evidence: { cause: "no-spare-node", workload: formatObjectRef(self), replicas, free: free.length },
      };
    }
    const minor = schedulerMinor(snapshot);
    for (const { kind, namespace, name, strategy, template } of snapshot.daemonsets.values()) {
      const ports = listSchedulerPorts(template, minor);
      // A percentage is of the nodes and rounds up: any but 0 % is at least one.
      if (ports.length === 0 || strategy.type !== "RollingUpdate" || resolveNumber(strategy.maxSurge ?? 0, 100) <= 0) continue;
      const self: ObjectRef = { kind, namespace, name };
      if (waiting.has(formatObjectRef(self))) continue;
      yield {
        subjects: [self],
        ports: distinctPorts(ports.map(({ port, protocol }) => ({ port, protocol }))),
        evidence: { cause: "surge", workload: formatObjectRef(self), maxSurge: strategy.maxSurge ?? 0 },
      };
    }
  },
  words: {
    en: {
      title: "A rollout that cannot place its new pod",
      why: "The new pod needs the hostPort that the old one still holds, and the strategy keeps the old one until the new one is ready: neither can go first. It shows only when somebody rolls out.",
      fix: "Let one pod be unavailable (maxUnavailable: 1, maxSurge: 0), or use the strategy Recreate.",
      describe(evidence, { ports }) {
        const numbers = sayPorts(ports);
        const title = `The next rollout of ${evidence.workload} will hang on hostPort ${numbers}`;
        const symptoms = ["the rollout hangs, with a new pod that stays Pending"];
        if (evidence.cause === "surge") {
          return {
            title,
            summary: `maxSurge ${String(evidence.maxSurge)} wants the new pod beside the old one on the same node, which holds the port.`,
            symptoms,
          };
        }
        return {
          title,
          summary: `${sayCount(evidence.replicas, "replica")} and ${sayCount(evidence.free, "node")} that can take one, with maxUnavailable 0: no node is left for the new pod.`,
          symptoms,
        };
      },
    },
  },
});
