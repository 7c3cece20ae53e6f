/** What a reflector needs besides the network; tests pass their own. */
export type Surroundings = {
  readonly now: () => number;
  readonly random: () => number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

const firstDelayMs = 800;
const longestDelayMs = 30_000;
/** A server or something in between may ask for more; a typing error there must not blind us for a day. */
const askedDelayMaxMs = 120_000;

/** Delays that double from 0.8 s to 30 s, each drawn between half and one and a half of that; `reset` after something was read. */
export function createBackoff(random: () => number): { next(atLeastMs: number | null): number; reset(): void } {
  let failures = 0;
  return {
    next(atLeastMs) {
      const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** failures) * (0.5 + random());
      failures = Math.min(failures + 1, 10);
      return Math.max(delay, Math.min(atLeastMs ?? 0, askedDelayMaxMs));
    },
    reset() {
      failures = 0;
    },
  };
}

/** The real ones. */
export const realSurroundings: Surroundings = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    }),
};
