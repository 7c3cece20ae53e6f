// From paths or a stream to deltas: reads every file, recognises what it is, slims each object, and merges several paths into one cluster. Everything is
// read as a stream: what stays in memory is the slim records, however large the dump is.

import { basename } from "node:path";
import { fail, ok, type Delta, type Result } from "@/lib/core";
import type { SourceError } from "../source";
import { createCollection, type Collection } from "./collection";
import { foreign, openPath, openStream, sizeOf, unreadable, type Entry, type Watch } from "./entries";
import { explainUnpacking } from "./explain-unpacking";
import { createRecogniser } from "./foreign";
import type { Bytes } from "./input";
import { defaultLimits, SnapshotFailure, type SnapshotLimits } from "./limits";
import { createObjectReader, kindFromName } from "./read-objects";
import { readValues } from "./read-values";

/** What was read. `format`: for people, what it was recognised as. */
export type ReadSnapshot = { readonly cluster: string; readonly format: string; readonly deltas: readonly Delta[] };

/** How far the reading is. `bytesTotal` null: not known (a folder, a stream). */
export type ReadProgress = { readonly bytes: number; readonly bytesTotal: number | null; readonly objects: number };

export type ReadOptions = { readonly limits?: SnapshotLimits; readonly progress?: ((progress: ReadProgress) => void) | undefined };

/** Reads and merges paths. `-` = standard input. The same object twice: the newer resourceVersion, else the later file, with a warning. */
export async function readSnapshot(paths: readonly string[], options: ReadOptions = {}): Promise<Result<ReadSnapshot, SourceError>> {
  const limits = options.limits ?? defaultLimits;
  const [first = ""] = paths;
  return readInputs(
    paths.map((path) => ({
      where: path === "-" ? "standard input" : path,
      size: sizeOf(path),
      open: (watch) => openPath(path, limits, watch),
    })),
    first === "-" ? "stdin" : first,
    options,
  );
}

/** Reads one file that arrives as a stream; `name`: the file's, as whoever sends it calls it. */
export function readSnapshotStream(bytes: Bytes, name: string, options: ReadOptions = {}): Promise<Result<ReadSnapshot, SourceError>> {
  const limits = options.limits ?? defaultLimits;
  return readInputs([{ where: name, size: null, open: (watch) => openStream(bytes, name, limits, watch) }], name, options);
}

type Input = { readonly where: string; readonly size: number | null; open(watch: Watch): AsyncGenerator<Entry> };

async function readInputs(inputs: readonly Input[], name: string, options: ReadOptions): Promise<Result<ReadSnapshot, SourceError>> {
  const { limits = defaultLimits, progress } = options;
  const collection = createCollection(limits.recordsMax);
  const bytesTotal = inputs.every(({ size }) => size !== null) ? inputs.reduce((sum, { size }) => sum + (size ?? 0), 0) : null;
  let bytes = 0;
  const read = (length: number): void => {
    bytes += length;
    progress?.({ bytes, bytesTotal, objects: collection.records() });
  };
  const formats: string[] = [];
  try {
    for (const input of inputs) formats.push(await readInput(input, collection, limits, read));
  } catch (cause) {
    if (cause instanceof SnapshotFailure) return fail(cause.error);
    throw cause;
  }
  return ok({ cluster: collection.cluster() ?? baseName(name), format: [...new Set(formats)].join(", "), deltas: collection.deltas() });
}

/** Returns: what the input was recognised as. Throws SnapshotFailure when nothing could be read of it. */
async function readInput(input: Input, collection: Collection, limits: SnapshotLimits, read: (length: number) => void): Promise<string> {
  const recogniser = createRecogniser();
  const passedOver = { link: 0, outside: 0, archive: 0, closed: 0 };
  const watch: Watch = {
    name: recogniser.name,
    read,
    passedOver: (why) => {
      passedOver[why] += 1;
    },
  };
  const sums = { objects: 0, values: 0, files: 0 };
  let alien: string | null = null;
  let holdsOwn = false;
  try {
    for await (const entry of input.open(watch)) {
      sums.files += 1;
      const where = entry.name === input.where ? input.where : `${input.where}: ${entry.name}`;
      const reader = createObjectReader(entry.name, where, collection);
      try {
        const is = await readValues(entry.bytes, where, limits, reader);
        alien ??= is;
        const kind = kindFromName(entry.name);
        if (is !== null && kind !== undefined) collection.unread(kind === "endpoints" ? "endpointslices" : kind, `${where}: ${is}`);
      } catch (cause) {
        if (cause instanceof SnapshotFailure) throw cause;
        reader.broken(explainUnpacking(cause).what);
      }
      const { objects, values, foreign: found, isOwn } = reader.count();
      sums.objects += objects;
      sums.values += values;
      alien ??= found;
      holdsOwn ||= isOwn;
    }
  } catch (cause) {
    if (cause instanceof SnapshotFailure) throw cause;
    // What was read before an archive breaks off is as good as ever.
    const { what, todo } = explainUnpacking(cause);
    if (sums.objects === 0) throw new SnapshotFailure(unreadable(input.where, what.message, todo, cause));
    collection.broken(input.where, what, "unreadable-rest");
  }
  if (passedOver.link > 0) collection.warn({ object: input.where, message: `${inNumbers(passedOver.link, "link")} not followed` });
  if (passedOver.outside > 0)
    collection.warn({ object: input.where, message: `${inNumbers(passedOver.outside, "name")} leading out of the archive: not read` });
  if (passedOver.closed > 0)
    collection.warn({ object: input.where, message: `${inNumbers(passedOver.closed, "folder")} that may not be read: not read` });
  if (passedOver.archive > 0)
    collection.warn({ object: input.where, message: `${inNumbers(passedOver.archive, "archive")} inside: not opened` });
  if (sums.objects > 0) {
    const only = recogniser.onlyNamespaces(collection.namespaces());
    if (only !== null) collection.collectedOnlyIn(only.namespaces, only.why);
    for (const { kind, namespace } of recogniser.leftOut(collection.namespaces())) {
      const known = kindFromName(kind);
      if (known !== undefined) collection.refused(known, namespace, "the bundle left out what its account may not read");
    }
    return holdsOwn ? "Portolan snapshot" : recogniser.format(sums.values);
  }
  const broken = collection.brokenFirst();
  if (broken !== null && alien === null && recogniser.without() === null)
    throw new SnapshotFailure(unreadable(broken, "the file is broken", "collect it again"));
  throw new SnapshotFailure(
    foreign(
      input.where,
      recogniser.without() ??
        alien ??
        (sums.files > 0
          ? "text without an object of the Kubernetes API"
          : passedOver.archive > 0
            ? `an archive or folder of archives (unpack ${passedOver.archive === 1 ? "the one" : "those"} inside, and name what is in it)`
            : "an archive or folder without a JSON or YAML file"),
    ),
  );
}

/** The base name of a path without its endings: the cluster's name where the snapshot has none. */
function baseName(path: string): string {
  return basename(path.replace(/[/\\]+$/, "")).replace(/(\.(json|ya?ml|gz|tgz|tar|zip|txt))+$/i, "") || "snapshot";
}

function inNumbers(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
