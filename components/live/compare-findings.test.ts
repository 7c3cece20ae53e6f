import { expect, test } from "vitest";
import type { WireEvaluation, WireFinding } from "@/lib/wire/schemas";
import { compareAnswers } from "./compare-findings";

const finding = (part: Partial<WireFinding> = {}): WireFinding => ({
  fingerprint: "f",
  cluster: "c",
  rule: "mixed-owners",
  severity: "critical",
  title: "",
  summary: "",
  subjects: [{ kind: "Service", namespace: "clearml", name: "s" }],
  groups: [],
  ports: [{ port: 30_001, protocol: "TCP" }],
  nodes: [],
  evidence: {},
  symptoms: [],
  remedies: [],
  acknowledged: null,
  since: null,
  sinceFrom: null,
  ...part,
});
const acknowledged = { reason: "canary", by: "ops", until: "2027-01-31" };
const gap = (namespaces: "all" | string[]) => ({ rule: "mixed-owners", missing: ["endpointslices" as const], namespaces });

test.for<{
  name: string;
  before: readonly WireFinding[];
  after: readonly WireFinding[];
  notEvaluated?: WireEvaluation["notEvaluated"];
  kinds: readonly string[];
}>([
  { name: "a new one", before: [], after: [finding()], kinds: ["raised"] },
  { name: "one that is over", before: [finding()], after: [], kinds: ["cleared"] },
  {
    name: "one whose rule can no longer read its namespace is not over",
    before: [finding()],
    after: [],
    notEvaluated: [gap(["clearml"])],
    kinds: ["unjudged"],
  },
  { name: "one whose rule can read nothing is not over", before: [finding()], after: [], notEvaluated: [gap("all")], kinds: ["unjudged"] },
  { name: "a gap elsewhere does not matter", before: [finding()], after: [], notEvaluated: [gap(["tenant-b"])], kinds: ["cleared"] },
  { name: "an acknowledgement", before: [finding()], after: [finding({ severity: "info", acknowledged })], kinds: ["acknowledged"] },
  {
    name: "an acknowledgement that ended",
    before: [finding({ severity: "info", acknowledged })],
    after: [finding()],
    kinds: ["unacknowledged"],
  },
  { name: "another severity", before: [finding()], after: [finding({ severity: "warning" })], kinds: ["severity"] },
  { name: "another owner", before: [finding()], after: [finding({ subjects: [] })], kinds: ["subjects"] },
  { name: "fewer nodes", before: [finding({ nodes: ["a", "b"] })], after: [finding({ nodes: ["a"] })], kinds: ["nodes"] },
  {
    name: "only the evidence: nothing that one would look at again",
    before: [finding()],
    after: [finding({ evidence: { x: 1 } })],
    kinds: [],
  },
])("$name", ({ before, after, notEvaluated = [], kinds }) => {
  const changes = compareAnswers({ findings: [...before], notEvaluated: [] }, { findings: [...after], notEvaluated }, 7);
  expect(changes.map(({ kind }) => kind)).toEqual(kinds);
});
