/** Whether two plain values (records, arrays, primitives) hold the same; NaN equals itself. No cycles, no class instances. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && isEqualList(a, b);
  if (Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  let count = 0;
  for (const key in left) {
    count += 1;
    if (!isEqual(left[key], right[key]) || !Object.hasOwn(right, key)) return false;
  }
  for (const _ in right) count -= 1;
  return count === 0;
}

function isEqualList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => isEqual(value, b[i]));
}
