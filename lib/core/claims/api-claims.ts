// What the API server refuses about ports, before anything is stored (routing.md 4, C1 to C7 and C13). What it lets pass is for the rules to find.

import { compareText } from "../basics/order";
import { serviceKey } from "../model/brands";
import type { ObjectRef } from "../model/meta";
import type { Container } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { hasPort } from "../policy/bands";
import type { PortRange } from "../policy/policy";

/**
 * One refusal, as a fact. `field` and `value` name what is refused; `holder`: who has the number, null where it is the object itself.
 *
 * already-allocated: another Service (or another port of this one) has the number. duplicate: the same number and protocol twice in one object.
 * out-of-range: outside the service node-port range. range-full: not enough free numbers for those that are to be chosen. forbidden: this type takes no nodePort.
 * host-network-port: hostPort and containerPort differ in a hostNetwork pod.
 */
export type ApiRefusal = {
  readonly code: "already-allocated" | "duplicate" | "out-of-range" | "range-full" | "forbidden" | "host-network-port";
  readonly field: string;
  readonly value: string;
  readonly holder: ObjectRef | null;
};

type Claimant = Pick<
  ServiceRecord,
  "namespace" | "name" | "type" | "ports" | "externalTrafficPolicy" | "healthCheckNodePort" | "allocateLoadBalancerNodePorts"
>;

/**
 * Why the API server would refuse a Service's node ports.
 *
 * Input:   the Service as it is to be stored; the snapshot, whose Service of that name makes it an update, else it is created; the node-port range.
 * Returns: in the order of its ports, the health check last; empty = accepted. The allocator does not look at protocols (C1): one number, one Service.
 * Source:  pkg/registry/core/service/storage/alloc.go, portallocator/allocator.go; Service validation.
 */
export function findServiceRefusals(snapshot: Snapshot, service: Claimant, range: PortRange): readonly ApiRefusal[] {
  const before = snapshot.services.get(serviceKey(service.namespace, service.name));
  const own = new Set(before === undefined ? [] : numbersOf(before));
  const refuse = (code: ApiRefusal["code"], field: string, value: number, holder: ObjectRef | null = null): ApiRefusal => ({
    code,
    field,
    value: String(value),
    holder,
  });
  /** A number that is new to the Service is asked of the allocator. */
  const allocate = (number: number, field: string): readonly ApiRefusal[] => {
    if (own.has(number)) return [];
    const holder = holderOf(snapshot, service, number);
    if (holder !== null) return [refuse("already-allocated", field, number, holder)];
    return hasPort(range, number) ? [] : [refuse("out-of-range", field, number)];
  };
  const refusals = service.ports.flatMap((port, place) => {
    if (port.nodePort === 0) return [];
    const field = `spec.ports[${String(place)}].nodePort`;
    if (service.type === "ClusterIP") return [refuse("forbidden", field, port.nodePort)];
    const earlier = service.ports.slice(0, place).filter(({ nodePort }) => nodePort === port.nodePort);
    if (earlier.some(({ protocol }) => protocol === port.protocol)) return [refuse("duplicate", field, port.nodePort)];
    // C3: when a Service is created, entries share a number only where they share the port as well.
    if (before === undefined && earlier.length > 0)
      return earlier.some((each) => each.port === port.port) ? [] : [refuse("already-allocated", field, port.nodePort)];
    return earlier.length > 0 ? [] : allocate(port.nodePort, field);
  });
  const checksHealth = service.type === "LoadBalancer" && service.externalTrafficPolicy === "Local" && service.healthCheckNodePort > 0;
  const health = !checksHealth
    ? []
    : service.ports.some(({ nodePort }) => nodePort === service.healthCheckNodePort)
      ? [refuse("already-allocated", "spec.healthCheckNodePort", service.healthCheckNodePort)]
      : allocate(service.healthCheckNodePort, "spec.healthCheckNodePort");
  return [...refusals, ...health, ...findShortage(snapshot, service, own, range)];
}

/**
 * How many numbers the API server chooses itself for a Service: one for each nodePort left open (TCP and UDP on one port share it, C4), one for an open health check.
 */
export function countChosenNodePorts(service: Claimant): number {
  const open = hasNodePorts(service) ? service.ports.filter((port) => port.nodePort === 0 && !sharesNumber(service, port)) : [];
  const health = service.type === "LoadBalancer" && service.externalTrafficPolicy === "Local" && service.healthCheckNodePort === 0 ? 1 : 0;
  return new Set(open.map((port) => `${String(port.port)} ${String(countBefore(open, port))}`)).size + health;
}

/** Whether each port of a Service has a nodePort, given or still to be chosen. */
export function hasNodePorts({ type, allocateLoadBalancerNodePorts }: Claimant): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts);
}

/** All numbers that Services hold in the allocator's one pool: nodePorts and health checks, whatever the protocol. */
export function listAllocatedNodePorts(snapshot: Snapshot): ReadonlySet<number> {
  return new Set([...snapshot.services.values()].flatMap(numbersOf));
}

/**
 * Why the API server would refuse a pod's (or pod template's) host ports: one twice, or unlike the containerPort in a hostNetwork pod.
 *
 * Returns: in the order of the containers. Init containers run one after the other, so each is compared with itself only.
 * Source:  Pod validation, checkHostPortConflicts.
 */
export function findPodRefusals(pod: { readonly hostNetwork: boolean; readonly containers: readonly Container[] }): readonly ApiRefusal[] {
  const mains = pod.containers.filter(({ role }) => role === "main");
  const inits = pod.containers.filter(({ role }) => role !== "main");
  return [mains, ...inits.map((each) => [each])].flatMap((together) => {
    const seen = new Set<string>();
    return together.flatMap((container) =>
      container.ports.flatMap(({ hostPort, hostIP, protocol, containerPort }, place): ApiRefusal[] => {
        if (hostPort === 0) return [];
        const field = `spec.${container.role === "main" ? "containers" : "initContainers"}[${container.name}].ports[${String(place)}].hostPort`;
        if (pod.hostNetwork && hostPort !== containerPort)
          return [{ code: "host-network-port", field, value: String(hostPort), holder: null }];
        const key = `${protocol}/${hostIP}/${String(hostPort)}`;
        if (seen.has(key)) return [{ code: "duplicate", field, value: key, holder: null }];
        seen.add(key);
        return [];
      }),
    );
  });
}

function findShortage(snapshot: Snapshot, service: Claimant, own: ReadonlySet<number>, range: PortRange): readonly ApiRefusal[] {
  const chosen = countChosenNodePorts(service);
  if (chosen === 0) return [];
  const taken = new Set([...listAllocatedNodePorts(snapshot), ...numbersOf(service), ...own]);
  const used = [...taken].filter((number) => hasPort(range, number)).length;
  const free = range.last - range.first + 1 - used;
  return free >= chosen
    ? []
    : [{ code: "range-full", field: "spec.ports", value: `${String(range.first)}-${String(range.last)}`, holder: null }];
}

function holderOf(snapshot: Snapshot, service: Claimant, number: number): ObjectRef | null {
  const { lookup } = snapshot;
  const [holder] = [...lookup.servicePortsByNodePort(number).map((each) => each.service), ...lookup.servicesByHealthCheckNodePort(number)]
    .filter((each) => !(each.namespace === service.namespace && each.name === service.name))
    .sort((a, b) => compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));
  return holder === undefined ? null : { kind: "Service", namespace: holder.namespace, name: holder.name };
}

function numbersOf({ ports, healthCheckNodePort }: Pick<ServiceRecord, "ports" | "healthCheckNodePort">): readonly number[] {
  return [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort].filter((number) => number > 0);
}

/** An open entry takes the number of an entry with the same port and another protocol. */
function sharesNumber(service: Claimant, port: ServicePort): boolean {
  return service.ports.some((each) => each.nodePort > 0 && each.port === port.port && each.protocol !== port.protocol);
}

/** Two entries with the same port and protocol are two numbers; with another protocol one. */
function countBefore(ports: readonly ServicePort[], port: ServicePort): number {
  return ports.slice(0, ports.indexOf(port)).filter((each) => each.port === port.port && each.protocol === port.protocol).length;
}
