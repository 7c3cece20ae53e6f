// The EndpointSlices that the controller would write (routing.md 2.2).

import { normaliseAddress, familyOf } from "../basics/ip";
import { compareText } from "../basics/order";
import { sliceController, sliceManagerLabel } from "../inventory/custom-slices";
import { isFinished } from "../inventory/pod-claims";
import { toNodeName } from "../model/brands";
import type { EndpointSliceRecord, SliceEndpoint, SlicePort } from "../model/endpoint-slice";
import type { IPFamily } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveTargetPort } from "../rules/support/target-ports";

/**
 * Slices of a Service for some of the pods that it selects.
 *
 * Input:   a Service with a selector, pods that it selects, the nodes that exist; `mark` tells these slices from those that are there already.
 * Returns: one slice for each family and set of port numbers, by name. Without a pod there is none. Pods that are finished, have no address, or whose node is
 *          gone are left out; a pod without a node yet (it is not scheduled here) counts as if its node existed.
 * Source:  staging/src/k8s.io/endpointslice/utils.go podToEndpoint, getEndpointPorts; EndpointSlice.
 */
export function deriveSlices(
  service: ServiceRecord,
  pods: readonly PodRecord[],
  nodes: Snapshot["nodes"],
  mark: string,
): readonly EndpointSliceRecord[] {
  const families: readonly IPFamily[] = service.ipFamilies.length > 0 ? service.ipFamilies : ["IPv4"];
  const slices = new Map<
    string,
    { readonly family: IPFamily; readonly ports: readonly SlicePort[]; readonly endpoints: SliceEndpoint[] }
  >();
  for (const pod of [...pods].sort((a, b) => compareText(a.name, b.name))) {
    if (isFinished(pod) || (pod.nodeName !== null && !service.publishNotReadyAddresses && !nodes.has(toNodeName(pod.nodeName)))) continue;
    const ports = service.ports.flatMap((port): SlicePort[] => {
      const number = resolveTargetPort(pod, port);
      return number === null ? [] : [{ name: port.name, port: number, protocol: port.protocol }];
    });
    for (const family of families) {
      const address = pod.podIPs.find((ip) => familyOf(ip) === family);
      if (address === undefined) continue;
      const key = JSON.stringify([family, ports]);
      const slice = slices.get(key) ?? { family, ports, endpoints: [] };
      slices.set(key, slice);
      slice.endpoints.push(toEndpoint(service, pod, normaliseAddress(address), nodes));
    }
  }
  return [...slices.values()].map(({ family, ports, endpoints }, place) => ({
    namespace: service.namespace,
    name: `${service.name}-${mark}-${String(place)}`,
    uid: "",
    labels: { "kubernetes.io/service-name": service.name, [sliceManagerLabel]: sliceController },
    createdAtMs: null,
    deletedAtMs: null,
    controller: { kind: "Service", name: service.name },
    serviceName: service.name,
    addressType: family,
    ports,
    endpoints,
    convertedFrom: null,
  }));
}

function toEndpoint(service: ServiceRecord, pod: PodRecord, address: string, nodes: Snapshot["nodes"]): SliceEndpoint {
  const terminating = pod.deletedAtMs !== null;
  const node = pod.nodeName === null ? undefined : nodes.get(toNodeName(pod.nodeName));
  return {
    address,
    ready: service.publishNotReadyAddresses || (pod.ready && !terminating),
    serving: pod.ready,
    terminating,
    nodeName: pod.nodeName,
    zone: node?.labels["topology.kubernetes.io/zone"] ?? null,
    hintZones: [],
    hintNodes: [],
    targetRef: { kind: "Pod", namespace: pod.namespace, name: pod.name },
  };
}
