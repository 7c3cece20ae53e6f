// A live cluster as a source: one reader per kind on one connection. The cluster is only ever read: GET requests, nothing else.

import { setMaxListeners } from "node:events";
import { requiredKinds, type Delta, type ResourceKind } from "@/lib/core";
import type { ClusterSource, Sink, SourceError, SourceHandle } from "../source";
import { realSurroundings, type Surroundings } from "./backoff";
import type { Connection } from "./connect";
import { createDeadline } from "./deadline";
import { startKindReader } from "./kind-reader";
import { kindTable } from "./kinds";
import { usualLimits, type Limits } from "./limits";
import { readText } from "./lines";
import { asObject, asText } from "./slim/read";
import { watchForSleep } from "./wake";

export type KubernetesSourceOptions = {
  readonly connection: Connection;
  readonly origin: ClusterSource["origin"];
  /** Namespaces to try one by one where a cluster-wide list is forbidden, besides the context's and those seen. */
  readonly namespaces: readonly string[];
  readonly surroundings?: Surroundings;
  readonly limits?: Limits;
  /** Ends what the source rests on (the demo's server), after the last request. */
  readonly onStop?: () => Promise<void>;
};

const optionalGraceMs = 10_000;
const seenMaxMs = 5000;
const versionRetryMs = 5000;
/** A server may be upgraded under us. */
const versionIntervalMs = 600_000;

/** A source that lists and watches every kind of the table until it is stopped. */
export function createKubernetesSource(options: KubernetesSourceOptions): ClusterSource {
  return {
    cluster: options.connection.name,
    origin: options.origin,
    start: (sink, onTrouble) => startSource(options, sink, onTrouble ?? (() => undefined)),
  };
}

function startSource(options: KubernetesSourceOptions, sink: Sink, onTrouble: (error: SourceError | null) => void): SourceHandle {
  const { connection, surroundings = realSurroundings, limits = usualLimits } = options;
  const stop = new AbortController();
  // Each of many readers listens for the end.
  setMaxListeners(0, stop.signal);
  const wake = watchForSleep(surroundings.now, limits, stop.signal);
  const seen = new Set<string>();
  const settled = new Map<ResourceKind, () => void>();
  const waits = new Map(kindTable.map(({ kind }) => [kind, new Promise<void>((resolve) => settled.set(kind, resolve))]));
  const all = (kinds: readonly ResourceKind[]): Promise<unknown> => Promise.all(kinds.map((kind) => waits.get(kind) ?? Promise.resolve()));

  const asking = new Map<ResourceKind, () => void>();
  const asks = new Map(kindTable.map(({ kind }) => [kind, new Promise<void>((resolve) => asking.set(kind, resolve))]));

  const troubles = new Map<string, SourceError>();
  const trouble = (key: string, error: SourceError | null): void => {
    const before = troubles.size;
    if (error === null) troubles.delete(key);
    else troubles.set(key, error);
    if (stop.signal.aborted) return;
    if (error !== null) onTrouble(error);
    else if (before > 0 && troubles.size === 0) onTrouble(null);
  };
  const apply = (deltas: readonly Delta[]): void => {
    if (stop.signal.aborted || deltas.length === 0) return;
    for (const delta of deltas) {
      if (delta.type === "upsert") seen.add(delta.record.namespace);
      else if (delta.type === "replace") for (const record of delta.records) seen.add(record.namespace);
    }
    const read = deltas.some(({ type }) => type === "replace" || type === "upsert" || type === "remove");
    sink.apply(read ? [...deltas, { type: "asOf", asOfMs: surroundings.now() }] : deltas);
  };
  const namespaces = async (kind: ResourceKind): Promise<readonly string[]> => {
    // Kinds that may be read everywhere show which namespaces there are; those that ask here themselves are not waited for.
    asking.get(kind)?.();
    await Promise.race([
      Promise.all(requiredKinds.map((each) => Promise.race([waits.get(each) ?? Promise.resolve(), asks.get(each) ?? Promise.resolve()]))),
      surroundings.sleep(seenMaxMs, stop.signal),
    ]);
    return [...new Set([...options.namespaces, ...(connection.namespace === null ? [] : [connection.namespace]), ...seen])]
      .filter((name) => name !== "")
      .sort();
  };

  for (const row of kindTable) {
    startKindReader({
      connection,
      row,
      signal: stop.signal,
      surroundings,
      limits,
      wake,
      deltas: apply,
      trouble,
      namespaces: () => namespaces(row.kind),
      settled: () => settled.get(row.kind)?.(),
    });
  }
  void followVersion(connection, surroundings, limits, stop.signal, (version) => {
    apply([{ type: "version", version }]);
  });

  // Optional kinds may be slow or absent; they do not hold up the first answer for long.
  const optional = kindTable.filter(({ required }) => !required).map(({ kind }) => kind);
  const synced = all(requiredKinds)
    .then(() => Promise.race([all(optional), surroundings.sleep(optionalGraceMs, stop.signal)]))
    .then(() => ({ ok: true as const }));
  return {
    synced,
    stop: async () => {
      stop.abort();
      await options.onStop?.();
    },
  };
}

/** Tells the server's version, and again whenever it was asked anew; ends with the signal, or when it may not be asked. */
async function followVersion(
  connection: Connection,
  surroundings: Surroundings,
  limits: Limits,
  signal: AbortSignal,
  tell: (version: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    const deadline = createDeadline(signal);
    deadline.atMost(2 * limits.answerMaxMs, "the version takes too long");
    const response = await connection.get("/version", deadline.signal, limits.answerMaxMs);
    const text = response.ok ? await readText(response.value.body, 1 << 20).catch(() => "") : "";
    const status = response.ok ? response.value.status : 0;
    deadline.end();
    if (status === 403 || status === 404) return;
    const version = status === 200 ? parseVersion(text) : "";
    if (version !== "") tell(version);
    await surroundings.sleep(version === "" ? versionRetryMs : versionIntervalMs, signal);
  }
}

function parseVersion(text: string): string {
  try {
    return asText(asObject(JSON.parse(text))["gitVersion"]);
  } catch {
    return "";
  }
}
