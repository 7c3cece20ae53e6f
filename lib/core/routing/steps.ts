// The steps of a decision as facts: what object and field decided. words.ts says them.

import { sameAddress } from "../basics/ip";
import { formatObjectRef } from "../model/meta";
import type { RouteStep } from "../model/route";
import type { ServiceRecord } from "../model/service";
import type { Member } from "./claimants";
import type { NodeView } from "./node-view";
import type { Packet } from "./packet";
import { acceptsNodePort } from "./node-view";
import type { HostPortMapping } from "./host-port";
import type { Place } from "./world";

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

/** A packet at a node. `local`: the destination is the node's; `place`: what is known of that address there. */
export type Arrival = { readonly view: NodeView; readonly packet: Packet; readonly local: boolean; readonly place: Place | undefined };

/** The destination: whose address it is, and whether NodePorts answer on it. Said once per address of a node. */
export function addressStep(arrival: Arrival): RouteStep {
  const { place } = arrival;
  return place === undefined ? makeAddressStep(arrival) : (place.step ??= makeAddressStep(arrival));
}

function makeAddressStep({ view, packet, local }: Arrival): RouteStep {
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
  return step("address", `Node/${view.name}`, field, packet.address, {
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
  return step("claim", member.object, field, String(claim.port), { kind: claim.kind, rivals });
}

export function endpointsStep(member: Member): RouteStep {
  // Nodes that may use the same endpoints share their Categories, and with them this step.
  return (member.categories.step ??= makeEndpointsStep(member));
}

function makeEndpointsStep(member: Member): RouteStep {
  const { endpoints, categories } = member;
  const slices = [...new Set(endpoints.map(({ slice }) => slice))];
  const object = slices.length === 1 ? `EndpointSlice/${member.service.namespace}/${slices[0] ?? ""}` : member.object;
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
  const field = member.claim.kind === "clusterIP" ? "spec.internalTrafficPolicy" : "spec.externalTrafficPolicy";
  return step("policy", member.object, field, member.policy, {
    policy: chosen.policy,
    shortCircuit: chosen.shortCircuit,
    clientClass: packet.clientClass,
    node: view.name,
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
      member.object,
      topology === "node" ? "endpoints[].hints.forNodes" : "endpoints[].hints.forZones",
      topology === "node" ? view.name : (view.node.labels["topology.kubernetes.io/zone"] ?? ""),
      { topology },
    ),
  ];
}

export function choiceStep(member: Member, count: number): RouteStep {
  const seconds = member.affinitySeconds;
  return step("choice", member.object, "spec.sessionAffinity", seconds === null ? "None" : "ClientIP", {
    count,
    affinitySeconds: seconds ?? 0,
  });
}

/** UDP has no end that the node could see: what conntrack knows goes on to the backend that it began with, whatever the rules say now. */
export function openFlowsStep(member: Member, { protocol }: Packet): readonly RouteStep[] {
  return protocol === "UDP" ? [step("openFlows", member.object, null, null)] : [];
}

export function verdictStep(member: Member, kind: "rejected" | "dropped", view: NodeView): RouteStep {
  return kind === "rejected"
    ? step("reject", member.object, "endpoints", String(member.endpoints.length), {
        total: member.endpoints.length,
        proxy: view.proxy.label,
      })
    : step(
        "drop",
        member.object,
        member.claim.kind === "clusterIP" ? "spec.internalTrafficPolicy" : "spec.externalTrafficPolicy",
        "Local",
        { node: view.name },
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

export function serviceName({ namespace, name }: ServiceRecord): string {
  return formatObjectRef({ kind: "Service", namespace, name });
}
