import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { LayeredMap } from "./layered-map";

const batches = fc.array(fc.array(fc.tuple(fc.nat(3000), fc.option(fc.nat(), { nil: undefined })), { maxLength: 700, size: "max" }), {
  maxLength: 5,
});

describe("LayeredMap", () => {
  test.prop([batches], { numRuns: 30 })("holds what a Map would, sorted by key, and keeps every earlier version", (changes) => {
    let map = LayeredMap.empty<string, number>("sorted");
    const model = new Map<string, number>();
    const versions: { readonly map: LayeredMap<string, number>; readonly entries: readonly (readonly [string, number])[] }[] = [];
    for (const batch of changes) {
      map = map.with(new Map(batch.map(([key, value]) => [String(key), value])));
      for (const [key, value] of new Map(batch)) {
        if (value === undefined) model.delete(String(key));
        else model.set(String(key), value);
      }
      versions.push({ map, entries: [...model].sort(([a], [b]) => (a < b ? -1 : 1)) });
    }
    for (const { map: version, entries } of versions) {
      expect([...version]).toEqual(entries);
      expect(version.size).toBe(entries.length);
      expect([...version.keys()]).toEqual(entries.map(([key]) => key));
      expect([...version.values()]).toEqual(entries.map(([, value]) => value));
      for (const [key, value] of entries.slice(0, 20)) expect(version.get(key)).toBe(value);
      const seen: string[] = [];
      version.forEach((_value, key) => seen.push(key));
      expect(seen).toEqual(entries.map(([key]) => key));
    }
    expect(map.with(new Map())).toBe(map);
  });

  test.prop([batches], { numRuns: 30 })("tells which keys differ from any earlier version", (changes) => {
    const versions = [LayeredMap.empty<string, number>("sorted")];
    for (const batch of changes)
      versions.push((versions.at(-1) ?? LayeredMap.empty("sorted")).with(new Map(batch.map(([key, value]) => [String(key), value]))));
    for (const [place, after] of versions.entries()) {
      for (const before of versions.slice(0, place)) {
        const differs = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
        expect([...after.changedSince(before)].sort()).toEqual(differs.sort());
      }
    }
  });
});
