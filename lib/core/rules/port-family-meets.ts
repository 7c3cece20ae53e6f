import { serviceKey } from "../model/brands";
import { formatObjectRef } from "../model/meta";
import type { Snapshot } from "../model/snapshot";
import type { PortRange } from "../policy/policy";
import { surveyPods } from "../inventory/survey-pods";
import { moveNumbers } from "../remedies/move-numbers";
import { guardByApiServer, guardByKyverno } from "../remedies/guard-bands";
import { defineRule } from "./rule";
import { blockOf, listBlocks, readsOfBlocks } from "./support/blocks";
import { familyOfService, listAnnouncedPorts, listFamilies, type ServiceFamily } from "./support/families";
import { joinClaims, listNodeClaims, type NodeClaim } from "./support/node-claims";
import { sayFew, sayRange } from "./support/order-words";
import { sayCount, sayPorts, verb } from "./support/words";

type MeetsEvidence = {
  /** First and last Service of the family, and its numbers. */
  readonly first: string;
  readonly last: string;
  readonly services: number;
  readonly span: PortRange;
  /** Numbers that a session of the family announces already. */
  readonly announced: readonly number[];
  readonly holders: readonly string[];
};

/** A stranger stands between the numbers of a family, or on the one that a member announces next. Source: findings.md "Family". */
export const portFamilyMeets = defineRule<MeetsEvidence>({
  id: "port-family-meets",
  severity: "warning",
  needs: ["services", "pods"],
  remedies: [moveNumbers, guardByApiServer, guardByKyverno],
  reads: (snapshot) => [listNodeClaims(snapshot), surveyPods(snapshot).serials, ...readsOfBlocks(snapshot)],
  *check(snapshot, { policy }) {
    const announcements = Map.groupBy(listAnnouncedPorts(snapshot), ({ family }) => family);
    const announces = (family: ServiceFamily): number => announcements.get(family)?.length ?? 0;
    // A stranger is told once, of several families first where a session waits for its number.
    const families = [...listFamilies(snapshot)].sort((a, b) => announces(b) - announces(a));
    if (families.length === 0) return;
    const blocks = listBlocks(snapshot, policy);
    // A number in a block is block-intruder's.
    const claims = listNodeClaims(snapshot).filter(
      ({ space, port }) => space === "nodePort" && blockOf(blocks, "nodePort", port.port) === null,
    );
    const familyOf = new Map(claims.map((claim) => [claim, familyOfHolder(snapshot, claim)]));
    const claimsOf = Map.groupBy(claims, (claim) => familyOf.get(claim));
    const told = new Set<NodeClaim>();
    for (const family of families) {
      const span = { first: family.ports[0] ?? 0, last: family.ports.at(-1) ?? 0 };
      const announced = new Set(announcements.get(family)?.map(({ port }) => port));
      const own = new Set(family.ports);
      const inside = claims.filter(({ port: { port } }) => (port > span.first && port < span.last) || announced.has(port));
      const strangers = inside.filter(
        // A number that a member holds as well is node-port-duplicate's. Of two families that interleave, one is told.
        (claim) => familyOf.get(claim) !== family && !own.has(claim.port.port) && !told.has(claim),
      );
      for (const members of Map.groupBy(strangers, ({ holder }) => holder.namespace).values()) {
        for (const claim of members) told.add(claim);
        const others = new Set(members.flatMap((claim) => familyOf.get(claim) ?? []));
        for (const claim of claimsOf.get(family) ?? []) if ([...others].some((other) => within(other, claim.port.port))) told.add(claim);
        const joined = joinClaims(members);
        const first = family.members[0];
        const last = family.members.at(-1);
        if (first === undefined || last === undefined) continue;
        yield {
          ...joined,
          subjects: [...joined.edited, { kind: "Service", namespace: first.namespace, name: first.name }],
          evidence: {
            first: `${first.namespace}/${first.name}`,
            last: `${last.namespace}/${last.name}`,
            services: family.members.length,
            span,
            announced: [...announced].filter((port) => members.some((claim) => claim.port.port === port)),
            holders: joined.edited.map(formatObjectRef).sort(),
          },
        };
      }
    }
  },
  words: {
    en: {
      title: "A stranger stands among the numbers of a family",
      why: "Services that count their numbers up take the next one without asking. Where somebody else holds it, users of the next member reach that somebody.",
      fix: "Move the stranger to a number outside of the family's, and give the family a band of its own in the policy file.",
      describe({ first, last, services, span, announced, holders }, { ports }) {
        const family = `the ${sayCount(services, "Service")} from ${first} to ${last}`;
        return {
          title: `${sayPorts(ports)} of ${sayFew(holders)} ${verb(ports, "lies", "lie")} among the numbers of ${family}`,
          summary: `The family counts its numbers up, ${sayRange(span)} so far.${announced.length === 0 ? "" : ` A session already tells its user ${announced.map(String).join(", ")}.`}`,
          symptoms: announced.length === 0 ? [] : ["users of the next session reach another team's Service"],
        };
      },
    },
  },
});

function familyOfHolder(snapshot: Snapshot, { holder: { namespace, name } }: NodeClaim): ServiceFamily | null {
  const service = snapshot.services.get(serviceKey(namespace, name));
  return service === undefined ? null : familyOfService(snapshot, service);
}

function within({ ports }: ServiceFamily, port: number): boolean {
  return port > (ports[0] ?? 0) && port < (ports.at(-1) ?? 0);
}
