import type { ContainerPort, PodRecord } from "../../model/pod";
import { matchesSelector } from "../../basics/selector";
import type { PortOfFinding } from "../../model/finding";
import type { ServicePort, ServiceRecord } from "../../model/service";

/** Containers whose ports a named targetPort may mean: main ones, then sidecars (routing.md 2.2). */
export function declaredPorts(pod: PodRecord): readonly ContainerPort[] {
  return pod.containers.filter(({ role }) => role !== "init").flatMap(({ ports }) => ports);
}

/** The number that a Service port means on a pod; null where the pod declares no port of that name and protocol. */
export function resolveTargetPort(pod: PodRecord, { targetPort, protocol }: ServicePort): number | null {
  if (typeof targetPort === "number") return targetPort;
  return declaredPorts(pod).find((each) => each.name === targetPort && each.protocol === protocol)?.containerPort ?? null;
}

/** Whether a Service, asked on an address of its own, sends to the very program that holds the number on the pod's node (an ingress on the hosts' network). */
export function leadsToHolder(service: ServiceRecord, pod: PodRecord, { port, protocol }: PortOfFinding): boolean {
  if (pod.namespace !== service.namespace || !matchesSelector(service.selector, pod.labels)) return false;
  const held = declaredPorts(pod).filter(
    (each) => each.protocol === protocol && (pod.hostNetwork ? each.containerPort : each.hostPort) === port,
  );
  const targets = service.ports
    .filter((each) => each.port === port && each.protocol === protocol)
    .map((each) => resolveTargetPort(pod, each));
  return held.some(({ containerPort }) => targets.includes(containerPort));
}

/** The targetPort is a name that no container of the pod declares for the protocol. */
export function lacksNamedPort(pod: PodRecord, port: ServicePort): boolean {
  return resolveTargetPort(pod, port) === null;
}

/** The targetPort is a number that the pod does not declare, though it declares others: it may still listen there. */
export function lacksNumberedPort(pod: PodRecord, port: ServicePort): boolean {
  const declared = declaredPorts(pod);
  return (
    typeof port.targetPort === "number" &&
    declared.length > 0 &&
    !declared.some(({ containerPort, protocol }) => containerPort === port.targetPort && protocol === port.protocol)
  );
}

/** Some of the pods lack the name. */
export function isNameLacking(port: ServicePort, pods: readonly PodRecord[]): boolean {
  return pods.some((pod) => lacksNamedPort(pod, port));
}

/** A number that no pod declares at all is how undeclared ports are used everywhere: only a difference between pods tells something. */
export function isNumberLacking(port: ServicePort, pods: readonly PodRecord[]): boolean {
  const declares = (pod: PodRecord): boolean =>
    declaredPorts(pod).some(({ containerPort, protocol }) => containerPort === port.targetPort && protocol === port.protocol);
  return pods.some((pod) => lacksNumberedPort(pod, port)) && pods.some(declares);
}
