// What the unpackers and the file system say of an input, in words that somebody with a support case can act on.

import { odd, type Odd } from "@/lib/core";

type Explained = { readonly what: Odd; readonly todo: string };
type Code =
  | "zip-tail"
  | "zip-cut"
  | "zip-part"
  | "zip-name"
  | "zip-encrypted"
  | "zip-contents"
  | "zip-size"
  | "packed-tail"
  | "packed-cut"
  | "packed-damaged";

const again = "collect or copy it again";
const says: readonly (readonly [says: RegExp, what: Code, todo: string])[] = [
  [/^invalid comment length/i, "zip-tail", "unpack it and name the folder"],
  [/^end of central directory record/i, "zip-cut", again],
  [/multi-disk/i, "zip-part", "put the parts together, or unpack them and name the folder"],
  [/^(?:invalid relative path|absolute path|invalid characters in filename): /i, "zip-name", "unpack it and name the folder"],
  [/^strong encryption/i, "zip-encrypted", "pack it without a password"],
  [/(?:central directory|local) file header signature|overflows file bounds|zip64|size mismatch|^unexpected EOF/i, "zip-contents", again],
  [/bytes in the stream\. expected/i, "zip-size", again],
  // Whoever comes here began as gzip does: it is what follows a part that was whole.
  [/^incorrect header check/, "packed-tail", "cut off what was added"],
  [/^unexpected end of (?:file|data)/i, "packed-cut", again],
  [/^(?:invalid|header exceeds|incorrect|unknown compression|too many length)/i, "packed-damaged", again],
];

/** `todo`: for an input that cannot be read at all. A text of the file system stays as it is: it names the file. */
export function explainUnpacking(cause: unknown): Explained {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [, what, todo] = says.find(([each]) => each.test(message)) ?? [];
  const name = /^invalid relative path: (.*)$|^absolute path: (.*)$|^invalid characters in fileName: (.*)$/
    .exec(message)
    ?.slice(1)
    .find(Boolean);
  if (what === undefined || todo === undefined)
    return { what: odd("not-unpacked", { says: message }), todo: "check that the file is whole" };
  return { what: what === "zip-name" ? odd(what, { name: name ?? "?" }) : odd(what), todo };
}
