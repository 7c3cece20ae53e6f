// Bytes on their way in: looking at the first ones, unpacking gzip, counting, and the limits on how much may come out.

import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { bytesInWords, tooLarge, type SnapshotLimits } from "./limits";

export type Bytes = AsyncIterable<Uint8Array>;

/** The first bytes of a stream (up to `count`, fewer when it ends) and the whole stream again. */
export async function peek(bytes: Bytes, count: number): Promise<{ readonly head: Buffer; readonly all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let length = 0;
  while (length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    taken.push(next.value);
    length += next.value.length;
  }
  return { head: Buffer.concat(taken), all: chain(taken, iterator) };
}

/** Not a generator: `return` must reach the stream also when nothing was taken yet. */
function chain(taken: Uint8Array[], iterator: AsyncIterator<Uint8Array>): Bytes {
  const all: AsyncIterator<Uint8Array> = {
    next: () => {
      const value = taken.shift();
      return value === undefined ? iterator.next() : Promise.resolve({ done: false, value });
    },
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => all };
}

/** Closes what a stream reads from, without reading the rest. */
export async function close(bytes: Bytes): Promise<void> {
  await bytes[Symbol.asyncIterator]().return?.();
}

/** Tells of every chunk that passes. */
export async function* counted(bytes: Bytes, passed: (length: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    passed(chunk.length);
    yield chunk;
  }
}

/** Watches what comes out of an input against what went in; throws the limit that is passed. */
export type Meter = {
  readonly packed: (length: number) => void;
  readonly unpacked: (length: number) => void;
  readonly file: () => void;
  /** So many files, by what an archive says of itself before any is opened. */
  readonly announced: (count: number) => void;
};

export function createMeter(where: string, limits: SnapshotLimits): Meter {
  let packed = 0;
  let unpacked = 0;
  let files = 0;
  const judgeFiles = (count: number): void => {
    if (count > limits.filesMax)
      throw tooLarge(where, `it holds more than ${limits.filesMax.toLocaleString("en")} files (the limit on their count)`);
  };
  return {
    packed: (length) => {
      packed += length;
      if (packed > limits.packedBytesMax)
        throw tooLarge(where, `it is larger than ${bytesInWords(limits.packedBytesMax)} (the limit on size)`);
    },
    unpacked: (length) => {
      unpacked += length;
      if (unpacked > limits.unpackedBytesMax)
        throw tooLarge(where, `it holds more than ${bytesInWords(limits.unpackedBytesMax)} when unpacked (the limit on size)`);
      if (unpacked > limits.ratioFromBytes && unpacked > packed * limits.ratioMax)
        throw tooLarge(where, `it unpacks to more than ${String(limits.ratioMax)} times its size (the limit on the ratio)`);
    },
    file: () => {
      files += 1;
      judgeFiles(files);
    },
    announced: judgeFiles,
  };
}

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** What breaks on the way in breaks the reader of what comes out, too. */
export function gunzip(bytes: Bytes): Bytes {
  const source = Readable.from(bytes, { objectMode: false });
  const unpacked = createGunzip();
  source.on("error", (cause) => unpacked.destroy(cause));
  unpacked.on("close", () => source.destroy());
  return source.pipe(unpacked) as AsyncIterable<Uint8Array>;
}
