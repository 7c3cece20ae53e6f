// A simulated Kubernetes API server over real HTTP: its version, LIST with limit and continue, GET, WATCH with bookmarks and streaming lists, and the
// errors of a real one. It answers GET only, as Portolan asks nothing else. Switches make it misbehave for tests; it knows nothing of who reads it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { apiVersionOf, type ApiObject, type ObjectName } from "./api-object";
import { readSelection, readTarget, type Target, type Verb } from "./api-request";
import { sendForbidden, sendJson, sendNotFound, sendStatus, statusObject } from "./api-status";
import { serveWatch, trickleInto } from "./api-watch";
import { createObjectStore, type ObjectStore, type WatchEvent } from "./object-store";
import { createSwitches, isForbidden, type Switches } from "./switches";

export type ApiServerOptions = {
  readonly objects: Iterable<ApiObject>;
  /** The bearer token that every request must carry. A function: asked for each. */
  readonly token?: string | (() => string);
  /** Serves over TLS, with what this gives when it starts. */
  readonly tls?: () => TlsOptions;
  readonly gitVersion?: string;
  readonly bookmarkIntervalMs?: number;
  /** Answers requests outside of the API itself (POST /_control); true = it was answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

export type ApiServer = {
  readonly store: ObjectStore;
  readonly switches: Switches;
  /** Listens on loopback; 0 = any free port, or that of the last time. Returns: the URL. */
  start(port?: number): Promise<string>;
  /** Refuses connections from now on and cuts those that are open. What it holds stays. */
  stop(): Promise<void>;
  apply(object: ApiObject): void;
  remove(object: ObjectName): void;
  /** Ends every open watch: in good order, by cutting the connection, or by closing this half of it in the middle of the stream. */
  dropWatches(how: "end" | "cut" | "half"): void;
  /** Sends these past changes into every open watch that wants them, in this order. */
  repeat(events: readonly WatchEvent[]): void;
  /** Ends every open watch with an ERROR event. */
  failWatches(status: number): void;
  /** Forgets the event log and the pages of lists: both are answered with 410. */
  compact(): void;
  /** Sends a line that is no JSON into every open watch. */
  breakLine(): void;
  openWatches(): number;
  /** Requests since the start, as `verb plural[/namespace]`, in order. */
  requests(): readonly string[];
};

const bookmarkDefaultMs = 5000;
const requestsMax = 1000;
const expiredPage =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

/** A server that is not listening yet, with its objects. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const store = createObjectStore(options.objects);
  const switches = createSwitches();
  const watches = new Map<ServerResponse, (event: WatchEvent) => void>();
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const sendList = createLister(store, switches);
  const token = (): string | undefined => (typeof options.token === "function" ? options.token() : options.token);
  let server: Server | undefined;
  let lastPort = 0;

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.intercept?.(request, response) === true) return;
    if (switches.reset) request.socket.destroy();
    else if (switches.slowMs > 0) setTimeout(() => answer(request, response), switches.slowMs);
    else answer(request, response);
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Who was kept waiting may have left.
    if (response.destroyed) return;
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const target = readTarget(pathname);
    for (const key of [...searchParams.keys()]) if (switches.strip.has(key) || switches.strip.has("*")) searchParams.delete(key);
    if (request.method !== "GET") sendStatus(response, 405);
    else if (token() !== undefined && request.headers.authorization !== `Bearer ${token() ?? ""}`) sendStatus(response, 401);
    else if (pathname === "/version")
      sendJson(response, 200, { major: "1", minor: "36", gitVersion: options.gitVersion ?? "v1.36.2", platform: "linux/amd64" });
    else if (target === undefined) sendStatus(response, 404);
    else serve(response, target, searchParams);
  };
  const serve = (response: ServerResponse, target: Target, query: URLSearchParams): void => {
    const { kind, namespace, name } = target;
    const verb = verbOf(target, query);
    if (asked.length < requestsMax) asked.push(`${verb} ${kind.plural}${namespace === null ? "" : `/${namespace}`}`);
    const failure = switches.fail.get(kind.plural) ?? switches.fail.get("*");
    if (failure !== undefined) {
      if (failure.retryAfterSeconds !== undefined) response.setHeader("retry-after", String(failure.retryAfterSeconds));
      if (failure.text === undefined) sendStatus(response, failure.status);
      else response.writeHead(failure.status, failure.text.startsWith("<") ? { "content-type": "text/html" } : {}).end(failure.text);
    } else if (isForbidden(switches, kind.plural, namespace)) {
      sendForbidden(response, target, verb);
    } else if (verb === "list") {
      sendList(response, target, query);
    } else if (verb === "watch") {
      const watchOptions = { store, switches, bookmarkIntervalMs: options.bookmarkIntervalMs ?? bookmarkDefaultMs };
      watches.set(response, serveWatch(watchOptions, response, target, query));
      response.on("close", () => watches.delete(response));
    } else {
      const object = store.get(kind.kind, namespace ?? "", name ?? "");
      if (object === undefined) sendNotFound(response, target);
      else sendJson(response, 200, object);
    }
  };

  return {
    store,
    switches,
    start: (port = lastPort) =>
      new Promise((resolve, reject) => {
        const created: Server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls(), handle);
        created.on("connection", (socket: Socket) => {
          sockets.add(socket);
          socket.on("close", () => sockets.delete(socket));
        });
        created.once("error", reject);
        created.listen(port, "127.0.0.1", () => {
          server = created;
          lastPort = (created.address() as AddressInfo).port;
          resolve(`http://127.0.0.1:${String(lastPort)}`);
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        const closing = server;
        server = undefined;
        if (closing === undefined) {
          resolve();
          return;
        }
        closing.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
    apply: (object) => {
      store.apply(object);
    },
    remove: (object) => {
      store.remove(object);
    },
    dropWatches: (how) => {
      for (const watch of [...watches.keys()]) {
        if (how === "cut") watch.socket?.destroy();
        else if (how === "half") watch.socket?.end();
        else watch.end();
      }
    },
    repeat: (events) => {
      for (const send of watches.values()) for (const event of events) send(event);
    },
    failWatches: (status) => {
      for (const watch of watches.keys())
        if (!watch.writableEnded && !watch.destroyed) watch.end(`${JSON.stringify({ type: "ERROR", object: statusObject(status) })}\n`);
    },
    compact: () => {
      store.compact();
    },
    breakLine: () => {
      for (const watch of watches.keys()) if (!watch.writableEnded) watch.write('{"type":"MODIFIED","object":{"kind":\n');
    },
    openWatches: () => watches.size,
    requests: () => asked,
  };
}

function verbOf({ name }: Target, query: URLSearchParams): Verb {
  if (name !== null) return "get";
  return ["1", "true"].includes(query.get("watch") ?? "") ? "watch" : "list";
}

type Pages = { readonly items: readonly ApiObject[]; readonly version: number };

/** Answers lists page by page; every page shows what was there when the first one was asked for, until the store is compacted. */
function createLister(store: ObjectStore, switches: Switches): (response: ServerResponse, target: Target, query: URLSearchParams) => void {
  const lists = new Map<string, Pages>();
  let lastList = 0;
  store.onChange((event) => {
    if (event === null) lists.clear();
  });
  return (response, target, query) => {
    const selection = readSelection(query);
    if ("unknown" in selection) {
      sendStatus(response, 400, selection.unknown);
      return;
    }
    const [list = "", offset = "0"] = (query.get("continue") ?? "").split(".");
    const known = lists.get(list);
    if (list !== "" && known === undefined) {
      sendStatus(response, 410, expiredPage);
      return;
    }
    const { items, version } = known ?? {
      items: store.list(target.kind.kind, target.namespace).filter(selection.wants),
      version: store.version(),
    };
    const from = Number(offset);
    const part = items.slice(from, from + (Number(query.get("limit") ?? 0) || items.length));
    const remaining = items.length - from - part.length;
    const id = list === "" ? `c${String(lastList + 1)}` : list;
    if (remaining > 0 && list === "") {
      lastList += 1;
      lists.set(id, { items, version });
    }
    const body = {
      kind: `${target.kind.kind}List`,
      apiVersion: apiVersionOf(target.kind),
      metadata: {
        resourceVersion: String(version),
        ...(remaining > 0 ? { continue: `${id}.${String(from + part.length)}`, remainingItemCount: remaining } : {}),
      },
      // Items of a real list have neither kind nor apiVersion.
      items: part.map(({ kind: _kind, apiVersion: _apiVersion, ...rest }) => rest),
    };
    if (switches.cutLists || switches.trickle) sendHalf(response, JSON.stringify(body), switches);
    else sendJson(response, 200, body);
  };
}

/** Half of a list; then its connection is cut, or a byte comes now and then. */
function sendHalf(response: ServerResponse, text: string, switches: Switches): void {
  const half = Math.floor(text.length / 2);
  response.writeHead(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) });
  response.write(text.slice(0, half));
  if (switches.cutLists) setImmediate(() => response.socket?.destroy());
  else trickleInto(response, () => switches.trickle);
}
