import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { runRules, writeRemedies, type Policy } from "@/lib/core";
import { runPods } from "@/lib/core/testing/apps";
import { buildContext, buildNode, buildPod, buildSnapshot, buildWorkload, type SnapshotParts } from "@/lib/core/testing/builders";
import { patchWorkloads } from "./remedies.testkit";

// Clusters in which workloads meet on a few host ports, wait for them, and stand where the policy does not want them. Whatever is offered about host ports: once
// the patches are applied and the pods made anew, the finding is gone, and nothing new has come.

const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
const numbers = [22, 1024, 8080, 8081, 30_080];

const workload = fc.record({
  kind: fc.constantFrom("Deployment" as const, "Deployment" as const, "DaemonSet" as const, "StatefulSet" as const, null),
  hostPort: fc.constantFrom(...numbers),
  second: fc.boolean(),
  protocol: fc.constantFrom("TCP" as const, "UDP" as const),
  on: fc.uniqueArray(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 3 }),
  waits: fc.boolean(),
  rolls: fc.constantFrom<readonly [maxSurge: number, maxUnavailable: number]>([1, 0], [0, 1]),
});

const cluster: fc.Arbitrary<SnapshotParts> = fc.array(workload, { minLength: 1, maxLength: 4 }).map((all) => {
  const held = new Set<string>();
  const built = all.map(({ kind, hostPort, second, protocol, on, waits, rolls: [maxSurge, maxUnavailable] }, place) => {
    const name = `w${String(place)}`;
    const other = protocol === "TCP" ? ("UDP" as const) : ("TCP" as const);
    const ports = [
      { containerPort: 80, hostPort, protocol },
      ...(second ? [{ containerPort: 80, hostPort: 9090 + place, protocol: other }] : []),
    ];
    const tuples = (node: number) => ports.map((port) => `${String(node)} ${String(port.hostPort)}/${port.protocol}`);
    // The scheduler has let no two of one number onto a node.
    const free = (kind === null ? on.slice(0, 1) : kind === "DaemonSet" ? [1, 2, 3] : on).filter((node) =>
      tuples(node).every((tuple) => !held.has(tuple)),
    );
    for (const tuple of free.flatMap(tuples)) held.add(tuple);
    const running = runPods(kind, name, free, { app: name }, ports);
    const waiting =
      waits && nodes.every((_, node) => held.has(`${String(node + 1)} ${String(hostPort)}/${protocol}`)) && kind === "Deployment"
        ? [
            buildPod({
              name: `${name}-waits`,
              phase: "Pending",
              controller: { kind: "ReplicaSet", name: `${name}-5d4f` },
              labels: { app: name, "pod-template-hash": "5d4f" },
              unschedulable: { reason: "Unschedulable", noFreePorts: true },
              ports,
            }),
          ]
        : [];
    const replicas = running.length + waiting.length;
    const template = { labels: { app: name }, containers: [{ ports }] };
    const record =
      kind === "Deployment" || kind === "DaemonSet"
        ? [
            buildWorkload({
              kind,
              name,
              replicas: kind === "Deployment" ? replicas : null,
              strategy: { type: "RollingUpdate", maxSurge, maxUnavailable },
              template,
            }),
          ]
        : [];
    return { pods: [...running, ...waiting], record };
  });
  const records = built.flatMap(({ record }) => record);
  return {
    nodes,
    pods: built.flatMap(({ pods }) => pods),
    deployments: records.filter(({ kind }) => kind === "Deployment"),
    daemonsets: records.filter(({ kind }) => kind === "DaemonSet"),
  };
});

const policy: fc.Arbitrary<Partial<Policy>> = fc.constantFrom<Partial<Policy>>(
  {},
  { bands: [{ name: "x", kind: "hostPort", ports: { first: 8080, last: 8099 }, owner: null, allow: { namespaces: ["x"], labels: null } }] },
  { blocks: [{ name: "x", kind: "hostPort", ports: { first: 8000, last: 8100 }, allow: { namespaces: ["x"], labels: null } }] },
  { reservations: [{ port: 8081, kind: "hostPort", node: "n1", protocol: null, purpose: "x", until: null, ticket: null, allow: null }] },
);

test.prop([cluster, policy], { numRuns: 200 })("what is patched about host ports works and breaks nothing", (parts, stated) => {
  const snapshot = buildSnapshot(parts);
  const context = buildContext(stated);
  const before = runRules(snapshot, context).findings;
  for (const finding of before) {
    for (const { kind, variant, yaml } of writeRemedies(snapshot, context, finding, "hostPort").remedies) {
      const after = runRules(buildSnapshot(patchWorkloads(parts, yaml)), context).findings;
      const isGone = !after.some(({ fingerprint }) => fingerprint === finding.fingerprint);
      // What a workload had under its old number is no new finding under the next one.
      const news = after.filter(
        ({ rule, subjects }) =>
          !before.some((each) => each.rule === rule && each.subjects.some(({ name }) => subjects.some((subject) => subject.name === name))),
      );
      expect([finding.rule, kind, variant, isGone, news.map(({ rule, title }) => `${rule}: ${title}`)]).toEqual([
        finding.rule,
        kind,
        variant,
        true,
        [],
      ]);
    }
  }
});
