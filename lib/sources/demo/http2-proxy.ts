// A proxy before the simulated API server that carries requests over HTTP/2, as load balancers and meshes do: HTTP/1.1 (or, over TLS, whatever ALPN chooses)
// from the client, one HTTP/2 connection inside for all of them, HTTP/1.1 to the server. What happens to that connection happens to every watch at once.

import { createServer, request as askPlain, type IncomingMessage, type ServerResponse } from "node:http";
import {
  connect,
  constants,
  createSecureServer,
  createServer as createHttp2Server,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { request as askSecure } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";

export type Http2ProxyOptions = {
  /** The server behind it; over TLS its certificate is not judged. */
  readonly target: string;
  readonly host?: string;
  readonly port?: number;
  /** Serves over TLS: HTTP/2, and HTTP/1.1 with `allowHTTP1`. Plain HTTP/1.1 without. */
  readonly tls?: SecureServerOptions;
};

export type Http2Proxy = {
  readonly url: string;
  /** Query parameters that it takes away; "*" for all. */
  readonly strip: Set<string>;
  /** Over TLS: new connections are shown another certificate. */
  renew(pair: { readonly cert: string; readonly key: string }): void;
  /** Streams stay open and bring nothing: a flow-control window that nobody opens again. */
  stall(on: boolean): void;
  /** Every stream is reset (RST_STREAM); the connection stays. */
  resetStreams(): void;
  /** The inner connection takes no new requests (GOAWAY); those under way go on. */
  goAway(): void;
  /** The inner connection is lost, with everything on it. */
  cut(): void;
  /** The HTTP versions of the requests so far, as clients chose them. */
  versions(): readonly string[];
  stop(): Promise<void>;
};

/** Starts it. */
export async function startHttp2Proxy({ target, host = "127.0.0.1", port = 0, tls }: Http2ProxyOptions): Promise<Http2Proxy> {
  const strip = new Set<string>();
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const served = new Set<ServerHttp2Stream>();
  const carried = new Set<ClientHttp2Stream>();
  const versions: string[] = [];
  let isStalled = false;
  let inner: ClientHttp2Session | undefined;

  const back = createHttp2Server((request, response) => {
    served.add(request.stream);
    request.stream.on("close", () => served.delete(request.stream));
    forward(target, request, response);
  });
  back.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  const innerUrl = await listen(back, "127.0.0.1", 0, sockets);
  const session = (): ClientHttp2Session => {
    if (inner === undefined || inner.closed || inner.destroyed) inner = connect(innerUrl).on("error", ignore);
    return inner;
  };

  const carry = (request: Pick<IncomingMessage, "method" | "url" | "headers" | "httpVersion">, response: ServerResponse): void => {
    versions.push(request.httpVersion);
    const { accept, authorization } = request.headers;
    const stream = session().request({
      ":method": request.method ?? "GET",
      ":path": withoutParameters(request.url ?? "/", strip),
      ...(accept === undefined ? {} : { accept }),
      ...(authorization === undefined ? {} : { authorization }),
    });
    carried.add(stream);
    let isWhole = false;
    stream.on("response", ({ ":status": status = 502, ...headers }) => {
      response.writeHead(status, headers);
      response.flushHeaders();
    });
    stream.on("data", (part: Buffer) => response.write(part));
    stream.on("end", () => (isWhole = true));
    stream.on("error", ignore);
    stream.on("close", () => {
      carried.delete(stream);
      if (isWhole && stream.rstCode === constants.NGHTTP2_NO_ERROR) response.end();
      else response.destroy();
    });
    response.on("close", () => {
      stream.close(constants.NGHTTP2_CANCEL);
    });
    if (isStalled) stream.pause();
  };
  // What is used of a response is the same for both versions (Node's compatibility API).
  const secure =
    tls === undefined
      ? null
      : createSecureServer(tls, (request, response) => {
          carry(request, response as unknown as ServerResponse);
        });
  const front = secure ?? createServer(carry);
  const url = await listen(front, host, port, sockets);

  return {
    url: tls === undefined ? url : url.replace("http:", "https:"),
    strip,
    renew: (pair) => secure?.setSecureContext(pair),
    stall: (on) => {
      isStalled = on;
      for (const stream of carried) {
        if (on) stream.pause();
        else stream.resume();
      }
    },
    resetStreams: () => {
      for (const stream of served) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    },
    goAway: () => {
      for (const each of sessions) each.goaway(constants.NGHTTP2_NO_ERROR);
    },
    cut: () => {
      for (const stream of carried) stream.destroy(new Error("the connection was lost"));
      inner?.destroy();
    },
    versions: () => versions,
    stop: async () => {
      inner?.destroy();
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        [front, back].map(
          (each) =>
            new Promise<void>((resolve) =>
              each.close(() => {
                resolve();
              }),
            ),
        ),
      );
    },
  };
}

function forward(target: string, { url, method, headers, stream }: Http2ServerRequest, response: Http2ServerResponse): void {
  const { accept, authorization } = headers;
  const address = new URL(url, target);
  const ask = address.protocol === "https:" ? askSecure : askPlain;
  const request = ask(
    address,
    {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { ...(accept === undefined ? {} : { accept }), ...(authorization === undefined ? {} : { authorization }) },
    },
    (answer) => {
      if (stream.closed) return;
      const { connection: _connection, "keep-alive": _keepAlive, "transfer-encoding": _transferEncoding, ...rest } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, rest);
      response.stream.on("error", ignore);
      answer.on("data", (part: Buffer) => {
        if (!stream.closed) response.write(part);
      });
      answer.on("end", () => {
        response.end();
      });
      answer.on("error", lose);
    },
  );
  const lose = (): void => {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  };
  request.on("error", lose);
  stream.on("close", () => request.destroy());
  request.end();
}

function withoutParameters(url: string, strip: ReadonlySet<string>): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  for (const key of [...searchParams.keys()]) if (strip.has(key) || strip.has("*")) searchParams.delete(key);
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams.toString()}`;
}

function listen(server: Server, host: string, port: number, sockets: Set<Socket>): Promise<string> {
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      resolve(`http://${host}:${String((server.address() as AddressInfo).port)}`);
    });
  });
}

function ignore(): void {
  // Whoever waits for the streams hears of it from them.
}
