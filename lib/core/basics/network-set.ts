import type { Cidr, IpAddress } from "./ip";

/** A set of networks that answers fast whether one of them holds an address: a large cluster has one network per node. */
export type NetworkSet = { readonly size: number; readonly contains: (address: IpAddress) => boolean };

/** Cost: a question is linear in the number of distinct families and prefix lengths, not of networks. */
export function buildNetworkSet(networks: readonly Cidr[]): NetworkSet {
  const byLength = new Map<string, { readonly family: Cidr["family"]; readonly bits: number; readonly prefixes: Set<string> }>();
  for (const { family, bytes, bits } of networks) {
    const key = `${family}/${String(bits)}`;
    let group = byLength.get(key);
    if (group === undefined) byLength.set(key, (group = { family, bits, prefixes: new Set() }));
    group.prefixes.add(prefixOf(bytes, bits));
  }
  const groups = [...byLength.values()];
  return {
    size: networks.length,
    contains: (address) =>
      groups.some(({ family, bits, prefixes }) => family === address.family && prefixes.has(prefixOf(address.bytes, bits))),
  };
}

function prefixOf(bytes: readonly number[], bits: number): string {
  const whole = bits >> 3;
  const rest = bits & 7;
  const text = bytes.slice(0, whole).join(".");
  return rest === 0 ? text : `${text}.${String((bytes[whole] ?? 0) >> (8 - rest))}`;
}
