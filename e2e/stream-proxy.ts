// A proxy between browser and dashboard that treats event streams as bad networks do; everything else passes.

import { createServer, request as ask, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type StreamProxy = {
  readonly url: string;
  /** Streams that are open now stay so and bring nothing any more, as when a connection was forgotten somewhere; new ones pass. */
  forget(): void;
  /** Streams are held back from now on: their headers come, their events never. */
  buffer(on: boolean): void;
  /** Streams are cut, and new ones refused while `on`. */
  refuse(on: boolean): void;
  /** How many streams were asked for. */
  streams(): number;
  stop(): Promise<void>;
};

export async function startStreamProxy(target: string): Promise<StreamProxy> {
  const { hostname, port } = new URL(target);
  const forgotten = new Set<ServerResponse>();
  const open = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const mode = { buffer: false, refuse: false, streams: 0 };
  const server = createServer((request, response) => {
    const isStream = request.url?.startsWith("/api/v1/events") === true;
    if (isStream) mode.streams += 1;
    if (isStream && mode.refuse) {
      request.socket.destroy();
      return;
    }
    const upstream = ask(
      { hostname, port, path: request.url, method: request.method, headers: request.headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        if (isStream) open.add(response);
        answer.on("data", (part: Buffer) => {
          if (!isStream || !(mode.buffer || forgotten.has(response))) response.write(part);
        });
        answer.on("end", () => {
          if (!forgotten.has(response)) response.end();
        });
        answer.on("error", () => response.destroy());
      },
    );
    upstream.on("error", () => response.destroy());
    response.on("close", () => {
      open.delete(response);
      upstream.destroy();
    });
    request.pipe(upstream);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    forget: () => {
      for (const each of open) forgotten.add(each);
    },
    buffer: (on) => {
      mode.buffer = on;
    },
    refuse: (on) => {
      mode.refuse = on;
      if (on) for (const each of open) each.destroy();
    },
    streams: () => mode.streams,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
