// Whole applications for tests: pods on nodes n1, n2, ... and Services whose slices say what their selectors do. Imported by tests only.

import type { EndpointSliceRecord } from "../model/endpoint-slice";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { buildPod, buildService, buildSlice, testNowMs, type PartialContainer, type SnapshotParts } from "./builders";

const dayMs = 86_400_000;
let lastAddress = 9;
export type Ports = NonNullable<PartialContainer["ports"]>;
type Kind = "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "Cluster" | "Rollout" | null;

/** Running pods of a workload, one on each of these nodes. */
export function runPods(
  kind: Kind,
  name: string,
  on: readonly number[],
  labels: Readonly<Record<string, string>>,
  ports: Ports,
  partial: Partial<PodRecord> = {},
): readonly PodRecord[] {
  return on.map((node, place) => {
    const hash = kind === "Deployment" ? { "pod-template-hash": "5d4f" } : {};
    const controller = kind === null ? null : kind === "Deployment" ? { kind: "ReplicaSet", name: `${name}-5d4f` } : { kind, name };
    lastAddress += 1;
    const host = partial.hostNetwork === true;
    return buildPod({
      name: `${name}-${String(place)}`,
      node: `n${String(node)}`,
      ip: host ? `10.0.0.${String(node)}` : `10.244.${String(node)}.${String(lastAddress)}`,
      labels: { ...labels, ...hash },
      controller,
      createdAtMs: testNowMs - dayMs,
      startTimeMs: testNowMs - dayMs,
      readyAtMs: testNowMs - dayMs,
      runningSinceMs: testNowMs - dayMs,
      ports,
      ...partial,
    });
  });
}

/** A Service with the slice that the controller would write for it. */
function serve(
  pods: readonly PodRecord[],
  partial: Parameters<typeof buildService>[0],
): { readonly services: readonly ServiceRecord[]; readonly slices: readonly EndpointSliceRecord[] } {
  const service = buildService({ pinnedNodePorts: [], ...partial });
  const chosen = pods.filter(
    (pod) =>
      pod.namespace === service.namespace &&
      Object.entries(service.selector ?? {}).every(([key, value]) => pod.labels[key] === value) &&
      pod.phase === "Running",
  );
  return {
    services: [service],
    slices: [
      buildSlice({
        namespace: service.namespace,
        service: service.name,
        labels: { "kubernetes.io/service-name": service.name, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" },
        ports: service.ports.map(({ name, protocol, targetPort }) => ({
          name,
          protocol,
          port: typeof targetPort === "number" ? targetPort : 8080,
        })),
        endpoints: chosen.map((pod) => ({
          address: pod.podIPs[0] ?? "",
          node: pod.nodeName ?? "",
          pod: `${pod.namespace}/${pod.name}`,
          ready: pod.ready && pod.deletedAtMs === null,
          serving: pod.ready,
          terminating: pod.deletedAtMs !== null,
        })),
      }),
    ],
  };
}

/** Several parts of a cluster as one. */
export function joinParts(...parts: readonly SnapshotParts[]): SnapshotParts {
  const all = <K extends "pods" | "services" | "slices" | "deployments" | "daemonsets">(key: K) =>
    parts.flatMap((part) => [...(part[key] ?? [])]);
  return {
    pods: all("pods"),
    services: all("services"),
    slices: all("slices"),
    deployments: all("deployments"),
    daemonsets: all("daemonsets"),
  };
}

/** Pods with Services in front of them. */
export function app(
  pods: readonly PodRecord[],
  services: readonly Parameters<typeof buildService>[0][],
  rest: SnapshotParts = {},
): SnapshotParts {
  return joinParts({ pods }, ...services.map((service) => serve(pods, service)), rest);
}
