// What `doctor` finds out about one cluster: whether it answers, what may be read there, what was read, and what it takes to read the rest.

import { describeProxy, requiredKinds, joinAssumptions, resourceKinds, type Assumption, type ResourceKind } from "@/lib/core";
import { describeLackingRbac } from "@/lib/sources/kubernetes/lacking-rbac";
import { probeCluster, type Access, type KindAccess, type Probe, type Verb } from "@/lib/sources/kubernetes/probe";
import { openSource, type OpenOptions } from "@/lib/sources/open";
import type { SourceError } from "@/lib/sources/source";
import { countOf } from "@/lib/wire/encode-status";
import type { SourceSpec } from "@/lib/wire/serve-config";
import type { Flags } from "./flags";
import { readCluster, readsNothing } from "./load-clusters";

export type Trouble = Pick<SourceError, "kind" | "what" | "where" | "todo">;

/** One kind. `verbs`: everywhere in the cluster; null = not used, or nothing to ask (a snapshot). `state` and `count`: of what was read. */
export type KindReport = {
  readonly kind: ResourceKind;
  readonly required: boolean;
  readonly verbs: Readonly<Record<Verb, Access | null>>;
  readonly state: string;
  readonly count: number;
  readonly readableNamespaces: readonly string[];
  readonly forbiddenNamespaces: readonly string[];
  readonly message: string | null;
};

export type ClusterReport = {
  readonly name: string;
  readonly source: string;
  readonly server: string | null;
  readonly version: string | null;
  readonly latencyMs: number | null;
  /** What keeps it from being read; the reports of kinds are of what was had before. */
  readonly troubles: readonly Trouble[];
  readonly policy: { readonly file: string | null; readonly error: string | null };
  readonly proxies: readonly { readonly proxy: string; readonly nodes: number }[];
  /** Each setting and value once, with the first place that says so. */
  readonly assumptions: readonly Assumption[];
  readonly kinds: readonly KindReport[];
  readonly notEvaluated: readonly string[];
  /** YAML that grants what is missing; null when nothing is. */
  readonly rbac: string | null;
};

/** Never throws for what a cluster, a kubeconfig or a file may be like. */
export async function examineCluster(spec: SourceSpec, options: OpenOptions, flags: Flags): Promise<ClusterReport> {
  const blank: ClusterReport = {
    name: nameOf(spec),
    source: spec.kind,
    server: null,
    version: null,
    latencyMs: null,
    troubles: [],
    policy: { file: options.policyFile, error: null },
    proxies: [],
    assumptions: [],
    kinds: [],
    notEvaluated: [],
    rbac: null,
  };
  const opened = await openSource(spec, options);
  if (!opened.ok) {
    const trouble = toTrouble(opened.error);
    if (opened.error.kind !== "bad-policy") return { ...blank, troubles: [trouble] };
    // The rest can be found out without it.
    const rest = await examineCluster(spec, { ...options, policyFile: null }, flags);
    const policy = { file: options.policyFile, error: `${trouble.what}: ${trouble.where}` };
    return { ...rest, policy, troubles: [trouble, ...rest.troubles] };
  }
  const { source, connection, namespaces, policy, format } = opened.value;
  const probe = connection === null ? null : await probeCluster(connection, namespaces, () => performance.now());
  const named: ClusterReport = {
    ...blank,
    name: source.cluster,
    source: format ?? source.origin,
    server: probe?.server ?? null,
    policy: { file: policy.file, error: policy.error },
  };
  if (probe !== null && probe.error !== null) return { ...named, troubles: [toTrouble(probe.error)] };
  const { loaded, error } = await readCluster(opened.value, flags);
  const { snapshot, context, evaluation } = loaded;
  const described = [...snapshot.nodes.values()].map((node) => describeProxy(snapshot, context, node));
  const labels = [...new Set(described.map(({ label }) => label))].sort();
  const nothing: Trouble = {
    kind: "forbidden",
    what: "no permission for any required kind",
    where: probe?.server ?? source.cluster,
    todo: "grant what is listed below",
  };
  return {
    ...named,
    version: probe?.version ?? snapshot.version,
    latencyMs: probe?.latencyMs ?? null,
    troubles: [...(error === null ? [] : [toTrouble(error)]), ...(readsNothing(loaded) ? [nothing] : [])],
    proxies: labels.map((proxy) => ({ proxy, nodes: described.filter(({ label }) => label === proxy).length })),
    assumptions: joinAssumptions(described.flatMap(({ assumptions }) => assumptions)),
    kinds: resourceKinds.map((kind) => reportKind(kind, probe, snapshot.kinds[kind], countOf(snapshot, kind))),
    notEvaluated: [...new Set(evaluation.notEvaluated.map(({ rule }) => rule))].sort(),
    rbac: probe === null ? null : describeLackingRbac(probe.kinds, probe.user),
  };
}

function reportKind(
  kind: ResourceKind,
  probe: Probe | null,
  status: { readonly state: string; readonly forbiddenNamespaces: readonly string[]; readonly message: string | null },
  count: number,
): KindReport {
  const access: KindAccess | undefined = probe?.kinds.find((each) => each.kind === kind);
  return {
    kind,
    required: requiredKinds.some((each) => each === kind),
    verbs: access?.verbs ?? { get: null, list: null, watch: null },
    state: status.state,
    count,
    readableNamespaces: access?.readable ?? [],
    forbiddenNamespaces: [...new Set([...(access?.forbidden ?? []), ...status.forbiddenNamespaces])].sort(),
    message: access?.message ?? status.message,
  };
}

function toTrouble({ kind, what, where, todo }: SourceError): Trouble {
  return { kind, what, where, todo };
}

/** What a cluster is called before anything of it could be opened. */
function nameOf(spec: SourceSpec): string {
  switch (spec.kind) {
    case "kubeconfig":
      return spec.context ?? "current context";
    case "inCluster":
      return "in-cluster";
    case "snapshot":
      return spec.paths.join(", ");
    case "demo":
      return "demo";
  }
}
