// What the writers about host ports share: the template of a workload, the nodes that its pods may use, and patches of its ports.

import { findEligibleNodes } from "../claims/eligible-nodes";
import type { ObjectRef, Protocol } from "../model/meta";
import type { Owner } from "../model/owner";
import type { Placement } from "../model/placement";
import type { Container, ContainerPort } from "../model/pod";
import type { Snapshot } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import { commandLine } from "./documents";
import type { YamlValue } from "./write-yaml";

/** The host port that a port of a main container is to have. */
export type HostPortChange = {
  readonly container: string;
  readonly containerPort: number;
  readonly protocol: Protocol;
  readonly hostPort: number;
};

/** Kinds whose pod template stands at spec.template; the template of a bare pod is somebody else's. */
export const patchableKinds: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "Pod"]);

/** The workload itself, where it is read. */
export function recordOf({ deployments, daemonsets }: Snapshot, { kind, namespace, name }: ObjectRef): WorkloadRecord | null {
  const records = kind === "Deployment" ? deployments : kind === "DaemonSet" ? daemonsets : null;
  return records?.get(`${namespace}/${name}`) ?? null;
}

/** Names of the nodes that such pods may use. Most pods may use the same ones: they are looked for once as long as the nodes stay. */
export function eligibleNames(snapshot: Snapshot, placement: Placement, daemonSet: boolean): readonly string[] {
  let answers = eligible.get(snapshot.nodes);
  if (answers === undefined) eligible.set(snapshot.nodes, (answers = new Map<string, readonly string[]>()));
  const key = JSON.stringify([placement, daemonSet]);
  let names = answers.get(key);
  if (names === undefined) answers.set(key, (names = findEligibleNodes(snapshot, placement, { daemonSet }).map(({ name }) => name)));
  return names;
}

const eligible = new WeakMap<Snapshot["nodes"], Map<string, readonly string[]>>();

/**
 * The host ports of a workload as a strategic merge patch; of a bare pod, the lines for the template that makes it.
 *
 * Input:   the containers of the template, changes of its main ones; `record` where the workload is read; `inPlace`: a new pod may need the host port of the
 *          old one, or its node.
 */
export function patchHostPorts(
  { kind, namespace, name }: Owner,
  containers: readonly Container[],
  changes: readonly HostPortChange[],
  record: WorkloadRecord | null,
  inPlace: boolean,
): YamlValue {
  const metadata = { name, namespace };
  const changed = [...Map.groupBy(changes, ({ container }) => container)].map(([container, ports]) => ({
    name: container,
    ports: patchPorts(containers.find((each) => each.role === "main" && each.name === container)?.ports ?? [], ports),
  }));
  if (kind === "Pod") return { apiVersion: "v1", kind, metadata, spec: { containers: changed } };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata,
    spec: { ...(inPlace ? rollingOf(kind, record) : {}), template: { spec: { containers: changed } } },
  };
}

/** A rolling update that takes the old pod away before the new one comes; nothing where the strategy does that already, or is no matter of this kind. */
export function rollingOf(kind: string, record: WorkloadRecord | null): { readonly [key: string]: YamlValue } {
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  if (kind === "Deployment" && record?.strategy.type !== "Recreate") return { strategy: rolling };
  return kind === "DaemonSet" && record?.strategy.type !== "OnDelete" ? { updateStrategy: rolling } : {};
}

/**
 * A patch joins the ports of a container by their number alone (Container.ports, patchMergeKey containerPort): a list in which one number stands for two
 * protocols is written whole.
 */
function patchPorts(known: readonly ContainerPort[], changes: readonly HostPortChange[]): YamlValue {
  const after = [
    ...known.map((port) => ({ ...port, ...changes.find((each) => isSame(each, port)) })),
    ...changes.filter((change) => !known.some((port) => isSame(change, port))).map((change) => ({ name: "", hostIP: "", ...change })),
  ];
  if (new Set(after.map(({ containerPort }) => containerPort)).size === after.length)
    return changes.map(({ containerPort, protocol, hostPort }) => ({ containerPort, protocol, hostPort }));
  return [
    { $patch: "replace" },
    ...after.map(({ name, containerPort, protocol, hostPort, hostIP }) => ({
      ...(name === "" ? {} : { name }),
      containerPort,
      protocol,
      ...(hostPort === 0 ? {} : { hostPort }),
      ...(hostIP === "" ? {} : { hostIP }),
    })),
  ];
}

function isSame(a: Pick<ContainerPort, "containerPort" | "protocol">, b: Pick<ContainerPort, "containerPort" | "protocol">): boolean {
  return a.containerPort === b.containerPort && a.protocol === b.protocol;
}

/** Undoes the last change of a workload's template. */
export function undoRollout({ kind, namespace, name }: ObjectRef): string {
  return commandLine(["kubectl", "rollout", "undo", `${kind.toLowerCase()}/${name}`, "-n", namespace]);
}
