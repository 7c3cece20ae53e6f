// Raw objects as an API server stores them, and where each kind is served.

export type ApiObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
};

/** What names an object. */
export type ObjectName = { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } };

export type ApiKind = { readonly kind: string; readonly plural: string; readonly group: string; readonly namespaced: boolean };

export const apiKinds: readonly ApiKind[] = [
  { kind: "Node", plural: "nodes", group: "", namespaced: false },
  { kind: "Namespace", plural: "namespaces", group: "", namespaced: false },
  { kind: "Pod", plural: "pods", group: "", namespaced: true },
  { kind: "Service", plural: "services", group: "", namespaced: true },
  { kind: "Event", plural: "events", group: "", namespaced: true },
  { kind: "ConfigMap", plural: "configmaps", group: "", namespaced: true },
  { kind: "EndpointSlice", plural: "endpointslices", group: "discovery.k8s.io", namespaced: true },
  { kind: "Deployment", plural: "deployments", group: "apps", namespaced: true },
  { kind: "DaemonSet", plural: "daemonsets", group: "apps", namespaced: true },
];

export function keyOf({ kind, metadata }: ObjectName): string {
  return `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}

export function apiVersionOf({ group }: ApiKind): string {
  return group === "" ? "v1" : `${group}/v1`;
}
