// A manifest against a snapshot: what would be in the cluster, and what of it would collide. Pure as all of core: reading YAML is lib/sources/manifest.
// Nothing is scheduled and nothing is guessed: what only the API server or the scheduler will decide stays open and is said to be.

import { isEqual } from "../basics/equal";
import { finish, mapInSteps, type Steps } from "../basics/steps";
import { forkSnapshotInSteps } from "../cluster-index/fork-snapshot";
import { matchesSelector } from "../basics/selector";
import { isCustomSlice } from "../inventory/custom-slices";
import { podKey, serviceKey, type PodKey, type ServiceKey } from "../model/brands";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import { isKnownIn } from "../model/known";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { recordKey, type Delta, type Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import { deriveSlices } from "./derive-slices";
import { lastOfEach } from "./check-scope";
import { createHostPortBoard } from "./host-port-board";
import type { Manifest, ManifestObject, ManifestWorkload } from "./manifest";
import { mergeService } from "./merge-service";
import type { HostPortPlacement } from "./host-port-placement";
import { addPods, keepPods, tolerateAll, type Desk } from "./prospective-pods";
import { clusterFamilies, createProspectiveAddresses } from "./prospective-addresses";

/** The cluster after a manifest. `placements`: where the pods that ask for host ports could land, in the order of the manifest. */
export type AppliedManifest = { readonly snapshot: Snapshot; readonly placements: readonly HostPortPlacement[] };

/**
 * The snapshot as it would be once the manifest is applied and its pods run.
 *
 * Input:   any snapshot; a manifest whose records have their namespaces.
 * Returns: Services as the API server would store them (mergeService); of each workload its pods (keepPods, addPods); the EndpointSlices that the controller
 *          would write for every Service that is concerned, custom slices left as they are. A Service whose slices would depend on pods that may not be read makes the
 *          slices of its namespace unknown. Numbers that collide are stored as wanted, though the API server would refuse them: the rules find them.
 *          Without any effect the same records remain, so that nothing seems to have changed.
 * Errors:  never throws.
 * Cost:    linear in the snapshot: its indexes are built anew.
 */
export function applyManifest(snapshot: Snapshot, manifest: Manifest): AppliedManifest {
  return finish(applyManifestInSteps(snapshot, manifest));
}

/** The same in steps of one object. */
export function* applyManifestInSteps(snapshot: Snapshot, manifest: Manifest): Steps<AppliedManifest> {
  const objects = lastOfEach(manifest);
  const nextAddress = createProspectiveAddresses();
  const families = clusterFamilies(snapshot);
  const services = yield* mergeServices(snapshot, objects, nextAddress, families);
  const { pods, placements } = movePods(snapshot, objects, { families, nextAddress });
  const slices = yield* rewriteSlices(snapshot, services, pods);
  // Endpoints are mirrored into slices for Services without a selector alone; those of the others are the controller's, and stand in every dump.
  const isWritten = ({ convertedFrom, serviceName, namespace }: EndpointSliceRecord): boolean => {
    const key = serviceKey(namespace, serviceName ?? "");
    return convertedFrom === null || (services.get(key) ?? snapshot.services.get(key))?.selector === null;
  };
  return {
    placements,
    snapshot: yield* forkSnapshotInSteps(snapshot, [
      ...[...services].map(([key, record]): Delta =>
        record === null ? { type: "remove", kind: "services", key } : { type: "upsert", kind: "services", record },
      ),
      ...[...pods].map(([key, record]): Delta =>
        record === null ? { type: "remove", kind: "pods", key } : { type: "upsert", kind: "pods", record },
      ),
      ...objects.flatMap((each) => workloadDelta(snapshot, each)),
      ...slices,
      ...objects.flatMap((each): Delta[] =>
        each.action === "apply" && each.content.kind === "endpointslices" && isWritten(each.content.record)
          ? [{ type: "upsert", kind: "endpointslices", record: each.content.record }]
          : [],
      ),
    ]),
  };
}

/** null = deleted. */
type Changes<K, T> = ReadonlyMap<K, T | null>;

function* mergeServices(
  snapshot: Snapshot,
  objects: readonly ManifestObject[],
  nextAddress: Desk["nextAddress"],
  families: Desk["families"],
): Steps<Changes<ServiceKey, ServiceRecord>> {
  const changes = new Map<ServiceKey, ServiceRecord | null>();
  for (const each of objects) {
    yield;
    const key = serviceKey(each.object.namespace, each.object.name);
    if (each.action === "delete") {
      if (each.object.kind === "Service") changes.set(key, null);
    } else if (each.content.kind === "services")
      changes.set(key, mergeService(each.content.record, snapshot.services.get(key), nextAddress, families));
  }
  return changes;
}

function movePods(
  snapshot: Snapshot,
  objects: readonly ManifestObject[],
  { families, nextAddress }: Pick<Desk, "families" | "nextAddress">,
): { readonly pods: Changes<PodKey, PodRecord>; readonly placements: readonly HostPortPlacement[] } {
  const concerned = new Map(objects.map((each) => [formatObjectRef(each.object), new Array<PodRecord>()]));
  if (objects.some(hasPods))
    for (const pod of snapshot.pods.values()) {
      const self = { kind: "Pod", namespace: pod.namespace, name: pod.name };
      for (const name of new Set([resolveOwner(pod), self].map(formatObjectRef))) concerned.get(name)?.push(pod);
    }
  const replaced = new Set([...concerned.values()].flat());
  const desk: Desk = {
    snapshot,
    families,
    nextAddress,
    podsOf: (owner) => concerned.get(formatObjectRef(owner)) ?? [],
    board: createHostPortBoard(snapshot, (pod) => replaced.has(pod)),
  };
  const kept = objects.flatMap((each) => {
    const workload = workloadOf(each);
    return workload === null ? [] : [keepPods(desk, workload)];
  });
  const added = kept.map((each) => addPods(desk, each));
  const pods = new Map<PodKey, PodRecord | null>();
  const finished = (pod: PodRecord): boolean => pod.phase === "Succeeded" || pod.phase === "Failed" || pod.deletedAtMs !== null;
  for (const each of objects)
    for (const pod of desk.podsOf(each.object))
      if (each.action === "delete" || !finished(pod)) pods.set(podKey(pod.namespace, pod.name), null);
  // A controller adopts a bare pod that it selects. What the manifest says of that pod by its name counts, not the controller's template.
  const byName = added.filter((_, place) => kept[place]?.object.kind === "Pod");
  for (const pod of [...added, ...byName].flatMap((each) => each.pods)) pods.set(podKey(pod.namespace, pod.name), pod);
  for (const [key, pod] of pods) if (pod !== null && snapshot.pods.get(key) === pod) pods.delete(key);
  return { pods, placements: added.flatMap(({ placement }) => placement ?? []) };
}

function hasPods({ object }: ManifestObject): boolean {
  return object.kind !== "Service" && object.kind !== "EndpointSlice";
}

/** A bare pod is a workload of one pod that bears its name. */
function workloadOf(each: ManifestObject): ManifestWorkload | null {
  if (each.action === "delete") return null;
  const { content } = each;
  if (content.kind === "workloads") return content.record;
  if (content.kind !== "pods") return null;
  const { hostNetwork, placement, containers, nodeName, ...meta } = content.record;
  // A pod that names its node goes past the scheduler: no other one can take it.
  const bound = nodeName === null ? placement : { ...placement, requiredAffinity: boundTo(nodeName), tolerations: tolerateAll };
  return {
    ...meta,
    kind: "Pod",
    replicas: 1,
    strategy: { type: "", maxUnavailable: null, maxSurge: null },
    template: { labels: meta.labels, hostNetwork, placement: bound, containers },
  };
}

function boundTo(node: string): NonNullable<PodRecord["placement"]["requiredAffinity"]> {
  return [{ expressions: [], fields: [{ key: "metadata.name", operator: "In", values: [node] }] }];
}

/** Deployments and DaemonSets are read of a cluster too: rules about rollouts ask for them. */
function workloadDelta(snapshot: Snapshot, each: ManifestObject): readonly Delta[] {
  const kind = each.object.kind === "Deployment" ? "deployments" : each.object.kind === "DaemonSet" ? "daemonsets" : null;
  if (kind === null) return [];
  const key = recordKey(each.object);
  if (each.action === "delete") return [{ type: "remove", kind, key }];
  const workload = workloadOf(each);
  if (workload === null) return [];
  const live = snapshot[kind].get(key);
  const record = {
    ...workload,
    kind: kind === "deployments" ? ("Deployment" as const) : ("DaemonSet" as const),
    uid: live?.uid ?? "",
    createdAtMs: live?.createdAtMs ?? null,
    controller: live?.controller ?? null,
    replicas: kind === "deployments" ? (workload.replicas ?? live?.replicas ?? 1) : null,
  };
  return [{ type: "upsert", kind, record }];
}

function* rewriteSlices(
  snapshot: Snapshot,
  services: Changes<ServiceKey, ServiceRecord>,
  pods: Changes<PodKey, PodRecord>,
): Steps<readonly Delta[]> {
  const namespaces = new Set([...pods.keys()].map((key) => key.slice(0, key.indexOf("/"))));
  const kept = Map.groupBy(
    [...pods.values()].filter((pod) => pod !== null),
    ({ namespace }) => namespace,
  );
  const concerned = new Map<ServiceKey, ServiceRecord | null>(services);
  for (const [key, service] of snapshot.services) if (namespaces.has(service.namespace) && !concerned.has(key)) concerned.set(key, service);
  const unknown = new Set<string>();
  const deltas = yield* mapInSteps(concerned, ([key, service]): readonly Delta[] => {
    const slices = snapshot.lookup.slicesOfService(key);
    if (service === null) return slices.map((slice) => ({ type: "remove", kind: "endpointslices", key: recordKey(slice) }));
    if (service.selector === null || service.type === "ExternalName") return [];
    const before = snapshot.services.get(key);
    const rewrite = before === undefined || !sameEndpoints(before, service);
    const selected = (kept.get(service.namespace) ?? []).filter(({ labels }) => matchesSelector(service.selector, labels));
    const own = slices.filter((slice) => !isCustomSlice(slice, slices));
    if (!rewrite) return patchSlices(snapshot, service, own, pods, selected);
    if (!isKnownIn(snapshot.kinds.pods, service.namespace)) unknown.add(service.namespace);
    const live = snapshot.lookup
      .podsBySelector(service.namespace, service.selector)
      .filter((pod) => !pods.has(podKey(pod.namespace, pod.name)));
    return [
      ...own.map((slice): Delta => ({ type: "remove", kind: "endpointslices", key: recordKey(slice) })),
      ...upserts(deriveSlices(service, [...live, ...selected], snapshot.nodes, "derived")),
    ];
  });
  return [...deltas.flat(), ...knowSlices(snapshot, services, unknown)];
}

/** What the controller reads of a Service is the same. */
function sameEndpoints(a: ServiceRecord, b: ServiceRecord): boolean {
  const read = ({ selector, ports, publishNotReadyAddresses, ipFamilies }: ServiceRecord) => [
    selector,
    ports.map(({ name, protocol, targetPort }) => [name, protocol, targetPort]),
    publishNotReadyAddresses,
    ipFamilies,
  ];
  return isEqual(read(a), read(b));
}

/** Takes changed pods out of slices that are there, and adds what they become: whatever else the slices hold stays. */
function patchSlices(
  snapshot: Snapshot,
  service: ServiceRecord,
  slices: readonly EndpointSliceRecord[],
  pods: Changes<PodKey, PodRecord>,
  selected: readonly PodRecord[],
): readonly Delta[] {
  const isChanged = (ref: ObjectRef | null): boolean => ref?.kind === "Pod" && pods.has(podKey(ref.namespace, ref.name));
  const patched = slices.flatMap((slice) => {
    const endpoints = slice.endpoints.filter(({ targetRef }) => !isChanged(targetRef));
    return endpoints.length === slice.endpoints.length ? [] : [{ ...slice, endpoints }];
  });
  return upserts([...patched, ...deriveSlices(service, selected, snapshot.nodes, "new")]);
}

function upserts(records: ReturnType<typeof deriveSlices>): readonly Delta[] {
  return records.map((record) => ({ type: "upsert", kind: "endpointslices", record }));
}

/**
 * Where slices are known afterwards. Those that were derived without the pods that they depend on are no knowledge; in a namespace that is new, and was not
 * among those that could be read one by one, the manifest itself says what there is.
 */
function knowSlices(snapshot: Snapshot, services: Changes<ServiceKey, ServiceRecord>, unknown: ReadonlySet<string>): readonly Delta[] {
  const status = snapshot.kinds.endpointslices;
  const inUse = new Set([...snapshot.services.values(), ...snapshot.pods.values()].map(({ namespace }) => namespace));
  const made = [...services.values()].flatMap((service) => (service === null || inUse.has(service.namespace) ? [] : [service.namespace]));
  const namespaces = status.namespaces === "all" ? "all" : [...new Set([...status.namespaces, ...made])].sort();
  const forbiddenNamespaces =
    unknown.size === 0 ? status.forbiddenNamespaces : [...new Set([...status.forbiddenNamespaces, ...unknown])].sort();
  return [{ type: "status", kind: "endpointslices", status: { ...status, namespaces, forbiddenNamespaces } }];
}
