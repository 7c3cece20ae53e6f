import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runRules } from "@/lib/core";
import { buildContext, buildNode, buildService, buildSnapshot } from "@/lib/core/testing/builders";
import { readPolicy } from "./read-policy";
import { writeStarter } from "./write-starter";

const nodes = [buildNode({ name: "n1", ip: "10.0.0.1" })];
type Place = readonly [namespace: string, port: number];
const snapshotOf = (places: readonly Place[]) =>
  buildSnapshot({
    nodes,
    services: places.map(([namespace, nodePort], place) =>
      buildService({ name: `s-${String(place)}-x`, namespace, ports: [{ port: 80, nodePort }] }),
    ),
  });
const bandsOf = (places: readonly Place[]) => {
  const read = readPolicy(writeStarter(snapshotOf(places), buildContext()), "portolan.yaml");
  return read.ok ? read.value.bands.map(({ name, ports }) => `${name} ${String(ports.first)}-${String(ports.last)}`) : read.error;
};

describe("the starter policy", () => {
  test.for<[string, readonly Place[], readonly string[]]>([
    ["an empty cluster", [], []],
    ["one number is no band", [["a", 30_001]], []],
    [
      "a stretch, with room to grow",
      [
        ["a", 30_001],
        ["a", 30_002],
        ["a", 30_003],
      ],
      ["a 30001-30006"],
    ],
    [
      "no room before a stranger: no band",
      [
        ["a", 30_001],
        ["a", 30_002],
        ["b", 30_003],
      ],
      [],
    ],
    [
      "two stretches of one namespace",
      [
        ["a", 30_001],
        ["a", 30_003],
        ["a", 31_000],
        ["a", 31_001],
      ],
      ["a 30001-30004", "a-2 31000-31003"],
    ],
    [
      "not beyond the range",
      [
        ["a", 32_764],
        ["a", 32_766],
      ],
      ["a 32764-32767"],
    ],
  ])("%s", ([, places, expected]) => {
    expect(bandsOf(places)).toEqual(expected);
  });

  test("can be read, and finds nothing that was not found before", () => {
    const place = fc.tuple(fc.constantFrom("a", "b", "null", "1e3"), fc.integer({ min: 30_000, max: 30_060 }));
    fc.assert(
      fc.property(fc.uniqueArray(place, { selector: ([, port]) => port, maxLength: 40 }), (places) => {
        const snapshot = snapshotOf(places);
        const read = readPolicy(writeStarter(snapshot, buildContext()), "portolan.yaml");
        if (!read.ok) throw new Error(JSON.stringify(read.error));
        const before = runRules(snapshot, buildContext()).findings.map(({ fingerprint }) => fingerprint);
        expect(runRules(snapshot, buildContext(read.value)).findings.map(({ fingerprint }) => fingerprint)).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});
