import type { Labels } from "../model/meta";

/** Whether the selector picks these labels: every pair is present. An empty or null selector picks nothing (Service.spec.selector). */
export function matchesSelector(selector: Labels | null, labels: Labels): boolean {
  if (selector === null) return false;
  let pairs = 0;
  for (const key in selector) {
    if (labels[key] !== selector[key]) return false;
    pairs += 1;
  }
  return pairs > 0;
}
