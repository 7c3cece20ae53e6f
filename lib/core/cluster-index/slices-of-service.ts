import { serviceKey, type ServiceKey } from "../model/brands";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** EndpointSlices by the Service that label kubernetes.io/service-name names in their namespace. */
export function createSlicesOfService(): BucketIndex<ServiceKey, EndpointSliceRecord> {
  return createBucketIndex<ServiceKey, EndpointSliceRecord>(
    (slice) => (slice.serviceName === null ? [] : [serviceKey(slice.namespace, slice.serviceName)]),
    recordKey,
  );
}
