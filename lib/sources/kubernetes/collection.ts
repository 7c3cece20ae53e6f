// One collection that is being read (a kind, everywhere or in one namespace): where it stands, and how what is read becomes deltas.

import type { Delta, KindState } from "@/lib/core";
import { recordKey } from "@/lib/core";
import type { SourceError } from "../source";
import type { Surroundings } from "./backoff";
import type { Connection } from "./connect";
import type { KindRow } from "./kinds";
import type { Limits } from "./limits";
import { asObject, asText } from "./slim/read";
import { slimAs, type SlimResult } from "./slim/slim-object";
import type { Wake } from "./wake";

/** What a reflector tells: state changes and what it read. */
export type ReflectorEvents = {
  deltas(deltas: readonly Delta[]): void;
  state(state: ReflectorState): void;
  /** null = the server answers again. */
  trouble(error: SourceError | null): void;
  /** A whole list was read; its deltas follow at once. */
  listed?(): void;
};

export type ReflectorState = {
  readonly state: Exclude<KindState, "snapshot" | "notCollected">;
  readonly message: string | null;
  readonly expected: number | null;
  readonly retryAtMs: number | null;
};

/** Everything an attempt needs. */
export type Collection = {
  readonly connection: Connection;
  readonly row: KindRow;
  readonly namespace: string | null;
  readonly events: ReflectorEvents;
  readonly surroundings: Surroundings;
  readonly limits: Limits;
  readonly wake: Wake;
  readonly signal: AbortSignal;
};

/**
 * Where the collection stands. `version`: to resume from, at `server`; null = list first. `synced`: it was read once. `streaming`: the next list is asked
 * for by watch; `stripped`: so many lists are read by pages, since something in between takes the parameters away. `expiries`: lists in a row whose
 * version was gone; `unpaged`: the next list is asked for in one piece.
 */
export type Position = {
  version: string | null;
  server: string;
  synced: boolean;
  streaming: boolean;
  stripped: number;
  expiries: number;
  unpaged: boolean;
};

/** What was read of each object, by key. */
export type Found = Map<string, SlimResult>;

export function note(found: Found, { row }: Collection, object: unknown): void {
  found.set(keyOf(object), slimAs(row.kind, object));
}

/** The collection is read: everything else that was there is gone. */
export function finishList(collection: Collection, position: Position, found: Found, version: string): void {
  collection.events.listed?.();
  replaceAll(collection, found);
  position.version = version;
  position.server = collection.connection.server();
  position.synced = true;
  position.unpaged = false;
  position.stripped = Math.max(0, position.stripped - 1);
  position.streaming = position.stripped === 0;
}

export function replaceAll({ row, namespace, events }: Collection, found: Found): void {
  // Every record is of this row's kind; the union cannot tell.
  const records = [...found.values()].flatMap((slim) => slim.records.map(({ record }) => record));
  const warnings = [...found].flatMap(([key, slim]): Delta[] =>
    slim.warnings.length === 0 ? [] : [{ type: "warnings", kind: row.kind, key, warnings: slim.warnings }],
  );
  events.deltas([
    { type: "replace", kind: row.kind, scope: namespace ?? "all", records } as Delta,
    { type: "warnings", kind: row.kind, key: "", warnings: [] },
    ...warnings,
  ]);
}

/** An object as it is now. One that nothing needs any more is dropped. */
export function upsert({ row }: Collection, object: unknown, batch: Delta[]): void {
  const slim = slimAs(row.kind, object);
  const key = keyOf(object);
  if (slim.records.length === 0) batch.push({ type: "remove", kind: row.kind, key });
  for (const each of slim.records) batch.push({ type: "upsert", ...each });
  batch.push({ type: "warnings", kind: row.kind, key, warnings: slim.warnings });
}

export function remove({ row }: Collection, object: unknown, batch: Delta[]): void {
  batch.push({ type: "remove", kind: row.kind, key: keyOf(object) });
}

export function keyOf(object: unknown): string {
  const meta = asObject(asObject(object)["metadata"]);
  return recordKey({ namespace: asText(meta["namespace"]), name: asText(meta["name"]) });
}

/** Whether what was read says of when it is. No store begins at 0, which only a request may name, for any version. */
export function isVersion(version: string): boolean {
  return version !== "" && version !== "0";
}

/**
 * Whether one resourceVersion is before another: whole numbers of any length (KEP-5504 makes that the rule for every server; older ones keep to it).
 * Versions that are no numbers are never before each other.
 */
export function isBefore(version: string, other: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(other)) return false;
  return version.length === other.length ? version < other : version.length < other.length;
}
