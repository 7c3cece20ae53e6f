// "Why not this pod?": what keeps a pod from answering on a route, first cause first.

import { familyOf, normaliseAddress } from "../basics/ip";
import { compareText } from "../basics/order";
import { podKey, serviceKey } from "../model/brands";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import { formatObjectRef, type IPFamily } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { Backend, Route, RouteStep } from "../model/route";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Endpoint } from "./endpoints";
import { newestMinorKnown } from "./proxy-config";
import { ignoredByProxy, sliceIsSeen } from "./service-rules";
import { step } from "./steps";
import { explainHostPort } from "./why-not-host-port";
import type { World } from "./world";

/**
 * Why a pod is not among a route's backends.
 *
 * Returns: the reasons, the deciding one first: answers (it is one; answersMaybe: of an alternative), shadowed (another claim takes the port), ignored (the proxy
 * skips the Service), barred, notAccepted, notSelected (each label that differs, with a key that holds the wanted value), finished, otherFamily, otherPort,
 * notScheduled, noPodIP, notInSlices, sliceIgnored, otherPortName, notReady (condition or deletion), notLocal, filtered (topology); of a pod that takes the number
 *          on a node itself those of explainHostPort. Never empty.
 * Errors:  never throws; an unknown pod is said to be unknown.
 */
export function explainWhyNot(
  world: World,
  route: Route,
  wanted: { readonly namespace: string; readonly name: string },
): readonly RouteStep[] {
  const { snapshot } = world;
  const object = formatObjectRef({ kind: "Pod", ...wanted });
  const pod = snapshot.pods.get(podKey(wanted.namespace, wanted.name));
  if (pod === undefined) return [step("noSuchPod", object, null, null)];
  const { outcome } = route;
  const backend = backendIn(route, pod);
  if (backend !== undefined)
    return [
      step(backend.replyPathBroken ? "replyLost" : "answers", object, null, String(backend.probability), {
        probability: backend.probability ?? 0,
      }),
    ];
  if (outcome.kind === "listener" && outcome.pods.some((each) => each.namespace === pod.namespace && each.name === pod.name))
    return [step("listens", object, "spec.containers[].ports[].containerPort", String(route.query.port))];
  const possible = "alternatives" in outcome ? outcome.alternatives.find((each) => backendIn(each, pod) !== undefined) : undefined;
  if (possible !== undefined) return [step("answersMaybe", object, "claim", claimText(possible))];
  // What keeps a pod out of its Service holds for every proxy; what was not read could say anything.
  if (outcome.kind === "unknown" && (outcome.missing.length > 0 || !explainable.has(outcome.reason)))
    return [step("routeUnknown", object, null, outcome.reason)];
  const ownPort = explainHostPort(route, pod, object, claimText(route));
  if (ownPort !== undefined) return ownPort;
  if (outcome.kind === "elsewhere") return [step("elsewhere", null, "status.addresses", route.query.address)];
  const services = claimingServices(world, route);
  if (services.length === 0) return [nobodysPort(world, route, object)];
  const selecting = services.filter((service) => isCandidate(world, service, pod));
  const service = selecting[0] ?? services[0];
  if (service === undefined) return [];
  const shadowed =
    route.claim !== null && !(route.claim.namespace === service.namespace && route.claim.name === service.name) && selecting.length > 0;
  if (shadowed)
    return [
      step("shadowed", object, "claim", claimText(route), {
        service: formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name }),
      }),
    ];
  if (selecting.length === 0) return notSelected(service, pod, object);
  return insideService(world, route, service, pod, object);
}

/** Routes that are unknown though all was read: the node, the mode or the proxy decides, not the pod's Service. */
const explainable: ReadonlySet<string> = new Set(["proxy-unsupported", "proxy-mode", "client-address", "nodes-differ"]);

/** No Service claims the number with this protocol; one may with another. */
function nobodysPort(world: World, { query }: Route, object: string): RouteStep {
  const other = world.snapshot.lookup
    .servicePortsByNodePort(query.port)
    .find(({ service, portIndex }) => service.ports[portIndex]?.protocol !== query.protocol);
  if (other === undefined) return step("noService", object, null, null, { port: query.port });
  const { service, portIndex } = other;
  const name = formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name });
  return step("otherProtocol", name, `spec.ports[${String(portIndex)}].protocol`, service.ports[portIndex]?.protocol ?? null, {
    port: query.port,
  });
}

function backendIn({ outcome }: Route, pod: PodRecord): Backend | undefined {
  const backends = outcome.kind === "delivered" || outcome.kind === "dropped" ? outcome.backends : [];
  return backends.find((each) => each.pod?.namespace === pod.namespace && each.pod.name === pod.name);
}

function claimText({ claim }: Route): string | null {
  return claim === null ? null : `${claim.kind} ${claim.namespace}/${claim.name}`;
}

function claimingServices(world: World, { query }: Route): readonly ServiceRecord[] {
  const { lookup } = world.snapshot;
  const byNodePort = lookup
    .servicePortsByNodePort(query.port)
    .filter(({ service, portIndex }) => service.ports[portIndex]?.protocol === query.protocol)
    .map(({ service }) => service);
  const byAddress = lookup
    .servicesByAddress(normaliseAddress(query.address))
    .filter((service) => service.ports.some(({ port, protocol }) => port === query.port && protocol === query.protocol));
  return [...byAddress, ...byNodePort];
}

function isCandidate(world: World, service: ServiceRecord, pod: PodRecord): boolean {
  if (world.snapshot.lookup.servicesSelecting(pod).some((each) => each.namespace === service.namespace && each.name === service.name))
    return true;
  const addresses = new Set(pod.podIPs.map(normaliseAddress));
  return world.snapshot.lookup
    .slicesOfService(serviceKey(service.namespace, service.name))
    .some((slice) => slice.endpoints.some(({ address }) => addresses.has(address)));
}

function notSelected(service: ServiceRecord, pod: PodRecord, object: string): readonly RouteStep[] {
  const name = formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name });
  if (service.namespace !== pod.namespace)
    return [step("otherNamespace", object, "metadata.namespace", pod.namespace, { service: name, wanted: service.namespace })];
  if (service.selector === null || Object.keys(service.selector).length === 0) return [step("noSelector", name, "spec.selector", null)];
  return Object.entries(service.selector)
    .filter(([key, value]) => pod.labels[key] !== value)
    .map(([key, value]) =>
      step("notSelected", object, `metadata.labels[${key}]`, pod.labels[key] ?? null, {
        service: name,
        key,
        wanted: value,
        ...similarLabel(pod, key, value),
      }),
    );
}

/** The same value under another key: a mistyped or renamed label key. */
function similarLabel(pod: PodRecord, key: string, value: string): { readonly similar?: string } {
  if (pod.labels[key] !== undefined) return {};
  const found = Object.keys(pod.labels)
    .sort(compareText)
    .find((each) => pod.labels[each] === value);
  return found === undefined ? {} : { similar: found };
}

/** The pod is selected (or listed in a slice): what keeps it out all the same. */
function insideService(world: World, route: Route, service: ServiceRecord, pod: PodRecord, object: string): readonly RouteStep[] {
  const family = familyOf(route.query.address) ?? "IPv4";
  const name = formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name });
  const view = route.node === null ? undefined : world.viewByName(route.node);
  const minor = view?.proxy.minor ?? newestMinorKnown;
  if (view?.proxy.kind === "none") return [step("noProxy", `Node/${view.name}`, "kube-proxy", null)];
  const ignored = ignoredByProxy(service, family, minor);
  if (ignored !== null)
    return [
      step(ignored.why === "family" ? "familyNotServed" : "ignored", name, ignored.field, ignored.value, { why: ignored.why, family }),
    ];
  const { outcome } = route;
  if (outcome.kind === "dropped" && outcome.reason === "source-range")
    return [step("barred", name, "spec.loadBalancerSourceRanges", service.loadBalancerSourceRanges.join(","))];
  if (outcome.kind === "closed" && outcome.reason === "address-not-accepted")
    return [step("notAccepted", name, "nodePortAddresses", view?.proxy.nodePortAddresses.join(",") ?? null)];
  const addresses = new Set(pod.podIPs.filter((ip) => familyOf(ip) === family).map(normaliseAddress));
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return [step("finished", object, "status.phase", pod.phase)];
  if (pod.podIPs.length === 0)
    return [
      pod.nodeName === null
        ? step("notScheduled", object, "spec.nodeName", null, { reason: pod.unschedulable?.reason ?? "" })
        : step("noPodIP", object, "status.podIPs", null, { phase: pod.phase }),
    ];
  if (addresses.size === 0) return [step("otherFamily", object, "status.podIPs", pod.podIPs.join(","), { family })];
  const port = service.ports.find(
    ({ nodePort, port: number, protocol }) =>
      protocol === route.query.protocol && (nodePort === route.query.port || number === route.query.port),
  );
  if (port === undefined) return [step("otherPort", name, "spec.ports", String(route.query.port))];
  return insideSlices(world, route, { service, port, pod, object, name, addresses, family, minor });
}

type Subject = {
  readonly service: ServiceRecord;
  readonly port: ServicePort;
  readonly pod: PodRecord;
  readonly object: string;
  readonly name: string;
  readonly addresses: ReadonlySet<string>;
  readonly family: IPFamily;
  readonly minor: number;
};

/** What the EndpointSlices say of the pod. */
function insideSlices(
  world: World,
  route: Route,
  { service, port, pod, object, name, addresses, family, minor }: Subject,
): readonly RouteStep[] {
  const slices = world.snapshot.lookup
    .slicesOfService(serviceKey(service.namespace, service.name))
    .filter((slice) => slice.addressType === family);
  const listed = slices.flatMap((slice) =>
    slice.endpoints.filter(({ address }) => addresses.has(address)).map((endpoint) => ({ slice, endpoint })),
  );
  if (listed.length === 0)
    return pod.ready
      ? [step("notInSlices", object, "EndpointSlice.endpoints", null, { service: name })]
      : [notReady(pod, object, { serving: false, terminating: pod.deletedAtMs !== null })];
  const seen = listed.filter(({ slice }) => sliceIsSeen(slice, minor));
  const first = seen[0];
  if (first === undefined) return [step("sliceIgnored", sliceName(listed[0]?.slice), "metadata.labels", null)];
  const withPort = seen.find(({ slice }) =>
    slice.ports.some((each) => each.name === port.name && each.protocol === port.protocol && each.port !== null),
  );
  if (withPort === undefined) {
    const names = first.slice.ports.map((each) => `${each.name ?? "null"}/${each.protocol}`).join(",");
    return [
      step("otherPortName", sliceName(first.slice), "ports[].name", names, {
        wanted: port.name,
        protocol: port.protocol,
        targetPort: String(port.targetPort),
      }),
    ];
  }
  const { endpoint, slice } = withPort;
  if (!endpoint.ready) {
    return [notReady(pod, object, endpoint), step("notReadySlice", sliceName(slice), "endpoints[].conditions.ready", "false")];
  }
  const { outcome } = route;
  const isLocal =
    outcome.kind === "delivered" ? outcome.policy === "local" : outcome.kind === "dropped" && outcome.reason === "no-local-endpoints";
  if (isLocal && endpoint.nodeName !== route.node)
    return [step("notLocal", sliceName(slice), "endpoints[].nodeName", endpoint.nodeName, { node: route.node ?? "" })];
  const hints = [...endpoint.hintZones, ...endpoint.hintNodes];
  if (outcome.kind === "unknown") return [step("routeUnknown", object, null, outcome.reason)];
  return hints.length > 0
    ? [step("filtered", sliceName(slice), "endpoints[].hints", hints.join(","), { node: route.node ?? "" })]
    : [step("notChosen", object, null, null)];
}

function notReady(pod: PodRecord, object: string, { serving, terminating }: Pick<Endpoint, "serving" | "terminating">): RouteStep {
  const condition = pod.deletedAtMs === null ? "status.conditions[Ready]" : "metadata.deletionTimestamp";
  return step("notReady", object, condition, terminating ? "terminating" : "False", { serving, terminating });
}

function sliceName(slice: EndpointSliceRecord | undefined): string | null {
  return slice === undefined ? null : formatObjectRef({ kind: "EndpointSlice", namespace: slice.namespace, name: slice.name });
}
