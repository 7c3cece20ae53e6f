import { describe, expect, test } from "vitest";
import { createClusterIndex, emptyPolicy, traceRoute, type Delta, type Route } from "@/lib/core";
import { buildDeltas, buildNode, buildPod, buildService, buildSlice, type SnapshotParts } from "@/lib/core/testing/builders";
import { encodeRoute } from "./encode-route";
import { routeSchema } from "./schemas";

const node = (place: number) =>
  buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}`, podCIDRs: [`10.244.${String(place)}.0/24`] });
const web = buildService({ name: "web", ports: [{ port: 80, targetPort: 8080, nodePort: 30001 }], sessionAffinitySeconds: 60 });
const pod = (name: string, last: number, labels: Record<string, string> = {}) =>
  buildPod({ name, ip: `10.244.1.${String(last)}`, node: "n1", labels });
const base: SnapshotParts = {
  nodes: [node(1), node(2)],
  services: [web],
  pods: [pod("a", 10), pod("b", 11)],
  slices: [
    buildSlice({
      service: "web",
      endpoints: [
        { address: "10.244.1.10", node: "n1", pod: "a" },
        { address: "10.244.1.11", node: "n1", pod: "b" },
      ],
    }),
  ],
};

function ask(parts: SnapshotParts = {}, port = 30001, whyNot?: string): Route {
  const index = createClusterIndex("test");
  const deltas: readonly Delta[] = buildDeltas({ ...base, ...parts });
  index.apply(deltas);
  const query = { address: "10.0.0.1", port, protocol: "TCP" as const, from: { kind: "outside" as const, address: null }, node: null };
  return traceRoute(
    index.snapshot(),
    { policy: emptyPolicy, nowMs: 0 },
    query,
    whyNot === undefined ? {} : { whyNot: { namespace: "default", name: whyNot } },
  );
}

describe("a Route as JSON", () => {
  test("delivered: backends, shares, source, affinity, the findings passed in", () => {
    const wire = encodeRoute(ask(), ["f1"]);
    expect(wire).toMatchObject({
      query: { address: "10.0.0.1", port: 30001, protocol: "TCP", from: { kind: "outside" } },
      outcome: "delivered",
      reason: null,
      claim: { kind: "nodePort", namespace: "default", name: "web", port: 30001 },
      node: "n1",
      source: "masqueraded",
      affinitySeconds: 60,
      healthCheck: null,
      findings: ["f1"],
      whyNot: null,
      backends: [
        {
          address: "10.244.1.10",
          port: 8080,
          probability: 0.5,
          pod: { namespace: "default", name: "a" },
          owner: { kind: "Pod", name: "a" },
        },
        { address: "10.244.1.11", probability: 0.5 },
      ],
    });
    expect(wire.query).not.toHaveProperty("node");
    expect(wire.steps.map(({ code }) => code)).toEqual(["address", "claim", "endpoints", "policy", "choice"]);
    expect(wire.steps.every(({ title, verdict }) => title !== "" && verdict !== "")).toBe(true);
  });
  test.for([
    [2, 200],
    [0, 503],
  ] as const)("a health check with %i local endpoints is %i", ([count, status]) => {
    const service = buildService({
      name: "web",
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 32000,
      ports: [{ port: 80 }],
    });
    const wire = encodeRoute(ask({ services: [service], ...(count === 0 ? { slices: [] } : {}) }, 32000), []);
    expect(wire).toMatchObject({ outcome: "healthCheck", healthCheck: { status, localEndpoints: count }, source: "preserved" });
  });
  test("contested: alternatives are routes themselves", () => {
    const rival = buildService({ name: "rival", ports: [{ port: 80, nodePort: 30001 }] });
    const slices = [...(base.slices ?? []), buildSlice({ service: "rival", endpoints: [{ address: "10.244.1.10" }] })];
    const wire = encodeRoute(ask({ services: [web, rival], slices }), []);
    expect(wire).toMatchObject({ outcome: "contested", reason: "same-tuple", claim: null, backends: [] });
    expect(wire.alternatives.map(({ outcome, claim }) => [outcome, claim?.name])).toEqual([
      ["delivered", "rival"],
      ["delivered", "web"],
    ]);
  });
  test("unknown: what is missing, and where", () => {
    const wire = encodeRoute(ask({ kinds: { endpointslices: { forbiddenNamespaces: ["default"] } } }), []);
    expect(wire).toMatchObject({
      outcome: "unknown",
      reason: "forbidden",
      missing: [{ kind: "endpointslices", namespaces: ["default"] }],
      claim: { name: "web" },
    });
  });
  test("why not this pod", () => {
    const wire = encodeRoute(
      ask({ pods: [...(base.pods ?? []), pod("c", 12)], services: [{ ...web, selector: { app: "web" } }] }, 30001, "c"),
      [],
    );
    expect(wire.whyNot).toMatchObject({
      pod: { namespace: "default", name: "c" },
      steps: [{ code: "notSelected", field: "metadata.labels[app]", value: null }],
    });
  });
  test.for([
    ["delivered", {}, 30001],
    ["rejected", { slices: [] }, 30001],
    ["closed", {}, 9],
    ["unknown", { kinds: { endpointslices: "syncing" } }, 30001],
  ] as const)("%s keeps to the published schema", ([outcome, parts, port]) => {
    const wire = encodeRoute(ask(parts, port, "a"), []);
    expect(wire.outcome).toBe(outcome);
    expect(routeSchema.parse(JSON.parse(JSON.stringify(wire)))).toEqual(wire);
  });
});
