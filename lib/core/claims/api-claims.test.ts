// routing.md section 4: what the API server refuses, by the ids of its rows.

import { expect, test } from "vitest";
import { buildPod, buildService, buildSnapshot } from "../testing/builders";
import { countChosenNodePorts, findPodRefusals, findServiceRefusals, listAllocatedNodePorts } from "./api-claims";

type PartialService = Parameters<typeof buildService>[0];
type Ports = NonNullable<PartialService["ports"]>;

const range = { first: 30_000, last: 32_767 };
const service = (ports: Ports, partial: Partial<PartialService> = {}) => buildService({ name: "web", type: "NodePort", ports, ...partial });
const other = buildService({ name: "other", ports: [{ port: 80, nodePort: 30_001 }] });
const health = { type: "LoadBalancer", externalTrafficPolicy: "Local" } as const;
const tcpUdp = (second: number): Ports => [
  { name: "t", port: 53, nodePort: 30_053 },
  { name: "u", port: second, nodePort: 30_053, protocol: "UDP" },
];

test.for([
  ["a free number", [other], service([{ port: 80, nodePort: 30_002 }]), []],
  ["C1", [other], service([{ port: 80, nodePort: 30_001 }]), ["already-allocated spec.ports[0].nodePort 30001 default/other"]],
  [
    "C1 whatever the protocol",
    [other],
    service([{ port: 80, nodePort: 30_001, protocol: "UDP" }]),
    ["already-allocated spec.ports[0].nodePort 30001 default/other"],
  ],
  [
    "C2",
    [],
    service([
      { name: "a", port: 80, nodePort: 30_002 },
      { name: "b", port: 81, nodePort: 30_002 },
    ]),
    ["duplicate spec.ports[1].nodePort 30002"],
  ],
  ["C3 one port, created", [], service(tcpUdp(53)), []],
  ["C3 two ports, created", [], service(tcpUdp(54)), ["already-allocated spec.ports[1].nodePort 30053"]],
  ["C3 two ports, updated", [service([{ name: "t", port: 53, nodePort: 30_053 }])], service(tcpUdp(54)), []],
  ["C5", [], service([{ port: 80, nodePort: 29_999 }]), ["out-of-range spec.ports[0].nodePort 29999"]],
  [
    "C5, C8: an old number is not asked for again",
    [service([{ port: 80, nodePort: 29_999 }])],
    service([{ port: 80, nodePort: 29_999 }]),
    [],
  ],
  [
    "C7 against a nodePort",
    [other],
    service([{ port: 80, nodePort: 30_002 }], { ...health, healthCheckNodePort: 30_001 }),
    ["already-allocated spec.healthCheckNodePort 30001 default/other"],
  ],
  [
    "C7 against a health check",
    [buildService({ name: "hc", ...health, healthCheckNodePort: 32_000, ports: [{ port: 80, nodePort: 30_009 }] })],
    service([{ port: 80, nodePort: 32_000 }]),
    ["already-allocated spec.ports[0].nodePort 32000 default/hc"],
  ],
  [
    "C7 within one Service",
    [],
    service([{ port: 80, nodePort: 32_000 }], { ...health, healthCheckNodePort: 32_000 }),
    ["already-allocated spec.healthCheckNodePort 32000"],
  ],
  [
    "a nodePort of a ClusterIP Service",
    [],
    service([{ port: 80, nodePort: 30_002 }], { type: "ClusterIP" }),
    ["forbidden spec.ports[0].nodePort 30002"],
  ],
] as const)("%s", ([, services, asked, expected]) => {
  const found = findServiceRefusals(buildSnapshot({ services }), asked, range);
  expect(
    found.map(
      ({ code, field, value, holder }) => `${code} ${field} ${value}${holder === null ? "" : ` ${holder.namespace}/${holder.name}`}`,
    ),
  ).toEqual(expected);
});

test("C6: a full range refuses what it would have to choose, and only that", () => {
  const small = { first: 30_000, last: 30_001 };
  const snapshot = buildSnapshot({ services: [buildService({ name: "a", ports: [{ port: 80, nodePort: 30_000 }] })] });
  const wants = (ports: Ports) => findServiceRefusals(snapshot, service(ports), small).map(({ code }) => code);
  expect(wants([{ port: 80 }])).toEqual([]);
  expect(
    wants([
      { name: "a", port: 80 },
      { name: "b", port: 81 },
    ]),
  ).toEqual(["range-full"]);
  expect(
    wants([
      { name: "a", port: 80, nodePort: 30_001 },
      { name: "b", port: 81 },
    ]),
  ).toEqual(["range-full"]);
});

test.for([
  [
    "one for each",
    [
      { name: "a", port: 80 },
      { name: "b", port: 81 },
    ],
    {},
    2,
  ],
  [
    "C4: TCP and UDP on one port share it",
    [
      { name: "a", port: 53 },
      { name: "b", port: 53, protocol: "UDP" },
    ],
    {},
    1,
  ],
  [
    "C4: the number that its twin was given",
    [
      { name: "a", port: 53, nodePort: 30_053 },
      { name: "b", port: 53, protocol: "UDP" },
    ],
    {},
    0,
  ],
  ["none for a ClusterIP Service", [{ port: 80 }], { type: "ClusterIP" }, 0],
  ["one more for a health check", [{ port: 80 }], health, 2],
  ["R1.3.2: none where allocation is off", [{ port: 80 }], { type: "LoadBalancer", allocateLoadBalancerNodePorts: false }, 0],
] as const)("numbers that the API server chooses: %s", ([, ports, partial, expected]) => {
  expect(countChosenNodePorts(service(ports, partial))).toBe(expected);
});

test("C7: nodePorts and health checks come from one pool", () => {
  const hc = buildService({ name: "hc", ...health, healthCheckNodePort: 32_000, ports: [{ port: 80, nodePort: 30_009 }] });
  expect([...listAllocatedNodePorts(buildSnapshot({ services: [hc, other] }))].sort()).toEqual([30_001, 30_009, 32_000]);
});

const p8081 = { containerPort: 80, hostPort: 8081 };
test.for([
  [
    "C13 in two containers",
    [
      { name: "a", ports: [p8081] },
      { name: "b", ports: [p8081] },
    ],
    false,
    ["duplicate TCP//8081"],
  ],
  ["C13 on two addresses", [{ name: "a", ports: [{ ...p8081, hostIP: "10.0.0.1" }, p8081] }], false, []],
  ["C13 of two protocols", [{ name: "a", ports: [p8081, { ...p8081, protocol: "UDP" }] }], false, []],
  [
    "C13 in an init container beside",
    [
      { name: "a", ports: [p8081] },
      { name: "i", role: "init", ports: [p8081] },
    ],
    false,
    [],
  ],
  ["R1.7.1", [{ name: "a", ports: [p8081] }], true, ["host-network-port 8081"]],
] as const)("a pod's host ports: %s", ([, containers, hostNetwork, expected]) => {
  const pod = buildPod({ name: "p", hostNetwork, containers });
  expect(findPodRefusals(pod).map(({ code, value }) => `${code} ${value}`)).toEqual(expected);
});
