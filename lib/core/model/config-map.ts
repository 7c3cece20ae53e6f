import type { ObjectMeta } from "./meta";
import type { ProxySettings } from "./proxy-settings";

/**
 * A ConfigMap of kube-system that tells how the data plane is set, reduced to that.
 *
 * `proxy`: of `kube-proxy` (key config.conf) and EKS' `kube-proxy-config` (key config), null otherwise.
 * `ciliumKubeProxyReplacement`: the key of `cilium-config`; `antreaProxyAll`: of `antrea-config`; null when absent.
 */
export type ConfigMapRecord = ObjectMeta & {
  readonly proxy: ProxySettings | null;
  readonly ciliumKubeProxyReplacement: string | null;
  readonly antreaProxyAll: boolean | null;
};
