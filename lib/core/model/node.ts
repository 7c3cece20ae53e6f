import type { ObjectMeta } from "./meta";
import type { ProxySettings } from "./proxy-settings";

export type NodeAddressType = "InternalIP" | "ExternalIP" | "Hostname" | "InternalDNS" | "ExternalDNS";

export type Taint = {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
};

/**
 * A Node, slimmed.
 *
 * `addresses` in API order (the order decides the primary address: routing.md R1.1.1). `ready` is the Ready condition, null when absent.
 * `proxyArgs`: proxy settings found in node annotations such as `k3s.io/node-args`, null when there are none.
 * `proxySigns`: names of annotations that tell the data plane (routing.md 6.1), e.g. `k8s.ovn.org/l3-gateway-config`, and `--disable-kube-proxy` where the
 * arguments of a k3s or RKE2 server say so.
 */
export type NodeRecord = ObjectMeta & {
  readonly addresses: readonly { readonly type: NodeAddressType; readonly address: string }[];
  readonly podCIDRs: readonly string[];
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly ready: "True" | "False" | "Unknown" | null;
  readonly kubeletVersion: string;
  readonly containerRuntimeVersion: string;
  readonly proxyArgs: ProxySettings | null;
  readonly proxySigns: readonly string[];
};
