// The kinds that are read from an API server: where, and with which rights. deploy/rbac.yaml asks for exactly these (a test compares).

import type { ResourceKind } from "@/lib/core";
import { configMapNames } from "./slim/config-map";

/** `names`: only these objects of one namespace are read, one by one (RBAC resourceNames). */
export type KindRow = {
  readonly kind: ResourceKind;
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
  readonly required: boolean;
  readonly names: { readonly namespace: string; readonly names: readonly string[] } | null;
};

export const kindTable: readonly KindRow[] = [
  { kind: "nodes", group: "", version: "v1", namespaced: false, required: true, names: null },
  { kind: "services", group: "", version: "v1", namespaced: true, required: true, names: null },
  { kind: "endpointslices", group: "discovery.k8s.io", version: "v1", namespaced: true, required: true, names: null },
  { kind: "pods", group: "", version: "v1", namespaced: true, required: true, names: null },
  { kind: "events", group: "", version: "v1", namespaced: true, required: false, names: null },
  { kind: "deployments", group: "apps", version: "v1", namespaced: true, required: false, names: null },
  { kind: "daemonsets", group: "apps", version: "v1", namespaced: true, required: false, names: null },
  {
    kind: "configmaps",
    group: "",
    version: "v1",
    namespaced: true,
    required: false,
    names: { namespace: "kube-system", names: configMapNames },
  },
];

/** Path of a kind's collection; `namespace` null = cluster-wide. */
export function collectionPath({ kind, group, version }: KindRow, namespace: string | null): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === null ? `${root}/${kind}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${kind}`;
}
