import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { cutYaml } from "./cut.testkit";

// Beyond a mebibyte a document is cut into its items.
const long = "x".repeat(400_000);
const items = [
  { a: 1, text: long },
  { b: "- not an item\n---ish\nkind: neither\n", text: long },
  { c: [{ d: [1] }], text: long },
  { e: null },
];

describe("a stream of YAML is cut into", () => {
  test.for([
    { name: "documents", text: "---\na: 1\n---\n# nothing\n---\nb: 2", values: [{ a: 1 }, { b: 2 }] },
    { name: "documents with CRLF", text: "a: 1\r\n---\r\nb: 2\r\n", values: [{ a: 1 }, { b: 2 }] },
    { name: "a document that begins in the line of its separator", text: "--- {a: 1}\n---\nb: 2\n", values: [{ a: 1 }, { b: 2 }] },
    {
      name: "documents with directives, which belong to what follows them",
      text: "# by hand\n%YAML 1.2\n---\na: 1\n...\n\n%YAML 1.2\n%TAG !e! tag:yaml.org,2002:\n--- !e!map {b: 2}\n---\nc: 3\n...\n",
      values: [{ a: 1 }, { b: 2 }, { c: 3 }],
    },
    {
      name: "a short list as one document",
      text: "items:\n- a: 1\n- b: 2\nkind: List\n",
      values: [{ items: [{ a: 1 }, { b: 2 }], kind: "List" }],
    },
    {
      name: "the items that are whole, where one is not",
      text: "items:\n- a: 1\n- b: [\n- c: 3\nkind: List\n",
      elements: [{ a: 1 }, "no YAML", { c: 3 }],
      values: [{ items: null, kind: "List" }],
    },
    { name: "the documents around one that is broken", text: "a: 1\n---\nb: [\n---\nc: 3\n", values: [{ a: 1 }, { c: 3 }], broken: [3] },
  ])("$name", ({ text, elements = [], values, broken = [] }) => {
    for (const chunkBytes of [1, 11, 4096]) expect(cutYaml(text, chunkBytes)).toEqual({ elements, values, broken });
  });

  test.for([{ indentSeq: false }, { indentSeq: true }])("the items of a long list, one by one ($indentSeq)", ({ indentSeq }) => {
    const text = stringify({ apiVersion: "v1", items, kind: "List" }, { indentSeq, lineWidth: 0 });
    const result = cutYaml(`${text}---\nlast: 1\n`, 1 << 16);
    expect(result.elements).toEqual(items);
    expect(result.values).toEqual([{ apiVersion: "v1", items: null, kind: "List" }, { last: 1 }]);
  });
});
