import { normaliseAddress } from "../basics/ip";
import { podKey, toNodeName, toPort } from "../model/brands";
import type { PortClaim } from "../model/claim";
import type { PodRecord } from "../model/pod";

export type PodClaim = Extract<PortClaim, { readonly kind: "hostPort" | "hostNetwork" }>;

/**
 * What a pod declares to take on its node, whether or not it holds it already.
 *
 * Returns: hostNetwork pods: each declared port of a container or sidecar. Others: each hostPort of a main container; the kubelet never maps those of init
 *          containers and sidecars, so they claim nothing (a finding says so). `hostIP` is normalised, "" for every address. Pods without a node claim nothing.
 * Source:  Pod.spec.containers[].ports (kubelet kuberuntime generatePodSandboxConfig; routing.md R1.6.1, R1.7).
 */
export function findPodClaims(pod: PodRecord): readonly PodClaim[] {
  const { nodeName } = pod;
  if (nodeName === null) return [];
  const claims: PodClaim[] = [];
  for (const container of pod.containers) {
    if (container.role === "init" || (container.role === "sidecar" && !pod.hostNetwork)) continue;
    for (const port of container.ports) {
      const number = toPort(pod.hostNetwork ? port.containerPort : port.hostPort);
      if (number === undefined) continue;
      claims.push({
        kind: pod.hostNetwork ? "hostNetwork" : "hostPort",
        node: toNodeName(nodeName),
        // Where a hostNetwork process binds is not declared: hostIP says nothing there.
        hostIP: pod.hostNetwork || wildcards.has(port.hostIP) ? "" : normaliseAddress(port.hostIP),
        port: number,
        protocol: port.protocol,
        pod: podKey(pod.namespace, pod.name),
        container: container.name,
      });
    }
  }
  return claims;
}

const wildcards: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

/** Whether the pod holds its claims now: a mapping lives as long as the sandbox (bound, has an IP, not finished), a listener while the pod runs. */
export function holdsItsPorts(pod: PodRecord): boolean {
  if (pod.nodeName === null || isFinished(pod)) return false;
  return pod.hostNetwork ? pod.phase === "Running" : pod.podIPs.length > 0;
}

export function isFinished(pod: PodRecord): boolean {
  return pod.phase === "Succeeded" || pod.phase === "Failed";
}
