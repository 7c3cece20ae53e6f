import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { isProblem } from "./problem";
import { startRuntime } from "./runtime";
import { receiveSnapshot, removeSnapshot } from "./uploads";

const runtime = startRuntime({ sources: [], policies: new Map(), formats: new Map() });
afterAll(() => runtime.stop());
afterEach(async () => {
  for (const { name } of runtime.clusters()) await remove(name);
});

const service = (env: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Service", metadata: { namespace: "a", name: "web" }, spec: { ports: [{ port: 80, nodePort: 30080 }] } },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { namespace: "a", name: "p" },
        spec: { containers: [{ name: "c", env: [{ name: "T", value: env }] }] },
      },
    ],
  });

type Answer = { readonly cluster?: object; readonly problem?: string; readonly detail?: string };

async function send(name: string, body: BodyInit | null, type = "application/octet-stream"): Promise<Answer> {
  const request = new Request(`http://127.0.0.1/api/v1/snapshots?name=${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
  return await receiveSnapshot(request);
}

function remove(cluster: string): Promise<object> {
  return removeSnapshot(new Request(`http://127.0.0.1/api/v1/snapshots?cluster=${encodeURIComponent(cluster)}`, { method: "DELETE" }));
}

describe("a file that is sent", () => {
  test("becomes a cluster of its name, without what is never kept, and goes when it is removed", async () => {
    const { cluster } = await send("case 7.json.gz", gzipSync(service("planted-secret")));
    expect(cluster).toMatchObject({
      name: "case 7",
      source: "snapshot",
      state: "ready",
      removable: true,
      recognised: { format: "kubectl output", counts: { nodes: 0, pods: 1, services: 1 } },
    });
    expect(JSON.stringify(runtime.clusters())).not.toContain("planted-secret");
    expect(await remove("case 7")).toEqual({ removed: "case 7" });
    expect(runtime.clusters()).toEqual([]);
    expect(isProblem(await remove("case 7"))).toBe(true);
  });

  test.for([
    {
      name: "what is no snapshot",
      send: () => send("a.png", Buffer.from("89504e470d0a1a0a00", "hex")),
      problem: "unreadable-snapshot",
      says: "a.png: this is a PNG picture",
    },
    {
      name: "what breaks off at once",
      send: () => send("a.json", '{"apiVersion":"v1","items":['),
      problem: "unreadable-snapshot",
      says: "a.json",
    },
    {
      name: "what is broken next to a secret, without a word of it",
      send: () => send("a.json", '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":{"a":planted-secret}}}'),
      problem: "unreadable-snapshot",
      says: "a.json: Unexpected token 'p': the file is broken",
    },
    { name: "an empty body", send: () => send("a.json", null), problem: "bad-query", says: "empty" },
    { name: "a form", send: () => send("a.json", "x", "text/plain"), problem: "bad-query", says: "application/octet-stream" },
    { name: "no name", send: () => send("../", service("")), problem: "bad-query", says: "name" },
    { name: "a name that steers a terminal", send: () => send("a\u001b[2J", service("")), problem: "bad-query", says: "name" },
  ])("is refused: $name", async ({ send: ask, problem, says }) => {
    const answer = await ask();
    expect(answer).toMatchObject({ problem, detail: expect.stringContaining(says) as string });
    expect(runtime.clusters()).toEqual([]);
  });

  test("no part of its name opens anything", async () => {
    expect((await send("../../etc/passwd", service(""))).cluster).toMatchObject({ name: "passwd" });
  });

  test("one at a time, four at most", async () => {
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slow = new ReadableStream<Uint8Array>({
      async start(controller) {
        await held;
        controller.enqueue(Buffer.from(service("")));
        controller.close();
      },
    });
    const request = new Request("http://127.0.0.1/api/v1/snapshots?name=slow.json", {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: slow,
      duplex: "half",
    } as RequestInit);
    const first = receiveSnapshot(request);
    expect(await send("b.json", service(""))).toMatchObject({ problem: "too-many-requests", retryAfterSeconds: 5 });
    go();
    expect(await first).toMatchObject({ cluster: { name: "slow" } });
    for (const name of ["2.json", "3.json", "4.json"]) expect((await send(name, service(""))).cluster).toBeDefined();
    expect(await send("5.json", service(""))).toMatchObject({ problem: "no-room" });
  });

  test("whose sender leaves midway keeps nothing and no place", async () => {
    const request = new Request("http://127.0.0.1/api/v1/snapshots?name=half.json", {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Buffer.from(service("").slice(0, 40)));
          controller.error(new Error("gone"));
        },
      }),
      duplex: "half",
    } as RequestInit);
    expect(await receiveSnapshot(request)).toMatchObject({ problem: "unreadable-snapshot" });
    expect((await send("next.json", service(""))).cluster).toMatchObject({ name: "next" });
  });
});
