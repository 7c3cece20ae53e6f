// @vitest-environment jsdom
// What other tools read is held to what they publish: the SARIF schema of OASIS (as Microsoft's package brings it), and the form of Jenkins' junit-10.xsd,
// which no package brings: its elements and attributes are listed here.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { checkManifest } from "@/lib/core";
import { buildContext, buildService, buildSnapshot } from "@/lib/core/testing/builders";
import { manifestOf, stated } from "@/lib/core/testing/manifests";
import { formatCheck } from "./check-file";
import { encodeCheck, type CheckedText } from "./encode-check";
import { formatFindings } from "./findings-file";
import { encodeRules } from "./rule-text";
import type { WireCheck } from "./check-schemas";

const require = createRequire(import.meta.url);
const ajv = new Ajv({ schemaId: "auto", meta: false, unknownFormats: "ignore", allErrors: true });
ajv.addMetaSchema(JSON.parse(readFileSync(require.resolve("ajv/lib/refs/json-schema-draft-04.json"), "utf8")) as object);
const isSarif = ajv.compile(
  JSON.parse(readFileSync(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8")) as object,
);

const held = buildService({ name: "held", ports: [{ port: 80, nodePort: 30_050 }] });
const wanting = stated({ name: 'a "<&>" b', ports: [{ port: 80, nodePort: 30_050 }] });
const clean: CheckedText = { errors: [], ignored: [], warnings: [] };

function check(text: Partial<CheckedText> = {}, kinds: Parameters<typeof buildSnapshot>[0] = {}): WireCheck {
  const result = checkManifest(buildSnapshot({ services: [held], ...kinds }), buildContext(), manifestOf(wanting));
  return encodeCheck(result, { ...clean, ...text }, "test", "critical");
}

const mistake = { file: "my charts/a b.yaml", line: 3, column: 5, message: "kind is missing", fact: { code: "syntax", values: {} } };
const cases: readonly (readonly [string, WireCheck])[] = [
  ["problems", check()],
  ["mistakes too", check({ errors: [mistake] })],
  ["with kinds that could not be read", check({}, { kinds: { endpointslices: "forbidden" } })],
];

describe("SARIF 2.1.0", () => {
  test.for(cases)("a check with %s is valid", ([, answer]) => {
    const log: unknown = JSON.parse(formatCheck(answer, "sarif", encodeRules("check"), "critical"));
    isSarif(log);
    expect(isSarif.errors ?? []).toEqual([]);
  });

  test.for(cases)("findings with %s are valid", ([, { after }]) => {
    isSarif(JSON.parse(formatFindings(after, "sarif", encodeRules())));
    expect(isSarif.errors ?? []).toEqual([]);
  });

  test("the schema refuses what is none", () => {
    expect(isSarif({ version: "2.1.0", runs: [{ tool: {} }] })).toBe(false);
  });

  test("results lead to lines, mistakes are notifications, names are URIs", () => {
    const log = JSON.parse(formatCheck(check({ errors: [mistake] }), "sarif", encodeRules("check"), "critical")) as {
      readonly runs: readonly [
        {
          readonly results: readonly { readonly ruleId: string; readonly locations: readonly unknown[] }[];
          readonly invocations: readonly unknown[];
        },
      ];
    };
    const [{ results, invocations }] = log.runs;
    expect(results.find(({ ruleId }) => ruleId === "node-port-taken")?.locations).toMatchObject([
      {
        physicalLocation: { artifactLocation: { uri: "test.yaml" }, region: { startLine: 1, startColumn: 1 } },
        logicalLocations: [{ name: 'a "<&>" b' }, { name: "held" }],
      },
    ]);
    expect(invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: expect.arrayContaining([
          {
            level: "error",
            message: { text: "kind is missing" },
            locations: [
              { physicalLocation: { artifactLocation: { uri: "my%20charts/a%20b.yaml" }, region: { startLine: 3, startColumn: 5 } } },
            ],
          },
        ]) as unknown,
      },
    ]);
  });
});

// Element: attributes, those that it must have with a !, and the elements that it may hold.
const junit10: Readonly<Record<string, { readonly attributes: readonly string[]; readonly elements: readonly string[] }>> = {
  testsuites: { attributes: ["name", "time", "tests", "failures", "errors"], elements: ["testsuite"] },
  testsuite: {
    attributes: [
      "name!",
      "tests!",
      "failures!",
      "errors!",
      "group",
      "time",
      "skipped",
      "timestamp",
      "hostname",
      "id",
      "package",
      "file",
      "log",
      "url",
    ],
    elements: ["testsuite", "properties", "testcase", "system-out", "system-err"],
  },
  testcase: { attributes: ["name!", "time", "classname", "group"], elements: ["skipped", "error", "failure", "system-out", "system-err"] },
  failure: { attributes: ["type", "message"], elements: [] },
  error: { attributes: ["type", "message"], elements: [] },
  skipped: { attributes: ["type", "message"], elements: [] },
  "system-out": { attributes: [], elements: [] },
};

/** What does not keep to the form; empty = valid. */
function findMisfits(element: Element): readonly string[] {
  const form = junit10[element.tagName];
  if (form === undefined) return [`<${element.tagName}> is unknown`];
  const names = element.getAttributeNames();
  return [
    ...names.filter((name) => !form.attributes.some((each) => each.replace("!", "") === name)).map((name) => `${element.tagName}: ${name}`),
    ...form.attributes
      .filter((each) => each.endsWith("!") && !names.includes(each.slice(0, -1)))
      .map((each) => `${element.tagName} lacks ${each}`),
    ...[...element.children].flatMap((child) =>
      form.elements.includes(child.tagName) ? findMisfits(child) : [`${element.tagName} holds <${child.tagName}>`],
    ),
  ];
}

function parseXml(text: string): Document {
  return new DOMParser().parseFromString(text, "application/xml");
}

describe("JUnit", () => {
  test.for(cases)("a check with %s keeps to the form, and its counts are right", ([, answer]) => {
    const root = parseXml(formatCheck(answer, "junit", encodeRules("check"), "critical")).documentElement;
    expect(findMisfits(root)).toEqual([]);
    const count = (selector: string): number => root.querySelectorAll(selector).length;
    const suite = root.querySelector("testsuite");
    const said = (name: string): number => Number(suite?.getAttribute(name));
    expect([said("tests"), said("errors"), said("skipped"), said("failures")]).toEqual([
      count("testcase"),
      count("error"),
      count("skipped"),
      [...root.querySelectorAll("testcase")].filter((each) => each.querySelector("failure") !== null).length,
    ]);
  });

  test.for(cases)("findings with %s keep to the form", ([, { after }]) => {
    expect(findMisfits(parseXml(formatFindings(after, "junit", encodeRules())).documentElement)).toEqual([]);
  });

  test("what is below the wanted severity is told and fails nothing", () => {
    const root = parseXml(formatCheck(check(), "junit", encodeRules("check"), "critical")).documentElement;
    const of = (rule: string) => root.querySelector(`testcase[name="${rule}"]`);
    expect(of("node-port-taken")?.querySelector("failure")?.textContent).toContain("test.yaml:1:1");
    expect(of("no-endpoints")?.querySelector("failure")).toBeNull();
    expect(of("no-endpoints")?.querySelector("system-out")?.textContent).toContain('warning: default/a "<&>" b answers on no node');
  });
});

test("Markdown says verdict, places and what becomes of ports, and takes names as text", () => {
  const text = formatCheck(check({ errors: [mistake], ignored: [{ kind: "ConfigMap", count: 2 }] }), "markdown", [], "critical");
  expect(text).toContain("### Portolan: 1 mistake in the manifest");
  expect(text).toContain("1 Service created; ignored: 2 ConfigMap");
  expect(text).toContain("- my charts/a b.yaml:3:5: kind is missing");
  expect(text).toContain("- **critical** 30050/TCP is taken by default/held (test.yaml:1:1)");
  expect(text).not.toContain("<&>");
});
