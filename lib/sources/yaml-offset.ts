import type { Document } from "yaml";

/** Where a path stands in the text: its key where it is one, else the nearest part of it that exists. */
export function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pairs = isCollection(parent) ? parent.items : [];
    const pair =
      pairs.find((each) => isPair(each) && isScalar(each.key) && String(each.key.value) === String(last)) ??
      // A key that is itself a map has no name to be found by.
      pairs.find((each) => isPair(each) && isCollection(each.key));
    if (isPair(pair) && isRanged(pair.key)) return pair.key.range[0];
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isRanged(node)) return node.range[0];
  }
  return 0;
}

/** `spec.ports[0].nodePort` */
export function sayPath(path: readonly PropertyKey[]): string {
  return path.map((part, place) => (typeof part === "number" ? `[${String(part)}]` : `${place === 0 ? "" : "."}${String(part)}`)).join("");
}

type Ranged = { readonly range: readonly [number, number, number] };

function isCollection(value: unknown): value is { readonly items: readonly unknown[] } {
  return typeof value === "object" && value !== null && "items" in value && Array.isArray(value.items);
}

function isPair(value: unknown): value is { readonly key: unknown; readonly value: unknown } {
  return typeof value === "object" && value !== null && "key" in value;
}

function isScalar(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && "value" in value;
}

function isRanged(value: unknown): value is Ranged {
  return typeof value === "object" && value !== null && "range" in value && Array.isArray(value.range);
}
