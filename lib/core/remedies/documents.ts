// What the writers share: documents with the lines that are new in them, and commands that a shell takes as they are.

import { joinDocuments } from "./write-yaml";

/** A document of a remedy; `before` is what the cluster holds now in the same words, null for an object that is new. */
export type Document = { readonly before: string | null; readonly after: string };

/** Returns: the stream, and the numbers (from 1) of its lines that are not in the cluster now. */
export function assemble(documents: readonly Document[]): { readonly yaml: string; readonly changed: readonly number[] } {
  const yaml = joinDocuments(documents.map(({ after }) => after));
  const changed: number[] = [];
  let line = 1;
  for (const { before, after } of documents) {
    const lines = after.replace(/\n$/, "").split("\n");
    const known = keptLines(before?.replace(/\n$/, "").split("\n") ?? [], lines);
    changed.push(...lines.flatMap((_, place) => (known.has(place) ? [] : [line + place])));
    line += lines.length + 1;
  }
  return { yaml, changed };
}

/** Places in `after` of the longest common subsequence of lines. */
function keptLines(before: readonly string[], after: readonly string[]): ReadonlySet<number> {
  const length = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = length[i];
      if (row !== undefined) row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const kept = new Set<number>();
  for (let i = 0, j = 0; i < before.length && j < after.length;) {
    if (before[i] === after[j]) {
      kept.add(j);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return kept;
}

/** A command line: each word as a shell reads it back, whatever a file that was taken for a cluster holds. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[A-Za-z0-9._/:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** `kubectl patch` that changes these fields of an object and nothing else. */
export function patchCommand(object: { readonly namespace: string; readonly name: string }, kind: string, patch: object): string {
  return commandLine(["kubectl", "patch", kind, object.name, "-n", object.namespace, "--type=merge", "-p", JSON.stringify(patch)]);
}

/** At most so many names, then how many more. */
export function listNames(names: readonly string[], max = 50): string {
  return names.length <= max ? names.join(", ") : `${names.slice(0, max).join(", ")} (+${String(names.length - max)})`;
}
