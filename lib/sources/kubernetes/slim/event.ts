import type { EventRecord } from "@/lib/core";
import { slimMeta } from "./meta";
import { asInt, asObject, asText, asTimeMs, type Raw } from "./read";

// The reasons that findings quote; every other event is dropped as it is read.
const reasons: ReadonlySet<string> = new Set([
  "PortAlreadyAllocated",
  "PortOutOfRange",
  "PortNotAllocated",
  "PortRangeFull",
  "FailedScheduling",
  "FailedToStartServiceHealthcheck",
  "NodePorts",
]);

/** Returns: the record; undefined for a reason that nothing quotes. */
export function slimEvent(raw: Raw): EventRecord | undefined {
  const meta = slimMeta(raw);
  const reason = asText(raw["reason"]);
  if (meta === undefined || !reasons.has(reason)) return undefined;
  const object = asObject(raw["involvedObject"] ?? raw["regarding"]);
  const series = asObject(raw["series"]);
  const eventTime = asTimeMs(raw["eventTime"]);
  return {
    ...meta,
    reason,
    involvedObject: { kind: asText(object["kind"]), namespace: asText(object["namespace"]), name: asText(object["name"]) },
    message: asText(raw["message"] ?? raw["note"]),
    count: asInt(raw["count"] ?? series["count"], 1),
    firstAtMs: asTimeMs(raw["firstTimestamp"]) ?? eventTime,
    lastAtMs: asTimeMs(raw["lastTimestamp"]) ?? asTimeMs(series["lastObservedTime"]) ?? eventTime,
  };
}
