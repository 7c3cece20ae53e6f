import { toNodeName, type NodeName } from "../model/brands";
import type { PodRecord } from "../model/pod";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Pods by the node they are bound to, finished ones included. */
export function createPodsOfNode(): BucketIndex<NodeName, PodRecord> {
  return createBucketIndex<NodeName, PodRecord>((pod) => (pod.nodeName === null ? [] : [toNodeName(pod.nodeName)]), recordKey);
}
