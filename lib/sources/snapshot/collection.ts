// What was read so far, of all files: records by key, which kinds were listed, and what was surprising. Becomes the deltas of one cluster.

import {
  odd,
  type Odd,
  recordKey,
  resourceKinds,
  toKindStatus,
  type Delta,
  type RecordOf,
  type ResourceKind,
  type Warning,
} from "@/lib/core";
import type { Slimmed } from "../kubernetes/slim/slim-object";
import { tooLarge } from "./limits";
import { notPrinted } from "./printed-table";

type Held = { readonly record: RecordOf[ResourceKind]; readonly version: string };

/** Where a kind was not given to the collector, and why; `isWhole`: nowhere. */
type Refusal = { readonly namespaces: Set<string>; readonly isWhole: boolean; readonly says: string };

export type Collection = ReturnType<typeof createCollection>;

// A damaged archive may warn of every file: what is beyond is counted.
const warningsMax = 500;

export function createCollection(recordsMax: number) {
  const records = new Map<ResourceKind, Map<string, Held>>();
  const converted = new Map<string, Held>();
  const printed = new Map<ResourceKind, Map<string, Held>>();
  const refused = new Map<ResourceKind | "endpoints", Refusal>();
  const unread = new Map<ResourceKind, string>();
  const listed = new Set<ResourceKind>();
  const warnings: Warning[] = [];
  const own: Delta[] = [];
  let ownCluster: string | null = null;
  let version: string | null = null;
  let endpointsSeen = false;
  const namespaces = new Set<string>();
  let onlyIn: { readonly namespaces: readonly string[]; readonly why: string } | null = null;
  let count = 0;
  let redacted = 0;
  let unlisted = 0;
  let brokenFirst: string | null = null;

  const warn = (warning: Warning): void => {
    if (warnings.length < warningsMax) warnings.push(warning);
    else unlisted += 1;
  };

  const tableOf = (tables: Map<ResourceKind, Map<string, Held>>, kind: ResourceKind): Map<string, Held> => {
    const table = tables.get(kind) ?? new Map<string, Held>();
    tables.set(kind, table);
    return table;
  };

  const put = (target: Map<string, Held>, kind: ResourceKind, record: RecordOf[ResourceKind], recordVersion: string): void => {
    const key = recordKey(record);
    const known = target.get(key);
    if (known === undefined) {
      count += 1;
      if (count > recordsMax)
        throw tooLarge(
          "the snapshot",
          `it holds more than ${recordsMax.toLocaleString("en")} objects that would be kept (the limit on objects)`,
        );
    } else if (known.version !== recordVersion) {
      const newer = isNewer(recordVersion, known.version);
      warn({
        object: `${kind}/${key}`,
        ...odd(newer === null ? "twice-later" : "twice-newer"),
      });
      if (newer === false) return;
    }
    target.set(key, { record, version: recordVersion });
  };

  return {
    cluster: () => ownCluster,
    records: () => count,
    /** Where the first part that could not be read stands, and why. */
    brokenFirst: () => brokenFirst,
    warn,
    broken: (where: string, reason: Odd, code: "unreadable" | "unreadable-rest" = "unreadable") => {
      const { message, fact } = odd(code, { why: reason.message });
      brokenFirst ??= `${where}: ${reason.message}`;
      // The reason as a fact as well, for pages in other languages.
      warn({ object: where, message, fact: { ...fact, values: { ...reason.fact.values, ...fact.values, reason: reason.fact.code } } });
    },
    redacted: () => {
      redacted += 1;
    },
    collected: (kind: ResourceKind | "endpoints") => {
      if (kind === "endpoints") endpointsSeen = true;
      else listed.add(kind);
    },
    /** A Namespace of the cluster, whatever was collected of it. */
    namespace: (name: string) => {
      namespaces.add(name);
    },
    namespaces: (): ReadonlySet<string> => namespaces,
    /** What else there may be in the cluster was not asked for. */
    collectedOnlyIn: (only: readonly string[], why: string) => {
      onlyIn = { namespaces: only, why };
    },
    /** What the collector was not given. `namespace` "all": the kind as a whole. */
    refused: (kind: ResourceKind | "endpoints", namespace: string, says: string) => {
      const known = refused.get(kind) ?? { namespaces: new Set<string>(), isWhole: false, says };
      if (namespace === "all") refused.set(kind, { ...known, isWhole: true });
      else refused.set(kind, { ...known, namespaces: known.namespaces.add(namespace) });
    },
    /** A file that is named after the kind and could not be read. */
    unread: (kind: ResourceKind, says: string) => {
      if (!unread.has(kind)) unread.set(kind, says);
    },
    version: (text: string) => {
      version ??= text;
    },
    addOwn: (cluster: string, deltas: readonly Delta[]) => {
      ownCluster ??= cluster;
      own.push(...deltas);
      for (const delta of deltas) if (delta.type === "replace") count += delta.records.length;
    },
    add: (slimmed: readonly Slimmed[], recordVersion: string) => {
      for (const { kind, record: read } of slimmed) {
        const record = read.namespace === "" && kind !== "nodes" ? { ...read, namespace: "default" } : read;
        if (record !== read)
          warn({
            object: `${kind}/${read.name}`,
            ...odd("no-namespace"),
          });
        if (kind === "endpointslices" && "convertedFrom" in record && record.convertedFrom !== null) {
          endpointsSeen = true;
          put(converted, kind, record, recordVersion);
          continue;
        }
        listed.add(kind);
        put(tableOf(records, kind), kind, record, recordVersion);
      }
    },
    /** What a table tells counts only where nothing better was collected. */
    addPrinted: (slimmed: readonly Slimmed[]) => {
      for (const { kind, record } of slimmed) put(tableOf(printed, kind), kind, record, "");
    },
    deltas: (): readonly Delta[] => {
      // Endpoints count only where the dump has no slices at all.
      const useEndpoints = endpointsSeen && !listed.has("endpointslices");
      const extra: Warning[] = [];
      if (useEndpoints)
        extra.push({
          object: "EndpointSlices",
          ...odd("derived-slices"),
        });
      if (redacted > 0)
        extra.push({
          object: "snapshot",
          ...odd("redacted", { count: redacted.toLocaleString("en") }),
        });
      if (onlyIn !== null)
        extra.push({
          object: "snapshot",
          message: `${sayOnly(onlyIn.namespaces)} (${onlyIn.why})`,
        });
      if (unlisted > 0) extra.push({ object: "snapshot", ...odd("unlisted", { count: unlisted.toLocaleString("en") }) });
      const parts = resourceKinds.flatMap((kind): Delta[] => {
        const isConverted = kind === "endpointslices" && useEndpoints;
        const collected = listed.has(kind) || isConverted;
        const held = isConverted ? converted : (collected ? records : printed).get(kind);
        const found = held === undefined ? [] : [...held.values()].map(({ record }) => record);
        if (!collected && own.length > 0 && held === undefined) return [];
        const refusal = refused.get(isConverted ? "endpoints" : kind);
        const isRefused = refusal !== undefined && (!collected || refusal.isWhole);
        const status = toKindStatus(isRefused ? "forbidden" : collected ? "snapshot" : "notCollected", {
          namespaces: kind === "nodes" ? "all" : (onlyIn?.namespaces ?? "all"),
          forbiddenNamespaces: isRefused || refusal === undefined ? [] : [...refusal.namespaces].sort(),
          message:
            refusal?.says ??
            (collected
              ? null
              : held === undefined
                ? (unread.get(kind) ?? null)
                : `only printed as a table, which leaves out ${notPrinted[kind] ?? "much"}`),
        });
        // The records were slimmed as this kind; the union cannot tell.
        return [{ type: "replace", kind, scope: "all", records: found } as Delta, { type: "status", kind, status }];
      });
      return [
        ...own,
        ...parts,
        ...(version === null ? [] : [{ type: "version", version } as const]),
        { type: "warnings", kind: "nodes", key: "", warnings: [...extra, ...warnings] },
        ...(own.length > 0 ? [] : [{ type: "asOf", asOfMs: null } as const]),
      ];
    },
  };
}

function sayOnly(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return "no namespace was collected whole";
  return `only ${namespaces.length > 4 ? `${String(namespaces.length)} namespaces` : namespaces.join(" and ")} were collected`;
}

/** null when the two cannot be compared. */
function isNewer(version: string, than: string): boolean | null {
  return /^\d+$/.test(version) && /^\d+$/.test(than) ? BigInt(version) > BigInt(than) : null;
}
