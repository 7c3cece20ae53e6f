import type { IntOrPercent, WorkloadRecord } from "@/lib/core";
import { slimMeta } from "./meta";
import { slimPlacement } from "./placement";
import { slimContainers } from "./pod";
import { asBool, asInt, asLabels, asObject, asText, type Raw, type Warn } from "./read";

/** A Deployment or DaemonSet: what rollout and placement rules read of it. */
export function slimWorkload(kind: "Deployment" | "DaemonSet", raw: Raw, warn: Warn): WorkloadRecord | undefined {
  const meta = slimMeta(raw);
  if (meta === undefined) return undefined;
  const spec = asObject(raw["spec"]);
  const strategy = asObject(kind === "Deployment" ? spec["strategy"] : spec["updateStrategy"]);
  const rolling = asObject(strategy["rollingUpdate"]);
  const template = asObject(spec["template"]);
  const podSpec = asObject(template["spec"]);
  const hostNetwork = asBool(podSpec["hostNetwork"]);
  return {
    ...meta,
    kind,
    replicas: kind === "Deployment" ? asInt(spec["replicas"], 1) : null,
    strategy: {
      type: asText(strategy["type"]) || "RollingUpdate",
      maxUnavailable: intOrPercent(rolling["maxUnavailable"]),
      maxSurge: intOrPercent(rolling["maxSurge"]),
    },
    template: {
      labels: asLabels(asObject(template["metadata"])["labels"]),
      hostNetwork,
      placement: slimPlacement(podSpec, warn),
      containers: slimContainers(podSpec, hostNetwork, warn),
    },
  };
}

function intOrPercent(value: unknown): IntOrPercent | null {
  return typeof value === "number" || typeof value === "string" ? value : null;
}
