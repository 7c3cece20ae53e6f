import { formatObjectRef } from "../model/meta";
import { bandOf, isAllowed } from "../policy/bands";
import type { Allow, PortRange } from "../policy/policy";
import { moveHostPorts } from "../remedies/move-host-ports";
import { moveIntoBand } from "../remedies/move-numbers";
import { guardByApiServer, guardByKyverno } from "../remedies/guard-bands";
import { defineRule } from "./rule";
import { joinClaims, listNodeClaims } from "./support/node-claims";
import { sayAllow, sayFew, sayRange } from "./support/order-words";
import { sayPorts, verb } from "./support/words";

type OutsideBandEvidence = {
  readonly band: string;
  readonly range: PortRange;
  readonly owner: string | null;
  readonly allow: Allow;
  readonly holders: readonly string[];
};

/** A claim stands in a band that is not meant for it. Source: the policy's `bands[].allow`; findings.md "Order and policy". */
export const outsideBand = defineRule<OutsideBandEvidence>({
  id: "outside-band",
  severity: "warning",
  needs: ["services", "pods"],
  remedies: [moveIntoBand, moveHostPorts, guardByApiServer, guardByKyverno],
  reads: (snapshot) => [listNodeClaims(snapshot)],
  *check(snapshot, { policy }) {
    if (policy.bands.length === 0) return;
    const strangers = listNodeClaims(snapshot).flatMap((claim) => {
      const band = bandOf(policy, claim.space, claim.port.port);
      const allow = band?.allow ?? null;
      const fits = allow === null || isAllowed(allow, { namespace: claim.holder.namespace, labels: claim.labels });
      return band === null || allow === null || fits ? [] : [{ claim, band, allow }];
    });
    // Twenty ports of one team in a foreign band are one mistake.
    const groups = Map.groupBy(strangers, ({ claim, band }) => `${claim.space} ${band.name} ${claim.holder.namespace}`);
    for (const members of groups.values()) {
      const [first] = members;
      if (first === undefined) continue;
      const { band, allow } = first;
      const joined = joinClaims(members.map(({ claim }) => claim));
      yield {
        ...joined,
        subjects: [...joined.edited, { kind: "Band", namespace: "", name: band.name }],
        evidence: {
          band: band.name,
          range: band.ports,
          owner: band.owner,
          allow,
          holders: joined.edited.map(formatObjectRef).sort(),
        },
      };
    }
  },
  words: {
    en: {
      title: "A port in somebody else's band",
      why: "A band is a part of the port numbers that a team was promised. Whoever else takes a number there takes it from them, and nobody looks for it there.",
      fix: "Give the holder a number of its own band, or name its namespace or labels in the band's `allow`.",
      describe({ band, range, owner, allow, holders }, { ports }) {
        return {
          title: `${sayPorts(ports)} ${verb(ports, "stands", "stand")} in the band ${band}, which is not meant for ${sayFew(holders)}`,
          summary: `${band} (${sayRange(range)}${owner === null ? "" : `, ${owner}`}) is for ${sayAllow(allow) ?? "everyone"}.`,
          symptoms: ["the team that the band belongs to finds its number taken"],
        };
      },
    },
  },
});
