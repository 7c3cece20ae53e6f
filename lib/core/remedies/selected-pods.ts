// What several writers ask about the Service that a finding names and the pods that it selects.

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
import type { RemedySubject } from "./remedy";

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
