// What is found of the service proxy in clusters as the distributions set them up: raw objects with the labels, ConfigMaps and flags that each of them really
// writes, read by the slimmers and judged by the engine.

import { expect, test } from "vitest";
import { createClusterIndex, describeProxy, emptyPolicy, requiredKinds, toKindStatus, type Delta, type Policy } from "@/lib/core";
import { noAssumptions } from "@/lib/core/policy/policy";
import {
  aks,
  aksPod,
  ciliumConfig,
  configMap,
  daemonSet,
  eksPod,
  gkePod,
  k3sArgs,
  kubeadmConfig,
  kubeadmPod,
  node,
  pod,
  proxyConfig,
  rke2Pod,
  settings,
  type Raw,
} from "./distributions.testkit";
import { slimObject } from "./slim-object";

const live = toKindStatus("live");

/** The proxy of node n1: its label, then `what value from origin` for each assumption. */
function judge(objects: readonly Raw[], unread: readonly string[] = [], policy: Policy = emptyPolicy): readonly string[] {
  const index = createClusterIndex("test");
  const slimmed = objects.map(slimObject);
  expect(slimmed.flatMap(({ warnings }) => warnings)).toEqual([]);
  index.apply(slimmed.flatMap(({ records }) => records.map((record): Delta => ({ type: "upsert", ...record }))));
  index.apply(
    [...requiredKinds, "daemonsets" as const, "configmaps" as const].map((kind): Delta => ({
      type: "status",
      kind,
      status: unread.includes(kind) ? { ...live, state: "notCollected" } : live,
    })),
  );
  const snapshot = index.snapshot();
  const node = [...snapshot.nodes.values()].find(({ name }) => name === "n1");
  if (node === undefined) return ["no node"];
  const { label, assumptions } = describeProxy(snapshot, { policy, nowMs: 0 }, node);
  return [label, ...assumptions.map(({ what, value, from }) => `${what} ${value} from ${from}`)];
}

type Case = readonly [name: string, objects: readonly Raw[], label: string, stated: readonly string[], absent?: readonly string[]];

const cases: readonly Case[] = [
  [
    "kubeadm with Calico",
    [
      node("v1.36.1", { annotations: { "projectcalico.org/IPv4Address": "10.0.0.1/24" } }),
      kubeadmConfig(""),
      kubeadmPod,
      daemonSet("kube-proxy"),
      daemonSet("calico-node", "calico-system"),
    ],
    "kube-proxy iptables 1.36",
    [
      "proxyMode iptables from default",
      "nodePortAddresses all from default",
      `clusterCIDR 10.244.0.0/16 from ${settings.configMap}`,
      `bindAddress 0.0.0.0 from ${settings.configMap}`,
      "localhostNodePorts true from default",
      "Calico eBPF off from default (FelixConfiguration is not read)",
      "podToNodeMasquerade true from DaemonSet/calico-system/calico-node (IPPool natOutgoing is not read)",
    ],
  ],
  [
    "kubeadm from 1.37 on, which writes the mode",
    [node("v1.37.0"), kubeadmConfig("iptables"), kubeadmPod],
    "kube-proxy iptables 1.37",
    [`proxyMode iptables from ${settings.configMap}`],
  ],
  [
    "kind in nftables mode",
    [node("v1.36.1"), kubeadmConfig("nftables"), kubeadmPod, daemonSet("kindnet")],
    "kube-proxy nftables 1.36",
    [
      `proxyMode nftables from ${settings.configMap}`,
      "nodePortAddresses primary from default",
      "podToNodeMasquerade true from DaemonSet/kube-system/kindnet (its env values are not read)",
    ],
  ],
  [
    "k0s: kube-router beside kube-proxy",
    [node("v1.35.2+k0s"), kubeadmConfig("iptables"), kubeadmPod, daemonSet("kube-router"), daemonSet("kube-proxy")],
    "kube-proxy iptables 1.35",
    ["podToNodeMasquerade false from DaemonSet/kube-system/kube-router (its arguments are not read)"],
  ],
  [
    "Talos: flags of a DaemonSet",
    [
      node("v1.36.0"),
      pod(
        "kube-proxy-vh6k4",
        { "k8s-app": "kube-proxy", tier: "node" },
        {
          owner: "kube-proxy",
          command: [
            "/usr/local/bin/kube-proxy",
            "--cluster-cidr=10.244.0.0/16",
            "--hostname-override=$(NODE_NAME)",
            "--kubeconfig=/etc/kubernetes/kubeconfig",
            "--proxy-mode=nftables",
          ],
        },
      ),
      daemonSet("kube-flannel-ds"),
    ],
    "kube-proxy nftables 1.36",
    ["proxyMode nftables from Pod/kube-system/kube-proxy-vh6k4", "clusterCIDR 10.244.0.0/16 from Pod/kube-system/kube-proxy-vh6k4"],
  ],
  [
    "EKS: no cluster CIDR, so that nobody counts as a pod",
    [
      node("v1.34.2-eks-c39b1d0"),
      configMap("kube-proxy", { kubeconfig: "apiVersion: v1\nkind: Config" }),
      configMap("kube-proxy-config", {
        config: proxyConfig(["bindAddress: 0.0.0.0", 'clusterCIDR: ""', 'mode: "iptables"', "nodePortAddresses: null"]),
      }),
      eksPod,
      daemonSet("aws-node"),
    ],
    "kube-proxy iptables 1.34",
    [
      `proxyMode iptables from ${settings.eks}`,
      `clusterCIDR none from ${settings.eks}`,
      "podToNodeMasquerade false from DaemonSet/kube-system/aws-node (its env values are not read)",
    ],
  ],
  [
    "EKS Fargate: a node without a proxy",
    [
      node("v1.34.2-eks-c39b1d0", { labels: { "eks.amazonaws.com/compute-type": "fargate" } }),
      { ...eksPod, spec: { nodeName: "n2", hostNetwork: true, containers: [] } },
    ],
    "no service proxy",
    ["proxy none from no Running kube-proxy pod on this node"],
    ["nodePortAddresses", "clusterCIDR"],
  ],
  [
    "EKS Auto Mode: all of it runs on the node",
    [node("v1.34.2-eks-c39b1d0", { labels: { "eks.amazonaws.com/compute-type": "auto" } })],
    "kube-proxy iptables 1.34",
    ["proxyMode iptables from default", "podToNodeMasquerade false from Node/n1 label eks.amazonaws.com/compute-type"],
  ],
  [
    "GKE: flags in the shell line of a static pod",
    [node("v1.34.1-gke.1829001"), gkePod, daemonSet("ip-masq-agent")],
    "kube-proxy iptables 1.34",
    [
      "proxyMode iptables from default",
      "clusterCIDR 10.108.0.0/14 from Pod/kube-system/kube-proxy-n1",
      "podToNodeMasquerade false from DaemonSet/kube-system/ip-masq-agent (its ConfigMap is not read)",
    ],
  ],
  [
    "GKE Dataplane V2",
    [node("v1.34.1-gke.1829001"), daemonSet("anetd")],
    "GKE Dataplane V2",
    ["proxy GKE Dataplane V2 from DaemonSet/kube-system/anetd", "hostPortImplementation cilium from GKE Dataplane V2"],
    ["proxyMode", "nodePortAddresses", "clusterCIDR"],
  ],
  [
    "AKS: other labels, another detector",
    [
      node("v1.33.5", { labels: { "kubernetes.azure.com/cluster": "MC_x" } }),
      aksPod,
      daemonSet("kube-proxy"),
      daemonSet("azure-ip-masq-agent"),
    ],
    "kube-proxy iptables 1.33",
    [
      `clusterCIDR 10.244.0.0/16 from ${aks}`,
      `detectLocalMode InterfaceNamePrefix from ${aks}`,
      "podToNodeMasquerade true from default (DaemonSet/kube-system/azure-ip-masq-agent: its ConfigMap is not read)",
    ],
  ],
  [
    "AKS: a node that kube-proxy has not reached",
    [node("v1.33.5"), { ...aksPod, spec: { nodeName: "n2", hostNetwork: true, containers: [] } }],
    "no service proxy",
    ["proxy none from no Running kube-proxy pod on this node"],
  ],
  [
    "AKS with Cilium",
    [node("v1.33.5"), ciliumConfig("true"), daemonSet("cilium")],
    "Cilium",
    ["proxy Cilium from ConfigMap/kube-system/cilium-config kube-proxy-replacement", "hostPortImplementation cilium from Cilium"],
  ],
  [
    "k3s: kube-proxy inside the agent, with the defaults of k3s",
    [node("v1.35.3+k3s1", { podCIDR: "10.42.0.0/24", annotations: k3sArgs("server", "--disable", "traefik") })],
    "kube-proxy iptables 1.35",
    [
      "proxyMode iptables from default",
      "clusterCIDR 10.42.0.0/16 from default of k3s",
      "podToNodeMasquerade true from Node/n1 annotation flannel.alpha.coreos.com/backend-type",
    ],
  ],
  [
    "k3s: an agent takes the cluster CIDR from its server, and its own proxy arguments",
    [
      node("v1.35.3+k3s1", { podCIDR: "172.20.1.0/24", annotations: k3sArgs("agent", "--kube-proxy-arg", "proxy-mode=nftables") }),
      node("v1.35.3+k3s1", {
        name: "n0",
        annotations: k3sArgs("server", "--cluster-cidr", "172.20.0.0/16", "--kube-proxy-arg=proxy-mode=ipvs"),
      }),
    ],
    "kube-proxy nftables 1.35",
    ["proxyMode nftables from Node/n1", "clusterCIDR 172.20.0.0/16 from Node/n0"],
  ],
  [
    "k3s whose servers were started without kube-proxy, and Calico",
    [
      node("v1.35.3+k3s1", { annotations: k3sArgs("agent") }),
      node("v1.35.3+k3s1", { name: "n0", annotations: k3sArgs("server", "--disable-kube-proxy") }),
      daemonSet("calico-node", "calico-system"),
    ],
    "Calico eBPF",
    ["proxy Calico eBPF from DaemonSet/calico-system/calico-node and no kube-proxy (FelixConfiguration is not read)"],
  ],
  [
    "k3s whose servers were started without kube-proxy, and nothing that takes its place",
    [node("v1.35.3+k3s1", { annotations: k3sArgs("server", "--disable-kube-proxy") })],
    "no service proxy",
    ["proxy none from --disable-kube-proxy of the servers' node-args"],
  ],
  [
    "RKE2: flags of a static pod",
    [node("v1.35.3+rke2r1", { annotations: { "rke2.io/node-args": '["server","--cni","canal"]' } }), rke2Pod, daemonSet("rke2-canal")],
    "kube-proxy iptables 1.35",
    [
      "proxyMode iptables from Pod/kube-system/kube-proxy-n1",
      "clusterCIDR 10.42.0.0/16 from Pod/kube-system/kube-proxy-n1",
      "podToNodeMasquerade true from DaemonSet/kube-system/rke2-canal (its arguments are not read)",
    ],
  ],
  [
    "OpenShift: OVN-Kubernetes and CRI-O",
    [
      node("v1.33.5", { annotations: { "k8s.ovn.org/l3-gateway-config": "{}" }, runtime: "cri-o://1.33.5-3.rhaos4.20" }),
      daemonSet("ovnkube-node", "openshift-ovn-kubernetes"),
    ],
    "OVN-Kubernetes",
    [
      "proxy OVN-Kubernetes from DaemonSet/openshift-ovn-kubernetes/ovnkube-node",
      "hostPortImplementation crio from Node/n1 status.nodeInfo.containerRuntimeVersion",
    ],
  ],
  [
    "Cilium beside kube-proxy",
    [node("v1.36.1"), ciliumConfig("false"), daemonSet("cilium"), kubeadmConfig(""), kubeadmPod],
    "kube-proxy iptables 1.36",
    ["podToNodeMasquerade true from default (DaemonSet/kube-system/cilium: how it masquerades is not read)"],
  ],
  [
    "Calico eBPF: kube-proxy is parked",
    [node("v1.36.1"), daemonSet("kube-proxy", "kube-system", { "non-calico": "true" }), daemonSet("calico-node")],
    "Calico eBPF",
    ["proxy Calico eBPF from DaemonSet/kube-system/kube-proxy nodeSelector non-calico"],
  ],
  [
    "kube-router in kube-proxy's place",
    [node("v1.36.1"), daemonSet("kube-router")],
    "kube-router",
    ["proxy kube-router from DaemonSet/kube-system/kube-router and no kube-proxy"],
  ],
  [
    "Antrea with proxyAll",
    [
      node("v1.36.1"),
      configMap("antrea-config", { "antrea-agent.conf": "antreaProxy:\n  enable: true\n  proxyAll: true" }),
      daemonSet("antrea-agent"),
      kubeadmPod,
    ],
    "Antrea",
    ["proxy Antrea from ConfigMap/kube-system/antrea-config proxyAll"],
  ],
  [
    "MicroK8s: its settings are a file on the node",
    [node("v1.35.2", { labels: { "microk8s.io/cluster": "true" } }), daemonSet("calico-node")],
    "kube-proxy iptables 1.35",
    ["kube-proxy configuration not read from a file on the node"],
  ],
  [
    "a Windows node",
    [
      node("v1.36.1", { labels: { "kubernetes.io/os": "windows" } }),
      kubeadmConfig(""),
      { ...kubeadmPod, spec: { nodeName: "n2", hostNetwork: true, containers: [] } },
    ],
    "Windows kernelspace",
    ["proxy Windows kernelspace from Node/n1 label kubernetes.io/os"],
  ],
];

test.for(cases)("%s", ([, objects, label, stated, absent = []]) => {
  const [said, ...assumptions] = judge(objects);
  expect(said).toBe(label);
  expect(stated.filter((each) => !assumptions.includes(each))).toEqual([]);
  expect(assumptions.filter((each) => absent.some((what) => each.startsWith(`${what} `)))).toEqual([]);
});

test.for([
  [
    "Cilium by its pods",
    [node("v1.36.1"), pod("cilium-7xk2p", { "k8s-app": "cilium" }, { owner: "cilium" })],
    "Cilium",
    "proxy Cilium from Pod/kube-system/cilium-7xk2p and no kube-proxy (cilium-config is not read)",
  ],
  [
    "Cilium's pods beside kube-proxy's",
    [node("v1.36.1"), pod("cilium-7xk2p", { "k8s-app": "cilium" }, { owner: "cilium" }), kubeadmPod],
    "kube-proxy of unknown mode 1.36",
    "kube-proxy configuration not read from configmaps: notCollected",
  ],
  [
    "kindnet by its pods",
    [node("v1.36.1"), pod("kindnet-x", { app: "kindnet" }, { owner: "kindnet" }), kubeadmPod],
    "kube-proxy of unknown mode 1.36",
    "podToNodeMasquerade true from Pod/kube-system/kindnet-x (its env values are not read)",
  ],
] as const)("a dump of the four required kinds alone: %s", ([, objects, label, stated]) => {
  const [said, ...assumptions] = judge(objects, ["daemonsets", "configmaps"]);
  expect([said, assumptions.includes(stated)]).toEqual([label, true]);
});

test("a policy overrules what was found, and both are told", () => {
  const policy: Policy = {
    ...emptyPolicy,
    clusters: { "*": { ...noAssumptions, proxyMode: "nftables", podToNodeMasquerade: false, nodePortAddresses: ["10.0.0.0/24"] } },
  };
  const [label, ...assumptions] = judge([node("v1.36.1"), kubeadmConfig("iptables"), kubeadmPod, daemonSet("kindnet")], [], policy);
  expect(label).toBe("kube-proxy nftables 1.36");
  expect(assumptions).toEqual(
    expect.arrayContaining([
      `proxyMode as read iptables from ${settings.configMap}`,
      "proxyMode nftables from policy",
      "nodePortAddresses 10.0.0.0/24 from policy",
      "podToNodeMasquerade false from policy",
    ]),
  );
});

test("of a kube-proxy's pod and of a node's arguments nothing is kept but the settings", () => {
  const records = [
    pod("kube-proxy-a", { "k8s-app": "kube-proxy" }, { command: ["kube-proxy", "--proxy-mode=ipvs", "--kubeconfig=/secret/path"] }),
    pod("other", { app: "x" }, { command: ["server", "--cluster-cidr=10.9.0.0/16", "--token=abc"] }),
    node("v1.35.3+k3s1", { annotations: k3sArgs("server", "--token", "abc", "--cluster-cidr", "172.20.0.0/16") }),
    configMap("kube-proxy", {
      "config.conf": proxyConfig(["mode: ipvs", "clientConnection: {kubeconfig: /secret/path}"]),
      "kubeconfig.conf": "token: abc",
    }),
  ].flatMap((raw) => slimObject(raw).records.map(({ record }) => record));
  const text = JSON.stringify(records);
  expect(["secret", "abc", "10.9.0.0", "TOKEN"].filter((word) => text.includes(word))).toEqual([]);
  expect(text).toContain("172.20.0.0/16");
});
