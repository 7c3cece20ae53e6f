import type { Policy, PortRange } from "../../policy/policy";

export type MachineRole = "controlPlane" | "node";

// Listeners of the machine itself: SSH, kubelet, kube-proxy's health; etcd, API server, controller manager, scheduler.
const usual: Readonly<Record<MachineRole, readonly PortRange[]>> = {
  controlPlane: [one(6443), { first: 2379, last: 2380 }, one(10_257), one(10_259)],
  node: [one(22), one(10_250), one(10_256)],
};

/** The numbers that machines of a role need for themselves: the policy's, else the usual ones. Source: kubernetes.io "Ports and Protocols". */
export function systemPortRanges(policy: Policy, role: MachineRole): readonly PortRange[] {
  return policy.systemPorts[role] ?? usual[role];
}

function one(port: number): PortRange {
  return { first: port, last: port };
}
