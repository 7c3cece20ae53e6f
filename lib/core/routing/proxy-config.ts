// What proxies a node's Services, and how it is set: from the policy file, the cluster's ConfigMap, the proxy pod's flags, the node agent's
// arguments, else the default of the version. Each value keeps its origin, so that an answer can show what it rests on.

import type { ConfigMapRecord } from "../model/config-map";
import { isKnownIn } from "../model/known";
import type { NodeRecord } from "../model/node";
import type { PodRecord } from "../model/pod";
import type { DetectLocalMode, ProxyMode, ProxySettings } from "../model/proxy-settings";
import type { Assumption } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import { recordKey } from "../model/snapshot";
import { toNodeName } from "../model/brands";
import { resolveAssumptions, type ClusterAssumptions, type Context, type HostPortImplementation, type Policy } from "../policy/policy";
import {
  embeddedIsOff,
  embedsProxy,
  findOther,
  findServerCIDR,
  guessHostPorts,
  guessMasquerade,
  hasWholePrefix,
  runsProxyPods,
  type OtherProxy,
  type Sign,
} from "./data-plane";
import { cidrContainsCidr, parseCidr } from "../basics/ip";

/**
 * The service proxy of one node.
 *
 * `kind` "none": no proxy runs there, so that Services take no port of it. `label`: what the map and the header write, e.g. `kube-proxy nftables 1.36`.
 * `mode`: where `modeIsKnown` is false, one of two that may be: nothing that was read tells (routing.md 6.1).
 * `minor`: the proxy's minor version of Kubernetes 1.x, taken from the kubelet. `startedAtMs`: of its kube-proxy pod, null when unknown.
 * `nodePortAddresses`: as configured, else the default of the mode; empty = all addresses. `podPrefix`: whether portmap masquerades all pods of a node for a
 * hostPort of theirs, or the pod alone (R1.6.7).
 */
export type ProxyDescription = ProxyRules & { readonly startedAtMs: number | null; readonly assumptions: readonly Assumption[] };

/** What a proxy does, without who said so: the same for most nodes of a cluster. */
export type ProxyRules = {
  readonly kind: "kubeProxy" | "none" | "other";
  readonly other: OtherProxy | null;
  readonly mode: Exclude<ProxyMode, "kernelspace">;
  readonly modeIsKnown: boolean;
  readonly minor: number;
  readonly label: string;
  readonly nodePortAddresses: readonly string[];
  readonly detectLocalMode: DetectLocalMode;
  readonly clusterCIDRs: readonly string[];
  readonly bindAddress: string | null;
  readonly localhostNodePorts: boolean;
  readonly masqueradeAll: boolean;
  readonly ipvsScheduler: string;
  readonly hostPortImplementation: HostPortImplementation;
  readonly podToNodeMasquerade: boolean;
  readonly podPrefix: Sign<boolean>;
};

/** Taken where a node does not tell its version. */
export const newestMinorKnown = 36;

/**
 * Which proxy serves this node and with which settings.
 *
 * Input:   a node of the snapshot.
 * Returns: see ProxyDescription; every value with its origin in `assumptions` (policy, ConfigMap/…, Pod/…, Node/…, DaemonSet/…, default). Where the policy
 *          overrules what was read, that is listed too, as "… as read". Kept per snapshot and policy.
 * Errors:  never throws.
 * Source:  routing.md 6.1 and R1.1.4; KubeProxyConfiguration; kube-proxy's own defaults.
 */
export function describeProxy(snapshot: Snapshot, context: Context, node: NodeRecord): ProxyDescription {
  let ofSnapshot = described.get(snapshot);
  if (ofSnapshot === undefined) described.set(snapshot, (ofSnapshot = new WeakMap<Policy, Map<NodeRecord, ProxyDescription>>()));
  let ofPolicy = ofSnapshot.get(context.policy);
  if (ofPolicy === undefined) ofSnapshot.set(context.policy, (ofPolicy = new Map<NodeRecord, ProxyDescription>()));
  let description = ofPolicy.get(node);
  if (description === undefined)
    ofPolicy.set(node, (description = describe(snapshot, resolveAssumptions(context.policy, snapshot.cluster), node)));
  return description;
}

// Map, rules and header ask for every node of a snapshot again and again.
const described = new WeakMap<Snapshot, WeakMap<Policy, Map<NodeRecord, ProxyDescription>>>();

function describe(snapshot: Snapshot, policy: ClusterAssumptions, node: NodeRecord): ProxyDescription {
  const assumptions: Assumption[] = [];
  const proxyPod = findProxyPod(snapshot, node);
  const origins = statedSettings(snapshot, node, proxyPod);
  const state = <T>(what: string, chosen: { readonly value: T; readonly from: string }, show: (value: T) => string = String): T => {
    assumptions.push({ what, value: show(chosen.value), from: chosen.from });
    return chosen.value;
  };
  const pick = <T>(
    what: string,
    stated: T | null,
    key: (settings: ProxySettings) => T | null,
    fallback: T,
    show: (value: T) => string = String,
  ): T => {
    const read = firstStated(origins, key);
    if (stated === null) return state(what, read ?? { value: fallback, from: "default" }, show);
    // What a person wrote wins; what the cluster says is shown beside it where it differs.
    if (read !== undefined && show(read.value) !== show(stated)) state(`${what} as read`, read, show);
    return state(what, { value: stated, from: "policy" }, show);
  };

  const minor = state("kube-proxy version", versionOf(node), (value) => `1.${String(value)}`);
  const recognised = policy.proxyMode === null ? findOther(snapshot, node) : null;
  const policyMode = policy.proxyMode === "none" ? null : policy.proxyMode;
  const absent = policy.proxyMode === "none" ? "policy" : recognised === null ? whyAbsent(snapshot, node, proxyPod, policyMode) : null;
  // Settings of a kube-proxy are told where one runs.
  const isKubeProxy = recognised === null && absent === null;
  // kube-proxy is there, but what tells its settings was not read: an empty ConfigMap would say that it has the default.
  const isSeen = proxyPod !== undefined || snapshot.daemonsets.has("kube-system/kube-proxy");
  const modeIsKnown = !isKubeProxy || policyMode !== null || !isSeen || origins.length > 0;
  if (!modeIsKnown) state("proxyMode", { value: "iptables or nftables", from: "default" });
  const stated = isKubeProxy && modeIsKnown ? pick("proxyMode", policyMode, (settings) => settings.mode, "iptables") : "iptables";
  // Windows: kube-proxy programs the host's network service, whose rules are not modelled.
  const other = stated === "kernelspace" ? { name: "Windows kernelspace" as const, from: "proxyMode" } : recognised;
  const mode = stated === "kernelspace" ? "iptables" : stated;
  if (recognised !== null) state("proxy", { value: recognised.name, from: recognised.from });
  if (absent !== null) state("proxy", { value: "none", from: absent });
  const settings = settingsOf(policy, { mode, modeIsKnown }, isKubeProxy ? pick : quietly(origins));
  if (isKubeProxy) {
    const unread = unreadConfiguration(snapshot, node, origins);
    if (unread !== null) state("kube-proxy configuration", { value: "not read", from: unread });
    if (node.proxySigns.includes("projectcalico.org/IPv4Address"))
      state("Calico eBPF", { value: "off", from: "default (FelixConfiguration is not read)" });
  }
  const podToNodeMasquerade = state(
    "podToNodeMasquerade",
    policy.podToNodeMasquerade === null ? guessMasquerade(snapshot, node) : { value: policy.podToNodeMasquerade, from: "policy" },
  );
  const hostPortImplementation = state(
    "hostPortImplementation",
    policy.hostPortImplementation === null
      ? guessHostPorts(snapshot, node, other?.name ?? null)
      : { value: policy.hostPortImplementation, from: "policy" },
  );
  const kind = absent === null ? (other === null ? "kubeProxy" : "other") : "none";
  return {
    kind,
    other: other?.name ?? null,
    mode,
    modeIsKnown,
    minor,
    label:
      kind === "none"
        ? "no service proxy"
        : other === null
          ? `kube-proxy ${modeIsKnown ? mode : "of unknown mode"} 1.${String(minor)}`
          : other.name,
    ...settings,
    hostPortImplementation,
    podToNodeMasquerade,
    podPrefix: hasWholePrefix(snapshot),
    startedAtMs: proxyPod?.runningSinceMs ?? null,
    assumptions,
  };
}

/** The other mode that a kube-proxy may run in, with that mode's default, where its own was not read. */
export function inOtherMode(proxy: ProxyDescription): ProxyDescription {
  const nodePortAddresses = proxy.nodePortAddresses.length === 0 ? ["primary"] : proxy.nodePortAddresses;
  return { ...proxy, mode: "nftables", nodePortAddresses };
}

type Choose = <T>(
  what: string,
  stated: T | null,
  key: (settings: ProxySettings) => T | null,
  fallback: T,
  show?: (value: T) => string,
) => T;

/** As `pick`, but without a word: for nodes where no kube-proxy of ours decides. */
function quietly(origins: readonly Origin[]): Choose {
  return (_, stated, key, fallback) => stated ?? firstStated(origins, key)?.value ?? fallback;
}

function settingsOf(
  policy: ClusterAssumptions,
  { mode, modeIsKnown }: Pick<ProxyDescription, "mode" | "modeIsKnown">,
  pick: Choose,
): Pick<
  ProxyDescription,
  "nodePortAddresses" | "detectLocalMode" | "clusterCIDRs" | "bindAddress" | "localhostNodePorts" | "masqueradeAll" | "ipvsScheduler"
> {
  const written = <T>(list: readonly T[] | null): readonly T[] | null => (list !== null && list.length > 0 ? list : null);
  return {
    nodePortAddresses: pick(
      "nodePortAddresses",
      written(policy.nodePortAddresses),
      (settings) => written(settings.nodePortAddresses),
      mode === "nftables" ? ["primary"] : [],
      (value) => (value.length > 0 ? value.join(",") : modeIsKnown ? "all" : "all in iptables mode, primary in nftables mode"),
    ),
    clusterCIDRs: pick(
      "clusterCIDR",
      written(policy.clusterCIDR),
      (settings) => settings.clusterCIDRs,
      [],
      (value) => (value.length === 0 ? "none" : value.join(",")),
    ),
    detectLocalMode: pick("detectLocalMode", null, (settings) => settings.detectLocalMode, "ClusterCIDR"),
    bindAddress: pick<string | null>(
      "bindAddress",
      null,
      (settings) => settings.bindAddress,
      null,
      (value) => value ?? "every address",
    ),
    localhostNodePorts: pick("localhostNodePorts", null, (settings) => settings.localhostNodePorts, true),
    masqueradeAll: pick("masqueradeAll", null, (settings) => settings.masqueradeAll, false),
    ipvsScheduler: mode === "ipvs" ? pick("ipvs scheduler", null, (settings) => settings.ipvsScheduler, "rr") : "rr",
  };
}

type Origin = { readonly settings: ProxySettings; readonly from: string };

function statedSettings(snapshot: Snapshot, node: NodeRecord, proxyPod: PodRecord | undefined): readonly Origin[] {
  const configMaps = ["kube-system/kube-proxy", "kube-system/kube-proxy-config"].flatMap((key): ConfigMapRecord[] => {
    const record = snapshot.configmaps.get(key);
    return record === undefined ? [] : [record];
  });
  return [
    ...configMaps.flatMap((record) => (record.proxy === null ? [] : [{ settings: record.proxy, from: `ConfigMap/${recordKey(record)}` }])),
    ...(proxyPod?.proxyFlags == null ? [] : [{ settings: proxyPod.proxyFlags, from: `Pod/${recordKey(proxyPod)}` }]),
    ...(node.proxyArgs === null ? [] : [{ settings: node.proxyArgs, from: `Node/${node.name}` }]),
    ...(embedsProxy(snapshot, node) ? embeddedSettings(snapshot, node) : []),
  ];
}

/** What k3s gives its own kube-proxy: the cluster CIDR is an argument of the servers, or theirs by default. */
function embeddedSettings(snapshot: Snapshot, node: NodeRecord): readonly Origin[] {
  const stated = findServerCIDR(snapshot);
  if (stated !== null) return [{ settings: { ...nothingStated, clusterCIDRs: stated.value }, from: stated.from }];
  const usual = parseCidr(k3sClusterCIDR);
  const fits = node.podCIDRs.every((text) => {
    const network = parseCidr(text);
    return network?.family !== "IPv4" || (usual !== undefined && cidrContainsCidr(usual, network));
  });
  return fits ? [{ settings: { ...nothingStated, clusterCIDRs: [k3sClusterCIDR] }, from: "default of k3s" }] : [];
}

const k3sClusterCIDR = "10.42.0.0/16";
const nothingStated: ProxySettings = {
  mode: null,
  nodePortAddresses: null,
  clusterCIDRs: null,
  detectLocalMode: null,
  bindAddress: null,
  localhostNodePorts: null,
  masqueradeAll: null,
  ipvsScheduler: null,
};

/** Why nothing states how kube-proxy is set, so that defaults had to be taken; null where something does, or where nothing could. */
function unreadConfiguration(snapshot: Snapshot, node: NodeRecord, origins: readonly Origin[]): string | null {
  if (origins.some(({ settings }) => settings.mode !== null || settings.clusterCIDRs !== null)) return null;
  if (node.labels["microk8s.io/cluster"] !== undefined) return "a file on the node";
  const { state } = snapshot.kinds.configmaps;
  return isKnownIn(snapshot.kinds.configmaps, "kube-system") ? null : `configmaps: ${state}`;
}

function firstStated<T>(
  origins: readonly Origin[],
  key: (settings: ProxySettings) => T | null,
): { readonly value: T; readonly from: string } | undefined {
  for (const { settings, from } of origins) {
    const value = key(settings);
    if (value !== null) return { value, from };
  }
  return undefined;
}

function findProxyPod(snapshot: Snapshot, node: NodeRecord): PodRecord | undefined {
  return snapshot.lookup.podsOfNode(toNodeName(node.name)).find((pod) => isProxyPod(pod) && pod.phase === "Running");
}

/** kube-proxy as a pod: the label of kubeadm and most others, that of AKS, GKE and RKE2, or a static pod by its name. */
export function isProxyPod({ labels, namespace, name, staticPod }: PodRecord): boolean {
  if (labels["k8s-app"] === "kube-proxy") return true;
  return namespace === "kube-system" && (labels["component"] === "kube-proxy" || (staticPod && name.startsWith("kube-proxy-")));
}

/** R1.1.4: where the cluster runs kube-proxy as pods, a node without a Running one has none. Without pods to be seen the test does not apply. */
function whyAbsent(snapshot: Snapshot, node: NodeRecord, proxyPod: PodRecord | undefined, policyMode: ProxyMode | null): string | null {
  if (proxyPod !== undefined || embedsProxy(snapshot, node)) return null;
  if (runsProxyPods(snapshot)) return "no Running kube-proxy pod on this node";
  return policyMode === null && embeddedIsOff(snapshot, node) ? "--disable-kube-proxy of the servers' node-args" : null;
}

function versionOf(node: NodeRecord): { value: number; from: string } {
  const minor = /^v?1\.(\d+)/.exec(node.kubeletVersion)?.[1];
  return minor === undefined
    ? { value: newestMinorKnown, from: "default" }
    : { value: Number(minor), from: `Node/${node.name} status.nodeInfo.kubeletVersion` };
}
