import { describe, expect, test } from "vitest";
import { buildPolicy, testNowMs } from "../testing/builders";
import { bandOf, isAllowed, splitNodePortRange } from "./bands";
import { daysLeft, isExpired } from "./reservations";

test.for([
  [30_000, 32_767, { first: 30_000, last: 30_085 }, 30_086],
  [30_000, 30_031, { first: 30_000, last: 30_015 }, 30_016],
  [30_000, 30_015, null, 30_000],
  [20_000, 32_767, { first: 20_000, last: 20_127 }, 20_128],
  [1000, 1699, { first: 1000, last: 1020 }, 1021],
] as const)("T87: the API server's static band of %i-%i", ([first, last, expected, dynamic]) => {
  expect(splitNodePortRange({ first, last })).toEqual({ static: expected, dynamic: { first: dynamic, last } });
});

describe("bandOf", () => {
  const policy = buildPolicy({
    bands: [
      { name: "a", kind: "nodePort", ports: { first: 30_001, last: 30_020 }, owner: null, allow: null },
      { name: "b", kind: "hostPort", ports: { first: 30_001, last: 30_020 }, owner: null, allow: null },
    ],
  });
  test.for([
    ["nodePort", 30_000, null],
    ["nodePort", 30_001, "a"],
    ["nodePort", 30_020, "a"],
    ["nodePort", 30_021, null],
    ["hostPort", 30_001, "b"],
  ] as const)("%s %i: %s", ([kind, port, name]) => {
    expect(bandOf(policy, kind, port)?.name ?? null).toBe(name);
  });
});

test.for([
  [{ namespaces: null, labels: null }, true],
  [{ namespaces: ["clearml"], labels: null }, true],
  [{ namespaces: ["other"], labels: null }, false],
  [{ namespaces: [], labels: null }, false],
  [{ namespaces: null, labels: { app: "x" } }, true],
  [{ namespaces: null, labels: { app: "y" } }, false],
  [{ namespaces: ["clearml"], labels: { app: "x" } }, true],
  [{ namespaces: ["clearml"], labels: { app: "x", tier: "z" } }, false],
] as const)("isAllowed %j: %s", ([allow, expected]) => {
  expect(isAllowed(allow, { namespace: "clearml", labels: { app: "x" } })).toBe(expected);
});

test.for([
  ["2026-05-12", 0, false],
  ["2026-05-18", 6, false],
  ["2026-05-11", -1, true],
  [null, null, false],
] as const)("until %s on 2026-05-12: %s days left, expired %s", ([until, left, expired]) => {
  expect(daysLeft(until, testNowMs)).toBe(left);
  expect(isExpired(until, testNowMs)).toBe(expired);
});
