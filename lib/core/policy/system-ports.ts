// Ports that a node needs for itself: whoever else takes one cuts off logins, the kubelet or the API server.

import type { NodeRecord } from "../model/node";
import type { Snapshot } from "../model/snapshot";
import { hasPort } from "./bands";
import type { Policy, PortRange } from "./policy";

/** SSH, kubelet and kube-proxy's health on each node; API server and etcd where the control plane runs. */
const defaultSystemPorts: { readonly controlPlane: readonly PortRange[]; readonly node: readonly PortRange[] } = {
  controlPlane: [
    { first: 6443, last: 6443 },
    { first: 2379, last: 2380 },
  ],
  node: [
    { first: 22, last: 22 },
    { first: 10_250, last: 10_250 },
    { first: 10_256, last: 10_256 },
  ],
};

const controlPlaneRoles = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"] as const;

/**
 * Whether a node needs this TCP port for itself.
 *
 * Returns: by the policy's lists, else the default ones. Where no node of the cluster shows a role, each may be of the control plane.
 */
export function isSystemPort(snapshot: Snapshot, policy: Policy, node: NodeRecord, port: number): boolean {
  const ofNode = policy.systemPorts.node ?? defaultSystemPorts.node;
  if (ofNode.some((range) => hasPort(range, port))) return true;
  const ofControlPlane = policy.systemPorts.controlPlane ?? defaultSystemPorts.controlPlane;
  return (
    ofControlPlane.some((range) => hasPort(range, port)) && (isControlPlane(node) || ![...snapshot.nodes.values()].some(isControlPlane))
  );
}

function isControlPlane({ labels }: NodeRecord): boolean {
  return controlPlaneRoles.some((role) => role in labels);
}
