import { giveBackNumbers } from "../remedies/give-back-numbers";
import { defineRule } from "./rule";
import { bandSubject, isNearlyFull, listBandUse, readsOfBandUse, sayBand, sayUse, type BandUse } from "./support/band-use";
import { lacksNodePortRange } from "./support/node-port-range";
import { sayCount } from "./support/words";

/** Nine of ten numbers of a band of nodePorts are taken. Source: the policy's bands, --service-node-port-range; findings.md F49. */
export const bandNearlyFull = defineRule<BandUse>({
  id: "band-nearly-full",
  severity: "warning",
  needs: ["services"],
  remedies: [giveBackNumbers],
  lacks: lacksNodePortRange,
  reads: readsOfBandUse,
  *check(snapshot, context) {
    for (const use of listBandUse(snapshot, context)) {
      if (use.used < use.size && isNearlyFull(use)) yield { ...bandSubject(use), evidence: use };
    }
  },
  words: {
    en: {
      title: "Few numbers are left in a band",
      why: "When the last one is gone, the next Service that asks for a number there is refused, or gets one from elsewhere.",
      fix: "Make the band larger, or give numbers back: Services that nobody uses, and LoadBalancer Services whose load balancer needs no nodePorts.",
      describe(use) {
        return { title: `${sayBand(use)} has ${sayCount(use.size - use.used, "number")} left`, summary: sayUse(use), symptoms: [] };
      },
    },
  },
});
