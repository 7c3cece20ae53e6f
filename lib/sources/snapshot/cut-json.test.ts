import { describe, expect, test } from "vitest";
import { cutJson } from "./cut.testkit";

describe("a stream of JSON is cut into", () => {
  test.for([
    {
      name: "the items of a list, and the list without them",
      text: '{"kind":"List","items":[{"a":1},{"b":[{"items":[1]}]}],"metadata":{}}',
      elements: [{ a: 1 }, { b: [{ items: [1] }] }],
      values: [[{ kind: "List", items: [], metadata: {} }, 2]],
    },
    { name: "the elements of an array", text: ' [ {"a":"]}"} , {"b":"\\"{"} ]', elements: [{ a: "]}" }, { b: '"{' }], values: [[[], 2]] },
    {
      name: "the records of Portolan's own snapshot",
      text: '{"portolan":"snapshot","kinds":{"pods":{"state":"snapshot","records":[{"n":1}]},"nodes":{"records":[]}}}',
      elements: [{ n: 1 }],
      values: [[{ portolan: "snapshot", kinds: { pods: { state: "snapshot", records: [] }, nodes: { records: [] } } }, 1]],
    },
    {
      name: "a single object whose inner lists are its own",
      text: '{"spec":{"items":[{"key":"k"}]}}',
      elements: [],
      values: [{ spec: { items: [{ key: "k" }] } }],
    },
    {
      name: "values with logs between them",
      text: '{\n "a": 1\n}\n==== START ====\n{world}\nlevel=info {"x"\n[12:00] started\n{\n "b": 2\n}\n',
      elements: ["no JSON"],
      values: [{ a: 1 }, "no JSON", [[], 1], { b: 2 }],
    },
    { name: "one value a line", text: '{"a":1}\n{"a":2}\n', elements: [], values: [{ a: 1 }, { a: 2 }] },
    {
      name: "what follows a value that breaks off in a text",
      text: '{"a": "b\n{"c":3}\n',
      elements: [],
      values: [{ c: 3 }],
      broken: ["broken 1:9 after 0"],
    },
    {
      name: "what follows a line that nests without end",
      text: `${"[".repeat(5000)}\n{"c":3}\n`,
      elements: [],
      values: [{ c: 3 }],
      broken: ["broken 1:1001 after 0"],
    },
    {
      name: "what comes before the end",
      text: '{"items":[{"a":1},{"b":',
      elements: [{ a: 1 }],
      values: [],
      broken: ["ended 1:24 after 1"],
    },
  ])("$name", ({ text, elements, values, broken = [] }) => {
    for (const chunkBytes of [1, 7, 4096]) {
      const result = cutJson(text, chunkBytes);
      expect({ elements: result.elements, values: result.values, broken: result.broken }).toEqual({ elements, values, broken });
    }
  });
});

test("a part beyond the limit is refused", () => {
  expect(() => cutJson(`{"a":"${"x".repeat(2 << 20)}"}`, 1 << 16)).toThrow("too long");
});
