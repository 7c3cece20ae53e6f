/** The word that is most likely meant: the fewest edits away, at most half of what was typed; null when none is near. Case does not matter. */
export function nearestWord(typed: string, words: readonly string[]): string | null {
  const text = typed.toLowerCase();
  const same = words.find((word) => word.toLowerCase() === text);
  if (same !== undefined) return same;
  let best: string | null = null;
  let bestEdits = Math.max(1, Math.floor(text.length / 2)) + 1;
  for (const word of words) {
    const edits = word.toLowerCase().startsWith(text) && text !== "" ? 0 : countEdits(text, word.toLowerCase());
    if (edits < bestEdits) {
      best = word;
      bestEdits = edits;
    }
  }
  return best;
}

/** Levenshtein distance; words here are short. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
