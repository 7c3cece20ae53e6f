// Keeps one collection (a kind, everywhere or in one namespace) in step with the API server: list, then watch, again and again until stopped.
// It never gives up by itself: every failure is a state, a delay and another try (docs/decisions/0001). It knows nothing of indexes or answers.

import { createBackoff } from "./backoff";
import { replaceAll, type Collection, type Position } from "./collection";
import type { End } from "./end";
import { listPages } from "./list-pages";
import { watchCollection } from "./watch";

/** A server that starts refuses some requests until it has read its roles: what was read is kept for so many refusals. */
const refusalsMax = 3;

/** What is wrong may be the version that is resumed from: it is given up after so many watches in a row that the server answered with an error. */
const dislikedMax = 3;

/** Runs until the signal aborts; resolves then. Never rejects. */
export async function runReflector(collection: Collection): Promise<void> {
  const { connection, events, surroundings, signal } = collection;
  const backoff = createBackoff(surroundings.random);
  const position: Position = {
    version: null,
    server: connection.server(),
    synced: false,
    streaming: true,
    stripped: 0,
    expiries: 0,
    unpaged: false,
  };
  let refusals = 0;
  let disliked = 0;
  const state = (name: "syncing" | "stale" | "forbidden", message: string | null, retryAtMs: number | null = null): void => {
    events.state({ state: name, message, expected: null, retryAtMs });
  };
  const pause = async (delayMs: number): Promise<void> => {
    const cut = new AbortController();
    const wakeUp = (): void => {
      cut.abort();
    };
    const stopWaking = collection.wake.subscribe(wakeUp);
    signal.addEventListener("abort", wakeUp, { once: true });
    await surroundings.sleep(delayMs, cut.signal);
    stopWaking();
    signal.removeEventListener("abort", wakeUp);
  };

  while (!isStopped(signal)) {
    if (position.version !== null && position.server !== connection.server()) {
      // Another server's versions say nothing about this one's.
      position.version = null;
      state("stale", "the kubeconfig names another server: listed anew");
    }
    if (!position.synced) state("syncing", null);
    const wasListing = position.version === null;
    const end = await attempt(collection, position, () => {
      // What a refusal waited for has come: the next failure is another one.
      if (refusals > 0) backoff.reset();
      refusals = 0;
      events.trouble(null);
    });
    if (isStopped(signal)) return;
    if (isSteady(end)) {
      backoff.reset();
      position.expiries = 0;
      disliked = 0;
    }
    switch (end.kind) {
      case "ended": {
        if (end.steady) continue;
        const delay = backoff.next(null);
        if (position.synced) state("stale", "the server ends every watch at once", surroundings.now() + delay);
        await pause(delay);
        continue;
      }
      case "interrupted":
        if (position.synced) state("stale", end.why, surroundings.now());
        continue;
      case "expired": {
        // Once may happen at any time; again and again it is a server in trouble, which lists would hurt more.
        const delay = position.expiries === 0 ? backoff.next(null) / 10 : backoff.next(null);
        position.version = null;
        position.expiries += 1;
        // What happened since is not known until the list is read anew.
        if (position.synced) state("stale", `listed anew: ${end.why}`, surroundings.now() + delay);
        await pause(delay);
        continue;
      }
      case "unsupported":
        position.streaming = false;
        if (end.stripped) position.stripped = collection.limits.strippedLists;
        continue;
      case "forbidden": {
        refusals += 1;
        events.trouble(null);
        const delay = backoff.next(null);
        if (position.synced && refusals < refusalsMax) state("stale", end.message, surroundings.now() + delay);
        else {
          // What may not be read any more is not shown as if it were.
          if (position.synced) replaceAll(collection, new Map());
          position.version = null;
          position.synced = false;
          state("forbidden", end.message, surroundings.now() + delay);
        }
        await pause(delay);
        continue;
      }
      case "failed": {
        // Progress is better than waiting for the better way: the next list goes the other one (client-go falls back likewise).
        if (wasListing && position.version === null) position.streaming = !position.streaming && position.stripped === 0;
        if (position.version !== null && end.disliked === true) {
          disliked += 1;
          if (disliked % dislikedMax === 0) position.version = null;
        }
        const delay = backoff.next(end.retryAfterMs);
        state(position.synced ? "stale" : "syncing", `${end.error.what}: ${end.error.where}`, surroundings.now() + delay);
        events.trouble(end.error);
        await pause(delay);
        continue;
      }
    }
  }
}

async function attempt(collection: Collection, position: Position, works: () => void): Promise<End> {
  if (position.version === null && !position.streaming) {
    const end = await listPages(collection, position);
    if (end !== null) return end;
    works();
  }
  return watchCollection(collection, position, works);
}

/** Whether the delays begin anew: a watch that had worked ended in some way. */
function isSteady(end: End): boolean {
  return end.kind === "interrupted" || ("steady" in end && end.steady);
}

function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}
