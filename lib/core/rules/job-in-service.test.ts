import { describe, expect, test } from "vitest";
import { buildContext, buildPod, buildService, buildSlice, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const labels = { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "shop" };
const server = buildPod({
  name: "web-abc-1",
  node: "n1",
  ip: "10.244.1.1",
  labels: { ...labels, "pod-template-hash": "abc" },
  controller: { kind: "ReplicaSet", name: "web-abc" },
  ports: [{ name: "http", containerPort: 8080 }],
});
const hook = (partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({
    name: "migrate-x1",
    node: "n2",
    ip: "10.244.2.1",
    labels: { ...labels, "batch.kubernetes.io/job-name": "migrate", "batch.kubernetes.io/controller-uid": "u" },
    controller: { kind: "Job", name: "migrate" },
    startTimeMs: 5000,
    ...partial,
  });
const web = (targetPort: number | string, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({ name: "web", selector: labels, ports: [{ port: 80, targetPort, nodePort: 30_080 }], ...partial });
const slice = (pods: readonly { readonly name: string; readonly podIPs: readonly string[] }[], service = "web") =>
  buildSlice({ service, endpoints: pods.map((pod) => ({ address: pod.podIPs[0] ?? "", pod: pod.name })) });
const run = (parts: SnapshotParts) => runRules(buildSnapshot(parts), buildContext()).findings;
const find = (parts: SnapshotParts) => run(parts).filter(({ rule }) => rule === "job-in-service");

describe("job-in-service", () => {
  test("F37: a hook Job's pod with the Service's labels and no ports; the targetPort has a name: a warning, selected without a port", () => {
    const findings = run({ pods: [server, hook()], services: [web("http")], slices: [slice([server])] });
    expect(findings).toMatchObject([
      {
        rule: "job-in-service",
        severity: "warning",
        ports: [{ port: 30_080, protocol: "TCP" }],
        subjects: [
          { kind: "Service", name: "web" },
          { kind: "Job", name: "migrate" },
        ],
        evidence: { jobs: [{ name: "migrate", pods: [{ name: "migrate-x1", part: "no-port" }] }], lasting: ["Deployment web"] },
      },
    ]);
  });

  test("F37: with a numeric targetPort it is an endpoint: critical, and no other rule speaks of it", () => {
    const findings = run({ pods: [server, hook()], services: [web(8080)], slices: [slice([server, hook()])] });
    expect(findings).toMatchObject([
      { rule: "job-in-service", severity: "critical", sinceMs: 5000, evidence: { jobs: [{ pods: [{ part: "endpoint" }] }] } },
    ]);
  });

  test.for([
    ["not ready yet", { ready: false }, "waiting"],
    ["Pending", { phase: "Pending" }, "waiting"],
    ["finished", { phase: "Succeeded" }, "finished"],
    ["failed", { phase: "Failed" }, "finished"],
  ] as const)("%s: a warning", ([, partial, part]) => {
    expect(find({ pods: [server, hook(partial)], services: [web(8080)], slices: [slice([server])] })).toMatchObject([
      { severity: "warning", evidence: { jobs: [{ pods: [{ part }] }] } },
    ]);
  });

  test("several pods and one are told in whole sentences", () => {
    const pods = [
      hook(),
      hook({ name: "migrate-x2" }),
      hook({ name: "seed-1", phase: "Succeeded", controller: { kind: "Job", name: "seed" } }),
    ];
    expect(find({ pods: [server, ...pods], services: [web("http")], slices: [slice([server])] }).map(({ summary }) => summary)).toEqual([
      "Beside Deployment web: 2 pods that are selected, but have no port of that name and 1 pod that has finished: the next run's will be selected again.",
    ]);
  });

  test("several Services that select one Job's pods are one finding; a CronJob is named, not its Jobs", () => {
    const cron = [1, 2].map((run) =>
      hook({ name: `tidy-2900000${String(run)}-x`, phase: "Succeeded", controller: { kind: "Job", name: `tidy-2900000${String(run)}` } }),
    );
    const services = [web("http"), web("http", { name: "metrics", ports: [{ port: 9090 }] })];
    expect(find({ pods: [server, ...cron], services, slices: [slice([server])] })).toMatchObject([
      {
        subjects: [
          { kind: "Service", name: "metrics" },
          { kind: "Service", name: "web" },
          { kind: "CronJob", name: "tidy" },
        ],
      },
    ]);
  });

  test("a label added to the Job is no cure", () => {
    expect(
      find({
        pods: [server, hook({ labels: { ...hook().labels, role: "migration" } })],
        services: [web("http")],
        slices: [slice([server])],
      }),
    ).toHaveLength(1);
  });

  test.for<readonly [string, SnapshotParts]>([
    ["only Jobs", { pods: [hook()], services: [web(8080)], slices: [slice([hook()])] }],
    ["the long-running pods are finished ones", { pods: [hook(), { ...server, phase: "Failed" }], services: [web(8080)] }],
    [
      "the Job lacks one of the labels",
      { pods: [server, hook({ labels: { "app.kubernetes.io/name": "web" } })], services: [web("http")], slices: [slice([server])] },
    ],
    ["a headless Service", { pods: [server, hook()], services: [web("http", { clusterIPs: ["None"] })], slices: [slice([server])] }],
    ["another namespace's Job", { pods: [server, hook({ namespace: "lab" })], services: [web("http")], slices: [slice([server])] }],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("slices that may not be read: not evaluated", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { endpointslices: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "job-in-service", missing: ["endpointslices"], namespaces: "all" });
  });
});

test("a running Job makes no overlap of the companions that select it", () => {
  const services = [web(8080), web(8080, { name: "web-internal", ports: [{ port: 80, targetPort: 8080 }] })];
  const slices = services.map(({ name }) => slice([server], name));
  expect(run({ pods: [server, hook({ ready: false })], services, slices }).map(({ rule }) => rule)).toEqual(["job-in-service"]);
});
