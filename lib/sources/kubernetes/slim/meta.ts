import type { ControllerReference, ObjectMeta } from "@/lib/core";
import { asLabels, asObject, asObjects, asText, asTimeMs, intern, type Raw } from "./read";

/** What is kept of any object's metadata; undefined when it has no name: then it cannot be an object of the API. */
export function slimMeta(raw: Raw): ObjectMeta | undefined {
  const meta = asObject(raw["metadata"]);
  const name = asText(meta["name"]);
  if (name === "") return undefined;
  return {
    namespace: intern(asText(meta["namespace"])),
    name,
    uid: asText(meta["uid"]),
    labels: asLabels(meta["labels"]),
    createdAtMs: asTimeMs(meta["creationTimestamp"]),
    deletedAtMs: asTimeMs(meta["deletionTimestamp"]),
    controller: slimController(meta["ownerReferences"]),
  };
}

/** Annotations are read here and forgotten: only facts named in contract.md may be derived from them. */
export function annotationsOf(raw: Raw): Raw {
  return asObject(asObject(raw["metadata"])["annotations"]);
}

function slimController(references: unknown): ControllerReference | null {
  const controller = asObjects(references).find((reference) => reference["controller"] === true);
  const kind = asText(controller?.["kind"]);
  const name = asText(controller?.["name"]);
  return kind === "" || name === "" ? null : { kind: intern(kind), name: intern(name) };
}
