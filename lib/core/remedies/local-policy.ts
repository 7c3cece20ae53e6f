// First aid where a port mixes owners: with externalTrafficPolicy Local each node answers with its own pods only.

import { compareNatural } from "../basics/order";
import { fail, ok } from "../basics/result";
import { findPortEndpoints } from "../inventory/usable-endpoints";
import { toNodeName } from "../model/brands";
import { formatObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveGroup, resolveOwner } from "../owners/owner";
import type { Context } from "../policy/policy";
import { isExternalLocal } from "../routing/service-rules";
import { claimedPortsOf, distinctPorts } from "../rules/support/claimed-ports";
import { nameOwners, ownersOfPort } from "../rules/support/port-owners";
import { sayPorts } from "../rules/support/words";
import { assemble, listNames, patchCommand } from "./documents";
import type { RemedyEndpoint, RemedyWriter } from "./remedy";
import { addressesOf, servedNodes, subjectService } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say, type Saying } from "./words";

/** `alone`: per owner the nodes where only it answers; `mixed`: nodes where several do; `answering`: all of these. */
type Effect = {
  readonly alone: ReadonlyMap<string, readonly string[]>;
  readonly mixed: readonly string[];
  readonly answering: ReadonlySet<string>;
};

export const answerLocally: RemedyWriter = {
  kind: "local",
  variant: null,
  plan(snapshot, context, finding) {
    const service = subjectService(snapshot, finding);
    if (
      service?.externalTrafficPolicy !== "Cluster" ||
      distinctPorts(service.ports.flatMap((port) => claimedPortsOf(service, port))).length === 0
    )
      return fail(null);
    const effect = foresee(snapshot, service);
    if (effect.alone.size === 0) return fail(say("local.no-use"));
    return ok(() => {
      const served = servedNodes(snapshot, context);
      const endpoints = rowsOf(snapshot, service);
      const dropping = served.filter((name) => !effect.answering.has(name));
      const after: ServiceRecord = { ...service, externalTrafficPolicy: "Local" };
      const port = sayPorts(distinctPorts(service.ports.flatMap((each) => claimedPortsOf(service, each))));
      const object = `Service ${service.namespace}/${service.name}`;
      const tool = managerOf(service);
      return {
        kind: "local",
        variant: null,
        title: say("local.title"),
        lasting: false,
        gains: [
          ...[...effect.alone].map(([owner, nodes]) => say("local.gain", { nodes: listNames(nodes), port, owner })),
          say("local.gain-source"),
        ],
        costs: [
          ...(dropping.length === 0
            ? []
            : [
                say("local.drops", {
                  count: String(dropping.length),
                  total: String(served.length),
                  port,
                  nodes: listNames(dropping),
                }),
              ]),
          ...(effect.mixed.length === 0 ? [] : [say("local.mixed", { nodes: listNames(effect.mixed) })]),
          say("local.inside"),
          say("flows.stay"),
          ...(service.type === "LoadBalancer" ? [say("local.health")] : []),
          ...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]),
          say("apply.annotations", { object }),
        ],
        steps: [
          say("step.apply-or", { command: patchCommand(service, "service", { spec: { externalTrafficPolicy: "Local" } }) }),
          ...(endpoints.length === 0 ? [] : [say("step.tell", { fingerprint: finding.fingerprint, kind: "local" })]),
        ],
        wayBack: say("local.back", { command: patchCommand(service, "service", { spec: { externalTrafficPolicy: "Cluster" } }) }),
        ...assemble([{ before: writeService(service), after: writeService(after) }]),
        endpoints,
      };
    });
  },
};

/** The way back from Local, where nodes drop and nothing is kept apart by it. */
export const answerEverywhere: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, context, finding) {
    const service = subjectService(snapshot, finding);
    if (service?.externalTrafficPolicy !== "Local") return fail(null);
    const owners = new Set(
      service.ports.flatMap((port) => ownersOfPort(snapshot, service, port).map(({ owner }) => formatObjectRef(owner))),
    );
    if (owners.size > 1) return fail(say("local.keeps-apart"));
    return ok(() => {
      const { answering } = foresee(snapshot, service);
      const dropping = servedNodes(snapshot, context).filter((name) => !answering.has(name));
      const object = `Service ${service.namespace}/${service.name}`;
      const tool = managerOf(service);
      const port = sayPorts(distinctPorts(service.ports.flatMap((each) => claimedPortsOf(service, each))));
      return {
        kind: "service",
        variant: null,
        title: say("local.title-back"),
        lasting: true,
        gains: [say("local.gain-back", { port, count: String(dropping.length), nodes: listNames(dropping) })],
        costs: [
          say("local.cost-source"),
          say("flows.stay"),
          ...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]),
          say("apply.annotations", { object }),
        ],
        steps: [say("step.apply-or", { command: patchCommand(service, "service", { spec: { externalTrafficPolicy: "Cluster" } }) })],
        wayBack: say("local.back-local", { command: patchCommand(service, "service", { spec: { externalTrafficPolicy: "Local" } }) }),
        ...assemble([{ before: writeService(service), after: writeService({ ...service, externalTrafficPolicy: "Cluster" }) }]),
        endpoints: [],
      };
    });
  },
};

/** Under policy Local the nodes without such a pod go on refusing, only silently. */
export function sayDrops(snapshot: Snapshot, context: Context, service: ServiceRecord, pods: readonly PodRecord[]): readonly Saying[] {
  if (!isExternalLocal(service)) return [];
  const served = servedNodes(snapshot, context);
  const dropping = served.filter((name) => !pods.some(({ nodeName }) => nodeName === name));
  const port = sayPorts(distinctPorts(service.ports.flatMap((each) => claimedPortsOf(service, each))));
  return dropping.length === 0
    ? []
    : [say("local.drops", { count: String(dropping.length), total: String(served.length), port, nodes: listNames(dropping) })];
}

/** Which node's address leads to whom at each number: where only one owner's pods answer. */
function rowsOf(snapshot: Snapshot, service: ServiceRecord): readonly RemedyEndpoint[] {
  return service.ports.flatMap((port) => {
    if (port.nodePort === 0) return [];
    const answering = findPortEndpoints(snapshot, service, port).flatMap(({ usable, pod }) => (usable && pod !== null ? [pod] : []));
    const sides = [...Map.groupBy(answering, (pod) => formatObjectRef(resolveOwner(pod))).values()];
    const names = nameOwners(sides.flatMap(([pod]) => (pod === undefined ? [] : [{ owner: resolveOwner(pod), group: resolveGroup(pod) }])));
    return sides.flatMap((pods, place) => {
      const others = new Set(answering.filter((pod) => !pods.includes(pod)).map(({ nodeName }) => nodeName));
      const addresses = addressesOf(
        snapshot,
        pods.filter(({ nodeName }) => !others.has(nodeName)),
      );
      const at = { service: `${service.namespace}/${service.name}`, protocol: port.protocol, before: port.nodePort, after: port.nodePort };
      return addresses.length === 0 ? [] : [{ ...at, owner: names[place] ?? "", addresses }];
    });
  });
}

function foresee(snapshot: Snapshot, service: ServiceRecord): Effect {
  const pods = new Map<PodRecord, string>();
  const sides = new Map<string, PodRecord>();
  const onNode = new Map<string, Set<string>>();
  for (const port of service.ports) {
    for (const { usable, pod, nodeName } of findPortEndpoints(snapshot, service, port)) {
      if (!usable || nodeName === null || pod === null) continue;
      const owner = pods.get(pod) ?? formatObjectRef(resolveOwner(pod));
      pods.set(pod, owner);
      sides.set(owner, pod);
      const owners = onNode.get(nodeName);
      if (owners === undefined) onNode.set(nodeName, new Set([owner]));
      else owners.add(owner);
    }
  }
  const names = nameOwners([...sides.values()].map((pod) => ({ owner: resolveOwner(pod), group: resolveGroup(pod) })));
  const shown = new Map([...sides.keys()].map((owner, place) => [owner, names[place] ?? owner]));
  const alone = new Map<string, string[]>();
  const mixed: string[] = [];
  for (const [node, owners] of [...onNode].sort(([a], [b]) => compareNatural(a, b))) {
    const [only] = owners;
    if (!snapshot.nodes.has(toNodeName(node))) continue;
    if (owners.size > 1 || only === undefined) mixed.push(node);
    else alone.set(shown.get(only) ?? only, [...(alone.get(shown.get(only) ?? only) ?? []), node]);
  }
  return {
    alone: sides.size > 1 ? alone : new Map(),
    mixed,
    answering: new Set(onNode.keys()),
  };
}
