// One WATCH of the simulated API server: the streaming list, the events since a version, bookmarks, and the ways in which it goes wrong.

import type { ServerResponse } from "node:http";
import { apiVersionOf, type ApiObject } from "./api-object";
import { sendStatus, statusObject } from "./api-status";
import { readSelection, type Target } from "./api-request";
import type { ObjectStore, WatchEvent } from "./object-store";
import type { Switches } from "./switches";

export type WatchOptions = { readonly store: ObjectStore; readonly switches: Switches; readonly bookmarkIntervalMs: number };

const trickleIntervalMs = 20;
const lateEndMs = 80;
const noStreamingMessage =
  'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';

/** Serves the watch until it ends; the caller keeps the response to drop it. Returns: what sends it one more event. */
export function serveWatch(
  { store, switches, bookmarkIntervalMs }: WatchOptions,
  response: ServerResponse,
  target: Target,
  query: URLSearchParams,
): (event: WatchEvent) => void {
  const nothing = (): void => undefined;
  const selection = readSelection(query);
  if ("unknown" in selection) {
    sendStatus(response, 400, selection.unknown);
    return nothing;
  }
  const { wants } = selection;
  const wantsList = query.get("sendInitialEvents") === "true";
  if (wantsList && !switches.streamingLists) {
    sendStatus(response, 422, noStreamingMessage, "Invalid", {
      kind: "ListOptions",
      causes: [{ reason: "FieldValueForbidden", field: "sendInitialEvents" }],
    });
    return nothing;
  }
  if (wantsList && query.get("resourceVersionMatch") !== "NotOlderThan") {
    sendStatus(
      response,
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      "Invalid",
    );
    return nothing;
  }
  const asked = query.get("resourceVersion") ?? "";
  const fromNow = asked === "" || asked === "0";
  const future = !fromNow && Number(asked) > store.version();
  if (future && switches.refuseFuture) {
    sendStatus(response, 504, `Too large resource version: ${asked}, current: ${String(store.version())}`, "Timeout", {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    });
    return nothing;
  }
  const missed = store.since(target.kind.kind, target.namespace, wantsList || fromNow ? store.version() : Number(asked));
  response.writeHead(200, { "content-type": "application/json" });
  // A watch that has nothing to say yet has begun all the same.
  if (!switches.holdHeaders) response.flushHeaders();
  if (switches.shortWatches) {
    response.end();
    return nothing;
  }
  const line = createLineWriter(response, () => switches.stall || switches.trickle);
  trickleInto(response, () => switches.trickle);
  const bookmark = (annotations?: Readonly<Record<string, string>>): void => {
    const metadata = {
      resourceVersion: String(store.version()),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    line("BOOKMARK", { kind: target.kind.kind, apiVersion: apiVersionOf(target.kind), metadata });
  };
  if (missed === undefined) {
    line("ERROR", statusObject(410, `too old resource version: ${asked} (${String(store.version())})`));
    response.end();
    return nothing;
  }
  const sendEvent = (event: WatchEvent): void => {
    if (event.object.kind !== target.kind.kind || (target.namespace !== null && event.object.metadata.namespace !== target.namespace))
      return;
    // Until a server has come to where a watch begins, it has nothing to tell it.
    if (future && event.version <= Number(asked)) return;
    const change = changeFor(event, wants);
    if (change !== null) line(change, event.object);
  };
  if (wantsList || fromNow) for (const object of store.list(target.kind.kind, target.namespace)) if (wants(object)) line("ADDED", object);
  const endList = (): void => {
    bookmark({ "k8s.io/initial-events-end": "true" });
    listed = true;
  };
  let listed = !wantsList;
  if (wantsList && !switches.lateEnd) endList();
  else if (wantsList) setTimeout(endList, lateEndMs).unref();
  else for (const event of missed) sendEvent(event);

  const stopListening = store.onChange((event) => {
    if (event !== null) sendEvent(event);
  });
  const withBookmarks = query.get("allowWatchBookmarks") === "true" || query.get("allowWatchBookmarks") === "1";
  const bookmarks = setInterval(() => {
    if (withBookmarks && listed) bookmark();
  }, bookmarkIntervalMs);
  const timeout = setTimeout(() => response.end(), Number(query.get("timeoutSeconds") ?? 1800) * 1000);
  for (const timer of [bookmarks, timeout]) timer.unref();
  response.on("close", () => {
    stopListening();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
  return sendEvent;
}

/** A byte of white space now and then while `isOn`, until the response ends. */
export function trickleInto(response: ServerResponse, isOn: () => boolean): void {
  const timer = setInterval(() => {
    if (isOn() && !response.writableEnded && !response.destroyed) response.write(" ");
  }, trickleIntervalMs).unref();
  response.on("close", () => {
    clearInterval(timer);
  });
}

/** With a selector, an object that begins or ceases to match is added or deleted. */
function changeFor({ type, object, previous }: WatchEvent, wants: (object: ApiObject) => boolean): WatchEvent["type"] | null {
  const before = previous !== null && wants(previous);
  const after = type !== "DELETED" && wants(object);
  if (before) return after ? "MODIFIED" : "DELETED";
  return after ? "ADDED" : null;
}

/** Writes events as lines, in order, no faster than the reader takes them, and none while it is stalled; objects wait unserialised. */
function createLineWriter(response: ServerResponse, isStalled: () => boolean): (type: string, object: unknown) => void {
  const queue: { readonly type: string; readonly object: unknown }[] = [];
  let next = 0;
  let blocked = false;
  const pump = (): void => {
    while (!blocked && !isStalled() && !response.writableEnded && next < queue.length) {
      const item = queue[next];
      next += 1;
      if (item !== undefined && !response.write(`${JSON.stringify(item)}\n`)) blocked = true;
    }
    if (next === queue.length) {
      queue.length = 0;
      next = 0;
    }
  };
  response.on("drain", () => {
    blocked = false;
    pump();
  });
  return (type, object) => {
    // Between its end and its close a response still hears of changes.
    if (response.writableEnded || response.destroyed) return;
    queue.push({ type, object });
    pump();
  };
}
