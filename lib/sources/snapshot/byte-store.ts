// Bytes of a stream that are not used up yet: grows by doubling, so that adding and dropping cost no more than the bytes themselves.

export type ByteStore = {
  /** Valid from `from` to `to`; moves and changes with `append`. */
  bytes(): Buffer;
  /** Adds a chunk and drops what is before `keepFrom`. Returns: by how much every offset became smaller. */
  append(chunk: Uint8Array, keepFrom: number): number;
  length(): number;
};

export function createByteStore(): ByteStore {
  let held = Buffer.allocUnsafe(1 << 18);
  let length = 0;
  return {
    bytes: () => held,
    length: () => length,
    append: (chunk, keepFrom) => {
      const kept = length - keepFrom;
      if (keepFrom > 0) held.copyWithin(0, keepFrom, length);
      if (kept + chunk.length > held.length) {
        const grown = Buffer.allocUnsafe(Math.max(held.length * 2, kept + chunk.length));
        held.copy(grown, 0, 0, kept);
        held = grown;
      }
      held.set(chunk, kept);
      length = kept + chunk.length;
      return keepFrom;
    },
  };
}
