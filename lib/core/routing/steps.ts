// The steps of a decision as facts: what object and field decided. words.ts says them.

import { sameAddress } from "../basics/ip";
import { formatObjectRef } from "../model/meta";
import type { RouteStep } from "../model/route";
import type { Member } from "./service-claims";
import type { NodeView } from "./node-view";
import type { Packet } from "./packet";
import { acceptsNodePort } from "./node-view";
import type { HostPortMapping } from "./host-port";

type Detail = RouteStep["detail"];

export function step(
  code: RouteStep["code"],
  object: string | null,
  field: string | null,
  value: string | null,
  detail: Detail = {},
): RouteStep {
  return { code, object, field, value, detail };
}

/** The destination: whose address it is, and whether NodePorts answer on it. */
export function addressStep(view: NodeView, packet: Packet, local: boolean): RouteStep {
  let ofView = addressSteps.get(view);
  if (ofView === undefined) addressSteps.set(view, (ofView = new Map<string, RouteStep>()));
  // Only the node's own few addresses are kept.
  const known = ofView.get(packet.address);
  if (known !== undefined) return known;
  const made = makeAddressStep(view, packet, local);
  if (view.local.has(packet.address)) ofView.set(packet.address, made);
  return made;
}

const addressSteps = new WeakMap<NodeView, Map<string, RouteStep>>();

function makeAddressStep(view: NodeView, packet: Packet, local: boolean): RouteStep {
  const place = view.node.addresses.findIndex(({ address }) => sameAddress(address, packet.address));
  const origin = view.local.get(packet.address);
  const field =
    place >= 0
      ? `status.addresses[${String(place)}]`
      : origin === "bridge"
        ? "spec.podCIDRs"
        : origin === "policy"
          ? "unlistedNodeAddresses"
          : null;
  return step("address", `Node/${view.node.name}`, field, packet.address, {
    local,
    accepts: local && view.proxy.kind === "kubeProxy" && acceptsNodePort(view, packet.address),
    proxy: view.proxy.label,
    assumed: origin === "bridge" || origin === "policy",
  });
}

export function claimStep(member: Member, rivals: number): RouteStep {
  const { claim, portIndex } = member;
  const field =
    claim.kind === "nodePort"
      ? `spec.ports[${String(portIndex)}].nodePort`
      : claim.kind === "externalIP"
        ? "spec.externalIPs"
        : claim.kind === "clusterIP"
          ? "spec.clusterIPs"
          : "status.loadBalancer.ingress";
  return step("claim", serviceName(member), field, String(claim.port), { kind: claim.kind, rivals });
}

export function endpointsStep(member: Member): RouteStep {
  // Nodes that may use the same endpoints share their Categories, and with them this step.
  return (member.categories.shared.step ??= makeEndpointsStep(member));
}

function makeEndpointsStep(member: Member): RouteStep {
  const { endpoints, categories } = member;
  const slices = [...new Set(endpoints.map(({ slice }) => slice))];
  const object = slices.length === 1 ? `EndpointSlice/${member.service.namespace}/${slices[0] ?? ""}` : serviceName(member);
  const ready = endpoints.filter((endpoint) => endpoint.ready).length;
  const field = endpoints.length === 0 ? "endpoints" : `endpoints[0..${String(endpoints.length - 1)}]`;
  return step("endpoints", object, slices.length === 1 ? field : "EndpointSlices", `${String(ready)} ready`, {
    ready,
    total: endpoints.length,
    slices: slices.length,
    converted: endpoints.some(({ converted }) => converted),
    cluster: categories.cluster.length,
    local: categories.local.length,
    fallback: categories.clusterFallback,
  });
}

export function policyStep(
  member: Member,
  chosen: { readonly policy: "cluster" | "local"; readonly shortCircuit: boolean },
  view: NodeView,
  packet: Packet,
): RouteStep {
  const internal = member.claim.kind === "clusterIP";
  const value = internal ? member.service.internalTrafficPolicy : member.service.externalTrafficPolicy;
  return step("policy", serviceName(member), internal ? "spec.internalTrafficPolicy" : "spec.externalTrafficPolicy", value, {
    policy: chosen.policy,
    shortCircuit: chosen.shortCircuit,
    clientClass: packet.clientClass,
    node: view.node.name,
    local: member.categories.local.length,
    cluster: member.categories.cluster.length,
  });
}

export function topologyStep(member: Member, view: NodeView): readonly RouteStep[] {
  const { topology } = member.categories;
  if (topology === "") return [];
  return [
    step(
      "topology",
      serviceName(member),
      topology === "node" ? "endpoints[].hints.forNodes" : "endpoints[].hints.forZones",
      topology === "node" ? view.node.name : (view.node.labels["topology.kubernetes.io/zone"] ?? ""),
      { topology },
    ),
  ];
}

export function choiceStep(member: Member, count: number): RouteStep {
  const seconds = member.service.sessionAffinitySeconds;
  return step("choice", serviceName(member), "spec.sessionAffinity", seconds === null ? "None" : "ClientIP", {
    count,
    affinitySeconds: seconds ?? 0,
  });
}

/** UDP has no end that the node could see: what conntrack knows goes on to the backend that it began with, whatever the rules say now. */
export function openFlowsStep(member: Member, { protocol }: Packet): readonly RouteStep[] {
  return protocol === "UDP" ? [step("openFlows", serviceName(member), null, null)] : [];
}

export function verdictStep(member: Member, kind: "rejected" | "dropped", view: NodeView): RouteStep {
  return kind === "rejected"
    ? step("reject", serviceName(member), "endpoints", String(member.endpoints.length), {
        total: member.endpoints.length,
        proxy: view.proxy.label,
      })
    : step(
        "drop",
        serviceName(member),
        member.claim.kind === "clusterIP" ? "spec.internalTrafficPolicy" : "spec.externalTrafficPolicy",
        "Local",
        { node: view.node.name },
      );
}

export function hostPortStep(mapping: HostPortMapping, view: NodeView, others: number): RouteStep {
  const { pod, container, port } = mapping;
  return step(
    "hostPort",
    formatObjectRef({ kind: "Pod", namespace: pod.namespace, name: pod.name }),
    `spec.containers[${container}].ports[].hostPort`,
    String(port.hostPort),
    {
      containerPort: port.containerPort,
      implementation: view.proxy.hostPortImplementation,
      hostIP: port.hostIP,
      others,
    },
  );
}

export function serviceName(member: Pick<Member, "service">): string {
  return formatObjectRef({ kind: "Service", namespace: member.service.namespace, name: member.service.name });
}
