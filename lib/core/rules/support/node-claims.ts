// Who takes which number on nodes, with what the policy asks about its holder: the common ground of the rules of order.

import type { PortOfFinding } from "../../model/finding";
import { findPodClaims, holdsItsPorts } from "../../inventory/pod-claims";
import { findServiceClaims } from "../../inventory/service-claims";
import { serviceKey } from "../../model/brands";
import { formatObjectRef, type Labels, type ObjectRef } from "../../model/meta";
import type { PodRecord } from "../../model/pod";
import type { Snapshot } from "../../model/snapshot";
import type { Band } from "../../policy/policy";
import type { Evidence, Found } from "../rule";
import { distinctPorts } from "./claimed-ports";
import { resolvePortHolder } from "./host-ports";
import { surveyPods } from "../../inventory/survey-pods";
import { surveyServices } from "./survey-services";

/**
 * One number that a Service or a pod takes on nodes.
 *
 * `space`: the numbers that it competes for, as bands name them. `labels`: of the Service, of a hostPort those of the pod. `node` null = every node.
 * `byRight`: a static pod, or one of a namespace that is the system's own: part of the node itself.
 */
export type NodeClaim = {
  readonly space: Band["kind"];
  readonly holder: ObjectRef;
  readonly labels: Labels;
  readonly port: PortOfFinding;
  readonly node: string | null;
  readonly byRight: boolean;
  readonly sinceMs: number | null;
};

/** Prefixes that Kubernetes and OpenShift keep for themselves: openshift-sdn is the kube-proxy of its nodes, on 10256. */
const systemNamespace = /^(kube|openshift)-/;

type Known = { readonly services: Snapshot["services"]; readonly claims: readonly NodeClaim[] };

const known = new WeakMap<readonly PodRecord[], Known>();

/**
 * Every number taken on nodes now: nodePorts and health-check ports of Services, then hostPorts and listeners of pods, by their keys.
 *
 * The same list as long as no Service and no pod with a host port changes.
 */
export function listNodeClaims(snapshot: Snapshot): readonly NodeClaim[] {
  const { services } = snapshot;
  const { hostPorts } = surveyPods(snapshot);
  const last = known.get(hostPorts);
  if (last?.services === services) return last.claims;
  const claims = [...claimsOfServices(snapshot), ...claimsOfPods(snapshot)];
  known.set(hostPorts, { services, claims });
  return claims;
}

/** Claims that one finding is about: whom it names, on which ports and nodes, and since when it is whole. */
export function joinClaims(claims: readonly NodeClaim[]): Required<Pick<Found<Evidence>, "edited" | "ports" | "nodes" | "sinceMs">> {
  const times = claims.flatMap(({ sinceMs }) => sinceMs ?? []);
  const everywhere = claims.some(({ node }) => node === null);
  return {
    edited: [...new Map(claims.map(({ holder }) => [formatObjectRef(holder), holder])).values()],
    ports: distinctPorts(claims.map(({ port }) => port)),
    nodes: everywhere ? [] : [...new Set(claims.flatMap(({ node }) => node ?? []))],
    sinceMs: times.length === 0 ? null : Math.max(...times),
  };
}

function claimsOfServices(snapshot: Snapshot): readonly NodeClaim[] {
  return surveyServices(snapshot).onNodes.flatMap((service) =>
    findServiceClaims(service).flatMap(({ claim }): NodeClaim[] =>
      claim.kind === "nodePort" || claim.kind === "healthCheckNodePort"
        ? [
            {
              space: "nodePort",
              holder: { kind: "Service", namespace: service.namespace, name: service.name },
              labels: service.labels,
              port: { port: claim.port, protocol: claim.kind === "nodePort" ? claim.protocol : "TCP" },
              node: null,
              byRight: false,
              sinceMs: service.createdAtMs,
            },
          ]
        : [],
    ),
  );
}

function claimsOfPods(snapshot: Snapshot): readonly NodeClaim[] {
  return surveyPods(snapshot)
    .hostPorts.filter(holdsItsPorts)
    .flatMap((pod) => {
      const claims = findPodClaims(pod);
      if (claims.length === 0) return [];
      const holder = resolvePortHolder(pod);
      const service = holder.kind === "Service" ? snapshot.services.get(serviceKey(holder.namespace, holder.name)) : undefined;
      return claims.map((claim): NodeClaim => ({
        space: "hostPort",
        holder,
        labels: service?.labels ?? pod.labels,
        port: { port: claim.port, protocol: claim.protocol },
        node: claim.node,
        byRight: pod.staticPod || pod.controller?.kind === "Node" || systemNamespace.test(pod.namespace),
        sinceMs: pod.startTimeMs ?? pod.createdAtMs,
      }));
    });
}
