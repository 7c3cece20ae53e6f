// The files behind a path, in a folder, an archive or a stream, one after another. Nothing is unpacked to disk, links are not followed, and what comes
// out is bounded by limits.ts.

import { createReadStream, lstatSync, readdirSync, statSync, type Dirent } from "node:fs";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { fromBufferPromise, openPromise, type ZipFile } from "yauzl";
import { describeBytes } from "./foreign";
import { close, counted, createMeter, gunzip, isGzip, peek, type Bytes, type Meter } from "./input";
import { bytesInWords, SnapshotFailure, tooLarge, type SnapshotLimits } from "./limits";
import type { SourceError } from "../source";

/** `name`: the path inside a folder or archive, with `/`; of a single file its own name. What is left of `bytes` is passed over. */
export type Entry = { readonly name: string; readonly bytes: Bytes };

/** What is seen on the way. */
export type Watch = {
  /** Every file's name, read or not. */
  readonly name: (name: string) => void;
  /** A file or link that is not opened, and why. */
  readonly passedOver: (why: "link" | "outside" | "archive" | "closed") => void;
  /** Bytes of the input itself, as they are read. */
  readonly read: (length: number) => void;
};

/** Bytes of the file or folder, null when not known (a stream). */
export function sizeOf(path: string): number | null {
  if (path === "-") return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : null;
}

/** The files behind a path; `-` = standard input. Throws SnapshotFailure, or what the file system and the unpacker say. */
export function openPath(path: string, limits: SnapshotLimits, watch: Watch): AsyncGenerator<Entry> {
  if (path === "-") return openStream(process.stdin, "standard input", limits, watch);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new SnapshotFailure(unreadable(path, "there is no such file or folder", "check the path"));
  // A link that a person names is theirs to follow.
  const target = stat.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : stat;
  if (target?.isDirectory() === true) return openFolder(path, limits, watch);
  if (target?.isFile() !== true)
    throw new SnapshotFailure(unreadable(path, "this is neither a file nor a folder", "name a file, a folder or an archive"));
  return openFile(path, path, limits, watch);
}

/** The files in a stream: one, or those of the archive that it turns out to be. */
export async function* openStream(stream: Bytes, name: string, limits: SnapshotLimits, watch: Watch): AsyncGenerator<Entry> {
  const meter = createMeter(name, limits);
  const packed = counted(stream, (length) => {
    meter.packed(length);
    watch.read(length);
  });
  const { head, all } = await peek(packed, 4);
  if (isZip(head)) yield* openZip(await fromBufferPromise(await hold(all, name, limits)), name, meter, { ...watch, read: () => undefined });
  else yield* openBytes(all, name, meter, watch);
}

async function* openFile(path: string, name: string, limits: SnapshotLimits, watch: Watch): AsyncGenerator<Entry> {
  const meter = createMeter(name, limits);
  const { head, all } = await peek(createReadStream(path, { highWaterMark: 1 << 18 }), 4);
  if (isZip(head)) {
    await close(all);
    meter.packed(statSync(path).size);
    yield* openZip(await openPromise(path), name, meter, watch);
    return;
  }
  const packed = counted(all, (length) => {
    meter.packed(length);
    watch.read(length);
  });
  yield* openBytes(packed, name, meter, watch);
}

async function* openFolder(root: string, limits: SnapshotLimits, watch: Watch): AsyncGenerator<Entry> {
  const meter = createMeter(root, limits);
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = listFolder(folder, folder === root, watch);
    for (const entry of inside) {
      const path = join(folder, entry.name);
      const name = relative(root, path).replaceAll("\\", "/");
      if (entry.isSymbolicLink()) watch.passedOver("link");
      if (!entry.isFile()) continue;
      meter.file();
      watch.name(name);
      if (!mayHoldObjects(name, watch)) continue;
      const stream = createReadStream(path, { highWaterMark: 1 << 18 });
      const bytes = counted(stream, (length) => {
        meter.packed(length);
        watch.read(length);
      });
      yield* openPlain(bytes, name, meter, false);
      stream.destroy();
    }
    folders.push(
      ...inside
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(folder, entry.name))
        .reverse(),
    );
  }
}

/** A folder within that may not be read costs what is in it; the one that was named is an error. */
function listFolder(folder: string, isRoot: boolean, watch: Watch): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (isRoot) throw cause;
    watch.passedOver("closed");
    return [];
  }
}

/** What is neither a folder nor a zip archive: a tar archive, packed or not, or one file. */
async function* openBytes(bytes: Bytes, name: string, meter: Meter, watch: Watch): AsyncGenerator<Entry> {
  const outer = await peek(bytes, 4096);
  const unpacked = counted(isGzip(outer.head) ? gunzip(outer.all) : outer.all, meter.unpacked);
  const { head, all } = await peek(unpacked, 4096);
  if (isTar(head)) {
    yield* openTar(all, meter, watch);
    return;
  }
  const binary = isUtf16(head) ? null : describeBytes(head);
  if (binary !== null && head.includes("PK\u0003\u0004"))
    throw new SnapshotFailure(unreadable(name, "other bytes stand before the zip archive in it", "unpack it and name the folder"));
  if (binary !== null) throw new SnapshotFailure(foreign(name, binary));
  watch.name(name);
  yield { name, bytes: all };
}

async function* openTar(bytes: Bytes, meter: Meter, watch: Watch): AsyncGenerator<Entry> {
  const archive = extract();
  const source = Readable.from(bytes, { objectMode: false });
  source.on("error", (cause) => {
    archive.destroy(cause);
  });
  source.pipe(archive);
  try {
    for await (const entry of archive) {
      const { type } = entry.header;
      const name = entry.header.name.replace(/^(\.\/)+/, "");
      meter.file();
      if (type === "file") watch.name(name);
      if (type === "symlink" || type === "link") watch.passedOver("link");
      else if (isOutside(name)) watch.passedOver("outside");
      // What comes out of the archive was counted before it was cut into files.
      else if (type === "file" && mayHoldObjects(name, watch)) {
        const bytes = (entry as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
        // Ending an entry early would end the archive: what is left of it is read away.
        yield* openPlain({ [Symbol.asyncIterator]: () => ({ next: () => bytes.next() }) }, name, meter, true);
        while ((await bytes.next()).done !== true);
      }
      entry.resume();
    }
  } finally {
    source.destroy();
  }
}

async function* openZip(zip: ZipFile, where: string, meter: Meter, watch: Watch): AsyncGenerator<Entry> {
  let unclaimed = zip.fileSize;
  try {
    meter.announced(zip.entryCount);
    for await (const entry of zip.eachEntry()) {
      // The reader itself refuses names that lead outside: the whole archive then, as nobody packs them by accident.
      const name = entry.fileName;
      meter.file();
      unclaimed -= entry.compressedSize;
      if (unclaimed < 0) throw new Error("its files share their bytes, as no packer writes them");
      if (name.endsWith("/")) continue;
      watch.name(name);
      if (isZipLink(entry.externalFileAttributes)) watch.passedOver("link");
      else if (mayHoldObjects(name, watch)) {
        if (!entry.canDecodeFileData())
          throw new SnapshotFailure(
            unreadable(`${where}: ${name}`, "the archive is encrypted or packed in a way that is not known", "pack it without a password"),
          );
        const stream = await zip.openReadStreamPromise(entry);
        let left = entry.compressedSize;
        const share = left / Math.max(1, entry.uncompressedSize);
        const bytes = counted(stream, (length) => {
          const part = Math.min(left, length * share);
          left -= part;
          watch.read(part);
        });
        yield* openPlain(bytes, name, meter, false);
        stream.destroy();
        watch.read(left);
      } else watch.read(entry.compressedSize);
    }
  } finally {
    zip.close();
  }
}

/** One file of a folder or archive, unpacked where it is gzipped by itself. Whoever opened it closes it. */
async function* openPlain(bytes: Bytes, name: string, meter: Meter, isCounted: boolean): AsyncGenerator<Entry> {
  const plain = isCounted ? bytes : counted(bytes, meter.unpacked);
  let peeked: Awaited<ReturnType<typeof peek>>;
  try {
    peeked = await peek(plain, 512);
  } catch (cause) {
    // A file that cannot be opened or unpacked costs itself; of a tar archive, all that follows.
    if (isCounted) throw cause;
    yield { name, bytes: failing(cause) };
    return;
  }
  const { head, all } = peeked;
  if (isGzip(head)) yield { name, bytes: counted(gunzip(all), meter.unpacked) };
  else if (isUtf16(head) || describeBytes(head) === null) yield { name, bytes: all };
}

function failing(cause: unknown): Bytes {
  const next = (): Promise<never> => Promise.reject(cause instanceof Error ? cause : new Error(String(cause)));
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

// Logs and pictures make up most of a support bundle. Some collectors write objects to files without an ending.
const objects = /(\.(json|ya?ml|list|txt)|(^|\/)[^./]+)(\.gz)?$/i;
const archives = /\.(tar|tgz|tar\.gz|zip)$/i;

function mayHoldObjects(name: string, watch: Watch): boolean {
  if (archives.test(name)) watch.passedOver("archive");
  return !archives.test(name) && objects.test(name);
}

function isOutside(name: string): boolean {
  return name.startsWith("/") || /^[a-z]:/i.test(name) || name.split(/[/\\]/).includes("..");
}

async function hold(bytes: Bytes, name: string, limits: SnapshotLimits): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > limits.heldBytesMax)
      throw tooLarge(
        name,
        `a zip archive that comes as a stream is held in memory, and this one is beyond ${bytesInWords(limits.heldBytesMax)} (the limit on size)`,
      );
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function isZip(head: Buffer): boolean {
  return head.toString("latin1", 0, 4) === "PK\u0003\u0004" || head.toString("latin1", 0, 4) === "PK\u0005\u0006";
}

/** Unix keeps the file type in the upper half: 0xA is a symbolic link. */
function isZipLink(attributes: number): boolean {
  return ((attributes >>> 28) & 0xf) === 0xa;
}

function isTar(head: Buffer): boolean {
  return head.length > 262 && head.toString("latin1", 257, 262) === "ustar";
}

export function isUtf16(head: Buffer): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
}

export function foreign(path: string, found: string): SourceError {
  return {
    kind: "foreign-format",
    what: `this is ${found}, not a snapshot`,
    where: path,
    todo: "give kubectl get nodes,pods,services,endpointslices -A -o json, kubectl cluster-info dump, a support bundle, or portolan snapshot -o FILE",
    retryable: false,
  };
}

export function unreadable(path: string, what: string, todo: string, cause?: unknown): SourceError {
  return { kind: "unreadable-file", what, where: path, todo, retryable: false, ...(cause === undefined ? {} : { cause }) };
}
