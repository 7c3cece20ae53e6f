// Exact access per node: each owner's pods take a host port of their own, and the Service that mixed them goes.

import { fail, ok, type Result } from "../basics/result";
import { formatObjectRef } from "../model/meta";
import type { Owner } from "../model/owner";
import type { Container, PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import type { Context } from "../policy/policy";
import { nameOwners, ownersOfPort, type PortOwner } from "../rules/support/port-owners";
import { assemble, commandLine, listNames } from "./documents";
import { pickNumbers } from "./free-numbers";
import { patchFile } from "./let-rollout-pass";
import { eligibleNames, patchableKinds, patchHostPorts, recordOf } from "./patch-host-ports";
import { planBesideOthers } from "./plan-beside-others";
import type { Remedy, RemedyEndpoint, RemedySubject, RemedyWriter } from "./remedy";
import { rememberPerService } from "./remember";
import { addressesOf, subjectService } from "./selected-pods";
import { say, type Saying } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

/** A port of a container that is given a host port. */
type Opening = { readonly container: string; readonly containerPort: number; readonly port: ServicePort; readonly hostPort: number };
/** `nodes`: where its pods may land; the host ports are free on all of them. `record`: null where the workload itself is not read. */
type Exposed = {
  readonly owner: Owner;
  readonly shown: string;
  readonly pods: readonly PodRecord[];
  readonly nodes: readonly string[];
  readonly openings: readonly Opening[];
  readonly record: WorkloadRecord | null;
};
type Exposure = { readonly kind: "hostPort" | "daemonSet"; readonly exposed: readonly Exposed[] };
type Plan = Result<Exposure, Saying | null>;

/** Where the owners are DaemonSets every eligible node answers with its own pod: that is the other kind. */
export const exposeOnNodes = writerOf("hostPort");
export const exposeOnEveryNode = writerOf("daemonSet");

function writerOf(kind: "hostPort" | "daemonSet"): RemedyWriter {
  return {
    kind,
    variant: null,
    plan(snapshot, context, finding) {
      const service = subjectService(snapshot, finding);
      if (service === null) return fail(null);
      const plan = planOnce(snapshot, context, service);
      if (!plan.ok) return kind === "hostPort" ? plan : fail(null);
      if (plan.value.kind !== kind) return fail(null);
      return ok(() => write(snapshot, finding, service, kind, besideOthers(snapshot, context, service, plan.value).exposed));
    },
  };
}

const planOnce = rememberPerService((snapshot, context, service) => planExposure(snapshot, context, service, new Set()));

function besideOthers(snapshot: Snapshot, context: Context, service: ServiceRecord, own: Exposure): Exposure {
  return planBesideOthers(snapshot, service, own, {
    once: (other) => planOnce(snapshot, context, other),
    anew: (other, taken) => planExposure(snapshot, context, other, taken),
    numbersOf: ({ exposed }) => exposed.flatMap(({ openings }) => openings.map(({ hostPort }) => hostPort)),
  });
}

function planExposure(snapshot: Snapshot, context: Context, service: ServiceRecord, taken: ReadonlySet<number>): Plan {
  const outside = service.ports.filter(({ nodePort }) => nodePort > 0);
  const [first] = outside.map((port) => ownersOfPort(snapshot, service, port)).sort((a, b) => b.length - a.length);
  if (first === undefined || first.length < 2) return fail(null);
  const shown = nameOwners(first);
  const given = new Set(taken);
  const exposed: Exposed[] = [];
  for (const [place, each] of first.entries()) {
    const found = expose(snapshot, context, outside, each, shown[place] ?? each.owner.name, given);
    if (!found.ok) return found;
    exposed.push(found.value);
  }
  return ok({ kind: exposed.every(({ owner }) => owner.kind === "DaemonSet") ? "daemonSet" : "hostPort", exposed });
}

function expose(
  snapshot: Snapshot,
  context: Context,
  ports: readonly ServicePort[],
  { owner, pods }: PortOwner,
  shown: string,
  given: Set<number>,
): Result<Exposed, Saying> {
  const object = formatObjectRef(owner);
  const [pod] = pods;
  if (!patchableKinds.has(owner.kind) || pod === undefined || pod.hostNetwork) return fail(say("host.cannot", { owner: object }));
  const record = recordOf(snapshot, owner);
  const placement = record?.template.placement ?? pod.placement;
  const nodes = eligibleNames(snapshot, placement, owner.kind === "DaemonSet");
  const replicas = owner.kind === "DaemonSet" ? 1 : Math.max(pods.length, record?.replicas ?? 0);
  if (nodes.length < replicas) return fail(say("host.room", { owner: object, pods: String(replicas), nodes: String(nodes.length) }));
  const places = ports.map((port) => placeOf(pod.containers, port));
  if (places.some((each) => each === null)) return fail(say("host.container", { owner: object }));
  const picked = pickNumbers(snapshot, context, "hostPort", pod, null, ports.length, given);
  if (picked === null) return fail(say("host.no-number"));
  for (const number of picked.numbers) given.add(number);
  const openings = ports.flatMap((port, place): Opening[] => {
    const at = places[place];
    return at == null ? [] : [{ ...at, port, hostPort: picked.numbers[place] ?? 0 }];
  });
  return ok({ owner, shown, pods, nodes, openings, record });
}

/** The main container that listens there: it declares the port, or it is the only one. */
function placeOf(
  containers: readonly Container[],
  { targetPort, protocol }: ServicePort,
): { container: string; containerPort: number } | null {
  const mains = containers.filter(({ role }) => role === "main");
  for (const { name, ports } of mains) {
    const declared = ports.find(
      (each) =>
        each.protocol === protocol && (typeof targetPort === "string" ? each.name === targetPort : each.containerPort === targetPort),
    );
    // It has one already: then the pods have to be told apart by that.
    if (declared !== undefined) return declared.hostPort > 0 ? null : { container: name, containerPort: declared.containerPort };
  }
  const [only, another] = mains;
  return only === undefined || another !== undefined || typeof targetPort === "string"
    ? null
    : { container: only.name, containerPort: targetPort };
}

function write(
  snapshot: Snapshot,
  finding: RemedySubject,
  service: ServiceRecord,
  kind: "hostPort" | "daemonSet",
  exposed: readonly Exposed[],
): Remedy {
  const bare = exposed.filter(({ owner }) => owner.kind === "Pod");
  const made = exposed.filter(({ owner }) => owner.kind !== "Pod");
  const removal = commandLine(["kubectl", "delete", "service", "-n", service.namespace, service.name]);
  return {
    kind,
    variant: null,
    title: say(kind === "daemonSet" ? "host.title-daemon-set" : "host.title"),
    lasting: true,
    gains: exposed.map(({ shown, openings, nodes }) =>
      say("host.gain", {
        ports: listNames(openings.map(({ hostPort, port }) => `${String(hostPort)}/${port.protocol}`)),
        owner: shown,
        count: String(nodes.length),
        nodes: listNames(nodes),
      }),
    ),
    costs: [
      ...exposed.map(({ shown, openings }) =>
        say("host.move", {
          owner: shown,
          before: listNames(openings.map(({ port }) => `${String(port.nodePort)}/${port.protocol}`)),
          after: listNames(openings.map(({ port, hostPort }) => `${String(hostPort)}/${port.protocol}`)),
        }),
      ),
      say("host.node"),
      say("host.restart"),
      say("host.service", { service: `${service.namespace}/${service.name}` }),
      ...(bare.length === 0 ? [] : [say("host.bare", { pods: listNames(bare.map(({ owner }) => owner.name)) })]),
    ],
    steps: [
      ...made.map(({ owner }) => say("step.patch-file", { command: patchFile(owner) })),
      ...(bare.length === 0 ? [] : [say("step.template")]),
      say("step.tell", { fingerprint: finding.fingerprint, kind }),
      say("step.then", { command: removal }),
    ],
    wayBack: say("host.back", { command: commandLine(["kubectl", "get", "service", "-n", service.namespace, service.name, "-o", "yaml"]) }),
    ...assemble(exposed.map((each) => ({ before: null, after: writeYaml(patchOf(each)) }))),
    endpoints: exposed.flatMap((each) => rowsOf(snapshot, each)),
  };
}

function patchOf({ owner, pods, openings, record }: Exposed): YamlValue {
  const changes = openings.map(({ port, ...opening }) => ({ ...opening, protocol: port.protocol }));
  // The new pod cannot have the port before the old one has left it.
  return patchHostPorts(owner, record?.template.containers ?? pods[0]?.containers ?? [], changes, record, true);
}

function rowsOf(snapshot: Snapshot, { shown, pods, openings }: Exposed): readonly RemedyEndpoint[] {
  const addresses = addressesOf(snapshot, pods);
  return openings.map(({ port, hostPort }) => ({
    owner: shown,
    service: null,
    protocol: port.protocol,
    addresses,
    before: port.nodePort,
    after: hostPort,
  }));
}
