import { expect, test } from "vitest";
import { remedyWords } from "@/lib/core/remedies/words";
import { remediesZh } from "./remedies-zh";

const names = (text: string): readonly string[] => [...new Set(text.match(/\{[a-z]+\}/g))].sort();

test("Chinese says every fact that English says, with the same values", () => {
  expect(Object.fromEntries(Object.entries(remediesZh).map(([code, text]) => [code, names(text)]))).toEqual(
    Object.fromEntries(Object.entries(remedyWords).map(([code, text]) => [code, names(text)])),
  );
});
