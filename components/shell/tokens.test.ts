import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

// The contrasts that the palette promises, computed by WCAG 2 from the style sheet itself.

type Theme = "light" | "dark";

const css = readFileSync(new URL("../../app/globals.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/(--[\w-]+):\s*light-dark\((#[0-9a-f]{3,8}),\s*(#[0-9a-f]{3,8})\)/g)].map(([, name, light, dark]) => [
    name ?? "",
    { light: light ?? "", dark: dark ?? "" },
  ]),
);

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(front: string, back: string, theme: Theme): number {
  const [high = 0, low = 0] = [front, back].map((name) => luminance(tokens.get(name)?.[theme] ?? "")).sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["--bg", "--surface", "--sunken"];

describe("on page, panels and wells", () => {
  test.for<[token: string, light: number, dark: number]>([
    ["--text", 15.2, 15.3],
    ["--text-2", 7.6, 9.4],
    ["--text-3", 5, 6.2],
    ["--control", 3.2, 3.9],
    ["--critical", 5.7, 5.5],
    ["--warning", 5.2, 9.4],
    ["--ok", 4.5, 9.2],
    ["--o-local", 5.1, 6.9],
    ["--o-rejected", 3.8, 8.7],
    ["--o-dropped", 7.9, 4.7],
    ["--o-listener", 10.5, 9.8],
    ["--o-hostport", 5.9, 5.2],
    ["--o-unknown", 3.3, 4.1],
    ...Array.from({ length: 8 }, (_, place): [string, number, number] => [`--ow${String(place + 1)}`, 4.5, 8]),
  ])("%s stands out", ([token, light, dark]) => {
    const lowest = (theme: Theme): number => Math.min(...grounds.map((ground) => contrast(token, ground, theme)));
    expect(lowest("light")).toBeGreaterThanOrEqual(light - 0.1);
    expect(lowest("dark")).toBeGreaterThanOrEqual(dark - 0.1);
  });
});

describe("on soft grounds, and text on solid ones", () => {
  test.for<[front: string, back: string, light: number, dark: number]>([
    ["--critical", "--critical-soft", 5.8, 5.2],
    ["--warning", "--warning-soft", 5.4, 8.1],
    ["--o-local", "--o-local-tint", 4.7, 5.2],
    ["--o-rejected", "--o-rejected-tint", 3.6, 6.9],
    ["--o-dropped", "--o-dropped-tint", 7.2, 4.2],
    ["--on-ink", "--ink", 15, 15],
    ...Array.from({ length: 8 }, (_, place): [string, string, number, number] => ["--on-ink", `--ow${String(place + 1)}`, 5, 5.9]),
  ])("%s on %s", ([front, back, light, dark]) => {
    expect(contrast(front, back, "light")).toBeGreaterThanOrEqual(light - 0.1);
    expect(contrast(front, back, "dark")).toBeGreaterThanOrEqual(dark - 0.1);
  });
});
