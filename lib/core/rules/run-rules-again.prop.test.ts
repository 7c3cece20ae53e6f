// An evaluation, and a table of allocations, that builds on an earlier one says what one from scratch says, whatever happened between them.

import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createClusterIndex, type ClusterIndex } from "../cluster-index/cluster-index";
import { buildAllocations } from "../inventory/build-allocations";
import type { Allocation } from "../model/allocation";
import type { Evaluation } from "../model/finding";
import { resourceKinds, type ResourceKind } from "../model/resource-kind";
import { recordKey, type Delta, type RecordOf } from "../model/snapshot";
import type { Policy } from "../policy/policy";
import { app, joinParts, runPods } from "../testing/apps";
import { arbitraryDeltas, arbitrarySnapshotParts } from "../testing/arbitraries";
import { arbitraryPolicy } from "../testing/arbitrary-policy";
import { buildConfigMap, buildContext, buildDeltas, buildNode, buildWorkload, testNowMs, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const collected = { events: [], deployments: [], daemonsets: [], configmaps: [] } satisfies SnapshotParts;
/** Long enough for a controller's grace, a rollout's deadline, a day of the policy. */
const pause = fc.constantFrom(0, 250, 31_000, 700_000, 86_400_000);

/** After each step the evaluation from the last one and one from scratch; `steps` change the index. */
function compareAll(
  index: ClusterIndex,
  policy: Policy,
  steps: readonly { readonly deltas: readonly Delta[]; readonly pauseMs: number }[],
): void {
  let nowMs = testNowMs;
  let last: Evaluation | undefined;
  let table: readonly Allocation[] | undefined;
  for (const { deltas, pauseMs } of steps) {
    index.apply(deltas);
    nowMs += pauseMs;
    const context = { policy, nowMs };
    const again = runRules(index.snapshot(), context, last);
    expect(again).toEqual(runRules(index.snapshot(), context));
    last = again;
    table = buildAllocations(index.snapshot(), context, table);
    expect(table).toEqual(buildAllocations({ ...index.snapshot() }, context));
  }
}

const http = [{ name: "http", containerPort: 8080 }];
const nodes = [1, 2, 3].map((number) => buildNode({ name: `n${String(number)}`, ip: `10.0.0.${String(number)}` }));
const session = (number: number, serial: number) =>
  runPods(null, `session-${String(number)}`, [(number % 3) + 1], { "ai.allegro.agent.serial": `pod-${String(serial)}` }, http, {
    namespace: "clearml",
  });
const story: SnapshotParts = {
  ...collected,
  ...joinParts(
    app(
      [1, 2, 2, 4].flatMap((serial, number) => session(number, serial)),
      [1, 2, 3].map((number) => ({
        name: `session-${String(number)}`,
        namespace: "clearml",
        selector: { "ai.allegro.agent.serial": `pod-${String(number)}` },
        ports: [{ port: 22, targetPort: 8080, nodePort: 30_000 + number }],
      })),
    ),
    app(
      [
        ...runPods("Deployment", "web", [1, 2], { app: "web" }, http),
        ...runPods("Deployment", "api", [3], { app: "web", tier: "api" }, http),
        ...runPods("Job", "hook", [2], { app: "web" }, []),
      ],
      [
        { name: "web", selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: "http", nodePort: 31_000 }] },
        { name: "web-api", selector: { app: "web", tier: "api" }, ports: [{ port: 80, targetPort: 8080 }] },
        {
          name: "web-local",
          selector: { app: "web" },
          externalTrafficPolicy: "Local",
          externalIPs: ["10.0.0.1"],
          ports: [{ port: 8443, targetPort: 8080, nodePort: 31_001 }],
        },
      ],
      { deployments: [buildWorkload({ name: "web", template: { labels: { app: "web" }, containers: [{ ports: http }] } })] },
    ),
    app(
      [
        ...runPods("DaemonSet", "edge", [1, 2], { app: "edge" }, [{ containerPort: 80, hostPort: 31_000 }]),
        ...runPods("DaemonSet", "agent", [1, 3], { app: "agent" }, [{ containerPort: 31_001 }], { hostNetwork: true }),
        ...runPods("DaemonSet", "kube-proxy", [1, 2, 3], { "k8s-app": "kube-proxy" }, [], { namespace: "kube-system", hostNetwork: true }),
      ],
      [{ name: "edge", selector: { app: "edge" }, externalIPs: ["10.0.0.1"], ports: [{ port: 8443, targetPort: 80 }] }],
    ),
  ),
  nodes,
  configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode: "nftables" } })],
};

type Upsert = Extract<Delta, { readonly type: "upsert" }>;
const pool: readonly Upsert[] = buildDeltas(story).flatMap((delta): readonly Upsert[] =>
  delta.type === "replace" ? delta.records.map((record) => ({ type: "upsert", kind: delta.kind, record }) as Upsert) : [],
);

/** One record as it was, gone, or with one field as another record of its kind has it. */
const arbitraryChange: fc.Arbitrary<Delta> = fc
  .record({
    chosen: fc.constantFrom(...pool),
    other: fc.nat(),
    field: fc.nat(),
    what: fc.constantFrom("cross", "cross", "cross", "restore", "remove"),
  })
  .map(({ chosen, other, field, what }): Delta => {
    const { kind, record } = chosen;
    if (what === "restore") return chosen;
    if (what === "remove") return { type: "remove", kind, key: recordKey(record) };
    const alike = pool.filter((each) => each.kind === kind);
    const giver = (alike[other % alike.length] ?? chosen).record;
    const fields = Object.keys(record).filter((each) => each !== "name" && each !== "namespace") as (keyof RecordOf[ResourceKind])[];
    const name = fields[field % fields.length] ?? "labels";
    return { ...chosen, record: { ...record, [name]: giver[name] } } as Delta;
  });

describe("an evaluation on top of an earlier one", () => {
  test.prop(
    [fc.array(fc.record({ deltas: fc.array(arbitraryChange, { maxLength: 4 }), pauseMs: pause }), { maxLength: 12 }), arbitraryPolicy],
    { numRuns: 40 },
  )(
    "says the same, whatever happens to a cluster with all kinds of trouble",
    (steps, policy) => {
      compareAll(createClusterIndex("test"), policy, [{ deltas: buildDeltas(story), pauseMs: 0 }, ...steps]);
    },
    60_000,
  );

  test.prop([arbitrarySnapshotParts, fc.array(fc.record({ deltas: arbitraryDeltas, pauseMs: pause }), { maxLength: 5 }), arbitraryPolicy])(
    "says the same for any records and states",
    (parts, steps, policy) => {
      compareAll(createClusterIndex("test"), policy, [{ deltas: buildDeltas({ ...collected, ...parts }), pauseMs: 0 }, ...steps]);
    },
    60_000,
  );

  test("of another policy, or another cluster, nothing is taken over", () => {
    const index = createClusterIndex("test");
    index.apply(buildDeltas(story));
    const first = runRules(index.snapshot(), buildContext());
    expect(first.findings.map(({ rule }) => rule)).toContain("mixed-owners");
    const off = buildContext({ severities: { "mixed-owners": "off" } });
    expect(runRules(index.snapshot(), off, first)).toEqual(runRules(index.snapshot(), off));
    const empty = createClusterIndex("other");
    empty.apply(resourceKinds.map((kind): Delta => ({ type: "replace", kind, scope: "all", records: [] })));
    expect(runRules(empty.snapshot(), buildContext(), first)).toEqual(runRules(empty.snapshot(), buildContext()));
  });
});
