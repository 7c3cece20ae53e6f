import type { Labels } from "../model/meta";
import { resolveAssumptions, type Allow, type Band, type Policy, type PortRange } from "./policy";

/** The API server's default service node-port range. */
export const defaultNodePortRange: PortRange = { first: 30_000, last: 32_767 };

export function hasPort(range: PortRange, port: number): boolean {
  return port >= range.first && port <= range.last;
}

/** How many numbers a range holds. */
export function countPorts(range: PortRange): number {
  return range.last - range.first + 1;
}

/** The policy band of this kind that holds the number; bands of one kind do not overlap (the policy's reader sees to it). */
export function bandOf(policy: Policy, kind: Band["kind"], port: number): Band | null {
  return policy.bands.find((band) => band.kind === kind && hasPort(band.ports, port)) ?? null;
}

/** Whether a rule's `allow` names this holder: namespace and labels must both fit where both are given. No `allow` is the caller's question. */
export function isAllowed(allow: Allow, holder: { readonly namespace: string; readonly labels: Labels }): boolean {
  if (allow.namespaces !== null && !allow.namespaces.includes(holder.namespace)) return false;
  return allow.labels === null || Object.entries(allow.labels).every(([key, value]) => holder.labels[key] === value);
}

/** The service node-port range of a cluster: as the policy states it, else the default. */
export function nodePortRangeOf(policy: Policy, cluster: string): { readonly range: PortRange; readonly assumed: boolean } {
  const stated = resolveAssumptions(policy, cluster).nodePortRange;
  return { range: stated ?? defaultNodePortRange, assumed: stated === null };
}

/**
 * The API server's own bands (KEP-3668): automatic allocation takes the dynamic one first, so numbers chosen by hand belong into the static one.
 *
 * Returns: `static` null when the range is too small to have one.
 */
export function splitNodePortRange(range: PortRange): { readonly static: PortRange | null; readonly dynamic: PortRange } {
  const size = countPorts(range);
  const offset = size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
  const border = range.first + offset;
  return { static: offset === 0 ? null : { first: range.first, last: border - 1 }, dynamic: { first: border, last: range.last } };
}
