// Notices that this machine slept: its connections may be dead without anybody having said so.

import type { Limits } from "./limits";

export type Wake = {
  /** Calls back after each sleep. Returns: the function that ends it. */
  subscribe(listener: () => void): () => void;
};

/**
 * Compares the wall clock with a timer, since timers stand still while a machine sleeps. A clock that is set forward looks the same and costs one
 * reconnection; one that is set back is no sleep.
 */
export function watchForSleep(now: () => number, { sleepCheckMs, sleptMs }: Limits, signal: AbortSignal): Wake {
  const listeners = new Set<() => void>();
  let last = now();
  const timer = setInterval(() => {
    const passed = now() - last;
    last = now();
    if (passed > sleepCheckMs + sleptMs) for (const listener of [...listeners]) listener();
  }, sleepCheckMs);
  timer.unref();
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(timer);
      listeners.clear();
    },
    { once: true },
  );
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
