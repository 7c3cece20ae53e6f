import type { IPFamily } from "../model/meta";
import type { ServicePort, ServiceRecord } from "../model/service";

/**
 * A Service as the API server would store it.
 *
 * Input:   the Service as the manifest states it; the one of that name in the cluster, undefined when it is created; `nextAddress` gives an address that stands
 *          for one that is not given out yet; the families that the cluster's Services have.
 * Returns: an update keeps what the manifest does not state and the API server would keep: addresses, the load balancer's status, and the nodePort of each port
 *          with the same port and protocol, else with the same name. A nodePort of 0 that remains is one that the API server chooses: no number yet.
 * Source:  pkg/registry/core/service/rest: patchAllocatedValues, dropTypeDependentFields; kubectl's merge keys of spec.ports (port and protocol).
 */
export function mergeService(
  stated: ServiceRecord,
  live: ServiceRecord | undefined,
  nextAddress: (family: IPFamily) => string,
  families: readonly IPFamily[],
): ServiceRecord {
  const ports = mergePorts(stated, live);
  const checksHealth = stated.type === "LoadBalancer" && stated.externalTrafficPolicy === "Local";
  const healthCheckNodePort = checksHealth ? stated.healthCheckNodePort || (live?.healthCheckNodePort ?? 0) : 0;
  const merged: ServiceRecord = {
    ...stated,
    ...mergeAddresses(stated, live, nextAddress, families),
    uid: live?.uid ?? "",
    createdAtMs: live?.createdAtMs ?? null,
    deletedAtMs: null,
    controller: live?.controller ?? null,
    loadBalancerIngress: stated.type === "LoadBalancer" ? (live?.loadBalancerIngress ?? []) : [],
    ports,
    healthCheckNodePort,
  };
  return { ...merged, pinnedNodePorts: mergePinned(stated, merged, live) };
}

function mergePorts(stated: ServiceRecord, live: ServiceRecord | undefined): readonly ServicePort[] {
  if (live === undefined || !takesNodePorts(stated)) return stated.ports;
  const used = new Set(stated.ports.map(({ nodePort }) => nodePort));
  const keep = (port: ServicePort, same: (each: ServicePort) => boolean): ServicePort => {
    const nodePort = port.nodePort === 0 ? (live.ports.find(same)?.nodePort ?? 0) : 0;
    if (nodePort === 0 || used.has(nodePort)) return port;
    used.add(nodePort);
    return { ...port, nodePort };
  };
  return stated.ports
    .map((port) => keep(port, (each) => each.port === port.port && each.protocol === port.protocol))
    .map((port) => keep(port, (each) => each.name === port.name));
}

/** Whether a Service of this type has a number on nodes for each of its ports. */
export function takesNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceRecord): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts);
}

function mergeAddresses(
  stated: ServiceRecord,
  live: ServiceRecord | undefined,
  nextAddress: (family: IPFamily) => string,
  families: readonly IPFamily[],
): Pick<ServiceRecord, "clusterIPs" | "ipFamilies"> {
  if (stated.type === "ExternalName") return { clusterIPs: [], ipFamilies: [] };
  const wanted = stated.ipFamilies.length > 0 ? stated.ipFamilies : (live?.ipFamilies ?? families.slice(0, 1));
  if (stated.clusterIPs.length > 0) return { clusterIPs: stated.clusterIPs, ipFamilies: wanted };
  // An address is kept for life, "None" as well; a Service that was an ExternalName has none to keep.
  if (live !== undefined && live.clusterIPs.length > 0) return { clusterIPs: live.clusterIPs, ipFamilies: live.ipFamilies };
  return { clusterIPs: wanted.map(nextAddress), ipFamilies: wanted };
}

/** The manifest shows which numbers a person chose; one that the Service had already is no new choice. */
function mergePinned(stated: ServiceRecord, merged: ServiceRecord, live: ServiceRecord | undefined): readonly number[] | null {
  const chosen = [...stated.ports.map(({ nodePort }) => nodePort), stated.healthCheckNodePort].filter((number) => number > 0);
  const had = new Set(live === undefined ? [] : [...live.ports.map(({ nodePort }) => nodePort), live.healthCheckNodePort]);
  const added = chosen.filter((number) => !had.has(number));
  if (live !== undefined && live.pinnedNodePorts === null && added.length === 0) return null;
  const held = new Set([...merged.ports.map(({ nodePort }) => nodePort), merged.healthCheckNodePort]);
  return [...new Set([...(live?.pinnedNodePorts ?? []).filter((number) => held.has(number)), ...added])];
}
