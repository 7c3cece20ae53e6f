import { describeFreeFact, type Allow, type FreePorts, type Policy, type Ranges } from "@/lib/core";
import type { WireFree, WireRanges } from "./range-schemas";

/** contract.md `Free`; the reasons stand in the order in which a person would ask for them. */
export function encodeFree({ kind, band, count, align, node, ports, facts }: FreePorts): WireFree {
  const copied = facts.map((fact): WireFree["facts"][number] => {
    if (fact.code === "skipped") return { ...fact, by: [...fact.by], ports: fact.ports.map((each) => ({ ...each })) };
    if (fact.code !== "unknown") return { ...fact };
    return { ...fact, missing: [...fact.missing], namespaces: fact.namespaces === "all" ? "all" : [...fact.namespaces] };
  });
  return { kind, band, count, align, node, ports: [...ports], reasons: facts.map(describeFreeFact), facts: copied };
}

/** The Ranges view's answer; `file`: the base name of the policy file. */
export function encodeRanges(ranges: Ranges, policy: Policy, file: string | null): WireRanges {
  const { nodePorts } = ranges;
  return {
    nodePorts:
      nodePorts === null
        ? null
        : {
            range: { ...nodePorts.range },
            from: nodePorts.from,
            static: nodePorts.static === null ? null : { ...nodePorts.static },
            dynamic: { ...nodePorts.dynamic },
          },
    block: ranges.block,
    bands: ranges.bands.map((band) => ({ ...band, allow: encodeAllow(band.allow) })),
    numbers: ranges.numbers.map((each) => ({ ...each, holders: [...each.holders] })),
    reservations: ranges.reservations.map((each) => ({ ...each, allow: encodeAllow(each.allow) })),
    pools: ranges.pools.map((each) => ({ ...each, ports: each.ports.map((port) => ({ ...port })) })),
    unknown: [...ranges.unknown],
    policy: {
      file,
      bands: policy.bands.length,
      reservations: policy.reservations.length,
      acknowledgements: policy.acknowledgements.length,
      blocks: policy.blocks.length,
      severities: Object.keys(policy.severities).length,
    },
  };
}

function encodeAllow(allow: Allow | null): WireRanges["bands"][number]["allow"] {
  return allow === null
    ? null
    : { namespaces: allow.namespaces === null ? null : [...allow.namespaces], labels: allow.labels === null ? null : { ...allow.labels } };
}
