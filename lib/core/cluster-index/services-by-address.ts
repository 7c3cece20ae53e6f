import { normaliseAddress } from "../basics/ip";
import type { ServiceRecord } from "../model/service";
import { recordKey } from "../model/snapshot";
import { createBucketIndex, type BucketIndex } from "./bucket-index";

/** Services by each normalised clusterIP, externalIP and load balancer ingress IP, whatever its ipMode: the reader decides what counts. */
export function createServicesByAddress(): BucketIndex<string, ServiceRecord> {
  return createBucketIndex<string, ServiceRecord>((service) => {
    const addresses = [...service.clusterIPs, ...service.externalIPs];
    for (const { ip } of service.loadBalancerIngress) if (ip !== null) addresses.push(ip);
    // "None" marks a headless Service, "" one that has no address yet: neither is an address.
    return addresses.filter((address) => address !== "None" && address !== "").map(normaliseAddress);
  }, recordKey);
}
