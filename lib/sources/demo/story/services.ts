// Raw Services of the demo story and of made-up clusters.

import type { ApiObject } from "../api-object";
import { isoTime, nextUid } from "./builders";

type Labels = Readonly<Record<string, string>>;

export type ServiceSpec = {
  readonly namespace: string;
  readonly name: string;
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly selector: Labels;
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly targetPort: number | string;
    readonly nodePort?: number;
    readonly protocol?: "TCP" | "UDP";
  }[];
  readonly createdAt: number;
  readonly pinned?: boolean;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
};

let clusterIP = 0;

export function resetClusterIPs(): void {
  clusterIP = 0;
}

export function buildService({
  namespace,
  name,
  type = "NodePort",
  selector,
  ports,
  createdAt,
  pinned = false,
  spec,
  status,
}: ServiceSpec): ApiObject {
  clusterIP += 1;
  const ip = `10.${String(96 + Math.floor(clusterIP / 62_500))}.${String(Math.floor(clusterIP / 250) % 250)}.${String(clusterIP % 250)}`;
  const full = ports.map((port) => ({ protocol: "TCP", ...port }));
  const applied = JSON.stringify({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { type, selector, ports: pinned ? full : full.map(({ nodePort: _nodePort, ...rest }) => rest) },
  });
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      namespace,
      name,
      uid: nextUid(),
      creationTimestamp: isoTime(createdAt),
      labels: { app: name },
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": applied },
    },
    spec: {
      type,
      clusterIP: ip,
      clusterIPs: [ip],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      selector,
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
      ...(type === "ClusterIP" ? {} : { externalTrafficPolicy: "Cluster" }),
      ports: full,
      ...spec,
    },
    status: status ?? { loadBalancer: {} },
  };
}
