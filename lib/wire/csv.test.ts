import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { allocationColumns, allocationsToCsv, encodeCell, extraAllocationColumns, selectColumns } from "./csv";
import type { WireAllocation } from "./schemas";

const row: WireAllocation = {
  id: "nodePort/clearml/Service/session-1/30001/TCP",
  cluster: "demo",
  port: 30_001,
  protocol: "TCP",
  kind: "nodePort",
  namespace: "clearml",
  holder: { kind: "Service", name: "session-1" },
  owners: [
    { kind: "Pod", namespace: "clearml", name: "a" },
    { kind: "Deployment", namespace: "clearml", name: "b" },
  ],
  groups: [{ kind: "clearmlAgent", name: "agent-1" }],
  selector: { b: "2", a: "1" },
  nodes: "all",
  addresses: [],
  externalTrafficPolicy: "Cluster",
  backends: { ready: 1, total: 2 },
  band: "sessions",
  findings: ["f1", "f2", "f3"],
  createdAt: "2026-05-12T14:02:00Z",
  note: null,
  unknown: [],
};
const ruleOf = new Map([
  ["f1", "mixed-owners"],
  ["f2", "selector-overlap"],
  ["f3", "mixed-owners"],
]);
const header =
  "cluster,port,protocol,kind,namespace,holder,owners,selector,nodes,external_traffic_policy,backends_ready,backends_total,band,findings,created_at";

describe("allocationsToCsv", () => {
  test("header, order, lists and line ends of the contract", () => {
    expect(allocationsToCsv([row], allocationColumns, ruleOf)).toBe(
      `${header}\r\ndemo,30001,TCP,nodePort,clearml,Service/session-1,Pod/a; Deployment/b,a=1; b=2,all,Cluster,1,2,sessions,mixed-owners; selector-overlap,2026-05-12T14:02:00Z\r\n`,
    );
  });

  test("no rows: the header alone", () => {
    expect(allocationsToCsv([], allocationColumns, ruleOf)).toBe(`${header}\r\n`);
  });

  test("empty where it does not apply, the word unknown where it could not be read", () => {
    const unknown: WireAllocation = {
      ...row,
      owners: [],
      backends: { ready: null, total: null },
      unknown: ["endpointslices"],
      findings: [],
    };
    const health: WireAllocation = {
      ...row,
      kind: "healthCheckNodePort",
      owners: [],
      backends: null,
      externalTrafficPolicy: null,
      band: null,
      selector: null,
      createdAt: null,
      nodes: ["n1", "n2"],
      findings: ["f9"],
    };
    expect(
      allocationsToCsv(
        [unknown, health],
        ["owners", "selector", "nodes", "external_traffic_policy", "backends_ready", "backends_total", "band", "findings", "created_at"],
        ruleOf,
      )
        .split("\r\n")
        .slice(1),
    ).toEqual(["unknown,a=1; b=2,all,Cluster,unknown,unknown,sessions,,2026-05-12T14:02:00Z", ",,n1; n2,,,,,f9,", ""]);
  });

  test("columns can be chosen, the extra ones too", () => {
    const columns = selectColumns("note,addresses,groups,port");
    expect(columns.ok && allocationsToCsv([{ ...row, note: "x", addresses: ["10.0.0.1", "10.0.0.2"] }], columns.value, ruleOf)).toBe(
      "note,addresses,groups,port\r\nx,10.0.0.1; 10.0.0.2,agent-1,30001\r\n",
    );
    expect(selectColumns("nope").ok).toBe(false);
  });
});

describe("F60: a cell that a spreadsheet would run is neutralised", () => {
  test.for([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@x", "'@x"],
    ["\tx", "'\tx"],
    ["\rx", `"'\rx"`],
    ['=HYPERLINK("a","b")', `"'=HYPERLINK(""a"",""b"")"`],
    ["a=1", "a=1"],
    ["gpu-07", "gpu-07"],
    ["", ""],
    ["'x", "'x"],
    ["a,b", '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ["two\nlines", '"two\nlines"'],
  ] as const)("%j becomes %j", ([text, expected]) => {
    expect(encodeCell(text)).toBe(expected);
  });

  prop.prop([
    fc.array(fc.array(fc.oneof(fc.string(), fc.constantFrom("=x", '"', ",", "\r\n", "@", "")), { minLength: 2, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    }),
  ])("every other reader of RFC 4180 gets the cells back, and none starts like a formula", (table) => {
    const read = readCsv(table.map((cells) => `${cells.map(encodeCell).join(",")}\r\n`).join(""));
    expect(read).toEqual(table.map((cells) => cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell))));
    for (const cell of read.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });
});

test("every column has a name of its own", () => {
  expect(new Set([...allocationColumns, ...extraAllocationColumns]).size).toBe(18);
});

function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      at += 1;
      while (text[at] !== '"' || text[at + 1] === '"') {
        cell += text.charAt(at);
        at += text[at] === '"' ? 2 : 1;
      }
      at += 1;
    } else {
      while (text[at] !== "," && text[at] !== "\r") {
        cell += text.charAt(at);
        at += 1;
      }
    }
    cells.push(cell);
    if (text[at] === "\r") {
      rows.push(cells);
      cells = [];
      at += 2;
    } else at += 1;
  }
  return rows;
}
