import { afterAll, describe, expect, test } from "vitest";
import { buildDeltas, buildNode, buildService } from "@/lib/core/testing/builders";
import type { Sink } from "@/lib/sources/source";
import { createLiveHub } from "./live-hub";
import { renderMetrics } from "./metrics";
import { startRuntime } from "./runtime";

// The page is read as Prometheus reads it: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4), by a parser that forgives nothing.

type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

function parsePage(text: string): { readonly types: ReadonlyMap<string, string>; readonly samples: readonly Sample[] } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const ended = new Set<string>();
  let current = "";
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, word, name = "", rest = ""] = comment;
      if (word === "HELP") {
        if (ended.has(name)) throw new Error(`${name} comes twice`);
        ended.add(current);
        current = name;
      } else if (name !== current || types.has(name) || !/^(counter|gauge|histogram|summary|untyped)$/.test(rest))
        throw new Error(`bad type: ${line}`);
      else types.set(name, rest);
      continue;
    }
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?)|NaN|[+-]Inf)$/.exec(line);
    if (match === null) throw new Error(`no sample: ${line}`);
    const [, name = "", pairs = "", value = ""] = match;
    if (name !== current || !types.has(name)) throw new Error(`a sample without its type: ${line}`);
    samples.push({ name, labels: parseLabels(pairs), value: Number(value) });
  }
  return { types, samples };
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const match = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/.exec(rest);
    if (match === null) throw new Error(`no labels: ${rest}`);
    const [whole, name = "", value = ""] = match;
    if (name in labels) throw new Error(`a label twice: ${name}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
    rest = rest.slice(whole.length);
  }
  return labels;
}

const cluster = 'a "cluster"\nof \\ backslashes';
let sink: Sink | undefined;
const runtime = startRuntime({
  sources: [
    {
      cluster,
      origin: "kubeconfig",
      start: (given) => {
        sink = given;
        given.apply(buildDeltas({ nodes: [buildNode({ name: "n" })], services: [buildService({ name: "s" })] }));
        given.apply([{ type: "asOf", asOfMs: Date.now() - 5000 }]);
        return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
      },
    },
  ],
  policies: new Map(),
  formats: new Map(),
});
afterAll(() => runtime.stop());

const valueOf = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
  parsePage(renderMetrics()).samples.find(
    (each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
  )?.value;

describe("the metrics page", () => {
  test("is in the format that Prometheus reads, whatever a cluster is called", async () => {
    await expect.poll(() => valueOf("portolan_cluster_ready")).toBe(1);
    const { types, samples } = parsePage(renderMetrics());
    for (const [name, type] of types) {
      expect(name).toMatch(/^portolan_[a-z_]+$/);
      expect(type).toBe(name.endsWith("_total") ? "counter" : "gauge");
    }
    expect(new Set(samples.flatMap(({ labels }) => labels["cluster"] ?? []))).toEqual(new Set([cluster]));
    const ids = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(samples.every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  test("says what runs, how old the data is and what was read", () => {
    expect(valueOf("portolan_build_info", { version: "development", node: process.version })).toBe(1);
    expect(valueOf("portolan_sync_age_seconds")).toBeGreaterThanOrEqual(5);
    expect(valueOf("portolan_objects", { kind: "nodes" })).toBe(1);
    for (const severity of ["critical", "warning", "info", "acknowledged"])
      expect(valueOf("portolan_findings", { severity })).toBeGreaterThanOrEqual(0);
  });

  test("counts events and lists by kind", () => {
    const [events = 0, lists = 0] = [
      valueOf("portolan_events_total", { kind: "nodes" }),
      valueOf("portolan_lists_total", { kind: "nodes" }),
    ];
    sink?.apply([
      { type: "upsert", kind: "nodes", record: buildNode({ name: "m" }) },
      { type: "remove", kind: "nodes", key: "m" },
      { type: "replace", kind: "nodes", scope: "all", records: [] },
    ]);
    expect(valueOf("portolan_events_total", { kind: "nodes" })).toBe(events + 2);
    expect(valueOf("portolan_lists_total", { kind: "nodes" })).toBe(lists + 1);
  });

  test("counts a browser that is too slow once for each queue that it loses", async () => {
    const hub = createLiveHub(runtime);
    const subscription = hub.subscribe(
      cluster,
      null,
      () => 0,
      () => undefined,
    );
    expect(valueOf("portolan_stream_drops_total")).toBe(1);
    expect(hub.queueRoomMin()).toBe(0);
    sink?.apply([{ type: "upsert", kind: "nodes", record: buildNode({ name: "later" }) }]);
    await expect.poll(() => valueOf("portolan_objects", { kind: "nodes" })).toBe(1);
    expect(valueOf("portolan_stream_drops_total")).toBe(1);
    subscription?.resume();
    expect(valueOf("portolan_stream_drops_total")).toBe(2);
    hub.close();
    expect(hub.queueRoomMin()).toBe(Infinity);
  });
});
