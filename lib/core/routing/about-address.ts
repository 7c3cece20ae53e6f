// What is known about an address that is no node's and that nothing captured: whose it is, or that it is nobody's.

import { normaliseAddress } from "../basics/ip";
import { formatObjectRef } from "../model/meta";
import type { RouteQuery, RouteStep } from "../model/route";
import { exactKinds } from "./service-rules";
import { step } from "./steps";
import type { World } from "./world";

/** Returns: one step for each pod or Service that has the address (a pod is reached directly, a Service has no such port), else one when it is in the pod range; empty when nothing is known. */
export function aboutAddress(world: World, query: RouteQuery): readonly RouteStep[] {
  const address = normaliseAddress(query.address);
  const { lookup } = world.snapshot;
  const pods = lookup
    .podsByAddress(address)
    .map((pod) => step("podAddress", formatObjectRef({ kind: "Pod", namespace: pod.namespace, name: pod.name }), "status.podIPs", address));
  const services = lookup.servicesByAddress(address).map((service) => {
    const [kind = "loadBalancerIP"] = exactKinds(service, address);
    const field = kind === "clusterIP" ? "spec.clusterIPs" : kind === "externalIP" ? "spec.externalIPs" : "status.loadBalancer.ingress";
    const ports = service.ports.map(({ port, protocol }) => `${String(port)}/${protocol}`).join(", ");
    return step("serviceAddress", formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name }), field, address, {
      ports,
    });
  });
  if (pods.length + services.length > 0) return [...pods, ...services];
  return world.inPodRange(address) ? [step("podRange", null, "clusterCIDR", address)] : [];
}
