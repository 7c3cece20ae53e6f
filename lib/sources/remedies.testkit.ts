// Remedies in tests: asked for as the product asks, and applied as kubectl and the controllers would apply them. Imported by tests only.

import { expect } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  checkManifest,
  resolveOwner,
  runRules,
  writeRemedies,
  type CheckResult,
  type Container,
  type ContainerPort,
  type Context,
  type Finding,
  type PodRecord,
  type Remedies,
  type RemedyKind,
  type WorkloadRecord,
} from "@/lib/core";
import { buildContext, buildSnapshot, type SnapshotParts } from "@/lib/core/testing/builders";
import { readManifest } from "./manifest/read-manifest";

export const calm = buildContext();

/** The first finding of a rule, and what can be written for it. */
export function ask(
  parts: SnapshotParts,
  rule: string,
  kind: RemedyKind | null,
  context: Context = calm,
): { readonly finding: Finding; readonly answer: Remedies } {
  const snapshot = buildSnapshot(parts);
  const { findings } = runRules(snapshot, context);
  const finding = findings.find((each) => each.rule === rule);
  if (finding === undefined) throw new Error(`no finding of ${rule}, only ${findings.map((each) => each.rule).join()}`);
  return { finding, answer: writeRemedies(snapshot, context, finding, kind) };
}

/** The product's own check of what the remedy says: the text is read as any manifest is. */
export function apply(parts: SnapshotParts, yaml: string, context: Context = calm): CheckResult {
  const { manifest, errors } = readManifest([{ file: "remedy.yaml", text: yaml }], "default");
  expect(errors).toEqual([]);
  return checkManifest(buildSnapshot(parts), context, manifest);
}

type PortPatch = Partial<ContainerPort> & { readonly $patch?: "replace" };
type PodPatch = { readonly containers?: readonly { readonly name: string; readonly ports: readonly PortPatch[] }[] };
type Rolling = { readonly type: string; readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number } };
export type Patch = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: PodPatch & {
    readonly replicas?: number;
    readonly strategy?: Rolling;
    readonly updateStrategy?: Rolling;
    readonly template?: { readonly spec: PodPatch };
  };
};

/**
 * A cluster after `kubectl patch` with each of these documents, when the controllers have made the pods anew: those that waited or failed have a node where
 * their host ports are free, if there is one, and those beyond the replicas are gone.
 */
export function patchWorkloads(parts: SnapshotParts, yaml: string): SnapshotParts {
  const patches = parseAllDocuments(yaml).map((each) => each.toJS() as Patch);
  const patchOf = ({ kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string }) =>
    patches.find((each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace);
  const workload = (record: WorkloadRecord): WorkloadRecord => {
    const patch = patchOf(record);
    if (patch === undefined) return record;
    const { replicas, strategy, updateStrategy, template } = patch.spec;
    const rolling = strategy ?? updateStrategy;
    return {
      ...record,
      replicas: replicas ?? record.replicas,
      strategy: rolling === undefined ? record.strategy : { type: rolling.type, ...rolling.rollingUpdate },
      template: { ...record.template, containers: patchContainers(record.template.containers, template?.spec) },
    };
  };
  const deployments = parts.deployments?.map(workload);
  const made = (parts.pods ?? []).map((pod): PodRecord => {
    const patch = patchOf(resolveOwner(pod));
    return patch === undefined ? pod : { ...pod, containers: patchContainers(pod.containers, patch.spec.template?.spec ?? patch.spec) };
  });
  const pods: PodRecord[] = made.filter(isPlaced);
  for (const pod of made.filter((each) => !isPlaced(each))) {
    const owner = resolveOwner(pod);
    const patch = patchOf(owner);
    const alike = pods.filter((each) => isPlaced(each) && JSON.stringify(resolveOwner(each)) === JSON.stringify(owner));
    const node = parts.nodes?.find(
      ({ name }) => !pods.some((each) => each.nodeName === name && hostPortsOf(each).some((port) => hostPortsOf(pod).includes(port))),
    );
    if (patch === undefined) pods.push(pod);
    else if (alike.length >= (patch.spec.replicas ?? Number.POSITIVE_INFINITY)) continue;
    else if (node === undefined) pods.push(pod);
    else pods.push({ ...pod, phase: "Running", reason: "", unschedulable: null, nodeName: node.name, podIPs: ["10.244.9.9"] });
  }
  return {
    ...parts,
    pods,
    ...(deployments === undefined ? {} : { deployments }),
    ...(parts.daemonsets === undefined ? {} : { daemonsets: parts.daemonsets.map(workload) }),
  };
}

function isPlaced({ phase }: PodRecord): boolean {
  return phase === "Running";
}

function hostPortsOf({ containers }: PodRecord): readonly string[] {
  return containers.flatMap(({ ports }) =>
    ports.filter(({ hostPort }) => hostPort > 0).map(({ hostPort, protocol }) => `${String(hostPort)}/${protocol}`),
  );
}

/** As the API server joins the lists of a strategic merge patch: ports by their number, unless the patch says `replace`. */
function patchContainers(containers: readonly Container[], patch: PodPatch | undefined): readonly Container[] {
  return containers.map((container) => {
    const stated = patch?.containers?.find(({ name }) => name === container.name)?.ports ?? [];
    const blank: ContainerPort = { name: "", containerPort: 0, protocol: "TCP", hostPort: 0, hostIP: "" };
    if (stated.some(({ $patch }) => $patch === "replace"))
      return { ...container, ports: stated.filter(({ $patch }) => $patch === undefined).map((port) => ({ ...blank, ...port })) };
    const ports = [...container.ports];
    for (const port of stated) {
      const place = ports.findIndex(({ containerPort }) => containerPort === port.containerPort);
      if (place < 0) ports.push({ ...blank, ...port });
      else ports[place] = { ...(ports[place] ?? blank), ...port };
    }
    return { ...container, ports };
  });
}
