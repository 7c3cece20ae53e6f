// The pods that a workload of a manifest will have: those that run now, as they become, and new ones. Nothing is scheduled: a pod gets a node only
// where there is no other choice.

import { isEqual } from "../basics/equal";
import { compareNatural } from "../basics/order";
import { findEligibleNodes, isEligible } from "../claims/eligible-nodes";
import { isFinished } from "../inventory/pod-claims";
import { familyOf } from "../basics/ip";
import { isKnownIn } from "../model/known";
import { toNodeName } from "../model/brands";
import type { IPFamily, Labels, ObjectRef } from "../model/meta";
import type { Toleration } from "../model/placement";
import type { PodRecord } from "../model/pod";
import { recordKey, type Snapshot } from "../model/snapshot";
import { distinctPorts } from "../rules/support/claimed-ports";
import type { HostPortBoard } from "./host-port-board";
import type { HostPortPlacement } from "./host-port-placement";
import type { ManifestWorkload } from "./manifest";

/** What the pods of all workloads of a manifest share while they are put in their places. */
export type Desk = {
  readonly snapshot: Snapshot;
  readonly board: HostPortBoard;
  readonly families: readonly IPFamily[];
  /** The pods of an owner in the snapshot, whatever their phase. */
  readonly podsOf: (owner: ObjectRef) => readonly PodRecord[];
  readonly nextAddress: (family: IPFamily) => string;
};

/** Pods that stay where they are, and how many more are to come (names of them where the workload counts its pods). */
export type KeptPods = {
  readonly workload: ManifestWorkload;
  readonly object: ObjectRef;
  readonly staying: readonly PodRecord[];
  readonly missing: readonly string[];
};

/** What a pod that is bound already needs: taints keep only new pods away. */
export const tolerateAll: readonly Toleration[] = [{ key: "", operator: "Exists", value: "", effect: "" }];

/** New pods of one workload beyond this number would say nothing more. */
const newPodsMax = 100;

/**
 * The running pods of a workload as they become once its manifest is applied.
 *
 * Returns: `staying` with the labels and containers of the new template, and ready as they are now: a rollout is expected to succeed. Labels and containers
 *          that others added to the pods (hashes, injected sidecars) stay. Pods that the number of replicas, the new placement or a host port of somebody else
 *          no longer lets be are `missing` in their places. Pods that end or have ended do not count; a Job that has pods is never run again.
 */
export function keepPods(desk: Desk, workload: ManifestWorkload): KeptPods {
  const { kind, namespace, name } = workload;
  const object = { kind, namespace, name };
  const all = desk.podsOf(object);
  if (kind === "Job" && all.length > 0) return { workload, object, staying: all, missing: [] };
  const old = oldTemplate(desk.snapshot, workload);
  const live = all.filter((pod) => !isFinished(pod) && pod.deletedAtMs === null).sort(bySeniority);
  const names = wantedNames(desk.snapshot, workload, live);
  const staying: PodRecord[] = [];
  const missing: string[] = [];
  for (const [place, wanted] of names.entries()) {
    const pod = takesNamedPods(workload)
      ? live.find((each) => each.name === wanted.name)
      : wanted.node === null
        ? live[place]
        : live.find((each) => each.nodeName === wanted.node);
    const kept = pod === undefined ? null : keepPod(desk, workload, old, pod);
    if (kept === null) missing.push(wanted.name);
    else staying.push(kept);
  }
  for (const pod of staying) if (pod.nodeName !== null) desk.board.take(pod.nodeName, pod);
  return { workload, object, staying, missing };
}

/**
 * The new pods of a workload, after the places of all running ones are known.
 *
 * Returns: pods that are taken to be running and ready. A DaemonSet's pods have their nodes; any other pod has one where no other node could take it, or where
 *          as many are wanted as can be placed. `placement` null: no host port is asked for.
 */
export function addPods(
  desk: Desk,
  { workload, object, staying, missing }: KeptPods,
): { readonly pods: readonly PodRecord[]; readonly placement: HostPortPlacement | null } {
  const { snapshot, board } = desk;
  const daemonSet = workload.kind === "DaemonSet";
  const { containers, placement, hostNetwork } = workload.template;
  const ports = board.wanted(containers);
  const known = isKnownIn(snapshot.kinds.nodes, "") && (ports.length === 0 || isKnownIn(snapshot.kinds.pods, null));
  const eligible = known ? findEligibleNodes(snapshot, placement, { daemonSet, hostNetwork }).map((node) => node.name) : [];
  const own = new Set(staying.flatMap(({ nodeName }) => nodeName ?? []));
  const others = ports.length === 0 ? eligible : eligible.filter((node) => !own.has(node));
  const taken = others.flatMap((node) => board.holders(node, containers));
  const held = new Set(taken.map(({ node }) => node));
  const free = others.filter((node) => !held.has(node));
  const places = missing.map((name, place): string | null => {
    if (daemonSet) return free.find((node) => name === daemonSetPod(workload, node)) ?? null;
    if (ports.length > 0) return missing.length >= free.length ? (free[place] ?? null) : null;
    return free.length === 1 ? (free[0] ?? null) : null;
  });
  const added = missing
    .slice(0, daemonSet ? undefined : newPodsMax)
    .map((name, place) => newPod(desk, workload, name, places[place] ?? null));
  for (const pod of added) if (pod.nodeName !== null) board.take(pod.nodeName, pod);
  return {
    pods: [...staying, ...added],
    placement:
      ports.length === 0 || staying.length + missing.length === 0
        ? null
        : {
            object,
            ports: distinctPorts(ports.map(({ port, protocol }) => ({ port, protocol }))),
            daemonSet,
            wanted: staying.length + missing.length,
            staying: [...own].sort(compareNatural),
            free,
            taken,
            excluded: known ? snapshot.nodes.size - eligible.length : 0,
            known,
          },
  };
}

function oldTemplate({ deployments, daemonsets }: Snapshot, { kind, ...meta }: ManifestWorkload): ManifestWorkload["template"] | null {
  const table = kind === "Deployment" ? deployments : kind === "DaemonSet" ? daemonsets : null;
  return table?.get(recordKey(meta))?.template ?? null;
}

type WantedPod = { readonly name: string; readonly node: string | null };

/** The pods that the workload should have, as its controller would name them as far as that can be known. */
function wantedNames(snapshot: Snapshot, workload: ManifestWorkload, live: readonly PodRecord[]): readonly WantedPod[] {
  const { kind, name, template } = workload;
  if (kind === "Pod") return [{ name, node: null }];
  if (kind === "DaemonSet") {
    const eligible = findEligibleNodes(snapshot, template.placement, { daemonSet: true, hostNetwork: template.hostNetwork });
    const nodes = [
      ...eligible.map((node) => node.name),
      ...live.flatMap(({ nodeName }) => (nodeName !== null && goesOn(snapshot, workload, nodeName) ? [nodeName] : [])),
    ];
    return [...new Set(nodes)].map((node) => ({ name: daemonSetPod(workload, node), node }));
  }
  const stored = kind === "Deployment" ? snapshot.deployments.get(recordKey(workload))?.replicas : undefined;
  const replicas = workload.replicas ?? stored ?? (live.length > 0 ? live.length : 1);
  const count = Math.min(replicas, live.length + newPodsMax);
  return Array.from({ length: count }, (_, place) => ({
    name: kind === "StatefulSet" ? `${name}-${String(place)}` : `${name}-new-${String(place)}`,
    node: null,
  }));
}

/** A pod of a DaemonSet that runs goes on, though its node was tainted meanwhile; one on a node that cannot be read as well. */
function goesOn(snapshot: Snapshot, { template }: ManifestWorkload, nodeName: string): boolean {
  const node = snapshot.nodes.get(toNodeName(nodeName));
  return node === undefined || isEligible(node, { ...template.placement, tolerations: tolerateAll });
}

function takesNamedPods({ kind }: ManifestWorkload): boolean {
  return kind === "StatefulSet" || kind === "Pod";
}

function daemonSetPod({ name }: ManifestWorkload, node: string): string {
  return `${name}-new-${node}`;
}

/** Those that a controller would take away last: placed, ready, old. */
function bySeniority(a: PodRecord, b: PodRecord): number {
  return (
    Number(a.nodeName === null) - Number(b.nodeName === null) ||
    Number(b.ready) - Number(a.ready) ||
    (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0) ||
    compareNatural(a.name, b.name)
  );
}

/** A running pod under the new template; null when it cannot stay on its node. */
function keepPod(desk: Desk, workload: ManifestWorkload, old: ManifestWorkload["template"] | null, pod: PodRecord): PodRecord | null {
  const { template } = workload;
  if (old !== null && isEqual(old, template)) return pod;
  const next = {
    ...pod,
    labels: keepLabels(pod, old, template),
    containers: keepContainers(pod, old, template),
    hostNetwork: template.hostNetwork,
  };
  const moves = !samePlacement(pod, workload);
  const node = pod.nodeName === null ? undefined : desk.snapshot.nodes.get(toNodeName(pod.nodeName));
  if (node !== undefined && moves && workload.kind !== "DaemonSet" && !isEligible(node, template.placement)) return null;
  if (pod.nodeName !== null && desk.board.holders(pod.nodeName, next.containers).length > 0) return null;
  const kept = moves ? { ...next, placement: template.placement } : next;
  return isEqual(kept, pod) ? pod : kept;
}

/** The API server adds tolerations to every pod, and a DaemonSet's controller the affinity to one node. */
function samePlacement({ placement }: PodRecord, { kind, template }: ManifestWorkload): boolean {
  return (
    isEqual(placement.nodeSelector, template.placement.nodeSelector) &&
    (kind === "DaemonSet" || isEqual(placement.requiredAffinity, template.placement.requiredAffinity))
  );
}

const controllerLabels =
  /^(pod-template-hash|rollouts-pod-template-hash|controller-revision-hash|pod-template-generation|controller-uid|job-name|batch\.kubernetes\.io\/.*|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|.*istio\.io\/.*)$/;

function keepLabels({ labels }: PodRecord, old: ManifestWorkload["template"] | null, template: ManifestWorkload["template"]): Labels {
  const isAdded = (key: string): boolean => (old === null ? controllerLabels.test(key) : !(key in old.labels));
  return { ...Object.fromEntries(Object.entries(labels).filter(([key]) => isAdded(key))), ...template.labels };
}

/** Sidecars that were injected stay. Where the old template is not known, a container that holds no host port is taken for one. */
function keepContainers(
  pod: PodRecord,
  old: ManifestWorkload["template"] | null,
  template: ManifestWorkload["template"],
): PodRecord["containers"] {
  const stated = new Set(template.containers.map(({ name }) => name));
  const before = new Set(old?.containers.map(({ name }) => name));
  const injected = pod.containers.filter(
    ({ name, ports }) => !stated.has(name) && (old === null ? ports.every(({ hostPort }) => hostPort === 0) : !before.has(name)),
  );
  return [...template.containers, ...injected];
}

function newPod({ snapshot, families, nextAddress }: Desk, workload: ManifestWorkload, name: string, nodeName: string | null): PodRecord {
  const { kind, namespace, template } = workload;
  const node = nodeName === null ? undefined : snapshot.nodes.get(toNodeName(nodeName));
  const ofNode =
    node?.addresses.flatMap(({ type, address }) => (type === "InternalIP" && familyOf(address) !== null ? [address] : [])) ?? [];
  return {
    namespace,
    name,
    uid: "",
    labels: kind === "StatefulSet" ? { ...template.labels, "statefulset.kubernetes.io/pod-name": name } : template.labels,
    createdAtMs: null,
    deletedAtMs: null,
    // A CronJob's pods belong to a Job that is named after it.
    controller:
      kind === "Pod" ? null : kind === "CronJob" ? { kind: "Job", name: `${workload.name}-00000000` } : { kind, name: workload.name },
    nodeName,
    hostNetwork: template.hostNetwork,
    placement: template.placement,
    containers: template.containers,
    phase: "Running",
    reason: "",
    podIPs: template.hostNetwork && ofNode.length > 0 ? ofNode : families.map(nextAddress),
    hostIPs: ofNode,
    startTimeMs: null,
    ready: true,
    readyAtMs: null,
    // It starts later than everything that runs: which of two listeners came first decides who wins (routing.md R3.2.3).
    runningSinceMs: snapshot.asOfMs,
    proxyFlags: null,
    unschedulable: null,
    staticPod: false,
    nodePortLocal: [],
  };
}
