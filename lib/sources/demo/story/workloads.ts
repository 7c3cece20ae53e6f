// The Deployments and DaemonSets behind the story's pods, as their controllers' objects.

import type { ApiObject } from "../api-object";
import { daysAgo, isoTime, uidOfOwner } from "./builders";

type Labels = Readonly<Record<string, string>>;
type Spec = { readonly hostNetwork?: boolean; readonly nodeSelector?: Labels; readonly containers: readonly object[] };

/** One object for each Deployment and DaemonSet that pods belong to; their template is that of the first pod. */
export function buildWorkloads(pods: readonly ApiObject[]): readonly ApiObject[] {
  const groups = new Map<string, { readonly kind: "Deployment" | "DaemonSet"; readonly name: string; readonly pods: ApiObject[] }>();
  for (const pod of pods) {
    const [reference] = (pod.metadata["ownerReferences"] ?? []) as readonly { readonly kind: string; readonly name: string }[];
    if (reference === undefined || reference.kind === "StatefulSet") continue;
    const kind = reference.kind === "ReplicaSet" ? "Deployment" : "DaemonSet";
    const key = `${pod.metadata.namespace ?? ""}/${reference.name}`;
    const known = groups.get(key);
    if (known === undefined)
      groups.set(key, {
        kind,
        name: kind === "Deployment" ? reference.name.slice(0, reference.name.lastIndexOf("-")) : reference.name,
        pods: [pod],
      });
    else known.pods.push(pod);
  }
  return [...groups.values()].map(({ kind, name, pods: members }) => buildWorkload(kind, name, members));
}

function buildWorkload(kind: "Deployment" | "DaemonSet", name: string, pods: readonly ApiObject[]): ApiObject {
  const [first] = pods;
  const namespace = first?.metadata.namespace ?? "";
  const { "pod-template-hash": _hash, "controller-revision-hash": _revision, ...labels } = (first?.metadata["labels"] ?? {}) as Labels;
  const { hostNetwork, nodeSelector, containers = [] } = (first?.["spec"] ?? {}) as Partial<Spec>;
  const template = {
    metadata: { labels },
    spec: { ...(hostNetwork === undefined ? {} : { hostNetwork }), ...(nodeSelector === undefined ? {} : { nodeSelector }), containers },
  };
  const rolling = kind === "DaemonSet" ? { maxUnavailable: 1, maxSurge: 0 } : { maxUnavailable: "25%", maxSurge: "25%" };
  const strategy = { type: "RollingUpdate", rollingUpdate: rolling };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { namespace, name, uid: uidOfOwner(namespace, kind, name), creationTimestamp: isoTime(daysAgo(203.6)), labels },
    spec: {
      selector: { matchLabels: labels },
      template,
      ...(kind === "DaemonSet" ? { updateStrategy: strategy } : { replicas: pods.length, strategy }),
    },
  };
}
