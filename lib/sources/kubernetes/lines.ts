// A byte stream as lines, without ever holding more than one of them.

const lineLengthMax = 16 << 20;
const newline = 10;

/**
 * Splits a stream at line feeds.
 *
 * Returns: for each chunk that came the lines that it completed (possibly none), so that a caller can treat a burst as one; the last line needs no line feed.
 * Errors:  those of the stream; a line over 16 MiB ends it with an error, since nothing of the API is that long.
 */
export async function* readLines(body: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      lines.push((parts.length === 0 ? piece : Buffer.concat([...parts, piece])).toString("utf8"));
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > lineLengthMax) throw new Error("a line of the stream is longer than 16 MiB");
    }
    yield lines;
  }
  if (length > 0) yield [Buffer.concat(parts).toString("utf8")];
}

/** The whole body as text; for lists, pages and errors. `onPart` is called as each part comes. */
export async function readText(body: AsyncIterable<Buffer>, lengthMax = 512 << 20, onPart: () => void = () => undefined): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    onPart();
    parts.push(chunk);
    length += chunk.length;
    if (length > lengthMax) throw new Error("the body is longer than 512 MiB");
  }
  return Buffer.concat(parts).toString("utf8");
}
