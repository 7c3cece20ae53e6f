// One Service for each owner, written out: `plan-separation.ts` says who gets which.

import { fail, ok } from "../basics/result";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { assemble, commandLine, listNames, patchCommand } from "./documents";
import { sayDrops } from "./local-policy";
import { planBesideOthers } from "./plan-beside-others";
import { isAlike, planSeparation, type Change, type Separation } from "./plan-separation";
import { rememberPerService } from "./remember";
import type { Remedy, RemedyEndpoint, RemedySubject, RemedyWriter } from "./remedy";
import { subjectServices } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say, type Saying } from "./words";

export const separateOwners: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, context, finding) {
    let reason: Saying | null = null;
    // Of Services that overlap those with one owner have nothing to separate.
    for (const service of subjectServices(snapshot, finding)) {
      const plan = planOnce(snapshot, context, service);
      if (plan.ok) return ok(() => write(snapshot, context, finding, service, besideOthers(snapshot, context, service, plan.value)));
      reason ??= plan.error;
    }
    return fail(reason);
  },
};

const planOnce = rememberPerService((snapshot, context, service) => planSeparation(snapshot, context, service, asItIs));

function asItIs(service: ServiceRecord): ServiceRecord {
  return service;
}

function besideOthers(snapshot: Snapshot, context: Context, service: ServiceRecord, own: Separation): Separation {
  return planBesideOthers(snapshot, service, own, {
    once: (other) => planOnce(snapshot, context, other),
    anew: (other, taken) => planSeparation(snapshot, context, other, asItIs, taken),
    numbersOf,
  });
}

/** The numbers that a plan gives to new Services. */
function numbersOf({ changes }: Separation): readonly number[] {
  return changes.flatMap(({ before, after }) => (before === null ? after.ports.map(({ nodePort }) => nodePort) : []));
}

function write(
  snapshot: Snapshot,
  context: Context,
  finding: RemedySubject,
  service: ServiceRecord,
  { changes, key, left }: Separation,
): Remedy {
  const kept = changes.flatMap(({ before, ...change }) => (before === null || before === change.after ? [] : [{ ...change, before }]));
  const there = changes.filter(({ before, after }) => before === after);
  const created = changes.filter(({ before }) => before === null);
  // What is new comes first: nobody loses an answer between the two.
  const documents = [...created, ...kept].map(({ before, after }) => ({
    before: before === null ? null : writeService(before),
    after: writeService(after),
  }));
  const patches = kept.map(({ before, side }) => patchCommand(before, "service", { spec: { selector: { [key]: side.value } } }));
  const undo = kept.map(({ before }) => patchCommand(before, "service", { spec: { selector: { [key]: null } } }));
  const createdNames = created.map(({ after }) => after.name);
  const keptNames = listNames(kept.map(({ before }) => `${before.namespace}/${before.name}`));
  const selector = listNames(Object.entries(service.selector ?? {}).map(([name, value]) => `${name}=${value}`));
  const back =
    created.length === 0
      ? say("service.back-kept", { kept: keptNames, selector, command: undo.join("; ") })
      : say("service.back", {
          created: listNames(createdNames.map((name) => `${service.namespace}/${name}`)),
          kept: keptNames,
          selector,
          command: [...undo, commandLine(["kubectl", "delete", "service", "-n", service.namespace, ...createdNames])].join("; "),
        });
  const endpoints = changes.flatMap(rowsOf);
  return {
    kind: "service",
    variant: null,
    title: say(sidesOf(changes) > 1 ? "service.title" : left.length > 0 ? "service.title-left" : "service.title-jobs"),
    lasting: true,
    gains: [
      ...changes.flatMap(gainsOf),
      say("service.separates", { key }),
      ...there.map(({ after, side }) => say("service.there", { service: `${after.namespace}/${after.name}`, owner: side.shown })),
    ],
    costs: [
      ...[...created, ...there].flatMap(costsOf),
      ...[...kept, ...created].flatMap(({ after, side }) =>
        sayDrops(
          snapshot,
          context,
          after,
          side.pods.filter(({ ready }) => ready),
        ),
      ),
      ...(left.length === 0 ? [] : [say("service.leaves-out", { owners: listNames(left.map(({ shown }) => shown)) })]),
      say("flows.stay"),
      ...kept.flatMap(({ before }) => {
        const tool = managerOf(before);
        const object = `Service ${before.namespace}/${before.name}`;
        return [...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]), say("apply.annotations", { object })];
      }),
    ],
    steps: [
      say("step.apply-or", { command: patches.join("; ") }),
      ...(endpoints.some(({ before, after }) => before !== after)
        ? [say("step.tell", { fingerprint: finding.fingerprint, kind: "service" })]
        : []),
    ],
    wayBack: back,
    ...assemble(documents),
    endpoints,
  };
}

function sidesOf(changes: readonly Change[]): number {
  return new Set(changes.map(({ side }) => side)).size;
}

function gainsOf({ after, side }: Change): readonly Saying[] {
  const outside = after.ports.filter(({ nodePort }) => nodePort > 0);
  return outside.length > 0
    ? [say("service.gain", { port: listNames(outside.map(portOf)), owner: side.shown })]
    : [say("service.gain-inside", { service: `${after.namespace}/${after.name}`, owner: side.shown })];
}

function costsOf(change: Change): readonly Saying[] {
  const { origin, after, side } = change;
  const outside = after.ports.filter(({ nodePort }) => nodePort > 0);
  const before = outside.flatMap((port) => portBefore(change, port) ?? []);
  return [
    outside.length > 0
      ? say("service.move", {
          owner: side.shown,
          before: before.length > 0 ? listNames(before.map(portOf)) : `${origin.namespace}/${origin.name}`,
          after: listNames(outside.map(portOf)),
        })
      : say("service.move-inside", {
          owner: side.shown,
          before: `${origin.namespace}/${origin.name}`,
          after: `${after.namespace}/${after.name}`,
        }),
    ...(after.type === "LoadBalancer" ? [say("service.own-address", { service: after.name })] : []),
    ...(origin.externalIPs.length > 0
      ? [say("service.no-external-ip", { service: after.name, addresses: listNames(origin.externalIPs), kept: origin.name })]
      : []),
  ];
}

function rowsOf(change: Change): readonly RemedyEndpoint[] {
  const { before, after, side } = change;
  // A Service that is there already has users of its own: only those who come from the mixing one move.
  const ports = after.ports.filter((port) => port.nodePort > 0 && (before !== after || portBefore(change, port) !== undefined));
  return ports.map((port) => ({
    owner: side.shown,
    service: `${after.namespace}/${after.name}`,
    protocol: port.protocol,
    addresses: [],
    before: portBefore(change, port)?.nodePort ?? null,
    after: port.nodePort,
  }));
}

/** The port on nodes that users of this one have now. */
function portBefore({ before, origin, after }: Change, port: ServicePort): ServicePort | undefined {
  return origin.ports.find((each) => each.nodePort > 0 && (before === after ? isAlike(each, port) : each.name === port.name));
}

function portOf({ nodePort, protocol }: ServicePort): string {
  return `${String(nodePort)}/${protocol}`;
}
