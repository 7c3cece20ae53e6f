import { compareNatural } from "../basics/order";
import { formatObjectRef } from "../model/meta";
import { defineRule } from "./rule";
import { sayFew } from "./support/order-words";
import { findUnplaceable, type Unplaceable } from "./support/unplaceable";
import { sayCount, sayList, sayPorts, verb } from "./support/words";

type UnplaceableEvidence = {
  readonly workload: string;
  readonly cause: Unplaceable;
  readonly wanted: number;
  /** How many pods can be placed, and how many nodes their placement rules out. */
  readonly placeable: number;
  readonly excluded: number;
  readonly taken: readonly { readonly node: string; readonly holder: string; readonly port: number; readonly protocol: string }[];
};

/** A pod of a manifest asks for a host port that no node can give. Source: scheduler plugins NodePorts, NodeAffinity, TaintToleration; findings.md "Only in a check". */
export const hostPortUnplaceable = defineRule<UnplaceableEvidence>({
  id: "host-port-unplaceable",
  severity: "critical",
  scope: "check",
  needs: ["nodes", "pods"],
  *check(_, context) {
    for (const placement of context.check?.placements ?? []) {
      const cause = findUnplaceable(placement);
      if (cause === null) continue;
      const { object, ports, wanted, staying, free, excluded, taken } = placement;
      const isTaken = (asked: (typeof ports)[number]): boolean =>
        taken.some(({ port, protocol }) => port === asked.port && protocol === asked.protocol);
      const holders = new Map(taken.map(({ holder }) => [formatObjectRef(holder), holder]));
      yield {
        variant: cause,
        severity: cause === "too-few" ? "warning" : "critical",
        subjects: [object, ...holders.values()],
        edited: [object],
        // Where somebody is in the way, only of what they hold.
        ports: cause === "held" || cause === "some-nodes" ? ports.filter(isTaken) : ports,
        nodes: [...new Set(taken.map(({ node }) => node))].sort(compareNatural),
        evidence: {
          workload: formatObjectRef(object),
          cause,
          wanted,
          placeable: staying.length + free.length,
          excluded,
          taken: taken.map(({ node, holder, port, protocol }) => ({ node, holder: formatObjectRef(holder), port, protocol })),
        },
      };
    }
  },
  words: {
    en: {
      title: "No node can take a host port of the manifest",
      why: "A node takes one pod with a given hostPort, protocol and host IP. Where every node that the pod may use has such a pod already, the new one stays Pending.",
      fix: "Choose another hostPort (portolan free --kind hostPort), or let the pod onto nodes where it is free.",
      describe({ workload, cause, wanted, placeable, excluded, taken }, { ports, nodes }) {
        const names = [...new Set(taken.map(({ holder }) => holder))];
        const holders = sayFew(names);
        const hold = `${names.length === 1 ? "holds" : "hold"} ${verb(ports, "it", "them")}`;
        const ruledOut =
          excluded === 0
            ? ""
            : ` ${sayCount(excluded, "node")} ${excluded === 1 ? "is" : "are"} ruled out by selector, affinity or taints.`;
        const where = nodes.length <= 3 ? sayList(nodes) : `${String(nodes.length)} nodes`;
        const symptoms = ["pods stay Pending"];
        switch (cause) {
          case "no-node":
            return {
              title: `No node fits ${workload}`,
              summary: `Its pods ask for ${sayPorts(ports)}, and there is no node that they may use.${ruledOut}`,
              symptoms,
            };
          case "held":
            return {
              title: `${sayPorts(ports)} of ${workload} ${verb(ports, "is", "are")} not free on any node`,
              summary: `Held on ${where}, all that it may use, by ${holders}.${ruledOut}`,
              symptoms,
            };
          case "some-nodes":
            return {
              title: `${sayPorts(ports)} of ${workload} ${verb(ports, "is", "are")} taken on ${where}`,
              summary: `A DaemonSet wants a pod on each of its ${sayCount(wanted, "node")}; there ${holders} ${hold}.${ruledOut}`,
              symptoms,
            };
          case "too-few":
            return {
              title: `${workload} wants ${sayCount(wanted, "pod")}, and ${sayCount(placeable, "node")} can take one`,
              summary: `${sayPorts(ports)} ${verb(ports, "exists", "exist")} once on each node${taken.length === 0 ? "" : `, and ${holders} ${hold} on ${where}`}.${ruledOut}`,
              symptoms,
            };
        }
      },
    },
  },
});
