import { expect, test } from "vitest";
import { describeRecognition } from "./recognition";

const counts = { nodes: 1, pods: 1300, services: 4 };

test.for([
  {
    recognition: {
      format: "Troubleshoot support bundle",
      kubernetes: "1.33",
      counts,
      missing: ["deployments" as const],
      partly: [],
      rulesNotEvaluated: 2,
    },
    line: "Troubleshoot support bundle, Kubernetes 1.33, 1 node, 1,300 pods, 4 services; no deployments: 2 rules not evaluated",
  },
  {
    recognition: {
      format: "kubectl output",
      kubernetes: null,
      counts,
      missing: ["endpointslices" as const],
      partly: [],
      rulesNotEvaluated: 0,
    },
    line: "kubectl output, 1 node, 1,300 pods, 4 services; no endpointslices",
  },
  {
    recognition: {
      format: "k3s or RKE2 log collection",
      kubernetes: "1.30",
      counts,
      missing: ["endpointslices" as const],
      partly: ["pods" as const, "services" as const],
      rulesNotEvaluated: 1,
    },
    line: "k3s or RKE2 log collection, Kubernetes 1.30, 1 node, 1,300 pods, 4 services; no endpointslices; only in part: pods, services: 1 rule not evaluated",
  },
  {
    recognition: { format: "OpenShift must-gather", kubernetes: "1.29", counts, missing: [], partly: [], rulesNotEvaluated: 0 },
    line: "OpenShift must-gather, Kubernetes 1.29, 1 node, 1,300 pods, 4 services",
  },
])("$line", ({ recognition, line }) => {
  expect(describeRecognition(recognition)).toBe(line);
});
