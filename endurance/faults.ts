// What goes wrong in the chaos run: each fault is what one real failure looks like from the reader's side.

import type { ApiServer } from "@/lib/sources/demo/api-server";
import type { Http2Proxy } from "@/lib/sources/demo/http2-proxy";
import { heal as healSwitches } from "@/lib/sources/demo/switches";
import { changeSomething } from "./churn";
import type { Identity } from "./identity";
import { pick } from "./random";
import type { Subject } from "./subject";

/**
 * The world that a fault may change. The server's name leads to the server itself, at `addresses.usual`, or to `proxy`, which stands before it at another address.
 * `clock`: how far the wall clock was moved.
 */
export type World = {
  readonly server: ApiServer;
  readonly proxy: Http2Proxy;
  readonly subject: Subject;
  readonly identity: Identity;
  readonly random: () => number;
  readonly clock: { aheadMs: number };
};

export const addresses = { usual: "127.0.0.1", proxy: "127.0.0.2", nobody: "127.0.0.3" } as const;

export type Fault = {
  readonly name: string;
  /** Something that happened once, or a switch that stays until the world is healed. */
  inject(world: World): void | Promise<void>;
};

const plurals = ["nodes", "pods", "services", "endpointslices", "events", "deployments", "daemonsets", "configmaps"] as const;

const status = (name: string, code: number, retryAfterSeconds?: number): Fault => ({
  name,
  inject: ({ server, random }) => {
    server.switches.fail.set(random() < 0.4 ? "*" : pick(random, plurals), {
      status: code,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  },
});
const instead = (name: string, text: string): Fault => ({
  name,
  inject: ({ server, random }) => {
    server.switches.fail.set(random() < 0.4 ? "*" : pick(random, plurals), { status: 200, text });
    server.dropWatches("cut");
  },
});
const drop = (name: string, how: "end" | "cut" | "half"): Fault => ({
  name,
  inject: ({ server }) => {
    server.dropWatches(how);
  },
});
const turn = (name: string, set: (server: ApiServer) => void, reconnect: boolean): Fault => ({
  name,
  inject: ({ server }) => {
    set(server);
    if (reconnect) server.dropWatches("cut");
  },
});
const strip = (key: string): Fault =>
  turn(`a proxy strips ${key === "*" ? "every parameter" : key}`, ({ switches }) => switches.strip.add(key), true);
/** The name leads elsewhere from now on, and what is open breaks: there is no other moment at which a name is asked for. */
const lead = (name: string, address: string): Fault => ({
  name,
  inject: async ({ server, subject }) => {
    await subject.bend({ address });
    server.dropWatches("cut");
  },
});
/** A fault of the proxy, a moment after the way has come to lead through it. */
const carry = (name: string, fault: (proxy: Http2Proxy) => void): Fault => ({
  name: `HTTP/2 proxy: ${name}`,
  inject: async ({ server, proxy, subject }) => {
    await subject.bend({ address: addresses.proxy });
    server.dropWatches("cut");
    await new Promise((resolve) => setTimeout(resolve, 100));
    fault(proxy);
  },
});
const moveClock = (name: string, byMs: number): Fault => ({
  name,
  inject: async ({ clock, subject }) => {
    clock.aheadMs += byMs;
    await subject.bend({ aheadMs: clock.aheadMs });
  },
});
/** Whoever renews a token takes a moment to hand it out: until then the old one is refused. */
const renewToken = (name: string, by: "file" | "plugin"): Fault => ({
  name,
  inject: async ({ server, identity, random }) => {
    const renewed = identity.renewToken(by);
    server.dropWatches("cut");
    await new Promise((resolve) => setTimeout(resolve, random() * 120));
    renewed.write();
  },
});
const relist = (server: ApiServer): void => {
  server.store.compact();
  server.dropWatches("cut");
};

export const faults: readonly [Fault, ...Fault[]] = [
  drop("watches end", "end"),
  drop("watches are cut", "cut"),
  drop("watches are half closed", "half"),
  turn("watches fall silent", ({ switches }) => (switches.stall = true), false),
  turn("watches and lists only trickle", ({ switches }) => (switches.trickle = true), false),
  turn(
    "lists only trickle",
    (server) => {
      server.switches.streamingLists = false;
      server.switches.trickle = true;
      relist(server);
    },
    false,
  ),
  turn(
    "lists are cut half-way",
    (server) => {
      server.switches.streamingLists = false;
      server.switches.cutLists = true;
      relist(server);
    },
    false,
  ),
  turn("headers are held back", ({ switches }) => (switches.holdHeaders = true), true),
  turn("watches end at once", ({ switches }) => (switches.shortWatches = true), true),
  turn("connections are reset", ({ switches }) => (switches.reset = true), true),
  turn("the server is slow", ({ switches }) => (switches.slowMs = 60), true),
  turn(
    "no streaming lists",
    (server) => {
      server.switches.streamingLists = false;
      relist(server);
    },
    false,
  ),
  turn("every version is expired (410)", relist, false),
  {
    name: "a list is streamed while the cluster changes",
    inject: async ({ server, random }) => {
      server.switches.lateEnd = true;
      relist(server);
      for (let round = 0; round < 10; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        changeSomething(server, random);
      }
    },
  },
  {
    name: "pages of lists expire",
    inject: async ({ server }) => {
      server.switches.streamingLists = false;
      server.switches.slowMs = 15;
      relist(server);
      for (let round = 0; round < 5; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 12));
        server.compact();
      }
    },
  },
  {
    name: "restored from a backup: versions go back",
    inject: ({ server }) => {
      server.store.rewind(500);
    },
  },
  {
    name: "restored from a backup: versions are too large",
    inject: ({ server }) => {
      server.switches.refuseFuture = true;
      server.store.rewind(500);
      server.dropWatches("cut");
    },
  },
  {
    name: "a line is broken",
    inject: ({ server }) => {
      server.breakLine();
    },
  },
  {
    name: "events come twice",
    inject: ({ server }) => {
      server.repeat(server.store.recent(5));
    },
  },
  {
    name: "events come in another order",
    inject: ({ server }) => {
      server.repeat([...server.store.recent(8)].reverse());
    },
  },
  {
    name: "watches end with an error event",
    inject: ({ server, random }) => {
      server.failWatches(pick(random, [410, 429, 500, 503]));
    },
  },
  status("429 with Retry-After", 429, 1),
  status("503 with Retry-After", 503, 1),
  status("500", 500),
  status("401", 401),
  status("404", 404),
  status("410, also to lists", 410),
  renewToken("401: the token file is renewed late", "file"),
  renewToken("401: the credentials of an exec plugin are renewed late", "plugin"),
  {
    name: "certificates are renewed, on disk a moment later",
    inject: async ({ server, proxy, identity, random }) => {
      const renewed = identity.renewCertificate();
      proxy.renew(identity.pair());
      await server.stop();
      await server.start();
      await new Promise((resolve) => setTimeout(resolve, random() * 120));
      renewed.write();
    },
  },
  instead("a page of HTML answers", "<html><body>Sign in</body></html>"),
  instead("an empty object answers", "{}\n"),
  instead("nothing answers", ""),
  instead("an empty list without a version answers", '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}\n'),
  instead("an empty list of version 0 answers", '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"0"},"items":[]}\n'),
  strip("*"),
  strip("watch"),
  strip("resourceVersion"),
  strip("sendInitialEvents"),
  strip("allowWatchBookmarks"),
  strip("limit"),
  strip("continue"),
  {
    name: "a kind is forbidden",
    inject: ({ server, random }) => {
      server.switches.forbidden.add(pick(random, plurals));
      server.dropWatches("cut");
    },
  },
  {
    name: "a namespace is forbidden",
    inject: ({ server, random }) => {
      server.switches.forbidden.add(`${pick(random, ["pods", "services", "endpointslices"])}/ns-${String(Math.floor(random() * 4))}`);
      server.dropWatches("cut");
    },
  },
  {
    name: "the server restarts",
    inject: async ({ server }) => {
      await server.stop();
      await server.start();
    },
  },
  {
    name: "the server restarts while it is listed",
    inject: async ({ server }) => {
      server.switches.streamingLists = false;
      server.switches.slowMs = 10;
      relist(server);
      await new Promise((resolve) => setTimeout(resolve, 40));
      await server.stop();
      await server.start();
    },
  },
  {
    name: "the server is away for a while",
    inject: async ({ server }) => {
      await server.stop();
      await new Promise((resolve) => setTimeout(resolve, 120));
      await server.start();
    },
  },
  moveClock("the clock jumps forward, or the machine slept", 3_600_000),
  moveClock("the clock jumps back", -7_200_000),
  lead("DNS: the name moves to another address", addresses.proxy),
  lead("DNS: the name moves to where nobody listens", addresses.nobody),
  lead("DNS: the name is not known", "ENOTFOUND"),
  lead("DNS: the resolver does not answer", "EAI_AGAIN"),
  carry("streams are reset", (proxy) => {
    proxy.resetStreams();
  }),
  carry("the connection is lost with all streams", (proxy) => {
    proxy.cut();
  }),
  carry("the connection goes away (GOAWAY)", (proxy) => {
    proxy.goAway();
  }),
  carry("no window is opened", (proxy) => {
    proxy.stall(true);
  }),
  carry("every parameter is taken away", (proxy) => {
    proxy.strip.add("*");
    proxy.cut();
  }),
];

/** Everything is well again; the clock stays where it is. */
export async function heal({ server, proxy, subject }: World): Promise<void> {
  healSwitches(server.switches);
  proxy.strip.clear();
  proxy.stall(false);
  await subject.bend({ address: addresses.usual });
}
