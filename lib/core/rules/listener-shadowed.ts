import { compareNatural } from "../basics/order";
import { normaliseAddress } from "../basics/ip";
import type { PortOfFinding } from "../model/finding";
import type { ObjectRef } from "../model/meta";
import { formatObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import { hasPort } from "../policy/bands";
import type { Context } from "../policy/policy";
import { isSystemPort } from "../policy/system-ports";
import { moveOffListener } from "../remedies/move-numbers";
import { leaveNodeAddress } from "../remedies/leave-address";
import { orSay } from "../remedies/or-say";
import { say } from "../remedies/words";
import { defineRule } from "./rule";
import { isPassedOver, isUnclaiming } from "./support/claimed-ports";
import { knowNodePortRange } from "./support/node-port-range";
import { surveyPods } from "../inventory/survey-pods";
import { leadsToHolder } from "./support/target-ports";
import { sayList, sayPorts } from "./support/words";

type ShadowEvidence = { readonly listener: string; readonly services: readonly string[]; readonly by: "nodePort" | "address" | "range" };
type Listener = { readonly owner: ObjectRef; readonly port: PortOfFinding; readonly pods: PodRecord[] };

/** A hostNetwork port equals a nodePort, or merely lies in the range. Source: routing.md R3.1.3, R3.1.4; findings.md F30. */
export const listenerShadowed = defineRule<ShadowEvidence>({
  id: "listener-shadowed",
  severity: "warning",
  needs: ["services", "pods", "nodes"],
  remedies: orSay("service", say("none.listener"), moveOffListener, leaveNodeAddress),
  reads: (snapshot) => [snapshot.services, snapshot.nodes, snapshot.events, surveyPods(snapshot).hostPorts],
  *check(snapshot, context) {
    const range = knowNodePortRange(snapshot, context)?.range;
    for (const { owner, port, pods } of findListeners(snapshot)) {
      const holding = snapshot.lookup.servicePortsByNodePort(port.port).filter(({ service }) => !isUnclaiming(service));
      const byNodePort = holding.filter(
        ({ service, portIndex }) => !isPassedOver(service) && service.ports[portIndex]?.protocol === port.protocol,
      );
      const byAddress = byNodePort.length > 0 ? [] : servicesOnAddresses(snapshot, context, pods, port);
      const services = byNodePort.length > 0 ? byNodePort.map(({ service }) => service) : byAddress;
      // A number that a Service holds for another protocol is given to no other Service.
      if (services.length === 0 && (holding.length > 0 || range === undefined || !hasPort(range, port.port))) continue;
      yield {
        variant: services.length === 0 ? "range" : "shadowed",
        severity: services.length === 0 ? "info" : "warning",
        subjects: [...services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })), owner],
        edited: [owner],
        ports: [port],
        nodes: [...new Set(pods.flatMap(({ nodeName }) => nodeName ?? []))].sort(compareNatural),
        evidence: {
          listener: formatObjectRef(owner),
          services: services.map(({ namespace, name }) => `${namespace}/${name}`).sort(),
          by: byNodePort.length > 0 ? "nodePort" : services.length > 0 ? "address" : "range",
        },
      };
    }
  },
  words: {
    en: {
      title: "A host listener is shadowed by a Service",
      why: "kube-proxy translates packets for a nodePort before any socket of the node sees them. A hostNetwork pod on the same number starts without an error, and never gets a connection on the node's addresses.",
      fix: "Give the listener a port outside of the node-port range, or the Service another nodePort.",
      describe({ listener, services, by }, { ports }) {
        const subject = sayPorts(ports);
        if (by === "range") {
          return {
            title: `${subject} of ${listener} lies in the node-port range`,
            summary: "A Service may be given this number at any time, and would then take its connections.",
            symptoms: [],
          };
        }
        return {
          title: `${subject} of ${listener} is shadowed by ${sayList(services)}`,
          summary: `Connections to the nodes' addresses reach ${sayList(services)}, not the listener${by === "address" ? "; the Service has the node's address as its own" : ""}.`,
          symptoms: ["the listener runs, and nobody reaches it"],
        };
      },
    },
  },
});

/** Declared ports of Running hostNetwork pods, one entry per owner and port. */
function findListeners(snapshot: Snapshot): readonly Listener[] {
  const listeners = new Map<string, Listener>();
  for (const pod of surveyPods(snapshot).hostPorts) {
    if (!pod.hostNetwork || pod.phase !== "Running" || pod.nodeName === null) continue;
    const owner = resolveOwner(pod);
    for (const container of pod.containers) {
      if (container.role === "init") continue;
      for (const { containerPort, protocol } of container.ports) {
        const key = `${formatObjectRef(owner)} ${String(containerPort)}/${protocol}`;
        const known = listeners.get(key);
        if (known === undefined) listeners.set(key, { owner, port: { port: containerPort, protocol }, pods: [pod] });
        else if (!known.pods.includes(pod)) known.pods.push(pod);
      }
    }
  }
  return [...listeners.values()];
}

/** Services that have an address of one of these pods' nodes as their own, on this port. */
function servicesOnAddresses(
  snapshot: Snapshot,
  { policy }: Context,
  pods: readonly PodRecord[],
  port: PortOfFinding,
): readonly ServiceRecord[] {
  const names = new Set(pods.flatMap(({ nodeName }) => nodeName ?? []));
  const addresses = [...snapshot.nodes.values()]
    // Of a port that the node needs itself external-ip-on-node tells, and worse.
    .filter((node) => names.has(node.name) && !(port.protocol === "TCP" && isSystemPort(snapshot, policy, node, port.port)))
    .flatMap((node) => node.addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => normaliseAddress(address)));
  const found = addresses
    .flatMap((address) => snapshot.lookup.servicesByAddress(address))
    .filter(
      (service) =>
        !isUnclaiming(service) &&
        !isPassedOver(service) &&
        !pods.every((pod) => leadsToHolder(service, pod, port)) &&
        service.ports.some((each) => each.port === port.port && each.protocol === port.protocol),
    );
  return [...new Set(found)];
}
