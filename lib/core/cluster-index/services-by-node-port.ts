import type { ServiceRecord } from "../model/service";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Services by each nodePort number that one of their ports holds; 0 is the API's "none". */
export function createServicesByNodePort(): BucketIndex<number, ServiceRecord> {
  return createBucketIndex<number, ServiceRecord>(
    (service) => service.ports.map((port) => port.nodePort).filter((port) => port !== 0),
    recordKey,
  );
}
