import { expect, test } from "vitest";
import { oddWords } from "@/lib/core/model/odd-words";
import { oddZh } from "./odd-zh";
import { sayEn, sayZh } from "./say";

const names = (text: string): readonly string[] => [...new Set(text.match(/\{[a-z]+\}/g))].sort();

test("Chinese says what is odd of an object with the same values as English", () => {
  expect(Object.fromEntries(Object.entries(oddZh).map(([code, text]) => [code, names(text)]))).toEqual(
    Object.fromEntries(Object.entries(oddWords).map(([code, text]) => [code, names(text)])),
  );
});

test("a warning with its facts is Chinese; one without, or of a newer server, stays as it is", () => {
  const warning = { object: "Service/a/b", message: "spec.ports holds the port 0: passed over" };
  const fact = { code: "bad-port", values: { port: "0" } };
  expect(sayZh.warning({ ...warning, fact })).toBe("spec.ports 含端口 0：已跳过");
  expect(sayZh.warning({ ...warning, fact: { code: "newer", values: {} } })).toBe(warning.message);
  expect(sayZh.warning(warning)).toBe(warning.message);
  expect(sayEn.warning({ ...warning, fact })).toBe(warning.message);
});

test.each([
  [{ reason: "cut-in-middle-after", line: "3", column: "8", count: "12" }, "无法读取：第 3 行第 8 列：在 12 个对象之后中途结束"],
  [
    { reason: "no-yaml-item", parser: "open", says: "a ] is missing: the [ before it stays open", open: "[", close: "]" },
    "无法读取：有一项无法解析：缺少 ]：其前的 [ 未闭合",
  ],
  [{ reason: "of-a-newer-server" }, "无法读取：English"],
])("why something cannot be read is Chinese too: %j", (values, says) => {
  expect(sayZh.warning({ object: "a.yaml", message: "English", fact: { code: "unreadable", values: { why: "English", ...values } } })).toBe(
    says,
  );
});
