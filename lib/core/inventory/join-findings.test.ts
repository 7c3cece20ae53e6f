import { describe, expect, test } from "vitest";
import type { Evaluation, Finding } from "../model/finding";
import type { Owner } from "../model/owner";
import { buildContext, buildPod, buildService, buildSlice, buildSnapshot } from "../testing/builders";
import { build, local, web as webService } from "../testing/scenarios";
import { traceRoute } from "../routing/trace";
import { buildAllocations } from "./build-allocations";
import { findingsOnRoute, joinFindings } from "./join-findings";

const web: Owner = { kind: "Service", namespace: "default", name: "web" };
const pod: Owner = { kind: "Pod", namespace: "default", name: "a" };
const rows = buildAllocations(
  buildSnapshot({
    pods: [buildPod({ name: "a", node: "n1", ip: "10.244.1.1", ports: [{ containerPort: 80, hostPort: 30_080 }] })],
    services: [
      buildService({
        name: "web",
        ports: [
          { port: 80, nodePort: 30_080 },
          { name: "b", port: 81, nodePort: 30_081 },
        ],
      }),
      buildService({ name: "other", ports: [{ port: 80, nodePort: 30_082 }] }),
    ],
    slices: [buildSlice({ service: "web", endpoints: [{ address: "10.244.1.1", pod: "a" }] })],
  }),
  buildContext({
    reservations: [{ port: 30_082, kind: "nodePort", node: null, protocol: null, purpose: "x", until: null, ticket: null, allow: null }],
  }),
);

function join(...findings: readonly Pick<Finding, "subjects" | "ports">[]): Readonly<Record<string, readonly string[]>> {
  const evaluation: Pick<Evaluation, "findings"> = {
    findings: findings.map((finding, i) => ({
      fingerprint: `f${String(i)}`,
      rule: "r",
      variant: "",
      severity: "warning",
      groups: [],
      nodes: [],
      evidence: {},
      acknowledged: null,
      sinceMs: null,
      title: "",
      summary: "",
      symptoms: [],
      remedies: [],
      ...finding,
    })),
  };
  return Object.fromEntries(joinFindings(rows, evaluation).flatMap(({ id, findings: found }) => (found.length === 0 ? [] : [[id, found]])));
}

const tcp = (port: number) => ({ port, protocol: "TCP" as const });

describe("joinFindings", () => {
  test("a holder's row on one of the ports", () => {
    expect(join({ subjects: [web], ports: [tcp(30_080)] })).toEqual({ "nodePort/default/Service/web/30080/TCP": ["f0"] });
  });
  test("not on another protocol or number", () => {
    expect(join({ subjects: [web], ports: [{ port: 30_080, protocol: "UDP" }, tcp(1)] })).toEqual({});
  });
  test("an owner's row only on the port itself", () => {
    expect(join({ subjects: [pod], ports: [tcp(30_080)] })).toEqual({
      "hostPort/default/Pod/a/30080/TCP": ["f0"],
      "nodePort/default/Service/web/30080/TCP": ["f0"],
    });
  });
  test("without ports: what its subjects hold", () => {
    expect(join({ subjects: [web], ports: [] }, { subjects: [pod], ports: [] })).toEqual({
      "nodePort/default/Service/web/30080/TCP": ["f0"],
      "nodePort/default/Service/web/30081/TCP": ["f0"],
      "hostPort/default/Pod/a/30080/TCP": ["f1"],
    });
  });
  test("a reservation of every protocol, and the order of the evaluation", () => {
    const reservation: Owner = { kind: "Reservation", namespace: "", name: "30082" };
    const finding = { subjects: [reservation], ports: [{ port: 30_082, protocol: "UDP" as const }] };
    expect(join(finding, { subjects: [reservation, reservation], ports: [] })).toEqual({
      "reservation//Reservation/30082/30082/any": ["f0", "f1"],
    });
  });
  test("rows without findings stay the same objects", () => {
    expect(joinFindings(rows, { findings: [] }).every((row, i) => row === rows[i])).toBe(true);
  });
});

describe("the findings of a route", () => {
  const { snapshot, context } = build({ services: [webService({ ...local, externalIPs: ["198.18.0.5"] })] }, "iptables");
  const findings = [
    { fingerprint: "nodePort", ports: [{ port: 30_080, protocol: "TCP" as const }] },
    { fingerprint: "port", ports: [{ port: 80, protocol: "TCP" as const }] },
  ];
  test.for([
    ["a node's port", "10.0.0.1", 30_080, "TCP", ["nodePort"]],
    ["another protocol", "10.0.0.1", 30_080, "UDP", []],
    ["an address that no node owns", "192.0.2.9", 30_080, "TCP", []],
    ["an external IP, where the nodes differ", "198.18.0.5", 80, "TCP", ["port"]],
    ["a cluster IP", "10.96.0.80", 80, "TCP", []],
    ["loopback of an outside client", "127.0.0.1", 30_080, "TCP", []],
  ] as const)("%s", ([, address, port, protocol, expected]) => {
    const route = traceRoute(snapshot, context, { address, port, protocol, from: { kind: "outside", address: null }, node: null });
    expect(findingsOnRoute(findings, route)).toEqual(expected);
  });
});
