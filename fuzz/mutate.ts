// Inputs that are nearly right: a sample with a few changes gets further into a reader than noise does.

import * as fc from "fast-check";
import { hostilePieces, hostileValues } from "./hostile";

type Change = {
  readonly op: "insert" | "delete" | "repeat" | "replace" | "cut";
  readonly at: number;
  readonly length: number;
  readonly piece: string;
};

const anyText = fc.string({ unit: "binary", maxLength: 40 });

const change: fc.Arbitrary<Change> = fc.record({
  op: fc.constantFrom("insert", "delete", "repeat", "replace", "cut"),
  at: fc.nat(100_000),
  length: fc.nat(40),
  piece: fc.oneof(fc.constantFrom(...hostilePieces), anyText),
});

/** Texts near one of the samples; one in five is noise or a hostile text alone. */
export function nearText(samples: readonly string[]): fc.Arbitrary<string> {
  const near = fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([sample, changes]) => changes.reduce(changeText, sample));
  return fc.oneof(
    { weight: 8, arbitrary: near },
    { weight: 1, arbitrary: fc.constantFrom(...hostilePieces) },
    { weight: 1, arbitrary: anyText },
  );
}

function changeText(text: string, { op, at, length, piece }: Change): string {
  const place = text.length === 0 ? 0 : at % text.length;
  const [before, part, after] = [text.slice(0, place), text.slice(place, place + length), text.slice(place + length)];
  switch (op) {
    case "insert":
      return before + piece + part + after;
    case "delete":
      return before + after;
    case "repeat":
      return before + part.repeat(3) + after;
    case "replace":
      return before + piece + after;
    case "cut":
      return before + part;
  }
}

/** Bytes near one of the samples: bits turned, parts lost, doubled or replaced, ends cut. */
export function nearBytes(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const bytes = fc.record({
    op: fc.constantFrom("flip", "delete", "repeat", "replace", "cut"),
    at: fc.nat(10_000_000),
    length: fc.nat(600),
    piece: fc.uint8Array({ maxLength: 32 }),
  });
  const near = fc.tuple(fc.constantFrom(...samples), fc.array(bytes, { minLength: 1, maxLength: 5 })).map(([sample, changes]) =>
    changes.reduce<Uint8Array>((all, { op, at, length, piece }) => {
      const place = all.length === 0 ? 0 : at % all.length;
      const part = all.subarray(place, place + length);
      const after = all.subarray(place + length);
      if (op === "flip") return Uint8Array.from(all, (byte, index) => (index === place ? byte ^ (1 << (length % 8)) : byte));
      if (op === "cut") return all.subarray(0, place);
      return Buffer.concat([all.subarray(0, place), ...(op === "repeat" ? [part, part] : op === "replace" ? [piece] : []), after]);
    }, sample),
  );
  return fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2000 }) });
}

type ValueChange = {
  readonly op: "set" | "delete" | "double" | "rename";
  readonly at: number;
  readonly value: unknown;
  readonly key: string;
};

const anyValue: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...hostileValues), fc.jsonValue({ maxDepth: 3 }));

const valueChange: fc.Arbitrary<ValueChange> = fc.record({
  op: fc.constantFrom("set", "set", "set", "delete", "double", "rename"),
  at: fc.nat(100_000),
  value: anyValue,
  key: fc.constantFrom(...hostilePieces),
});

/** JSON values near one of the samples: fields with other values and types, lost, doubled or under another name. */
export function nearValue(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const near = fc.tuple(fc.constantFrom(...samples), fc.array(valueChange, { minLength: 1, maxLength: 5 })).map(([sample, changes]) => {
    const root = { value: JSON.parse(JSON.stringify(sample)) as unknown };
    // A copy: a value that is put into itself has no end, and the next input begins with the same ones.
    for (const each of changes) changeValue(root, { ...each, value: structuredClone(each.value) });
    // Files and wires hold no `undefined`.
    return root.value ?? null;
  });
  return fc.oneof({ weight: 12, arbitrary: near }, { weight: 1, arbitrary: anyValue });
}

type Holder = Record<string, unknown> | unknown[];

function changeValue(root: Record<string, unknown>, { op, at, value, key }: ValueChange): void {
  const places = listPlaces(root);
  const place = places[at % places.length];
  if (place !== undefined) applyChange(place, op, value, key);
}

function applyChange([holder, name]: Place, op: ValueChange["op"], value: unknown, key: string): void {
  const list = Array.isArray(holder);
  const old: unknown = Reflect.get(holder, name);
  const set = (under: string, to: unknown): void => {
    // A key like any other, also `__proto__`.
    Object.defineProperty(holder, under, { value: to, writable: true, enumerable: true, configurable: true });
  };
  if (op === "set") set(name, value);
  else if (op === "double")
    if (list) holder.push(old);
    else set(key, old);
  else {
    if (list) holder.splice(Number(name), 1);
    else Reflect.deleteProperty(holder, name);
    if (op === "rename" && !list) set(key, old);
  }
}

type Place = readonly [Holder, string];

function listPlaces(holder: Holder): readonly Place[] {
  return Object.keys(holder).flatMap((name) => {
    const value: unknown = Reflect.get(holder, name);
    return [[holder, name] as const, ...(typeof value === "object" && value !== null ? listPlaces(value as Holder) : [])];
  });
}

/** Each sample with each hostile value in one place of it, going through the places in turn. */
export function spoil(samples: readonly unknown[]): readonly unknown[] {
  return samples.flatMap((sample) =>
    hostileValues.map((value, turn) => {
      const root = { value: JSON.parse(JSON.stringify(sample)) as unknown };
      const places = listPlaces(root);
      const place = places[(turn * 7 + 1) % places.length];
      if (place !== undefined) applyChange(place, "set", value, "");
      return root.value;
    }),
  );
}
