import { formatObjectRef, type Labels, type ObjectMeta, type ObjectRef } from "../model/meta";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import type { Manifest, ManifestObject } from "./manifest";

/**
 * What would be deleted beside a manifest that holds all there is to be, as `kubectl apply --prune -l key=value` does it.
 *
 * Input:   labels, all of which an object must carry.
 * Returns: Services, Deployments, DaemonSets and owners of pods that carry the labels, in namespaces that the manifest touches, and are not in the manifest,
 *          but for what another object controls. Of workloads that are not read as objects (StatefulSets, Jobs) the labels of their pods count.
 */
export function findPruned(snapshot: Snapshot, manifest: Manifest, labels: Labels): readonly ManifestObject[] {
  const stated = new Set(manifest.objects.map(({ object }) => formatObjectRef(object)));
  const namespaces = new Set(manifest.objects.map(({ object }) => object.namespace));
  const pruned = new Map<string, ObjectRef>();
  const consider = (object: ObjectRef, own: Labels, controller: ObjectMeta["controller"]): void => {
    const name = formatObjectRef(object);
    // What another object made bears that one's labels, and is nobody's to apply or to prune.
    if (controller !== null) return;
    if (!namespaces.has(object.namespace) || stated.has(name)) return;
    if (Object.entries(labels).every(([key, value]) => own[key] === value)) pruned.set(name, object);
  };
  const read = new Set<string>();
  for (const { kind, namespace, name, labels: own, controller } of [...snapshot.deployments.values(), ...snapshot.daemonsets.values()]) {
    read.add(formatObjectRef({ kind, namespace, name }));
    consider({ kind, namespace, name }, own, controller);
  }
  for (const { namespace, name, labels: own, controller } of snapshot.services.values())
    consider({ kind: "Service", namespace, name }, own, controller);
  for (const pod of snapshot.pods.values()) {
    const owner = resolveOwner(pod);
    if (!read.has(formatObjectRef(owner)) && owner.kind !== "StaticPod") consider(owner, pod.labels, null);
  }
  return [...pruned].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => ({ action: "delete", object }));
}
