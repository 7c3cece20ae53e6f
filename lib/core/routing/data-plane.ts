// Which data plane runs on a node, by the signs that the records keep of it (routing.md 6.1), and what a CNI does that no field states.

import { isKnownIn } from "../model/known";
import type { Labels } from "../model/meta";
import type { NodeRecord } from "../model/node";
import type { PodRecord } from "../model/pod";
import { recordKey, type Snapshot } from "../model/snapshot";
import type { HostPortImplementation } from "../policy/policy";

/** A data plane that is recognised but whose rules are not modelled: its Services are answered `unknown`. */
export type OtherProxy =
  "Cilium" | "Calico eBPF" | "Calico VPP" | "OVN-Kubernetes" | "kube-router" | "Antrea" | "GKE Dataplane V2" | "Windows kernelspace";

export type Sign<T> = { readonly value: T; readonly from: string };

/** A DaemonSet that tells the data plane; where DaemonSets were not read, its pods do. */
type Agent = { readonly key: string; readonly labels: Labels };

const agent = (key: string, label: string): Agent => ({ key, labels: { "k8s-app": label } });
const cilium: readonly Agent[] = [agent("kube-system/cilium", "cilium"), agent("cilium/cilium", "cilium")];
const calico: readonly Agent[] = [agent("kube-system/calico-node", "calico-node"), agent("calico-system/calico-node", "calico-node")];
const canal: readonly Agent[] = [agent("kube-system/canal", "canal"), agent("kube-system/rke2-canal", "canal")];
const antrea: readonly Agent[] = [{ key: "kube-system/antrea-agent", labels: { app: "antrea", component: "antrea-agent" } }];
const kubeRouter: readonly Agent[] = [agent("kube-system/kube-router", "kube-router")];
const dataplaneV2: readonly Agent[] = [agent("kube-system/anetd", "cilium")];

/** The service proxy that takes kube-proxy's place on this node, with the sign that tells; null where none is seen. The first sign counts. */
export function findOther(snapshot: Snapshot, node: NodeRecord): { readonly name: OtherProxy; readonly from: string } | null {
  if (node.labels["kubernetes.io/os"] === "windows")
    return { name: "Windows kernelspace", from: `Node/${node.name} label kubernetes.io/os` };
  const ofCluster = signsOf(snapshot);
  if (ofCluster.certain !== null) return ofCluster.certain;
  if (node.proxySigns.includes("k8s.ovn.org/l3-gateway-config"))
    return { name: "OVN-Kubernetes", from: `Node/${node.name} annotation k8s.ovn.org/l3-gateway-config` };
  // These stand beside a kube-proxy or in its place: they are taken for the proxy only where nothing else can be.
  return ofCluster.likely !== null && !hasKubeProxy(snapshot, node) ? ofCluster.likely : null;
}

/** Whether k3s, with kube-proxy inside its node agent, runs this node. RKE2 shares the agent but runs kube-proxy as a static pod. */
export function embedsProxy(snapshot: Snapshot, node: NodeRecord): boolean {
  return isK3s(node) && !signsOf(snapshot).embeddedIsOff;
}

/** Whether servers of k3s or RKE2 were started with --disable-kube-proxy. */
export function embeddedIsOff(snapshot: Snapshot, node: NodeRecord): boolean {
  return (isK3s(node) || node.kubeletVersion.includes("+rke2")) && signsOf(snapshot).embeddedIsOff;
}

export function isK3s(node: NodeRecord): boolean {
  return node.kubeletVersion.includes("+k3s");
}

/** R1.1.4: whether the cluster runs kube-proxy as pods: kubeadm and most others by the first label, AKS, GKE and RKE2 by the second. */
export function runsProxyPods(snapshot: Snapshot): boolean {
  return signsOf(snapshot).proxyPods;
}

/** The cluster CIDR that some server of k3s was given (--cluster-cidr): its agents get it from there. */
export function findServerCIDR(snapshot: Snapshot): Sign<readonly string[]> | null {
  return signsOf(snapshot).serverCIDR;
}

/** Whether Antrea's agent is seen: only it maps ports of pods by NodePortLocal. */
export function runsAntrea(snapshot: Snapshot): boolean {
  return signsOf(snapshot).antrea;
}

function hasKubeProxy(snapshot: Snapshot, node: NodeRecord): boolean {
  return runsProxyPods(snapshot) || embedsProxy(snapshot, node) || node.labels["microk8s.io/cluster"] !== undefined;
}

/** `certain`: nothing else serves Services there. `likely`: it can, and does unless a kube-proxy is seen. */
type ClusterSigns = {
  readonly certain: { readonly name: OtherProxy; readonly from: string } | null;
  readonly likely: { readonly name: OtherProxy; readonly from: string } | null;
  readonly proxyPods: boolean;
  readonly antrea: boolean;
  readonly embeddedIsOff: boolean;
  readonly serverCIDR: Sign<readonly string[]> | null;
};

const signs = new WeakMap<Snapshot, ClusterSigns>();

function signsOf(snapshot: Snapshot): ClusterSigns {
  let known = signs.get(snapshot);
  if (known === undefined) signs.set(snapshot, (known = readSigns(snapshot)));
  return known;
}

function readSigns(snapshot: Snapshot): ClusterSigns {
  const nodes = [...snapshot.nodes.values()];
  const off = nodes.some(({ proxySigns }) => proxySigns.includes("--disable-kube-proxy"));
  const server = nodes.find(({ proxyArgs }) => proxyArgs?.clusterCIDRs != null);
  return {
    certain: certainSign(snapshot),
    likely: likelySign(snapshot, off),
    proxyPods: ["k8s-app", "component"].some(
      (label) => snapshot.lookup.podsBySelector("kube-system", { [label]: "kube-proxy" }).length > 0,
    ),
    antrea: findAgent(snapshot, antrea) !== null,
    embeddedIsOff: off,
    serverCIDR: server?.proxyArgs?.clusterCIDRs == null ? null : { value: server.proxyArgs.clusterCIDRs, from: `Node/${server.name}` },
  };
}

function certainSign(snapshot: Snapshot): ClusterSigns["certain"] {
  const replacement = snapshot.configmaps.get("kube-system/cilium-config")?.ciliumKubeProxyReplacement;
  if (replacement === "true" || replacement === "strict")
    return { name: "Cilium", from: "ConfigMap/kube-system/cilium-config kube-proxy-replacement" };
  // Calico's way to switch kube-proxy off: its DaemonSet is parked on nodes that do not exist.
  if (snapshot.daemonsets.get("kube-system/kube-proxy")?.template.placement.nodeSelector["non-calico"] === "true") {
    return { name: "Calico eBPF", from: "DaemonSet/kube-system/kube-proxy nodeSelector non-calico" };
  }
  if (snapshot.configmaps.get("kube-system/antrea-config")?.antreaProxyAll === true)
    return { name: "Antrea", from: "ConfigMap/kube-system/antrea-config proxyAll" };
  for (const [agents, name] of certainAgents) {
    const from = findAgent(snapshot, agents);
    if (from !== null) return { name, from };
  }
  return null;
}

const ovn = { app: "ovnkube-node" };
const certainAgents: readonly (readonly [readonly Agent[], OtherProxy])[] = [
  [
    [
      { key: "ovn-kubernetes/ovnkube-node", labels: ovn },
      { key: "openshift-ovn-kubernetes/ovnkube-node", labels: ovn },
    ],
    "OVN-Kubernetes",
  ],
  [dataplaneV2, "GKE Dataplane V2"],
  [[agent("calico-vpp-dataplane/calico-vpp-node", "calico-vpp-node")], "Calico VPP"],
];

function likelySign(snapshot: Snapshot, embeddedOff: boolean): ClusterSigns["likely"] {
  const alone = (agents: readonly Agent[], name: OtherProxy, why: string): ClusterSigns["likely"] => {
    const from = findAgent(snapshot, agents);
    return from === null ? null : { name, from: `${from} and no kube-proxy${why}` };
  };
  // Where cilium-config or antrea-config was read, it said no.
  const read = (name: string): boolean => snapshot.configmaps.has(`kube-system/${name}`);
  return (
    (read("cilium-config") ? null : alone(cilium, "Cilium", " (cilium-config is not read)")) ??
    alone(kubeRouter, "kube-router", "") ??
    (read("antrea-config") ? null : alone(antrea, "Antrea", " (antrea-config is not read)")) ??
    // kube-proxy may run as a service of the host, where no record shows it: only when it is known to be off, eBPF is what is left.
    (embeddedOff ? alone([...calico, ...canal], "Calico eBPF", " (FelixConfiguration is not read)") : null)
  );
}

/** The object that shows one of these agents: its DaemonSet, or (where DaemonSets were not read) one of its pods. */
function findAgent(snapshot: Snapshot, agents: readonly Agent[]): string | null {
  for (const { key, labels } of agents) {
    if (snapshot.daemonsets.has(key)) return `DaemonSet/${key}`;
    const [namespace = "", name = ""] = key.split("/");
    if (isKnownIn(snapshot.kinds.daemonsets, namespace)) continue;
    const pod = snapshot.lookup.podsBySelector(namespace, labels).find(({ controller }) => controller === null || controller.name === name);
    if (pod !== undefined) return `Pod/${recordKey(pod)}`;
  }
  return null;
}

/**
 * What a CNI does that no field of the API states. `masquerades`: whether it replaces the address of what a pod sends to a node; `wholePrefix`: whether a pod's
 * address comes with its node's whole range (then portmap masquerades all pods of the node, R1.6.7), or alone. `unread`: where it could be set otherwise.
 */
type Cni = {
  readonly agents: readonly Agent[];
  readonly masquerades: boolean | null;
  readonly wholePrefix: boolean;
  readonly unread: string;
};

const kindnet: readonly Agent[] = [{ key: "kube-system/kindnet", labels: { app: "kindnet" } }];
const flannel: readonly Agent[] = [
  { key: "kube-flannel/kube-flannel-ds", labels: { app: "flannel" } },
  { key: "kube-system/kube-flannel-ds", labels: { app: "flannel" } },
];

const cnis: readonly Cni[] = [
  { agents: [agent("kube-system/aws-node", "aws-node")], masquerades: false, wholePrefix: false, unread: "its env values are not read" },
  { agents: canal, masquerades: true, wholePrefix: false, unread: "its arguments are not read" },
  { agents: calico, masquerades: true, wholePrefix: false, unread: "IPPool natOutgoing is not read" },
  { agents: flannel, masquerades: true, wholePrefix: true, unread: "its argument --ip-masq is not read" },
  { agents: kindnet, masquerades: true, wholePrefix: false, unread: "its env values are not read" },
  {
    agents: [{ key: "kube-system/weave-net", labels: { name: "weave-net" } }],
    masquerades: true,
    wholePrefix: true,
    unread: "its env values are not read",
  },
  // kube-router's masquerade leaves out the addresses of nodes.
  { agents: kubeRouter, masquerades: false, wholePrefix: true, unread: "its arguments are not read" },
  { agents: [...dataplaneV2, ...cilium], masquerades: null, wholePrefix: false, unread: "how it masquerades is not read" },
  { agents: antrea, masquerades: null, wholePrefix: true, unread: "noSNAT of antrea-config is not read" },
  // Its own default leaves private ranges alone, and with them the nodes (GKE).
  {
    agents: [agent("kube-system/ip-masq-agent", "ip-masq-agent")],
    masquerades: false,
    wholePrefix: true,
    unread: "its ConfigMap is not read",
  },
  {
    agents: [agent("kube-system/azure-ip-masq-agent", "azure-ip-masq-agent")],
    masquerades: null,
    wholePrefix: true,
    unread: "its ConfigMap is not read",
  },
];

/** Whether anything here, or what proxies a node, may rest on pods with these labels: by the first of an agent's, so rather too many than too few. */
export function showsDataPlane(labels: Labels): boolean {
  for (const [key, values] of signLabels) if (values.has(labels[key] ?? "")) return true;
  return false;
}

/** The same of a pod that its node's own files start: it needs no labels. */
export function isStaticProxy({ staticPod, name }: PodRecord): boolean {
  return staticPod && name.startsWith("kube-proxy-");
}

const signLabels: ReadonlyMap<string, ReadonlySet<string>> = collectSignLabels();

function collectSignLabels(): ReadonlyMap<string, ReadonlySet<string>> {
  const agents = [
    ...certainAgents.flatMap(([each]) => each),
    ...kubeRouter,
    ...cilium,
    ...antrea,
    ...calico,
    ...canal,
    ...cnis.flatMap((cni) => cni.agents),
  ];
  const labels: readonly Labels[] = [...agents.map((each) => each.labels), { "k8s-app": "kube-proxy" }, { component: "kube-proxy" }];
  const known = new Map<string, Set<string>>();
  for (const [key, value] of labels.flatMap((each) => Object.entries(each).slice(0, 1)))
    known.set(key, (known.get(key) ?? new Set()).add(value));
  return known;
}

type SeenCni = { readonly cni: Cni; readonly from: string };

const cniSeen = new WeakMap<Snapshot, SeenCni | "none">();

function findCni(snapshot: Snapshot): SeenCni | null {
  let known = cniSeen.get(snapshot);
  if (known === undefined) cniSeen.set(snapshot, (known = readCni(snapshot) ?? "none"));
  return known === "none" ? null : known;
}

function readCni(snapshot: Snapshot): SeenCni | undefined {
  for (const cni of cnis) {
    const from = findAgent(snapshot, cni.agents);
    if (from !== null) return { cni, from };
  }
  return undefined;
}

/** Whether the CNI masquerades what a pod sends to a node; each can be told otherwise, in places that no record shows. */
export function guessMasquerade(snapshot: Snapshot, node: NodeRecord): Sign<boolean> {
  const seen = findCni(snapshot);
  if (seen !== null) {
    const { masquerades, unread } = seen.cni;
    return masquerades === null
      ? { value: true, from: `default (${seen.from}: ${unread})` }
      : { value: masquerades, from: `${seen.from} (${unread})` };
  }
  // EKS Auto Mode runs the VPC CNI as a service of the node.
  if (node.labels["eks.amazonaws.com/compute-type"] === "auto")
    return { value: false, from: `Node/${node.name} label eks.amazonaws.com/compute-type` };
  // k3s runs flannel inside its agent.
  if (node.proxySigns.includes("flannel.alpha.coreos.com/backend-type"))
    return { value: true, from: `Node/${node.name} annotation flannel.alpha.coreos.com/backend-type` };
  return { value: true, from: "default (no CNI is recognised)" };
}

/** Who maps hostPorts; a CNI's own list of plugins is a file on the node. */
export function guessHostPorts(snapshot: Snapshot, node: NodeRecord, other: OtherProxy | null): Sign<HostPortImplementation> {
  if (other === "Cilium" || other === "GKE Dataplane V2") return { value: "cilium", from: other };
  if (node.containerRuntimeVersion.startsWith("cri-o://"))
    return { value: "crio", from: `Node/${node.name} status.nodeInfo.containerRuntimeVersion` };
  const seen = findCni(snapshot);
  return {
    value: "portmap-iptables",
    from: `default (${seen === null ? "" : `${seen.from}: `}the CNI's configuration on the node is not read)`,
  };
}

/** Whether portmap takes all pods of a node for the pod's own (R1.6.7): the address comes with the node's whole range. */
export function hasWholePrefix(snapshot: Snapshot): Sign<boolean> {
  const seen = findCni(snapshot);
  return seen === null ? { value: true, from: "default" } : { value: seen.cni.wholePrefix, from: seen.from };
}
