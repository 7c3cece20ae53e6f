import { requiredKinds, resourceKinds, type ResourceKind, type Snapshot } from "@/lib/core";
import type { WireStaleness, WireUnknown } from "./schemas";
import { encodeTime } from "./time";

/** How many records of a kind the snapshot holds. */
export function countOf(snapshot: Snapshot, kind: ResourceKind): number {
  return snapshot[kind].size;
}

/** State of each kind for the wire: contract.md `staleness`. */
export function encodeStaleness(snapshot: Snapshot): WireStaleness {
  return Object.fromEntries(
    resourceKinds.map((kind) => {
      const status = snapshot.kinds[kind];
      return [
        kind,
        {
          state: status.state,
          since: encodeTime(status.sinceMs),
          count: countOf(snapshot, kind),
          expected: status.expected,
          forbiddenNamespaces: [...status.forbiddenNamespaces],
          message: status.message,
          retryAt: encodeTime(status.retryAtMs),
        },
      ];
    }),
  );
}

/** The required kinds that could not be read, wholly or in some namespaces: contract.md `unknown`. */
export function encodeUnknown(snapshot: Snapshot): WireUnknown[] {
  return requiredKinds.flatMap((kind): WireUnknown[] => {
    const { state, message, forbiddenNamespaces } = snapshot.kinds[kind];
    if (state === "forbidden" || state === "notCollected" || state === "syncing") return [{ kind, namespaces: "all", state, message }];
    if (forbiddenNamespaces.length > 0) return [{ kind, namespaces: [...forbiddenNamespaces], state: "forbidden", message }];
    return [];
  });
}
