import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  formatClientPosition,
  parseBatchLine,
  parseClientPosition,
  parsePortRanges,
  parseRouteParams,
  parseRouteTarget,
} from "./parse-route-query";

describe("a target as people type it", () => {
  test.for([
    ["30001", { address: null, port: 30001, protocol: null }],
    [":30001/udp", { address: null, port: 30001, protocol: "UDP" }],
    ["10.190.1.2:30001", { address: "10.190.1.2", port: 30001, protocol: null }],
    [" 10.190.1.2:30001 ", { address: "10.190.1.2", port: 30001, protocol: null }],
    ["[fd00::1]:53/SCTP", { address: "fd00::1", port: 53, protocol: "SCTP" }],
    ["[::ffff:10.0.0.1]:80", { address: "::ffff:10.0.0.1", port: 80, protocol: null }],
  ] as const)("%s", ([text, value]) => {
    expect(parseRouteTarget(text)).toEqual({ ok: true, value });
  });
  test.for([
    ["", "address"],
    ["10.190.1.2", "address"],
    ["gpu-01:30001", "address"],
    ["0:30001", "address"],
    ["0.0.0.0:30001", "address"],
    ["[::]:30001", "address"],
    ["[]:30001", "address"],
    ["[10.0.0.1:30001", "address"],
    ["10.0.0.256:80", "address"],
    ["fd00::1:80", "address"],
    ["10.0.0.1:0", "port"],
    ["10.0.0.1:65536", "port"],
    ["99999999999999999999", "port"],
    ["10.0.0.1:80/icmp", "protocol"],
  ] as const)("%j is refused by its %s", ([text, field]) => {
    const parsed = parseRouteTarget(text);
    expect(parsed.ok ? "accepted" : parsed.error.field).toBe(field);
  });
});

describe("a client position", () => {
  test.for([
    ["outside", { kind: "outside", address: null }],
    ["outside=192.0.2.7", { kind: "outside", address: "192.0.2.7" }],
    ["outside=fd00::7", { kind: "outside", address: "fd00::7" }],
    ["outside=::ffff:192.0.2.7", { kind: "outside", address: "::ffff:192.0.2.7" }],
    ["node/gpu-01", { kind: "node", name: "gpu-01" }],
    ["pod/clearml/agent-0", { kind: "pod", namespace: "clearml", name: "agent-0" }],
  ] as const)("%s", ([text, value]) => {
    expect(parseClientPosition(text)).toEqual({ ok: true, value });
    expect(formatClientPosition(value)).toBe(text);
  });
  test("IPv6 in brackets", () => {
    expect(parseClientPosition("outside=[fd00::7]")).toEqual({ ok: true, value: { kind: "outside", address: "fd00::7" } });
  });
  test.for(["", "inside", "outside=", "outside=gpu-01", "outside=0.0.0.0", "node/", "node", "node/a/b", "pod/a", "pod//b", "pod/a/b/c"])(
    "%j is refused, with the spellings",
    (text) => {
      const parsed = parseClientPosition(text);
      expect(parsed.ok ? "accepted" : parsed.error.field).toBe("from");
    },
  );
});

describe("the parameters of a trace", () => {
  const params = { address: "10.0.0.1", port: "80", protocol: null, from: null, node: null };
  test("protocol, client and node may be left out", () => {
    expect(parseRouteParams(params)).toEqual({
      ok: true,
      value: { address: "10.0.0.1", port: 80, protocol: "TCP", from: { kind: "outside", address: null }, node: null },
    });
  });
  test.for([
    [{ address: null }, "address"],
    [{ address: "" }, "address"],
    [{ address: "example.com" }, "address"],
    [{ address: "0" }, "address"],
    [{ address: "0.0.0.0" }, "address"],
    [{ address: "[fd00::1" }, "address"],
    [{ address: "10.0.0.1:80" }, "address"],
    [{ port: "0" }, "port"],
    [{ port: "65536" }, "port"],
    [{ port: "-1" }, "port"],
    [{ port: null }, "port"],
    [{ port: "080x" }, "port"],
    [{ port: "1e3" }, "port"],
    [{ protocol: "quic" }, "protocol"],
    [{ from: "node" }, "from"],
  ] as const)("%j is refused by its %s", ([change, field]) => {
    const parsed = parseRouteParams({ ...params, ...change });
    expect(parsed.ok ? "accepted" : parsed.error.field).toBe(field);
  });
});

test.for([
  ["fd00::1", "fd00::1"],
  ["[fd00::1]", "fd00::1"],
  ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
  ["[::ffff:10.0.0.1]", "::ffff:10.0.0.1"],
] as const)("the address %s, as a parameter and in a batch", ([address, expected]) => {
  const params = { address, port: "80", protocol: null, from: null, node: null };
  expect(parseRouteParams(params)).toMatchObject({ ok: true, value: { address: expected } });
  expect(parseBatchLine(JSON.stringify({ address, port: 80 }))).toMatchObject({ ok: true, value: { address: expected } });
});

test("a host name is told from other text that is no address", () => {
  const detail = (text: string): string => {
    const parsed = parseRouteTarget(text);
    return parsed.ok ? "accepted" : parsed.error.detail;
  };
  expect(detail("gpu-01:30001")).toContain("names are not looked up");
  expect(detail("0:30001")).not.toContain("names");
});

describe("a line of a batch", () => {
  test("a Route's own query, and its short forms", () => {
    const query = { address: "10.0.0.1", port: 80, protocol: "UDP", from: { kind: "pod", namespace: "a", name: "b" }, node: "n1" };
    expect(parseBatchLine(JSON.stringify(query))).toEqual({ ok: true, value: query });
    expect(parseBatchLine('{"address":"10.0.0.1","port":80}')).toMatchObject({
      ok: true,
      value: { protocol: "TCP", from: { kind: "outside", address: null }, node: null },
    });
    expect(parseBatchLine('{"address":"10.0.0.1","port":80,"from":"node/n1"}')).toMatchObject({
      ok: true,
      value: { from: { kind: "node", name: "n1" } },
    });
  });
  test.for([
    ["nonsense", "query"],
    ["[]", "query"],
    ["null", "query"],
    ["{}", "address"],
    ['{"address":"10.0.0.1"}', "port"],
    ['{"address":"10.0.0.1","port":"80"}', "port"],
    ['{"address":"10.0.0.1","port":80.5}', "port"],
    ['{"address":7,"port":80}', "address"],
    ['{"address":"gpu-01","port":80}', "address"],
    ['{"address":"0:30001","port":80}', "address"],
    ['{"address":"10.0.0.1","port":0}', "port"],
    ['{"address":"10.0.0.1","port":70000}', "port"],
    ['{"address":"10.0.0.1","port":80,"from":{"kind":"pod","name":"x"}}', "from"],
    ['{"address":"10.0.0.1","port":80,"node":[]}', "node"],
  ] as const)("%s is refused by its %s", ([line, field]) => {
    const parsed = parseBatchLine(line);
    expect(parsed.ok ? "accepted" : parsed.error.field).toBe(field);
  });
  prop.prop([fc.oneof(fc.string(), fc.json())])("no line makes it fail", (line) => {
    const parsed = parseBatchLine(line);
    if (!parsed.ok) expect(parsed.error.detail).not.toBe("");
  });
});

test.for([
  [
    "30000-30100,31000",
    [
      [30_000, 30_100],
      [31_000, 31_000],
    ],
  ],
  ["80", [[80, 80]]],
] as const)("ports %s", ([text, ranges]) => {
  const parsed = parsePortRanges(text);
  expect(parsed.ok && parsed.value.map(({ first, last }) => [first, last])).toEqual(ranges);
});
test.for(["", "a", "100-90", "0-5", "1-70000", "80,,81"])("ports %j are refused", (text) => {
  expect(parsePortRanges(text).ok).toBe(false);
});
