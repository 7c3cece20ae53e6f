import { describe, expect, test } from "vitest";
import { noAssumptions, type ClusterAssumptions } from "../policy/policy";
import {
  buildConfigMap,
  buildContext,
  buildNode,
  buildPod,
  buildSnapshot,
  buildWorkload,
  noProxySettings,
  type SnapshotParts,
} from "../testing/builders";
import { describeProxy, type ProxyDescription } from "./proxy-config";

const node = buildNode({ name: "n1", ip: "10.0.0.1" });
const proxyPod = (partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({
    name: "kube-proxy-abc",
    namespace: "kube-system",
    labels: { "k8s-app": "kube-proxy" },
    hostNetwork: true,
    node: "n1",
    ...partial,
  });

function ask(parts: SnapshotParts = {}, policy: Partial<ClusterAssumptions> = {}): ProxyDescription {
  const [asked = node] = parts.nodes ?? [];
  return describeProxy(
    buildSnapshot({ nodes: [node], ...parts }),
    buildContext({ clusters: { "*": { ...noAssumptions, ...policy } } }),
    asked,
  );
}

/** `value from origin` of an assumption. */
function stated(proxy: ProxyDescription, what: string): string {
  const found = proxy.assumptions.find((each) => each.what === what);
  return found === undefined ? "not stated" : `${found.value} from ${found.from}`;
}

describe("where a setting comes from", () => {
  const configmaps = [buildConfigMap({ name: "kube-proxy", proxy: { mode: "nftables" } })];
  const flags = { ...noProxySettings, mode: "ipvs" as const, nodePortAddresses: ["10.0.0.0/8"] };
  test.for([
    ["the default of the version", {}, {}, "iptables from default"],
    ["the ConfigMap of kubeadm and kind", { configmaps }, {}, "nftables from ConfigMap/kube-system/kube-proxy"],
    [
      "EKS' ConfigMap",
      { configmaps: [buildConfigMap({ name: "kube-proxy-config", proxy: { mode: "ipvs" } })] },
      {},
      "ipvs from ConfigMap/kube-system/kube-proxy-config",
    ],
    ["the flags of the proxy's pod", { pods: [proxyPod({ proxyFlags: flags })] }, {}, "ipvs from Pod/kube-system/kube-proxy-abc"],
    [
      "the ConfigMap before the flags",
      { configmaps, pods: [proxyPod({ proxyFlags: flags })] },
      {},
      "nftables from ConfigMap/kube-system/kube-proxy",
    ],
    [
      "the arguments of a k3s agent",
      { nodes: [buildNode({ name: "n1", kubeletVersion: "v1.35.1+k3s1", proxyArgs: { ...noProxySettings, mode: "nftables" } })] },
      {},
      "nftables from Node/n1",
    ],
    ["an empty mode in the ConfigMap", { configmaps: [buildConfigMap({ name: "kube-proxy", proxy: {} })] }, {}, "iptables from default"],
    ["a policy", { configmaps }, { proxyMode: "ipvs" }, "ipvs from policy"],
  ] as const)("%s", ([, parts, policy, expected]) => {
    expect(stated(ask(parts, policy), "proxyMode")).toBe(expected);
  });

  test("each setting by itself: what the ConfigMap leaves open, the flags may say", () => {
    const proxy = ask({ configmaps, pods: [proxyPod({ proxyFlags: flags })] });
    expect([proxy.mode, proxy.nodePortAddresses]).toEqual(["nftables", ["10.0.0.0/8"]]);
  });
  test("what a policy overrules is shown beside it", () => {
    expect(stated(ask({ configmaps }, { proxyMode: "ipvs" }), "proxyMode as read")).toBe("nftables from ConfigMap/kube-system/kube-proxy");
    expect(stated(ask({ configmaps }, { proxyMode: "nftables" }), "proxyMode as read")).toBe("not stated");
  });
  test("nftables serves only the primary address unless told otherwise", () => {
    expect(stated(ask({ configmaps }), "nodePortAddresses")).toBe("primary from default");
    expect(stated(ask(), "nodePortAddresses")).toBe("all from default");
  });
  test("a configuration that may not be read is said to be so", () => {
    expect(stated(ask({ kinds: { configmaps: "forbidden" } }), "kube-proxy configuration")).toBe("not read from configmaps: forbidden");
    expect(stated(ask({ configmaps }), "kube-proxy configuration")).toBe("not stated");
  });
  test("the version is the kubelet's", () => {
    expect(stated(ask({ nodes: [buildNode({ name: "n1", kubeletVersion: "v1.33.5-eks-1234" })] }), "kube-proxy version")).toBe(
      "1.33 from Node/n1 status.nodeInfo.kubeletVersion",
    );
    expect(stated(ask({ nodes: [buildNode({ name: "n1", kubeletVersion: "" })] }), "kube-proxy version")).toBe("1.36 from default");
  });
});

describe("who proxies a node", () => {
  const daemonSet = (name: string, namespace = "kube-system") => buildWorkload({ kind: "DaemonSet", name, namespace });
  const parked = buildWorkload({
    kind: "DaemonSet",
    name: "kube-proxy",
    namespace: "kube-system",
    template: { placement: { nodeSelector: { "non-calico": "true" }, requiredAffinity: null, tolerations: [] } },
  });
  test.for([
    ["nothing seen: kube-proxy is assumed", {}, "kube-proxy iptables 1.36"],
    ["a Running pod here whose settings were not read", { pods: [proxyPod()] }, "kube-proxy of unknown mode 1.36"],
    ["a Running pod here that states some", { pods: [proxyPod({ proxyFlags: noProxySettings })] }, "kube-proxy iptables 1.36"],
    [
      "a static pod here (RKE2)",
      {
        pods: [
          buildPod({ name: "kube-proxy-n1", namespace: "kube-system", staticPod: true, hostNetwork: true, node: "n1" }),
          proxyPod({ node: "n2" }),
        ],
        configmaps: [buildConfigMap({ name: "kube-proxy", proxy: {} })],
      },
      "kube-proxy iptables 1.36",
    ],
    ["pods on other nodes only", { pods: [proxyPod({ node: "n2" })] }, "no service proxy"],
    ["a pod here that does not run", { pods: [proxyPod({ phase: "Failed" })] }, "no service proxy"],
    ["Cilium", { configmaps: [buildConfigMap({ name: "cilium-config", ciliumKubeProxyReplacement: "true" })] }, "Cilium"],
    [
      "Cilium beside kube-proxy",
      { configmaps: [buildConfigMap({ name: "cilium-config", ciliumKubeProxyReplacement: "false" })] },
      "kube-proxy iptables 1.36",
    ],
    ["Calico eBPF", { daemonsets: [parked] }, "Calico eBPF"],
    [
      "OVN-Kubernetes by its annotation",
      { nodes: [buildNode({ name: "n1", proxySigns: ["k8s.ovn.org/l3-gateway-config"] })] },
      "OVN-Kubernetes",
    ],
    ["OVN-Kubernetes on OpenShift", { daemonsets: [daemonSet("ovnkube-node", "openshift-ovn-kubernetes")] }, "OVN-Kubernetes"],
    ["Antrea with proxyAll", { configmaps: [buildConfigMap({ name: "antrea-config", antreaProxyAll: true })] }, "Antrea"],
    ["kube-router", { daemonsets: [daemonSet("kube-router")] }, "kube-router"],
    ["GKE Dataplane V2", { daemonsets: [daemonSet("anetd")] }, "GKE Dataplane V2"],
    [
      "a Windows node",
      { nodes: [buildNode({ name: "n1", labels: { "kubernetes.io/os": "windows" } })], pods: [proxyPod({ node: "n2" })] },
      "Windows kernelspace",
    ],
    ["mode kernelspace", { configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode: "kernelspace" } })] }, "Windows kernelspace"],
  ] as const)("%s", ([, parts, label]) => {
    expect(ask(parts).label).toBe(label);
  });
  test("a policy settles it", () => {
    const cilium = { configmaps: [buildConfigMap({ name: "cilium-config", ciliumKubeProxyReplacement: "true" })] };
    expect(ask(cilium, { proxyMode: "iptables" }).label).toBe("kube-proxy iptables 1.36");
    expect(ask({}, { proxyMode: "none" }).label).toBe("no service proxy");
  });
});

describe("what the CNI does", () => {
  test.for([
    ["unknown", {}, "true from default (no CNI is recognised)"],
    [
      "AWS VPC CNI keeps the pod's address",
      { daemonsets: [buildWorkload({ kind: "DaemonSet", name: "aws-node", namespace: "kube-system" })] },
      "false from DaemonSet/kube-system/aws-node (its env values are not read)",
    ],
    [
      "flannel masquerades",
      { daemonsets: [buildWorkload({ kind: "DaemonSet", name: "kube-flannel-ds", namespace: "kube-flannel" })] },
      "true from DaemonSet/kube-flannel/kube-flannel-ds (its argument --ip-masq is not read)",
    ],
  ] as const)("pods to nodes: %s", ([, parts, expected]) => {
    expect(stated(ask(parts), "podToNodeMasquerade")).toBe(expected);
  });
  test("CRI-O maps hostPorts itself", () => {
    expect(ask({ nodes: [buildNode({ name: "n1", containerRuntimeVersion: "cri-o://1.34.0" })] }).hostPortImplementation).toBe("crio");
    expect(ask({}, { hostPortImplementation: "none" }).hostPortImplementation).toBe("none");
  });
});

test("a kube-proxy that only its DaemonSet shows, pods and settings unread, may run in either mode (6.1)", () => {
  const daemonsets = [buildWorkload({ name: "kube-proxy", namespace: "kube-system", kind: "DaemonSet" })];
  const proxy = ask({ daemonsets, kinds: { pods: { state: "forbidden" }, configmaps: { state: "forbidden" } } });
  expect([proxy.kind, proxy.modeIsKnown]).toEqual(["kubeProxy", false]);
  expect(ask({ daemonsets, configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode: "nftables" } })] }).modeIsKnown).toBe(true);
});
