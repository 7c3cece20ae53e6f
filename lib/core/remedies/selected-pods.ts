// What several writers ask about the Service that a finding names and the pods that it selects.

import { normaliseAddress } from "../basics/ip";
import { compareNatural } from "../basics/order";
import { serviceKey, toNodeName } from "../model/brands";
import { formatObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import type { Context } from "../policy/policy";
import { describeProxy } from "../routing/proxy-config";
import { isUnclaiming } from "../rules/support/claimed-ports";
import { isJobPod } from "../rules/support/port-owners";
import { lacksNamedPort, lacksNumberedPort } from "../rules/support/target-ports";
import type { RemedySubject } from "./remedy";
import { say, type Saying } from "./words";

/** The first Service that the finding is about and that sends its connections on. */
export function subjectService(snapshot: Snapshot, finding: RemedySubject): ServiceRecord | null {
  return subjectServices(snapshot, finding)[0] ?? null;
}

/** All of them. */
export function subjectServices(snapshot: Snapshot, { subjects }: RemedySubject): readonly ServiceRecord[] {
  return subjects.flatMap(({ kind, namespace, name }) => {
    const service = kind === "Service" ? snapshot.services.get(serviceKey(namespace, name)) : undefined;
    return service === undefined || isUnclaiming(service) ? [] : [service];
  });
}

/** A pod that is or may yet be an endpoint. */
export function isLive({ phase }: Pick<PodRecord, "phase">): boolean {
  return phase !== "Succeeded" && phase !== "Failed";
}

/** How many owners these pods have; those of Jobs come and go, and count only where there is nothing else. */
export function countOwners(pods: readonly PodRecord[]): number {
  const lasting = pods.filter((pod) => !isJobPod(pod));
  return new Set((lasting.length > 0 ? lasting : pods).map((pod) => formatObjectRef(resolveOwner(pod)))).size;
}

/** Nodes that answer on node ports at all, by name. */
export function servedNodes(snapshot: Snapshot, context: Context): readonly string[] {
  return [...snapshot.nodes.values()]
    .filter((node) => describeProxy(snapshot, context, node).kind !== "none")
    .map(({ name }) => name)
    .sort(compareNatural);
}

/** The addresses of the nodes that these pods run on, sorted. */
export function addressesOf({ nodes }: Snapshot, pods: readonly PodRecord[]): readonly string[] {
  const addresses = pods.flatMap(({ nodeName }) => {
    const node = nodeName === null ? undefined : nodes.get(toNodeName(nodeName));
    return node?.addresses.find(({ type }) => type === "InternalIP")?.address ?? [];
  });
  return [...new Set(addresses)].sort();
}

/** The addresses that lead to the Service from outside without a number of the nodes: its load balancer's, and those of its own. */
export function doorsOf({ externalIPs, loadBalancerIngress }: ServiceRecord): readonly string[] {
  return [...new Set([...externalIPs, ...loadBalancerIngress.flatMap(({ ip, hostname }) => ip ?? hostname ?? [])])];
}

/**
 * Why it would be no cure to let these pods answer.
 *
 * Input:   the Service as it will be, the pods that it will select; `beside`: those of other Services that it will meet there.
 */
export function whyNotAlone(
  snapshot: Snapshot,
  service: ServiceRecord,
  pods: readonly PodRecord[],
  beside: readonly PodRecord[] = [],
): Saying | null {
  // Of a Job beside a long-running owner another rule would tell.
  if (countOwners([...pods, ...beside]) > 1 || pods.some(isJobPod)) return say("alone.several");
  // While it answers nothing it is in nobody's way at an address that it shares.
  const addresses = [...service.externalIPs, ...service.loadBalancerIngress.flatMap(({ ip }) => ip ?? [])].map(normaliseAddress);
  if (addresses.some((each) => snapshot.lookup.servicesByAddress(each).length > 1)) return say("alone.address");
  const isLacking = service.ports.some((port) => pods.some((pod) => lacksNamedPort(pod, port) || lacksNumberedPort(pod, port)));
  return isLacking || !pods.some(({ ready }) => ready) ? say("alone.no-port") : null;
}
