import { describe, expect, test } from "vitest";
import { en } from "@/components/words/en";
import type { WireSearchResult } from "@/lib/wire/schemas";
import { buildPaletteRows } from "./palette-rows";

const route: WireSearchResult = {
  type: "route",
  label: "10.190.1.2:30001",
  detail: "reaches two owners",
  outcome: "delivered",
  severity: "critical",
  href: "/trace?to=10.190.1.2:30001",
  facts: null,
};
const commands = [{ label: "Switch the theme", keys: "t", run: () => undefined }];
const rowsOf = (text: string, results: readonly WireSearchResult[] = []) =>
  buildPaletteRows({ text, results, commands, recent: ["10.0.0.1:80"], words: en });

describe("buildPaletteRows", () => {
  test("Enter on a pasted address opens its trace before the server has answered", () => {
    expect(rowsOf("10.190.1.2:30001")[0]).toMatchObject({ label: "10.190.1.2:30001", href: "/trace?to=10.190.1.2:30001" });
  });

  test("a port alone is answered too", () => {
    expect(rowsOf("30001")[0]).toMatchObject({ href: "/trace?to=30001" });
  });

  test("the server's answer takes that place, with the glyph of what is wrong", () => {
    const [first, ...others] = rowsOf("10.190.1.2:30001", [route]);
    expect(first).toMatchObject({ detail: "reaches two owners", glyph: "mixed" });
    expect(others.map(({ href }) => href)).toEqual(["/?cell=:30001", "/allocations?q=port:30001"]);
  });

  test("nothing typed: what was opened last, then commands", () => {
    expect(rowsOf("").map(({ label }) => label)).toEqual(["10.0.0.1:80", "Switch the theme"]);
  });

  test("> lists commands only", () => {
    expect(rowsOf("> THEME", [route]).map(({ label }) => label)).toEqual(["Switch the theme"]);
    expect(rowsOf(">nothing")).toEqual([]);
  });

  test("names carry the prefix under which they can be typed", () => {
    const service: WireSearchResult = {
      ...route,
      type: "service",
      label: "clearml/web",
      detail: "30001",
      outcome: null,
      severity: null,
      href: "/allocations?q=holder:web",
    };
    expect(rowsOf("web", [service])[0]).toMatchObject({ label: "svc/clearml/web", beside: "30001", glyph: null });
  });
});
