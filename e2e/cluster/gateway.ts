// A TLS endpoint in front of an API server, so that one reader's connections can be cut, and what it asked and got can be seen.

import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";

/** One request. `bookmarks`: the resourceVersions that bookmarks brought, in order; `expired`: it was answered with 410, as a status or as an event. */
export type Seen = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  status: number;
  readonly bookmarks: number[];
  expired: boolean;
};

export type Gateway = {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Ends every connection and takes no new one until `open`. */
  cut(): void;
  open(): void;
  stop(): Promise<void>;
};

/** `folder` is the API server's, whose certificate serves here as well. */
export async function startGateway(port: number, folder: string): Promise<Gateway> {
  const seen: Seen[] = [];
  const sockets = new Set<Duplex>();
  let isCut = false;
  const certificate = join(folder, "certificates", "apiserver");
  const server = createServer(
    { cert: readFileSync(`${certificate}.crt`), key: readFileSync(`${certificate}.key`) },
    (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "https://gateway");
      const token = (request.headers.authorization ?? "").replace("Bearer ", "");
      const entry: Seen = { path: pathname, query: searchParams, token, status: 0, bookmarks: [], expired: false };
      seen.push(entry);
      const upstream = ask(
        {
          host: "127.0.0.1",
          port,
          path: request.url,
          method: request.method,
          headers: request.headers,
          rejectUnauthorized: false,
          agent: false,
        },
        (answer) => {
          entry.status = answer.statusCode ?? 0;
          entry.expired = entry.status === 410;
          response.writeHead(entry.status, answer.headers);
          response.flushHeaders();
          let rest = "";
          answer.on("data", (part: Buffer) => {
            if (searchParams.has("watch")) {
              const lines = (rest + part.toString("latin1")).split("\n");
              rest = lines.pop() ?? "";
              for (const line of lines) readLine(entry, line);
            }
            response.write(part);
          });
          answer.on("end", () => response.end());
          answer.on("error", () => response.destroy());
        },
      );
      upstream.on("error", () => response.destroy());
      response.on("close", () => upstream.destroy());
      upstream.end();
    },
  );
  server.on("connection", (socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    cut,
    open: () => {
      isCut = false;
    },
    stop: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readLine(entry: Seen, line: string): void {
  const type = /^\{"type":"([A-Z]+)"/.exec(line)?.[1];
  const version = /"resourceVersion":"(\d+)"/.exec(line)?.[1];
  if (type === "BOOKMARK" && version !== undefined) entry.bookmarks.push(Number(version));
  if (type === "ERROR" && line.includes('"code":410')) entry.expired = true;
}
