// What the rules about host ports share: the scheduler's version, whom to ask about a pod, and how a rollout replaces pods.

import type { ObjectRef } from "../../model/meta";
import type { PodRecord } from "../../model/pod";
import type { Snapshot } from "../../model/snapshot";
import type { IntOrPercent, WorkloadRecord } from "../../model/workload";
import { resolveOwner } from "../../owners/owner";
import { newestMinorKnown } from "../../routing/proxy-config";

/** Minor version of the control plane, else of the newest kubelet (which may not be newer), else the newest one known. */
export function schedulerMinor(snapshot: Snapshot): number {
  const minorOf = (version: string | null): number => Number(/^v?1\.(\d+)/.exec(version ?? "")?.[1] ?? Number.NaN);
  const control = minorOf(snapshot.version);
  if (!Number.isNaN(control)) return control;
  let newest = -1;
  for (const { kubeletVersion } of snapshot.nodes.values()) newest = Math.max(newest, minorOf(kubeletVersion) || -1);
  return newest >= 0 ? newest : newestMinorKnown;
}

/** Whom people would ask about the ports of a pod: its owner; of a pod of k3s' ServiceLB the Service that it stands for. */
export function resolvePortHolder(pod: PodRecord): ObjectRef {
  const name = pod.labels["svccontroller.k3s.cattle.io/svcname"];
  const namespace = pod.labels["svccontroller.k3s.cattle.io/svcnamespace"];
  return name === undefined || namespace === undefined ? resolveOwner(pod) : { kind: "Service", namespace, name };
}

/**
 * How many pods a Deployment's rolling update may take away and add, as its controller resolves them.
 *
 * Returns: null for a Deployment that does not roll (Recreate). Both zero cannot be: then one may be unavailable.
 * Source:  Deployment.spec.strategy.rollingUpdate, default 25 % each; pkg/controller/deployment/util ResolveFenceposts.
 */
export function resolveRollout({
  strategy,
  replicas,
}: WorkloadRecord): { readonly maxUnavailable: number; readonly maxSurge: number } | null {
  if (strategy.type !== "RollingUpdate") return null;
  const total = replicas ?? 1;
  const maxSurge = Math.ceil(resolveNumber(strategy.maxSurge ?? "25%", total));
  const maxUnavailable = Math.floor(resolveNumber(strategy.maxUnavailable ?? "25%", total));
  return maxSurge === 0 && maxUnavailable === 0 ? { maxSurge, maxUnavailable: 1 } : { maxSurge, maxUnavailable };
}

/** A number as it is, a percentage of the total; anything else is 0. */
export function resolveNumber(value: IntOrPercent, total: number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d{1,4})%$/.exec(value)?.[1];
  return percent === undefined ? 0 : (Number(percent) * total) / 100;
}
