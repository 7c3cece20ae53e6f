// What the unpackers and the file system say of an input, in words that somebody with a support case can act on.

type Explained = { readonly what: string; readonly todo: string };

const again = "collect or copy it again";
const says: readonly (readonly [says: RegExp, what: string, todo: string])[] = [
  [/^invalid comment length/i, "other bytes follow the end of the zip archive", "unpack it and name the folder"],
  [/^end of central directory record/i, "the zip archive breaks off: its table of contents, which stands at the end, is missing", again],
  [/multi-disk/i, "one part of a zip archive in several parts", "put the parts together, or unpack them and name the folder"],
  [
    /^(?:invalid relative path|absolute path|invalid characters in filename): /i,
    "a name in the zip archive leads out of it",
    "unpack it and name the folder",
  ],
  [/^strong encryption/i, "the zip archive is encrypted", "pack it without a password"],
  [
    /(?:central directory|local) file header signature|overflows file bounds|zip64|size mismatch|^unexpected EOF/i,
    "the table of contents of the zip archive does not fit its files",
    again,
  ],
  [/bytes in the stream\. expected/i, "a file in the zip archive is longer or shorter than its table of contents says", again],
  // Whoever comes here began as gzip does: it is what follows a part that was whole.
  [
    /^incorrect header check/,
    "other bytes follow the packed ones, and the last objects before them may be missing",
    "cut off what was added",
  ],
  [/^unexpected end of (?:file|data)/i, "it breaks off in the middle", again],
  [/^(?:invalid|header exceeds|incorrect|unknown compression|too many length)/i, "its packed bytes are damaged", again],
];

/** `todo`: for an input that cannot be read at all. A text of the file system stays as it is: it names the file. */
export function explainUnpacking(cause: unknown): Explained {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [, what, todo] = says.find(([each]) => each.test(message)) ?? [];
  const name = /^invalid relative path: (.*)$|^absolute path: (.*)$|^invalid characters in fileName: (.*)$/
    .exec(message)
    ?.slice(1)
    .find(Boolean);
  return what === undefined || todo === undefined
    ? { what: message, todo: "check that the file is whole" }
    : { what: name === undefined ? what : `${what} (${name})`, todo };
}
