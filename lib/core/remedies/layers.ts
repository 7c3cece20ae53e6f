// What every kind of layered access has inside: a ClusterIP Service for each owner, and a name for it.

import { fail, ok, type Result } from "../basics/result";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { assemble, commandLine, listNames, type Document } from "./documents";
import type { Remedy, RemedySubject } from "./remedy";
import { rememberPerService } from "./remember";
import { subjectService } from "./selected-pods";
import { planSeparation, type Change } from "./plan-separation";
import { writeService } from "./service-manifest";
import { say, type Saying } from "./words";

/** `outside`: the numbers of the Service that clients use today. */
export type Layers = {
  readonly service: ServiceRecord;
  readonly changes: readonly Change[];
  readonly key: string;
  readonly outside: readonly string[];
};

/** Returns: who gets which Service inside; else why none can be told apart, null where the Service has no door on nodes. */
export function planLayers(snapshot: Snapshot, context: Context, finding: RemedySubject): Result<Layers, Saying | null> {
  const service = subjectService(snapshot, finding);
  if (service === null || !service.ports.some(({ nodePort }) => nodePort > 0)) return fail(null);
  const plan = planInside(snapshot, context, service);
  if (!plan.ok) return plan;
  const outside = service.ports.flatMap(({ nodePort }) => (nodePort > 0 ? [String(nodePort)] : []));
  return ok({ service, changes: plan.value.changes, key: plan.value.key, outside });
}

const planInside = rememberPerService((snapshot, context, service) => planSeparation(snapshot, context, service, toInside));

/** A Service that only pods reach. */
function toInside(service: ServiceRecord): ServiceRecord {
  return {
    ...service,
    type: "ClusterIP",
    ports: service.ports.map((port) => ({ ...port, nodePort: 0 })),
    externalIPs: [],
    externalTrafficPolicy: "Cluster",
    healthCheckNodePort: 0,
    allocateLoadBalancerNodePorts: true,
    loadBalancerSourceRanges: [],
    loadBalancerIngress: [],
  };
}

/** `internal` is kept for private names. */
export function hostOf({ namespace, name }: Pick<ServiceRecord, "namespace" | "name">): string {
  return `${name}.${namespace}.internal`;
}

/** The remedy around the door: `door` are its documents, `kinds` what they are, by the name that kubectl knows them by. */
export function writeLayers(
  { service, changes, key, outside }: Layers,
  door: {
    readonly variant: string | null;
    readonly title: Saying;
    readonly gains: readonly Saying[];
    readonly costs: readonly Saying[];
    readonly steps: readonly Saying[];
    readonly documents: readonly Document[];
    readonly created: readonly (readonly [kind: string, names: readonly string[]])[];
    readonly endpoints: Remedy["endpoints"];
  },
): Remedy {
  const created = changes.filter(({ before }) => before === null);
  const kept = changes.flatMap(({ before }) => before ?? []);
  const ports = kept.flatMap((each) => each.ports.flatMap(({ nodePort }) => (nodePort > 0 ? [String(nodePort)] : [])));
  const names: typeof door.created = [...door.created, ["service", created.map(({ after }) => after.name)]];
  return {
    kind: "layered",
    variant: door.variant,
    title: door.title,
    lasting: true,
    gains: [...door.gains, say("layered.frees", { ports: listNames(ports) }), say("service.separates", { key })],
    costs: [
      ...door.costs,
      say("layered.old", { ports: listNames(outside) }),
      say("flows.stay"),
      ...kept.map(({ namespace, name }) => say("apply.annotations-plain", { object: `Service ${namespace}/${name}` })),
    ],
    steps: [...door.steps, say("step.apply")],
    wayBack: say("layered.back", {
      save: commandLine(["kubectl", "get", "service", "-n", service.namespace, ...kept.map(({ name }) => name), "-o", "yaml"]),
      command: names
        .filter(([, each]) => each.length > 0)
        .map(([kind, each]) => commandLine(["kubectl", "delete", kind, "-n", service.namespace, ...each]))
        .join("; "),
    }),
    ...assemble([
      ...[...created, ...changes.filter(({ before }) => before !== null)].map(({ before, after }) => ({
        before: before === null ? null : writeService(before),
        after: writeService(after, before ?? after),
      })),
      ...door.documents,
    ]),
    endpoints: door.endpoints,
  };
}
