// What decides where a pod may run: kept of Pods and of workload templates.

export type Toleration = {
  readonly key: string;
  readonly operator: "Exists" | "Equal";
  readonly value: string;
  readonly effect: "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute";
};

export type NodeSelectorRequirement = {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  readonly values: readonly string[];
};

/** One term: all its requirements must hold; `fields` are matchFields (`metadata.name`). */
export type NodeSelectorTerm = {
  readonly expressions: readonly NodeSelectorRequirement[];
  readonly fields: readonly NodeSelectorRequirement[];
};

/** `requiredAffinity` null: none stated; a list is an OR of terms, and an empty one matches no node. */
export type Placement = {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly requiredAffinity: readonly NodeSelectorTerm[] | null;
  readonly tolerations: readonly Toleration[];
};
