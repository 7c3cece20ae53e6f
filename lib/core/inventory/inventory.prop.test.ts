import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { arbitrarySnapshotParts } from "../testing/arbitraries";
import { arbitraryPolicy } from "../testing/arbitrary-policy";
import { buildSnapshot, testNowMs, type SnapshotParts } from "../testing/builders";
import { buildAllocations, compareAllocations } from "./build-allocations";

/** One object per name, as an API server has it, in a given order. */
function shuffle(parts: SnapshotParts, seed: number): SnapshotParts {
  const turn = <T>(list: readonly T[] | undefined): readonly T[] => {
    const items = [...(list ?? [])];
    return items.length === 0 ? items : [...items.slice(seed % items.length), ...items.slice(0, seed % items.length)].reverse();
  };
  return { ...parts, nodes: turn(parts.nodes), pods: turn(parts.pods), services: turn(parts.services), slices: turn(parts.slices) };
}

function distinct(parts: SnapshotParts): SnapshotParts {
  const once = <T extends { readonly namespace: string; readonly name: string }>(list: readonly T[] | undefined): readonly T[] => [
    ...new Map((list ?? []).map((record) => [`${record.namespace}/${record.name}`, record])).values(),
  ];
  return { ...parts, nodes: once(parts.nodes), pods: once(parts.pods), services: once(parts.services), slices: once(parts.slices) };
}

describe("the allocation table of any cluster", () => {
  test.prop([arbitrarySnapshotParts, arbitraryPolicy, fc.nat(9)])(
    "never throws, has no row twice, is sorted, and does not depend on the order of objects",
    (parts, policy, seed) => {
      const context = { policy, nowMs: testNowMs };
      const rows = buildAllocations(buildSnapshot(distinct(parts)), context);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      expect(rows).toEqual([...rows].sort(compareAllocations));
      for (const row of rows) expect(row.port >= 1 && row.port <= 65_535 && Number.isInteger(row.port)).toBe(true);
      expect(buildAllocations(buildSnapshot(shuffle(distinct(parts), seed)), context)).toEqual(rows);
    },
  );
});
