// The Service that a running ClearML session announces to its user, made like the others of its family.

import { fail, ok } from "../basics/result";
import { serviceKey } from "../model/brands";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { bandOf, hasPort, isAllowed } from "../policy/bands";
import type { Context } from "../policy/policy";
import { activeReservations } from "../policy/reservations";
import { listAnnouncedPorts, type AnnouncedPort } from "../rules/support/families";
import { listNodeClaims } from "../rules/support/node-claims";
import { knowNodePortRange } from "../rules/support/node-port-range";
import { lacksNamedPort, lacksNumberedPort } from "../rules/support/target-ports";
import { assemble, commandLine, listNames } from "./documents";
import type { RemedyWriter } from "./remedy";
import { countOwners } from "./selected-pods";
import { copyLabels, writeService } from "./service-manifest";
import { say } from "./words";

export const addMember: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, context, { ports }) {
    const wanted = new Set(ports.map(({ port }) => port));
    const announced = listAnnouncedPorts(snapshot).filter(({ port }) => wanted.has(port));
    const members: ServiceRecord[] = [];
    for (const each of announced) {
      if (countOwners(each.pods) !== 1) return fail(say("member.several"));
      const member = likeItsFamily(each);
      if (member === null || !isFree(snapshot, context, member, each)) return fail(say("member.taken", { port: String(each.port) }));
      members.push(member);
    }
    if (members.length === 0) return fail(null);
    return ok(() => ({
      kind: "service",
      variant: null,
      title: say("member.title"),
      lasting: true,
      gains: announced.map(({ port, pods }) => say("member.gain", { port: String(port), pod: listNames(pods.map(({ name }) => name)) })),
      costs: [],
      steps: [say("step.apply")],
      wayBack: say("member.back", {
        command: members.map(({ namespace, name }) => commandLine(["kubectl", "delete", "service", "-n", namespace, name])).join("; "),
      }),
      ...assemble(members.map((member) => ({ before: null, after: writeService(member) }))),
      endpoints: [],
    }));
  },
};

/** A member of one nodePort whose name ends in its serial's number, with the number of the session in its place. */
function likeItsFamily({ family, serial, port, pods }: AnnouncedPort): ServiceRecord | null {
  for (const member of family.members) {
    const [only, another] = member.ports;
    const key = Object.entries(member.selector ?? {}).find(([, value]) => /^pod-\d+$/.test(value));
    const number = key?.[1].slice("pod-".length);
    if (only === undefined || another !== undefined || key === undefined || number === undefined || !member.name.endsWith(number)) continue;
    if (pods.some((pod) => lacksNamedPort(pod, only) || lacksNumberedPort(pod, only) || !pod.ready)) continue;
    return {
      ...member,
      name: `${member.name.slice(0, -number.length)}${serial.slice("pod-".length)}`,
      labels: copyLabels(member.labels),
      selector: { ...member.selector, [key[0]]: serial },
      ports: [{ ...only, nodePort: port }],
      clusterIPs: [],
      externalIPs: [],
      healthCheckNodePort: 0,
    };
  }
  return null;
}

function isFree(snapshot: Snapshot, context: Context, member: ServiceRecord, { port }: AnnouncedPort): boolean {
  const { policy, nowMs } = context;
  const allow = bandOf(policy, "nodePort", port)?.allow ?? null;
  const range = knowNodePortRange(snapshot, context)?.range;
  const reservations = activeReservations(policy, nowMs).filter((each) => each.kind === "nodePort" && each.port === port);
  return (
    range !== undefined &&
    hasPort(range, port) &&
    !snapshot.services.has(serviceKey(member.namespace, member.name)) &&
    !listNodeClaims(snapshot).some((claim) => claim.port.port === port) &&
    (allow === null || isAllowed(allow, member)) &&
    (reservations.length === 0 || reservations.some((each) => each.allow !== null && isAllowed(each.allow, member)))
  );
}
