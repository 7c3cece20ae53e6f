/** Ends an exhaustive switch: a new arm of the union then fails to compile. Throws if reached, which is a bug. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
