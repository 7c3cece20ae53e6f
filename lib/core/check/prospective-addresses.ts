// Addresses that are not given out yet. Routing and rules need one for each new Service and pod; these stand for "whatever it will be".

import { familyOf } from "../basics/ip";
import { serviceKey } from "../model/brands";
import type { IPFamily } from "../model/meta";
import type { Snapshot } from "../model/snapshot";

/**
 * Addresses that no cluster gives out: reserved for ever (RFC 1112 class E), and the discard-only prefix (RFC 6666).
 *
 * Returns: a function that gives the next address of a family; the same ones in the same order each time.
 */
export function createProspectiveAddresses(): (family: IPFamily) => string {
  let count = 0;
  return (family) => {
    count += 1;
    const high = (count >> 16) & 0xff;
    const middle = (count >> 8) & 0xff;
    const low = count & 0xff;
    return family === "IPv4" ? `240.${String(high)}.${String(middle)}.${String(low)}` : `100::${count.toString(16)}`;
  };
}

const prospective = /\b240\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|\b100::[0-9a-f]{1,6}\b/g;

/** A text in which addresses that are not given out yet are called what they are. */
export function hideProspectiveAddresses(text: string): string {
  return text.replaceAll(prospective, "not-yet-assigned");
}

/** Families in which the cluster gives addresses: as its `kubernetes` Service has them first, else as its nodes and pods do. */
export function clusterFamilies({ services, nodes, pods }: Snapshot): readonly IPFamily[] {
  const own = services.get(serviceKey("default", "kubernetes"));
  const first = own?.ipFamilies[0];
  const seen = new Set<IPFamily>(first === undefined ? [] : [first]);
  const add = (address: string): void => {
    const family = familyOf(address);
    if (family !== null) seen.add(family);
  };
  const [pod] = [...pods.values()].filter(({ podIPs, hostNetwork }) => podIPs.length > 0 && !hostNetwork);
  if (pod !== undefined) pod.podIPs.forEach(add);
  else
    for (const { addresses } of [...nodes.values()].slice(0, 1))
      for (const { type, address } of addresses) if (type === "InternalIP") add(address);
  return seen.size === 0 ? ["IPv4"] : [...seen];
}
