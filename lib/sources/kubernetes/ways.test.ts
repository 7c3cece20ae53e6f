// Ways to a server that change or translate: names that come to mean another address, proxies that speak HTTP/2.

import dns from "node:dns";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Snapshot } from "@/lib/core";
import { observe, type Observed } from "../contract.testkit";
import { createApiServer, type ApiServer } from "../demo/api-server";
import { startHttp2Proxy, type Http2Proxy, type Http2ProxyOptions } from "../demo/http2-proxy";
import { buildScale } from "../demo/scale";
import { realSurroundings } from "./backoff";
import { connectContext } from "./connect";
import { createKubernetesSource } from "./kubernetes-source";
import { usualLimits, type Limits } from "./limits";

// Real connections, on whatever machine.
vi.setConfig({ testTimeout: 30_000 });

const name = "api.cluster.test";
const closing: (() => unknown)[] = [];
/** What the resolver says of the name; a word is an error's code. */
const resolver = { address: "127.0.0.1" };
beforeEach(() => {
  const lookup = dns.lookup;
  resolver.address = "127.0.0.1";
  // A process has one resolver, which is the machine's: as far as it can be bent from inside.
  vi.spyOn(dns, "lookup").mockImplementation(((host: string, options: dns.LookupOptions, done: (...result: unknown[]) => void) => {
    const { address } = resolver;
    if (host !== name) lookup(host, options, done);
    else if (!/^\d/.test(address)) done(Object.assign(new Error(address), { code: address }));
    else if (options.all === true) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  }) as typeof dns.lookup);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  vi.restoreAllMocks();
});

async function serve(): Promise<{ readonly server: ApiServer; readonly url: string }> {
  const server = createApiServer({ objects: buildScale({ nodes: 3, pods: 1100, services: 4 }), bookmarkIntervalMs: 20 });
  const url = await server.start();
  closing.push(() => server.stop());
  return { server, url };
}

/** Delays are a hundredth; deadlines are what a case says, else so long that a loaded machine does not meet them. */
function read(server: string, limits: Partial<Limits> = {}): Observed {
  const folder = mkdtempSync(join(tmpdir(), "portolan-ways-"));
  const kubeconfig = join(folder, "config");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    }),
  );
  const connection = connectContext(kubeconfig, null, {});
  if (!connection.ok) throw new Error(connection.error.what);
  const observed = observe(
    createKubernetesSource({
      connection: connection.value,
      origin: "kubeconfig",
      namespaces: [],
      surroundings: { ...realSurroundings, random: () => 0.5, sleep: (ms, signal) => realSurroundings.sleep(ms / 100, signal) },
      limits: { ...usualLimits, ...limits },
    }),
  );
  closing.push(
    () => {
      rmSync(folder, { recursive: true });
    },
    () => observed.stop(),
  );
  return observed;
}

const pods = ({ store }: ApiServer) => store.list("Pod", null);
const isLiveWith =
  (server: ApiServer) =>
  ({ kinds, pods: held }: Snapshot): boolean =>
    kinds.pods.state === "live" && held.size === pods(server).length;

const listsOfPods = ({ deltas }: Observed): number => deltas.filter((delta) => delta.type === "replace" && delta.kind === "pods").length;

function removeOne(server: ApiServer): void {
  const pod = pods(server)[0];
  if (pod !== undefined) server.remove(pod);
}

/** Another address of the same server, at the same port, as a load balancer is one. `forget`: its connections stay open and bring nothing. */
async function relay(host: string, url: string): Promise<{ forget(): void }> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  const taken = createServer((socket) => {
    const upstream = connectTcp(Number(port), "127.0.0.1");
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => taken.listen(Number(port), host, resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    taken.close();
  });
  expect((taken.address() as AddressInfo).address).toBe(host);
  return {
    forget: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}

describe("a name that changes", () => {
  const named = (url: string): string => url.replace("127.0.0.1", name);

  test("a connection that breaks is made anew to where the name leads now, from where it was", async () => {
    const { server, url } = await serve();
    await relay("127.0.0.2", url);
    const observed = read(named(url));
    await observed.until(isLiveWith(server));
    const listed = listsOfPods(observed);
    resolver.address = "127.0.0.2";
    server.dropWatches("cut");
    removeOne(server);
    await observed.until(isLiveWith(server));
    expect(listsOfPods(observed)).toBe(listed);
  });

  test("the old address forgets its connections: stale once that is known, and read anew at the new one", async () => {
    const { server, url } = await serve();
    const old = await relay("127.0.0.2", url);
    resolver.address = "127.0.0.2";
    const observed = read(named(url), { silenceMaxMs: 500 });
    await observed.until(isLiveWith(server));
    old.forget();
    resolver.address = "127.0.0.1";
    removeOne(server);
    await observed.until(({ kinds }) => kinds.pods.state === "stale");
    await observed.until(isLiveWith(server));
  });

  test.for([
    { said: "ENOTFOUND", trouble: "the name cannot be resolved" },
    { said: "EAI_AGAIN", trouble: "the name cannot be resolved" },
    { said: "127.0.0.3", trouble: "the connection is refused" },
  ])("the resolver says $said for a while: stale, said in words, and live again when it is over", async ({ said, trouble }) => {
    const { server, url } = await serve();
    const observed = read(named(url));
    await observed.until(isLiveWith(server));
    resolver.address = said;
    server.dropWatches("cut");
    removeOne(server);
    await observed.until(({ kinds }) => kinds.pods.state === "stale");
    await observed.until(() => observed.troubles.some((each) => each?.what.includes(trouble) === true));
    expect(observed.snapshot().pods.size).toBe(1100);
    resolver.address = "127.0.0.1";
    await observed.until(isLiveWith(server));
  });
});

describe("a proxy that speaks HTTP/2", () => {
  const before = async (url: string, options: Partial<Http2ProxyOptions> = {}): Promise<Http2Proxy> => {
    const proxy = await startHttp2Proxy({ target: url, ...options });
    closing.push(() => proxy.stop());
    return proxy;
  };
  const certificate = async (): Promise<{ readonly key: string; readonly cert: string }> => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "proxy" }], { keyType: "ec", algorithm: "sha256" });
    return { cert, key };
  };

  test("and HTTP/1.1, by ALPN: HTTP/1.1 is chosen, and everything is read and followed", async () => {
    const { server, url } = await serve();
    const proxy = await before(url, { tls: { ...(await certificate()), allowHTTP1: true } });
    const observed = read(proxy.url);
    await observed.until(isLiveWith(server));
    removeOne(server);
    await observed.until(isLiveWith(server));
    expect(new Set(proxy.versions())).toEqual(new Set(["1.1"]));
  });

  test("and nothing else: said in words, and nothing is made up", async () => {
    const { url } = await serve();
    const proxy = await before(url, { tls: await certificate() });
    const observed = read(proxy.url);
    await observed.until(() =>
      observed.troubles.some((trouble) => trouble?.what.includes("no API server answers like this (403") === true),
    );
    expect(observed.snapshot().kinds.pods.state).toBe("syncing");
  });

  test.for<{ name: string; faults: readonly ((proxy: Http2Proxy) => unknown)[]; lists: boolean }>([
    { name: "resets every stream", faults: [(proxy) => proxy.resetStreams()], lists: false },
    { name: "loses the connection that carries them all", faults: [(proxy) => proxy.cut()], lists: false },
    {
      name: "takes no new request on that connection, then loses it",
      faults: [(proxy) => proxy.goAway(), (proxy) => proxy.cut()],
      lists: false,
    },
    { name: "opens no window for any stream", faults: [(proxy) => proxy.stall(true)], lists: true },
  ])("inside $name: never live with something wrong, and well when it ends", async ({ faults, lists }) => {
    const { server, url } = await serve();
    const proxy = await before(url);
    const observed = read(proxy.url, { silenceMaxMs: 500, firstSyncSilenceMaxMs: 400 });
    await observed.until(isLiveWith(server));
    const listed = listsOfPods(observed);
    for (const fault of faults) fault(proxy);
    removeOne(server);
    await observed.until(({ kinds }) => kinds.pods.state === "stale");
    proxy.stall(false);
    await observed.until(isLiveWith(server));
    expect(listsOfPods(observed) > listed).toBe(lists);
  });

  test("inside takes every parameter away: lists alone bring what changes, and it is live when they come through again", async () => {
    const { server, url } = await serve();
    const proxy = await before(url);
    const observed = read(proxy.url, { silenceMaxMs: 500, firstSyncSilenceMaxMs: 400 });
    await observed.until(isLiveWith(server));
    proxy.strip.add("*");
    proxy.cut();
    removeOne(server);
    await observed.until(({ pods: held }) => held.size === pods(server).length);
    expect(observed.deltas.some((delta) => delta.type === "status" && delta.kind === "pods" && delta.status.state === "stale")).toBe(true);
    proxy.strip.clear();
    removeOne(server);
    await observed.until(isLiveWith(server));
  });
});
