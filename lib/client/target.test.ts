import { expect, test } from "vitest";
import { findTargetFault, parseTarget } from "./target";

test.for<[string, ReturnType<typeof parseTarget>]>([
  ["30001", { address: null, port: 30001, protocol: null, text: "30001" }],
  [":30001/udp", { address: null, port: 30001, protocol: "UDP", text: ":30001/udp" }],
  [" 10.190.1.2:30001 ", { address: "10.190.1.2", port: 30001, protocol: null, text: "10.190.1.2:30001" }],
  ["[fd00::1]:53/UDP", { address: "fd00::1", port: 53, protocol: "UDP", text: "[fd00::1]:53/udp" }],
  ["70000", null],
  ["svc/web", null],
  ["", null],
])("%j is read as a target", ([input, expected]) => {
  expect(parseTarget(input)).toEqual(expected);
});

test.for([
  ["gpu-01:30001", "address", "gpu-01"],
  ["0:30001", "address", "0"],
  ["10.190.1:30001", "address", "10.190.1"],
  ["[fe80::1%eth0]:80", "address", "[fe80::1%eth0]"],
  ["10.190.1.2:70000", "port", "70000"],
  ["10.190.1.2:0", "port", "0"],
  ["10.190.1.2:http", "port", "http"],
  ["70000", "port", "70000"],
  ["10.190.1.2:80/icmp", "protocol", "icmp"],
  ["10.190.1.2", "form", "10.190.1.2"],
  ["fd00::1:80", "form", "fd00::1:80"],
  ["svc/web", "form", "svc/web"],
] as const)("%s is no target: its %s %s", ([input, part, text]) => {
  expect(parseTarget(input)).toBeNull();
  expect(findTargetFault(input)).toEqual({ part, text });
});
