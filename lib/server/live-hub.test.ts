import { afterEach, describe, expect, test, vi } from "vitest";
import { createApiServer, type ApiServer } from "@/lib/sources/demo/api-server";
import type { ApiObject } from "@/lib/sources/demo/api-object";
import { buildScale } from "@/lib/sources/demo/scale";
import { buildStory } from "@/lib/sources/demo/story/story";
import { connectPlain } from "@/lib/sources/kubernetes/connect";
import { createKubernetesSource } from "@/lib/sources/kubernetes/kubernetes-source";
import { createLiveHub, type LiveHub } from "./live-hub";
import { createRuntime, type Runtime } from "./runtime";
import { createSseResponse } from "./sse";

vi.setConfig({ testTimeout: 60_000 });
const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).reverse()) await close();
});

type Served = { readonly server: ApiServer; readonly runtime: Runtime; readonly hub: LiveHub };

async function serve(objects: Iterable<ApiObject> = buildStory()): Promise<Served> {
  const server = createApiServer({ objects });
  const source = createKubernetesSource({ connection: connectPlain("c", await server.start()), origin: "kubeconfig", namespaces: [] });
  const runtime = createRuntime({ sources: [source], policies: new Map(), formats: new Map(), tickMs: 5 });
  const hub = createLiveHub(runtime);
  closing.push(
    () => server.stop(),
    () => runtime.stop(),
    () => {
      hub.close();
    },
  );
  await expect.poll(() => runtime.clusters()[0]?.synced, { timeout: 20_000 }).toBe(true);
  return { server, runtime, hub };
}

type SseEvent = { readonly event: string; readonly id: string | null; readonly data: Readonly<Record<string, unknown>> };

/** Reads a stream event by event. */
function read(response: Response | undefined): {
  next(): Promise<SseEvent | null>;
  until(event: string): Promise<SseEvent>;
  close(): Promise<void>;
} {
  if (response?.body == null) throw new Error("there is no stream");
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let held = "";
  const next = async (): Promise<SseEvent | null> => {
    for (;;) {
      const end = held.indexOf("\n\n");
      if (end >= 0) {
        const fields = new Map(
          held
            .slice(0, end)
            .split("\n")
            .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
        );
        held = held.slice(end + 2);
        return {
          event: fields.get("event") ?? "",
          id: fields.get("id") ?? null,
          data: JSON.parse(fields.get("data") ?? "{}") as SseEvent["data"],
        };
      }
      const { done, value } = await reader.read();
      if (done) return null;
      held += decoder.decode(value, { stream: true });
    }
  };
  return {
    next,
    until: async (event) => {
      for (;;) {
        const each = await next();
        if (each === null) throw new Error(`the stream ended before ${event}`);
        if (each.event === event) return each;
      }
    },
    close: () => reader.cancel(),
  };
}

const none = new AbortController().signal;
const open = ({ hub }: Served, lastEventId: string | null = null) => read(createSseResponse(hub, "c", lastEventId, none));

function touch({ server }: Served, times = 1): void {
  for (let time = 0; time < times; time += 1) {
    const service = server.store.list("Service", null).find(({ metadata }) => !metadata.name.startsWith("touched"));
    if (service !== undefined)
      server.apply({ ...service, metadata: { ...service.metadata, name: `touched-${String(server.store.version())}` } });
  }
}

describe("an event stream", () => {
  test("begins with a snapshot and a heartbeat, tells what changes, and beats every five seconds", async () => {
    const served = await serve();
    const stream = open(served);
    const first = await stream.next();
    expect(first?.event).toBe("snapshot");
    expect(await stream.next()).toMatchObject({ event: "heartbeat", data: { cluster: "c", revision: first?.data["revision"] } });
    touch(served);
    const delta = await stream.until("delta");
    expect(JSON.stringify(delta.data["allocations"])).toContain("touched-");
    await stream.close();
    expect(served.hub.subscriberCount()).toBe(0);
  });

  test("says within one tick that a kind is stale", async () => {
    const served = await serve();
    const stream = open(served);
    await stream.until("heartbeat");
    await served.server.stop();
    const status = await stream.until("status");
    expect(JSON.stringify(status.data)).toContain('"stale"');
    await stream.close();
  });

  test("goes on where it was, with the states of kinds; from another process, or from too long ago, with a snapshot", async () => {
    const served = await serve();
    const stream = open(served);
    const { id } = await stream.until("snapshot");
    touch(served);
    await stream.until("delta");
    const again = open(served, id);
    expect((await again.next())?.event).toMatch(/delta|status/);
    const late = open(served, `${served.runtime.epoch}-1`);
    expect((await late.next())?.event).toBe("snapshot");
    const foreign = open(served, (id ?? "").replace(served.runtime.epoch, "elsewhere"));
    expect((await foreign.next())?.event).toBe("snapshot");
    for (const each of [stream, again, late, foreign]) await each.close();
    expect(served.hub.subscriberCount()).toBe(0);
  });

  test("of a reader that is too slow holds a bounded queue, and gives it a snapshot when it reads again", async () => {
    const served = await serve(buildScale({ nodes: 2, pods: 4, services: 2 }));
    const fast = open(served);
    const slow = open(served);
    for (let round = 0; served.hub.queueRoomMin() > 0; round += 1) {
      touch(served);
      // Reading is what makes the fast one's room.
      await fast.until("delta");
      expect(round).toBeLessThan(200);
    }
    const events: string[] = [];
    for (let each = await slow.next(); each !== null && events.filter((name) => name === "snapshot").length < 2; each = await slow.next())
      events.push(each.event);
    expect(events.length).toBeLessThan(140);
    expect(events.at(-1)).toBe("snapshot");
    await fast.close();
    await slow.close();
  });

  test("ends when the process does", async () => {
    const served = await serve();
    const stream = open(served);
    await stream.until("heartbeat");
    served.hub.close();
    expect(await stream.next()).toBeNull();
  });
});

test("each view follows the one before it, and no change is lost", async () => {
  const served = await serve();
  const revisions: number[] = [];
  served.runtime.onChange(({ previous, current }) => {
    revisions.push(previous.revision, current.revision);
  });
  touch(served, 50);
  await expect.poll(() => served.runtime.clusters()[0]?.snapshot.services.size).toBe(served.server.store.list("Service", null).length);
  const [first = 0, ...rest] = revisions;
  // Each view follows the one that was shown before it.
  expect(rest.filter((_, place) => place % 2 === 1)).toEqual(rest.slice(0, -1).filter((_, place) => place % 2 === 0));
  expect(first).toBeGreaterThan(0);
});
