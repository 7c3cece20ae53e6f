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
