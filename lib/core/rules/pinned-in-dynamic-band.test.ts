import { describe, expect, test } from "vitest";
import { buildContext, buildPod, buildService, buildSlice, buildSnapshot, type SnapshotParts } from "../testing/builders";
import type { Policy } from "../policy/policy";
import { noAssumptions } from "../policy/policy";
import { runRules } from "./run-rules";

const run = (parts: SnapshotParts, policy: Partial<Policy> = {}) => runRules(buildSnapshot(parts), buildContext(policy)).findings;
const find = (parts: SnapshotParts, policy: Partial<Policy> = {}) =>
  run(parts, policy).filter(({ rule }) => rule === "pinned-in-dynamic-band");
const web = (nodePort: number, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({ name: `web-${String(nodePort)}`, createdAtMs: nodePort, ports: [{ port: 80, nodePort }], ...partial });
const pinned = (nodePort: number, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  web(nodePort, { pinnedNodePorts: [nodePort], ...partial });

describe("pinned-in-dynamic-band", () => {
  test("F02: the pods of F01 behind two Services with one selector: mixed twice, one overlap, and a note for 31001", () => {
    const selector = { "ai.allegro.agent.serial": "pod-1" };
    const pods = ["a", "b"].map((name, place) =>
      buildPod({
        namespace: "clearml",
        name: `clearml-id-${name}`,
        node: `n${name}`,
        ip: `10.244.${String(place)}.9`,
        labels: { ...selector, CLEARML: `agent-${name}` },
      }),
    );
    const services = [30_001, 31_001].map((nodePort) =>
      pinned(nodePort, {
        namespace: "clearml",
        name: `s-${nodePort === 30_001 ? "one" : "two"}`,
        selector,
        ports: [{ port: 10_022, nodePort }],
      }),
    );
    const slices = services.map(({ name }) =>
      buildSlice({
        namespace: "clearml",
        service: name,
        ports: [{ port: 10_022 }],
        endpoints: pods.map((pod) => ({ address: pod.podIPs[0] ?? "", node: pod.nodeName ?? "", pod: pod.name })),
      }),
    );
    expect(
      run({ pods, services, slices }).map(
        ({ rule, severity, ports }) => `${severity} ${rule} ${ports.map(({ port }) => String(port)).join()}`,
      ),
    ).toEqual([
      "critical mixed-owners 30001",
      "critical mixed-owners 31001",
      "warning selector-overlap 30001,31001",
      "info pinned-in-dynamic-band 31001",
    ]);
  });

  test("F17: a chart pins 30474: a note that names the static band", () => {
    expect(find({ services: [pinned(30_474)] })).toMatchObject([
      {
        severity: "info",
        ports: [{ port: 30_474 }],
        sinceMs: 30_474,
        evidence: { pinned: [{ by: "applier" }], static: { first: 30_000, last: 30_085 } },
      },
    ]);
  });

  test("a namespace's numbers are one note; another namespace's another", () => {
    const services = [pinned(30_500), pinned(30_600), pinned(30_700, { namespace: "other" })];
    expect(find({ services }).map(({ ports }) => ports.map(({ port }) => port))).toEqual([[30_500, 30_600], [30_700]]);
  });

  test("TCP and UDP on one number, and a pinned health check", () => {
    const service = buildService({
      name: "dns",
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 31_544,
      pinnedNodePorts: [32_053, 31_544],
      ports: [
        { name: "t", port: 53, nodePort: 32_053 },
        { name: "u", port: 53, nodePort: 32_053, protocol: "UDP" },
      ],
    });
    expect(find({ services: [service] })[0]?.ports).toEqual([
      { port: 31_544, protocol: "TCP" },
      { port: 32_053, protocol: "TCP" },
      { port: 32_053, protocol: "UDP" },
    ]);
  });

  test("a family's numbers were chosen by hand, whatever the objects show; so was one that the policy reserves", () => {
    const family = [1, 2, 3].map((number) => web(31_200 + number, { name: `gpu-${String(number)}` }));
    expect(find({ services: family })).toMatchObject([
      { ports: [{ port: 31_201 }, { port: 31_202 }, { port: 31_203 }], evidence: { pinned: [{ by: "family" }, {}, {}] } },
    ]);
    const reservation = {
      port: 31_400,
      kind: "nodePort",
      node: null,
      protocol: null,
      purpose: "lab",
      until: null,
      ticket: null,
      allow: { namespaces: ["default"], labels: null },
    } as const;
    expect(find({ services: [web(31_400)] }, { reservations: [reservation] })).toMatchObject([
      { evidence: { pinned: [{ by: "reservation" }] } },
    ]);
  });

  test.for<readonly [string, SnapshotParts, Partial<Policy>?]>([
    ["the static band", { services: [pinned(30_000), pinned(30_085)] }],
    ["nobody can see who chose it", { services: [web(31_000, { pinnedNodePorts: null })] }],
    ["the allocator chose it", { services: [web(31_000, { pinnedNodePorts: [] })] }],
    ["the applied manifest names another number than the live one", { services: [web(31_000, { pinnedNodePorts: [31_500] })] }],
    ["a headless Service", { services: [pinned(31_000, { clusterIPs: ["None"] })] }],
    [
      "a range so small that all of it is dynamic",
      { services: [pinned(30_005)] },
      { clusters: { "*": { ...noAssumptions, nodePortRange: { first: 30_000, last: 30_015 } } } },
    ],
    [
      "three strangers that stand side by side",
      { services: ["llm", "qwen", "bge"].map((name, place) => web(31_000 + place, { name, selector: { app: name } })) },
    ],
  ])("%s: nothing", ([, parts, policy]) => {
    expect(find(parts, policy)).toEqual([]);
  });

  test("Services that may not be read: not evaluated", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { services: "notCollected" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "pinned-in-dynamic-band", missing: ["services"], namespaces: "all" });
  });
});
