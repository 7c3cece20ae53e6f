import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { dayOf, formatDay, parseDay } from "./civil-date";

test.for([
  ["1970-01-01", 0],
  ["1969-12-31", -1],
  ["2000-02-29", 11_016],
  ["2000-03-01", 11_017],
  ["2026-05-12", 20_585],
  ["1900-03-01", -25_508],
] as const)("%s is day %i", ([text, day]) => {
  expect(parseDay(text)).toBe(day);
  expect(formatDay(day)).toBe(text);
});

test.for(["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-4-1", "26-04-01", "", "2026-05-12T00:00:00Z"])(
  "%j is no date",
  (text) => {
    expect(parseDay(text)).toBeUndefined();
  },
);

prop.prop([fc.date({ min: new Date("0000-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })])(
  "agrees with the platform's calendar",
  (date) => {
    const text = date.toISOString().slice(0, 10);
    expect(parseDay(text)).toBe(dayOf(date.getTime()));
    expect(formatDay(dayOf(date.getTime()))).toBe(text);
  },
);
