import { normaliseAddress } from "../basics/ip";
import type { PodRecord } from "../model/pod";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Pods by each normalised podIP; finished ones no longer hold theirs. */
export function createPodsByAddress(): BucketIndex<string, PodRecord> {
  return createBucketIndex<string, PodRecord>(
    (pod) => (pod.phase === "Succeeded" || pod.phase === "Failed" ? [] : pod.podIPs.map(normaliseAddress)),
    recordKey,
  );
}
