import { describe, expect, test } from "vitest";
import { buildContext, buildPod, buildService, buildSlice, buildSnapshot, testNowMs, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const pod = (name: string, last: number, partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({
    name,
    node: "n1",
    ip: `10.244.1.${String(last)}`,
    labels: { app: "web" },
    controller: { kind: "StatefulSet", name: "web" },
    readyAtMs: testNowMs - 60_000,
    ports: [{ name: "http", containerPort: 8080 }],
    ...partial,
  });
const web = (partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({ name: "web", selector: { app: "web" }, ports: [{ port: 80, targetPort: "http", nodePort: 30_080 }], ...partial });
const slice = (lasts: readonly number[], partial: Parameters<typeof buildSlice>[0] = {}) =>
  buildSlice({ service: "web", endpoints: lasts.map((last) => ({ address: `10.244.1.${String(last)}` })), ...partial });
const managedBy = (manager: string) => ({
  labels: { "kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": manager },
});
const find = (parts: SnapshotParts) =>
  runRules(buildSnapshot(parts), buildContext()).findings.filter(({ rule }) => rule === "slices-disagree");

describe("slices-disagree", () => {
  test("a selected pod that has been ready for a minute is in no slice: a warning", () => {
    expect(find({ pods: [pod("a", 1), pod("b", 2)], services: [web()], slices: [slice([1])] })).toMatchObject([
      {
        severity: "warning",
        ports: [{ port: 30_080, protocol: "TCP" }],
        subjects: [{ kind: "Service", name: "web" }],
        sinceMs: testNowMs - 60_000,
        evidence: { absent: ["b"], strange: [], custom: false },
      },
    ]);
  });

  test("as many addresses as pods, one of them twice: the other pod is missing; a pod's second family is no stranger", () => {
    expect(find({ pods: [pod("a", 1), pod("b", 2)], services: [web()], slices: [slice([1, 1])] })).toMatchObject([
      { evidence: { absent: ["b"], strange: [] } },
    ]);
    const dual = pod("a", 1, { podIPs: ["10.244.1.1", "fd00::1"] });
    const both = [slice([1]), buildSlice({ service: "web", name: "web-6", addressType: "IPv6", endpoints: [{ address: "fd00::1" }] })];
    for (const slices of [both, both.slice(0, 1)]) expect(find({ pods: [dual], services: [web()], slices })).toEqual([]);
  });

  test("no slice at all", () => {
    expect(find({ pods: [pod("a", 1)], services: [web()] })).toMatchObject([{ severity: "warning", evidence: { absent: ["a"] } }]);
  });

  test("a slice of the controller holds an address that no selected pod has: a warning", () => {
    const slices = [slice([1, 9], { name: "web-x", ...managedBy("endpointslice-controller.k8s.io") })];
    expect(find({ pods: [pod("a", 1)], services: [web()], slices })).toMatchObject([
      { severity: "warning", evidence: { strange: [{ address: "10.244.1.9", slice: "web-x" }], custom: false } },
    ]);
  });

  test("the address of a selected pod that the pod itself does not show yet: nothing", () => {
    const starting = buildPod({ name: "b", node: "n1", labels: { app: "web" }, ready: false });
    const slices = [
      buildSlice({
        service: "web",
        endpoints: [
          { address: "10.244.1.1", pod: "a" },
          { address: "10.244.1.2", pod: "b" },
        ],
      }),
    ];
    expect(find({ pods: [pod("a", 1), starting], services: [web()], slices })).toEqual([]);
    // Made anew under its name, with another address: the slice leads to nobody.
    expect(find({ pods: [pod("a", 1), pod("b", 3, { readyAtMs: testNowMs })], services: [web()], slices })).toMatchObject([
      { evidence: { strange: [{ address: "10.244.1.2" }] } },
    ]);
  });

  test("somebody else's slice holds it: a note; beside a missing pod a warning", () => {
    const own = slice([1], { name: "own" });
    const foreign = slice([9], { name: "mesh", ...managedBy("mesh.example.com") });
    expect(find({ pods: [pod("a", 1)], services: [web()], slices: [own, foreign] })).toMatchObject([
      { severity: "info", evidence: { custom: true } },
    ]);
    expect(find({ pods: [pod("a", 1), pod("b", 2)], services: [web()], slices: [own, foreign] })).toMatchObject([
      { severity: "warning", evidence: { custom: false } },
    ]);
  });

  test("an unsigned slice beside a signed one was made by hand: a note", () => {
    const slices = [slice([1], { name: "own", ...managedBy("endpointslice-controller.k8s.io") }), slice([9], { name: "mine" })];
    expect(find({ pods: [pod("a", 1)], services: [web()], slices })).toMatchObject([{ severity: "info", evidence: { custom: true } }]);
  });

  test.for<readonly [string, SnapshotParts]>([
    ["they agree", { pods: [pod("a", 1)], services: [web()], slices: [slice([1])] }],
    [
      "over several slices",
      { pods: [pod("a", 1), pod("b", 2)], services: [web()], slices: [slice([1], { name: "one" }), slice([2], { name: "two" })] },
    ],
    ["ready for 29 s", { pods: [pod("b", 2, { readyAtMs: testNowMs - 29_000 })], services: [web()] }],
    ["ready, and nobody knows since when", { pods: [pod("b", 2, { readyAtMs: null })], services: [web()] }],
    ["not ready", { pods: [pod("b", 2, { ready: false })], services: [web()] }],
    ["being deleted", { pods: [pod("b", 2, { deletedAtMs: testNowMs })], services: [web()] }],
    ["finished", { pods: [pod("b", 2, { phase: "Succeeded", ready: true })], services: [web()] }],
    [
      "a pod without an address of the Service's family",
      { pods: [pod("b", 2)], services: [web({ ipFamilies: ["IPv6"], clusterIPs: ["fd00::1"] })] },
    ],
    [
      "an IPv6 address in another spelling",
      {
        pods: [pod("b", 2, { podIPs: ["fd00:0:0:0::7"] })],
        services: [web({ ipFamilies: ["IPv6"], clusterIPs: ["fd00::1"] })],
        slices: [slice([], { addressType: "IPv6", endpoints: [{ address: "fd00::7" }] })],
      },
    ],
    [
      "an address on its way out",
      { services: [web()], slices: [slice([], { endpoints: [{ address: "10.244.1.9", terminating: true }] })] },
    ],
    [
      "an address that gets nothing anyway",
      { services: [web()], slices: [slice([], { endpoints: [{ address: "10.244.1.9", ready: false }] })] },
    ],
    ["a Service without selector", { services: [web({ selector: null })], slices: [slice([9])] }],
    ["an ExternalName", { pods: [pod("a", 1)], services: [web({ type: "ExternalName" })] }],
    [
      "an old Endpoints object leaves out a pod without the port",
      { pods: [pod("a", 1), pod("b", 2, { ports: [] })], services: [web()], slices: [slice([1], { convertedFrom: "Endpoints" })] },
    ],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("slices of one namespace that may not be read: not evaluated there", () => {
    const { findings, notEvaluated } = runRules(
      buildSnapshot({
        pods: [pod("a", 1)],
        services: [web()],
        kinds: { endpointslices: { state: "live", forbiddenNamespaces: ["default"] } },
      }),
      buildContext(),
    );
    expect(findings).toEqual([]);
    expect(notEvaluated).toContainEqual({ rule: "slices-disagree", missing: ["endpointslices"], namespaces: ["default"] });
  });
});
