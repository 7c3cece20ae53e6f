import { createClusterIndex } from "../cluster-index/cluster-index";
import type { KindStatus, ResourceKind } from "../model/resource-kind";
import type { Delta, Snapshot } from "../model/snapshot";

const empty: readonly ResourceKind[] = ["services", "pods", "endpointslices", "deployments", "daemonsets"];

/**
 * The snapshot against which a manifest is judged by itself.
 *
 * Returns: a cluster in which nothing is installed, and of which no node is known: what depends on nodes is not evaluated.
 */
export function buildEmptyCluster(name: string): Snapshot {
  const index = createClusterIndex(name);
  const status = (state: KindStatus["state"]): KindStatus => ({
    state,
    sinceMs: null,
    expected: null,
    namespaces: "all",
    forbiddenNamespaces: [],
    message: null,
    retryAtMs: null,
  });
  index.apply([
    ...empty.map((kind): Delta => ({ type: "status", kind, status: status("snapshot") })),
    ...(["nodes", "events", "configmaps"] as const).map((kind): Delta => ({ type: "status", kind, status: status("notCollected") })),
  ]);
  return index.snapshot();
}
