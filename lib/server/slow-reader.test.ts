// A browser that does not read, over a real connection: what the server holds for it is bounded, and it comes to the present state when it reads again.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compareAllocations } from "@/lib/core";
import { buildDeltas, buildNode, buildService } from "@/lib/core/testing/builders";
import type { ClusterSource, Sink } from "@/lib/sources/source";
import type { WireAllocation, WireDeltaEvent } from "@/lib/wire/schemas";
import { guardServer } from "./front-door";
import { createLiveHub, type LiveHub } from "./live-hub";
import { loadAllocations } from "./queries";
import { isProblem } from "./problem";
import { createRateLimit } from "./rate-limit";
import { startRuntime, type Runtime } from "./runtime";
import { createSseResponse, queueLengthMax } from "./sse";

let sink: Sink | undefined;
let runtime: Runtime;
let hub: LiveHub;
let server: Server;
let folder: string;
/** A local socket holds a fixed 200 KB or less in the kernel; TCP on loopback holds megabytes for a reader that does not read. */
let socketPath: string;

beforeEach(async () => {
  const source: ClusterSource = {
    cluster: "c",
    origin: "kubeconfig",
    start: (given) => {
      sink = given;
      given.apply(buildDeltas({ nodes: [buildNode({ name: "n1", ip: "10.0.0.1" })] }));
      return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
    },
  };
  runtime = startRuntime({ sources: [source], policies: new Map(), formats: new Map(), tickMs: 1 });
  hub = createLiveHub(runtime);
  await vi.waitUntil(() => runtime.clusters()[0]?.synced);
  folder = mkdtempSync(join(tmpdir(), "portolan-slow-"));
  socketPath = join(folder, "socket");
  server = createServer((asked, response) => {
    void stream(asked, response);
  });
  server.listen(socketPath);
  await once(server, "listening");
});

afterEach(async () => {
  hub.close();
  await runtime.stop();
  Reflect.deleteProperty(globalThis, Symbol.for("portolan.runtime.v1"));
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** As Next hands a Response to its connection: the next part once there is room for it. */
async function stream(asked: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    gone.abort();
  });
  const { body, headers } = createSseResponse(hub, "c", asked.headers["last-event-id"]?.toString() ?? null, gone.signal) ?? new Response();
  response.writeHead(200, Object.fromEntries(headers));
  response.flushHeaders();
  const write = async (part: Uint8Array): Promise<void> => {
    if (!response.write(part)) await once(response, "drain", { signal: gone.signal });
  };
  await body?.pipeTo(new WritableStream({ write, close: () => void response.end() }), { signal: gone.signal }).catch(() => undefined);
}

type Tab = { rows: Map<string, WireAllocation>; revision: number; id: string; snapshots: number; bytes: number; ended: boolean };

/** A tab: what it holds, kept true by the stream as the page does it. */
async function openTab(earlier: Partial<Tab> = {}) {
  const tab: Tab = { rows: new Map(), revision: 0, id: "", snapshots: 0, bytes: 0, ended: false, ...earlier };
  let held = "";
  let response: IncomingMessage | undefined;
  const take = (event: string): void => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(event)?.[1] ?? "";
    const kind = field("event");
    if (kind === "snapshot") {
      tab.snapshots += 1;
      fetchRows();
    } else if (kind === "delta") {
      const { base, revision, allocations } = JSON.parse(field("data")) as WireDeltaEvent;
      if (base !== tab.revision) return;
      tab.revision = revision;
      for (const row of allocations.upserted) tab.rows.set(row.id, row);
      for (const id of allocations.removed) tab.rows.delete(id);
    }
    if (field("id") !== "") tab.id = field("id");
  };
  const fetchRows = (): void => {
    const answer = loadAllocations(new URLSearchParams());
    if (isProblem(answer)) throw new Error(answer.detail);
    tab.rows = new Map(answer.allocations.map((row) => [row.id, row]));
    tab.revision = answer.revision;
  };
  const asked = request({ socketPath, path: "/", agent: false, headers: tab.id === "" ? {} : { "last-event-id": tab.id } });
  asked.on("error", () => (tab.ended = true));
  asked.on("response", (given) => {
    response = given;
    given.on("data", (part: Buffer) => {
      tab.bytes += part.length;
      const events = (held + part.toString("utf8")).split("\n\n");
      held = events.pop() ?? "";
      events.forEach(take);
    });
    given.on("close", () => (tab.ended = true));
    given.on("error", () => undefined);
  });
  asked.end();
  await vi.waitUntil(() => tab.bytes > (earlier.bytes ?? 0));
  return {
    tab,
    pause: () => response?.pause(),
    resume: () => response?.resume(),
    close: () => asked.destroy(),
  };
}

let made = 0;
/** One event of 20 KB and more. Returns once it is published. */
async function change(): Promise<void> {
  const before = runtime.clusters()[0]?.revision;
  made += 1;
  const selector = { long: String(made).padStart(20_000, "-") };
  sink?.apply([
    {
      type: "upsert",
      kind: "services",
      record: buildService({ name: "s", selector, ports: [{ port: 80, nodePort: 30_000 + (made % 100) }] }),
    },
  ]);
  await vi.waitUntil(() => runtime.clusters()[0]?.revision !== before, { timeout: 10_000, interval: 1 });
}

const present = () => {
  const answer = loadAllocations(new URLSearchParams());
  return isProblem(answer) ? [] : answer.allocations;
};

/** Changes until a reader's queue is full, and forty times more. */
async function overflow(): Promise<{ readonly events: number; readonly bytesPerEvent: number }> {
  const sizes: number[] = [];
  const listener = hub.subscribe(
    "c",
    null,
    (event) => sizes.push(event.length),
    () => undefined,
  );
  let events = 0;
  const isFull = (): boolean => hub.queueRoomMin() <= 0;
  for (let more = 0; more < 40; more += Number(isFull())) {
    events += 1;
    expect(events).toBeLessThan(1000);
    await change();
  }
  listener?.end();
  return { events, bytesPerEvent: Math.max(...sizes) };
}

describe("a browser that does not read", { timeout: 60_000 }, () => {
  test("has a bounded queue, and comes to the present state when it reads again or comes back", async () => {
    const [slow, leaving] = await Promise.all([openTab(), openTab()]);
    slow.pause();
    leaving.pause();
    const before = slow.tab.bytes;
    const { events, bytesPerEvent } = await overflow();
    leaving.close();
    slow.resume();
    const back = await openTab(leaving.tab);
    await vi.waitUntil(() => slow.tab.snapshots > 1, { timeout: 10_000 });
    // All that was held for it anywhere: its queue, and what HTTP and both ends of a local socket take.
    const read = slow.tab.bytes - before;
    expect(read).toBeGreaterThan((queueLengthMax / 2) * bytesPerEvent);
    expect(read).toBeLessThan(queueLengthMax * bytesPerEvent + (1 << 20));
    expect(read).toBeLessThan(events * bytesPerEvent);
    for (let time = 0; time < 3; time += 1) await change();
    for (const { tab } of [slow, back]) {
      await vi.waitUntil(() => tab.revision === runtime.clusters()[0]?.revision, { timeout: 10_000 });
      expect([...tab.rows.values()].sort(compareAllocations)).toEqual(present());
    }
    // Told once to begin anew, and then what changes as before.
    expect(slow.tab.snapshots).toBe(2);
    for (const { close } of [slow, back]) close();
    await vi.waitUntil(() => hub.subscriberCount() === 0, { timeout: 10_000 });
  });

  test("is cut when it has not read for long", async () => {
    guardServer(server, createRateLimit(1000, 1000, Date.now), { headersMs: 10_000, requestMs: 10_000, silenceMs: 500 });
    const slow = await openTab();
    slow.pause();
    while (hub.subscriberCount() > 0) await change();
    slow.resume();
    await vi.waitUntil(() => slow.tab.ended);
  });
});
