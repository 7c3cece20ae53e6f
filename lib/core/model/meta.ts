export type Labels = Readonly<Record<string, string>>;

/** Transport protocols of Services and container ports; anything else is a warning. */
export type Protocol = "TCP" | "UDP" | "SCTP";

/** IP family, spelled as EndpointSlice.addressType spells it. */
export type IPFamily = "IPv4" | "IPv6";

/** The ownerReference with `controller: true`, reduced to what names the workload. */
export type ControllerReference = { readonly kind: string; readonly name: string };

/**
 * What is kept of every object's metadata.
 *
 * `namespace` is "" for cluster-scoped objects. Times are epoch milliseconds, null where the object has none.
 */
export type ObjectMeta = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly createdAtMs: number | null;
  readonly deletedAtMs: number | null;
  readonly controller: ControllerReference | null;
};

/** Names an object in answers; `namespace` is "" for cluster-scoped objects. */
export type ObjectRef = { readonly kind: string; readonly namespace: string; readonly name: string };

/** `Kind/namespace/name`, cluster-scoped `Kind/name` (contract.md). */
export function formatObjectRef(ref: ObjectRef): string {
  return ref.namespace === "" ? `${ref.kind}/${ref.name}` : `${ref.kind}/${ref.namespace}/${ref.name}`;
}
