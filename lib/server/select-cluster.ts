import { problem, type Problem } from "./problem";
import { getRuntime, type ClusterView } from "./runtime";

/** The cluster that `cluster=` names; absent = the default one. */
export function selectCluster(params: URLSearchParams): ClusterView | Problem {
  const views = getRuntime()?.clusters() ?? [];
  const name = params.get("cluster");
  const view = name === null ? views.find((each) => each.default) : views.find((each) => each.name === name);
  if (view !== undefined) return view;
  if (name === "*") return problem("bad-query", "this is asked of one cluster: name it", "cluster");
  const known = views.map((each) => each.name).join(", ");
  return problem(
    "not-found",
    name === null ? "no cluster is served" : `there is no cluster ${JSON.stringify(name)}; known: ${known}`,
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
    const { what, where, todo } = view.trouble;
    return { ...problem("unreachable", `${what}: ${where}: ${todo}`, "cluster"), retryAfterSeconds: 5 };
  }
  return {
    ...problem("not-synced", `the first read of cluster ${JSON.stringify(view.name)} is under way`, "cluster"),
    retryAfterSeconds: 1,
  };
}
