import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  cidrContains,
  cidrContainsCidr,
  familyOf,
  firstHostOf,
  formatAddress,
  formatCidr,
  isLoopback,
  isUnspecified,
  normaliseAddress,
  parseAddress,
  parseCidr,
  sameAddress,
} from "./ip";

describe("normaliseAddress", () => {
  test.for([
    ["10.0.0.1", "10.0.0.1"],
    ["010.000.0.01", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["fd00:0:0::0001", "fd00::1"],
    ["FD00::A", "fd00::a"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["1:0:0:2:0:0:3:4", "1::2:0:0:3:4"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ] as const)("spells %s as %s", ([text, expected]) => {
    expect(normaliseAddress(text)).toBe(expected);
  });

  test.for([
    "",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.1.2",
    "10.0.0.-1",
    " 10.0.0.1",
    "1e1.0.0.1",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::g",
    "::1.2.3",
    "1.2.3.4::",
    "fe80::1%eth0",
    "node-1",
    "12345::",
  ])("leaves %j alone, which is no address", (text) => {
    expect(normaliseAddress(text)).toBe(text);
    expect(parseAddress(text)).toBeUndefined();
    expect(familyOf(text)).toBeNull();
  });

  prop.prop([fc.ipV4()])("keeps canonical IPv4", (text) => {
    expect(normaliseAddress(text)).toBe(text);
  });

  prop.prop([fc.ipV6()])("is its own canonical form", (text) => {
    const once = normaliseAddress(text);
    expect(normaliseAddress(once)).toBe(once);
    expect(sameAddress(text, once)).toBe(true);
  });

  prop.prop([fc.array(fc.nat(255), { minLength: 16, maxLength: 16 })])("reads what formatAddress writes", (bytes) => {
    const address = parseAddress(formatAddress({ family: "IPv6", bytes }));
    const isMapped = bytes.every((byte, i) => i >= 12 || byte === (i >= 10 ? 255 : 0));
    expect(address).toEqual(isMapped ? { family: "IPv4", bytes: bytes.slice(12) } : { family: "IPv6", bytes });
  });

  prop.prop([fc.string()])("never throws", (text) => {
    normaliseAddress(text);
    parseCidr(text);
  });
});

describe("CIDR", () => {
  test.for([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.7/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.1/32", "10.0.0.1", true],
    ["10.0.0.1/32", "10.0.0.2", false],
    ["10.0.0.0/15", "10.1.255.255", true],
    ["10.0.0.0/15", "10.2.0.0", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "fd00::1", false],
    ["::/0", "10.0.0.1", false],
    ["fd00::/64", "fd00::1:0:0:1", true],
    ["fd00::/64", "fd00:0:0:1::1", false],
    ["::ffff:10.0.0.0/104", "10.9.9.9", true],
  ] as const)("%s holds %s: %s", ([network, address, expected]) => {
    const cidr = parseCidr(network);
    const ip = parseAddress(address);
    expect(cidr !== undefined && ip !== undefined && cidrContains(cidr, ip)).toBe(expected);
  });

  test.for(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8 ", "fd00::/129", "x/8", "::ffff:10.0.0.0/8"])(
    "%j is none",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test("clears host bits, holds smaller networks, knows its first host", () => {
    const cidr = parseCidr("10.244.1.77/24");
    if (cidr === undefined) throw new Error("no CIDR");
    expect(formatCidr(cidr)).toBe("10.244.1.0/24");
    const first = firstHostOf(cidr);
    expect(first && formatAddress(first)).toBe("10.244.1.1");
    const inner = parseCidr("10.244.1.128/25");
    expect(inner && cidrContainsCidr(cidr, inner)).toBe(true);
    expect(inner && cidrContainsCidr(inner, cidr)).toBe(false);
    const single = parseCidr("10.0.0.1/32");
    expect(single && firstHostOf(single)).toBeUndefined();
  });
});

test.for([
  ["127.0.0.1", true, false],
  ["127.9.9.9", true, false],
  ["::1", true, false],
  ["::", false, true],
  ["0.0.0.0", false, true],
  ["10.0.0.1", false, false],
] as const)("%s: loopback %s, unspecified %s", ([text, loopback, unspecified]) => {
  const address = parseAddress(text);
  expect(address && isLoopback(address)).toBe(loopback);
  expect(address && isUnspecified(address)).toBe(unspecified);
});
