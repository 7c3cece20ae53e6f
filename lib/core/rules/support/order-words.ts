// Words that the rules of order share: who may stand somewhere, and who stands there.

import type { Allow, PortRange } from "../../policy/policy";
import { sayList } from "./words";

/** `namespace clearml with label app=clearml`; null where everyone may. */
export function sayAllow(allow: Allow): string | null {
  const namespaces =
    allow.namespaces === null ? null : `${allow.namespaces.length === 1 ? "namespace" : "namespaces"} ${sayList(allow.namespaces)}`;
  const pairs = Object.entries(allow.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const labels = pairs.length === 0 ? null : `${pairs.length === 1 ? "label" : "labels"} ${sayList(pairs.sort())}`;
  if (allow.namespaces?.length === 0) return "nobody";
  return namespaces === null || labels === null ? (namespaces ?? labels) : `${namespaces} with ${labels}`;
}

export function sayRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${String(first)}–${String(last)}`;
}

/** At most four names; of more the first three, and how many more there are. */
export function sayFew(names: readonly string[]): string {
  return names.length <= 4 ? sayList(names) : `${names.slice(0, 3).join(", ")} and ${String(names.length - 3)} more`;
}
