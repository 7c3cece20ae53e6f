// What somebody means to give to the cluster: objects read from YAML, with the places in the text that findings point at.
// Reading is lib/sources/manifest; here is only what a manifest is.

import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { ObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { WorkloadRecord } from "../model/workload";

/** A place in a text; `line` and `column` count from 1. */
export type TextPosition = { readonly file: string; readonly line: number; readonly column: number };

/**
 * The field of an object that stands at a position: `object` is its name (or where it begins), `port` a number that it asks for on nodes or addresses,
 * `target` a targetPort, `labels` those of the pods.
 */
export type ManifestField = TextPosition & {
  readonly field: "object" | "port" | "target" | "selector" | "labels";
  /** The number of a `port`, else 0. */
  readonly number: number;
  readonly path: string;
};

/**
 * Any controller that makes pods from a template, as a manifest states it.
 *
 * `kind` as the API spells it. `replicas`: pods that it keeps (of a Job its parallelism); null where the manifest does not say, and of a DaemonSet.
 */
export type ManifestWorkload = Omit<WorkloadRecord, "kind"> & { readonly kind: string };

export type ManifestRecord =
  | { readonly kind: "services"; readonly record: ServiceRecord }
  | { readonly kind: "pods"; readonly record: PodRecord }
  | { readonly kind: "endpointslices"; readonly record: EndpointSliceRecord }
  | { readonly kind: "workloads"; readonly record: ManifestWorkload };

/** One object: created, or updated where one of that name exists; or deleted. */
export type ManifestObject =
  | { readonly action: "apply"; readonly object: ObjectRef; readonly content: ManifestRecord; readonly fields: readonly ManifestField[] }
  | { readonly action: "delete"; readonly object: ObjectRef };

/** Objects in the order in which they are applied; of two with one name the later counts, as it would when applied. */
export type Manifest = { readonly objects: readonly ManifestObject[] };
