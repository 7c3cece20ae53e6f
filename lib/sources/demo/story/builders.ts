// What the builders of raw objects share: the moment, times, uids, and the noise that readers must drop.

/** 2026-05-12T14:43:00Z: the story's moment, 41 minutes after the second agent's session became ready. */
export const momentMs = Date.UTC(2026, 4, 12, 14, 43, 0);

/** Never a real one: tests look for it everywhere. */
export const plantedToken = "s3cr3t-clearml-token-4f1d";

const minuteMs = 60_000;
const dayMs = 86_400_000;

export function daysAgo(days: number): number {
  return momentMs - days * dayMs;
}

export function minutesAgo(minutes: number): number {
  return momentMs - minutes * minuteMs;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

let serial = 0;

/** A uid that is the same in every run: objects are always built in one order. */
export function nextUid(): string {
  serial += 1;
  return `00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
}

const ownerUids = new Map<string, string>();

/** The uid of a controller, which all of its pods name. */
export function uidOfOwner(namespace: string, kind: string, name: string): string {
  const key = `${namespace}/${kind}/${name}`;
  const known = ownerUids.get(key) ?? nextUid();
  ownerUids.set(key, known);
  return known;
}

/** Starts the uids anew; called before the story is built. */
export function resetUids(): void {
  serial = 0;
  ownerUids.clear();
}

export function managedBy(manager: string): readonly unknown[] {
  return [{ manager, operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: { "f:status": {} }, subresource: "status" }];
}
