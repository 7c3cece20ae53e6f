import { describe, expect, test } from "vitest";
import { createTurns, type Place } from "./turns";

const stays = new AbortController().signal;

/** Names in the order of their turns. */
function watch(...places: readonly (readonly [string, Place | null])[]): string[] {
  const order: string[] = [];
  for (const [name, place] of places)
    place?.turn().then(
      () => order.push(name),
      () => order.push(`${name} left`),
    );
  return order;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("createTurns", () => {
  test("one at a time, in the order in which turns are asked for", async () => {
    const enter = createTurns(3);
    const [a, b, c] = [enter(stays), enter(stays), enter(stays)];
    const order = watch(["b", b], ["a", a], ["c", c]);
    await settled();
    expect(order).toEqual(["b"]);
    b?.leave();
    await settled();
    expect(order).toEqual(["b", "a"]);
    // Whoever has not had a turn may leave too.
    c?.leave();
    a?.leave();
    await settled();
    expect(order.slice(0, 2)).toEqual(["b", "a"]);
  });

  test("without a place: null; each place that is left can be taken once more", () => {
    const enter = createTurns(2);
    const [a, b] = [enter(stays), enter(stays)];
    expect([a === null, b === null, enter(stays)]).toEqual([false, false, null]);
    a?.leave();
    a?.leave();
    expect([enter(stays) === null, enter(stays)]).toEqual([false, null]);
  });

  test("whoever is aborted while it waits frees its place, and is passed over", async () => {
    const enter = createTurns(3);
    const gone = new AbortController();
    const [a, b, c] = [enter(stays), enter(gone.signal), enter(stays)];
    const order = watch(["a", a], ["b", b], ["c", c]);
    gone.abort();
    await settled();
    expect(order.toSorted()).toEqual(["a", "b left"]);
    expect([enter(stays) === null, enter(stays)]).toEqual([false, null]);
    a?.leave();
    await settled();
    expect(order).toHaveLength(3);
    expect(order.at(-1)).toBe("c");
  });

  test("whoever was aborted before gets no place, and takes none", () => {
    const enter = createTurns(1);
    expect(enter(AbortSignal.abort())).toBeNull();
    expect(enter(stays)).not.toBeNull();
  });
});
