// One watch request: a streaming list first when there is no version to resume from, then the changes until something ends it.

import { setImmediate } from "node:timers/promises";
import type { Delta } from "@/lib/core";
import { finishList, isBefore, isVersion, keyOf, note, remove, upsert, type Collection, type Found, type Position } from "./collection";
import { createDeadline, type Deadline } from "./deadline";
import { broken, errorEvent, failed, foreignPage, refusal, type End } from "./end";
import { collectionPath } from "./kinds";
import { readLines } from "./lines";
import { asObject, asText, type Raw } from "./slim/read";
import { isOfKind } from "./slim/slim-object";

const overtimeMs = 30_000;
const silentList = "the streaming list fell silent";
const silentWatch = "the watch fell silent";
const outlived = "the watch outlived its time";
const slept = "this machine slept";

/**
 * One attempt. `initial`: what a streaming list brought so far; null once it is whole, or when there was a version to resume from.
 * `proven`: it was called live; `steady`: it brought an event after its list, or held for a while. `works`: called when the server answers.
 */
type Attempt = {
  readonly collection: Collection;
  readonly position: Position;
  readonly deadline: Deadline;
  readonly works: () => void;
  initial: Found | null;
  proven: boolean;
  steady: boolean;
  end: End | null;
};

/** Returns: how it ended. What came until then has been told, and `position` moved on. Never throws. */
export async function watchCollection(collection: Collection, position: Position, works: () => void): Promise<End> {
  const deadline = createDeadline(collection.signal);
  const stopWaking = collection.wake.subscribe(() => {
    deadline.giveUp(slept);
  });
  const attempt: Attempt = {
    collection,
    position,
    deadline,
    works,
    initial: position.version === null ? new Map() : null,
    proven: false,
    steady: false,
    end: null,
  };
  try {
    const response = await open(attempt);
    return "kind" in response ? response : await readStream(attempt, response.body);
  } catch (cause) {
    const reason = deadline.reason();
    switch (reason) {
      case silentList:
        // The parameters did not reach the server, or it is too slow for this way.
        return { kind: "unsupported", stripped: true };
      case slept:
        return { kind: "interrupted", why: slept };
      case outlived:
        return { kind: "ended", steady: attempt.steady };
      case silentWatch:
        // Whether it had nothing to say or could not is not known: a list tells.
        return { kind: "expired", why: silentWatch, steady: attempt.steady };
      case null:
      default:
        return broken(collection, reason, cause, attempt.steady);
    }
  } finally {
    stopWaking();
    deadline.end();
  }
}

/** The answer to the request, once it is one that streams. */
async function open({ collection, position, deadline, works, initial }: Attempt): Promise<End | { readonly body: AsyncIterable<Buffer> }> {
  const { connection, row, namespace, events, limits, surroundings } = collection;
  const seconds = Math.ceil(limits.watchSeconds * (0.8 + 0.2 * surroundings.random()));
  const listing = initial !== null;
  const late = setTimeout(() => {
    if (!listing) events.state({ state: "stale", message: "the watch is not answered", expected: null, retryAtMs: null });
  }, limits.reconnectMaxMs);
  // Some proxies hold the headers back until the first event comes, which may be a bookmark.
  const answerMaxMs = listing ? limits.answerMaxMs : limits.silenceMaxMs;
  const path = `${collectionPath(row, namespace)}?${watchQuery(position.version, seconds).toString()}`;
  const response = await connection.get(path, deadline.signal, answerMaxMs);
  clearTimeout(late);
  if (!response.ok) return { kind: "failed", error: response.error, retryAfterMs: null, steady: false };
  const { status, body } = response.value;
  if (status !== 200) {
    deadline.within(limits.answerMaxMs, "the answer stopped in the middle");
    const refused = await refusal(collection, response.value);
    // Servers without the feature call the parameters invalid.
    return listing && (status === 400 || status === 422) ? { kind: "unsupported", stripped: false } : refused;
  }
  const page = foreignPage(collection, response.value);
  if (page !== null) return page;
  // The server was asked to end it by itself; something in between may have taken that away.
  deadline.atMost(seconds * 1000 + overtimeMs, outlived);
  if (!listing) works();
  return { body };
}

async function readStream(attempt: Attempt, body: AsyncIterable<Buffer>): Promise<End> {
  const { collection, deadline } = attempt;
  const { limits, events, signal } = collection;
  const feed = (): void => {
    if (attempt.initial === null) deadline.within(limits.silenceMaxMs, silentWatch);
    else deadline.within(limits.firstSyncSilenceMaxMs, silentList);
  };
  const held = setTimeout(() => {
    attempt.steady ||= attempt.initial === null;
  }, limits.steadyMs);
  // What was missed comes first, at once: only after that, or after a while without any, is what is held the present state. Headers alone prove nothing.
  const caughtUp = setTimeout(() => {
    if (attempt.initial === null) prove(attempt);
  }, limits.settleMs);
  try {
    feed();
    for await (const lines of readLines(body)) {
      if (signal.aborted) break;
      const batch: Delta[] = [];
      for (const line of lines) {
        if (attempt.end !== null || line.trim() === "") continue;
        readEvent(attempt, line, batch);
        // Only whole events count: a connection that merely trickles is as good as dead.
        feed();
      }
      if (batch.length > 0) events.deltas(batch);
      if (attempt.end !== null) return attempt.end;
      if (attempt.steady) prove(attempt);
      // Of a large list the next part is always there: without a pause nobody else would have a turn while megabytes of it are read.
      await setImmediate();
    }
  } finally {
    clearTimeout(held);
    clearTimeout(caughtUp);
  }
  if (signal.aborted || attempt.initial === null) return { kind: "ended", steady: attempt.steady };
  return broken(collection, "the streaming list ended before it was whole", undefined);
}

function watchQuery(version: string | null, seconds: number): URLSearchParams {
  return new URLSearchParams({
    watch: "1",
    allowWatchBookmarks: "true",
    timeoutSeconds: String(seconds),
    ...(version === null ? { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" } : { resourceVersion: version }),
  });
}

function readEvent(attempt: Attempt, line: string, batch: Delta[]): void {
  const { collection, position } = attempt;
  let event: Raw;
  try {
    event = asObject(JSON.parse(line));
  } catch {
    // What a list that is not whole yet brought is dropped in any case.
    if (attempt.initial !== null) {
      attempt.end = failed(
        collection,
        "the streaming list is no JSON: something in between answers in the API server's place, or cuts its answers short",
      );
      return;
    }
    batch.push(unreadable(collection));
    attempt.end = { kind: "expired", why: "a line could not be read", steady: attempt.steady };
    return;
  }
  const object = asObject(event["object"]);
  const meta = asObject(object["metadata"]);
  const version = asText(meta["resourceVersion"]);
  const goesBack = attempt.initial === null && position.version !== null && isBefore(version, position.version);
  switch (event["type"]) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      if (asText(meta["name"]) === "" || !isOfKind(collection.row.kind, asText(object["apiVersion"]), asText(object["kind"]))) {
        // What it was about is not known.
        attempt.end =
          attempt.initial === null
            ? { kind: "expired", why: "an event is about something else", steady: attempt.steady }
            : failed(collection, "the streaming list holds something else: something in between mixes up its answers");
        return;
      }
      if (attempt.initial !== null) {
        readInitial(attempt, attempt.initial, event["type"], object);
        return;
      }
      if (goesBack) break;
      if (event["type"] === "DELETED") remove(collection, object, batch);
      else upsert(collection, object, batch);
      break;
    case "BOOKMARK":
      if (attempt.initial !== null) {
        endInitial(attempt, attempt.initial, object, version);
        return;
      }
      break;
    case "ERROR":
      attempt.end = errorEvent(collection, object, attempt.steady);
      return;
    default:
      // A whole List where a stream was asked for: something in between takes the watch away.
      attempt.end =
        attempt.initial === null
          ? { kind: "expired", why: "a watch was answered with something else", steady: false }
          : { kind: "unsupported", stripped: true };
      return;
  }
  if (goesBack) {
    // A watch tells in order. One that goes back repeats or mixes up events, or is of a server that was restored from a backup: nothing of it holds.
    attempt.end = { kind: "expired", why: "the watch went back in time", steady: false };
    return;
  }
  attempt.steady = true;
  if (version !== "") position.version = version;
}

/** Objects that change while a list is streamed are told as changes before its end. */
function readInitial({ collection, position }: Attempt, found: Found, type: string, object: Raw): void {
  if (type === "DELETED") found.delete(keyOf(object));
  else note(found, collection, object);
  if (found.size % 1000 === 0)
    collection.events.state({ state: position.synced ? "stale" : "syncing", message: null, expected: null, retryAtMs: null });
}

/** The first bookmark of a streaming list is the one that ends it: any other means that no such list was asked for. */
function endInitial(attempt: Attempt, found: Found, bookmark: Raw, version: string): void {
  const { collection, position, works } = attempt;
  if (asObject(asObject(bookmark["metadata"])["annotations"])["k8s.io/initial-events-end"] !== "true" || !isVersion(version)) {
    attempt.end = { kind: "unsupported", stripped: true };
    return;
  }
  finishList(collection, position, found, version);
  attempt.initial = null;
  prove(attempt);
  works();
}

function prove(attempt: Attempt): void {
  if (attempt.proven) return;
  attempt.proven = true;
  attempt.collection.events.state({ state: "live", message: null, expected: null, retryAtMs: null });
}

/** It stands until the list is read. */
function unreadable({ row, namespace }: Collection): Delta {
  const object = namespace === null ? row.kind : `${row.kind} of ${namespace}`;
  const message = "a line of the watch could not be read: listed anew, so that nothing is missed";
  return { type: "warnings", kind: row.kind, key: "", warnings: [{ object, message }] };
}
