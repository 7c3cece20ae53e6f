// What stands between the network and Next: who may ask, how often, how much and how slowly. Next answers some requests (redirects, static files) before
// proxy.ts runs, and neither shows it the socket; so the door is hung on the HTTP server itself, which Next's generated entry makes and keeps to itself.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { mistake } from "@/lib/core";
import { count } from "./counters";
import { guardRequest } from "./guard";
import { log } from "./log";
import { encodeProblem, problem, problemHeaders, type Problem } from "./problem";
import { clientOf, createRateLimit, type RateLimit } from "./rate-limit";
import { closedPolicy, commonHeaders } from "./security-headers";

/** How long a client may take. */
type Patience = {
  readonly headersMs: number;
  /** The whole request: a large file over a slow line takes its time; nobody waits for it. */
  readonly requestMs: number;
  /** Neither side has moved a byte: streams have a comment every 15 s. */
  readonly silenceMs: number;
};

const usualPatience: Patience = { headersMs: 10_000, requestMs: 600_000, silenceMs: 120_000 };
const headersMax = 100;
const connectionsMax = 4096;
const connectionsPerClientMax = 1024;
const requestBurst = 1000;
const requestsPerSecond = 200;

/** Addresses that take more than questions: by which methods, and how many bytes of body. The handler counts a body that does not say its length. */
const writable: ReadonlyMap<string, { readonly methods: readonly string[]; readonly bodyMax: number }> = new Map([
  ["/api/v1/check", { methods: ["POST"], bodyMax: 5 << 20 }],
  ["/api/v1/snapshots", { methods: ["POST", "DELETE"], bodyMax: 512 << 20 }],
]);

const requestStarted = "http.server.request.start";

/** Waits for the first request to the server that listens on `port`, and guards that one and all that follow. Other servers of the process are left alone. */
export function hangFrontDoor(port: number): void {
  const look = (message: unknown): void => {
    // https://nodejs.org/api/diagnostics_channel.html: { request, response, socket, server }, before the request is handed on.
    const { server } = message as { readonly server: Server };
    const address = server.address();
    if (address === null || typeof address === "string" || address.port !== port) return;
    unsubscribe(requestStarted, look);
    guardServer(server);
  };
  subscribe(requestStarted, look);
}

/** Puts the door in front of a server's own listeners. */
export function guardServer(
  server: Server,
  rateLimit: RateLimit = createRateLimit(requestBurst, requestsPerSecond, Date.now),
  patience: Patience = usualPatience,
): void {
  server.headersTimeout = patience.headersMs;
  server.requestTimeout = patience.requestMs;
  server.setTimeout(patience.silenceMs);
  server.maxHeadersCount = headersMax;
  server.maxConnections = connectionsMax;
  limitConnections(server);
  const handlers = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  // Nothing here speaks another protocol; without a listener an Upgrade is an ordinary request. The development server reloads pages over one.
  if (process.env["NODE_ENV"] !== "development") server.removeAllListeners("upgrade");
  server.on("request", (request, response) => {
    const refused = admit(request, rateLimit);
    for (const [name, value] of Object.entries({ ...commonHeaders, "content-security-policy": closedPolicy }))
      response.setHeader(name, value);
    if (refused !== undefined) refuse(response, refused);
    else for (const handler of handlers) handler.call(server, request, response);
  });
}

function limitConnections(server: Server): void {
  const open = new Map<string, number>();
  server.on("connection", (socket) => {
    const client = clientOf(socket.remoteAddress ?? "");
    const number = (open.get(client) ?? 0) + 1;
    if (number > connectionsPerClientMax) {
      count("portolan_connections_refused_total", {});
      socket.destroy();
      return;
    }
    open.set(client, number);
    socket.once("close", () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
  });
}

/** Returns: why the request is refused. The address in the request line is brought to the form in which it was judged. */
function admit(request: IncomingMessage, rateLimit: RateLimit): Problem | undefined {
  const { method = "", headers, rawHeaders, socket } = request;
  if (rawHeaders.filter((name, place) => place % 2 === 0 && name.toLowerCase() === "host").length > 1)
    return problem("bad-query", "the request names several hosts", "Host");
  const asked = requestTarget(request.url ?? "");
  if (asked === undefined) return problem("bad-query", "the request line holds no path");
  const { path, authority } = asked;
  const [pathname = ""] = path.split("?", 1);
  const header = (name: string): string | null => headers[name]?.toString() ?? null;
  const foreign =
    guardRequest({ pathname, header }) ??
    (authority === null ? undefined : guardRequest({ pathname, header: (name) => (name === "host" ? authority : header(name)) }));
  if (foreign !== undefined) return foreign;
  request.url = path;
  // Probes must be answered whatever else goes on, and a page has many static files, which cost nothing.
  if (pathname !== "/healthz" && !pathname.startsWith("/_next/static/")) {
    const wait = rateLimit(clientOf(socket.remoteAddress ?? ""));
    if (wait > 0) return { ...problem("too-many-requests", mistake("too-often")), retryAfterSeconds: wait };
  }
  const { methods = ["GET", "HEAD"], bodyMax = 0 } = writable.get(pathname) ?? {};
  if (!methods.includes(method))
    return { ...problem("method-not-allowed", mistake("no-method", { given: method })), allow: methods.join(", ") };
  const lengthUnknown = headers["transfer-encoding"] !== undefined && bodyMax === 0;
  if (lengthUnknown || Number(headers["content-length"] ?? 0) > bodyMax)
    return problem("too-large", mistake("body-too-large", { most: String(bodyMax) }));
  return undefined;
}

/**
 * The path and query of a request line, without the ways round (`/_next/static/../../conflicts`) that Next would follow; of one that names a whole address
 * (RFC 9112 3.2.2) its host and port besides.
 */
function requestTarget(target: string): { readonly path: string; readonly authority: string | null } | undefined {
  const isPath = target.startsWith("/");
  const url = URL.parse(isPath ? `http://localhost${target}` : target);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return { path: url.pathname + url.search, authority: isPath ? null : url.host };
}

function refuse(response: ServerResponse, refused: Problem): void {
  count("portolan_requests_refused_total", { reason: refused.problem });
  log.info({ reason: refused.problem }, "request refused");
  const body = encodeProblem(refused);
  // What may still come of a body is not waited for.
  response.writeHead(body.status, { ...problemHeaders(refused), connection: "close" });
  response.end(JSON.stringify(body));
}
