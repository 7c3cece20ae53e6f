// Every recorded probe, in every test run: it takes about a second.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Route } from "@/lib/core";
import { compare, type Observed, type Probe } from "./truth-compare";
import { readScenarios, replay } from "./truth-replay";

const records = join(import.meta.dirname, "../e2e/cluster/records/records.jsonl.gz");

test("every recorded probe agrees with a real kube-proxy", () => {
  let probes = 0;
  const wrong: string[] = [];
  for (const scenario of readScenarios(records)) {
    const { disagreements, probes: count } = replay(scenario);
    probes += count;
    for (const { probe, why } of disagreements) wrong.push(`${scenario.id}: ${probe.address}:${String(probe.port)}: ${why}`);
  }
  expect(wrong).toEqual([]);
  expect(probes).toBeGreaterThanOrEqual(16_228);
}, 60_000);

describe("the comparison itself is strict", () => {
  const scenario = [...readScenarios(records)].find(({ id }) => id === "T10-iptables");
  const delivered = (scenario?.probes ?? []).filter(({ observed }) => observed.outcome === "delivered");
  /** How many of the delivered probes no longer agree when their record is changed. */
  const noticed = (change: (observed: Observed) => Partial<Observed>): number =>
    delivered.filter(
      (probe) =>
        scenario !== undefined &&
        replay({ ...scenario, probes: [{ ...probe, observed: { ...probe.observed, ...change(probe.observed) } }] }).disagreements.length ===
          1,
    ).length;

  test("the record has what the cases need", () => {
    expect(delivered.length).toBeGreaterThan(5);
  });
  test.for([
    ["a backend more", ({ backends }: Observed) => ({ backends: { ...backends, "10.244.9.9:8080": 1 } })],
    ["other backends", () => ({ backends: { "10.244.9.9:8080": 1 } })],
    ["a refusal", () => ({ outcome: "refused" as const })],
    ["a timeout", () => ({ outcome: "timeout" as const })],
    [
      "another source",
      ({ sources }: Observed) => ({
        sources: sources.map((seen) => (seen === "preserved" ? ("masqueraded" as const) : ("preserved" as const))),
      }),
    ],
  ] as const)("%s in a record is noticed", ([, change]) => {
    expect(noticed(change)).toBe(delivered.length);
  });
  test("contested is no way out where the objects decide", () => {
    const [first] = delivered;
    expect(first === undefined ? "" : compare(first, contested(first))).toContain("the objects decide");
  });
});

function contested({ address, port, protocol, node }: Probe): Route {
  const query = { address, port, protocol, node, from: { kind: "outside" as const, address: null } };
  return {
    query,
    outcome: { kind: "contested", reason: "same-tuple", alternatives: [], likely: null },
    claim: null,
    node,
    source: null,
    affinitySeconds: null,
    assumptions: [],
    steps: [],
    whyNot: null,
  };
}
