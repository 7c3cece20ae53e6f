import type { Steps } from "@/lib/core";

/** Units: ms that one piece of long work holds the process at a time. */
const sliceMs = 5;

/** Does long work in slices, between which the process answers others. Rejects with what a step throws, and where `signal` is aborted. */
export async function runInSlices<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const untilMs = performance.now() + sliceMs;
    do {
      const { done, value } = steps.next();
      if (done === true) return value;
    } while (performance.now() < untilMs);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}
