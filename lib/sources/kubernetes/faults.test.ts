import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Snapshot } from "@/lib/core";
import { observe, type Observed } from "../contract.testkit";
import { createApiServer, type ApiServer, type ApiServerOptions } from "../demo/api-server";
import { buildScale } from "../demo/scale";
import { realSurroundings, type Surroundings } from "./backoff";
import { isBefore } from "./collection";
import { connectPlain } from "./connect";
import { createKubernetesSource } from "./kubernetes-source";
import { usualLimits, type Limits } from "./limits";

// Real connections, on whatever machine.
vi.setConfig({ testTimeout: 30_000 });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Delays are a hundredth; deadlines are what a case says, else so long that a loaded machine does not meet them. */
async function serve(
  limits: Partial<Limits> = {},
  options: Partial<ApiServerOptions> = {},
): Promise<{ readonly server: ApiServer; readonly observed: Observed; readonly clock: { aheadMs: number }; readonly delays: number[] }> {
  const server = createApiServer({ objects: buildScale({ nodes: 3, pods: 1100, services: 4 }), bookmarkIntervalMs: 20, ...options });
  const url = await server.start();
  const clock = { aheadMs: 0 };
  const delays: number[] = [];
  const surroundings: Surroundings = {
    now: () => Date.now() + clock.aheadMs,
    random: () => 0.5,
    sleep: (ms, signal) => {
      delays.push(ms);
      return realSurroundings.sleep(ms / 100, signal);
    },
  };
  const observed = observe(
    createKubernetesSource({
      connection: connectPlain("test", url),
      origin: "kubeconfig",
      namespaces: [],
      surroundings,
      limits: { ...usualLimits, ...limits },
    }),
  );
  closing.push(
    () => server.stop(),
    () => observed.stop(),
  );
  await observed.synced;
  return { server, observed, clock, delays };
}

const pods = ({ store }: ApiServer) => store.list("Pod", null);
const isLiveWith =
  (server: ApiServer) =>
  ({ kinds, pods: held }: Snapshot): boolean =>
    kinds.pods.state === "live" && held.size === pods(server).length;
const states = (observed: Observed, kind: string): string[] =>
  observed.deltas.flatMap((delta) => (delta.type === "status" && delta.kind === kind ? [delta.status.state] : []));
const messages = (observed: Observed): string =>
  observed.deltas.flatMap((delta) => (delta.type === "status" ? [delta.status.message ?? ""] : [])).join("\n");

function removeOne(server: ApiServer): void {
  const pod = pods(server)[0];
  if (pod !== undefined) server.remove(pod);
}

test("a proxy that loses `continue` once, while the cluster changes: what was deleted in between does not stay", async () => {
  const serving: { server?: ApiServer } = {};
  let losses = 0;
  const intercept = ({ url = "" }: IncomingMessage): boolean => {
    const { server } = serving;
    if (server === undefined || !url.startsWith("/api/v1/pods?")) return false;
    server.switches.strip.clear();
    if (!url.includes("continue=") || losses > 0) return false;
    losses += 1;
    server.switches.strip.add("continue");
    // Of the first page one goes and another one comes, so that it has something new.
    const [first] = pods(server);
    if (first === undefined) return false;
    server.remove(first);
    server.apply({ ...first, metadata: { ...first.metadata, name: "a-new-one", uid: "a-new-one" } });
    return false;
  };
  const { server, observed } = await serve({}, { intercept });
  serving.server = server;
  server.switches.streamingLists = false;
  server.compact();
  server.dropWatches("cut");
  await observed.until(
    ({ kinds, pods: held }) => losses === 1 && kinds.pods.state === "live" && [...held.keys()].some((key) => key.endsWith("/a-new-one")),
  );
  await observed.until(isLiveWith(server));
  expect(messages(observed)).toContain("are of several versions");
});

describe("a watch that only seems to live", () => {
  test.for([
    { name: "is silent", fault: "stall" as const },
    { name: "only trickles", fault: "trickle" as const },
  ])("$name: the kind is stale once that is known, and read anew", async ({ fault }) => {
    const { server, observed } = await serve({ silenceMaxMs: 400, firstSyncSilenceMaxMs: 400 });
    server.switches[fault] = true;
    removeOne(server);
    await observed.until(({ kinds }) => kinds.pods.state === "stale");
    expect(messages(observed)).toContain("fell silent");
    server.switches[fault] = false;
    await observed.until(isLiveWith(server));
  });

  test("is not answered again: stale before the answer comes, and without a new list after it", async () => {
    const { server, observed } = await serve({ reconnectMaxMs: 100 });
    const lists = observed.deltas.filter(({ type }) => type === "replace").length;
    server.switches.slowMs = 1500;
    server.dropWatches("end");
    await observed.until(({ kinds }) => kinds.pods.state === "stale" && kinds.pods.message === "the watch is not answered");
    await observed.until(({ kinds }) => kinds.pods.state === "live");
    expect(observed.deltas.filter((delta) => delta.type === "replace" && delta.kind === "pods").length).toBe(1);
    expect(lists).toBeGreaterThan(0);
  });

  test("ends as soon as it begins: the delays grow, and no list is asked for", async () => {
    const { server, observed, delays } = await serve({ steadyMs: 60_000 });
    const lists = server.requests().filter((request) => request === "list pods").length;
    server.switches.shortWatches = true;
    server.dropWatches("end");
    await observed.until(() => delays.filter((delay) => delay >= 25_000).length > 2);
    expect(server.requests().filter((request) => request === "list pods").length).toBe(lists);
    expect(states(observed, "pods")).toContain("stale");
    server.switches.shortWatches = false;
    removeOne(server);
    await observed.until(isLiveWith(server));
  });

  test("this machine slept: connected anew at once, from where it was", async () => {
    const { server, observed, clock } = await serve({ sleepCheckMs: 50 });
    server.switches.stall = true;
    removeOne(server);
    clock.aheadMs += 3_600_000;
    await observed.until(({ kinds }) => kinds.pods.message === "this machine slept");
    server.switches.stall = false;
    await observed.until(isLiveWith(server));
  });

  test("a clock that goes back changes nothing", async () => {
    const { server, observed, clock } = await serve({ sleepCheckMs: 20 });
    clock.aheadMs -= 3_600_000;
    removeOne(server);
    await observed.until(isLiveWith(server));
    expect(states(observed, "pods")).not.toContain("stale");
  });
});

describe("what must never be taken for an empty cluster", () => {
  test.for([
    { name: "an empty object", text: "{}" },
    { name: "a Status", text: '{"kind":"Status","status":"Success"}' },
    { name: "a page of HTML", text: "<html>Sign in</html>" },
    { name: "nothing at all", text: "" },
    { name: "a list without a version", text: '{"kind":"PodList","metadata":{},"items":[]}' },
    { name: "a list of version 0", text: '{"kind":"PodList","metadata":{"resourceVersion":"0"},"items":[]}' },
  ])("$name", async ({ text }) => {
    const { server, observed, delays } = await serve();
    server.switches.fail.set("pods", { status: 200, text });
    server.compact();
    server.dropWatches("cut");
    await observed.until(() => delays.filter((delay) => delay > 10_000).length > 2);
    expect(observed.snapshot().pods.size).toBe(1100);
    expect(observed.snapshot().kinds.pods.state).toBe("stale");
    server.switches.fail.clear();
    removeOne(server);
    await observed.until(isLiveWith(server));
  });
});

describe("versions", () => {
  test.for([
    { name: "are refused as too large", refuseFuture: true },
    { name: "go back without a word", refuseFuture: false },
  ])("$name after a restore: listed anew", async ({ refuseFuture }) => {
    const { server, observed } = await serve();
    server.switches.refuseFuture = refuseFuture;
    server.store.rewind(500);
    removeOne(server);
    if (refuseFuture) server.dropWatches("cut");
    await observed.until(isLiveWith(server));
    expect(messages(observed)).toContain("listed anew");
  });

  test("events that come again or in another order cost a list and spoil nothing", async () => {
    const { server, observed } = await serve();
    for (let times = 0; times < 6; times += 1) removeOne(server);
    await observed.until(isLiveWith(server));
    const removed = server.store.recent(6).map(({ object }) => object);
    for (const object of removed) server.apply(object);
    await observed.until(isLiveWith(server));
    server.repeat([...server.store.recent(12)].reverse());
    await observed.until(() => messages(observed).includes("back in time"));
    await observed.until(isLiveWith(server));
  });

  test.for([
    { a: "9", b: "10", before: true },
    { a: "10", b: "9", before: false },
    { a: "10", b: "10", before: false },
    { a: "99999999999999999998", b: "99999999999999999999", before: true },
    { a: "", b: "10", before: false },
    { a: "a", b: "b", before: false },
  ])("$a before $b: $before", ({ a, b, before }) => {
    expect(isBefore(a, b)).toBe(before);
  });
});

describe("a streaming list", () => {
  const line = (type: string, name: string, resourceVersion: string, annotations?: object): string =>
    `${JSON.stringify({ type, object: { kind: "Pod", metadata: { namespace: "a", name, resourceVersion, annotations }, spec: {}, status: {} } })}\n`;
  /** Answers the streaming list of pods with these lines and leaves it open. */
  const intercept =
    (lines: readonly string[]) =>
    (request: IncomingMessage, response: ServerResponse): boolean => {
      if (!/^\/api\/v1\/pods\?.*sendInitialEvents/.test(request.url ?? "")) return false;
      response.writeHead(200).write(lines.join(""));
      return true;
    };

  test("what changes and goes before its end is not kept as it was", async () => {
    const lines = [
      line("ADDED", "stays", "5"),
      line("ADDED", "goes", "6"),
      line("ADDED", "changes", "7"),
      line("DELETED", "goes", "8"),
      line("BOOKMARK", "", "9", { "k8s.io/initial-events-end": "true" }),
    ];
    const { observed } = await serve({}, { intercept: intercept(lines) });
    expect([...observed.snapshot().pods.keys()]).toEqual(["a/changes", "a/stays"]);
  });

  test("a bookmark that does not end it shows that its parameters were taken away: read by pages", async () => {
    const { server, observed } = await serve({}, { intercept: intercept([line("ADDED", "one", "5"), line("BOOKMARK", "", "9")]) });
    await observed.until(isLiveWith(server));
    expect(server.requests()).toContain("list pods");
  });
});

describe("a way to the server that takes parameters away", () => {
  test.for([
    { key: "*", lists: true },
    { key: "watch", lists: true },
    { key: "resourceVersion", lists: true },
    { key: "continue", lists: false },
    { key: "limit", lists: false },
    { key: "allowWatchBookmarks", lists: false },
  ])("$key: never live with something wrong, and well when it ends", async ({ key, lists }) => {
    const { server, observed } = await serve({ silenceMaxMs: 500, firstSyncSilenceMaxMs: 400 });
    server.switches.strip.add(key);
    if (key === "continue" || key === "limit") server.switches.streamingLists = false;
    server.compact();
    server.dropWatches("cut");
    removeOne(server);
    // Where watches are taken away, lists alone must bring what changes.
    await observed.until(({ pods: held }) => held.size === pods(server).length);
    expect(states(observed, "pods").includes("stale") || !lists).toBe(true);
    server.switches.strip.clear();
    server.switches.streamingLists = true;
    server.dropWatches("cut");
    removeOne(server);
    await observed.until(isLiveWith(server));
  });
});

describe("a list by pages", () => {
  const paged = async (limits: Partial<Limits> = {}): ReturnType<typeof serve> => {
    const served = await serve(limits);
    served.server.switches.streamingLists = false;
    return served;
  };

  test.for([
    { name: "is cut half-way", fault: "cutLists" as const },
    { name: "only trickles", fault: "trickle" as const },
  ])("$name: nothing of it is believed", async ({ fault }) => {
    const { server, observed } = await paged({ pageMaxMs: 500, silenceMaxMs: 2000 });
    server.switches[fault] = true;
    server.compact();
    server.dropWatches("cut");
    removeOne(server);
    await observed.until(() => observed.troubles.some((trouble) => trouble?.what.startsWith("pods") === true));
    expect(observed.snapshot().pods.size).toBe(1100);
    expect(observed.snapshot().kinds.pods.state).toBe("stale");
    server.switches[fault] = false;
    await observed.until(isLiveWith(server));
  });

  test("its pages expire sooner than they are read: larger ones come to an end", async () => {
    const { server, observed } = await paged();
    server.switches.slowMs = 30;
    const compacting = setInterval(() => {
      server.compact();
    }, 20);
    closing.push(() => {
      clearInterval(compacting);
      return Promise.resolve();
    });
    server.dropWatches("cut");
    removeOne(server);
    await observed.until(({ pods: held }) => held.size === pods(server).length);
    clearInterval(compacting);
    await observed.until(isLiveWith(server));
  });
});

test("a server that asks for a day's patience is tried again within minutes", async () => {
  const { server, observed, delays } = await serve();
  server.switches.fail.set("pods", { status: 429, retryAfterSeconds: 86_400 });
  server.dropWatches("cut");
  await observed.until(() => delays.includes(120_000));
  server.switches.fail.clear();
  await observed.until(isLiveWith(server));
});

test("an object that is made again under its name is the new one", async () => {
  const { server, observed } = await serve();
  const pod = pods(server)[0];
  if (pod === undefined) throw new Error("there is no pod");
  server.remove(pod);
  server.apply({ ...pod, metadata: { ...pod.metadata, uid: "another" } });
  await observed.until((snapshot) => [...snapshot.pods.values()].some(({ uid }) => uid === "another"));
  await observed.until(isLiveWith(server));
});

/** Something that answers some requests in the server's place, while `on`. */
function stranger(
  urls: RegExp,
  answer: (response: ServerResponse) => void,
): { on: boolean; readonly asked: string[]; readonly intercept: NonNullable<ApiServerOptions["intercept"]> } {
  const made = {
    on: false,
    asked: [] as string[],
    intercept: (request: IncomingMessage, response: ServerResponse): boolean => {
      if (!made.on || !urls.test(request.url ?? "")) return false;
      made.asked.push(request.url ?? "");
      answer(response);
      return true;
    },
  };
  return made;
}

const json = { "content-type": "application/json" };
const sendJson =
  (body: unknown, status = 200) =>
  (response: ServerResponse): void => {
    response.writeHead(status, json).end(JSON.stringify(body));
  };
const other = { kind: "Service", apiVersion: "v1", metadata: { namespace: "a", name: "b", resourceVersion: "1" }, spec: {} };
const nameless = { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "1" }, spec: {} };

describe("an answer about something else", () => {
  test.for([
    { name: "a list of another kind", body: { kind: "ServiceList", apiVersion: "v1", metadata: { resourceVersion: "9" }, items: [other] } },
    {
      name: "a list of a page of another kind's group",
      body: { kind: "PodList", apiVersion: "metrics.k8s.io/v1beta1", metadata: { resourceVersion: "9" }, items: [] },
    },
  ])("$name is not taken for the pods", async ({ body }) => {
    const stray = stranger(/^\/api\/v1\/pods\?limit/, sendJson(body));
    const { server, observed } = await serve({}, { intercept: stray.intercept });
    stray.on = true;
    server.switches.streamingLists = false;
    server.compact();
    server.dropWatches("cut");
    await observed.until(() => stray.asked.length > 2);
    expect(observed.snapshot().kinds.pods).toMatchObject({
      state: "stale",
      message: expect.stringContaining("mixes up its answers") as string,
    });
    expect(observed.snapshot().pods.size).toBe(1100);
    stray.on = false;
    removeOne(server);
    await observed.until(isLiveWith(server));
  });

  test.for([
    { name: "an object of another kind", event: { type: "ADDED", object: other } },
    { name: "an object without a name", event: { type: "DELETED", object: nameless } },
    { name: "no object", event: { type: "MODIFIED", object: null } },
    { name: "no metadata", event: { type: "MODIFIED", object: { kind: "Pod" } } },
  ])("an event with $name: nothing is made of it, and the list is read anew", async ({ event }) => {
    const stray = stranger(/^\/api\/v1\/pods\?.*resourceVersion=\d/, (response) => {
      stray.on = false;
      response.writeHead(200, json).write(`${JSON.stringify(event)}\n`);
    });
    const { server, observed } = await serve({}, { intercept: stray.intercept });
    stray.on = true;
    server.dropWatches("cut");
    await observed.until(() => messages(observed).includes("an event is about something else"));
    removeOne(server);
    await observed.until(isLiveWith(server));
    expect(observed.deltas.filter((delta) => delta.type === "upsert" && delta.kind === "pods" && delta.record.name === "b")).toEqual([]);
  });

  test.for([
    { name: "an object of another kind", object: other },
    { name: "an object without a name", object: nameless },
  ])("a streaming list with $name is not believed: read by pages", async ({ object }) => {
    const end = { kind: "Pod", metadata: { resourceVersion: "9", annotations: { "k8s.io/initial-events-end": "true" } } };
    const lines = [
      { type: "ADDED", object },
      { type: "BOOKMARK", object: end },
    ];
    const stray = stranger(/^\/api\/v1\/pods\?.*sendInitialEvents/, (response) => {
      response.writeHead(200, json).write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    });
    stray.on = true;
    const { server, observed } = await serve({}, { intercept: stray.intercept });
    await observed.until(isLiveWith(server));
    expect(server.requests()).toContain("list pods");
  });
});

describe("a version that the server does not resume from, though it is not called gone", () => {
  const status = (code: number): object => ({ kind: "Status", apiVersion: "v1", status: "Failure", code, message: "no such version here" });
  test.for([
    { name: "refused as a bad request", answer: sendJson(status(400), 400) },
    { name: "refused as a fault of the server", answer: sendJson(status(500), 500) },
    { name: "an error in the watch", answer: sendJson({ type: "ERROR", object: status(500) }) },
    { name: "an error without a word", answer: sendJson({ type: "ERROR", object: null }) },
  ])("$name: stale, and listed anew after a few tries", async ({ answer }) => {
    const stray = stranger(/^\/api\/v1\/pods\?.*resourceVersion=\d/, answer);
    const { server, observed } = await serve({}, { intercept: stray.intercept });
    stray.on = true;
    const lists = server.requests().length;
    removeOne(server);
    server.dropWatches("cut");
    await observed.until(isLiveWith(server));
    expect(stray.asked.length).toBeGreaterThanOrEqual(3);
    expect(states(observed, "pods")).toContain("stale");
    expect(server.requests().slice(lists)).toContain("watch pods");
  });
});

test("a server that changes to another protocol is tried again", async () => {
  const stray = stranger(/^\/api\/v1\/pods\?/, (response) => {
    response.socket?.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
  });
  const { server, observed } = await serve({}, { intercept: stray.intercept });
  stray.on = true;
  server.dropWatches("cut");
  await observed.until(() => stray.asked.length > 2);
  stray.on = false;
  removeOne(server);
  await observed.until(isLiveWith(server));
});

test("a page that says 404 in the server's place does not mean that there are no pods", async () => {
  const stray = stranger(/^\/api\/v1\/pods\?/, (response) => {
    response.writeHead(404, { "content-type": "text/html" }).end("<html>default backend</html>");
  });
  const { server, observed } = await serve({}, { intercept: stray.intercept });
  stray.on = true;
  server.dropWatches("cut");
  await observed.until(() => stray.asked.length > 5);
  expect(states(observed, "pods")).not.toContain("forbidden");
  expect(observed.snapshot().pods.size).toBe(1100);
  stray.on = false;
  removeOne(server);
  await observed.until(isLiveWith(server));
});

describe("a ConfigMap that is asked for by name", () => {
  test.for([
    {
      name: "is answered half",
      answer: (response: ServerResponse) => response.writeHead(200, json).write('{"kind":'),
      says: "stopped in the middle",
    },
    { name: "is answered with an empty object", answer: sendJson({}), says: "something else" },
    { name: "is answered with a Status", answer: sendJson({ kind: "Status", status: "Success" }), says: "something else" },
    {
      name: "is answered with a page",
      answer: (response: ServerResponse) => response.writeHead(200).end("<html>"),
      says: "something else",
    },
    { name: "is not found by who does not know", answer: (response: ServerResponse) => response.writeHead(404).end("<html>"), says: "404" },
  ])("$name: stale until it can be read, and asked for again", async ({ answer, says }) => {
    const stray = stranger(/\/configmaps\//, (response) => {
      answer(response);
    });
    const { observed } = await serve({ answerMaxMs: 1000 }, { intercept: stray.intercept });
    await observed.until(({ kinds }) => kinds.configmaps.state === "live");
    stray.on = true;
    await observed.until(({ kinds }) => kinds.configmaps.state === "stale");
    expect(observed.snapshot().kinds.configmaps.message).toContain(says);
    stray.on = false;
    await observed.until(({ kinds }) => kinds.configmaps.state === "live");
  });
});
