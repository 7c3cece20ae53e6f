import { formatObjectRef } from "../model/meta";
import { resolveOwner } from "../owners/owner";
import { surveyPods } from "../inventory/survey-pods";
import { addMember } from "../remedies/add-member";
import { defineRule } from "./rule";
import { listAnnouncedPorts, type AnnouncedPort } from "./support/families";
import { sayFew } from "./support/order-words";
import { sayCount, sayPorts } from "./support/words";

type AnnouncedEvidence = {
  readonly sessions: readonly { readonly pod: string; readonly serial: string; readonly port: number }[];
  /** First and last Service of the family, by their nodePorts, and how many there are. */
  readonly first: string;
  readonly last: string;
  readonly services: number;
};

/** A running session announces a port that no Service leads to. Source: clearml-agent k8s glue, ports mode; findings.md F09. */
export const announcedPortUnmapped = defineRule<AnnouncedEvidence>({
  id: "announced-port-unmapped",
  severity: "warning",
  needs: ["services", "pods"],
  remedies: [addMember],
  reads: (snapshot) => [snapshot.services, surveyPods(snapshot).serials],
  *check(snapshot) {
    const byFamily = new Map<string, AnnouncedPort[]>();
    for (const announced of listAnnouncedPorts(snapshot)) {
      // A number that a Service holds is another rule's: a stranger's, or a member whose selector misses the pod.
      const held =
        snapshot.lookup.servicePortsByNodePort(announced.port).length +
        snapshot.lookup.servicesByHealthCheckNodePort(announced.port).length;
      if (held > 0) continue;
      const known = byFamily.get(announced.family.id);
      if (known === undefined) byFamily.set(announced.family.id, [announced]);
      else known.push(announced);
    }
    for (const all of byFamily.values()) {
      const members = all[0]?.family.members ?? [];
      const [first, last] = [members[0], members.at(-1)];
      if (first === undefined || last === undefined) continue;
      const pods = all.flatMap((each) => each.pods);
      const times = pods.flatMap((pod) => pod.startTimeMs ?? pod.createdAtMs ?? []);
      yield {
        subjects: [...new Map(pods.map((pod) => [formatObjectRef(resolveOwner(pod)), resolveOwner(pod)])).values()],
        edited: [{ kind: "Service", namespace: first.namespace, name: first.name }],
        ports: all.map(({ port }) => ({ port, protocol: "TCP" })),
        sinceMs: times.length === 0 ? null : Math.min(...times),
        evidence: {
          sessions: all.flatMap(({ pods: ofPort, serial, port }) =>
            ofPort.map((pod) => ({ pod: `${pod.namespace}/${pod.name}`, serial, port })),
          ),
          first: `${first.namespace}/${first.name}`,
          last: `${last.namespace}/${last.name}`,
          services: members.length,
        },
      };
    }
  },
  words: {
    en: {
      title: "A session announces a port that leads nowhere",
      why: "ClearML tells the user of a session its port as base port + n, n being the session's serial. It does not look whether a Service with that number exists.",
      fix: "Add a Service for each serial that sessions can have, or let the agent run no more sessions than there are Services.",
      describe({ sessions, first, last, services }, { ports }) {
        const serials = [...new Set(sessions.map(({ serial }) => serial.slice("pod-".length)))];
        const pods = [...new Set(sessions.map(({ pod }) => pod))];
        const one = serials.length === 1;
        return {
          title: `ClearML ${one ? "session" : "sessions"} ${sayFew(serials)} ${one ? "has" : "have"} no Service`,
          summary: `${sayFew(pods)} ${pods.length === 1 ? "announces" : "announce"} ${sayPorts(ports)}; none of the ${sayCount(services, "Service")} from ${first} to ${last} selects ${pods.length === 1 ? "it" : "them"}.`,
          symptoms: ["connection refused on the port that ClearML shows for the session"],
        };
      },
    },
  },
});
