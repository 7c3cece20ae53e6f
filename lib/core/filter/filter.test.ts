import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Allocation } from "../model/allocation";
import { matchAllocation, matchFinding, type FilterableFinding } from "./match-filter";
import { emptyFilter, filterKeys, parseFilter } from "./parse-filter";
import { tokenizeFilter } from "./tokenize-filter";

const row: Allocation = {
  id: "nodePort/clearml/Service/session-1/30001/TCP",
  port: 30_001,
  protocol: "TCP",
  kind: "nodePort",
  namespace: "clearml",
  holder: { kind: "Service", name: "session-1" },
  owners: [{ kind: "Pod", namespace: "clearml", name: "clearml-id-a" }],
  groups: [{ kind: "clearmlAgent", name: "agent-96e6ac6b" }],
  selector: { "ai.allegro.agent.serial": "pod-1" },
  nodes: "all",
  addresses: [],
  externalTrafficPolicy: "Cluster",
  backends: { ready: 1, total: 1 },
  band: "clearml-sessions",
  findings: ["f1", "f2"],
  createdAtMs: null,
  note: null,
  unknown: [],
};
const hostRow: Allocation = {
  ...row,
  port: 8080,
  protocol: "UDP",
  kind: "hostPort",
  namespace: "infra",
  holder: { kind: "DaemonSet", name: "Edge" },
  nodes: ["n1", "n2"],
  addresses: ["10.1.1.1"],
  selector: null,
  externalTrafficPolicy: null,
  band: null,
  groups: [],
  findings: ["f2"],
  unknown: ["pods"],
};
const plainRow: Allocation = { ...row, findings: [], owners: [] };
const evaluation = {
  findings: [
    { fingerprint: "f1", rule: "mixed-owners", severity: "critical" as const, acknowledged: null },
    { fingerprint: "f2", rule: "selector-overlap", severity: "info" as const, acknowledged: { reason: "canary" } },
  ],
};
const finding: FilterableFinding = {
  rule: "mixed-owners",
  severity: "critical",
  subjects: [
    { kind: "Service", namespace: "clearml", name: "session-1" },
    { kind: "Pod", namespace: "clearml", name: "clearml-id-a" },
  ],
  groups: [{ kind: "clearmlAgent", name: "agent-96e6ac6b" }],
  ports: [{ port: 30_001, protocol: "TCP" }],
  nodes: ["n1"],
  acknowledged: null,
  title: "Two owners share a port",
};

function matches(text: string, of: Allocation): boolean {
  const filter = parseFilter(text);
  if (!filter.ok) throw new Error(filter.error.message);
  return matchAllocation(filter.value, of, { cluster: "demo", evaluation });
}

describe("an allocation", () => {
  test.for([
    ["", true],
    ["port:30001", true],
    ["port:30000-30100", true],
    ["port:22,30001", true],
    ["port:30002-30100", false],
    ["!port:30001", false],
    ["proto:tcp", true],
    ["proto:udp", false],
    ["kind:NODEPORT", true],
    ["kind:hostPort,nodePort", true],
    ["policy:local", false],
    ["ns:clearml", true],
    ["ns:clear", false],
    ["ns:clear*", true],
    ["ns:*ear*", true],
    ["ns:*x*", false],
    ["holder:session-1", true],
    ["holder:Service/session-1", true],
    ["holder:service/*", true],
    ["holder:clearml/session-1", true],
    ["owner:clearml-id-a", true],
    ["owner:Pod/clearml/clearml-id-a", true],
    ["owner:clearml-id-b", false],
    ["group:agent-96e6ac6b", true],
    ["node:whatever", true],
    ["addr:10.1.1.1", false],
    ["band:clearml-sessions", true],
    ["band:*", true],
    ["cluster:DEMO", true],
    ["cluster:prod", false],
    ["label:ai.allegro.agent.serial=pod-1", true],
    ["label:ai.allegro.agent.serial=pod-*", true],
    ["label:ai.allegro.agent.serial", true],
    ["label:ai.allegro.agent.serial=pod-2", false],
    ["finding:any", true],
    ["finding:mixed-owners", true],
    ["finding:*overlap", true],
    ["finding:job-in-service", false],
    ["severity:critical", true],
    ["severity:warning", false],
    ["acked", false],
    ["!acked", true],
    ["unknown", false],
    ["clear", true],
    ["pod-1", true],
    ["96e6", true],
    ["nonsense", false],
    ["nonsense,session", true],
    ['"ai.allegro.agent.serial=pod-1"', true],
    ["port:30000-30100 ns:clearml !acked", true],
    ["port:30000-30100 ns:other", false],
  ] as const)("on a nodePort, %j: %s", ([text, expected]) => {
    expect(matches(text, row)).toBe(expected);
  });

  test.for([
    ["node:n1", true],
    ["node:n3", false],
    ["addr:010.1.1.1", true],
    ["addr:10.1.*", true],
    ["band:*", false],
    ["!band:*", true],
    ["acked", true],
    ["unknown", true],
    ["policy:cluster", false],
    ["label:ai.allegro.agent.serial=pod-1", false],
    ["holder:edge", true],
    ["DAEMONSET/EDGE", true],
  ] as const)("on a hostPort, %j: %s", ([text, expected]) => {
    expect(matches(text, hostRow)).toBe(expected);
  });

  test("without findings is neither acknowledged nor found", () => {
    expect(["acked", "finding:any", "severity:info"].map((text) => matches(text, plainRow))).toEqual([false, false, false]);
  });
});

describe("a finding", () => {
  test.for([
    ["port:30001", true],
    ["port:30002", false],
    ["proto:udp", false],
    ["ns:clearml", true],
    ["owner:clearml-id-a", true],
    ["holder:session-1", true],
    ["node:n1", true],
    ["node:n2", false],
    ["group:agent*", true],
    ["severity:critical", true],
    ["finding:mixed-owners", true],
    ["finding:any", true],
    ["acked", false],
    ["cluster:demo", true],
    ["kind:nodePort", false],
    ["unknown", false],
    ["share", true],
    ["mixed", true],
    ["session-2", false],
  ] as const)("%j: %s", ([text, expected]) => {
    const filter = parseFilter(text);
    expect(filter.ok && matchFinding(filter.value, finding, "demo")).toBe(expected);
  });

  test("on every node passes any node", () => {
    const filter = parseFilter("node:n9");
    expect(filter.ok && matchFinding(filter.value, { ...finding, nodes: [] }, "demo")).toBe(true);
  });
});

describe("an error names its place and what was probably meant", () => {
  test.for([
    ["nss:clearml", 0, 4, "ns", 'filter, position 1: unknown key "nss"; did you mean ns:?'],
    ["ns:clearml prot:30001", 11, 5, "proto", 'filter, position 12: unknown key "prot"; did you mean proto:?'],
    ["!ports:1", 1, 6, "port", 'filter, position 2: unknown key "ports"; did you mean port:?'],
    ["qqqqqqqq:1", 0, 9, null, `filter, position 1: unknown key "qqqqqqqq"; keys are ${filterKeys.join(", ")}`],
    ["port:x", 5, 1, null, 'filter, position 6: "x" is no port or range such as 30000-30100'],
    ["port:0", 5, 1, null, 'filter, position 6: "0" is no port or range such as 30000-30100'],
    ["port:30100-30000", 5, 11, null, 'filter, position 6: "30100-30000" is no port or range such as 30000-30100'],
    ["port:1-70000", 5, 7, null, 'filter, position 6: "1-70000" is no port or range such as 30000-30100'],
    ["ns:", 0, 3, null, "filter, position 1: ns: wants a value"],
    ["ns:a,", 0, 5, null, "filter, position 1: ns: wants a value"],
    ["kind:hostport,nodport", 5, 16, "nodePort", 'filter, position 6: kind: does not know "nodport"; did you mean nodePort?'],
    ["severity:fatal", 9, 5, null, 'filter, position 10: severity: does not know "fatal"; it wants critical, warning, info'],
    ["!", 0, 1, null, "filter, position 1: a word is missing"],
    ['a "b c', 2, 4, null, "filter, position 3: the quote does not end"],
  ] as const)("%j", ([text, position, length, nearest, message]) => {
    expect(parseFilter(text)).toMatchObject({ ok: false, error: { position, length, nearest, message } });
  });
});

describe("the grammar", () => {
  test("an address with a port and a label with slashes are plain words", () => {
    expect(parseFilter("10.190.1.2:30001 app.kubernetes.io/name:x")).toEqual({
      ok: true,
      value: {
        terms: [
          { negated: false, key: "word", values: ["10.190.1.2:30001"] },
          { negated: false, key: "word", values: ["app.kubernetes.io/name:x"] },
        ],
      },
    });
  });

  test("quotes keep spaces and commas, and make acked a plain word", () => {
    expect(parseFilter('owner:"a b, c",d "acked"')).toEqual({
      ok: true,
      value: {
        terms: [
          { negated: false, key: "owner", values: ["a b, c", "d"] },
          { negated: false, key: "word", values: ["acked"] },
        ],
      },
    });
  });

  test("nothing asks nothing", () => {
    expect(parseFilter("  \t ")).toEqual({ ok: true, value: emptyFilter });
  });

  prop.prop([fc.string()])("never throws, and its tokens cover the text in order", (text) => {
    parseFilter(text);
    let end = 0;
    for (const token of tokenizeFilter(text)) {
      expect(text.slice(end, token.start).trim()).toBe("");
      expect(token.end).toBeGreaterThan(token.start);
      end = token.end;
    }
    expect(text.slice(end).trim()).toBe("");
  });

  prop.prop([fc.constantFrom("port:30001", "ns:clear*", "acked", "clear", "node:n1", "finding:any", "unknown", "kind:hostPort")])(
    "a negated term holds exactly where the term does not",
    (text) => {
      for (const each of [row, hostRow, plainRow]) expect(matches(`!${text}`, each)).toBe(!matches(text, each));
    },
  );
});
