import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Snapshot } from "@/lib/core";
import { encodeSnapshot } from "./snapshot-format";

/** Writes a snapshot file; a name that ends in .gz is compressed. Throws what the file system says. */
export function writeSnapshot(snapshot: Snapshot, file: string): void {
  const text = `${JSON.stringify(encodeSnapshot(snapshot))}\n`;
  writeFileSync(file, file.endsWith(".gz") ? gzipSync(text) : text, { mode: 0o600 });
}
