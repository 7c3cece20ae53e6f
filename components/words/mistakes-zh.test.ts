import { expect, test } from "vitest";
import { inField, mistake } from "@/lib/core";
import { mistakeWords } from "@/lib/core/model/mistake-words";
import type { WireProblem } from "@/lib/wire/schemas";
import { mistakesZh } from "./mistakes-zh";
import { sayEn, sayZh } from "./say";

// What the reader of YAML says itself is English: its code says the same.
const names = (text: string): readonly string[] => [...new Set(text.match(/\{(?!says)[a-z]+\}/g))].sort();

test("Chinese says each mistake with the same values as English", () => {
  expect(Object.fromEntries(Object.entries(mistakesZh).map(([code, text]) => [code, names(text)]))).toEqual(
    Object.fromEntries(Object.entries(mistakeWords).map(([code, text]) => [code, names(text)])),
  );
});

test("a mistake names its field; of a newer server it stays English as a whole", () => {
  const given = inField("spec.ports[0].port", mistake("port-without-quotes", { least: "1", given: '"80"' }));
  expect(sayZh.mistake(given)).toBe('spec.ports[0].port：应为 1 到 65535 的整数，而不是 "80"（去掉引号）');
  expect(sayEn.mistake(given)).toBe('spec.ports[0].port: wants a whole number from 1 to 65535, not "80" (leave out the quotes)');
  expect(sayZh.mistake({ message: "of a newer server", fact: { code: "newer", values: {} } })).toBe("of a newer server");
});

test.for([
  [{ fact: mistake("no-node", { name: '"n9"' }).fact }, '没有节点 "n9"'],
  [{ trouble: { kind: "unreachable", where: "https://api:6443" } }, /^https:\/\/api:6443：API server 没有应答/],
  [{ trouble: { kind: "of-a-newer-server", where: "x" } }, "English"],
  [{}, "English"],
] as const)("a problem with %j is said in Chinese as far as its facts go", ([facts, says]) => {
  const problem = { type: "urn:portolan:bad-query", title: "T", status: 400, detail: "English", ...facts };
  expect(sayZh.problem(JSON.parse(JSON.stringify(problem)) as WireProblem).detail).toMatch(says);
  expect(sayEn.problem(JSON.parse(JSON.stringify(problem)) as WireProblem).detail).toBe("English");
});

test("why a cluster cannot be read is said by its kind and place", () => {
  expect(sayZh.message({ message: "English", trouble: { kind: "unauthorized", where: "https://a" } })).toMatch(/^https:\/\/a：凭据/);
  expect(sayZh.message({ message: "English", trouble: null })).toBe("English");
});

test("a policy file with mistakes is explained in the language of the page", () => {
  const at = { file: "p.yaml", line: 3, column: 16 };
  const given = { words: "nodePort or hostPort", given: "a list" };
  const policyMistakes = [inField("bands[0].kind", mistake("one-of", given)), mistake("missing")].map((each) => ({
    ...at,
    message: each.message,
    fact: { ...each.fact, values: { ...each.fact.values }, path: each.fact.path ?? "" },
  }));
  expect(sayZh.policy({ policyError: "English", policyMistakes })).toBe(
    "p.yaml:3:16：bands[0].kind：应为 nodePort 或 hostPort，而不是 列表（另有 1 处）；仍使用上一份有效的内容",
  );
  expect(sayEn.policy({ policyError: "English", policyMistakes })).toBe("English");
  expect(sayZh.policy({ policyError: "of an older server", policyMistakes: [] })).toBe("of an older server");
});
