import { normaliseAddress } from "../basics/ip";
import { compareText } from "../basics/order";
import { podKey } from "../model/brands";
import type { IPFamily } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { collectEndpoints, slicesOfPort, type Endpoint } from "../routing/endpoints";
import { isExternalLocal, servedFamilies } from "../routing/service-rules";

/** One endpoint of a service port, wherever it is in the cluster. `pod` null where no Pod object stands behind it. */
export type PortEndpoint = {
  readonly address: string;
  readonly port: number;
  readonly family: IPFamily;
  readonly nodeName: string | null;
  readonly pod: PodRecord | null;
  readonly ready: boolean;
  readonly usable: boolean;
};

/**
 * The endpoints of a service port cluster-wide, each with whether some client on some node would reach it.
 *
 * Returns: sorted by address and port, each pair once. Usable are the ready ones, or, where none is, the serving ones that terminate; with
 *          externalTrafficPolicy Local also those of a node that has no ready one of its own. Topology hints narrow nodes, not the cluster: not applied.
 * Source:  EndpointSlices by kubernetes.io/service-name, port name and protocol (kube-proxy pkg/proxy/endpointslicecache.go, topology.go; routing.md 2.1, 2.3).
 */
export function findPortEndpoints(snapshot: Snapshot, service: ServiceRecord, port: ServicePort): readonly PortEndpoint[] {
  const minor = newestMinorOf(snapshot);
  return familiesOf(service)
    .flatMap((family) => {
      const { list } = collectEndpoints(snapshot, service, port, family, minor, "");
      const usable = new Set(pickUsable(list, service));
      return list.map((endpoint): PortEndpoint => {
        const address = normaliseAddress(endpoint.address);
        const pod = findPod(snapshot, address, endpoint);
        return {
          address,
          port: endpoint.port,
          family,
          nodeName: endpoint.nodeName,
          pod,
          ready: endpoint.ready,
          usable: usable.has(endpoint),
        };
      });
    })
    .sort((a, b) => compareText(a.address, b.address) || a.port - b.port);
}

/**
 * Whether `findPortEndpoints` would find a usable one.
 *
 * Cost:    mostly one endpoint.
 */
export function hasUsableEndpoint(snapshot: Snapshot, service: ServiceRecord, port: ServicePort): boolean {
  const minor = newestMinorOf(snapshot);
  return familiesOf(service).some((family) => {
    const first = slicesOfPort(snapshot, service, port, family, minor).find(({ slice }) => slice.endpoints.length > 0)?.slice.endpoints[0];
    // Of several copies of an endpoint the one that is read first counts, unless it terminates.
    if (first?.ready === true && !first.terminating) return true;
    return pickUsable(collectEndpoints(snapshot, service, port, family, minor, "").list, service).length > 0;
  });
}

function familiesOf(service: ServiceRecord): readonly IPFamily[] {
  const served = servedFamilies(service);
  return served.length > 0 ? served : ["IPv4", "IPv6"];
}

/** Whether the kube-proxies leave the Service alone for good, so that it holds no port of a node: headless and ExternalName Services. */
export function holdsNoPorts(service: ServiceRecord): boolean {
  return service.type === "ExternalName" || service.clusterIPs.includes("None");
}

/** Which slices are seen depends on the proxies' version; with several in one cluster the newest speaks for all. */
function newestMinorOf(snapshot: Snapshot): number {
  let minor = newestMinors.get(snapshot.nodes);
  if (minor === undefined) {
    const minors = [...snapshot.nodes.values()].map(({ kubeletVersion }) => Number(/^v?1\.(\d+)/.exec(kubeletVersion)?.[1] ?? Number.NaN));
    const known = minors.filter((each) => !Number.isNaN(each));
    minor = known.length === 0 ? Number.POSITIVE_INFINITY : known.reduce((a, b) => Math.max(a, b));
    newestMinors.set(snapshot.nodes, minor);
  }
  return minor;
}

const newestMinors = new WeakMap<Snapshot["nodes"], number>();

function pickUsable(endpoints: readonly Endpoint[], service: ServiceRecord): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const leaving = endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
  const cluster = ready.length > 0 ? ready : leaving;
  if (!isExternalLocal(service)) return cluster;
  const nodesWithReady = new Set(ready.map(({ nodeName }) => nodeName));
  return [...cluster, ...leaving.filter(({ nodeName }) => nodeName !== null && !nodesWithReady.has(nodeName))];
}

function findPod(snapshot: Snapshot, address: string, { targetRef }: Endpoint): PodRecord | null {
  if (targetRef !== null) return targetRef.kind === "Pod" ? (snapshot.pods.get(podKey(targetRef.namespace, targetRef.name)) ?? null) : null;
  const [pod, another] = snapshot.lookup.podsByAddress(address);
  return pod !== undefined && another === undefined ? pod : null;
}
