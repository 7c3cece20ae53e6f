/** kube-proxy's modes that the API can tell; `kernelspace` is Windows. */
export type ProxyMode = "iptables" | "nftables" | "ipvs" | "kernelspace";

export type DetectLocalMode = "ClusterCIDR" | "NodeCIDR" | "BridgeInterface" | "InterfaceNamePrefix";

/**
 * The few settings of a kube-proxy that decide routes, as one place states them (ConfigMap, flags of a pod, node arguments).
 *
 * null = not stated there (the next origin, then the version's default, applies); an empty list is a statement.
 * `mode` "" in a ConfigMap is null here: it means the default. `clusterCIDRs` holds `detectLocal.clusterCIDRs` where given, else `clusterCIDR` split at commas.
 */
export type ProxySettings = {
  readonly mode: ProxyMode | null;
  readonly nodePortAddresses: readonly string[] | null;
  readonly clusterCIDRs: readonly string[] | null;
  readonly detectLocalMode: DetectLocalMode | null;
  readonly bindAddress: string | null;
  readonly localhostNodePorts: boolean | null;
  readonly masqueradeAll: boolean | null;
  readonly ipvsScheduler: string | null;
};
