import { describe, expect, test } from "vitest";
import { buildContext, buildPod, buildService, buildSlice, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { listAnnouncedPorts, listFamilies } from "./support/families";
import { runRules } from "./run-rules";

const serial = "ai.allegro.agent.serial";
const service = (number: number, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({
    namespace: "clearml",
    name: `clearml-session-${String(number)}`,
    selector: { [serial]: `pod-${String(number)}` },
    ports: [{ port: 10_022, nodePort: 30_000 + number }],
    ...partial,
  });
const session = (number: number, partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({
    namespace: "clearml",
    name: `clearml-id-${String(number)}`,
    node: "n1",
    ip: `10.244.1.${String(number)}`,
    labels: { [serial]: `pod-${String(number)}`, CLEARML: "agent-1" },
    startTimeMs: 1000 + number,
    ports: [{ containerPort: 10_022 }],
    ...partial,
  });
const slice = (number: number) =>
  buildSlice({
    namespace: "clearml",
    service: `clearml-session-${String(number)}`,
    ports: [{ port: 10_022 }],
    endpoints: [{ address: `10.244.1.${String(number)}`, node: "n1", pod: `clearml-id-${String(number)}` }],
  });
const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => service(number));
const run = (parts: SnapshotParts) => runRules(buildSnapshot(parts), buildContext()).findings;
const find = (parts: SnapshotParts) => run(parts).filter(({ rule }) => rule === "announced-port-unmapped");

describe("announced-port-unmapped", () => {
  test("F09: Services for 1 to 10, sessions 1, 2 and 13: one warning for 30013, one note for the idle Services, nothing else", () => {
    const findings = run({ services: ten, pods: [session(1), session(2), session(13)], slices: [slice(1), slice(2)] });
    expect(findings.map(({ rule, severity, ports }) => [rule, severity, ports.length])).toEqual([
      ["announced-port-unmapped", "warning", 1],
      ["no-endpoints", "info", 8],
    ]);
    expect(findings[0]).toMatchObject({
      ports: [{ port: 30_013, protocol: "TCP" }],
      subjects: [{ kind: "Pod", namespace: "clearml", name: "clearml-id-13" }],
      sinceMs: 1013,
      evidence: { sessions: [{ pod: "clearml/clearml-id-13", serial: "pod-13", port: 30_013 }], services: 10 },
    });
  });

  test("several sessions beyond one family are one finding; its fingerprint does not name them", () => {
    const fingerprint = (name: string) => {
      const [finding, ...rest] = find({ services: ten, pods: [session(11, { name }), session(12)] });
      expect(rest).toEqual([]);
      expect(finding?.ports.map(({ port }) => port)).toEqual([30_011, 30_012]);
      return finding?.fingerprint;
    };
    expect(fingerprint("clearml-id-x")).toBe(fingerprint("clearml-id-y"));
  });

  test.for<readonly [string, SnapshotParts]>([
    ["every session has its Service", { services: ten, pods: [session(1), session(10)] }],
    ["the session has ended", { services: ten, pods: [session(13, { phase: "Succeeded" })] }],
    ["the session is being deleted", { services: ten, pods: [session(13, { deletedAtMs: 5 })] }],
    ["another namespace's agent has Services of its own", { services: ten, pods: [session(13, { namespace: "lab" })] }],
    ["two Services are no family", { services: ten.slice(0, 2), pods: [session(13)] }],
    [
      "a Service holds the number already: its selector is what is wrong",
      { services: [...ten, service(13, { selector: { app: "x" } })], pods: [session(13)] },
    ],
    [
      "the family serves one agent, the session is another's",
      {
        services: [1, 2, 3].map((number) => service(number, { selector: { [serial]: `pod-${String(number)}`, CLEARML: "agent-1" } })),
        pods: [session(4, { labels: { [serial]: "pod-4", CLEARML: "agent-2" } })],
      },
    ],
    [
      "nodePorts that do not rise with the serial announce nothing",
      {
        services: [
          service(1, { ports: [{ port: 1, nodePort: 30_003 }] }),
          service(2),
          service(3, { ports: [{ port: 1, nodePort: 30_001 }] }),
        ],
        pods: [session(4)],
      },
    ],
    [
      "a StatefulSet's pods beyond its Services announce nothing",
      {
        services: [1, 2, 3].map((number) => service(number, { selector: { app: `web-${String(number)}` } })),
        pods: [session(4, { labels: { app: "web-4" } })],
      },
    ],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("a Service without nodePort that selects the session does not map it", () => {
    const all = buildService({ namespace: "clearml", name: "metrics", selector: { CLEARML: "agent-1" }, ports: [{ port: 9100 }] });
    expect(find({ services: [...ten, all], pods: [session(13)] })).toHaveLength(1);
  });

  test("pods that may not be read: not evaluated, for everywhere or one namespace", () => {
    const evaluate = (pods: NonNullable<SnapshotParts["kinds"]>["pods"]) =>
      runRules(buildSnapshot({ services: ten, pods: [session(13)], kinds: { pods: pods ?? "live" } }), buildContext());
    expect(evaluate("forbidden").notEvaluated).toContainEqual({ rule: "announced-port-unmapped", missing: ["pods"], namespaces: "all" });
    const partly = evaluate({ state: "live", forbiddenNamespaces: ["clearml"] });
    expect(partly.notEvaluated).toContainEqual({ rule: "announced-port-unmapped", missing: ["pods"], namespaces: ["clearml"] });
    expect(partly.findings.filter(({ rule }) => rule === "announced-port-unmapped")).toEqual([]);
  });
});

describe("families", () => {
  const names = (services: NonNullable<SnapshotParts["services"]>) =>
    listFamilies(buildSnapshot({ services })).map(({ members }) => members.map(({ name }) => name));
  const chart = (name: string, nodePort: number) =>
    buildService({
      name,
      selector: { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": "stack" },
      ports: [{ port: 80, nodePort }],
    });

  test("names that end in a number, with nodePorts that rise with it, gaps included", () => {
    expect(names([service(1), service(2), service(7)])).toEqual([["clearml-session-1", "clearml-session-2", "clearml-session-7"]]);
  });

  test("other names, when selectors differ in a number and nodePorts are consecutive", () => {
    const lettered = ["a", "b", "c"].map((name, place) =>
      buildService({ name, selector: { app: "s", slot: String(place + 5) }, ports: [{ port: 1, nodePort: 31_500 + place }] }),
    );
    expect(names(lettered)).toEqual([["a", "b", "c"]]);
    expect(names(lettered.slice(0, 2))).toEqual([]);
  });

  test("two nodePorts each, rising by two", () => {
    const pairs = [0, 1, 2].map((number) =>
      buildService({
        name: `gpu-${String(number)}`,
        ports: [
          { port: 22, nodePort: 30_100 + 2 * number },
          { port: 80, nodePort: 30_101 + 2 * number },
        ],
      }),
    );
    const [family] = listFamilies(buildSnapshot({ services: pairs }));
    expect(family?.ports).toEqual([30_100, 30_101, 30_102, 30_103, 30_104, 30_105]);
  });

  test("charts that share label keys and stand side by side are strangers", () => {
    expect(names([chart("grafana", 31_900), chart("prometheus", 31_901), chart("alertmanager", 31_902)])).toEqual([]);
  });

  test("a Service belongs to one family at most; a mistyped member keeps the others' numbers announced", () => {
    const services = [...ten.slice(0, 6), service(7, { selector: { "ai.clearml.agent.serial": "pod-7" } })];
    const snapshot = buildSnapshot({ services, pods: [session(7), session(9)] });
    expect(listFamilies(snapshot)).toHaveLength(1);
    expect(listAnnouncedPorts(snapshot).map(({ port }) => port)).toEqual([30_007, 30_009]);
  });
});
