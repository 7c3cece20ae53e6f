// kube-proxy's settings from the places that state them. Each reader keeps the few settings that decide routes and forgets the rest at once.

import { parse as parseYaml } from "yaml";
import { odd, type DetectLocalMode, type ProxyMode, type ProxySettings } from "@/lib/core";
import { asBoolOrNull, asObject, asTextOrNull, asTexts, type Raw, type Warn } from "./read";

const modes: readonly ProxyMode[] = ["iptables", "nftables", "ipvs", "kernelspace"];
const detectModes: readonly DetectLocalMode[] = ["ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"];

/**
 * Settings of a KubeProxyConfiguration document.
 *
 * Returns: null when the text is no such document (with a warning).
 * Source:  kubeproxy.config.k8s.io/v1alpha1.
 */
export function readProxyConfig(text: string, warn: Warn): ProxySettings | null {
  let config: Raw;
  try {
    config = asObject(parseYaml(text, { maxAliasCount: 100, logLevel: "error" }));
  } catch {
    warn(odd("proxy-config"));
    return null;
  }
  if (Object.keys(config).length === 0) {
    warn(odd("proxy-config-empty"));
    return null;
  }
  const detectLocal = asObject(config["detectLocal"]);
  // `detectLocal.clusterCIDRs` of a later API version; v1alpha1 has one text, comma-separated for two families.
  const clusterCIDRs = Array.isArray(detectLocal["clusterCIDRs"]) ? asTexts(detectLocal["clusterCIDRs"]) : splitList(config["clusterCIDR"]);
  return {
    mode: known(config["mode"], modes, "mode", warn),
    nodePortAddresses:
      config["nodePortAddresses"] === null ? [] : Array.isArray(config["nodePortAddresses"]) ? asTexts(config["nodePortAddresses"]) : null,
    clusterCIDRs,
    detectLocalMode: known(config["detectLocalMode"], detectModes, "detectLocalMode", warn),
    bindAddress: asTextOrNull(config["bindAddress"]),
    localhostNodePorts: asBoolOrNull(asObject(config["iptables"])["localhostNodePorts"]),
    masqueradeAll:
      asBoolOrNull(asObject(config["iptables"])["masqueradeAll"]) ??
      asBoolOrNull(asObject(config["nftables"])["masqueradeAll"]) ??
      asBoolOrNull(asObject(config["linux"])["masqueradeAll"]),
    ipvsScheduler: asTextOrNull(asObject(config["ipvs"])["scheduler"]),
  };
}

/** Settings among the words of a kube-proxy command line; null when none of its flags is a setting that counts. */
export function readProxyFlags(words: readonly string[], warn: Warn): ProxySettings | null {
  const flags = new Map<string, string>();
  words.forEach((word, place) => {
    const match = /^--?([a-z0-9-]+)(?:=([\s\S]*))?$/i.exec(word);
    if (match?.[1] === undefined) return;
    const next = words[place + 1];
    flags.set(match[1], match[2] ?? (next === undefined || next.startsWith("-") ? "true" : next));
  });
  const list = (name: string): readonly string[] | null => (flags.has(name) ? (splitList(flags.get(name)) ?? []) : null);
  const bool = (name: string): boolean | null => (flags.has(name) ? flags.get(name) !== "false" : null);
  const settings: ProxySettings = {
    mode: known(flags.get("proxy-mode"), modes, "--proxy-mode", warn),
    nodePortAddresses: list("nodeport-addresses"),
    clusterCIDRs: list("cluster-cidr"),
    detectLocalMode: known(flags.get("detect-local-mode"), detectModes, "--detect-local-mode", warn),
    bindAddress: asTextOrNull(flags.get("bind-address")),
    localhostNodePorts: bool("iptables-localhost-nodeports"),
    masqueradeAll: bool("masquerade-all"),
    ipvsScheduler: asTextOrNull(flags.get("ipvs-scheduler")),
  };
  return Object.values(settings).every((value) => value === null) ? null : settings;
}

/**
 * Settings among the arguments that k3s and RKE2 write into a node annotation (a JSON list): `--kube-proxy-arg proxy-mode=nftables` and the like, and the
 * `--cluster-cidr` of a server, which is its kube-proxies' too. `disabled`: --disable-kube-proxy is set.
 */
export function readNodeArgs(annotation: unknown, warn: Warn): { readonly settings: ProxySettings | null; readonly disabled: boolean } {
  if (typeof annotation !== "string") return { settings: null, disabled: false };
  let words: readonly string[];
  try {
    words = asTexts(JSON.parse(annotation));
  } catch {
    warn(odd("node-args"));
    return { settings: null, disabled: false };
  }
  const valuesOf = (flag: string): readonly string[] =>
    words.flatMap((word, place) =>
      word === flag ? [words[place + 1] ?? ""] : word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [],
    );
  const proxyWords = valuesOf("--kube-proxy-arg").map((value) => `--${value}`);
  const serverWords = valuesOf("--cluster-cidr").map((value) => `--cluster-cidr=${value}`);
  return {
    settings: readProxyFlags([...serverWords, ...proxyWords], warn),
    disabled: words.includes("--disable-kube-proxy") || words.includes("--disable-kube-proxy=true"),
  };
}

function splitList(value: unknown): readonly string[] | null {
  if (typeof value !== "string") return null;
  return value
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

/** "" and absence are "not stated"; an unknown word is not stated either, with a warning. */
function known<T extends string>(value: unknown, words: readonly T[], field: string, warn: Warn): T | null {
  if (typeof value !== "string" || value === "") return null;
  const found = words.find((word) => word === value);
  if (found === undefined) warn(odd("unknown-value", { field, value: JSON.stringify(value) }));
  return found ?? null;
}
