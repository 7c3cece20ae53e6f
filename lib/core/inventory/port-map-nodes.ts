import { familyOf, normaliseAddress } from "../basics/ip";
import { compareText } from "../basics/order";
import type { Labels } from "../model/meta";
import type { NodeRecord } from "../model/node";

/** A node's addresses as the map asks them, normalised: the primary one first, each once; empty when it lists none. */
export function addressesOf(node: NodeRecord): readonly string[] {
  const ofType = (type: string): readonly string[] =>
    node.addresses.filter((each) => each.type === type && familyOf(each.address) !== null).map((each) => normaliseAddress(each.address));
  return [...new Set([...ofType("InternalIP"), ...ofType("ExternalIP")])];
}

/** The pool that a node belongs to: by the policy's label, else by the first well-known one, else its role; null when it shows none. */
export function poolOf(labels: Labels, poolLabel: string | null): string | null {
  const keys = poolLabel === null || poolLabel === "" ? wellKnownPools : [poolLabel, ...wellKnownPools];
  for (const key of keys) {
    const pool = labels[key];
    if (pool !== undefined && pool !== "") return pool;
  }
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith(rolePrefix) && key.length > rolePrefix.length)
    .map((key) => key.slice(rolePrefix.length))
    .sort(compareText);
  return roles[0] ?? null;
}

export function zoneOf(labels: Labels): string | null {
  const zone = labels["topology.kubernetes.io/zone"];
  return zone === undefined || zone === "" ? null : zone;
}

/** Labels by which clouds and tools know their pools of nodes, the most telling first. */
export const wellKnownPools = [
  "karpenter.sh/nodepool",
  "cloud.google.com/gke-nodepool",
  "eks.amazonaws.com/nodegroup",
  "kubernetes.azure.com/agentpool",
  "nvidia.com/gpu.product",
] as const;
const rolePrefix = "node-role.kubernetes.io/";
