import { expect, test } from "vitest";
import type { Evaluation } from "@/lib/core";
import { buildPod, buildService, buildSnapshot } from "@/lib/core/testing/builders";
import { encodeRecognition } from "./encode-recognition";

const nothing: Evaluation = { findings: [], notEvaluated: [], warnings: [] };

test.for([
  {
    name: "the API server's version comes first",
    parts: { version: "v1.34.1+k3s1" },
    notEvaluated: [],
    says: { kubernetes: "1.34", missing: [], rulesNotEvaluated: 0 },
  },
  { name: "without any version it says none", parts: {}, notEvaluated: [], says: { kubernetes: null, missing: [], rulesNotEvaluated: 0 } },
  {
    name: "a required kind that is missing is named always, an optional one where a rule needs it; a rule counts once",
    parts: { kinds: { endpointslices: "notCollected", deployments: "notCollected", events: "notCollected" } },
    notEvaluated: [
      { rule: "rollout", missing: ["deployments"], namespaces: "all" },
      { rule: "rollout", missing: ["daemonsets"], namespaces: "all" },
    ],
    says: { kubernetes: null, missing: ["endpointslices", "deployments", "daemonsets"], rulesNotEvaluated: 1 },
  },
  {
    name: "a kind that holds something and is not known everywhere was collected in part",
    parts: {
      kinds: { pods: { forbiddenNamespaces: ["bank"] }, services: "notCollected", endpointslices: "notCollected" },
      pods: [buildPod({ name: "a" })],
      services: [buildService({ name: "a" })],
    },
    notEvaluated: [],
    says: { kubernetes: null, missing: ["endpointslices"], partly: ["pods", "services"], rulesNotEvaluated: 0 },
  },
] as const)("$name", ({ parts, notEvaluated, says }) => {
  const evaluation = { ...nothing, notEvaluated } as unknown as Evaluation;
  expect(encodeRecognition("kubectl output", buildSnapshot(parts), evaluation)).toMatchObject({ format: "kubectl output", ...says });
});
