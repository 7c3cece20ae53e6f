import { expect, test } from "vitest";
import type { NodeRecord } from "../model/node";
import type { NodeSelectorRequirement, Placement, Toleration } from "../model/placement";
import { buildNode, buildSnapshot } from "../testing/builders";
import { findEligibleNodes, isEligible, type EligibilityOptions } from "./eligible-nodes";

const anywhere: Placement = { nodeSelector: {}, requiredAffinity: null, tolerations: [] };
const gpu = buildNode({ name: "gpu-1", labels: { pool: "gpu", gpus: "8" }, taints: [{ key: "gpu", value: "h200", effect: "NoSchedule" }] });
const cpu = buildNode({ name: "cpu-1", labels: { pool: "cpu" } });
const cordoned = buildNode({ name: "cpu-2", unschedulable: true });
const soft = buildNode({ name: "cpu-3", taints: [{ key: "busy", value: "", effect: "PreferNoSchedule" }] });

const tolerating = (partial: Partial<Toleration>): Placement => ({
  ...anywhere,
  tolerations: [{ key: "", operator: "Equal", value: "", effect: "", ...partial }],
});
const requiring = (...expressions: readonly NodeSelectorRequirement[]): Placement => ({
  ...anywhere,
  requiredAffinity: [{ expressions, fields: [] }],
});

test.for<readonly [string, NodeRecord, Placement, boolean, EligibilityOptions?]>([
  ["an untainted node takes a pod that asks for nothing", cpu, anywhere, true],
  ["a taint keeps it away", gpu, anywhere, false],
  ["a soft taint does not", soft, anywhere, true],
  ["a toleration by value lets it on", gpu, tolerating({ key: "gpu", value: "h200" }), true],
  ["one of another value does not", gpu, tolerating({ key: "gpu", value: "a100" }), false],
  ["one of another effect does not", gpu, tolerating({ key: "gpu", value: "h200", effect: "NoExecute" }), false],
  ["Exists needs no value", gpu, tolerating({ key: "gpu", operator: "Exists" }), true],
  ["Exists without a key tolerates all", gpu, tolerating({ operator: "Exists" }), true],
  ["Equal without a key tolerates nothing", gpu, tolerating({ value: "h200" }), false],
  ["a cordoned node takes none", cordoned, anywhere, false],
  ["but a DaemonSet's", cordoned, anywhere, true, { daemonSet: true }],
  ["a DaemonSet heeds other taints", gpu, anywhere, false, { daemonSet: true }],
  ["a nodeSelector that fits", cpu, { ...anywhere, nodeSelector: { pool: "cpu" } }, true],
  ["a nodeSelector that does not", cpu, { ...anywhere, nodeSelector: { pool: "gpu" } }, false],
  ["affinity In", cpu, requiring({ key: "pool", operator: "In", values: ["cpu", "x"] }), true],
  ["affinity In, label absent", soft, requiring({ key: "pool", operator: "In", values: ["cpu"] }), false],
  ["affinity NotIn, label absent", soft, requiring({ key: "pool", operator: "NotIn", values: ["cpu"] }), true],
  ["affinity NotIn", cpu, requiring({ key: "pool", operator: "NotIn", values: ["cpu"] }), false],
  ["affinity Exists", cpu, requiring({ key: "pool", operator: "Exists", values: [] }), true],
  ["affinity DoesNotExist", cpu, requiring({ key: "pool", operator: "DoesNotExist", values: [] }), false],
  ["affinity Gt on a word", cpu, requiring({ key: "pool", operator: "Gt", values: ["1"] }), false],
  ["affinity Lt, label absent", cpu, requiring({ key: "gpus", operator: "Lt", values: ["9"] }), false],
  ["an empty term matches no node", cpu, requiring(), false],
  ["no term at all matches no node", cpu, { ...anywhere, requiredAffinity: [] }, false],
  [
    "one of several terms is enough; a field names the node",
    cpu,
    {
      ...anywhere,
      requiredAffinity: [
        { expressions: [], fields: [{ key: "metadata.name", operator: "In", values: ["other"] }] },
        { expressions: [], fields: [{ key: "metadata.name", operator: "In", values: ["cpu-1"] }] },
      ],
    },
    true,
  ],
])("%s", ([, node, placement, expected, options]) => {
  expect(isEligible(node, placement, options)).toBe(expected);
});

test("integers are compared as numbers", () => {
  const untainted = { ...gpu, taints: [] };
  expect(isEligible(untainted, requiring({ key: "gpus", operator: "Gt", values: ["7"] }))).toBe(true);
  expect(isEligible(untainted, requiring({ key: "gpus", operator: "Lt", values: ["10"] }))).toBe(true);
});

test("eligible nodes come in the order people count", () => {
  const nodes = [buildNode({ name: "n10" }), buildNode({ name: "n2" }), gpu];
  expect(findEligibleNodes(buildSnapshot({ nodes }), anywhere).map(({ name }) => name)).toEqual(["n2", "n10"]);
});
