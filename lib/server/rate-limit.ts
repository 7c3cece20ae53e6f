// How often one client may ask, and which addresses are one client: a token bucket for each.

/** Returns: seconds to wait, 0 = go on. */
export type RateLimit = (client: string) => number;

type Bucket = { tokens: number; atMs: number };

/** At most so many clients are remembered; those that were quiet longest are forgotten first, and start again with a full bucket. */
const clientsMax = 10_000;

/** Units: `burst` requests at once, then `perSecond`. */
export function createRateLimit(burst: number, perSecond: number, now: () => number): RateLimit {
  const buckets = new Map<string, Bucket>();
  return (client) => {
    const nowMs = now();
    const known = buckets.get(client) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, known.tokens + (Math.max(0, nowMs - known.atMs) / 1000) * perSecond);
    // Set anew, so that the map's order is that of the last request.
    buckets.delete(client);
    buckets.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    if (buckets.size > clientsMax) for (const [oldest] of buckets) if (buckets.delete(oldest)) break;
    return tokens < 1 ? Math.max(1, Math.ceil((1 - tokens) / perSecond)) : 0;
  };
}

/** Who is behind an address: of IPv6 the network (/64), out of which one machine takes as many addresses as it likes; of an IPv4 address in IPv6 clothes that one. */
export function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [start = "", end] = (address.split("%", 1)[0] ?? "").split("::");
  const [left, right] = [start, end ?? ""].map((part) => (part === "" ? [] : part.split(":"))) as [string[], string[]];
  return [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right].slice(0, 4).join(":");
}
