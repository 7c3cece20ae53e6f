// Which ports' routes may have changed between two snapshots: whoever shows a map or a trace on one of them asks again.

import { isKnownAlike, serviceKey, type PodRecord, type RecordMap, type ServiceRecord, type Snapshot } from "@/lib/core";
import type { WireDeltaEvent } from "@/lib/wire/schemas";

type ChangedPorts = WireDeltaEvent["ports"];

const portsMax = 500;

/**
 * Input:   two snapshots of one cluster, the older first.
 * Returns: the ports, sorted, or "all" when something changed that may touch any port (nodes, proxies, settings, what is known) or too many did. A kind that
 *          goes stale touches none: routes are as they were, and the page says of itself how fresh it is.
 */
export function changedPorts(before: Snapshot, after: Snapshot): ChangedPorts {
  if (before.nodes !== after.nodes || before.configmaps !== after.configmaps || before.daemonsets !== after.daemonsets) return "all";
  if (!isKnownAlike(before.kinds, after.kinds)) return "all";
  const ports = new Map<string, { port: number; protocol: "TCP" | "UDP" | "SCTP" }>();
  const add = (port: number, protocol: "TCP" | "UDP" | "SCTP"): void => {
    if (port > 0) ports.set(`${String(port)}/${protocol}`, { port, protocol });
  };
  const addService = (service: ServiceRecord | undefined): void => {
    if (service === undefined) return;
    add(service.healthCheckNodePort, "TCP");
    const hasAddress = service.externalIPs.length > 0 || service.loadBalancerIngress.length > 0;
    for (const port of service.ports) {
      add(port.nodePort, port.protocol);
      if (hasAddress) add(port.port, port.protocol);
    }
  };
  for (const { before: old, after: now } of changes(before.services, after.services)) [old, now].forEach(addService);
  for (const { before: old, after: now } of changes(before.endpointslices, after.endpointslices)) {
    for (const slice of [old, now]) {
      if (slice?.serviceName == null) continue;
      const key = serviceKey(slice.namespace, slice.serviceName);
      addService(after.services.get(key) ?? before.services.get(key));
    }
  }
  for (const { before: old, after: now } of changes(before.pods, after.pods)) {
    if ([old, now].some((pod) => pod?.labels["k8s-app"] === "kube-proxy")) return "all";
    addPod(before, old);
    addPod(after, now);
  }
  return ports.size > portsMax ? "all" : [...ports.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));

  function addPod(snapshot: Snapshot, pod: PodRecord | undefined): void {
    if (pod === undefined) return;
    for (const container of pod.containers) for (const port of container.ports) add(port.hostPort, port.protocol);
    snapshot.lookup.servicesSelecting(pod).forEach(addService);
  }
}

function changes<K, V>(
  before: RecordMap<K, V>,
  after: RecordMap<K, V>,
): readonly { readonly before: V | undefined; readonly after: V | undefined }[] {
  return after.changedSince(before).map((key) => ({ before: before.get(key), after: after.get(key) }));
}
