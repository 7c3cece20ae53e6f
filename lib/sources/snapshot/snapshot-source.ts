// A snapshot as a source: read once, then unchanging.

import { ok, type Result } from "@/lib/core";
import type { ClusterSource, SourceError } from "../source";
import type { Bytes } from "./input";
import { readSnapshot, readSnapshotStream, type ReadOptions, type ReadSnapshot } from "./read-snapshot";

/** `format`: what it was recognised as. */
export type OpenedSnapshot = { readonly source: ClusterSource; readonly format: string };

/** Reads the paths, since the cluster's name stands in them. */
export async function openSnapshotSource(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<Result<OpenedSnapshot, SourceError>> {
  const read = await readSnapshot(paths, options);
  return read.ok ? ok(toSource(read.value)) : read;
}

/** Reads one file that arrives as a stream, under the name that its sender gives it. */
export async function openSnapshotStream(
  bytes: Bytes,
  name: string,
  options: ReadOptions = {},
): Promise<Result<OpenedSnapshot, SourceError>> {
  const read = await readSnapshotStream(bytes, name, options);
  return read.ok ? ok(toSource(read.value)) : read;
}

function toSource({ cluster, format, deltas }: ReadSnapshot): OpenedSnapshot {
  const source: ClusterSource = {
    cluster,
    origin: "snapshot",
    start: (sink) => {
      sink.apply(deltas);
      return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
    },
  };
  return { source, format };
}
