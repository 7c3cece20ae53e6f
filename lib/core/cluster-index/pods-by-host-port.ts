import type { PodRecord } from "../model/pod";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Pods by node and hostPort number, hostNetwork pods and init containers included: whether the kubelet maps it is the reader's question. */
export function createPodsByHostPort(): BucketIndex<string, PodRecord> {
  return createBucketIndex<string, PodRecord>((pod) => {
    const { nodeName } = pod;
    if (nodeName === null) return [];
    const buckets: string[] = [];
    for (const container of pod.containers) {
      for (const port of container.ports) if (port.hostPort !== 0) buckets.push(hostPortBucket(nodeName, port.hostPort));
    }
    return buckets;
  }, recordKey);
}

export function hostPortBucket(node: string, port: number): string {
  return `${String(port)} ${node}`;
}
