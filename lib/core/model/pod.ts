import type { ObjectMeta, Protocol } from "./meta";
import type { Placement } from "./placement";
import type { ProxySettings } from "./proxy-settings";

/** A declared container port. `hostPort` 0 = none; `hostIP` "" = every address. */
export type ContainerPort = {
  readonly name: string;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP: string;
  readonly protocol: Protocol;
};

/** `role`: `sidecar` is an init container with restartPolicy Always, `init` any other init container. */
export type Container = {
  readonly name: string;
  readonly role: "main" | "init" | "sidecar";
  readonly ports: readonly ContainerPort[];
};

export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";

/**
 * A Pod, slimmed. Times are epoch ms.
 *
 * `ready`: the Ready condition is True; `readyAtMs`: its lastTransitionTime, whatever its status.
 * `runningSinceMs`: of kube-proxy pods and pods with a hostPort only, the earliest `state.running.startedAt` of its (for kube-proxy: its kube-proxy) containers (routing.md R3.2.3).
 * `proxyFlags`: of kube-proxy pods only. `unschedulable`: PodScheduled is False; `noFreePorts` is its "didn't have free ports".
 * `staticPod`: mirrors a manifest of its node. `nodePortLocal`: ports that Antrea maps on the node.
 */
export type PodRecord = ObjectMeta & {
  readonly nodeName: string | null;
  readonly hostNetwork: boolean;
  readonly placement: Placement;
  readonly containers: readonly Container[];
  readonly phase: PodPhase;
  readonly reason: string;
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  readonly startTimeMs: number | null;
  readonly ready: boolean;
  readonly readyAtMs: number | null;
  readonly runningSinceMs: number | null;
  readonly proxyFlags: ProxySettings | null;
  readonly unschedulable: { readonly reason: string; readonly noFreePorts: boolean } | null;
  readonly staticPod: boolean;
  readonly nodePortLocal: readonly { readonly podPort: number; readonly nodePort: number; readonly protocol: Protocol }[];
};
