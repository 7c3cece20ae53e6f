import type { ObjectRef } from "./meta";

/** The workload behind a pod, as findings.md defines it ("Owner of a pod"); a bare pod is `Pod/namespace/name`. */
export type Owner = ObjectRef;

/** ClearML agent or Helm release of an owner: a display name, never an identity. */
export type Group = { readonly kind: "clearmlAgent" | "helmRelease"; readonly name: string };
