// Raw pods of the demo story, with the noise that real ones carry: env with a token, commands, annotations, managed fields. All of it must be
// dropped by whoever reads them.

import type { ApiObject } from "../api-object";
import { templateHashOf } from "./names";
import { isoTime, managedBy, plantedToken, nextUid, uidOfOwner } from "./builders";
import { nodeAddress, podNetwork, type NodeSpec } from "./nodes";

type Labels = Readonly<Record<string, string>>;

export type Port = {
  readonly name?: string;
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly protocol?: "TCP" | "UDP";
};

/** `owner`: kind and name of the controller; for a Deployment the ReplicaSet and its hash are made up as a cluster would. `readyAt` null: not ready. */
export type PodSpec = {
  readonly namespace: string;
  readonly name: string;
  readonly node: NodeSpec;
  readonly ip: number;
  readonly labels: Labels;
  readonly owner: { readonly kind: "Deployment" | "DaemonSet" | "StatefulSet"; readonly name: string } | null;
  readonly ports: readonly Port[];
  readonly hostNetwork?: boolean;
  readonly startedAt: number;
  readonly readyAt?: number | null;
  readonly command?: readonly string[];
  readonly nodeSelector?: Labels;
};

export function buildPod(spec: PodSpec): ApiObject {
  const { namespace, name, node, owner, hostNetwork = false, startedAt } = spec;
  const readyAt = spec.readyAt === undefined ? startedAt + 20_000 : spec.readyAt;
  const address = hostNetwork ? nodeAddress(node.number) : `${podNetwork(node.number)}.${String(spec.ip)}`;
  const hash = owner?.kind === "Deployment" ? templateHashOf(owner.name) : null;
  const controller =
    owner === null ? null : { kind: hash === null ? owner.kind : "ReplicaSet", name: hash === null ? owner.name : `${owner.name}-${hash}` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace,
      name,
      uid: nextUid(),
      creationTimestamp: isoTime(startedAt - 5000),
      labels: { ...spec.labels, ...(hash === null ? {} : { "pod-template-hash": hash }) },
      annotations: { "example.com/notes": `token=${plantedToken}` },
      ...(controller === null
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: "apps/v1",
                ...controller,
                uid: uidOfOwner(namespace, controller.kind, controller.name),
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          }),
      managedFields: managedBy("kubelet"),
    },
    spec: {
      nodeName: node.name,
      ...(hostNetwork ? { hostNetwork } : {}),
      ...(spec.nodeSelector === undefined ? {} : { nodeSelector: spec.nodeSelector }),
      ...(owner?.kind === "DaemonSet" ? { tolerations: [{ operator: "Exists" }] } : {}),
      containers: [
        {
          name: owner?.name ?? "session",
          image: `registry.example/${owner?.name ?? "session"}:1`,
          command: spec.command ?? ["/bin/start", `--api-key=${plantedToken}`],
          env: [{ name: "CLEARML_API_SECRET_KEY", value: plantedToken }],
          ports: spec.ports.map((port) => ({ protocol: "TCP", ...port, ...(hostNetwork ? { hostPort: port.containerPort } : {}) })),
        },
      ],
    },
    status: {
      phase: "Running",
      podIP: address,
      podIPs: [{ ip: address }],
      hostIP: nodeAddress(node.number),
      hostIPs: [{ ip: nodeAddress(node.number) }],
      startTime: isoTime(startedAt - 3000),
      conditions: [
        { type: "PodScheduled", status: "True", lastTransitionTime: isoTime(startedAt - 5000) },
        { type: "Ready", status: readyAt === null ? "False" : "True", lastTransitionTime: isoTime(readyAt ?? startedAt + 60_000) },
      ],
      containerStatuses: [
        { name: owner?.name ?? "session", ready: readyAt !== null, restartCount: 0, state: { running: { startedAt: isoTime(startedAt) } } },
      ],
    },
  };
}
