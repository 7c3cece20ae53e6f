import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createClusterIndex } from "../cluster-index/cluster-index";
import { arbitrarySnapshotParts } from "../testing/arbitraries";
import { arbitraryPolicy } from "../testing/arbitrary-policy";
import { app, joinParts, runPods } from "../testing/apps";
import { buildContext, buildDeltas, buildNode, buildSnapshot, testNowMs, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const collected = { events: [], deployments: [], daemonsets: [], configmaps: [] } satisfies SnapshotParts;

describe("all rules", () => {
  test.prop([arbitrarySnapshotParts, arbitraryPolicy])(
    "never throw, and say each thing once, for any content of a cluster",
    (parts, policy) => {
      const { findings } = runRules(buildSnapshot(parts), buildContext(policy));
      expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
      for (const { title, summary, subjects } of findings) {
        expect(title).not.toMatch(/undefined|\[object|NaN/);
        expect(summary).not.toMatch(/undefined|\[object|NaN/);
        expect(subjects.length).toBeGreaterThan(0);
      }
    },
  );

  test.prop([
    arbitrarySnapshotParts.chain((parts) => {
      const deltas = buildDeltas({ ...collected, ...parts });
      return fc.record({ parts: fc.constant(deltas), shuffled: fc.shuffledSubarray([...deltas], { minLength: deltas.length }) });
    }),
  ])("do not depend on the order of events", ({ parts, shuffled }) => {
    const judge = (deltas: typeof parts) => {
      const index = createClusterIndex("test");
      index.apply(deltas);
      return runRules(index.snapshot(), buildContext());
    };
    expect(judge(shuffled)).toEqual(judge(parts));
  });

  test.prop([arbitrarySnapshotParts])("lose no finding when an app is added that has to do with none of it", (parts) => {
    const nodes = [...(parts.nodes ?? []), buildNode({ name: "far-away", ip: "10.99.0.1" })];
    const other = app(
      runPods("Deployment", "far-away-app", [1], { "far-away": "yes" }, [{ containerPort: 8080 }], {
        namespace: "far-away",
        nodeName: "far-away",
        podIPs: ["10.98.0.1"],
        readyAtMs: testNowMs,
      }),
      [{ name: "far-away", namespace: "far-away", selector: { "far-away": "yes" }, ports: [{ port: 80, targetPort: 8080 }] }],
    );
    const fingerprints = (all: SnapshotParts) =>
      runRules(buildSnapshot({ ...collected, ...all }), buildContext()).findings.map(({ fingerprint }) => fingerprint);
    const before = fingerprints({ ...parts, nodes });
    const joined = joinParts(parts, other);
    const after = new Set(fingerprints({ ...parts, ...joined, nodes }));
    expect(before.filter((each) => !after.has(each))).toEqual([]);
  });
});
