// Portolan's own snapshot file: the slim records of a cluster, exactly as they are kept, with what was forbidden or not collected.

import {
  resourceKinds,
  toKindStatus,
  type Delta,
  type KindState,
  type RecordOf,
  type ResourceKind,
  type Snapshot,
  type Warning,
} from "@/lib/core";
import { parseRecord } from "@/lib/wire/record-schemas";
import { decodeTime, encodeTime } from "@/lib/wire/time";
import { asObject, asText, asTexts } from "../kubernetes/slim/read";

export const snapshotVersion = 1;

type KindPart = {
  readonly state: KindState;
  readonly namespaces: "all" | readonly string[];
  readonly forbiddenNamespaces: readonly string[];
  readonly records: readonly unknown[];
};

/** The file's JSON. Additional keys of a newer minor writer are ignored; a newer `version` is refused. */
export type SnapshotFile = {
  readonly portolan: "snapshot";
  readonly version: number;
  readonly cluster: string;
  readonly collectedAt: string | null;
  readonly kubernetes: string | null;
  readonly kinds: Readonly<Record<string, KindPart>>;
};

/** A snapshot as a file's JSON. */
export function encodeSnapshot(snapshot: Snapshot): SnapshotFile {
  return {
    portolan: "snapshot",
    version: snapshotVersion,
    cluster: snapshot.cluster,
    collectedAt: encodeTime(snapshot.asOfMs),
    kubernetes: snapshot.version,
    kinds: Object.fromEntries(
      resourceKinds.map((kind) => {
        const { state, namespaces, forbiddenNamespaces } = snapshot.kinds[kind];
        // What was live when it was written is a snapshot when it is read.
        const kept: KindState = state === "live" || state === "stale" ? "snapshot" : state === "syncing" ? "notCollected" : state;
        return [kind, { state: kept, namespaces, forbiddenNamespaces, records: [...snapshot[kind].values()] }];
      }),
    ),
  };
}

/** Whether a parsed JSON value is a snapshot file of any version. What its kinds hold is not looked at yet. */
export function isSnapshotFile(value: unknown): value is SnapshotFile {
  if (typeof value !== "object" || value === null || !("portolan" in value) || value.portolan !== "snapshot") return false;
  const { version, cluster, kinds } = value as Readonly<Record<string, unknown>>;
  return (
    typeof version === "number" && (version > snapshotVersion || typeof cluster === "string") && typeof kinds === "object" && kinds !== null
  );
}

const states: readonly KindState[] = ["syncing", "live", "stale", "forbidden", "notCollected", "snapshot"];

/** What a snapshot file says, as deltas. Its records were slimmed when it was written; one that is broken is passed over with a warning. */
export function decodeSnapshot(file: SnapshotFile): readonly Delta[] {
  const collectedAtMs = decodeTime(typeof file.collectedAt === "string" ? file.collectedAt : null);
  const parts = resourceKinds.flatMap((kind): Delta[] => {
    const part = asObject(file.kinds[kind]);
    const { records, warnings } = readRecords(kind, part["records"]);
    // A kind without its records was not read, whatever the file says.
    const state = Array.isArray(part["records"]) ? (states.find((each) => each === part["state"]) ?? "notCollected") : "notCollected";
    const status = toKindStatus(state, {
      sinceMs: collectedAtMs,
      namespaces: Array.isArray(part["namespaces"]) ? asTexts(part["namespaces"]) : "all",
      forbiddenNamespaces: asTexts(part["forbiddenNamespaces"]),
    });
    return [replaceAll(kind, records), { type: "status", kind, status }, { type: "warnings", kind, key: "file", warnings }];
  });
  return [
    ...parts,
    ...(typeof file.kubernetes === "string" ? [{ type: "version", version: file.kubernetes } as const] : []),
    { type: "asOf", asOfMs: collectedAtMs },
  ];
}

function readRecords(
  kind: ResourceKind,
  value: unknown,
): { readonly records: readonly RecordOf[ResourceKind][]; readonly warnings: readonly Warning[] } {
  const records: RecordOf[ResourceKind][] = [];
  const warnings: Warning[] = [];
  for (const [place, each] of (Array.isArray(value) ? (value as readonly unknown[]) : []).entries()) {
    const parsed = parseRecord(kind, each);
    if ("record" in parsed) records.push(parsed.record);
    else {
      const name = asText(asObject(each)["name"]) || `records[${String(place)}]`;
      warnings.push({ object: `${kind}/${name}`, message: `is broken in the snapshot file: ${parsed.fault}: passed over` });
    }
  }
  return { records, warnings };
}

function replaceAll(kind: ResourceKind, records: readonly RecordOf[ResourceKind][]): Delta {
  // The records stand under their kind's name; the union cannot tell.
  return { type: "replace", kind, scope: "all", records } as Delta;
}
