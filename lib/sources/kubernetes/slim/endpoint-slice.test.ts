// What of a slice the API leaves open, and what is no use to a proxy: routing.md 2.1 and its rows T24 and T32.

import { expect, test } from "vitest";
import { slimObject } from "./slim-object";

const slice = (ports: unknown, endpoint: unknown) =>
  slimObject({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports,
    endpoints: [endpoint],
  }).records.map(({ record }) => record);

test.for([
  ["T24: no conditions", {}, { ready: true, serving: true, terminating: false }],
  ["nothing at all", undefined, { ready: true, serving: true, terminating: false }],
  ["nulls", { ready: null, serving: null, terminating: null }, { ready: true, serving: true, terminating: false }],
  ["ready false alone", { ready: false }, { ready: false, serving: true, terminating: false }],
  [
    "T27: publishNotReadyAddresses of a terminating pod",
    { ready: true, serving: false, terminating: true },
    { ready: true, serving: false, terminating: true },
  ],
] as const)("conditions: %s", ([, conditions, expected]) => {
  expect(slice([{ name: "", port: 8080, protocol: "TCP" }], { addresses: ["10.244.1.10"], conditions })).toMatchObject([
    { endpoints: [{ address: "10.244.1.10", ...expected }] },
  ]);
});

test.for([
  ["T32: a port without a number", { name: "", protocol: "TCP" }, null],
  ["T32: port null", { name: "", port: null, protocol: "TCP" }, null],
  ["T32: port 0", { name: "", port: 0, protocol: "TCP" }, null],
  ["a port with a number", { name: "", port: 8080 }, 8080],
] as const)("%s", ([, port, expected]) => {
  expect(slice([port], { addresses: ["10.244.1.10"] })).toMatchObject([{ ports: [{ port: expected, protocol: "TCP" }] }]);
});

test("only the first address of an endpoint counts, in its normal spelling", () => {
  expect(slice([], { addresses: ["010.244.001.010", "10.9.9.9"] })).toMatchObject([{ endpoints: [{ address: "10.244.1.10" }] }]);
  expect(slice([], { addresses: [] })).toMatchObject([{ endpoints: [] }]);
});
