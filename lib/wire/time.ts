// RFC 3339 has years of four digits. A broken record may hold any number; its time is then the nearest that can be written.
const earliestMs = Date.parse("0000-01-01T00:00:00Z");
const latestMs = Date.parse("9999-12-31T23:59:59Z");

/** Epoch milliseconds as RFC 3339 UTC, to the second where there is no fraction; null stays null. */
export function encodeTime(ms: number): string;
export function encodeTime(ms: number | null): string | null;
export function encodeTime(ms: number | null): string | null {
  return ms === null ? null : new Date(Math.min(latestMs, Math.max(earliestMs, ms))).toISOString().replace(".000Z", "Z");
}

/** RFC 3339 as epoch milliseconds; null for null and for text that is no time. */
export function decodeTime(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
