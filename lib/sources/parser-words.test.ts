import { loadAll } from "js-yaml";
import { expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { explainParser } from "./parser-words";

const secret = "s3cr3t-password";
const json = (text: string) => (): unknown => JSON.parse(text);
const jsYaml = (text: string) => (): unknown => loadAll(text, { maxAliases: 0 });
const yaml = (text: string) => (): unknown => parse(text, { prettyErrors: false });
const document = (text: string) => (): unknown => {
  for (const error of parseDocument(text, { prettyErrors: false }).errors) throw error;
  return null;
};

// Whatever a parser quotes in its message stands in one of these.
test.for([
  ["a value of JSON without quotes", json(`{"a":${secret}}`), /^Unexpected token 's'$/],
  ["such a value in a long text", json(`{"apiVersion":"v1","metadata":{"annotations":{"a":${secret}}}}`), /^Unexpected token 's'$/],
  ["two texts in a row", json(`{"a":"${secret}" "b"}`), /^Expected ',' or '}'/],
  ["an alias, to js-yaml", jsYaml(`a: *${secret}`), /alias/],
  ["a tag, to js-yaml", jsYaml(`a: !${secret} b`), /tag/],
  ["a directive, to js-yaml", jsYaml(`%YAML ${secret}\n---\na`), /directive|YAML/],
  ["an alias, to yaml", yaml(`a: *${secret}`), /^Unresolved alias/],
  ["a token that does not belong there, to yaml", document(`a: "b" ${secret}: ]\n]${secret}`), /./],
  ["a value that reads like a second key, to yaml", document(`a: b: ${secret}`), /^a second colon on this line: put the value in quotes$/],
  ["a list that breaks off, to yaml", document(`a: [${secret}, b`), /^a ] is missing: the \[ before it stays open$/],
  ["a broken escape, to yaml", document(`a: "\\q${secret}"`), /escape/],
] as const)("%s: the message holds nothing of it", ([, run, says]) => {
  let said = "";
  try {
    run();
  } catch (cause) {
    said = explainParser(cause).message;
  }
  expect(said).toMatch(says);
  expect(said).not.toContain("s3cr3t");
});
