// Readers of what people type and programs send: filters, addresses, flags; and writers, whose output must stay what it is.

import * as fc from "fast-check";
import {
  buildAllocations,
  createClusterIndex,
  emptyPolicy,
  joinFindings,
  matchAllocation,
  parseColumns,
  parseFilter,
  parseSort,
  runRules,
  sortAllocations,
} from "@/lib/core";
import { findTargetFault, parseTarget } from "@/lib/client/target";
import { parseFlags, type FlagSpec } from "@/lib/cli/flags";
import { formatMarkdown, formatTable } from "@/lib/cli/print/table";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { encodeCell } from "@/lib/wire/csv";
import { findingsToJunit } from "@/lib/wire/junit";
import { parseBatchLine, parseClientPosition, parsePortRanges, parseRouteParams, parseRouteTarget } from "@/lib/wire/parse-route-query";
import { plain } from "@/lib/wire/plain-text";
import { hostileTexts } from "../hostile";
import { nearText } from "../mutate";
import { fuzzNowMs } from "../questions";
import { objects } from "../samples";
import type { Target } from "../target";

const index = createClusterIndex("fuzz");
index.apply(objects.flatMap((each) => slimObject(each).records.map((record) => ({ type: "upsert" as const, ...record }))));
const context = { policy: emptyPolicy, nowMs: fuzzNowMs };
const evaluation = runRules(index.snapshot(), context);
const rows = joinFindings(buildAllocations(index.snapshot(), context), evaluation);

const filters = [
  "port:30000-30100 ns:clearml kind:hostPort !acked",
  'label:app=web finding:any severity:critical "a b"',
  "holder:clearml* owner:a,b node:gpu-* addr:10.* band:x cluster:y unknown proto:udp policy:Local group:z",
];

export const filterText: Target<string> = {
  name: "filters",
  hostile: [...hostileTexts, ...hostileTexts.filter(({ length }) => length < 1000).map((text) => `ns:${text} port:1`)],
  random: nearText(filters),
  run: (text) => {
    const filter = parseFilter(text);
    if (filter.ok) rows.forEach((row) => matchAllocation(filter.value, row, { cluster: "fuzz", evaluation }));
    else if (filter.error.message === "" || filter.error.position < 0 || filter.error.position > text.length)
      throw new Error("an error without words or place");
    const sort = parseSort(text);
    if (sort.ok) sortAllocations(rows, sort.value);
    parseColumns(text);
  },
};

const targets = [
  "10.190.1.2:30001/udp",
  "[fd00::1]:80",
  "10.0.0.1:1-2,3",
  "node/gpu-01",
  "pod/clearml/x",
  "outside=10.0.0.1",
  '{"address":"10.0.0.1","port":1,"protocol":"TCP","from":{"kind":"pod","namespace":"a","name":"b"},"node":"n"}',
  "30000-30100,31000",
];

export const targetText: Target<string> = {
  name: "addresses and positions",
  hostile: hostileTexts,
  random: nearText(targets),
  run: (text) => {
    const results = [
      parseRouteTarget(text),
      parseClientPosition(text),
      parseBatchLine(text),
      parsePortRanges(text),
      parseRouteParams({ address: text, port: "1", protocol: null, from: null, node: null }),
      parseRouteParams({ address: "10.0.0.1", port: text, protocol: text, from: text, node: text }),
    ];
    for (const result of results)
      if (!result.ok && (result.error.detail === "" || result.error.field === "")) throw new Error("an error without words");
    if (parseTarget(text) === null) findTargetFault(text);
  },
};

const specs: readonly FlagSpec[] = [
  { name: "output", short: "o", value: "FORMAT", about: "" },
  { name: "namespace", short: "n", value: "NS", many: true, about: "" },
  { name: "help", value: null, about: "" },
];

export const flagWords: Target<readonly string[]> = {
  name: "flags",
  hostile: hostileTexts.flatMap((text) => [[text], ["--output", text], [`--${text}`], [`--namespace=${text}`]]),
  random: fc.array(nearText(["--output=json", "-o", "-n", "--namespace", "--help", "--", "-"]), { maxLength: 6 }),
  run: (args) => {
    const parsed = parseFlags(specs, args, { PORTOLAN_OUTPUT: args[0], PORTOLAN_NAMESPACE: args[1] });
    if (!parsed.ok && parsed.error === "") throw new Error("an error without words");
  },
};

/** Reads one record of CSV as RFC 4180 says. */
function readCells(line: string): readonly string[] {
  return [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|$)/gs)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
}

const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

export const writtenText: Target<readonly string[]> = {
  name: "CSV, Markdown, tables, JUnit",
  hostile: hostileTexts.map((text) => [text, "a", text]),
  random: fc.array(nearText(["web", "=1+1", "a,b", 'a"b', "`x|y`"]), { minLength: 3, maxLength: 3 }),
  run: (cells) => {
    const read = readCells(cells.map(encodeCell).join(","));
    cells.forEach((cell, place) => {
      const got = read[place] ?? "";
      if (got !== cell && got !== `'${cell}`) throw new Error(`CSV reads as ${JSON.stringify(got)}`);
      if (/^[=+\-@\t\r]/.test(got)) throw new Error("CSV runs as a formula");
    });
    const heads = cells.map(() => ({ title: "A" }));
    for (const text of [formatTable(heads, [cells]), formatMarkdown(heads, [cells])]) {
      if (acting.test(text.replaceAll("\n", ""))) throw new Error("a table acts on a terminal");
      if (text.trimEnd().split("\n").length > 3) throw new Error("a row takes several lines");
    }
    const finding = { rule: "mixed-owners", severity: "critical", title: cells[0] ?? "", summary: cells[1] ?? "", acknowledged: null };
    const xml = findingsToJunit({ findings: [finding], notEvaluated: [], warnings: [] } as never, ["mixed-owners"]);
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml) || (xml.match(/</g) ?? []).length !== 9)
      throw new Error("JUnit is no XML");
    if (acting.test(plain(cells.join()))) throw new Error("plain text acts on a terminal");
  },
};
