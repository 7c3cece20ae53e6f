import { describe, expect, test } from "vitest";
import type { Policy } from "../policy/policy";
import { noAssumptions } from "../policy/policy";
import { buildContext, buildNode, buildPod, buildService, buildSnapshot, buildWorkload, type SnapshotParts } from "../testing/builders";
import { findFreePorts, type FreeQuery } from "./find-free-ports";
import { describeFreeFact } from "./words";

const nodes = [buildNode({ name: "n1", ip: "10.0.0.1" }), buildNode({ name: "n2", ip: "10.0.0.2" })];
const ask = (query: Partial<FreeQuery>, parts: SnapshotParts = {}, policy: Partial<Policy> = {}) =>
  findFreePorts(buildSnapshot({ nodes, ...parts }), buildContext(policy), {
    kind: "nodePort",
    count: 1,
    align: 1,
    band: null,
    node: null,
    ...query,
  });
const services = (...numbers: readonly number[]) =>
  numbers.map((nodePort) => buildService({ name: `svc-${String.fromCodePoint(nodePort)}`, ports: [{ port: 80, nodePort }] }));
const run = (first: number, last: number) => services(...Array.from({ length: last - first + 1 }, (_, step) => first + step));
const session = (number: number) =>
  buildService({
    name: `session-${String(number)}`,
    namespace: "clearml",
    selector: { "ai.allegro.agent.serial": `pod-${String(number)}` },
    ports: [{ port: 22, nodePort: 30_000 + number }],
  });
const band = (first: number, last: number, kind: "nodePort" | "hostPort" = "nodePort") =>
  ({ name: "b", kind, ports: { first, last }, owner: null, allow: null }) as const;
const reservation = (port: number, partial: Partial<Policy["reservations"][number]> = {}) => ({
  port,
  kind: "nodePort" as const,
  node: null,
  protocol: null,
  purpose: "later",
  until: null,
  ticket: null,
  allow: null,
  ...partial,
});
const host = (hostPort: number, partial: Partial<Parameters<typeof buildPod>[0]> = {}) =>
  buildPod({ name: `h-${String(hostPort)}`, node: "n1", ip: "10.244.1.1", ports: [{ containerPort: 80, hostPort }], ...partial });

describe("the next free nodePort passes over", () => {
  test.for<[string, SnapshotParts, Partial<Policy>, number]>([
    ["nothing in an empty cluster", {}, {}, 30_000],
    ["numbers that Services hold", { services: services(30_000, 30_001) }, {}, 30_002],
    [
      "a health-check port",
      { services: [buildService({ name: "lb", type: "LoadBalancer", healthCheckNodePort: 30_000, ports: [{ port: 80 }] })] },
      {},
      30_001,
    ],
    ["reservations, on their last day too", {}, { reservations: [reservation(30_000, { until: "2026-05-12" })] }, 30_001],
    ["but not one that is over", {}, { reservations: [reservation(30_000, { until: "2026-05-11" })] }, 30_000],
    ["bands, which are somebody's", {}, { bands: [band(30_000, 30_049)] }, 30_050],
    [
      "blocks of an allocator",
      {},
      { blocks: [{ name: "x", kind: "nodePort", ports: { first: 30_000, last: 30_009 }, allow: null }] },
      30_010,
    ],
    ["a hostPort of some node", { pods: [host(30_000)] }, {}, 30_001],
    [
      "a listener of some node",
      { pods: [buildPod({ name: "l", node: "n1", hostNetwork: true, ports: [{ containerPort: 30_000 }] })] },
      {},
      30_001,
    ],
    [
      "what a Pending pod asks for",
      { pods: [buildPod({ name: "p", phase: "Pending", ports: [{ containerPort: 1, hostPort: 30_000 }] })] },
      {},
      30_001,
    ],
    [
      "what a workload's template asks for",
      { deployments: [buildWorkload({ name: "d", template: { containers: [{ ports: [{ containerPort: 1, hostPort: 30_000 }] }] } })] },
      {},
      30_001,
    ],
    ["gaps of a family", { services: [...services(30_000), ...[1, 2, 3, 5].map(session)] }, {}, 30_006],
    [
      "numbers that sessions announce",
      {
        services: [...services(30_000), ...[1, 2, 3].map(session)],
        pods: [
          buildPod({ name: "id", namespace: "clearml", node: "n1", ip: "10.244.1.2", labels: { "ai.allegro.agent.serial": "pod-4" } }),
        ],
      },
      {},
      30_005,
    ],
    [
      "the nodes' ephemeral range, where it is stated",
      {},
      { clusters: { "*": { ...noAssumptions, ephemeralPortRange: { first: 1024, last: 30_999 } } } },
      31_000,
    ],
    ["the static band, when it is full", { services: run(30_000, 30_085) }, {}, 30_086],
    [
      "another range, when the policy says so",
      {},
      { clusters: { test: { ...noAssumptions, nodePortRange: { first: 20_000, last: 22_767 } } } },
      20_000,
    ],
  ])("%s", ([, parts, policy, expected]) => {
    expect(ask({}, parts, policy).ports).toEqual([expected]);
  });
});

describe("blocks", () => {
  test("F08: the next aligned block behind a family of twenty, in the static band", () => {
    const family = Array.from({ length: 20 }, (_, place) => session(place + 1));
    const { ports } = ask({ count: 20, align: 20 }, { services: family });
    expect([ports[0], ports.at(-1), ports.length]).toEqual([30_021, 30_040, 20]);
  });

  test.for([
    ["counts from the band's first port", { band: "b", count: 4, align: 4 }, services(30_003), [30_006, 30_009]],
    ["without alignment the first run that fits", { band: "b", count: 4 }, services(30_003), [30_004, 30_007]],
    ["from a number that the asker names", { band: "b", count: 2, align: 10, alignFrom: 30_005 }, [], [30_005, 30_006]],
    ["goes on in the dynamic band", { count: 90 }, [], [30_000, 30_089]],
  ] as const)("%s", ([, query, taken, [first, last]]) => {
    const { ports } = ask(query, { services: taken }, "band" in query ? { bands: [band(30_002, 30_020)] } : {});
    expect([ports[0], ports.at(-1)]).toEqual([first, last]);
  });

  test("no room: the longest run and what stands in the way are named", () => {
    const { ports, facts } = ask(
      { band: "b", count: 4 },
      { services: services(30_002) },
      { bands: [band(30_000, 30_004)], reservations: [reservation(30_004)] },
    );
    expect(ports).toEqual([]);
    expect(facts.map(describeFreeFact)).toEqual([
      "no 4 numbers in a row are free; the longest run is 2",
      "30002 is taken",
      "30004 is reserved (later)",
    ]);
  });
});

describe("host ports", () => {
  test.for([
    ["held on any node", { band: "b" }, 8081],
    ["but not on this one", { band: "b", node: "n2" }, 8080],
    ["held on this one", { band: "b", node: "n1" }, 8081],
  ] as const)("%s", ([, query, expected]) => {
    expect(ask({ kind: "hostPort", ...query }, { pods: [host(8080)] }, { bands: [band(8080, 8099, "hostPort")] }).ports).toEqual([
      expected,
    ]);
  });

  test("without a band: above the privileged ones, not where machines or nodePorts are", () => {
    expect(ask({ kind: "hostPort" }).ports).toEqual([1024]);
    expect(ask({ kind: "hostPort", count: 100, align: 1, alignFrom: 2379 }).ports[0]).toBe(1024);
    const all = ask({ kind: "hostPort", count: 20_000 });
    expect(all.ports).toEqual([]);
    expect(all.facts[0]).toMatchObject({ code: "no-room", longest: 29_999 - 10_259 });
  });
});

describe("unknown is never free", () => {
  test("Services that could not be read", () => {
    const answer = ask({}, { kinds: { services: { forbiddenNamespaces: ["a"] } } });
    expect(answer).toMatchObject({ ports: [], facts: [{ code: "unknown", missing: ["services"], namespaces: ["a"] }] });
  });

  test("pods that could not be read leave a doubt about nodePorts, and no host port", () => {
    const kinds = { pods: { forbiddenNamespaces: ["a"] } };
    expect(ask({}, { kinds }).facts.at(-1)).toEqual({ code: "unknown", missing: ["pods"], namespaces: ["a"] });
    expect(ask({}, { kinds }).ports).toEqual([30_000]);
    expect(ask({ kind: "hostPort" }, { kinds }).ports).toEqual([]);
  });

  test("a range that nobody knows", () => {
    expect(ask({}, { services: services(20_000) })).toMatchObject({ ports: [], facts: [{ code: "range-unknown" }] });
  });
});
