import { afterEach, describe, expect, it } from "vitest";
import type { ApiObject } from "./api-object";
import { createApiServer, type ApiServer, type ApiServerOptions } from "./api-server";
import { createControl } from "./control";

type Json = Readonly<Record<string, unknown>>;
type Meta = {
  readonly name?: string;
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly annotations?: Readonly<Record<string, string>>;
};
type List = { readonly kind: string; readonly metadata: Meta; readonly items: readonly { readonly metadata: Meta }[] };
type WatchLine = { readonly type: string; readonly object: { readonly kind?: string; readonly code?: number; readonly metadata: Meta } };

const pod = (name: string, namespace = "a", labels: Readonly<Record<string, string>> = {}): ApiObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: {},
});
const slice = (namespace: string): ApiObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "s", namespace },
  endpoints: null,
});

const open: { server: ApiServer; watches: AbortController }[] = [];

async function serve(
  objects: readonly ApiObject[],
  options: Omit<ApiServerOptions, "objects"> = {},
): Promise<{ server: ApiServer; url: string; watches: AbortController }> {
  const server = createApiServer({ objects, ...options });
  const watches = new AbortController();
  open.push({ server, watches });
  return { server, url: await server.start(), watches };
}

afterEach(async () => {
  for (const { server, watches } of open.splice(0)) {
    watches.abort();
    await server.stop();
  }
});

async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; headers: Headers; body: Json }> {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

async function getList(url: string): Promise<{ status: number; body: List }> {
  const { status, body } = await get(url);
  return { status, body: body as unknown as List };
}

/** The lines of a watch, one by one; undefined at its end, "cut" when the connection broke. */
async function watch(url: string, signal: AbortSignal): Promise<{ status: number; next: () => Promise<WatchLine | string | undefined> }> {
  const response = await fetch(url, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async (): Promise<WatchLine | string | undefined> => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        try {
          return JSON.parse(line) as WatchLine;
        } catch {
          return line;
        }
      }
      try {
        const part = await reader?.read();
        if (part === undefined || part.done) return undefined;
        text += part.value;
      } catch {
        return "cut";
      }
    }
  };
  return { status: response.status, next };
}

const streaming = "watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";

describe("lists", () => {
  it("pages show what was there when the first one was asked for", async () => {
    const { server, url } = await serve([pod("1"), pod("2"), pod("3"), pod("4"), pod("5")]);
    const first = await getList(`${url}/api/v1/pods?limit=2`);
    expect(first.body).toMatchObject({ kind: "PodList", metadata: { remainingItemCount: 3 } });
    server.apply(pod("0"));
    server.remove(pod("3"));
    const second = await getList(`${url}/api/v1/pods?limit=2&continue=${first.body.metadata.continue ?? ""}`);
    const third = await getList(`${url}/api/v1/pods?limit=2&continue=${second.body.metadata.continue ?? ""}`);
    expect([first, second, third].flatMap(({ body }) => body.items.map(({ metadata }) => metadata.name))).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
    expect(third.body.metadata.continue).toBeUndefined();
    expect(third.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    expect(first.body.items[0]).not.toHaveProperty("kind");
  });

  it("a continue token is expired after compaction", async () => {
    const { server, url } = await serve([pod("1"), pod("2")]);
    const first = await getList(`${url}/api/v1/pods?limit=1`);
    server.compact();
    const second = await get(`${url}/api/v1/pods?limit=1&continue=${first.body.metadata.continue ?? ""}`);
    expect(second).toMatchObject({ status: 410, body: { kind: "Status", reason: "Expired", code: 410 } });
  });

  it("namespaces, field and label selectors narrow them; one object can be read", async () => {
    const { url } = await serve([pod("x", "a", { app: "web" }), pod("y", "b"), pod("z", "a")]);
    const names = async (path: string): Promise<unknown> =>
      (await getList(`${url}${path}`)).body.items.map(({ metadata }) => metadata.name);
    expect(await names("/api/v1/namespaces/a/pods")).toEqual(["x", "z"]);
    expect(await names("/api/v1/pods?fieldSelector=metadata.name%3Dy")).toEqual(["y"]);
    expect(await names("/api/v1/pods?labelSelector=app%3Dweb")).toEqual(["x"]);
    expect(await names("/api/v1/pods?labelSelector=!app")).toEqual(["z", "y"]);
    expect((await get(`${url}/api/v1/pods?fieldSelector=spec.nodeName%3Dn`)).status).toBe(400);
    expect((await get(`${url}/api/v1/namespaces/b/pods/y`)).body).toMatchObject({ kind: "Pod", metadata: { name: "y" } });
    expect(await get(`${url}/api/v1/namespaces/b/pods/none`)).toMatchObject({
      status: 404,
      body: { message: 'pods "none" not found', reason: "NotFound" },
    });
    expect((await get(`${url}/api/v1/secrets`)).status).toBe(404);
    expect((await get(`${url}/version`)).body).toMatchObject({ gitVersion: "v1.36.2" });
  });
});

describe("watches", () => {
  it("a streaming list is the objects, the bookmark that ends them, then the changes", async () => {
    const { server, url, watches } = await serve([pod("1"), pod("2")]);
    const { next } = await watch(`${url}/api/v1/pods?${streaming}`, watches.signal);
    expect(await next()).toMatchObject({ type: "ADDED", object: { kind: "Pod", metadata: { name: "1" } } });
    expect(await next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "2" } } });
    expect(await next()).toMatchObject({
      type: "BOOKMARK",
      object: {
        kind: "Pod",
        metadata: { annotations: { "k8s.io/initial-events-end": "true" }, resourceVersion: String(server.store.version()) },
      },
    });
    server.apply(pod("3"));
    server.apply(pod("1", "a", { changed: "yes" }));
    server.remove(pod("2"));
    expect(await next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "3" } } });
    expect(await next()).toMatchObject({ type: "MODIFIED", object: { metadata: { name: "1" } } });
    expect(await next()).toMatchObject({ type: "DELETED", object: { metadata: { name: "2" } } });
  });

  it("resumes after a version, in one namespace, with the objects that come to match a selector", async () => {
    const { server, url, watches } = await serve([pod("1")]);
    const version = String(server.store.version());
    server.apply(pod("2"));
    server.apply(pod("3", "b"));
    server.apply(pod("1", "a", { app: "web" }));
    server.apply(pod("1"));
    const all = await watch(`${url}/api/v1/namespaces/a/pods?watch=1&resourceVersion=${version}`, watches.signal);
    expect([await all.next(), await all.next(), await all.next()]).toMatchObject([
      { type: "ADDED", object: { metadata: { name: "2" } } },
      { type: "MODIFIED" },
      { type: "MODIFIED" },
    ]);
    const some = await watch(`${url}/api/v1/pods?watch=1&resourceVersion=${version}&labelSelector=app%3Dweb`, watches.signal);
    expect([await some.next(), await some.next()]).toMatchObject([{ type: "ADDED" }, { type: "DELETED" }]);
  });

  it("a version that is compacted away is an ERROR event with 410, then the end", async () => {
    const { server, url, watches } = await serve([pod("1")]);
    const version = String(server.store.version());
    server.compact();
    const { status, next } = await watch(`${url}/api/v1/pods?watch=1&resourceVersion=${version}`, watches.signal);
    expect(status).toBe(200);
    expect(await next()).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410 } });
    expect(await next()).toBeUndefined();
  });

  it("bookmarks come by themselves, and the watch ends after its timeout", async () => {
    const { server, url, watches } = await serve([pod("1")], { bookmarkIntervalMs: 5 });
    const { next } = await watch(
      `${url}/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=0.05&resourceVersion=${String(server.store.version())}`,
      watches.signal,
    );
    expect(await next()).toMatchObject({ type: "BOOKMARK", object: { metadata: { resourceVersion: String(server.store.version()) } } });
    let line = await next();
    while (typeof line === "object") line = await next();
    expect(line).toBeUndefined();
  });

  it("a large streaming list arrives whole and in order, whatever changes meanwhile", async () => {
    const { server, url, watches } = await serve(
      Array.from({ length: 3000 }, (_, place) => ({ ...pod(`p${String(10_000 + place)}`), filler: "x".repeat(500) })),
    );
    const { next } = await watch(`${url}/api/v1/pods?${streaming}`, watches.signal);
    server.remove(pod("p10000"));
    const types: string[] = [];
    while (types.at(-1) !== "DELETED") types.push(((await next()) as WatchLine).type);
    expect([types.length, types.indexOf("BOOKMARK")]).toEqual([3002, 3000]);
  });
});

it("a change right after watches were ended is no error", async () => {
  const { server, url, watches } = await serve([pod("1")]);
  const { next } = await watch(`${url}/api/v1/pods?watch=1&resourceVersion=${String(server.store.version())}`, watches.signal);
  server.dropWatches("end");
  server.apply(pod("2"));
  server.breakLine();
  expect(await next()).toBeUndefined();
});

describe("refusals", () => {
  it("a kind that is forbidden in one namespace is forbidden at the cluster scope, and free elsewhere", async () => {
    const { server, url } = await serve([slice("a"), slice("tenant-b")]);
    server.switches.forbidden.add("endpointslices/tenant-b");
    const path = `${url}/apis/discovery.k8s.io/v1`;
    const everywhere = await get(`${path}/endpointslices`);
    expect(everywhere).toMatchObject({
      status: 403,
      body: {
        reason: "Forbidden",
        message:
          'endpointslices.discovery.k8s.io is forbidden: User "demo" cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope',
      },
    });
    expect((await get(`${path}/namespaces/tenant-b/endpointslices`)).body).toMatchObject({
      message: expect.stringContaining('in the namespace "tenant-b"') as string,
    });
    expect((await getList(`${path}/namespaces/a/endpointslices`)).body.items).toHaveLength(1);
    expect((await get(`${url}/api/v1/pods`)).status).toBe(200);
  });

  it("tokens, methods, and failures of one kind or all", async () => {
    const { server, url } = await serve([], { token: "right" });
    const headers = { authorization: "Bearer right" };
    expect(await get(`${url}/version`)).toMatchObject({ status: 401, body: { reason: "Unauthorized" } });
    expect((await get(`${url}/version`, headers)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/pods`, { method: "DELETE", headers })).status).toBe(405);
    server.switches.fail.set("pods", { status: 429, retryAfterSeconds: 3 });
    const failed = await get(`${url}/api/v1/pods`, headers);
    expect([failed.status, failed.body["reason"], failed.headers.get("retry-after")]).toEqual([429, "TooManyRequests", "3"]);
    server.switches.fail.set("*", { status: 500 });
    expect(await get(`${url}/api/v1/nodes`, headers)).toMatchObject({ status: 500, body: { reason: "InternalError" } });
    server.switches.fail.clear();
    expect((await get(`${url}/api/v1/nodes`, headers)).status).toBe(200);
  });

  it("a server without streaming lists says so; one that strips them only streams changes", async () => {
    const { server, url, watches } = await serve([pod("1")]);
    server.switches.streamingLists = false;
    expect(await get(`${url}/api/v1/pods?${streaming}`)).toMatchObject({ status: 422, body: { reason: "Invalid" } });
    server.switches.streamingLists = true;
    server.switches.strip.add("sendInitialEvents");
    const { next } = await watch(`${url}/api/v1/pods?${streaming}&resourceVersion=${String(server.store.version())}`, watches.signal);
    server.apply(pod("2"));
    expect(await next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "2" } } });
  });
});

describe("orders from another process", () => {
  const order = async (url: string, command: Json): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${url}/_control`, { method: "POST", body: JSON.stringify(command) });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const serveControlled = async (objects: readonly ApiObject[]): ReturnType<typeof serve> => {
    const holder: { server: ApiServer | null } = { server: null };
    const control = createControl(() => {
      if (holder.server === null) throw new Error("not started");
      return holder.server;
    });
    const served = await serve(objects, { intercept: control });
    holder.server = served.server;
    return served;
  };

  it("objects change, and watches tell", async () => {
    const { url, watches } = await serveControlled([]);
    const { next } = await watch(`${url}/api/v1/pods?${streaming}`, watches.signal);
    await next();
    await order(url, { op: "apply", object: pod("1") });
    expect(await next()).toMatchObject({ type: "ADDED" });
    await order(url, { op: "remove", object: pod("1") });
    expect(await next()).toMatchObject({ type: "DELETED" });
    expect((await order(url, { op: "state" })).body).toMatchObject({ watches: 1, requests: ["watch pods"] });
  });

  it("watches are dropped, cut, broken or stalled", async () => {
    const { url, watches } = await serveControlled([]);
    const start = async (): Promise<() => Promise<WatchLine | string | undefined>> => {
      const { next } = await watch(`${url}/api/v1/pods?${streaming}`, watches.signal);
      await next();
      return next;
    };
    let next = await start();
    await order(url, { op: "dropWatches" });
    expect(await next()).toBeUndefined();
    next = await start();
    await order(url, { op: "dropWatches", abruptly: true });
    expect(await next()).toBe("cut");
    next = await start();
    await order(url, { op: "brokenLine" });
    expect(await next()).toBe('{"type":"MODIFIED","object":{"kind":');
    await order(url, { op: "stall" });
    await order(url, { op: "apply", object: pod("held back") });
    await order(url, { op: "stall", on: false });
    await order(url, { op: "apply", object: pod("after") });
    for (const name of ["held back", "after"]) expect(await next()).toMatchObject({ type: "ADDED", object: { metadata: { name } } });
  });

  it("forbids, fails, slows down, resets, goes down and comes back on the same port; heal ends it all", async () => {
    const { server, url } = await serveControlled([pod("1")]);
    const list = (): Promise<number> =>
      get(`${url}/api/v1/pods`).then(
        ({ status }) => status,
        () => 0,
      );
    await order(url, { op: "forbid", key: "pods" });
    expect(await list()).toBe(403);
    await order(url, { op: "forbid", key: "pods", on: false });
    await order(url, { op: "fail", status: 503 });
    expect(await list()).toBe(503);
    await order(url, { op: "heal" });
    await order(url, { op: "slow", ms: 1 });
    expect(await list()).toBe(200);
    await order(url, { op: "reset" });
    expect(await list()).toBe(0);
    await order(url, { op: "heal" });
    expect(await list()).toBe(200);
    await server.stop();
    expect(await list()).toBe(0);
    expect(await server.start()).toBe(url);
    expect(await list()).toBe(200);
  });

  it("a bad order is refused with what is wrong", async () => {
    const { url } = await serveControlled([]);
    expect(await order(url, { op: "explode" })).toMatchObject({ status: 400, body: { message: 'unknown op "explode"' } });
    expect((await order(url, { op: "apply" })).status).toBe(400);
    expect((await fetch(`${url}/_control`, { method: "POST", body: "{" })).status).toBe(400);
  });
});
