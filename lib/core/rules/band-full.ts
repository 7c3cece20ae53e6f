import { giveBackNumbers } from "../remedies/give-back-numbers";
import { defineRule } from "./rule";
import { bandSubject, listBandUse, readsOfBandUse, sayBand, sayUse, type BandUse } from "./support/band-use";
import { lacksNodePortRange } from "./support/node-port-range";

/** A band of nodePorts has no number left. Source: the policy's bands, --service-node-port-range; findings.md F49. */
export const bandFull = defineRule<BandUse>({
  id: "band-full",
  severity: "critical",
  needs: ["services"],
  remedies: [giveBackNumbers],
  lacks: lacksNodePortRange,
  reads: readsOfBandUse,
  *check(snapshot, context) {
    for (const use of listBandUse(snapshot, context)) {
      if (use.used >= use.size) yield { ...bandSubject(use), evidence: use };
    }
  },
  words: {
    en: {
      title: "No number is left in a band",
      why: "The next Service that asks for a number there is refused, or gets one from elsewhere.",
      fix: "Make the band larger, or give numbers back: Services that nobody uses, and LoadBalancer Services whose load balancer needs no nodePorts.",
      describe(use) {
        return {
          title: `${sayBand(use)} is full`,
          summary: sayUse(use),
          symptoms: ['a new Service fails with "provided port is already allocated" or "range is full"'],
        };
      },
    },
  },
});
