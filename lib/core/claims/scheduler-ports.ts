// The scheduler's rule for ports of a node (routing.md 5), which the kubelet applies again when it admits a pod. NodePorts of Services play no role in it.

import { toNodeName } from "../model/brands";
import type { Protocol } from "../model/meta";
import type { Container, PodRecord } from "../model/pod";
import type { Snapshot } from "../model/snapshot";

/** A port that a pod needs for itself on its node. `hostIP` as written, "0.0.0.0" where none is. */
export type SchedulerPort = { readonly hostIP: string; readonly protocol: Protocol; readonly port: number; readonly container: string };

/** A pod of the node that already holds a port that another pod wants. */
export type SchedulerCollision = { readonly wanted: SchedulerPort; readonly holder: PodRecord; readonly held: SchedulerPort };

/** The scheduler counts hostPorts of sidecars since 1.34 (and late patches of 1.33). */
const sidecarsCountSince = 34;

/**
 * The ports that the scheduler reserves for a pod.
 *
 * Input:   its containers (declared ports of a hostNetwork pod have hostPort set); the scheduler's minor version of Kubernetes 1.x.
 * Returns: in the order of the containers. Ordinary init containers take none; sidecars since 1.34.
 * Source:  Pod.spec.containers[].ports[].hostPort; pkg/scheduler/util GetHostPorts.
 */
export function listSchedulerPorts({ containers }: { readonly containers: readonly Container[] }, minor: number): readonly SchedulerPort[] {
  return containers
    .filter(({ role }) => role === "main" || (role === "sidecar" && minor >= sidecarsCountSince))
    .flatMap(({ name, ports }) =>
      ports
        .filter(({ hostPort }) => hostPort > 0)
        .map(({ hostIP, hostPort, protocol }) => ({
          hostIP: hostIP === "" ? anyAddress : hostIP,
          protocol,
          port: hostPort,
          container: name,
        })),
    );
}

/**
 * Whether the scheduler refuses `wanted` beside `held`.
 *
 * Addresses are compared as texts: `::` is no wildcard, and two spellings of one address are two addresses (R5.5).
 */
export function collidesForScheduler(wanted: SchedulerPort, held: SchedulerPort): boolean {
  if (wanted.port !== held.port || wanted.protocol !== held.protocol) return false;
  return wanted.hostIP === anyAddress || held.hostIP === anyAddress || wanted.hostIP === held.hostIP;
}

/** Whether a pod's ports count on its node: bound and not finished; a terminating pod still counts. */
export function holdsSchedulerPorts({ nodeName, phase }: Pick<PodRecord, "nodeName" | "phase">): boolean {
  return nodeName !== null && phase !== "Succeeded" && phase !== "Failed";
}

/**
 * What keeps a pod off a node for want of free ports.
 *
 * Input:   a pod (bound or not; itself is passed over), the name of a node, the scheduler's minor version.
 * Returns: each wanted port with each pod that holds it; by wanted port, then holder. Empty = the ports are free.
 * Source:  the scheduler's plugin NodePorts; the kubelet's admission (phase Failed, reason NodePorts).
 */
export function findSchedulerCollisions(
  snapshot: Snapshot,
  pod: Pick<PodRecord, "namespace" | "name" | "containers">,
  nodeName: string,
  minor: number,
): readonly SchedulerCollision[] {
  return listSchedulerPorts(pod, minor).flatMap((wanted) =>
    snapshot.lookup
      .podsByHostPort(toNodeName(nodeName), wanted.port)
      .filter((holder) => holdsSchedulerPorts(holder) && !(holder.namespace === pod.namespace && holder.name === pod.name))
      .flatMap((holder) => {
        const held = listSchedulerPorts(holder, minor).find((each) => collidesForScheduler(wanted, each));
        return held === undefined ? [] : [{ wanted, holder, held }];
      }),
  );
}

/** What the scheduler takes an absent hostIP for; it alone is a wildcard. */
const anyAddress = "0.0.0.0";
