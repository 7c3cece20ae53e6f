import { describe, expect, test } from "vitest";
import { allocationColumns, parseColumns, parseSort, sortAllocations, type SortableAllocation } from "./sort-allocations";

function row(partial: Partial<SortableAllocation>): SortableAllocation {
  return {
    port: 1,
    protocol: "TCP",
    kind: "nodePort",
    namespace: "",
    holder: { kind: "Service", name: "a" },
    owners: [],
    groups: [],
    selector: null,
    nodes: "all",
    addresses: [],
    externalTrafficPolicy: null,
    backends: null,
    band: null,
    findings: [],
    note: null,
    ...partial,
  };
}

function sorted<K extends keyof SortableAllocation>(sort: string, key: K, values: readonly SortableAllocation[K][]): unknown[] {
  const parsed = parseSort(sort);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return sortAllocations(
    values.map((value) => row({ [key]: value })),
    parsed.value,
  ).map((each) => each[key]);
}

describe("sortAllocations", () => {
  test("numbers as numbers, in both directions", () => {
    expect(sorted("port", "port", [30_001, 80, 8080])).toEqual([80, 8080, 30_001]);
    expect(sorted("-port", "port", [30_001, 80, 8080])).toEqual([30_001, 8080, 80]);
  });
  test("rows without a value last in both directions", () => {
    expect(sorted("band", "band", [null, "b", "a"])).toEqual(["a", "b", null]);
    expect(sorted("-band", "band", [null, "b", "a"])).toEqual(["b", "a", null]);
    expect(
      sorted("-backends_ready", "backends", [null, { ready: 1, total: 9 }, { ready: null, total: null }, { ready: 10, total: 10 }]),
    ).toEqual([{ ready: 10, total: 10 }, { ready: 1, total: 9 }, null, { ready: null, total: null }]);
  });
  test("names as people count", () => {
    expect(sorted("namespace", "namespace", ["gpu-10", "gpu-2"])).toEqual(["gpu-2", "gpu-10"]);
  });
  test("wire times with and without a fraction", () => {
    expect(sorted("created_at", "createdAt", ["2026-05-12T14:43:00.500Z", "2026-05-12T14:43:00Z", null])).toEqual([
      "2026-05-12T14:43:00Z",
      "2026-05-12T14:43:00.500Z",
      null,
    ]);
  });
  test("equal rows keep their order, every column can be asked for", () => {
    const rows = [row({ port: 2 }), row({ port: 1 })];
    for (const column of [...allocationColumns, "addresses", "groups", "note"]) {
      const parsed = parseSort(column);
      expect(parsed.ok && sortAllocations(rows, parsed.value).length).toBe(2);
    }
    expect(sortAllocations(rows, { column: "protocol", descending: true })).toEqual(rows);
    expect(sortAllocations(rows, null)).toBe(rows);
  });
});

test.for([
  ["-portt", 'unknown column "portt"; did you mean port?'],
  ["qqqqqqqqqq", `unknown column "qqqqqqqqqq"; columns are ${[...allocationColumns, "addresses", "groups", "note"].join(", ")}`],
] as const)("parseSort %j says what is wrong", ([text, error]) => {
  expect(parseSort(text)).toMatchObject({ ok: false, error: { message: error } });
});

test("parseColumns: default, choice, unknown, twice", () => {
  expect(parseColumns(null)).toEqual({ ok: true, value: allocationColumns });
  expect(parseColumns("Port, note")).toEqual({ ok: true, value: ["port", "note"] });
  expect(parseColumns("port,prto")).toMatchObject({ ok: false, error: { message: 'unknown column "prto"; did you mean port?' } });
  expect(parseColumns("port,port")).toMatchObject({ ok: false, error: { message: 'column "port" is named twice' } });
});
