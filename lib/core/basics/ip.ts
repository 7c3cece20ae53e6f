import type { IPFamily } from "../model/meta";

// IP addresses and CIDRs as values. Kubernetes accepts several spellings of one address (leading zeros, compressed IPv6, IPv4-mapped);
// whatever compares addresses compares the normalised text or the bytes, never what the API said.

/** An address as bytes (4 or 16). An IPv4-mapped IPv6 address (::ffff:10.0.0.1) is the IPv4 address, as in Go's net.IP. */
export type IpAddress = { readonly family: IPFamily; readonly bytes: readonly number[] };

/** A network: `bytes` are masked to `bits`. */
export type Cidr = { readonly family: IPFamily; readonly bytes: readonly number[]; readonly bits: number };

/**
 * Reads one IP address.
 *
 * Input:   any text. IPv4 with leading zeros is decimal (ParseIPSloppy of Kubernetes); zones (fe80::1%eth0) and surrounding spaces are no address.
 * Returns: the address, or undefined when the text is none.
 * Errors:  never throws.
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (!text.includes(":")) {
    const bytes = parseIPv4(text);
    return bytes === undefined ? undefined : { family: "IPv4", bytes };
  }
  const bytes = parseIPv6(text);
  if (bytes === undefined) return undefined;
  return isMapped(bytes) ? { family: "IPv4", bytes: bytes.slice(12) } : { family: "IPv6", bytes };
}

/** The canonical text: dotted decimal without leading zeros, or RFC 5952. */
export function formatAddress(address: IpAddress): string {
  return address.family === "IPv4" ? address.bytes.join(".") : formatIPv6(address.bytes);
}

/** The canonical text of an address; what is no address comes back as it was, so that it still equals itself. */
export function normaliseAddress(text: string): string {
  // Nearly every address of a cluster is already canonical IPv4: 150,000 pods go through here.
  if (canonicalIPv4.test(text)) return text;
  const address = parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}

/** The family of an address in text form, null when it is no address. An IPv4-mapped one is IPv4. */
export function familyOf(text: string): IPFamily | null {
  return canonicalIPv4.test(text) ? "IPv4" : (parseAddress(text)?.family ?? null);
}

/** Whether two texts name one address. Texts that are no address are equal when they are the same. */
export function sameAddress(a: string, b: string): boolean {
  return a === b || normaliseAddress(a) === normaliseAddress(b);
}

/** Whether the address is of the host's own loopback: 127.0.0.0/8 or ::1. */
export function isLoopback(address: IpAddress): boolean {
  return address.family === "IPv4" ? address.bytes[0] === 127 : address.bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

/** isLoopback for canonical text (normaliseAddress), without reading it. */
export function isLoopbackText(canonical: string): boolean {
  return canonical === "::1" || (canonical.startsWith("127.") && canonicalIPv4.test(canonical));
}

/** Whether the address is 0.0.0.0 or ::, which stand for "every address of the family". */
export function isUnspecified(address: IpAddress): boolean {
  return address.bytes.every((byte) => byte === 0);
}

/**
 * Reads one network in CIDR notation, host bits cleared.
 *
 * Input:   any text; surrounding spaces are no part of it, so trim first where the API allows them (loadBalancerSourceRanges).
 * Returns: the network, or undefined when the text is none (a bare address is none). A mapped network of /96 or longer is IPv4.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const size = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(size)) return undefined;
  const host = text.slice(0, slash);
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const mapped = address.family === "IPv4" && host.includes(":");
  const bits = Number(size) - (mapped ? 96 : 0);
  if (bits < 0 || bits > address.bytes.length * 8) return undefined;
  return { family: address.family, bytes: mask(address.bytes, bits), bits };
}

/** `address/bits`, canonical. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr)}/${String(cidr.bits)}`;
}

/** Whether the network holds the address; of another family: no. */
export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  return cidr.family === address.family && sharesPrefix(cidr.bytes, address.bytes, cidr.bits);
}

/** Whether `outer` holds all of `inner`; a network holds itself. */
export function cidrContainsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.bits <= inner.bits && sharesPrefix(outer.bytes, inner.bytes, outer.bits);
}

/** The first address after the network's own (10.244.1.0/24 gives 10.244.1.1), undefined when the network is a single address. */
export function firstHostOf(cidr: Cidr): IpAddress | undefined {
  if (cidr.bits >= cidr.bytes.length * 8) return undefined;
  const last = cidr.bytes.length - 1;
  return { family: cidr.family, bytes: cidr.bytes.map((byte, i) => (i === last ? byte | 1 : byte)) };
}

const canonicalIPv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

function parseIPv4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d+$/.test(part)) return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    bytes.push(value);
  }
  return bytes;
}

function parseIPv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const tail = parseGroups(halves[1] ?? "", true);
  if (tail === undefined) return undefined;
  const gap = 16 - head.length - tail.length;
  // "::" stands for one group at least.
  return gap < 2 ? undefined : [...head, ...new Array<number>(gap).fill(0), ...tail];
}

/** Groups between colons as bytes; only the last group of the whole address may be dotted. */
function parseGroups(text: string, last: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (last && i === groups.length - 1 && group.includes(".")) {
      const dotted = parseIPv4(group);
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
      continue;
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 255);
  }
  return bytes;
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => i >= 12 || byte === (i >= 10 ? 255 : 0));
}

function formatIPv6(bytes: readonly number[]): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  const gap = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (gap.length < 2) return hex.join(":");
  return `${hex.slice(0, gap.start).join(":")}::${hex.slice(gap.start + gap.length).join(":")}`;
}

/** The first of the longest runs of zero groups (RFC 5952 4.2.3). */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i += 1) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}

function mask(bytes: readonly number[], bits: number): readonly number[] {
  return bytes.map((byte, i) => byte & maskByte(bits - i * 8));
}

function maskByte(bits: number): number {
  return bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255;
}

function sharesPrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  for (let i = 0; i * 8 < bits; i += 1) {
    const byteMask = maskByte(bits - i * 8);
    if (((a[i] ?? 0) & byteMask) !== ((b[i] ?? 0) & byteMask)) return false;
  }
  return true;
}
