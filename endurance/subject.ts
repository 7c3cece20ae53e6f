// What a chaos run is about: something that reads the cluster and can be asked whether it holds what a fresh list holds.

import { isDeepStrictEqual } from "node:util";
import type { ResourceKind } from "@/lib/core";
import type { ApiObject } from "@/lib/sources/demo/api-object";
import type { ObjectStore } from "@/lib/sources/demo/object-store";
import { kindTable } from "@/lib/sources/kubernetes/kinds";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";

export type Subject = {
  /** Bends what its process takes for given. */
  bend(part: Partial<Pick<typeof globalThis.bent, "aheadMs" | "address">>): Promise<void>;
  /** Returns: null when every kind is live and equals a fresh list, else what differs. */
  difference(): Promise<string | null>;
  /** Ends it. Returns: what it was told, in words; and what is wrong with how it ran and ended. */
  stop(): Promise<{ readonly told: string; readonly problems: readonly string[] }>;
};

const apiKindOf: Readonly<Record<ResourceKind, string>> = {
  nodes: "Node",
  pods: "Pod",
  services: "Service",
  endpointslices: "EndpointSlice",
  events: "Event",
  deployments: "Deployment",
  daemonsets: "DaemonSet",
  configmaps: "ConfigMap",
};

/** Kind by kind, the records of what the server holds: what whoever lists now comes to hold. */
export function listFresh(store: ObjectStore): ReadonlyMap<ResourceKind, readonly unknown[]> {
  return new Map(
    kindTable.map(({ kind, names }) => {
      const objects = store
        .list(apiKindOf[kind], names?.namespace ?? null)
        .filter(({ metadata }) => names === null || names.names.includes(metadata.name));
      return [kind, records(objects)];
    }),
  );
}

function records(objects: readonly ApiObject[]): readonly unknown[] {
  return objects.flatMap((object) => slimObject(object).records.map(({ record }) => record));
}

/** Returns: null when they are the same. */
export function explainDifference(what: string, held: readonly unknown[], fresh: readonly unknown[]): string | null {
  if (isDeepStrictEqual(held, fresh)) return null;
  const [a, b] = [held, fresh].map((list) => new Set(list.map((each) => JSON.stringify(each)))) as [Set<string>, Set<string>];
  const [extra, missing] = [[...a].filter((each) => !b.has(each)), [...b].filter((each) => !a.has(each))];
  return `${what} differ: ${String(extra.length)} not in the list, ${String(missing.length)} of it missing; ${extra[0]?.slice(0, 300) ?? ""} / ${missing[0]?.slice(0, 300) ?? ""}`;
}
