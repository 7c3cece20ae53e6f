// The last stop of a packet on its own node: kube-proxy's health check, a hostNetwork listener, or nothing; and why nothing (routing.md 1.7, 1.10).

import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { Container, PodRecord } from "../model/pod";
import type { ClosedReason, RouteStep } from "../model/route";
import type { Daemon } from "../model/step-code";
import type { Answer } from "./answer";
import { categorizeEndpoints } from "./categorize";
import { findUnmapped } from "./host-port";
import { healthCheckListens, type NodeView } from "./node-view";
import type { Packet } from "./packet";
import type { Claims } from "./service-claims";
import { ignoredByProxy, servedFamilies } from "./service-rules";
import { addressStep, step, type Arrival } from "./steps";
import type { ServiceRecord } from "../model/service";
import type { World } from "./world";

/** The node's own answer to a packet that is for it and that nobody translated or refused. */
export function answerOfSockets(question: Question, claims: Claims): Answer {
  const { world, view, packet, declaring } = question;
  const healthCheck = answerOfHealthCheck(question);
  if (healthCheck?.answer !== undefined) return healthCheck.answer;
  const listeners = findListeners(declaring, packet);
  const address = addressStep(question);
  if (listeners.length > 0) {
    const [first] = listeners;
    return {
      outcome: { kind: "listener", pods: listeners },
      claim: first === undefined ? null : { kind: "hostNetwork", namespace: first.namespace, name: first.name, port: packet.port },
      affinitySeconds: null,
      steps: [
        address,
        ...listeners.map((pod) => step("listener", formatObjectRef(pod), "spec.containers[].ports[].containerPort", String(packet.port))),
      ],
    };
  }
  const { reason, steps } = whyClosed(world, view, packet, claims, healthCheck !== undefined);
  return { outcome: { kind: "closed", reason }, claim: null, affinitySeconds: null, steps: [address, ...steps] };
}

/** A packet at a node, with the node's pods that declare its number. */
type Question = Arrival & { readonly world: World; readonly declaring: readonly PodRecord[] };

/** Running hostNetwork pods among those of the node that declare this port; where they bind is not in the API. */
export function findListeners(declaring: readonly PodRecord[], packet: Pick<Packet, "port" | "protocol">): readonly ObjectRef[] {
  return declaring
    .filter((pod) => pod.hostNetwork && pod.phase === "Running" && pod.containers.some((container) => listensOn(container, packet)))
    .map(({ namespace, name }) => ({ kind: "Pod", namespace, name }));
}

/** Ordinary init containers are over once the pod runs. */
function listensOn(container: Container, packet: Pick<Packet, "port" | "protocol">): boolean {
  return container.role !== "init" && container.ports.some((port) => port.hostPort === packet.port && port.protocol === packet.protocol);
}

/** A health check that claims the number; `answer` undefined when it does not listen on this address. */
function answerOfHealthCheck(question: Question): { readonly answer: Answer | undefined } | undefined {
  const { world, view, packet } = question;
  if (packet.protocol !== "TCP" || view.proxy.kind !== "kubeProxy") return undefined;
  const service = world.snapshot.lookup.servicesByHealthCheckNodePort(packet.port).find((each) => hasHealthCheck(each, view));
  if (service === undefined) return undefined;
  if (!healthCheckListens(view, packet.address, servedFamilies(service))) return { answer: undefined };
  const localEndpoints = countLocalReady(world, view, service, packet);
  return {
    answer: {
      outcome: { kind: "healthCheck", localEndpoints },
      claim: { kind: "healthCheckNodePort", namespace: service.namespace, name: service.name, port: packet.port },
      affinitySeconds: null,
      steps: [
        addressStep(question),
        step(
          "healthCheck",
          formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name }),
          "spec.healthCheckNodePort",
          String(packet.port),
          { localEndpoints, node: view.name },
        ),
      ],
    },
  };
}

function hasHealthCheck(service: ServiceRecord, view: NodeView): boolean {
  const served = servedFamilies(service).some((family) => ignoredByProxy(service, family, view.proxy.minor) === null);
  return service.type === "LoadBalancer" && service.externalTrafficPolicy === "Local" && served;
}

/** Unique addresses of ready endpoints on this node over all ports; up to 1.35 one server counts one family, IPv4 where it is served, for both. */
function countLocalReady(world: World, view: NodeView, service: ServiceRecord, packet: Packet): number {
  const family = view.proxy.minor >= 36 ? packet.family : (servedFamilies(service)[0] ?? packet.family);
  const addresses = service.ports.flatMap((port) => {
    const { list } = world.endpoints(service, port, family, view);
    const { local, localFallback } = categorizeEndpoints(service, port, list, view.node, view.proxy.minor);
    return localFallback ? [] : local.map(({ address }) => address);
  });
  return new Set(addresses).size;
}

function whyClosed(
  world: World,
  view: NodeView,
  packet: Packet,
  claims: Claims,
  healthCheckElsewhere: boolean,
): { readonly reason: ClosedReason; readonly steps: readonly RouteStep[] } {
  const object = (service: ServiceRecord): string => formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name });
  const [ignored] = claims.ignored;
  if (view.proxy.kind === "none") {
    const [claimant] = world.snapshot.lookup.servicePortsByNodePort(packet.port);
    if (claimant !== undefined)
      return {
        reason: "no-service-proxy",
        steps: [step("noProxy", `Node/${view.name}`, "kube-proxy", null, { service: object(claimant.service) })],
      };
  } else if (ignored !== undefined) {
    const reason = ignored.why.why === "family" ? "family-not-served" : "ignored-by-proxy";
    return {
      reason,
      steps: [
        step(ignored.why.why === "family" ? "familyNotServed" : "ignored", object(ignored.service), ignored.why.field, ignored.why.value, {
          why: ignored.why.why,
          family: packet.family,
        }),
      ],
    };
  }
  const [unaccepted] = claims.nodePorts;
  if (unaccepted !== undefined)
    return {
      reason: "address-not-accepted",
      steps: [
        step("notAccepted", whereSet(view, "nodePortAddresses"), "nodePortAddresses", view.proxy.nodePortAddresses.join(","), {
          service: object(unaccepted.service),
        }),
      ],
    };
  if (healthCheckElsewhere)
    return {
      reason: "address-not-accepted",
      steps: [
        step("notAccepted", whereSet(view, "nodePortAddresses"), "nodePortAddresses", view.proxy.nodePortAddresses.join(","), {
          service: "",
        }),
      ],
    };
  const unmapped = findUnmapped(world.snapshot, view, packet);
  if (unmapped !== undefined) {
    const { pod, container } = unmapped;
    return {
      reason: "host-port-not-mapped",
      steps: [
        step(
          "notMapped",
          formatObjectRef({ kind: "Pod", namespace: pod.namespace, name: pod.name }),
          `spec.initContainers[${container.name}].ports[].hostPort`,
          String(packet.port),
        ),
      ],
    };
  }
  const daemon = packet.protocol === "TCP" ? (daemons[packet.port] ?? "") : "";
  return { reason: "unclaimed", steps: [step("unclaimed", `Node/${view.name}`, null, null, { daemon })] };
}

/** What usually listens on a node without any object that says so (R1.7.3). */
const daemons: Readonly<Record<number, Daemon>> = {
  22: "sshd",
  2379: "etcd",
  2380: "etcd",
  6443: "kube-apiserver",
  10248: "kubelet-health",
  10249: "kube-proxy-metrics",
  10250: "kubelet",
  10256: "kube-proxy-health",
  10257: "kube-controller-manager",
  10259: "kube-scheduler",
};

/** The object that states a setting of the node's proxy; the node where none does. */
function whereSet({ name, assumptions }: NodeView, setting: string): string {
  const from = assumptions.find(({ what }) => what === setting)?.from ?? "";
  return /^[A-Z][A-Za-z]+\/\S+$/.test(from) ? from : `Node/${name}`;
}
