/**
 * What a parser of JSON or YAML says of a text, on one line, without the pieces of the text that it quotes: these may be anybody's secret, and the place is told
 * besides.
 */
export function withoutQuotes(cause: unknown): string {
  const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  if (line.startsWith("Excessive alias count")) return "unfolds aliases of aliases too often: write out what they stand for";
  // What breaks off, in the words of somebody who does not know what a flow collection is.
  const open = /^Flow (?:map|sequence) .*end with a ([}\]])$/.exec(line)?.[1];
  if (open !== undefined) return `a ${open} is missing: the ${open === "}" ? "{" : "["} before it stays open`;
  if (line === "Nested mappings are not allowed in compact mappings") return "a second colon on this line: put the value in quotes";
  return line
    .replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/, "")
    .replace(/^((?:Unresolved|Unexpected) [^:]*): .*$/, "$1")
    .replaceAll(/"[^"]*"/g, "…")
    .replaceAll(/!?<[^>]*>/g, "…")
    .trim();
}
