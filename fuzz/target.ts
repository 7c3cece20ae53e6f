// What a fuzz target is: a reader, what is fed to it, and how a run is watched.

import type * as fc from "fast-check";

/**
 * One reader. `hostile`: inputs that a person would try, all run each time; `random`: as many as are asked for.
 * `run` throws when something is wrong: whatever it reads, a reader answers with a value. `weight`: how many of the random inputs it gets, 1 = all (slow readers less).
 */
export type Target<T> = {
  readonly name: string;
  readonly hostile: readonly T[];
  readonly random: fc.Arbitrary<T>;
  readonly run: (input: T) => unknown;
  readonly weight?: number;
};

/** A target whose input type is forgotten, so that all fit into one list. */
export type AnyTarget = Omit<Target<unknown>, "run"> & { readonly run: (input: never) => unknown };

/** Processor time of one run in ms. Not the clock's: the machine may be busy with something else. */
const runMaxMs = 1000;

const prototypes = [Object, Array, String, Number, Boolean, Function, Map, Set, Promise, Date, RegExp].map(({ name, prototype }) => ({
  name,
  of: prototype as object,
  keys: Reflect.ownKeys(prototype as object).length,
}));

/** Runs one input. Throws what the reader throws, and when it took too long or reached into a prototype. */
export async function runWatched(target: AnyTarget, input: unknown): Promise<void> {
  const began = process.cpuUsage();
  await target.run(input as never);
  const { user, system } = process.cpuUsage(began);
  if (user + system > runMaxMs * 1000) throw new Error(`took ${String(Math.round((user + system) / 1000))} ms`);
  for (const { name, of, keys } of prototypes) if (Reflect.ownKeys(of).length !== keys) throw new Error(`${name}.prototype was changed`);
}
