import type { ServiceRecord } from "../model/service";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Services by healthCheckNodePort; 0 is the API's "none". */
export function createServicesByHealthCheckPort(): BucketIndex<number, ServiceRecord> {
  return createBucketIndex<number, ServiceRecord>(
    (service) => (service.healthCheckNodePort === 0 ? [] : [service.healthCheckNodePort]),
    recordKey,
  );
}
