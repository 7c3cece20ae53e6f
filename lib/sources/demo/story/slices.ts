// EndpointSlices as the EndpointSlice controller writes them.

import type { ApiObject } from "../api-object";
import { nextUid } from "./builders";

type Labels = Readonly<Record<string, string>>;
type PodPort = { readonly name?: string; readonly containerPort: number; readonly protocol?: string };
type ServicePort = { readonly name?: string; readonly targetPort: number | string; readonly protocol: string };
type Condition = { readonly type: string; readonly status: string; readonly lastTransitionTime: string };

/** The pods of its namespace that a Service's selector takes. */
export function podsOf(service: ApiObject, pods: readonly ApiObject[]): readonly ApiObject[] {
  const { selector } = service["spec"] as { readonly selector: Labels };
  return pods.filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      Object.entries(selector).every(([key, value]) => (metadata["labels"] as Labels)[key] === value),
  );
}

/**
 * The slice of a Service: one endpoint for each pod that it selects. A Service that selects nothing gets the controller's placeholder, without ports.
 *
 * Input: `zones` by node name; `suffix`: what the API server appends to the generated name.
 */
export function buildSlice(service: ApiObject, pods: readonly ApiObject[], zones: ReadonlyMap<string, string>, suffix: string): ApiObject {
  const { namespace = "", name } = service.metadata;
  const { ports } = service["spec"] as { readonly ports: readonly ServicePort[] };
  const chosen = podsOf(service, pods);
  const trigger = chosen
    .flatMap((pod) => conditionsOf(pod).flatMap(({ type, lastTransitionTime }) => (type === "Ready" ? [lastTransitionTime] : [])))
    .sort()
    .at(-1);
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace,
      name: `${name}-${suffix}`,
      generateName: `${name}-`,
      uid: nextUid(),
      creationTimestamp: service.metadata["creationTimestamp"],
      labels: {
        ...(service.metadata["labels"] as Labels),
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ...(trigger === undefined ? {} : { annotations: { "endpoints.kubernetes.io/last-change-trigger-time": trigger } }),
      ownerReferences: [
        { apiVersion: "v1", kind: "Service", name, uid: service.metadata["uid"], controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: "IPv4",
    ports:
      chosen.length === 0
        ? null
        : ports.map((port) => ({ name: port.name ?? "", port: portOf(port.targetPort, chosen), protocol: port.protocol })),
    endpoints: chosen.length === 0 ? null : chosen.map((pod) => buildEndpoint(pod, zones)),
  };
}

function buildEndpoint(pod: ApiObject, zones: ReadonlyMap<string, string>): object {
  const { nodeName } = pod["spec"] as { readonly nodeName: string };
  const { podIP } = pod["status"] as { readonly podIP: string };
  const ready = conditionsOf(pod).some(({ type, status }) => type === "Ready" && status === "True");
  const zone = zones.get(nodeName);
  return {
    addresses: [podIP],
    conditions: { ready, serving: ready, terminating: false },
    nodeName,
    ...(zone === undefined ? {} : { zone }),
    targetRef: { kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata["uid"] },
  };
}

function conditionsOf(pod: ApiObject): readonly Condition[] {
  return (pod["status"] as { readonly conditions: readonly Condition[] }).conditions;
}

function portOf(targetPort: number | string, pods: readonly ApiObject[]): number {
  if (typeof targetPort === "number") return targetPort;
  const ports = pods.flatMap((pod) =>
    (pod["spec"] as { readonly containers: readonly { readonly ports: readonly PodPort[] }[] }).containers.flatMap(
      (container) => container.ports,
    ),
  );
  return ports.find(({ name }) => name === targetPort)?.containerPort ?? 0;
}
