import { describe, expect, test } from "vitest";
import { formatFindings } from "./findings-file";
import { encodeRules } from "./rule-text";
import type { WireEvaluation, WireFinding } from "./schemas";

const finding: WireFinding = {
  fingerprint: "f1",
  cluster: "demo",
  rule: "mixed-owners",
  severity: "critical",
  title: "30001/TCP reaches two *owners*",
  summary: "a\u001b[31m <b>b</b>\nc",
  subjects: [{ kind: "Service", namespace: "clearml", name: "session-1" }],
  groups: [],
  ports: [{ port: 30_001, protocol: "TCP" }],
  nodes: [],
  evidence: {},
  symptoms: [],
  remedies: [],
  acknowledged: null,
  since: null,
  sinceFrom: null,
};
const gap = { rule: "no-endpoints", missing: ["endpointslices" as const], namespaces: ["tenant-b"] };
const evaluation = (part: Partial<WireEvaluation>): WireEvaluation => ({ findings: [], notEvaluated: [], warnings: [], ...part });

describe("Markdown", () => {
  test("takes names from the cluster as text, and says what was not evaluated", () => {
    expect(formatFindings(evaluation({ findings: [finding], notEvaluated: [gap, { ...gap, rule: "mixed-owners" }] }), "markdown", [])).toBe(
      [
        "- **critical** 30001/TCP reaches two \\*owners\\* (`mixed-owners`): a\ufffd\\[31m \\<b\\>b\\</b\\> c\n",
        "- not evaluated: endpointslices of tenant-b: `no-endpoints`, `mixed-owners`\n",
      ].join(""),
    );
  });

  test("mentions nobody and no issue, with the same text for a reader", () => {
    const summary = "ask @ops or a@b.example, see #12, !7, GH~3 & 50 %";
    const [, said = ""] = /: (.*)\n$/.exec(formatFindings(evaluation({ findings: [{ ...finding, summary }] }), "markdown", [])) ?? [];
    expect(said).not.toMatch(/@(?!<!-- -->)|[#!~](?=\w)/);
    expect(said.replaceAll(/<!-- -->|\\/g, "")).toBe(summary);
  });

  test("no finding is said", () => {
    expect(formatFindings(evaluation({}), "markdown", [])).toBe("No finding.\n");
  });
});

describe("SARIF", () => {
  test("each result leads to its rule, and what was not evaluated is a notification", () => {
    const rules = encodeRules();
    const log = JSON.parse(formatFindings(evaluation({ findings: [finding], notEvaluated: [gap] }), "sarif", rules)) as {
      readonly runs: readonly [
        {
          readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
          readonly results: readonly [{ readonly ruleIndex: number }];
          readonly invocations: readonly object[];
        },
      ];
    };
    const [run] = log.runs;
    expect(run.tool.driver.rules[run.results[0].ruleIndex]?.id).toBe("mixed-owners");
    expect(run.invocations).toEqual([
      {
        executionSuccessful: true,
        toolExecutionNotifications: [
          {
            level: "warning",
            message: { text: "not evaluated: endpointslices of tenant-b" },
            associatedRule: { id: "no-endpoints" },
          },
        ],
      },
    ]);
  });
});

test("JSON is one evaluation, whatever else came with it", () => {
  const answer = { ...evaluation({ findings: [finding] }), revision: 7 };
  expect(JSON.parse(formatFindings(answer, "json", []))).toEqual(evaluation({ findings: [finding] }));
});
