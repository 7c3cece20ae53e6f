import { describe, expect, test } from "vitest";
import { findRepeated, readFilter, readFormat, readFrom, readLimit, readPorts, readRule, readSort, readWhyNot } from "./params";
import { isProblem } from "./problem";

// A value that a parameter does not take is named; it is never passed over.

describe("bad values", () => {
  test.for([
    ["format=xml", readFormat, "format", /"xml" is no format: json or csv/],
    ["rule=mixed-owner", readRule, "rule", /no rule "mixed-owner"; did you mean mixed-owners\?/],
    ["filter=prt:1", readFilter, "filter", /position 1: unknown key "prt"/],
    ["sort=size", readSort, "sort", /unknown column "size"/],
    ["from=inside", readFrom, "from", /"inside" is no client position/],
    ["ports=9-3", readPorts, "ports", /"9-3" is no port or range/],
    ["limit=0", (params: URLSearchParams) => readLimit(params, 20), "limit", /whole number from 1 to 200/],
    ["whyNot=x", readWhyNot, "whyNot", /NAMESPACE\/POD/],
    ["filter=a&filter=b", findRepeated, "filter", /given twice/],
  ] as const)("%s", ([query, read, field, detail]) => {
    const answer = read(new URLSearchParams(query));
    expect(answer).toMatchObject({ problem: "bad-query", field, detail: expect.stringMatching(detail) as string });
  });
});

test.for([
  ["format", readFormat],
  ["rule", readRule],
  ["from", readFrom],
  ["each once", findRepeated],
] as const)("nothing given is fine: %s", ([, read]) => {
  const answer = read(new URLSearchParams("cluster=demo"));
  expect(answer !== undefined && isProblem(answer)).toBe(false);
});
