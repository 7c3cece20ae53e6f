import { createClusterIndex } from "../cluster-index/cluster-index";
import { toKindStatus, type ResourceKind } from "../model/resource-kind";
import type { Delta, Snapshot } from "../model/snapshot";

const empty: readonly ResourceKind[] = ["services", "pods", "endpointslices", "deployments", "daemonsets"];

/**
 * The snapshot against which a manifest is judged by itself.
 *
 * Returns: a cluster in which nothing is installed, and of which no node is known: what depends on nodes is not evaluated.
 */
export function buildEmptyCluster(name: string): Snapshot {
  const index = createClusterIndex(name);
  index.apply([
    ...empty.map((kind): Delta => ({ type: "status", kind, status: toKindStatus("snapshot") })),
    ...(["nodes", "events", "configmaps"] as const).map((kind): Delta => ({ type: "status", kind, status: toKindStatus("notCollected") })),
  ]);
  return index.snapshot();
}
