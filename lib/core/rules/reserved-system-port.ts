import { formatObjectRef } from "../model/meta";
import type { NodeRecord } from "../model/node";
import { hasPort } from "../policy/bands";
import { moveHostPorts } from "../remedies/move-host-ports";
import { moveNumbers } from "../remedies/move-numbers";
import { defineRule } from "./rule";
import { joinClaims, listNodeClaims } from "./support/node-claims";
import { sayFew } from "./support/order-words";
import { systemPortRanges, type MachineRole } from "./support/system-ports";
import { sayPorts, verb } from "./support/words";

type SystemPortEvidence = { readonly role: MachineRole; readonly holders: readonly string[] };

const roles: readonly MachineRole[] = ["controlPlane", "node"];
const controlPlaneLabels = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master", "node-role.kubernetes.io/etcd"];

/** A claim on a number that the node itself needs. Source: kubernetes.io "Ports and Protocols"; the policy's `systemPorts`. */
export const reservedSystemPort = defineRule<SystemPortEvidence>({
  id: "reserved-system-port",
  severity: "critical",
  needs: ["services", "pods", "nodes"],
  remedies: [moveNumbers, moveHostPorts],
  reads: (snapshot) => [listNodeClaims(snapshot), snapshot.nodes],
  *check(snapshot, { policy }) {
    const nodes = [...snapshot.nodes.values()];
    const control = new Set<string>(nodes.filter(isControlPlane).map(({ name }) => name));
    const claims = listNodeClaims(snapshot).filter(({ byRight }) => !byRight);
    for (const role of roles) {
      const ranges = systemPortRanges(policy, role);
      const taken = claims.filter(
        ({ port, node }) =>
          ranges.some((range) => hasPort(range, port.port)) && (role === "node" || (node === null ? control.size > 0 : control.has(node))),
      );
      for (const members of Map.groupBy(taken, ({ holder }) => formatObjectRef(holder)).values()) {
        const joined = joinClaims(members);
        yield { ...joined, variant: role, subjects: joined.edited, evidence: { role, holders: joined.edited.map(formatObjectRef) } };
      }
    }
  },
  words: {
    en: {
      title: "A claim on a port that the node itself needs",
      why: "The machine's own service and the claim cannot both have the number: one of them does not start, or the Service takes the connections that were meant for the machine.",
      fix: "Choose another number. A number that the nodes do not use may be taken out of `systemPorts` in the policy file.",
      describe({ role, holders }, { ports }) {
        return {
          title: `${sayFew(holders)} ${holders.length === 1 ? "takes" : "take"} ${sayPorts(ports)}, which the ${role === "node" ? "nodes need themselves" : "control plane needs itself"}`,
          summary: `${sayPorts(ports)} ${verb(ports, "is", "are")} kept for ${role === "node" ? "the services of every node" : "the control plane's nodes"}.`,
          symptoms: role === "node" ? ["no SSH, or the node becomes NotReady"] : ["the API server or etcd cannot be reached"],
        };
      },
    },
  },
});

function isControlPlane({ labels }: NodeRecord): boolean {
  return controlPlaneLabels.some((label) => labels[label] !== undefined);
}
