import { describe, expect, test } from "vitest";
import { assignOwnerHues, displayNames, initials } from "./owner-hues";

describe("initials", () => {
  test.for<{ names: string[]; expected: string[] }>([
    { names: ["agent-96e6ac6b", "agent-fab4defe"], expected: ["96", "FA"] },
    { names: ["llm-router", "llm-gateway"], expected: ["RO", "GA"] },
    { names: ["grafana"], expected: ["GR"] },
    { names: ["web", "web-canary"], expected: ["WE", "WB"] },
    { names: ["stable", "stale"], expected: ["ST", "SA"] },
    { names: ["a", "b"], expected: ["A", "B"] },
    { names: ["--", ""], expected: ["?", "?"] },
  ])("$names are told apart", ({ names, expected }) => {
    expect(initials(names)).toEqual(expected);
  });
});

describe("assignOwnerHues", () => {
  test("the largest shares get the pair that everybody can tell apart, then the name decides", () => {
    const marks = assignOwnerHues([
      { key: "c", name: "gamma", share: 0.25 },
      { key: "b", name: "beta", share: 0.25 },
      { key: "a", name: "alpha", share: 0.5 },
    ]);
    expect(marks.map(({ key, hue }) => [key, hue])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
  });

  test("more than eight owners share the last hue", () => {
    const marks = assignOwnerHues(
      Array.from({ length: 10 }, (_, place) => ({ key: String(place), name: `o-${String(place)}`, share: null })),
    );
    expect(marks.map(({ hue }) => hue)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 8]);
  });
});

describe("displayNames", () => {
  const pod = (name: string, group: string | null) => ({
    kind: "Pod",
    namespace: "n",
    name,
    group: group === null ? null : { name: group },
  });

  test("groups that differ are shown", () => {
    expect(displayNames([pod("id-a", "agent-1"), pod("id-b", "agent-2")])).toEqual(["agent-1", "agent-2"]);
  });
  test("one group for both, or none for one: the owners' own names", () => {
    expect(displayNames([pod("id-a", "agent-1"), pod("id-b", "agent-1")])).toEqual(["id-a", "id-b"]);
    expect(displayNames([pod("id-a", "agent-1"), pod("id-b", null)])).toEqual(["id-a", "id-b"]);
  });
});
