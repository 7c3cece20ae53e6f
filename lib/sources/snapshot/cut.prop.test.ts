import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { cutJson, cutYaml } from "./cut.testkit";

test.prop([fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 64 }), fc.boolean()])(
  "JSON: the items that were written, whatever they hold and however the bytes arrive",
  (items, chunkBytes, indented) => {
    const result = cutJson(JSON.stringify({ apiVersion: "v1", items, kind: "List" }, null, indented ? 2 : 0), chunkBytes);
    expect(result.elements).toEqual(JSON.parse(JSON.stringify(items)));
    expect(result.broken).toEqual([]);
  },
);

test.prop([
  fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', "\\", "\n", ":", ",", " ", "a", "items", "1"), maxLength: 200 }),
  fc.integer({ min: 1, max: 9 }),
])("JSON: anything, without failing, and the same however the bytes arrive", (text, chunkBytes) => {
  expect(cutJson(text, chunkBytes)).toEqual(cutJson(text, 4096));
});

test.prop([
  fc.string({ unit: fc.constantFrom("-", " ", "\n", "items:", "a:", "---", "...", "%", "\r", "#", "'", "1"), maxLength: 200 }),
  fc.integer({ min: 1, max: 9 }),
])("YAML: anything, without failing, and the same however the bytes arrive", (text, chunkBytes) => {
  expect(cutYaml(text, chunkBytes)).toEqual(cutYaml(text, 4096));
});
