import { odd, type NodeAddressType, type NodeRecord, type Taint } from "@/lib/core";
import { annotationsOf, slimMeta } from "./meta";
import { readNodeArgs } from "./proxy-settings";
import { asBool, asObject, asObjects, asOneOf, asText, asTexts, type Raw, type Warn } from "./read";

const addressTypes: readonly NodeAddressType[] = ["InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"];

// Annotations that tell a data plane (routing.md 6.1); their values are not kept.
const signs = ["k8s.ovn.org/l3-gateway-config", "projectcalico.org/IPv4Address", "flannel.alpha.coreos.com/backend-type"];

export function slimNode(raw: Raw, warn: Warn): NodeRecord | undefined {
  const meta = slimMeta(raw);
  if (meta === undefined) return undefined;
  const spec = asObject(raw["spec"]);
  const status = asObject(raw["status"]);
  const info = asObject(status["nodeInfo"]);
  const annotations = annotationsOf(raw);
  const podCIDRs = asTexts(spec["podCIDRs"]);
  const args = readNodeArgs(annotations["k3s.io/node-args"] ?? annotations["rke2.io/node-args"], warn);
  const ready = asObjects(status["conditions"]).find((condition) => condition["type"] === "Ready");
  return {
    ...meta,
    addresses: asObjects(status["addresses"]).flatMap(({ type, address }) => {
      const known = addressTypes.find((each) => each === type);
      if (known === undefined) warn(odd("unknown-address-type", { type: JSON.stringify(type) }));
      return known === undefined || typeof address !== "string" || address === "" ? [] : [{ type: known, address }];
    }),
    podCIDRs: podCIDRs.length > 0 ? podCIDRs : asTexts([spec["podCIDR"]]).filter((cidr) => cidr !== ""),
    taints: asObjects(spec["taints"]).map((taint): Taint => ({
      key: asText(taint["key"]),
      value: asText(taint["value"]),
      effect: asOneOf(taint["effect"], ["NoSchedule", "PreferNoSchedule", "NoExecute"], "NoSchedule", "spec.taints[].effect", warn),
    })),
    unschedulable: asBool(spec["unschedulable"]),
    ready:
      ready === undefined
        ? null
        : asOneOf<"True" | "False" | "Unknown">(ready["status"], ["True", "False", "Unknown"], "Unknown", "the condition Ready", warn),
    kubeletVersion: asText(info["kubeletVersion"]),
    containerRuntimeVersion: asText(info["containerRuntimeVersion"]),
    proxyArgs: args.settings,
    proxySigns: [...signs.filter((sign) => sign in annotations), ...(args.disabled ? ["--disable-kube-proxy"] : [])],
  };
}
