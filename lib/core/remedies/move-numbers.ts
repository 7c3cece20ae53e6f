// Another number for a Service that holds one where it must not stand, or that somebody else holds as well.

import { fail, ok } from "../basics/result";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { bandOf, isAllowed } from "../policy/bands";
import type { Context } from "../policy/policy";
import { activeReservations } from "../policy/reservations";
import { assemble, commandLine, listNames } from "./documents";
import { isStaticNumber, pickNumbers, readsOfFreeNumbers, sayNoNumber } from "./free-numbers";
import type { Remedy, RemedySubject, RemedyWriter } from "./remedy";
import { subjectServices } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say, type Saying } from "./words";

/** Whether this number of the Service has to go for the finding to go away. */
type MustGo = (snapshot: Snapshot, context: Context, service: ServiceRecord, number: number) => boolean;
type Move = { readonly service: ServiceRecord; readonly after: ServiceRecord; readonly band: string | null };

/** The finding is about these numbers wherever they are: a stranger's among a family's, a host port's, one outside of the range. */
export const moveNumbers = writer(() => true);

/** The Service gives way to a listener, which is not out of danger by that. */
export const moveOffListener = writer(() => true, { remains: say("number.listener") });

/** Numbers in a band that does not allow the Service. */
export const moveIntoBand = writer(({}, { policy }, service, number) => {
  const allow = bandOf(policy, "nodePort", number)?.allow ?? null;
  return allow !== null && !isAllowed(allow, service);
});

/** Numbers that are reserved for somebody else today. */
export const moveOffReservation = writer(({}, { policy, nowMs }, service, number) => {
  const reservations = activeReservations(policy, nowMs).filter(({ kind, port }) => kind === "nodePort" && port === number);
  return reservations.length > 0 && !reservations.some(({ allow }) => allow !== null && isAllowed(allow, service));
});

/** A number that another Service holds too: the oldest holder keeps it, a health check before all, since its number cannot be changed. */
export const moveOffDuplicate = writer(({ lookup }, {}, service, number) => {
  const holders = [
    ...lookup.servicesByHealthCheckNodePort(number),
    ...[...new Set(lookup.servicePortsByNodePort(number).map((each) => each.service))].sort(
      (a, b) => (a.createdAtMs ?? Number.MAX_SAFE_INTEGER) - (b.createdAtMs ?? Number.MAX_SAFE_INTEGER),
    ),
  ];
  return holders[0] !== service || service.ports.some(({ nodePort }) => nodePort === number && nodePort === service.healthCheckNodePort);
});

/** A number that somebody chose by hand in the dynamic band: only the static one is a cure. */
export const moveIntoStaticBand = writer(({}, {}, service, number) => service.pinnedNodePorts?.includes(number) === true, {
  onlyStatic: true,
});

/** `onlyStatic`: a number of the static band, or none; `remains`: what the move does not cure. */
function writer(
  mustGo: MustGo,
  { onlyStatic = false, remains = null }: { readonly onlyStatic?: boolean; readonly remains?: Saying | null } = {},
): RemedyWriter {
  return {
    kind: "service",
    variant: null,
    reads: readsOfFreeNumbers,
    plan(snapshot, context, finding) {
      const wanted = new Set(finding.ports.map(({ port }) => port));
      const moved = new Set<number>();
      const given = new Set<number>();
      const moves: Move[] = [];
      for (const service of subjectServices(snapshot, finding)) {
        const held = [...new Set(service.ports.map(({ nodePort }) => nodePort))].filter((number) => wanted.has(number));
        const going = held.filter((number) => mustGo(snapshot, context, service, number));
        const health = service.healthCheckNodePort;
        if (wanted.has(health) && !held.includes(health) && mustGo(snapshot, context, service, health)) return fail(say("number.part"));
        if (going.length === 0) continue;
        const picked = pickNumbers(snapshot, context, "nodePort", service, going[0] ?? null, going.length, given);
        if (picked === null) return fail(sayNoNumber(snapshot, context, going.length));
        if (onlyStatic && !picked.numbers.every((number) => isStaticNumber(snapshot, context, number)))
          return fail(say("number.no-static"));
        for (const number of going) moved.add(number);
        for (const number of picked.numbers) given.add(number);
        const ports = service.ports.map((port) => {
          const place = going.indexOf(port.nodePort);
          return place < 0 ? port : { ...port, nodePort: picked.numbers[place] ?? port.nodePort };
        });
        moves.push({ service, after: { ...service, ports }, band: picked.band });
      }
      if (moves.length === 0) return fail(null);
      if ([...wanted].some((number) => !moved.has(number))) return fail(say("number.part"));
      return ok(() => write(snapshot, context, finding, moves, remains));
    },
  };
}

function write(snapshot: Snapshot, context: Context, finding: RemedySubject, moves: readonly Move[], remains: Saying | null): Remedy {
  const dynamic = moves.flatMap((move) => changed(move).filter(({ after }) => !isStaticNumber(snapshot, context, after.nodePort)));
  return {
    kind: "service",
    variant: null,
    title: say("number.title"),
    lasting: true,
    gains: moves.flatMap((move) =>
      changed(move).map(({ before, after }): Saying => {
        const values = { service: nameOf(move.service), before: portOf(before), after: portOf(after) };
        return move.band === null ? say("number.gain", values) : say("number.gain-band", { ...values, band: move.band });
      }),
    ),
    costs: [
      ...moves.map((move) =>
        say("number.move", {
          service: nameOf(move.service),
          before: listNames(changed(move).map(({ before }) => portOf(before))),
          after: listNames(changed(move).map(({ after }) => portOf(after))),
        }),
      ),
      ...(remains === null ? [] : [remains]),
      ...(dynamic.length === 0 ? [] : [say("number.dynamic", { numbers: listNames(dynamic.map(({ after }) => portOf(after))) })]),
      ...moves.flatMap(({ service }) => {
        const tool = managerOf(service);
        const object = `Service ${nameOf(service)}`;
        return [...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]), say("apply.annotations", { object })];
      }),
    ],
    steps: [
      say("step.apply-or", { command: moves.map((move) => command(move, "after")).join("; ") }),
      say("step.tell", { fingerprint: finding.fingerprint, kind: "service" }),
    ],
    wayBack: say("number.back", { command: moves.map((move) => command(move, "before")).join("; ") }),
    ...assemble(moves.map(({ service, after }) => ({ before: writeService(service), after: writeService(after) }))),
    endpoints: moves.flatMap((move) =>
      changed(move).map(({ before, after }) => ({
        owner: nameOf(move.service),
        service: nameOf(move.service),
        protocol: after.protocol,
        addresses: [],
        before: before.nodePort,
        after: after.nodePort,
      })),
    ),
  };
}

function changed({
  service,
  after,
}: Move): readonly { readonly place: number; readonly before: ServicePort; readonly after: ServicePort }[] {
  return service.ports.flatMap((before, place) => {
    const now = after.ports[place];
    return now === undefined || now.nodePort === before.nodePort ? [] : [{ place, before, after: now }];
  });
}

function command(move: Move, which: "before" | "after"): string {
  const patch = changed(move).map((each) => ({
    op: "replace",
    path: `/spec/ports/${String(each.place)}/nodePort`,
    value: each[which].nodePort,
  }));
  const { namespace, name } = move.service;
  return commandLine(["kubectl", "patch", "service", name, "-n", namespace, "--type=json", "-p", JSON.stringify(patch)]);
}

function nameOf({ namespace, name }: ServiceRecord): string {
  return `${namespace}/${name}`;
}

function portOf({ nodePort, protocol }: ServicePort): string {
  return `${String(nodePort)}/${protocol}`;
}
