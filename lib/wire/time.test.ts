import { expect, test } from "vitest";
import { decodeTime, encodeTime } from "./time";

test.for([
  { ms: null, text: null },
  { ms: 0, text: "1970-01-01T00:00:00Z" },
  { ms: 1, text: "1970-01-01T00:00:00.001Z" },
  { ms: 1e308, text: "9999-12-31T23:59:59Z" },
  { ms: -1e308, text: "0000-01-01T00:00:00Z" },
])("$ms is written as $text, which reads again", ({ ms, text }) => {
  expect(encodeTime(ms)).toBe(text);
  expect(encodeTime(decodeTime(text))).toBe(text);
});
