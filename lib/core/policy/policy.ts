import type { CheckScope } from "../check/check-scope";
import type { Labels } from "../model/meta";
import type { ProxyMode } from "../model/proxy-settings";
import type { Protocol } from "../model/meta";
import { ownValue } from "../basics/own-value";

// The policy file as values (contract.md "Policy file"). Reading it, with line and column, is lib/sources/policy; here is only what it means.

export type PortRange = { readonly first: number; readonly last: number };

/** Who may stand in a band, block or reservation: both must hold where both are given. */
export type Allow = { readonly namespaces: readonly string[] | null; readonly labels: Labels | null };

export type Band = {
  readonly name: string;
  readonly kind: "nodePort" | "hostPort";
  readonly ports: PortRange;
  readonly owner: string | null;
  readonly allow: Allow | null;
};

/** `until`: last day, `YYYY-MM-DD`, UTC. `node`, `protocol` only for hostPort. `for` of the file is `purpose`. */
export type Reservation = {
  readonly port: number;
  readonly kind: "nodePort" | "hostPort";
  readonly node: string | null;
  readonly protocol: Protocol | null;
  readonly purpose: string;
  readonly until: string | null;
  readonly ticket: string | null;
  readonly allow: Allow | null;
};

/** `subject` as `Kind/namespace/name`; `owners` null = any owner set. */
export type Acknowledgement = {
  readonly rule: string;
  readonly subject: string;
  readonly owners: readonly string[] | null;
  readonly reason: string;
  readonly by: string;
  readonly until: string;
};

export type HostPortImplementation = "portmap-iptables" | "portmap-nftables" | "crio" | "cilium" | "none";

/** What the API does not say, per cluster; null = not set, so that what can be read (or the default) applies. */
export type ClusterAssumptions = {
  readonly nodePortRange: PortRange | null;
  readonly proxyMode: ProxyMode | "none" | null;
  readonly nodePortAddresses: readonly string[] | null;
  readonly clusterCIDR: readonly string[] | null;
  readonly podToNodeMasquerade: boolean | null;
  readonly hostPortImplementation: HostPortImplementation | null;
  readonly unlistedNodeAddresses: Readonly<Record<string, readonly string[]>>;
  readonly ephemeralPortRange: PortRange | null;
  readonly namespaces: readonly string[];
  readonly poolLabel: string | null;
};

export type Policy = {
  readonly clusters: Readonly<Record<string, ClusterAssumptions>>;
  readonly bands: readonly Band[];
  readonly reservations: readonly Reservation[];
  readonly acknowledgements: readonly Acknowledgement[];
  readonly blocks: readonly Omit<Band, "owner">[];
  readonly severities: Readonly<Record<string, "critical" | "warning" | "info" | "off">>;
  readonly systemPorts: { readonly controlPlane: readonly PortRange[] | null; readonly node: readonly PortRange[] | null };
};

/** Assumptions of a cluster of which the policy says nothing. */
export const noAssumptions: ClusterAssumptions = {
  nodePortRange: null,
  proxyMode: null,
  nodePortAddresses: null,
  clusterCIDR: null,
  podToNodeMasquerade: null,
  hostPortImplementation: null,
  unlistedNodeAddresses: {},
  ephemeralPortRange: null,
  namespaces: [],
  poolLabel: null,
};

/** The policy of someone who wrote none. */
export const emptyPolicy: Policy = {
  clusters: {},
  bands: [],
  reservations: [],
  acknowledgements: [],
  blocks: [],
  severities: {},
  systemPorts: { controlPlane: null, node: null },
};

/** The assumptions for one cluster: its own entry over the one for every cluster ("*"), key by key. */
export function resolveAssumptions(policy: Policy, cluster: string): ClusterAssumptions {
  const general = policy.clusters["*"] ?? noAssumptions;
  const own = ownValue(policy.clusters, cluster);
  if (own === undefined) return general;
  return {
    nodePortRange: own.nodePortRange ?? general.nodePortRange,
    proxyMode: own.proxyMode ?? general.proxyMode,
    nodePortAddresses: own.nodePortAddresses ?? general.nodePortAddresses,
    clusterCIDR: own.clusterCIDR ?? general.clusterCIDR,
    podToNodeMasquerade: own.podToNodeMasquerade ?? general.podToNodeMasquerade,
    hostPortImplementation: own.hostPortImplementation ?? general.hostPortImplementation,
    unlistedNodeAddresses: { ...general.unlistedNodeAddresses, ...own.unlistedNodeAddresses },
    ephemeralPortRange: own.ephemeralPortRange ?? general.ephemeralPortRange,
    namespaces: own.namespaces.length > 0 ? own.namespaces : general.namespaces,
    poolLabel: own.poolLabel ?? general.poolLabel,
  };
}

/** What every question besides the snapshot depends on. The clock is a value: core reads none. `check`: the snapshot is one that a manifest would make. */
export type Context = { readonly policy: Policy; readonly nowMs: number; readonly check?: CheckScope };
