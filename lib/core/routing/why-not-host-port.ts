// "Why not this pod?" for a pod that takes the number on a node itself, by a hostPort or as a listener of its node.

import { familyOf } from "../basics/ip";
import type { Container, PodRecord } from "../model/pod";
import type { Route, RouteStep } from "../model/route";
import { hasSandbox } from "./host-port";
import { step } from "./steps";

/**
 * What keeps a pod's own hostPort or listener from answering.
 *
 * Returns: undefined when the pod declares no such port on a node; else otherNode, notRunning, notMapped, otherHostIP, otherFamily or shadowed.
 */
export function explainHostPort(route: Route, pod: PodRecord, object: string, claim: string | null): readonly RouteStep[] | undefined {
  const declared = findDeclared(route, pod);
  if (declared === undefined) return undefined;
  const { container, hostIP } = declared;
  const { query } = route;
  const field = `spec.${container.role === "main" ? "containers" : "initContainers"}[${container.name}].ports[].hostPort`;
  if (route.node !== null && pod.nodeName !== route.node)
    return [step("otherNode", object, "spec.nodeName", pod.nodeName, { node: route.node, port: query.port })];
  if (pod.hostNetwork ? pod.phase !== "Running" : !hasSandbox(pod)) return [step("notRunning", object, "status.phase", pod.phase)];
  if (!pod.hostNetwork && container.role !== "main") return [step("notMapped", object, field, String(query.port))];
  const family = familyOf(query.address) ?? "IPv4";
  if (!pod.hostNetwork && !pod.podIPs.some((ip) => familyOf(ip) === family))
    return [step("otherFamily", object, "status.podIPs", pod.podIPs.join(","), { family })];
  if (claim !== null) return [step("shadowed", object, "claim", claim, { service: object })];
  return pod.hostNetwork || hostIP === "" ? undefined : [step("otherHostIP", object, field.replace(/hostPort$/, "hostIP"), hostIP)];
}

/** The container that declares the number on the node; a hostNetwork pod's ordinary init containers are over. */
function findDeclared({ query }: Route, pod: PodRecord): { readonly container: Container; readonly hostIP: string } | undefined {
  for (const container of pod.containers) {
    if (pod.hostNetwork && container.role === "init") continue;
    const port = container.ports.find(({ hostPort, protocol }) => hostPort === query.port && protocol === query.protocol);
    if (port !== undefined) return { container, hostIP: port.hostIP };
  }
  return undefined;
}
