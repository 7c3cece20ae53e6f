// What tests in other processes may order: POST /_control with one command as JSON.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiObject } from "./api-object";
import type { ApiServer } from "./api-server";
import { sendJson } from "./api-status";
import { heal } from "./switches";

/**
 * One order.
 *
 * - `apply` {object}, `remove` {object}: changes what the cluster holds; watches tell.
 * - `forbid` {key: "pods" or "pods/default"}, `fail` {key: plural or "*", status, retryAfterSeconds, text}, `strip` {key: parameter or "*"}:
 *   `on: false` takes it back.
 * - `stall`, `trickle`, `lateEnd`, `cutLists`, `holdHeaders`, `shortWatches`, `refuseFuture`, `noStreaming`, `reset`: `on: false` ends it. `slow` {ms}: 0 ends it.
 * - `dropWatches` {abruptly}, `brokenLine`, `compact`, `rewind`: once.
 * - `down`, `up`: stops listening and comes back on the same port; only the control address of its own hears `up`.
 * - `heal`: every switch back; `state`: nothing but the answer `{version, watches, requests}`, which each order gives.
 */
type Command = {
  readonly op: string;
  readonly object?: ApiObject;
  readonly key?: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  readonly text?: string;
  readonly ms?: number;
  readonly abruptly?: boolean;
  readonly on?: boolean;
};

/** A request handler for the orders; false = it is none. */
export function createControl(api: () => ApiServer): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    if (request.url !== "/_control" || request.method !== "POST") return false;
    void readBody(request)
      .then(async (text) => {
        const problem = await obey(api(), JSON.parse(text) as Command);
        const server = api();
        if (problem === null)
          sendJson(response, 200, { version: server.store.version(), watches: server.openWatches(), requests: server.requests() });
        else sendJson(response, 400, { message: problem });
      })
      .catch((cause: unknown) => {
        sendJson(response, 400, { message: String(cause) });
      });
    return true;
  };
}

/** Returns: what is wrong with the order, or null. */
async function obey(
  api: ApiServer,
  { op, object, key = "*", status = 500, retryAfterSeconds, text, ms = 0, abruptly = false, on = true }: Command,
): Promise<string | null> {
  const { switches } = api;
  switch (op) {
    case "apply":
    case "remove":
      if (object === undefined) return `${op} needs an object`;
      if (op === "apply") api.apply(object);
      else api.remove(object);
      return null;
    case "forbid":
      if (on) switches.forbidden.add(key);
      else switches.forbidden.delete(key);
      return null;
    case "fail":
      if (on)
        switches.fail.set(key, {
          status,
          ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
          ...(text === undefined ? {} : { text }),
        });
      else switches.fail.delete(key);
      return null;
    case "strip":
      if (on) switches.strip.add(key);
      else switches.strip.delete(key);
      return null;
    case "stall":
    case "trickle":
    case "lateEnd":
    case "cutLists":
    case "holdHeaders":
    case "shortWatches":
    case "refuseFuture":
    case "reset":
      switches[op] = on;
      return null;
    case "noStreaming":
      switches.streamingLists = !on;
      return null;
    case "slow":
      switches.slowMs = ms;
      return null;
    case "dropWatches":
      api.dropWatches(abruptly ? "cut" : "end");
      return null;
    case "brokenLine":
      api.breakLine();
      return null;
    case "compact":
      api.compact();
      return null;
    case "rewind":
      api.store.rewind(1000);
      return null;
    case "down":
      await api.stop();
      return null;
    case "up":
      await api.start();
      return null;
    case "heal":
      heal(switches);
      return null;
    case "state":
      return null;
    default:
      return `unknown op ${JSON.stringify(op)}`;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}
