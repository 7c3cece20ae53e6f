// Values that were blacked out before a dump was handed over: they stand for something else, and twice the same mark is not twice the same value.

import type { ResourceKind } from "@/lib/core";
import { asObject, asObjects, asText, type Raw } from "../kubernetes/slim/read";

// Troubleshoot's redactors; must-gather-clean's numbered stand-ins keep which is which, but are no addresses.
const marks = /\*{3}HIDDEN\*{3}|^x-(ipv4|ipv6|mac)-\d+-x$|^<?REDACTED>?$|^\[REDACTED\]$/;
// Nothing that Portolan keeps lies deeper.
const depthMax = 12;

/** The object without its blacked-out values, as if they had not been set; `found` is called once when there were any. Others are returned as they are. */
export function withoutRedacted(value: unknown, found: () => void): Raw {
  const raw = asObject(value);
  if (!holdsMark(raw, 0)) return raw;
  found();
  return asObject(strip(raw, 0));
}

/** What is taken from an object of the kind to say who holds a port and where it leads; of the other kinds nothing is. */
const deciding: Partial<Record<ResourceKind | "endpoints", (raw: Raw) => readonly unknown[]>> = {
  nodes: (raw) => [asObject(raw["status"])["addresses"]],
  services: (raw) => [raw["spec"], asObject(raw["status"])["loadBalancer"]],
  endpointslices: (raw) => [raw["endpoints"], raw["ports"], asObject(raw["metadata"])["labels"]],
  endpoints: (raw) => [raw["subsets"]],
  pods: (raw) => {
    const spec = asObject(raw["spec"]);
    return [asObject(raw["metadata"])["labels"], spec["nodeName"], ...asObjects(spec["containers"]).map(({ ports }) => ports)];
  },
};

/**
 * Where what was blacked out leaves too little of an object to answer from.
 *
 * Returns: its namespace, "all" when that is blacked out as well or the kind has none; null when nothing is missed.
 */
export function findBlackedOut(kind: ResourceKind | "endpoints", raw: Raw): string | null {
  const { name, namespace } = asObject(raw["metadata"]);
  const fields = deciding[kind];
  if (fields === undefined || ![name, namespace, ...fields(raw)].some((each) => holdsMark(each, 0))) return null;
  return kind === "nodes" || holdsMark(namespace, 0) ? "all" : asText(namespace) || "default";
}

function holdsMark(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.length < 512 && marks.test(value);
  if (typeof value !== "object" || value === null || depth > depthMax) return false;
  // Naming the places of a list costs more than all the rest.
  if (Array.isArray(value)) return value.some((each: unknown) => holdsMark(each, depth + 1));
  for (const key in value) if (isRead(key) && holdsMark((value as Raw)[key], depth + 1)) return true;
  return false;
}

function strip(value: unknown, depth: number): unknown {
  if (typeof value === "string") return marks.test(value) ? undefined : value;
  if (typeof value !== "object" || value === null || depth > depthMax) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => strip(each, depth + 1)).filter((each) => each !== undefined);
  const kept = Object.entries(value).map(([key, each]): [string, unknown] => [key, isRead(key) ? strip(each, depth + 1) : each]);
  return Object.fromEntries(kept.filter(([, each]) => each !== undefined));
}

/** What is blacked out most is never read. */
function isRead(key: string): boolean {
  return key !== "env" && key !== "annotations" && key !== "managedFields" && key !== "volumes" && key !== "data" && key !== "message";
}
