// A large cluster of made-up objects for measurements: deterministic, produced one by one.

import type { ApiObject } from "./api-object";
import { daysAgo, resetUids } from "./story/builders";
import { buildNode, type NodeSpec } from "./story/nodes";
import { buildPod } from "./story/pods";
import { buildService, resetClusterIPs } from "./story/services";
import { suffixFor } from "./story/names";
import { buildSlice } from "./story/slices";

export type ScaleOptions = { readonly nodes: number; readonly pods: number; readonly services: number };

const namespaceCount = 50;
/** As many as the service node-port range holds; Services beyond that have a clusterIP only. */
const nodePortCount = 2700;

/**
 * A cluster of that size.
 *
 * Returns: the nodes, then each Service, its slice and its pods, shared out evenly; every tenth Service holds a StatefulSet, whose pods have labels of
 * their own. Pods need nodes: without any there are none.
 */
export function* buildScale({ nodes, pods, services }: ScaleOptions): Generator<ApiObject> {
  resetUids();
  resetClusterIPs();
  const specs = Array.from({ length: nodes }, (_, place): NodeSpec => ({
    name: `n${String(place + 1).padStart(4, "0")}`,
    number: place + 1,
    pool: `pool-${String(place % 5)}`,
    zone: "abc"[place % 3] ?? "a",
  }));
  const zones = new Map(specs.map(({ name, zone }) => [name, zone]));
  for (const spec of specs) yield buildNode(spec);
  const groups = Math.max(1, services);
  for (let number = 0; number < groups; number += 1) {
    const from = Math.floor((number * pods) / groups);
    const members = Array.from({ length: Math.floor(((number + 1) * pods) / groups) - from }, (_, place) =>
      buildMember(number, place, from + place, specs),
    ).flatMap((pod) => pod ?? []);
    if (services > 0) {
      const service = buildScaleService(number);
      yield service;
      yield buildSlice(service, members, zones, suffixFor(service.metadata.name));
    }
    yield* members;
  }
}

function buildMember(service: number, place: number, made: number, specs: readonly NodeSpec[]): ApiObject | null {
  const node = specs[made % Math.max(1, specs.length)];
  if (node === undefined) return null;
  const app = `app-${String(service)}`;
  const stateful = service % 10 === 9;
  const name = `${app}-${String(place)}`;
  return buildPod({
    namespace: `ns-${String(service % namespaceCount)}`,
    name,
    node,
    ip: (Math.floor(made / specs.length) % 240) + 10,
    labels: { app, "app.kubernetes.io/name": app, ...(stateful ? { "statefulset.kubernetes.io/pod-name": name } : {}) },
    owner: { kind: stateful ? "StatefulSet" : "Deployment", name: app },
    ports: [{ name: "http", containerPort: 8080 }],
    startedAt: daysAgo(1 + (made % 90)),
  });
}

function buildScaleService(number: number): ApiObject {
  const name = `app-${String(number)}`;
  const withNodePort = number < nodePortCount;
  return buildService({
    namespace: `ns-${String(number % namespaceCount)}`,
    name,
    type: withNodePort ? "NodePort" : "ClusterIP",
    selector: { app: name },
    createdAt: daysAgo(90),
    ports: [{ name: "http", port: 80, targetPort: 8080, ...(withNodePort ? { nodePort: scatter(number) } : {}) }],
  });
}

/** Numbers as an allocator would choose them: each once, and none beside that of the Service before. */
function scatter(number: number): number {
  return 30_000 + ((number * 1013) % nodePortCount);
}
