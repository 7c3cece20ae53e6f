import { encodeStaleness } from "@/lib/wire/encode-status";
import type { WireStaleness } from "@/lib/wire/schemas";
import { getRuntime, type ClusterView } from "./runtime";

export type ClusterState = "syncing" | "ready" | "unreachable";

/** `unreachable`: nothing was ever read and the source is in trouble; a cluster that was read once stays ready, with its kinds stale. */
export function clusterState(view: ClusterView): ClusterState {
  if (view.synced) return "ready";
  return view.trouble === null ? "syncing" : "unreachable";
}

/** Ready once one cluster at least is synced as far as its permissions go and none is in its first sync. */
export function readiness(): { ready: boolean; body: { clusters: { name: string; state: ClusterState; staleness: WireStaleness }[] } } {
  const views = getRuntime()?.clusters() ?? [];
  const states = views.map(clusterState);
  return {
    ready: states.includes("ready") && !states.includes("syncing"),
    body: { clusters: views.map((view) => ({ name: view.name, state: clusterState(view), staleness: encodeStaleness(view.snapshot) })) },
  };
}
