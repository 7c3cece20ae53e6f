import type { PodRecord } from "../model/pod";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Pods by hostPort number, hostNetwork pods and init containers included: whether the kubelet maps it is the reader's question. */
export function createPodsByHostPort(): BucketIndex<number, PodRecord> {
  return createBucketIndex<number, PodRecord>((pod) => {
    if (pod.nodeName === null) return [];
    const buckets: number[] = [];
    for (const container of pod.containers) {
      for (const port of container.ports) if (port.hostPort !== 0) buckets.push(port.hostPort);
    }
    return buckets;
  }, recordKey);
}

/** Those of a bucket that run on the node. Most numbers have no pod at all, and are done without a look at the node. */
export function podsAtNode(bucket: readonly PodRecord[], node: string): readonly PodRecord[] {
  if (bucket.length === 0) return bucket;
  let nodes = byNode.get(bucket);
  if (nodes === undefined) byNode.set(bucket, (nodes = Map.groupBy(bucket, ({ nodeName }) => nodeName)));
  return nodes.get(node) ?? none;
}

// Buckets stay the same lists until a pod of theirs changes.
const byNode = new WeakMap<readonly PodRecord[], ReadonlyMap<string | null, readonly PodRecord[]>>();
const none: readonly PodRecord[] = [];
