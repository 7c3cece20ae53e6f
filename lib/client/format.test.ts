import { describe, expect, test } from "vitest";
import { formatAddress, formatAge, formatCount, formatFileTime, formatPorts, formatRevision, formatShare, formatTime } from "./format";

const units = { seconds: "s", minutes: "min", hours: "h", days: "d", years: "y" };
const thin = "\u202F";

test.for<[number, string]>([
  [-5, "0 s"],
  [59_999, "59 s"],
  [41 * 60_000, "41 min"],
  [3 * 3_600_000, "3 h"],
  [47 * 3_600_000, "47 h"],
  [203 * 86_400_000, "203 d"],
  [729 * 86_400_000, "729 d"],
  [1_203 * 86_400_000, "3 y"],
])("an age of %i ms is said as %s", ([ms, expected]) => {
  expect(formatAge(ms, units)).toBe(expected.replace(" ", thin));
});

test("numbers are grouped", () => {
  expect([formatCount(2768), formatCount(12), formatRevision(48_211), formatRevision(7)]).toEqual(["2,768", "12", `48${thin}211`, "7"]);
});

test("a small share does not become nothing", () => {
  expect([formatShare(0.5), formatShare(0.004), formatShare(0)]).toEqual([`50${thin}%`, `<1${thin}%`, `0${thin}%`]);
});

describe("formatPorts", () => {
  const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
  test("joins neighbours and counts the rest", () => {
    expect(formatPorts(tcp(30001, 30002, 30003, 30007))).toEqual({ text: "30001–30003, 30007", rest: 0 });
    expect(formatPorts(tcp(1, 3, 5, 7, 9, 10))).toEqual({ text: "1, 3, 5, 7", rest: 2 });
    expect(formatPorts([{ port: 53, protocol: "UDP" }])).toEqual({ text: "53/UDP", rest: 0 });
  });
});

test("addresses are spelled as the search takes them", () => {
  expect([formatAddress("10.0.0.1", 30001), formatAddress("fd00::1", 53, "UDP")]).toEqual(["10.0.0.1:30001", "[fd00::1]:53/udp"]);
});

test("a time of another day carries its day", () => {
  const now = Date.UTC(2026, 4, 12, 14, 43);
  const at = (ms: number, language: string): string => formatTime(ms, now, { language, timeZone: "UTC" });
  expect([at(Date.UTC(2026, 4, 12, 14, 2), "en"), at(Date.UTC(2026, 4, 9, 9, 14), "en"), at(Date.UTC(2020, 4, 12, 9, 14), "en")]).toEqual([
    "14:02",
    "9 May, 09:14",
    "12 May 2020, 09:14",
  ]);
  expect(formatFileTime(now)).toBe("20260512-1443");
});
