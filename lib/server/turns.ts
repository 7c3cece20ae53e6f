/** `turn` resolves when it is one's own, and rejects where the client has left. `leave` may be called again. */
export type Place = { readonly turn: () => Promise<void>; readonly leave: () => void };

/**
 * Work that is done one at a time, in the order in which turns are asked for, for so many clients at most.
 *
 * Returns: a function that gives a client its place, which it has until it leaves or its request is aborted; null where no place is left.
 */
export function createTurns(placesMax: number): (signal: AbortSignal) => Place | null {
  let places = 0;
  let last: Promise<unknown> = Promise.resolve();
  return (signal) => {
    if (places >= placesMax || signal.aborted) return null;
    places += 1;
    const { promise: left, resolve } = Promise.withResolvers<undefined>();
    let hasLeft = false;
    const leave = (): void => {
      if (hasLeft) return;
      hasLeft = true;
      places -= 1;
      signal.removeEventListener("abort", leave);
      resolve(undefined);
    };
    signal.addEventListener("abort", leave);
    return {
      leave,
      async turn() {
        const before = last;
        last = Promise.all([before, left]);
        await Promise.race([before, left]);
        signal.throwIfAborted();
      },
    };
  };
}
