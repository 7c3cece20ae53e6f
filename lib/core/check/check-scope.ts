import { formatObjectRef } from "../model/meta";
import type { Snapshot } from "../model/snapshot";
import type { HostPortPlacement } from "./host-port-placement";
import type { Manifest, ManifestObject } from "./manifest";

/** What a rule may ask of a check: the cluster as it is, what the manifest says, and where its pods could land. */
export type CheckScope = { readonly base: Snapshot; readonly manifest: Manifest; readonly placements: readonly HostPortPlacement[] };

/** One entry for each object, the last one that the manifest has, in the order of the first. */
export function lastOfEach({ objects }: Manifest): readonly ManifestObject[] {
  return [...new Map(objects.map((each) => [formatObjectRef(each.object), each])).values()];
}
