import type { NodeSelectorRequirement, NodeSelectorTerm, Placement, Toleration } from "@/lib/core";
import { asLabels, asObject, asObjects, asOneOf, asText, asTexts, type Raw, type Warn } from "./read";

/** Where a pod spec allows the pod to run. */
export function slimPlacement(spec: Raw, warn: Warn): Placement {
  const required = asObject(asObject(asObject(spec["affinity"])["nodeAffinity"])["requiredDuringSchedulingIgnoredDuringExecution"]);
  const terms = required["nodeSelectorTerms"];
  const tolerations = asObjects(spec["tolerations"]);
  return {
    nodeSelector: asLabels(spec["nodeSelector"]),
    requiredAffinity: Array.isArray(terms) ? asObjects(terms).map((term) => slimTerm(term, warn)) : null,
    tolerations: tolerations.map((toleration): Toleration => ({
      key: asText(toleration["key"]),
      operator: asOneOf(toleration["operator"], ["Exists", "Equal"], "Equal", "spec.tolerations[].operator", warn),
      value: asText(toleration["value"]),
      effect: asOneOf(toleration["effect"], ["", "NoSchedule", "PreferNoSchedule", "NoExecute"], "", "spec.tolerations[].effect", warn),
    })),
  };
}

function slimTerm(term: Raw, warn: Warn): NodeSelectorTerm {
  const requirements = (value: unknown): readonly NodeSelectorRequirement[] =>
    asObjects(value).map((requirement) => ({
      key: asText(requirement["key"]),
      operator: asOneOf(
        requirement["operator"],
        ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
        "In",
        "node affinity operator",
        warn,
      ),
      values: asTexts(requirement["values"]),
    }));
  return { expressions: requirements(term["matchExpressions"]), fields: requirements(term["matchFields"]) };
}
