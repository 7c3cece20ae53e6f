import { formatObjectRef } from "../model/meta";
import { hasPort } from "../policy/bands";
import { resolveAssumptions, type PortRange } from "../policy/policy";
import { moveHostPorts } from "../remedies/move-host-ports";
import { orSay } from "../remedies/or-say";
import { say } from "../remedies/words";
import { defineRule } from "./rule";
import { joinClaims, listNodeClaims } from "./support/node-claims";
import { knowNodePortRange } from "./support/node-port-range";
import { sayFew, sayRange } from "./support/order-words";
import { sayPorts, verb } from "./support/words";

type EphemeralEvidence = {
  readonly ephemeral: PortRange;
  /** The service node-port range where it reaches into the other, else null: then it is about host ports. */
  readonly nodePorts: PortRange | null;
  readonly holders: readonly string[];
};

/** Numbers are claimed from which the nodes also choose for outgoing connections. Source: net.ipv4.ip_local_port_range, stated by the policy; F19. */
export const ephemeralOverlap = defineRule<EphemeralEvidence>({
  id: "ephemeral-overlap",
  severity: "warning",
  needs: ["services", "pods"],
  remedies: orSay("service", say("none.ephemeral"), moveHostPorts),
  reads: (snapshot) => [listNodeClaims(snapshot), snapshot.events],
  *check(snapshot, context) {
    // No object of the cluster shows it: without the policy there is nothing to compare.
    const ephemeral = resolveAssumptions(context.policy, snapshot.cluster).ephemeralPortRange;
    if (ephemeral === null) return;
    const claims = listNodeClaims(snapshot).filter(({ port }) => hasPort(ephemeral, port.port));
    const range = knowNodePortRange(snapshot, context)?.range;
    const reaches = range !== undefined && range.first <= ephemeral.last && ephemeral.first <= range.last;
    for (const space of ["nodePort", "hostPort"] as const) {
      const joined = joinClaims(claims.filter((claim) => claim.space === space));
      const nodePorts = space === "nodePort" && reaches ? range : null;
      if (joined.ports.length === 0 && nodePorts === null) continue;
      const setting = { kind: "Setting", namespace: "", name: "ephemeralPortRange" };
      yield {
        ...joined,
        variant: space,
        subjects: [...joined.edited, setting],
        // One setting of the nodes is the cause, whoever takes numbers there.
        edited: [setting],
        evidence: { ephemeral, nodePorts, holders: joined.edited.map(formatObjectRef).sort() },
      };
    }
  },
  words: {
    en: {
      title: "Claimed ports lie in the nodes' ephemeral range",
      why: "A node takes the source ports of its outgoing connections from this range. While a connection has a claimed number, a listener on it cannot start, and packets of the connection may be taken for the Service's.",
      fix: "Move net.ipv4.ip_local_port_range out of the way, or keep the claimed numbers in net.ipv4.ip_local_reserved_ports.",
      describe({ ephemeral, nodePorts, holders }, { ports }) {
        const title =
          nodePorts === null
            ? `${sayPorts(ports)} ${verb(ports, "lies", "lie")} in the nodes' ephemeral range`
            : `The node-port range ${sayRange(nodePorts)} lies in the nodes' ephemeral range`;
        return {
          title,
          summary: `The nodes use ${sayRange(ephemeral)} for outgoing connections (policy: ephemeralPortRange). ${holders.length === 0 ? "No number of it is claimed yet." : `Claimed: ${sayPorts(ports)}, by ${sayFew(holders)}.`}`,
          symptoms: ["now and then a listener does not start: address already in use"],
        };
      },
    },
  },
});
