import { compareText } from "../basics/order";
import type { RecordMap } from "../model/snapshot";

type Key = string | number;

/**
 * An immutable map that is cheap to derive from its predecessor: a large base that versions share, and the few entries that differ.
 *
 * Iterates by key (`compareText`) when `sorted`, else in no order worth relying on. Values are never undefined.
 * Cost: `with` is linear in the changes since the base was made; once they pass an eighth of it, a new base is made. `changedSince` its predecessor is linear
 * in the changes, since any other version in those since the base, or in the whole map.
 */
export class LayeredMap<K extends Key, V> implements RecordMap<K, V> {
  readonly size: number;
  readonly #base: ReadonlyMap<K, V>;
  /** undefined = removed. */
  readonly #overlay: ReadonlyMap<K, V | undefined>;
  readonly #sorted: boolean;
  /** What it was made of: a version must not keep the one before it, which would keep the one before that. */
  readonly #step: { readonly before: WeakRef<object>; readonly keys: readonly K[] } | null;

  private constructor(
    base: ReadonlyMap<K, V>,
    overlay: ReadonlyMap<K, V | undefined>,
    size: number,
    sorted: boolean,
    step: { readonly before: WeakRef<object>; readonly keys: readonly K[] } | null,
  ) {
    this.#base = base;
    this.#overlay = overlay;
    this.#sorted = sorted;
    this.#step = step;
    this.size = size;
  }

  static empty<K extends Key, V>(order: "sorted" | "any"): LayeredMap<K, V> {
    return new LayeredMap<K, V>(new Map(), new Map(), 0, order === "sorted", null);
  }

  /** The map after these changes (undefined removes); itself when there are none. */
  with(changes: ReadonlyMap<K, V | undefined>): LayeredMap<K, V> {
    if (changes.size === 0) return this;
    let overlay = changes;
    if (this.#overlay.size > 0) {
      const joined = new Map(this.#overlay);
      for (const [key, value] of changes) joined.set(key, value);
      overlay = joined;
    }
    let size = this.size;
    for (const [key, value] of changes) size += Number(value !== undefined) - Number(this.has(key));
    const layersMax = Math.max(overlayMin, this.#base.size / 8);
    // A list of many keys would stand beside the map until the next change, for one comparison.
    const step = changes.size <= layersMax ? { before: new WeakRef(this), keys: [...changes.keys()] } : null;
    if (overlay.size <= layersMax) return new LayeredMap(this.#base, overlay, size, this.#sorted, step);
    return new LayeredMap(rebase(this.#base, overlay, this.#sorted), new Map<K, V | undefined>(), size, this.#sorted, step);
  }

  get(key: K): V | undefined {
    if (this.#overlay.size === 0) return this.#base.get(key);
    const value = this.#overlay.get(key);
    return value === undefined && !this.#overlay.has(key) ? this.#base.get(key) : value;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  changedSince(earlier: ReadonlyMap<K, V>): readonly K[] {
    if (earlier === this) return [];
    if (this.#step?.before.deref() === earlier) return this.#step.keys.filter((key) => this.get(key) !== earlier.get(key));
    const keys = new Set<K>();
    const compare = (key: K): void => {
      if (this.get(key) !== earlier.get(key)) keys.add(key);
    };
    const shares = #base in earlier && earlier.#base === this.#base;
    for (const key of shares ? this.#overlay.keys() : this.keys()) compare(key);
    for (const key of shares ? earlier.#overlay.keys() : earlier.keys()) compare(key);
    return [...keys];
  }

  entries(): MapIterator<[K, V]> {
    return this.#overlay.size === 0 ? this.#base.entries() : this.#layers((key, value) => [key, value]);
  }

  keys(): MapIterator<K> {
    return this.#overlay.size === 0 ? this.#base.keys() : this.#layers((key) => key);
  }

  values(): MapIterator<V> {
    return this.#overlay.size === 0 ? this.#base.values() : this.#layers((_key, value) => value);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  *#layers<T>(pick: (key: K, value: V) => T): MapIterator<T> {
    const added = [...this.#overlay.keys()].filter((key) => !this.#base.has(key));
    if (this.#sorted) added.sort(compareKey);
    let next = 0;
    for (const [base, unchanged] of this.#base) {
      // Everything new that comes before this entry; a changed one takes its place.
      for (let key = added[next]; this.#sorted && key !== undefined && compareKey(key, base) < 0; key = added[next]) {
        const value = this.#overlay.get(key);
        if (value !== undefined) yield pick(key, value);
        next += 1;
      }
      const value = this.#overlay.has(base) ? this.#overlay.get(base) : unchanged;
      if (value !== undefined) yield pick(base, value);
    }
    for (const key of added.slice(next)) {
      const value = this.#overlay.get(key);
      if (value !== undefined) yield pick(key, value);
    }
  }

  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void, thisArg?: unknown): void {
    for (const [key, value] of this) callback.call(thisArg, value, key, this);
  }
}

const overlayMin = 512;

/** Base and overlay as one new base, in the order of `entries`; a loop of its own since this is what an apply waits for. */
function rebase<K extends Key, V>(base: ReadonlyMap<K, V>, overlay: ReadonlyMap<K, V | undefined>, sorted: boolean): Map<K, V> {
  // API servers list in key order: sorting mostly finds it done.
  const added = sorted ? [...overlay.keys()].sort(compareKey) : [...overlay.keys()];
  const map = new Map<K, V>();
  let next = 0;
  const addUpTo = (end: K | undefined): void => {
    for (let key = added[next]; key !== undefined && (end === undefined || compareKey(key, end) <= 0); key = added[next]) {
      const value = overlay.get(key);
      if (value !== undefined) map.set(key, value);
      next += 1;
    }
  };
  for (const [key, value] of base) {
    if (sorted) addUpTo(key);
    if (!overlay.has(key)) map.set(key, value);
  }
  addUpTo(undefined);
  return map;
}

function compareKey(a: Key, b: Key): number {
  return typeof a === "string" && typeof b === "string" ? compareText(a, b) : compareText(String(a), String(b));
}
