import { formatObjectRef } from "../model/meta";
import type { PortRange } from "../policy/policy";
import { moveHostPorts } from "../remedies/move-host-ports";
import { moveNumbers } from "../remedies/move-numbers";
import { defineRule } from "./rule";
import { blockOf, isOfAllocator, listBlocks, readsOfBlocks } from "./support/blocks";
import { joinClaims, listNodeClaims } from "./support/node-claims";
import { sayFew, sayRange } from "./support/order-words";
import { sayPorts, verb } from "./support/words";

type IntruderEvidence = {
  readonly block: string;
  readonly range: PortRange;
  readonly origin: "policy" | "cluster";
  readonly holders: readonly string[];
};

/** A claim stands where an allocator hands out numbers by itself. Source: the policy's `blocks`, Agones, Antrea; findings.md F51. */
export const blockIntruder = defineRule<IntruderEvidence>({
  id: "block-intruder",
  severity: "warning",
  needs: ["services", "pods"],
  remedies: [moveNumbers, moveHostPorts],
  reads: (snapshot) => [listNodeClaims(snapshot), ...readsOfBlocks(snapshot)],
  *check(snapshot, { policy }) {
    const blocks = listBlocks(snapshot, policy);
    if (blocks.length === 0) return;
    const intruders = listNodeClaims(snapshot).flatMap((claim) => {
      const block = blockOf(blocks, claim.space, claim.port.port);
      return block === null || isOfAllocator(block, { namespace: claim.holder.namespace, labels: claim.labels }) ? [] : [{ claim, block }];
    });
    const groups = Map.groupBy(intruders, ({ claim, block }) => `${block.kind} ${block.name} ${claim.holder.namespace}`);
    for (const members of groups.values()) {
      const block = members[0]?.block;
      if (block === undefined) continue;
      const joined = joinClaims(members.map(({ claim }) => claim));
      yield {
        ...joined,
        subjects: joined.edited,
        evidence: { block: block.name, range: block.ports, origin: block.origin, holders: joined.edited.map(formatObjectRef).sort() },
      };
    }
  },
  words: {
    en: {
      title: "A port inside a range that an allocator hands out",
      why: "The allocator does not know of the other holder. Sooner or later it gives the number to one of its own, which then cannot start, or answers in the other's place.",
      fix: "Move the holder out of the range, or the allocator's range out of its way.",
      describe({ block, range, origin, holders }, { ports }) {
        return {
          title: `${sayPorts(ports)} of ${sayFew(holders)} ${verb(ports, "lies", "lie")} in the range of ${block}`,
          summary: `${block} hands out ${sayRange(range)} by itself${origin === "cluster" ? " (its default range; its pods run here)" : ""}, and did not make this claim.`,
          symptoms: ["a pod of the allocator stays Pending or never answers"],
        };
      },
    },
  },
});
