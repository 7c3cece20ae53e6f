// Raw objects of service proxies and CNIs as distributions write them: labels, ConfigMaps, flags. Imported by tests only.

export type Raw = Readonly<Record<string, unknown>>;

export const node = (
  kubeletVersion: string,
  more: { labels?: Raw; annotations?: Raw; runtime?: string; podCIDR?: string; name?: string } = {},
): Raw => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: more.name ?? "n1", labels: { "kubernetes.io/os": "linux", ...more.labels }, annotations: more.annotations ?? {} },
  spec: more.podCIDR === undefined ? {} : { podCIDR: more.podCIDR, podCIDRs: [more.podCIDR] },
  status: {
    addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
    nodeInfo: { kubeletVersion, containerRuntimeVersion: more.runtime ?? "containerd://2.1.4" },
  },
});

export const pod = (
  name: string,
  labels: Raw,
  more: { command?: readonly string[]; args?: readonly string[]; owner?: string; isStatic?: boolean; node?: string } = {},
): Raw => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "kube-system",
    labels,
    annotations: more.isStatic === true ? { "kubernetes.io/config.source": "file", "kubernetes.io/config.mirror": "d4de88bc" } : {},
    ...(more.owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: more.owner, controller: true }] }),
  },
  spec: {
    nodeName: more.node ?? "n1",
    hostNetwork: true,
    containers: [{ name: "kube-proxy", command: more.command ?? [], args: more.args ?? [], env: [{ name: "TOKEN", value: "secret" }] }],
  },
  status: { phase: "Running", podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }] },
});

export const daemonSet = (name: string, namespace = "kube-system", nodeSelector: Raw = {}): Raw => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name, namespace },
  spec: { template: { metadata: {}, spec: { nodeSelector, containers: [{ name }] } } },
});

export const configMap = (name: string, data: Raw): Raw => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "kube-system" },
  data,
});

export const proxyConfig = (lines: readonly string[]): string =>
  ["apiVersion: kubeproxy.config.k8s.io/v1alpha1", "kind: KubeProxyConfiguration", ...lines].join("\n");

export const kubeadmConfig = (mode: string): Raw =>
  configMap("kube-proxy", {
    "config.conf": proxyConfig([
      "bindAddress: 0.0.0.0",
      "clusterCIDR: 10.244.0.0/16",
      'detectLocalMode: ""',
      "iptables:",
      "  localhostNodePorts: null",
      "  masqueradeAll: false",
      `mode: "${mode}"`,
      "nodePortAddresses: null",
    ]),
    "kubeconfig.conf": "apiVersion: v1\nkind: Config",
  });
export const kubeadmPod = pod(
  "kube-proxy-x2x7d",
  { "k8s-app": "kube-proxy" },
  {
    owner: "kube-proxy",
    command: ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"],
  },
);
export const eksPod = pod(
  "kube-proxy-8rj7l",
  { "k8s-app": "kube-proxy" },
  {
    owner: "kube-proxy",
    command: ["kube-proxy", "--v=2", "--config=/var/lib/kube-proxy-config/config", "--hostname-override=$(NODE_NAME)"],
  },
);
export const gkePod = pod(
  "kube-proxy-n1",
  { component: "kube-proxy", tier: "node" },
  {
    isStatic: true,
    command: [
      "/bin/sh",
      "-c",
      "exec kube-proxy --master=https://10.0.0.100 --kubeconfig=/var/lib/kube-proxy/kubeconfig --cluster-cidr=10.108.0.0/14 --iptables-sync-period=1m --iptables-min-sync-period=10s --v=2 1>>/var/log/kube-proxy.log 2>&1",
    ],
  },
);
export const aksPod = pod(
  "kube-proxy-tk2zq",
  { component: "kube-proxy", tier: "node", "kubernetes.azure.com/managedby": "aks" },
  {
    owner: "kube-proxy",
    command: [
      "kube-proxy",
      "--conntrack-max-per-core=0",
      "--metrics-bind-address=0.0.0.0:10249",
      "--cluster-cidr=10.244.0.0/16",
      "--detect-local-mode=InterfaceNamePrefix",
      "--pod-interface-name-prefix=azv",
      "--v=3",
    ],
  },
);
export const rke2Pod = pod(
  "kube-proxy-n1",
  { component: "kube-proxy", tier: "control-plane" },
  { isStatic: true, command: ["kube-proxy"], args: ["--cluster-cidr=10.42.0.0/16", "--conntrack-max-per-core=0", "--proxy-mode=iptables"] },
);
export const k3sArgs = (...args: readonly string[]): Raw => ({
  "flannel.alpha.coreos.com/backend-type": "vxlan",
  "k3s.io/hostname": "n1",
  "k3s.io/node-args": JSON.stringify(args),
});
export const ciliumConfig = (replacement: string): Raw =>
  configMap("cilium-config", { "kube-proxy-replacement": replacement, "cluster-name": "default" });
export const settings = { configMap: "ConfigMap/kube-system/kube-proxy", eks: "ConfigMap/kube-system/kube-proxy-config" };
export const aks = "Pod/kube-system/kube-proxy-tk2zq";
