import { mistake } from "@/lib/core";
import { problem, type Problem } from "./problem";
import { getRuntime, type ClusterView } from "./runtime";

/** The cluster that `cluster=` names; absent = the default one. */
export function selectCluster(params: URLSearchParams): ClusterView | Problem {
  const views = getRuntime()?.clusters() ?? [];
  const name = params.get("cluster");
  const view = name === null ? views.find((each) => each.default) : views.find((each) => each.name === name);
  if (view !== undefined) return view;
  if (name === "*") return problem("bad-query", mistake("one-cluster"), "cluster");
  const known = views.map((each) => each.name).join(", ");
  return problem(
    "not-found",
    name === null ? mistake("no-cluster") : mistake("no-such-cluster", { name: JSON.stringify(name), known }),
    "cluster",
  );
}

/** As selectCluster, with `*` for every cluster. */
export function selectClusters(params: URLSearchParams): readonly ClusterView[] | Problem {
  if (params.get("cluster") === "*") return getRuntime()?.clusters() ?? [];
  const view = selectCluster(params);
  return "problem" in view ? view : [view];
}

/** A cluster whose required kinds have been read, as far as permissions go; otherwise why not yet. */
export function requireSynced(view: ClusterView): Problem | undefined {
  if (view.synced) return undefined;
  if (view.trouble !== null) {
    const { kind, what, where, todo } = view.trouble;
    return { ...problem("unreachable", `${what}: ${where}: ${todo}`, "cluster"), trouble: { kind, where }, retryAfterSeconds: 5 };
  }
  return {
    ...problem("not-synced", mistake("first-read", { name: JSON.stringify(view.name) }), "cluster"),
    retryAfterSeconds: 1,
  };
}
