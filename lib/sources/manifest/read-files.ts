// The texts behind the paths of `portolan check -f`: files, folders, standard input.

import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fail, ok, type Result } from "@/lib/core";
import type { SourceError } from "../source";
import type { ManifestText } from "./read-manifest";

/** What standard input is called in positions. */
const standardInput = "stdin";

/**
 * Input:   paths; `-` = standard input; of a folder every file that ends in .yaml, .yml or .json, in its folders too.
 * Returns: each text under its path as it was given. What is no text is for the reader of manifests to say.
 */
export async function readManifestFiles(paths: readonly string[]): Promise<Result<readonly ManifestText[], SourceError>> {
  const texts: ManifestText[] = [];
  for (const path of paths) {
    if (path === "-") {
      texts.push(decode(standardInput, await readStandardInput()));
      continue;
    }
    try {
      const files = statSync(path).isDirectory() ? listFiles(path) : [path];
      if (files.length === 0) return fail(unreadable(path, "this folder holds no .yaml, .yml or .json file"));
      for (const file of files) texts.push(decode(file.replaceAll("\\", "/"), readFileSync(file)));
    } catch (cause) {
      const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
      return fail(unreadable(path, missing ? "there is no such file or folder" : cause instanceof Error ? cause.message : String(cause)));
    }
  }
  return ok(texts);
}

function decode(file: string, bytes: Buffer): ManifestText {
  return { file, text: bytes.toString("utf8"), damaged: !isUtf8(bytes) };
}

async function readStandardInput(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of process.stdin) parts.push(chunk as Buffer);
  return Buffer.concat(parts);
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listFiles(path);
      return entry.isFile() && /\.(ya?ml|json)$/i.test(entry.name) ? [path] : [];
    });
}

function unreadable(path: string, what: string): SourceError {
  return { kind: "unreadable-file", what, where: path, todo: "check -f", retryable: false };
}
