import { encodeStaleness } from "@/lib/wire/encode-status";
import type { WireEnvelope } from "@/lib/wire/schemas";
import { encodeTime } from "@/lib/wire/time";
import { getRuntime, type ClusterView } from "./runtime";

/** The keys that every HTTP answer carries beside its shape. */
export function encodeEnvelope(view: ClusterView): WireEnvelope {
  const epoch = getRuntime()?.epoch;
  return {
    cluster: view.name,
    ...(epoch === undefined ? {} : { epoch }),
    revision: view.revision,
    asOf: encodeTime(view.snapshot.asOfMs),
    staleness: encodeStaleness(view.snapshot),
  };
}

/** Several clusters in one answer: `cluster` "*", the sum of the revisions, the oldest `asOf`, and per kind the worst state with the counts added. */
export function mergeEnvelopes(envelopes: readonly WireEnvelope[]): WireEnvelope {
  const [first, ...rest] = envelopes;
  if (first === undefined) return { cluster: "*", revision: 0, asOf: null, staleness: {} };
  return rest.reduce<WireEnvelope>(
    (merged, next) => ({
      cluster: "*",
      ...(merged.epoch === undefined ? {} : { epoch: merged.epoch }),
      revision: merged.revision + next.revision,
      asOf: merged.asOf === null || next.asOf === null ? null : merged.asOf < next.asOf ? merged.asOf : next.asOf,
      staleness: mergeStaleness(merged.staleness, next.staleness),
    }),
    first,
  );
}

const worstFirst = ["forbidden", "syncing", "stale", "notCollected", "snapshot", "live"];

function mergeStaleness(a: WireEnvelope["staleness"], b: WireEnvelope["staleness"]): WireEnvelope["staleness"] {
  const merged: WireEnvelope["staleness"] = { ...a };
  for (const [kind, status] of Object.entries(b) as [keyof typeof b, NonNullable<(typeof b)[keyof typeof b]>][]) {
    const other = merged[kind];
    if (other === undefined) merged[kind] = status;
    else
      merged[kind] = {
        ...(worstFirst.indexOf(other.state) <= worstFirst.indexOf(status.state) ? other : status),
        count: other.count + status.count,
      };
  }
  return merged;
}
