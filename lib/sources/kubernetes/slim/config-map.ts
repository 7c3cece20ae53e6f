import { parse as parseYaml } from "yaml";
import { odd, type ConfigMapRecord } from "@/lib/core";
import { slimMeta } from "./meta";
import { readProxyConfig } from "./proxy-settings";
import { asBoolOrNull, asObject, asText, asTextOrNull, type Raw, type Warn } from "./read";

/** ConfigMaps of kube-system that tell how the data plane is set; only these are read, and only the keys named here. */
export const configMapNames = ["kube-proxy", "kube-proxy-config", "cilium-config", "antrea-config"] as const;

/** Returns: the record; undefined for every other ConfigMap. */
export function slimConfigMap(raw: Raw, warn: Warn): ConfigMapRecord | undefined {
  const meta = slimMeta(raw);
  if (meta?.namespace !== "kube-system" || !configMapNames.some((name) => name === meta.name)) return undefined;
  const data = asObject(raw["data"]);
  const proxyText =
    meta.name === "kube-proxy" ? asText(data["config.conf"]) : meta.name === "kube-proxy-config" ? asText(data["config"]) : "";
  return {
    ...meta,
    proxy: proxyText === "" ? null : readProxyConfig(proxyText, warn),
    ciliumKubeProxyReplacement: meta.name === "cilium-config" ? asTextOrNull(data["kube-proxy-replacement"]) : null,
    antreaProxyAll: meta.name === "antrea-config" ? antreaProxyAll(data["antrea-agent.conf"], warn) : null,
  };
}

function antreaProxyAll(text: unknown, warn: Warn): boolean | null {
  if (typeof text !== "string") return null;
  try {
    return asBoolOrNull(asObject(asObject(parseYaml(text, { maxAliasCount: 100, logLevel: "error" }))["antreaProxy"])["proxyAll"]);
  } catch {
    warn(odd("antrea-config"));
    return null;
  }
}
