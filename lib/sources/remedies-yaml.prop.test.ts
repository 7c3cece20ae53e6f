import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { joinDocuments, writeYaml, type YamlValue } from "@/lib/core/remedies/write-yaml";

const odd = fc.constantFrom(
  ...[
    "yes",
    "No",
    "on",
    "y",
    "N",
    "null",
    "~",
    "true",
    "1",
    "0x1F",
    "1e3",
    "E0",
    ".inf",
    "1_000",
    "12:30:45",
    "2026-01-01",
    "",
    " a",
    "a ",
    "a: b",
  ],
  ...[
    "a #b",
    "# a",
    "- a",
    "-",
    "?",
    "[a]",
    "{a",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "|",
    ">",
    "'",
    '"',
    "\\",
    "a\tb",
    "a\nb",
    "\n",
    "a\n\nb",
  ],
  ...["---", "...", "<<", "=", "é", "端口", "🚢", "\u2028", "\u0085", "\u0000", "\ufeff", "a\r\nb", "10.0.0.0/8", "app.kubernetes.io/name"],
);
const text = fc.oneof(odd, fc.string(), fc.string({ unit: "binary", maxLength: 40 }));
const value: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test.prop([value], { numRuns: 500 })("any value is read back as it was, by YAML 1.2 and 1.1 alike", (written) => {
  const yaml = writeYaml(written);
  expect(parse(yaml)).toEqual(written);
  expect(parse(yaml, { version: "1.1", merge: false })).toEqual(written);
});

test.prop([fc.array(value, { minLength: 1, maxLength: 3 })])("several documents stay several", (values) => {
  const documents: readonly { toJS(): unknown }[] = parseAllDocuments(joinDocuments(values.map(writeYaml)));
  expect(documents.map((each) => each.toJS())).toEqual(values);
});

test("a manifest reads as a person would write it", () => {
  const yaml = writeYaml({
    apiVersion: "v1",
    metadata: { name: "web", labels: {} },
    spec: { selector: { on: "yes" }, ports: [{ port: 80, protocol: "TCP" }, { port: 81 }], lines: "a &&\nb", deep: [["x", []], {}] },
  });
  expect(yaml).toBe(`apiVersion: v1
metadata:
  name: web
  labels: {}
spec:
  selector:
    "on": "yes"
  ports:
    - port: 80
      protocol: TCP
    - port: 81
  lines: |-
    a &&
    b
  deep:
    - - x
      - []
    - {}
`);
});
