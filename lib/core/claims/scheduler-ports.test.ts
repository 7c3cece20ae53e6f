// routing.md section 5 and its rows T61, T71, T72, T85, T86.

import { expect, test } from "vitest";
import { buildNode, buildPod, buildSnapshot } from "../testing/builders";
import {
  collidesForScheduler,
  findSchedulerCollisions,
  holdsSchedulerPorts,
  listSchedulerPorts,
  type SchedulerPort,
} from "./scheduler-ports";

const port = (hostIP: string, protocol: "TCP" | "UDP" = "TCP"): SchedulerPort => ({
  hostIP: hostIP === "" ? "0.0.0.0" : hostIP,
  protocol,
  port: 80,
  container: "main",
});

test.for([
  ["T85", "10.0.0.1", "", true],
  ["T85", "10.0.0.1", "10.0.0.2", false],
  ["T85", "10.0.0.1", "10.0.0.1", true],
  ["T85", "10.0.0.1", "::", false],
  ["T86", "", "127.0.0.1", true],
  ["T86", "::", "10.0.0.1", false],
  ["R5.5", "::", "", true],
  ["R5.5", "", "::", true],
  ["R5.5", "fd00::1", "fd00:0::1", false],
] as const)("%s: held on '%s', wanted on '%s': %s", ([, held, wanted, expected]) => {
  expect(collidesForScheduler(port(wanted), port(held))).toBe(expected);
});

test("T85: another protocol or number never collides", () => {
  expect(collidesForScheduler(port("", "UDP"), port("10.0.0.1"))).toBe(false);
  expect(collidesForScheduler({ ...port(""), port: 81 }, port(""))).toBe(false);
});

test.for([
  [33, ["main"]],
  [34, ["main", "sidecar"]],
] as const)("T61, R5.1: at 1.%i the containers %s count", ([minor, expected]) => {
  const containers = (["main", "sidecar", "init"] as const).map((role, place) => ({
    name: role,
    role,
    ports: [{ containerPort: 80, hostPort: 8080 + place }],
  }));
  expect(listSchedulerPorts(buildPod({ name: "p", containers }), minor).map(({ container }) => container)).toEqual(expected);
});

test("R5.1: declared ports of a hostNetwork pod count like hostPorts", () => {
  const [only] = listSchedulerPorts(buildPod({ name: "p", hostNetwork: true, ports: [{ containerPort: 9100 }] }), 36);
  expect(only).toEqual({ hostIP: "0.0.0.0", protocol: "TCP", port: 9100, container: "main" });
});

test.for([
  ["Running", {}, true],
  ["Pending", { phase: "Pending" }, true],
  ["terminating (R5.2)", { deletedAtMs: 1 }, true],
  ["T71: Succeeded", { phase: "Succeeded" }, false],
  ["T72: Failed", { phase: "Failed", reason: "NodePorts" }, false],
  ["bound to no node", { nodeName: null }, false],
] as const)("a pod that is %s holds its ports: %s", ([, partial, expected]) => {
  expect(holdsSchedulerPorts(buildPod({ name: "p", node: "n1", ...partial }))).toBe(expected);
});

test("the collisions of a pod on a node: each port with its holder, never itself, never another node's", () => {
  const wants = buildPod({
    name: "new",
    ports: [
      { containerPort: 80, hostPort: 8081 },
      { containerPort: 81, hostPort: 8082 },
    ],
  });
  const hold = (name: string, node: string, hostPort: number, partial = {}) =>
    buildPod({ name, node, ports: [{ containerPort: 80, hostPort }], ...partial });
  const snapshot = buildSnapshot({
    nodes: [buildNode({ name: "n1" }), buildNode({ name: "n2" })],
    pods: [hold("a", "n1", 8081), hold("gone", "n1", 8082, { phase: "Succeeded" }), hold("b", "n2", 8082), { ...wants, nodeName: "n1" }],
  });
  const on = (node: string): readonly string[] =>
    findSchedulerCollisions(snapshot, wants, node, 36).map(({ wanted, holder }) => `${String(wanted.port)} ${holder.name}`);
  expect(on("n1")).toEqual(["8081 a"]);
  expect(on("n2")).toEqual(["8082 b"]);
});
