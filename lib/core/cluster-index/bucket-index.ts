import { compareText } from "../basics/order";
import { LayeredMap } from "./layered-map";

// The building stone of every secondary index: buckets of records by some key that the record itself tells, each sorted by the records' own key.

type BucketKey = string | number;

/** One immutable version of an index. */
export type Buckets<K extends BucketKey, R> = { readonly get: (bucket: K) => readonly R[] };

/** A bucket as it was and as it is, for indexes that build on another one. */
export type TouchedBucket<R> = { readonly before: readonly R[]; readonly after: readonly R[] };

export type BucketIndex<K extends BucketKey, R> = {
  /** The record under `key` was `before` and is now `after`; undefined = not there. */
  readonly change: (key: string, before: R | undefined, after: R | undefined) => void;
  /** Puts a record into one bucket, or takes it out, whatever `keysOf` says. */
  readonly set: (bucket: K, key: string, record: R | undefined) => void;
  /** Brings the buckets up to date and tells which ones changed. */
  readonly flush: () => readonly TouchedBucket<R>[];
  /** The state of the last flush. */
  readonly buckets: () => Buckets<K, R>;
  /** All buckets of the last flush, in no order worth relying on. */
  readonly all: () => Iterable<readonly R[]>;
};

/**
 * An index that keeps one sorted bucket of records per key.
 *
 * Input:   `keysOf` names the buckets of a record (pure; one may be named twice); `keyOf` the key that buckets are sorted by.
 * Cost:    a change is linear in the number of its buckets; a flush in the size of the touched buckets.
 */
export function createBucketIndex<K extends BucketKey, R>(
  keysOf: (record: R) => readonly K[],
  keyOf: (record: R) => string,
): BucketIndex<K, R> {
  let current = LayeredMap.empty<K, readonly R[]>("any");
  let pending = new Map<K, Change<R>>();

  const set = (bucket: K, key: string, record: R | undefined): void => {
    pending.set(bucket, { key, record, earlier: pending.get(bucket) });
  };

  return {
    change(key, before, after) {
      if (before !== undefined) for (const bucket of keysOf(before)) set(bucket, key, undefined);
      if (after !== undefined) for (const bucket of keysOf(after)) set(bucket, key, after);
    },
    set,
    flush() {
      if (pending.size === 0) return [];
      const touched: TouchedBucket<R>[] = [];
      const changed = new Map<K, readonly R[] | undefined>();
      for (const [bucket, changes] of pending) {
        const before = current.get(bucket) ?? [];
        const after =
          before.length === 0 && changes.earlier === undefined ? listOf(changes.record) : merge(before, inOrder(changes), keyOf);
        touched.push({ before, after });
        changed.set(bucket, after.length === 0 ? undefined : after);
      }
      pending = new Map();
      current = current.with(changed);
      return touched;
    },
    buckets() {
      const version = current;
      return { get: (bucket) => version.get(bucket) ?? none };
    },
    all: () => current.values(),
  };
}

const none: readonly never[] = [];

/** What happens to one record of a bucket, linked to what happened before: most buckets see one change, and 150,000 pods make many. */
type Change<R> = { readonly key: string; readonly record: R | undefined; readonly earlier: Change<R> | undefined };

function listOf<R>(record: R | undefined): readonly R[] {
  return record === undefined ? [] : [record];
}

/** The last change of each record, by key. */
function inOrder<R>(newest: Change<R>): readonly Change<R>[] {
  if (newest.earlier === undefined) return [newest];
  const latest = new Map<string, Change<R>>();
  for (let change: Change<R> | undefined = newest; change !== undefined; change = change.earlier) {
    if (!latest.has(change.key)) latest.set(change.key, change);
  }
  return [...latest.values()].sort((a, b) => compareText(a.key, b.key));
}

/** A sorted bucket with some records replaced, added or taken out; untouched stretches are copied without looking at their keys. */
function merge<R>(bucket: readonly R[], changes: readonly Change<R>[], keyOf: (record: R) => string): readonly R[] {
  const merged: R[] = [];
  let copied = 0;
  for (const { key, record } of changes) {
    const place = lowerBound(bucket, key, copied, keyOf);
    for (; copied < place; copied += 1) merged.push(bucket[copied] as R);
    const there = bucket[copied];
    if (there !== undefined && keyOf(there) === key) copied += 1;
    if (record !== undefined) merged.push(record);
  }
  for (; copied < bucket.length; copied += 1) merged.push(bucket[copied] as R);
  return merged;
}

/** The first place at or after `from` whose key is not below `key`. */
function lowerBound<R>(bucket: readonly R[], key: string, from: number, keyOf: (record: R) => string): number {
  let low = from;
  let high = bucket.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareText(keyOf(bucket[middle] as R), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
