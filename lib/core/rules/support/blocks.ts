// Ranges that an allocator hands out by itself (findings.md "Block"): whoever else takes a number there meets it sooner or later.

import type { Labels } from "../../model/meta";
import type { Snapshot } from "../../model/snapshot";
import { hasPort, isAllowed } from "../../policy/bands";
import type { Allow, Policy, PortRange } from "../../policy/policy";
import { surveyPods, type PodSurvey } from "../../inventory/survey-pods";

/** `allow`: who stands there by right; null = nobody but the allocator itself. */
export type Block = {
  readonly name: string;
  readonly kind: "nodePort" | "hostPort";
  readonly ports: PortRange;
  readonly allow: Allow | null;
  readonly origin: "policy" | "cluster";
};

const wellKnown: readonly { readonly block: Block; readonly runs: (survey: PodSurvey) => boolean }[] = [
  {
    // Agones' default of MinPort and MaxPort; its game servers carry the label.
    block: {
      name: "agones",
      kind: "hostPort",
      ports: { first: 7000, last: 8000 },
      allow: { namespaces: null, labels: { "agones.dev/role": "gameserver" } },
      origin: "cluster",
    },
    runs: ({ agones }) => agones.length > 0,
  },
  {
    // Antrea's default of nodePortLocal.portRange; its numbers stand in an annotation of the pods, not in their specs.
    block: { name: "antrea-nodeportlocal", kind: "hostPort", ports: { first: 61_000, last: 62_000 }, allow: null, origin: "cluster" },
    runs: ({ nodePortLocal }) => nodePortLocal.length > 0,
  },
];

/**
 * The blocks of a cluster.
 *
 * Returns: those of the policy in their order, then the well-known ones whose allocator is seen at work, but for those that a policy block of
 *          the same name or an overlapping range replaces.
 */
export function listBlocks(snapshot: Snapshot, policy: Policy): readonly Block[] {
  const stated = policy.blocks.map((block): Block => ({ ...block, origin: "policy" }));
  const survey = surveyPods(snapshot);
  const seen = wellKnown
    .filter(
      ({ block }) => !stated.some((each) => each.name === block.name || (each.kind === block.kind && overlaps(each.ports, block.ports))),
    )
    .filter(({ runs }) => runs(survey))
    .map(({ block }) => block);
  return [...stated, ...seen];
}

/** What the blocks rest on beside the policy, for `reads`. */
export function readsOfBlocks(snapshot: Snapshot): readonly unknown[] {
  const survey = surveyPods(snapshot);
  return wellKnown.map(({ runs }) => runs(survey));
}

/** The block that hands out this number, null when none does. */
export function blockOf(blocks: readonly Block[], kind: Block["kind"], port: number): Block | null {
  return blocks.find((block) => block.kind === kind && hasPort(block.ports, port)) ?? null;
}

/** Whether a claim inside a block was made by its allocator. */
export function isOfAllocator(block: Block, holder: { readonly namespace: string; readonly labels: Labels }): boolean {
  return block.allow !== null && isAllowed(block.allow, holder);
}

function overlaps(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}
