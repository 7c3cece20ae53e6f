// Raw nodes of the demo story and of made-up clusters.

import type { ApiObject } from "../api-object";
import { daysAgo, isoTime, managedBy, nextUid, plantedToken } from "./builders";

/** 10.190.1.N; from the 251st node on, the networks after it. */
export function nodeAddress(number: number): string {
  return `10.190.${String(1 + Math.floor((number - 1) / 250))}.${String(((number - 1) % 250) + 1)}`;
}

/** 10.244.N; from the 251st node on, the networks before it. */
export function podNetwork(number: number): string {
  return `10.${String(244 - Math.floor((number - 1) / 250))}.${String(((number - 1) % 250) + 1)}`;
}

export type NodeSpec = {
  readonly name: string;
  readonly number: number;
  readonly pool: string;
  readonly zone: string;
  readonly unschedulable?: boolean;
};

export function buildNode({ name, number, pool, zone, unschedulable = false }: NodeSpec): ApiObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: nextUid(),
      creationTimestamp: isoTime(daysAgo(203.7)),
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "karpenter.sh/nodepool": pool,
        "topology.kubernetes.io/zone": zone,
        ...(name.startsWith("gpu") ? { "nvidia.com/gpu.present": "true" } : {}),
      },
      annotations: { "flannel.alpha.coreos.com/backend-type": "vxlan", "example.com/join-token": plantedToken },
      managedFields: managedBy("kubelet"),
    },
    spec: {
      podCIDR: `${podNetwork(number)}.0/24`,
      podCIDRs: [`${podNetwork(number)}.0/24`],
      ...(unschedulable ? { unschedulable, taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }] } : {}),
    },
    status: {
      addresses: [
        { type: "InternalIP", address: nodeAddress(number) },
        { type: "Hostname", address: name },
      ],
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: isoTime(daysAgo(203.7)) }],
      images: [{ names: ["registry.example/session:1"], sizeBytes: 4_294_967_296 }],
      nodeInfo: {
        kubeletVersion: "v1.36.2",
        containerRuntimeVersion: "containerd://2.1.4",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
}
