import { expect, test } from "vitest";
import { countNotEvaluated, groupNotEvaluated } from "./not-evaluated";

test("rules that lack the same kinds in the same namespaces stand together, in whatever order each names them", () => {
  const groups = groupNotEvaluated([
    { rule: "a", missing: ["pods", "endpointslices"], namespaces: "all" },
    { rule: "b", missing: ["endpointslices", "pods"], namespaces: "all" },
    { rule: "c", missing: ["pods", "endpointslices"], namespaces: ["tenant-b"] },
    { rule: "d", missing: ["pods"], namespaces: "all" },
  ]);
  expect(groups.map(({ missing, namespaces, rules }) => [missing, namespaces, rules])).toEqual([
    [["endpointslices", "pods"], "all", ["a", "b"]],
    [["endpointslices", "pods"], ["tenant-b"], ["c"]],
    [["pods"], "all", ["d"]],
  ]);
});

test("a rule that lacks several things is one rule", () => {
  expect(countNotEvaluated([{ rule: "a" }, { rule: "b" }, { rule: "a" }])).toBe(2);
});
