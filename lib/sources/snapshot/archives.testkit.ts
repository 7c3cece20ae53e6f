// Archives as tests need them: a name and a text per file, and what an ordinary packer would not write.

import { crc32, deflateRawSync } from "node:zlib";
import { pack, type Header } from "tar-stream";

export type File = { readonly name: string; readonly text: string | Buffer };

export async function tarOf(
  files: readonly File[],
  others: readonly (Partial<Header> & { readonly name: string })[] = [],
): Promise<Buffer> {
  const archive = pack();
  for (const header of others) archive.entry(header);
  for (const { name, text } of files) archive.entry({ name }, Buffer.from(text));
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

type ZipFile = File & {
  /** The entry is a symbolic link to its text. */
  readonly link?: boolean;
  readonly encrypted?: boolean;
  /** It has the bytes of the first one. */
  readonly shared?: boolean;
  /** What its headers say, where that is not so. */
  readonly sizes?: { readonly compressed?: number; readonly uncompressed?: number };
};

/** APPNOTE.TXT 4.3: local headers with their data, the central directory, its end. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, link = false, encrypted = false, shared = false, sizes = {} } of files) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(encrypted ? 1 : 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(sizes.compressed ?? packed.length, 14);
    common.writeUInt32LE(sizes.uncompressed ?? data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((link ? 0xa1ff : 0x81a4) << 16) >>> 0, 6);
    rest.writeUInt32LE(shared ? 0 : offset, 10);
    // Unix made it: the upper half of the attributes is a file mode.
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 3]), common, rest, Buffer.from(name)]));
    if (shared && offset > 0) continue;
    parts.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from("PK\u0005\u0006"), end]);
}
