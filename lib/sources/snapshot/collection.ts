// What was read so far, of all files: records by key, which kinds were listed, and what was surprising. Becomes the deltas of one cluster.

import { recordKey, resourceKinds, type Delta, type KindStatus, type RecordOf, type ResourceKind, type Warning } from "@/lib/core";
import type { Slimmed } from "../kubernetes/slim/slim-object";
import { tooLarge } from "./limits";

type Held = { readonly record: RecordOf[ResourceKind]; readonly version: string };

export type Collection = ReturnType<typeof createCollection>;

// A damaged archive may warn of every file: what is beyond is counted.
const warningsMax = 500;

export function createCollection(recordsMax: number) {
  const records = new Map<ResourceKind, Map<string, Held>>();
  const converted = new Map<string, Held>();
  const listed = new Set<ResourceKind>();
  const warnings: Warning[] = [];
  const own: Delta[] = [];
  let ownCluster: string | null = null;
  let version: string | null = null;
  let endpointsSeen = false;
  let onlyIn: readonly string[] | null = null;
  let count = 0;
  let redacted = 0;
  let unlisted = 0;
  let brokenFirst: string | null = null;

  const warn = (warning: Warning): void => {
    if (warnings.length < warningsMax) warnings.push(warning);
    else unlisted += 1;
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
        message: newer === null ? "stands twice: the later file is taken" : "stands twice: the newer resourceVersion is taken",
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
    broken: (where: string, says: string) => {
      brokenFirst ??= `${where}: ${says}`;
      warn({ object: where, message: `cannot be read: ${says}` });
    },
    redacted: () => {
      redacted += 1;
    },
    collected: (kind: ResourceKind | "endpoints") => {
      if (kind === "endpoints") endpointsSeen = true;
      else listed.add(kind);
    },
    /** What else there may be in the cluster was not asked for. */
    collectedOnlyIn: (namespaces: readonly string[]) => {
      onlyIn = namespaces;
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
            message: "has no namespace, as a manifest that was not read from a cluster: taken as default's",
          });
        if (kind === "endpointslices" && "convertedFrom" in record && record.convertedFrom !== null) {
          endpointsSeen = true;
          put(converted, kind, record, recordVersion);
          continue;
        }
        listed.add(kind);
        const target = records.get(kind) ?? new Map<string, Held>();
        records.set(kind, target);
        put(target, kind, record, recordVersion);
      }
    },
    deltas: (): readonly Delta[] => {
      // Endpoints count only where the dump has no slices at all.
      const useEndpoints = endpointsSeen && !listed.has("endpointslices");
      const extra: Warning[] = [];
      if (useEndpoints)
        extra.push({
          object: "EndpointSlices",
          message: "the dump holds Endpoints but no EndpointSlices: they were derived from the Endpoints",
        });
      if (redacted > 0)
        extra.push({
          object: "snapshot",
          message: `${redacted.toLocaleString("en")} objects hold values that were blacked out: these are taken as not set`,
        });
      if (onlyIn !== null)
        extra.push({
          object: "snapshot",
          message: `only ${onlyIn.join(" and ")} were collected (kubectl cluster-info dump needs -A for all namespaces)`,
        });
      if (unlisted > 0) extra.push({ object: "snapshot", message: `${unlisted.toLocaleString("en")} further warnings are not listed` });
      const parts = resourceKinds.flatMap((kind): Delta[] => {
        const held = kind === "endpointslices" && useEndpoints ? converted : records.get(kind);
        const found = held === undefined ? [] : [...held.values()].map(({ record }) => record);
        const collected = listed.has(kind) || (kind === "endpointslices" && useEndpoints);
        if (!collected && own.length > 0) return [];
        const status: KindStatus = {
          state: collected ? "snapshot" : "notCollected",
          sinceMs: null,
          expected: null,
          namespaces: kind === "nodes" ? "all" : (onlyIn ?? "all"),
          forbiddenNamespaces: [],
          message: null,
          retryAtMs: null,
        };
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

/** null when the two cannot be compared. */
function isNewer(version: string, than: string): boolean | null {
  return /^\d+$/.test(version) && /^\d+$/.test(than) ? BigInt(version) > BigInt(than) : null;
}
