import { afterEach, describe, expect, test } from "vitest";
import { createApiServer, type ApiServer, type ApiServerOptions } from "../demo/api-server";
import type { ApiObject } from "../demo/api-object";
import { buildStory, forbidden } from "../demo/story/story";
import { plantedToken } from "../demo/story/builders";
import { describeSourceContract, observe, type Observed } from "../contract.testkit";
import type { Surroundings } from "./backoff";
import { connectPlain } from "./connect";
import { createKubernetesSource } from "./kubernetes-source";

// Delays of hours are delays of milliseconds here; the network is real.
const quick: Surroundings = {
  now: Date.now,
  random: () => 0.5,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms / 100, 20));
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(
  options: Partial<ApiServerOptions> = {},
  prepare: (server: ApiServer) => void = () => undefined,
): Promise<{ readonly server: ApiServer; readonly observed: Observed; readonly url: string }> {
  const server = createApiServer({ objects: buildStory(), bookmarkIntervalMs: 20, ...options });
  prepare(server);
  const url = await server.start();
  const observed = observe(
    createKubernetesSource({ connection: connectPlain("test", url), origin: "kubeconfig", namespaces: [], surroundings: quick }),
  );
  closing.push(
    () => server.stop(),
    () => observed.stop(),
  );
  return { server, observed, url };
}

function serviceNamed(name: string): ApiObject {
  const service = buildStory().find((each) => each.kind === "Service" && each.metadata.name === name);
  if (service === undefined) throw new Error(`the story has no Service ${name}`);
  return service;
}

describeSourceContract("kubernetes", async () => {
  const server = createApiServer({ objects: buildStory() });
  const url = await server.start();
  const story = buildStory();
  return {
    source: createKubernetesSource({ connection: connectPlain("test", url), origin: "kubeconfig", namespaces: [], surroundings: quick }),
    nodes: story.filter(({ kind }) => kind === "Node").map(({ metadata }) => metadata.name),
    services: story.filter(({ kind }) => kind === "Service").map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
    close: () => server.stop(),
  };
});

describe("a live cluster", () => {
  test.for([
    { name: "by streaming list", prepare: () => undefined },
    {
      name: "by paged list, where the server refuses a streaming one",
      prepare: (server: ApiServer) => {
        server.switches.streamingLists = false;
      },
    },
  ])("is read whole $name", async ({ prepare }) => {
    const { observed } = await serve({}, prepare);
    await observed.synced;
    const { nodes, pods, services, endpointslices } = observed.snapshot();
    const count = (kind: string): number => buildStory().filter((each) => each.kind === kind).length;
    expect([nodes.size, pods.size, services.size, endpointslices.size]).toEqual([
      count("Node"),
      count("Pod"),
      count("Service"),
      count("EndpointSlice"),
    ]);
    expect((await observed.until((snapshot) => snapshot.version !== null)).version).toMatch(/^v1\.36\.\d$/);
  });

  test("added, changed and deleted objects arrive", async () => {
    const { server, observed } = await serve();
    await observed.synced;
    const service = serviceNamed("grafana");
    server.store.apply({ ...service, metadata: { ...service.metadata, name: "new" } });
    await observed.until(({ services }) => services.has("monitoring/new" as never));
    server.store.remove({ kind: "Service", metadata: { namespace: "monitoring", name: "new" } });
    await observed.until(({ services }) => !services.has("monitoring/new" as never));
    expect(observed.snapshot().kinds.services.state).toBe("live");
  });

  test.for([
    {
      name: "watches end in good order",
      fault: (server: ApiServer) => {
        server.dropWatches("end");
      },
    },
    {
      name: "watches are cut",
      fault: (server: ApiServer) => {
        server.dropWatches("cut");
      },
    },
    {
      name: "a line is broken",
      fault: (server: ApiServer) => {
        server.breakLine();
      },
    },
    {
      name: "every version is expired (410)",
      fault: (server: ApiServer) => {
        server.store.compact();
        server.dropWatches("cut");
      },
    },
  ])("goes on when $name", async ({ fault }) => {
    const { server, observed } = await serve();
    await observed.synced;
    fault(server);
    const service = serviceNamed("grafana");
    server.store.apply({ ...service, metadata: { ...service.metadata, name: "after-the-fault" } });
    const snapshot = await observed.until(
      ({ services, kinds }) => services.has("monitoring/after-the-fault" as never) && kinds.services.state === "live",
    );
    expect(snapshot.nodes.size).toBe(12);
  });

  test("is stale while the server is away, keeps its data, and is live again", async () => {
    const { server, observed, url } = await serve();
    await observed.synced;
    await server.stop();
    const away = await observed.until(({ kinds }) => kinds.pods.state === "stale");
    expect(away.pods.size).toBeGreaterThan(80);
    expect(observed.troubles.some((trouble) => trouble?.kind === "unreachable")).toBe(true);
    await server.start(Number(new URL(url).port));
    await observed.until(({ kinds }) => kinds.pods.state === "live" && kinds.services.state === "live");
  });

  test("a kind that is forbidden in one namespace is read in the others", async () => {
    const { observed } = await serve({}, (server) => {
      for (const each of forbidden) server.switches.forbidden.add(each);
    });
    // Which namespaces there are is seen of other kinds, which may come later.
    const { endpointslices } = await observed.until(
      ({ kinds }) => kinds.endpointslices.state === "live" && kinds.endpointslices.forbiddenNamespaces.join() === "tenant-b",
    );
    expect([...endpointslices.values()].some(({ namespace }) => namespace === "tenant-b")).toBe(false);
    expect([...endpointslices.values()].some(({ namespace }) => namespace === "tenant-a")).toBe(true);
  });

  test("a kind that is forbidden everywhere is forbidden, and the rest is read", async () => {
    const { observed } = await serve({}, (server) => {
      server.switches.forbidden.add("pods");
    });
    await observed.synced;
    expect(observed.snapshot().kinds.pods.state).toBe("forbidden");
    expect(observed.snapshot().kinds.pods.message).toContain("forbidden");
    expect(observed.snapshot().services.size).toBeGreaterThan(0);
  });

  test("a permission given later is noticed, in one namespace and everywhere", async () => {
    const { server, observed } = await serve({}, (starting) => {
      for (const namespace of ["tenant-a", "tenant-b"]) starting.switches.forbidden.add(`endpointslices/${namespace}`);
    });
    await observed.until(
      ({ kinds }) => kinds.endpointslices.state === "live" && kinds.endpointslices.forbiddenNamespaces.join() === "tenant-a,tenant-b",
    );
    server.switches.forbidden.delete("endpointslices/tenant-a");
    const some = await observed.until(({ kinds }) => kinds.endpointslices.forbiddenNamespaces.length === 1);
    expect([...some.endpointslices.values()].some(({ namespace }) => namespace === "tenant-a")).toBe(true);
    server.switches.forbidden.clear();
    const all = await observed.until(({ kinds }) => kinds.endpointslices.namespaces === "all" && kinds.endpointslices.state === "live");
    expect(all.endpointslices.size).toBe(buildStory().filter(({ kind }) => kind === "EndpointSlice").length);
    await expect.poll(() => server.openWatches()).toBe(7);
  });

  test("a permission taken away is noticed: what it showed is unknown, and gone", async () => {
    const { server, observed } = await serve();
    await observed.synced;
    server.switches.forbidden.add("endpointslices/tenant-b").add("pods");
    server.dropWatches("cut");
    const part = await observed.until(
      ({ kinds }) =>
        kinds.endpointslices.forbiddenNamespaces.length > 0 && kinds.endpointslices.state === "live" && kinds.pods.state === "forbidden",
    );
    expect(part.kinds.endpointslices.forbiddenNamespaces).toEqual(["tenant-b"]);
    expect([...part.endpointslices.values()].some(({ namespace }) => namespace === "tenant-b")).toBe(false);
    expect(part.pods.size).toBe(0);
    expect(observed.deltas.flatMap((delta) => (delta.type === "status" && delta.kind === "pods" ? [delta.status.state] : []))).toContain(
      "stale",
    );
  });

  test("what is refused stays forbidden while it is tried again", async () => {
    const { server, observed } = await serve({}, (starting) => {
      starting.switches.forbidden.add("nodes");
    });
    await observed.until(({ kinds }) => kinds.nodes.state === "forbidden");
    const asked = (): number => server.requests().filter((request) => request.endsWith(" nodes")).length;
    const before = asked();
    await expect.poll(asked).toBeGreaterThan(before + 2);
    const states = observed.deltas.flatMap((delta) => (delta.type === "status" && delta.kind === "nodes" ? [delta.status.state] : []));
    expect(states.slice(states.indexOf("forbidden"))).not.toContain("syncing");
  });

  test("a refusal that passes loses nothing", async () => {
    const { server, observed } = await serve();
    await observed.synced;
    server.switches.forbidden.add("services");
    server.dropWatches("cut");
    await observed.until(({ kinds }) => kinds.services.state === "stale");
    server.switches.forbidden.clear();
    const { services } = await observed.until(({ kinds }) => kinds.services.state === "live");
    expect(services.size).toBe(buildStory().filter(({ kind }) => kind === "Service").length);
  });

  test("a right that was given late and is taken away soon is missed as soon as any other", async () => {
    const { server, observed } = await serve({}, (starting) => {
      starting.switches.forbidden.add("nodes");
    });
    const statuses = () => observed.deltas.flatMap((delta) => (delta.type === "status" && delta.kind === "nodes" ? [delta.status] : []));
    await observed.until(() => statuses().filter(({ state }) => state === "forbidden").length > 6);
    server.switches.forbidden.clear();
    await observed.until(({ kinds }) => kinds.nodes.state === "live");
    server.switches.forbidden.add("nodes");
    server.dropWatches("cut");
    await observed.until(({ kinds }) => kinds.nodes.state === "forbidden");
    const asked = statuses().filter(({ state }) => state === "stale");
    expect(asked.length).toBeGreaterThan(0);
    for (const { sinceMs, retryAtMs } of asked) expect((retryAtMs ?? Infinity) - (sinceMs ?? 0)).toBeLessThan(10_000);
  });

  test.for([{ status: 429 }, { status: 500 }, { status: 503 }])("tries again after $status", async ({ status }) => {
    const { server, observed } = await serve({}, (starting) => {
      starting.switches.fail.set("nodes", { status, retryAfterSeconds: 0 });
    });
    await observed.until(({ services }) => services.size > 0);
    expect(observed.snapshot().kinds.nodes.state).toBe("syncing");
    server.switches.fail.clear();
    await observed.synced;
    expect(observed.snapshot().nodes.size).toBe(12);
  });

  test("refused credentials are named, and nothing is made up", async () => {
    const { observed } = await serve({ token: "right" });
    await observed.until(() => observed.troubles.some((trouble) => trouble?.kind === "unauthorized"));
    expect(observed.snapshot().kinds.nodes.state).toBe("syncing");
  });

  test("keeps no token, command, environment or annotation", async () => {
    const { observed } = await serve();
    await observed.synced;
    const kept = JSON.stringify(observed.deltas);
    expect(kept).not.toContain(plantedToken);
    expect(kept).not.toContain("/bin/start");
    expect(kept).not.toContain("registry.example");
  });

  test("stop closes every watch", async () => {
    const { server, observed } = await serve();
    await observed.synced;
    expect(server.openWatches()).toBeGreaterThan(3);
    await observed.stop();
    await expect.poll(() => server.openWatches()).toBe(0);
  });
});
