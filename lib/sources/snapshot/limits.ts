// What an input may cost before it is refused. An archive is a stranger's: each limit has a name, and the error says which one it was.

import type { SourceError } from "../source";

export type SnapshotLimits = {
  /** Files in a folder or archive, read or not; of an archive folders and links as well. */
  readonly filesMax: number;
  /** Bytes of the input as it comes. */
  readonly packedBytesMax: number;
  /** Bytes after unpacking, all files together. */
  readonly unpackedBytesMax: number;
  /** Bytes after unpacking for each byte before; judged once `ratioFromBytes` came out. */
  readonly ratioMax: number;
  readonly ratioFromBytes: number;
  /** Bytes of one object, since it is held whole while it is read. */
  readonly objectBytesMax: number;
  /** Records kept in memory. */
  readonly recordsMax: number;
  /** Bytes of a zip archive that comes as a stream: its table of contents stands at the end, so it is held in memory. */
  readonly heldBytesMax: number;
};

const mebibyte = 1024 ** 2;

export const defaultLimits: SnapshotLimits = {
  filesMax: 200_000,
  packedBytesMax: Number.POSITIVE_INFINITY,
  unpackedBytesMax: 16 * 1024 * mebibyte,
  // Lists of thousands of like pods shrink a hundredfold; gzip ends at 1,032.
  ratioMax: 400,
  ratioFromBytes: 256 * mebibyte,
  objectBytesMax: 256 * mebibyte,
  recordsMax: 2_000_000,
  heldBytesMax: 512 * mebibyte,
};

/** For files that a browser sends: the server holds several, and goes on serving meanwhile. */
export const uploadLimits: SnapshotLimits = {
  ...defaultLimits,
  filesMax: 100_000,
  // The server gives a request ten minutes to arrive, and YAML is read as it does.
  packedBytesMax: 512 * mebibyte,
  unpackedBytesMax: 4 * 1024 * mebibyte,
  objectBytesMax: 64 * mebibyte,
  recordsMax: 250_000,
  heldBytesMax: 256 * mebibyte,
};

/** Carries a SourceError out of a stream; the reader of a path catches it. */
export class SnapshotFailure extends Error {
  override readonly name = "SnapshotFailure";
  readonly error: SourceError;
  constructor(error: SourceError) {
    super(error.what);
    this.error = error;
  }
}

/** `what` as a sentence that names the limit: "holds more than 200,000 files (limit on files)". */
export function tooLarge(where: string, what: string): SnapshotFailure {
  return new SnapshotFailure({
    kind: "too-large",
    what,
    where,
    todo: "give only nodes, pods, services, endpointslices and the other kinds that Portolan reads, or unpack it and name the folder",
    retryable: false,
  });
}

export function bytesInWords(bytes: number): string {
  return bytes >= 1024 * mebibyte ? `${String(Math.round(bytes / 1024 / mebibyte))} GiB` : `${String(Math.round(bytes / mebibyte))} MiB`;
}
