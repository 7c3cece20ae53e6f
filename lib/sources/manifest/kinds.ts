// Which objects of a manifest take ports or select pods, and under which apiVersions.

export type ManifestKind = "service" | "pod" | "workload" | "slice";

type KnownKind = { readonly what: ManifestKind; readonly apiVersions: readonly string[] };

const apps = ["apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"];

const kinds: Readonly<Record<string, KnownKind>> = {
  Service: { what: "service", apiVersions: ["v1"] },
  Pod: { what: "pod", apiVersions: ["v1"] },
  Deployment: { what: "workload", apiVersions: apps },
  DaemonSet: { what: "workload", apiVersions: apps },
  ReplicaSet: { what: "workload", apiVersions: apps },
  StatefulSet: { what: "workload", apiVersions: apps },
  ReplicationController: { what: "workload", apiVersions: ["v1"] },
  Job: { what: "workload", apiVersions: ["batch/v1"] },
  CronJob: { what: "workload", apiVersions: ["batch/v1", "batch/v1beta1"] },
  Rollout: { what: "workload", apiVersions: ["argoproj.io/v1alpha1"] },
  DeploymentConfig: { what: "workload", apiVersions: ["apps.openshift.io/v1"] },
  EndpointSlice: { what: "slice", apiVersions: ["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"] },
  Endpoints: { what: "slice", apiVersions: ["v1"] },
};

/** Since when the API server refuses what older ones took. Source: the Kubernetes deprecation guide, "Removed APIs by release". */
const removed: Readonly<Record<string, { readonly since: string; readonly now: string }>> = {
  "extensions/v1beta1": { since: "1.16", now: "apps/v1" },
  "apps/v1beta1": { since: "1.16", now: "apps/v1" },
  "apps/v1beta2": { since: "1.16", now: "apps/v1" },
  "batch/v1beta1": { since: "1.25", now: "batch/v1" },
  "discovery.k8s.io/v1beta1": { since: "1.25", now: "discovery.k8s.io/v1" },
};

/** Returns: since which release there is no such apiVersion, and which one there is; undefined for those of today. */
export function findRemoval(apiVersion: string): { readonly since: string; readonly now: string } | undefined {
  return Object.hasOwn(removed, apiVersion) ? removed[apiVersion] : undefined;
}

/** What else the groups have that are the API server's own: there, a kind that is none of these is a mistake. */
const otherKinds: Readonly<Record<string, readonly string[]>> = {
  "": [
    "Binding",
    "ConfigMap",
    "Event",
    "LimitRange",
    "List",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodTemplate",
    "ResourceQuota",
    "Secret",
    "ServiceAccount",
  ],
  apps: ["ControllerRevision"],
  batch: [],
};

/** `known`: the names that an unknown kind or apiVersion may have been meant to be. */
export type KindOfObject =
  | { readonly is: "read"; readonly what: ManifestKind }
  | { readonly is: "ignored"; readonly name: string }
  | { readonly is: "unknown"; readonly field: "apiVersion" | "kind"; readonly known: readonly string[] };

/** What an object is, by its own words. Kinds of other groups are other things (a Knative Service) and are ignored. */
export function kindOfObject(apiVersion: string, kind: string): KindOfObject {
  // `valueOf` is a word like any other.
  const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (found?.apiVersions.includes(apiVersion) === true) return { is: "read", what: found.what };
  const group = groupOf(apiVersion);
  const others = Object.hasOwn(otherKinds, group) ? otherKinds[group] : undefined;
  // Groups of other makers are domains: one without a dot that a kind of ours claims is a slip.
  if (found !== undefined && (others !== undefined || isOneOf(found, group) || !group.includes(".")))
    return { is: "unknown", field: "apiVersion", known: found.apiVersions };
  if (others === undefined) return { is: "ignored", name: `${kind}.${group}` };
  if (!others.includes(kind)) {
    const own = Object.keys(kinds).filter((each) => isOneOf(kinds[each], group));
    return { is: "unknown", field: "kind", known: [...others, ...own] };
  }
  if (group === "" && apiVersion !== "v1") return { is: "unknown", field: "apiVersion", known: ["v1"] };
  return { is: "ignored", name: group === "" ? kind : `${kind}.${group}` };
}

function isOneOf(known: KnownKind | undefined, group: string): boolean {
  return known?.apiVersions.some((each) => groupOf(each) === group) === true;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
