// Server-sent events: a Response that streams them to one browser tab, with a bounded queue.

import type { LiveHub, Subscription } from "./live-hub";

const heartbeatIntervalMs = 5_000;
/** Events that wait for one browser. */
export const queueLengthMax = 64;

/**
 * The event stream of one browser tab.
 *
 * Returns: a streaming Response, or undefined when there is no such cluster. The stream ends when the browser leaves or the hub closes;
 * its clean-up runs once, whichever of the request's signal and the stream's cancel comes first.
 */
export function createSseResponse(hub: LiveHub, cluster: string, lastEventId: string | null, signal: AbortSignal): Response | undefined {
  let subscription: Subscription | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  const state = { ended: false };
  const end = (): void => {
    if (state.ended) return;
    state.ended = true;
    clearInterval(heartbeat);
    subscription?.end();
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const deliver = (event: Uint8Array): number => {
          if (state.ended) return queueLengthMax;
          controller.enqueue(event);
          return controller.desiredSize ?? 0;
        };
        const close = (): void => {
          if (state.ended) return;
          end();
          controller.close();
        };
        subscription = hub.subscribe(cluster, lastEventId, deliver, close);
        heartbeat = setInterval(() => {
          subscription?.beat();
        }, heartbeatIntervalMs).unref();
        signal.addEventListener("abort", close, { once: true });
      },
      pull(controller) {
        // Only once all that waited is read: with room for one event the snapshot would fill the queue again, and so on for ever.
        if (controller.desiredSize === queueLengthMax) subscription?.resume();
      },
      cancel: end,
    },
    new CountQueuingStrategy({ highWaterMark: queueLengthMax }),
  );
  if (subscription === undefined) return undefined;
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream",
      // no-transform: a compressing proxy (or Next itself) would hold events back.
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
