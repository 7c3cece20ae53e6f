import { normaliseAddress } from "../basics/ip";
import type { NodeRecord } from "../model/node";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Nodes by each normalised address that they list, host names included. */
export function createNodesByAddress(): BucketIndex<string, NodeRecord> {
  return createBucketIndex<string, NodeRecord>((node) => node.addresses.map(({ address }) => normaliseAddress(address)), recordKey);
}
