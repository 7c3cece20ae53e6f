// A selector that misses its pods by one slip, corrected.

import { fail, ok, type Result } from "../basics/result";
import type { Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { findNearMiss, type NearMiss } from "../owners/near-miss";
import { isUnclaiming } from "../rules/support/claimed-ports";
import { assemble, listNames, patchCommand } from "./documents";
import { sayDrops } from "./local-policy";
import type { RemedyWriter } from "./remedy";
import { rememberPerService } from "./remember";
import { isLive, subjectServices, whyNotAlone } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say, type Saying } from "./words";

type Correction = { readonly miss: NearMiss; readonly selector: Labels; readonly pods: readonly PodRecord[] };

export const correctSelector: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, context, finding) {
    const services = subjectServices(snapshot, finding).filter(({ selector }) => selector !== null);
    const planned = services.map((service) => ({ service, correction: correctOnce(snapshot, context, service) }));
    const all = planned.flatMap(({ service, correction }) => (correction.ok ? [{ service, ...correction.value }] : []));
    const left = planned.flatMap(({ service, correction }) => (correction.ok ? [] : [{ service, reason: correction.error }]));
    const [first] = all;
    if (first === undefined) return fail(left[0]?.reason ?? null);
    return ok(() => {
      const { wanted: was, has: will } = first.miss;
      const changes = all.map((each) => ({ ...each, ...patchOf(each.service, each.selector) }));
      return {
        kind: "service",
        variant: null,
        title: say("selector.title"),
        lasting: true,
        gains: all.map(({ service, pods }) =>
          say("selector.gain", {
            service: `${service.namespace}/${service.name}`,
            pods: listNames(pods.map(({ name }) => name).sort(), 10),
          }),
        ),
        costs: [
          say("selector.meant", { was, will }),
          ...sayLeft(left),
          ...all.flatMap(({ service, pods }) => sayDrops(snapshot, context, service, pods)),
          ...all.flatMap(({ service }) => {
            const object = `Service ${service.namespace}/${service.name}`;
            const tool = managerOf(service);
            return [...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]), say("apply.annotations", { object })];
          }),
        ],
        // Applied, a selector that nobody applied before would keep the mistyped key beside the right one.
        steps: changes.map(({ patch }) => say("step.patch-or", { command: patch })),
        wayBack: say("selector.back", { was, command: changes.map(({ undo }) => undo).join("; ") }),
        ...assemble(all.map(({ service, selector }) => ({ before: writeService(service), after: writeService({ ...service, selector }) }))),
        endpoints: [],
      };
    });
  },
};

type Left = { readonly service: ServiceRecord; readonly reason: Saying | null };

/** Services of the same slip that its correction would not cure, by what stands in the way. */
function sayLeft(left: readonly Left[]): readonly Saying[] {
  const codes = {
    "alone.several": "selector.left-several",
    "alone.address": "selector.left-address",
    "alone.no-port": "selector.left-no-port",
  } as const;
  return Object.entries(codes).flatMap(([why, code]) => {
    const services = left.filter(({ reason }) => reason?.code === why).map(({ service }) => `${service.namespace}/${service.name}`);
    return services.length === 0 ? [] : [say(code, { services: listNames(services, 10) })];
  });
}

/** The commands that change the selector of a Service, and that put back what it was. */
function patchOf(service: ServiceRecord, selector: Labels): { readonly patch: string; readonly undo: string } {
  const gone = Object.keys(service.selector ?? {}).filter((key) => !(key in selector));
  const came = Object.entries(selector).filter(([key, value]) => service.selector?.[key] !== value);
  const patch = { ...Object.fromEntries(gone.map((key) => [key, null])), ...Object.fromEntries(came) };
  const undo = { ...Object.fromEntries(came.map(([key]) => [key, null])), ...service.selector };
  const command = (pairs: object): string => patchCommand(service, "service", { spec: { selector: pairs } });
  return { patch: command(patch), undo: command(undo) };
}

const correctOnce = rememberPerService((snapshot, _context, service): Result<Correction, Saying | null> => {
  const { namespace, selector } = service;
  if (selector === null || snapshot.lookup.podsBySelector(namespace, selector).some(isLive)) return fail(null);
  const miss = findNearMiss(snapshot, namespace, selector);
  if (miss === null) return fail(null);
  if (miss.slip === "namespace") return fail(say("selector.elsewhere"));
  const corrected = applySlip(selector, miss);
  const pods = snapshot.lookup.podsBySelector(namespace, corrected).filter(isLive);
  const others = new Set(pods.flatMap((pod) => snapshot.lookup.servicesSelecting(pod)).filter((each) => !isUnclaiming(each)));
  const seen = [...others].flatMap((each) => snapshot.lookup.podsBySelector(namespace, each.selector).filter(isLive));
  const reason = whyNotAlone(snapshot, service, pods, seen);
  if (reason !== null) return fail(reason);
  return ok({ miss, selector: corrected, pods });
});

function applySlip(selector: Labels, { slip, wanted, has }: NearMiss): Labels {
  if (slip === "key") return Object.fromEntries(Object.entries(selector).map(([key, value]) => [key === wanted ? has : key, value]));
  const border = has.indexOf("=");
  return { ...selector, [has.slice(0, border)]: has.slice(border + 1) };
}
