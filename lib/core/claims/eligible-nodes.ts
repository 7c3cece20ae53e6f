// On which nodes a pod may run, by what the scheduler reads of its spec. Resources, topology spread and inter-pod affinity are not known here:
// they can only take nodes away.

import { compareNatural } from "../basics/order";
import { toNodeName } from "../model/brands";
import type { NodeRecord, Taint } from "../model/node";
import type { NodeSelectorRequirement, NodeSelectorTerm, Placement, Toleration } from "../model/placement";
import type { Snapshot } from "../model/snapshot";

/** `daemonSet`: its controller adds tolerations to the pods that the template does not show. */
export type EligibilityOptions = { readonly daemonSet?: boolean; readonly hostNetwork?: boolean };

/**
 * The nodes that a pod of this placement may run on.
 *
 * Returns: sorted by name; empty when no node fits.
 * Source:  Pod.spec.nodeSelector, .affinity.nodeAffinity, .tolerations; scheduler plugins NodeAffinity, TaintToleration, NodeUnschedulable.
 */
export function findEligibleNodes(snapshot: Snapshot, placement: Placement, options: EligibilityOptions = {}): readonly NodeRecord[] {
  return candidates(snapshot, placement)
    .filter((node) => isEligible(node, placement, options))
    .sort((a, b) => compareNatural(a.name, b.name));
}

/** Whether the scheduler would let a pod of this placement onto the node. */
export function isEligible(node: NodeRecord, placement: Placement, options: EligibilityOptions = {}): boolean {
  const { nodeSelector, requiredAffinity, tolerations } = placement;
  if (!Object.entries(nodeSelector).every(([key, value]) => node.labels[key] === value)) return false;
  if (requiredAffinity !== null && !requiredAffinity.some((term) => matchesTerm(term, node))) return false;
  const all = options.daemonSet === true ? [...tolerations, ...addedTolerations(options.hostNetwork === true)] : tolerations;
  return taintsOf(node).every((taint) => taint.effect === "PreferNoSchedule" || all.some((toleration) => tolerates(toleration, taint)));
}

/** A DaemonSet's pod is bound to one node by its affinity: then the others need not be asked. */
function candidates(snapshot: Snapshot, { requiredAffinity }: Placement): readonly NodeRecord[] {
  const names = requiredAffinity?.map(
    ({ fields }) => fields.find(({ key, operator }) => key === "metadata.name" && operator === "In")?.values,
  );
  if (names?.every((each) => each !== undefined) !== true) return [...snapshot.nodes.values()];
  return [...new Set(names.flat())].flatMap((name) => snapshot.nodes.get(toNodeName(name)) ?? []);
}

/** A cordoned node is tainted too; the field alone counts where the node controller has not got to it. */
function taintsOf(node: NodeRecord): readonly Taint[] {
  return node.unschedulable ? [...node.taints, { key: unschedulableKey, value: "", effect: "NoSchedule" }] : node.taints;
}

const unschedulableKey = "node.kubernetes.io/unschedulable";

/** Source: pkg/controller/daemon/util AddOrUpdateDaemonPodTolerations. */
function addedTolerations(hostNetwork: boolean): readonly Toleration[] {
  const exists = (key: string, effect: Toleration["effect"]): Toleration => ({ key, operator: "Exists", value: "", effect });
  return [
    exists("node.kubernetes.io/not-ready", "NoExecute"),
    exists("node.kubernetes.io/unreachable", "NoExecute"),
    exists("node.kubernetes.io/disk-pressure", "NoSchedule"),
    exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
    exists("node.kubernetes.io/pid-pressure", "NoSchedule"),
    exists(unschedulableKey, "NoSchedule"),
    ...(hostNetwork ? [exists("node.kubernetes.io/network-unavailable", "NoSchedule")] : []),
  ];
}

/** An empty key with Exists tolerates everything; an empty effect every effect. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== "" && toleration.effect !== taint.effect) return false;
  if (toleration.key !== "" && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  return toleration.key !== "" && toleration.value === taint.value;
}

/** A term without any requirement matches no node. */
function matchesTerm({ expressions, fields }: NodeSelectorTerm, node: NodeRecord): boolean {
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((requirement) => matchesRequirement(requirement, node.labels[requirement.key])) &&
    fields.every((requirement) => requirement.key === "metadata.name" && matchesRequirement(requirement, node.name))
  );
}

function matchesRequirement({ operator, values }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return compareIntegers(value, values) > 0;
    case "Lt":
      return compareIntegers(value, values) < 0;
  }
}

/** NaN, which compares as false, where either is no integer. */
function compareIntegers(value: string | undefined, [wanted]: readonly string[]): number {
  const isInteger = (text: string | undefined): text is string => text !== undefined && /^[+-]?\d+$/.test(text);
  return isInteger(value) && isInteger(wanted) ? Number(value) - Number(wanted) : Number.NaN;
}
