// What a simulated API server holds: objects with rising resourceVersions, and the log of changes that watches are served from.

import { keyOf, type ApiObject, type ObjectName } from "./api-object";

export type WatchEvent = {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: ApiObject;
  readonly previous: ApiObject | null;
  readonly version: number;
};

export type ObjectStore = {
  version(): number;
  /** Objects of a kind, everywhere or in one namespace, by namespace and name. */
  list(kind: string, namespace: string | null): readonly ApiObject[];
  get(kind: string, namespace: string, name: string): ApiObject | undefined;
  apply(object: ApiObject): void;
  remove(object: ObjectName): void;
  /** Events after a version; undefined when they are compacted away. */
  since(kind: string, namespace: string | null, version: number): readonly WatchEvent[] | undefined;
  /** The last changes, the oldest first. */
  recent(count: number): readonly WatchEvent[];
  /** Forgets the log: every older version is expired (410). */
  compact(): void;
  /** Versions go back by so many, as when a server is restored from a backup. */
  rewind(by: number): void;
  /** Calls back on every change, also when the log is compacted (with no event). Returns: the function that ends it. */
  onChange(listener: (event: WatchEvent | null) => void): () => void;
};

const logLengthMax = 10_000;
const firstVersion = 48_000;

export function createObjectStore(initial: Iterable<ApiObject>): ObjectStore {
  let version = firstVersion;
  const objects = new Map<string, Map<string, ApiObject>>();
  const sorted = new Map<string, readonly ApiObject[]>();
  const log: WatchEvent[] = [];
  const listeners = new Set<(event: WatchEvent | null) => void>();

  const ofKind = (kind: string): Map<string, ApiObject> => {
    const known = objects.get(kind) ?? new Map<string, ApiObject>();
    objects.set(kind, known);
    return known;
  };
  const stamp = (object: ApiObject): ApiObject => ({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
  const publish = (event: WatchEvent): void => {
    sorted.delete(event.object.kind);
    log.push(event);
    if (log.length > logLengthMax) oldest = log.shift()?.version ?? oldest;
    for (const listener of [...listeners]) listener(event);
  };

  for (const object of initial) {
    version += 1;
    ofKind(object.kind).set(keyOf(object), stamp(object));
  }
  let oldest = version;

  const listKind = (kind: string): readonly ApiObject[] => {
    const known = sorted.get(kind) ?? [...ofKind(kind)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    sorted.set(kind, known);
    return known;
  };
  return {
    version: () => version,
    list: (kind, namespace) =>
      namespace === null ? listKind(kind) : listKind(kind).filter(({ metadata }) => metadata.namespace === namespace),
    get: (kind, namespace, name) => ofKind(kind).get(keyOf({ kind, metadata: namespace === "" ? { name } : { namespace, name } })),
    apply(object) {
      version += 1;
      const previous = ofKind(object.kind).get(keyOf(object)) ?? null;
      const stored = stamp(object);
      ofKind(object.kind).set(keyOf(object), stored);
      publish({ type: previous === null ? "ADDED" : "MODIFIED", object: stored, previous, version });
    },
    remove(object) {
      const known = ofKind(object.kind).get(keyOf(object));
      if (known === undefined) return;
      version += 1;
      ofKind(object.kind).delete(keyOf(object));
      publish({ type: "DELETED", object: stamp(known), previous: known, version });
    },
    since(kind, namespace, from) {
      if (from < oldest) return undefined;
      return log.filter(
        (event) =>
          event.version > from && event.object.kind === kind && (namespace === null || event.object.metadata.namespace === namespace),
      );
    },
    recent: (count) => log.slice(Math.max(0, log.length - count)),
    rewind(by) {
      log.length = 0;
      version = Math.max(1, version - by);
      oldest = version;
      for (const listener of [...listeners]) listener(null);
    },
    compact() {
      log.length = 0;
      version += 1;
      oldest = version;
      for (const listener of [...listeners]) listener(null);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
