// Manifests for tests, from records. Imported by tests only.

import type { Manifest, ManifestObject, ManifestRecord, ManifestWorkload } from "../check/manifest";
import { checkManifest, type CheckResult } from "../check/check-manifest";
import type { Finding } from "../model/finding";
import type { Labels, ObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { noAssumptions, type Context, type Policy } from "../policy/policy";
import { buildContext, buildNode, buildService, buildSnapshot, buildWorkload, type PartialContainer, type SnapshotParts } from "./builders";

export type ManifestPart = ServiceRecord | PodRecord | ManifestWorkload | ManifestObject;

/** A manifest of these records; each object stands at the line that is its place in the list. */
export function manifestOf(...parts: readonly ManifestPart[]): Manifest {
  return { objects: parts.map((part, place) => ("action" in part ? part : apply(part, place + 1))) };
}

/** A Service as a manifest states it: without what the API server adds. */
export function stated(partial: Parameters<typeof buildService>[0]): ServiceRecord {
  return { ...buildService(partial), clusterIPs: [], ipFamilies: [], uid: "" };
}

/** A Deployment of one pod with these labels; `more` changes what it is. */
export function deploy(
  name: string,
  labels: Labels,
  ports: PartialContainer["ports"] = [{ containerPort: 80 }],
  more: Partial<Parameters<typeof buildWorkload>[0]> = {},
): ManifestWorkload {
  return buildWorkload({ name, replicas: 1, ...more, template: { labels, containers: [{ ports }], ...more.template } });
}

/** Three nodes, whatever else is live, and a manifest of these records. */
export function checkParts(live: SnapshotParts, parts: readonly ManifestPart[], context: Context = standardContext): CheckResult {
  const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
  return checkManifest(buildSnapshot({ nodes, ...live }), context, manifestOf(...parts));
}

export const standardPolicy: Partial<Policy> = { clusters: { "*": { ...noAssumptions, nodePortRange: { first: 30_000, last: 32_767 } } } };
const standardContext = buildContext(standardPolicy);

/** `C node-port-taken 30001,30002` */
export function sayFinding({ severity, rule, ports }: Finding): string {
  const numbers = [...new Set(ports.map(({ port }) => port))];
  return [severity.charAt(0).toUpperCase(), rule, numbers.join(",")].filter((part) => part !== "").join(" ");
}

export function remove(kind: string, name: string, namespace = "default"): ManifestObject {
  return { action: "delete", object: { kind, namespace, name } };
}

function apply(record: ServiceRecord | PodRecord | ManifestWorkload, line: number): ManifestObject {
  const object: ObjectRef = { kind: kindOf(record), namespace: record.namespace, name: record.name };
  const fields = [{ file: "test.yaml", line, column: 1, field: "object" as const, number: 0, path: "metadata.name" }];
  return { action: "apply", object, content: contentOf(record), fields };
}

function kindOf(record: ServiceRecord | PodRecord | ManifestWorkload): string {
  return "clusterIPs" in record ? "Service" : "template" in record ? record.kind : "Pod";
}

function contentOf(record: ServiceRecord | PodRecord | ManifestWorkload): ManifestRecord {
  if ("clusterIPs" in record) return { kind: "services", record };
  return "template" in record ? { kind: "workloads", record } : { kind: "pods", record };
}
