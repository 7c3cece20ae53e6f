/** A request that can be given up from several sides; the first reason counts. */
export type Deadline = {
  readonly signal: AbortSignal;
  /** Gives up after so long, counted anew from each call. */
  within(ms: number, why: string): void;
  /** Gives up after so long, whatever else is told. */
  atMost(ms: number, why: string): void;
  giveUp(why: string): void;
  /** Why it was given up; null while it was not. */
  reason(): string | null;
  /** Ends the request, its timers, and its ties to the outer signal. */
  end(): void;
};

/** A deadline that also ends with `outer`; `outer` is no reason. */
export function createDeadline(outer: AbortSignal): Deadline {
  const request = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;
  let reason: string | null = null;
  const abort = (): void => {
    request.abort();
  };
  const giveUp = (why: string): void => {
    reason ??= why;
    abort();
  };
  outer.addEventListener("abort", abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: request.signal,
    within: (ms, why) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        giveUp(why);
      }, ms);
    },
    atMost: (ms, why) => {
      clearTimeout(last);
      last = setTimeout(() => {
        giveUp(why);
      }, ms);
    },
    giveUp,
    reason: () => reason,
    end: () => {
      clearTimeout(timer);
      clearTimeout(last);
      outer.removeEventListener("abort", abort);
      abort();
    },
  };
}
