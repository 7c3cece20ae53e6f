import { fromFact, isMistakeCode, mistake, type Mistake } from "@/lib/core";

/**
 * What a parser of JSON or YAML says of a text, as a mistake, without the pieces of the text that it quotes: these may be anybody's secret, and the place is
 * told besides.
 */
export function explainParser(cause: unknown): Mistake {
  if (cause instanceof RangeError) return mistake("too-deep");
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith("Excessive alias count")) return mistake("too-many-aliases");
  // What breaks off, in the words of somebody who does not know what a flow collection is.
  const close = /^Flow (?:map|sequence) .*end with a ([}\]])/.exec(message)?.[1];
  if (close !== undefined) return mistake("open", { close, open: close === "}" ? "{" : "[" });
  if (message.startsWith("Nested mappings are not allowed in compact mappings")) return mistake("second-colon");
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : "";
  return fromFact({ code: isMistakeCode(code) ? code : "syntax", values: { says: withoutQuotes(cause) } });
}

function withoutQuotes(cause: unknown): string {
  const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return line
    .replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/, "")
    .replace(/^((?:Unresolved|Unexpected) [^:]*): .*$/, "$1")
    .replaceAll(/"[^"]*"/g, "…")
    .replaceAll(/!?<[^>]*>/g, "…")
    .trim();
}
