import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { finish } from "@/lib/core";
import { encodeJsonInSteps } from "./json-in-steps";

test.prop([fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4)])(
  "is what JSON.stringify writes, however deep its steps are",
  (value, depth) => {
    const bytes = Buffer.concat(finish(encodeJsonInSteps({ ...value, left: undefined, list: ["å", null] }, depth)));
    expect(bytes.toString()).toBe(JSON.stringify({ ...value, left: undefined, list: ["å", null] }));
  },
);

test("a large list takes a step for each item, and becomes parts of some size", () => {
  const value = { list: Array.from({ length: 30_000 }, (_, place) => ({ place, text: "x".repeat(20) })) };
  const steps = encodeJsonInSteps(value, 2);
  let count = 0;
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) count += 1;
  expect(count).toBe(30_000);
  expect(next.value.length).toBeGreaterThan(10);
  expect(Buffer.concat(next.value).toString()).toBe(JSON.stringify(value));
});
