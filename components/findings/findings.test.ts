import { describe, expect, test } from "vitest";
import type { WireFinding } from "@/lib/wire/schemas";
import { acknowledgedOwners, acknowledgementFaults, acknowledgementLine } from "./acknowledgement";
import { beganWithin } from "./began";
import { describeTicket } from "./describe-ticket";
import { describeEvidence, describeValue, readOwners } from "./evidence";
import { facetValues, withFacet } from "./facets";
import { groupNotEvaluated } from "@/lib/wire/not-evaluated";
import { groupFindings } from "./group-findings";
import { readLabels } from "./labels";
import { tabOf, withTab } from "./severity-tabs";
import { traceOf } from "./trace-of";

const finding = (part: Partial<WireFinding>): WireFinding => ({
  fingerprint: "f",
  cluster: "c",
  rule: "mixed-owners",
  severity: "critical",
  title: "30001/TCP reaches two owners",
  summary: "One of two at random.",
  subjects: [{ kind: "Service", namespace: "clearml", name: "session-1" }],
  groups: [],
  ports: [{ port: 30001, protocol: "TCP" }],
  nodes: [],
  evidence: {},
  symptoms: [],
  remedies: [],
  acknowledged: null,
  since: null,
  sinceFrom: null,
  ...part,
});

const owners = [
  { kind: "Pod", namespace: "clearml", name: "id-a", share: 0.5 },
  { kind: "Pod", namespace: "clearml", name: "id-b", share: 0.5 },
];

describe("groupFindings", () => {
  test("by what they mean for people; acknowledged ones are apart whatever their severity", () => {
    const acknowledged = { reason: "canary", by: "ops", until: "2026-06-30" };
    const groups = groupFindings([
      finding({ fingerprint: "a" }),
      finding({ fingerprint: "b", severity: "info" }),
      finding({ fingerprint: "c", severity: "info", acknowledged }),
    ]);
    expect(groups.map(({ id, findings }) => [id, findings.map(({ fingerprint }) => fingerprint)])).toEqual([
      ["wrongNow", ["a"]],
      ["worthKnowing", ["b"]],
      ["acknowledged", ["c"]],
    ]);
  });

  test("what cannot be judged is said once for the same reason", () => {
    const missing = ["endpointslices" as const];
    const groups = groupNotEvaluated([
      { rule: "no-endpoints", missing, namespaces: ["tenant-b"] },
      { rule: "mixed-owners", missing, namespaces: ["tenant-b"] },
      { rule: "mixed-owners", missing, namespaces: "all" },
    ]);
    expect(groups.map(({ namespaces, rules }) => [namespaces, rules])).toEqual([
      [["tenant-b"], ["no-endpoints", "mixed-owners"]],
      ["all", ["mixed-owners"]],
    ]);
  });
});

describe("evidence", () => {
  test("owners of a rule that lists none, or something else under that name, are none", () => {
    expect(readOwners(finding({}))).toEqual([]);
    expect(readOwners(finding({ evidence: { owners: [null, 3, "x", {}] } }))).toEqual([]);
  });

  test("groups beside the owners name them", () => {
    const [first] = readOwners(
      finding({
        evidence: { owners },
        groups: [
          { kind: "clearmlAgent", name: "agent-1" },
          { kind: "clearmlAgent", name: "agent-2" },
        ],
      }),
    );
    expect(first).toEqual({ kind: "Pod", namespace: "clearml", name: "id-a", group: { name: "agent-1" }, share: 0.5 });
  });

  test("values are said as people write them", () => {
    expect(describeValue({ kind: "Pod", namespace: "n", name: "p" })).toBe("Pod/n/p");
    expect(describeValue([{ port: 30001, protocol: "TCP" }])).toBe("30001/TCP");
    expect(describeValue({ app: "web", tier: null })).toBe("app=web");
    expect(describeEvidence({ owners, selected: 0, note: null, list: [] }, ["owners"])).toEqual([{ key: "selected", text: "0" }]);
  });

  test("the best label is the first that separates", () => {
    const labels = readLabels({
      separatingLabels: [
        { key: "serial", values: [["pod-1"], ["pod-1"]] },
        { key: "CLEARML", values: [["a"], ["b"]] },
        { key: "task", values: [["1"], ["2"]] },
      ],
    });
    expect(labels.map(({ key, separates, best }) => [key, separates, best])).toEqual([
      ["serial", false, false],
      ["CLEARML", true, true],
      ["task", true, false],
    ]);
  });
});

describe("acknowledgementLine", () => {
  test("names subject and owners, and quotes what a person wrote", () => {
    const pods = ["id-a", "id-b"].map((name) => ({ kind: "Pod", namespace: "clearml", name }));
    const line = acknowledgementLine(finding({ subjects: [...finding({}).subjects, ...pods] }), {
      reason: ' canary "x": yes ',
      by: "ops",
      until: "2026-06-30",
    });
    expect(line).toBe(
      '  - { rule: mixed-owners, subject: Service/clearml/session-1, owners: [Pod/id-a, Pod/id-b], reason: "canary \\"x\\": yes", by: "ops", until: 2026-06-30 }',
    );
  });

  test("an empty list where nobody else is concerned, and odd names are quoted", () => {
    const line = acknowledgementLine(finding({ subjects: [{ kind: "Reservation", namespace: "", name: "30008: x" }] }), {
      reason: "r",
      by: "b",
      until: "2026-06-30",
    });
    expect(line).toBe('  - { rule: mixed-owners, subject: "Reservation/30008: x", owners: [], reason: "r", by: "b", until: 2026-06-30 }');
  });
});

describe("what a draft of an acknowledgement lacks", () => {
  const nowMs = Date.UTC(2026, 5, 30, 23, 59);
  const full = { reason: "canary", by: "ops", until: "2026-06-30" };
  test.for<[string, Partial<typeof full>, readonly string[]]>([
    ["nothing: its last day is today", {}, []],
    ["a reason of spaces is none", { reason: "  " }, ["reason"]],
    ["a name", { by: "" }, ["by"]],
    ["a day of the calendar", { until: "2026-06-31" }, ["date"]],
    ["a day that is not over", { until: "2026-06-29" }, ["past"]],
    ["all of it", { reason: "", by: "", until: "" }, ["reason", "by", "date"]],
  ])("%s", ([, part, faults]) => {
    expect(acknowledgementFaults({ ...full, ...part }, nowMs)).toEqual(faults);
  });

  test("who may not change is named", () => {
    expect(acknowledgedOwners({ subjects: [...finding({}).subjects, { kind: "Pod", namespace: "clearml", name: "id-a" }] })).toEqual([
      "Pod/id-a",
    ]);
    expect(acknowledgedOwners({ subjects: [] })).toEqual([]);
  });
});

describe("facets", () => {
  const some = [
    finding({}),
    finding({ rule: "no-endpoints", subjects: [{ kind: "Service", namespace: "web", name: "x" }] }),
    finding({
      subjects: [
        { kind: "Service", namespace: "clearml", name: "y" },
        { kind: "Pod", namespace: "clearml", name: "id-a" },
      ],
    }),
  ];
  test("the most frequent value first; a Service is no owner", () => {
    expect(facetValues(some, "rule")).toEqual([
      { value: "mixed-owners", count: 2 },
      { value: "no-endpoints", count: 1 },
    ]);
    expect(facetValues(some, "ns").map(({ value }) => value)).toEqual(["clearml", "web"]);
    expect(facetValues(some, "owner")).toEqual([{ value: "Pod/clearml/id-a", count: 1 }]);
  });

  test.for<[string, Parameters<typeof withFacet>, string]>([
    ["joins what is typed", ["severity:critical", "ns", "web"], "severity:critical ns:web"],
    ["takes the place of the same key", ["ns:clearml !acked", "ns", "web"], "!acked ns:web"],
    ["leaves what is ruled out", ["!finding:a", "rule", "b"], "!finding:a finding:b"],
    ["is quoted where it has to be", ["", "owner", "a b"], 'owner:"a b"'],
  ])("%s", ([, args, filter]) => {
    expect(withFacet(...args)).toBe(filter);
  });
});

test("one began in a window, or nothing tells when", () => {
  const nowMs = Date.UTC(2026, 4, 12, 14, 43);
  expect(beganWithin({ since: "2026-05-12T14:02:00Z" }, "1h", nowMs)).toBe(true);
  expect(beganWithin({ since: "2026-05-12T14:02:00Z" }, "15m", nowMs)).toBe(false);
  expect(beganWithin({ since: null }, "15m", nowMs)).toBe(true);
});

describe("severity tabs", () => {
  test.for<[string, ReturnType<typeof tabOf>]>([
    ["", "all"],
    ["ns:clearml severity:critical", "critical"],
    ["severity:critical,warning", "all"],
    ["!severity:info", "all"],
  ])("%j stands for %s", ([filter, tab]) => {
    expect(tabOf(filter)).toBe(tab);
  });

  test("a tab exchanges the severity and keeps the rest", () => {
    expect(withTab('ns:"a b" severity:critical !acked', "warning")).toBe('ns:"a b" !acked severity:warning');
    expect(withTab("severity:critical", "all")).toBe("");
  });
});

test("the trace of a finding is that of its first port, on its node when it has one", () => {
  expect(traceOf(finding({}))).toEqual({ to: "30001", node: null });
  expect(traceOf(finding({ ports: [{ port: 53, protocol: "UDP" }], nodes: ["gpu-10"] }))).toEqual({ to: ":53/udp", node: "gpu-10" });
  expect(traceOf(finding({ ports: [] }))).toBeNull();
});

test("the text for a ticket stands without the page", () => {
  const text = describeTicket(
    finding({ evidence: { owners }, since: "2026-05-12T14:02:00Z" }),
    { revision: 7, asOf: "2026-05-12T14:43:00Z" },
    "http://x/conflicts?f=f",
  );
  for (const part of [
    "30001/TCP reaches two owners",
    "revision 7",
    "Pod/clearml/id-a",
    "Since: 2026-05-12T14:02:00Z",
    "http://x/conflicts?f=f",
  ])
    expect(text).toContain(part);
});
