import { describe, expect, test } from "vitest";
import { buildContext, buildEvent, buildService, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { noAssumptions, type Policy } from "../policy/policy";
import { runRules } from "./run-rules";

const range = (first: number, last: number): Partial<Policy> => ({
  clusters: { "*": { ...noAssumptions, nodePortRange: { first, last } } },
});
const web = (nodePort: number, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({ name: `web-${String(nodePort)}`, ports: [{ port: 80, nodePort }], ...partial });
const event = (service: string, message: string) =>
  buildEvent({
    name: `e-${service}`,
    reason: "PortOutOfRange",
    involvedObject: { kind: "Service", namespace: "default", name: service },
    message,
  });
const evaluate = (parts: SnapshotParts, policy: Partial<Policy> = {}) => runRules(buildSnapshot(parts), buildContext(policy));
const find = (parts: SnapshotParts, policy: Partial<Policy> = {}) =>
  evaluate(parts, policy).findings.filter(({ rule }) => rule === "node-port-out-of-range");

describe("node-port-out-of-range", () => {
  test("F10: a nodePort 53/UDP, and the policy says the default range: a warning, one for each Service", () => {
    const dns = web(53, { name: "dns", ports: [{ port: 53, nodePort: 53, protocol: "UDP" }], externalTrafficPolicy: "Local" });
    expect(find({ services: [dns, web(30_080)] }, range(30_000, 32_767))).toMatchObject([
      {
        severity: "warning",
        ports: [{ port: 53, protocol: "UDP" }],
        subjects: [{ name: "dns" }],
        evidence: { cause: "outside", from: "policy" },
      },
    ]);
  });

  test("the API server's event tells the range, and is quoted", () => {
    const message = "Port 40000 is not within the port range 30000-32767; please recreate service";
    const services = [web(40_000), web(30_080)];
    expect(find({ services, events: [event("web-40000", message)] })).toMatchObject([
      {
        severity: "warning",
        ports: [{ port: 40_000 }],
        evidence: { range: { first: 30_000, last: 32_767 }, from: "event", event: message },
      },
    ]);
    expect(
      find({ services, events: [event("web-40000", "Port 40000 is not within the port range 20000-39999; please recreate service")] }),
    ).toMatchObject([{ evidence: { range: { first: 20_000, last: 39_999 } } }]);
  });

  test("numbers outside of the default and nobody to tell the range: one note that asks, and what needs the range is not evaluated", () => {
    const { findings, notEvaluated } = evaluate({ services: [web(20_001), web(20_002), web(30_090, { pinnedNodePorts: [30_090] })] });
    expect(findings.filter(({ rule }) => rule === "node-port-out-of-range")).toMatchObject([
      { severity: "info", ports: [{ port: 20_001 }, { port: 20_002 }], evidence: { cause: "unknown-range" } },
    ]);
    expect(findings.filter(({ rule }) => rule === "pinned-in-dynamic-band")).toEqual([]);
    for (const rule of ["node-port-out-of-range", "pinned-in-dynamic-band"])
      expect(notEvaluated).toContainEqual({ rule, missing: [], settings: ["nodePortRange"], namespaces: "all" });
  });

  test("a health-check port counts", () => {
    const service = buildService({
      name: "lb",
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 33_000,
      ports: [{ port: 80 }],
    });
    expect(find({ services: [service] }, range(30_000, 32_767))).toMatchObject([{ ports: [{ port: 33_000, protocol: "TCP" }] }]);
  });

  test.for<readonly [string, SnapshotParts, Partial<Policy>]>([
    ["the first and the last number of the range", { services: [web(30_000), web(32_767)] }, {}],
    ["another range, as the policy says", { services: [web(20_001)] }, range(20_000, 20_100)],
    ["a ClusterIP and a headless Service", { services: [web(0), web(53, { clusterIPs: ["None"] })] }, {}],
  ])("%s: nothing, and evaluated", ([, parts, policy]) => {
    expect(find(parts, policy)).toEqual([]);
    expect(evaluate(parts, policy).notEvaluated.map(({ rule }) => rule)).not.toContain("node-port-out-of-range");
  });

  test("Services that may not be read: not evaluated", () => {
    expect(evaluate({ kinds: { services: "forbidden" } }).notEvaluated).toContainEqual({
      rule: "node-port-out-of-range",
      missing: ["services"],
      namespaces: "all",
    });
  });
});
