import { fc, test } from "@fast-check/vitest";
import { dump, load } from "js-yaml";
import { expect } from "vitest";
import { withoutUnread } from "./leave-out";

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("x", 1, null, "env:\n  a: b\n", "- env:\n", "> x", ""),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom("env", "images", "volumes", "a", "b", "- env", "env: c"), tie("value"), { maxKeys: 4 }),
}));

/** Without the blocks: values that stand in lines of their own. What is left without a key is nothing. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const kept = entries.filter(([key, each]) => !["env", "images", "volumes"].includes(key) || !isBlock(each));
  return kept.length === 0 && entries.length > 0 ? null : Object.fromEntries(kept.map(([key, each]) => [key, expected(each)]));
}

function isBlock(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

test.prop([fc.dictionary(fc.constantFrom("c", "d"), value, { minKeys: 1 }), fc.boolean()])(
  "whatever an object holds, the blocks under keys that are never read are gone and nothing else",
  (object, seqNoIndent) => {
    expect(load(withoutUnread(dump(object, { seqNoIndent, lineWidth: -1 })))).toEqual(expected(object));
  },
);
