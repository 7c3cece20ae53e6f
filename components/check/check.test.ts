import { sayEn } from "@/components/words/say";
import { describe, expect, test } from "vitest";
import type { WireCheck } from "@/lib/wire/check-schemas";
import type { WireBackend, WireFinding, WireRoute } from "@/lib/wire/schemas";
import { compareRoutes, type RouteChange } from "./compare-routes";
import { describeCommand } from "./describe-command";
import { proposeEdit, type TextChange } from "./edits";
import { buildMarks } from "./marks";

const finding = (fingerprint: string, severity: WireFinding["severity"], evidence: Record<string, unknown> = {}): WireFinding => ({
  fingerprint,
  cluster: "c",
  rule: "node-port-taken",
  severity,
  title: `title of ${fingerprint}`,
  summary: "",
  subjects: [],
  groups: [],
  ports: [],
  nodes: [],
  evidence,
  symptoms: [],
  remedies: [],
  acknowledged: null,
  since: null,
  sinceFrom: null,
});
const say = { ...sayEn, finding: (each: WireFinding) => ({ ...each, title: `called ${each.fingerprint}` }) };
const at = (line: number, column: number, path = "") => ({ file: "f", line, column, path });

describe("marks", () => {
  test.for([
    { line: "      nodePort: 31002", column: 7, words: "nodePort: 31002" },
    { line: "      nodePort: 31002   # the old one", column: 7, words: "nodePort: 31002" },
    { line: "- {containerPort: 9400, hostPort: 9400}", column: 25, words: "hostPort: 9400" },
    { line: '{"nodePort": 31002, "port": 80}', column: 2, words: '"nodePort": 31002' },
    { line: "  selector:", column: 3, words: "selector:" },
    { line: "  selector: {tier: llm}", column: 3, words: "selector:" },
    { line: '  name: "a: b" # c', column: 3, words: 'name: "a: b"' },
    { line: "\tkey: tabbed\r", column: 1, words: "\tkey: tabbed" },
    { line: "short", column: 40, words: "" },
  ])("$line underlines $words", ({ line, column, words }) => {
    const [mark] = buildMarks([line], { errors: [], introduced: [finding("a", "warning")], positions: { a: [at(1, column)] } }, say);
    expect(line.slice(mark?.from, mark?.to)).toBe(words);
  });

  test("stand from top to bottom, the worst of a line first, mistakes among them", () => {
    const answer = {
      errors: [{ file: "f", line: 2, column: 1, message: "is missing", fact: { code: "missing", values: {} } }],
      introduced: [finding("note", "info"), finding("bad", "critical"), finding("elsewhere", "critical")],
      positions: { note: [at(1, 1)], bad: [at(1, 1), at(2, 1)] },
    };
    const marks = buildMarks(["a: 1", "b: 2"], answer, say);
    expect(marks.map(({ key, line, severity, note }) => [line, severity, key, note])).toEqual([
      [1, "critical", "bad", "called bad"],
      [1, "info", "note", "called note"],
      [2, "critical", "2:1", "is missing"],
      [2, "critical", "bad", "called bad"],
    ]);
  });

  test("of thousands the worst are kept", () => {
    const places = Array.from({ length: 1_500 }, (_, line) => at(line + 1, 1));
    const answer = {
      errors: [],
      introduced: [finding("many", "warning"), finding("bad", "critical")],
      positions: { many: places, bad: [at(1_500, 1)] },
    };
    const marks = buildMarks(
      places.map(() => "a: 1"),
      answer,
      say,
    );
    expect(marks).toHaveLength(1_000);
    expect(marks.map(({ key }) => key)).toContain("bad");
    expect(marks.map(({ line }) => line)).toEqual(marks.map(({ line }) => line).toSorted((a, b) => a - b));
  });
});

function applied(lines: readonly string[], changes: readonly TextChange[]): string {
  const next = [...lines];
  for (const { line, from, to, insert } of [...changes].reverse()) {
    const text = next[line - 1] ?? "";
    next[line - 1] = text.slice(0, from) + insert + text.slice(to);
  }
  return next.join("\n");
}

describe("edits", () => {
  test.for([
    {
      name: "a number",
      lines: ["- nodePort: 31002 # ours"],
      evidence: { free: { first: 31003, last: 31003 } },
      positions: [at(1, 3, "spec.ports[0].nodePort")],
      expected: "- nodePort: 31003 # ours",
    },
    {
      name: "as many numbers in a row, in their order",
      lines: ["- nodePort: 30002", "- { port: 22, nodePort: 30001 }"],
      evidence: { free: { first: 30021, last: 30022 } },
      positions: [at(1, 3, "spec.ports[0].nodePort"), at(2, 15, "spec.ports[1].nodePort")],
      expected: "- nodePort: 30022\n- { port: 22, nodePort: 30021 }",
    },
    {
      name: "a label under the selector",
      lines: ["  selector:", "", "    tier: llm"],
      evidence: { add: { key: "app.kubernetes.io/name", value: "router" } },
      positions: [at(1, 3, "spec.selector")],
      expected: "  selector:\n    app.kubernetes.io/name: router\n\n    tier: llm",
    },
    {
      name: "a label in braces, quoted where YAML would read another type",
      lines: ["  selector: { tier: llm }"],
      evidence: { add: { key: "on", value: "1" } },
      positions: [at(1, 3, "spec.selector")],
      expected: '  selector: { tier: llm, "on": "1"}',
    },
    {
      name: "a label in each of several selectors",
      lines: ["  selector:", "    tier: llm", "  selector: { tier: llm }"],
      evidence: { add: { key: "track", value: "a" } },
      positions: [at(1, 3, "spec.selector"), at(3, 3, "spec.selector")],
      expected: "  selector:\n    track: a\n    tier: llm\n  selector: { tier: llm, track: a}",
    },
  ])("$name", ({ lines, evidence, positions, expected }) => {
    const edit = proposeEdit(lines, finding("a", "critical", evidence), positions);
    expect(edit === null ? null : applied(lines, edit.changes)).toBe(expected);
  });

  test.for([
    { name: "nothing is proposed", lines: ["nodePort: 1"], evidence: {}, positions: [at(1, 1, "nodePort")] },
    {
      name: "fewer free numbers than are wanted",
      lines: ["nodePort: 1", "nodePort: 2"],
      evidence: { free: { first: 9, last: 9 } },
      positions: [at(1, 1, "nodePort"), at(2, 1, "nodePort")],
    },
    {
      name: "a number behind an alias",
      lines: ["nodePort: *port"],
      evidence: { free: { first: 9, last: 9 } },
      positions: [at(1, 1, "nodePort")],
    },
    {
      name: "a selector that ends the text",
      lines: ["selector:"],
      evidence: { add: { key: "a", value: "b" } },
      positions: [at(1, 1, "selector")],
    },
    {
      name: "one of several selectors cannot be changed in place",
      lines: ["selector:", "  tier: llm", "selector: *own"],
      evidence: { add: { key: "a", value: "b" } },
      positions: [at(1, 1, "selector"), at(3, 1, "selector")],
    },
  ])("none where $name", ({ lines, evidence, positions }) => {
    expect(proposeEdit(lines, finding("a", "critical", evidence), positions)).toBeNull();
  });
});

const backend = (owner: string, probability: number): WireBackend => ({
  address: "10.0.0.1",
  port: 80,
  probability,
  pod: null,
  node: null,
  owner: { kind: "Deployment", namespace: "n", name: owner },
  group: null,
  ready: true,
  readySince: null,
  terminating: false,
  replyPathBroken: false,
  offCluster: false,
  source: "masqueraded",
});
const route = (outcome: WireRoute["outcome"], backends: readonly WireBackend[] = [], part: Partial<WireRoute> = {}): WireRoute => ({
  query: { address: "10.0.0.1", port: 30_001, protocol: "TCP", from: { kind: "outside" } },
  outcome,
  reason: null,
  sentence: "",
  claim: null,
  node: null,
  backends: [...backends],
  source: null,
  affinitySeconds: null,
  healthCheck: null,
  alternatives: [],
  assumptions: [],
  steps: [],
  missing: [],
  findings: [],
  whyNot: null,
  ...part,
});

test.for<{ before: WireRoute; after: WireRoute; expected: RouteChange }>([
  { before: route("closed"), after: route("delivered", [backend("a", 1)]), expected: "opens" },
  { before: route("delivered", [backend("a", 1)]), after: route("closed"), expected: "closes" },
  { before: route("delivered", [backend("a", 1)]), after: route("delivered", [backend("a", 1)]), expected: "unchanged" },
  {
    before: route("delivered", [backend("a", 1)]),
    after: route("delivered", [backend("a", 0.5), backend("a", 0.5)]),
    expected: "backends",
  },
  { before: route("delivered", [backend("a", 1)]), after: route("delivered", [backend("b", 1)]), expected: "moves" },
  { before: route("closed"), after: route("delivered", [backend("a", 0.5), backend("b", 0.5)]), expected: "mixed" },
  { before: route("delivered", [backend("a", 1)]), after: route("contested", [], { reason: "same-tuple" }), expected: "refused" },
  { before: route("delivered", [backend("a", 1)]), after: route("rejected"), expected: "changes" },
  { before: route("unknown"), after: route("unknown"), expected: "unknown" },
])("$expected", ({ before, after, expected }) => {
  expect(compareRoutes({ before, after } satisfies Pick<WireCheck["routes"][number], "before" | "after">)).toBe(expected);
});

test("the command line's question names file and source, safely quoted", () => {
  expect(describeCommand("my app's.yaml", { name: "prod", source: "kubeconfig" })).toBe(
    "portolan check -f 'my app'\\''s.yaml' --context prod",
  );
  expect(describeCommand("a.yaml", { name: "demo", source: "demo" })).toBe("portolan check -f a.yaml --demo");
});
