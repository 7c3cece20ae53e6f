import type { Steps } from "@/lib/core";

/** Units: characters that are gathered before they become bytes. */
const partMin = 64 << 10;

/** The JSON of a large value as UTF-8, in steps of one value that lies `depth` levels deep. */
export function* encodeJsonInSteps(value: object, depth: number): Steps<readonly Uint8Array[]> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let text = "";
  function* write(inner: unknown, left: number): Steps<void> {
    if (left === 0 || typeof inner !== "object" || inner === null) {
      yield;
      text += JSON.stringify(inner ?? null);
      if (text.length < partMin) return;
      parts.push(encoder.encode(text));
      text = "";
      return;
    }
    const isList = Array.isArray(inner);
    let before = isList ? "[" : "{";
    for (const [key, each] of Object.entries(inner)) {
      if (each === undefined && !isList) continue;
      text += isList ? before : `${before}${JSON.stringify(key)}:`;
      before = ",";
      yield* write(each, left - 1);
    }
    text += `${before === "," ? "" : before}${isList ? "]" : "}"}`;
  }
  yield* write(value, depth);
  return [...parts, encoder.encode(text)];
}
