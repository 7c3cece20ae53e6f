// From parsed values to records: recognises lists, single objects, Portolan's own snapshot and statements of a version, and slims each object at once.

import type { ResourceKind } from "@/lib/core";
import { resourceKinds } from "@/lib/core";
import { asArray, asObject, asText, type Raw } from "../kubernetes/slim/read";
import { resourceKindOf, slimAs, slimObject, type SlimResult } from "../kubernetes/slim/slim-object";
import type { Collection } from "./collection";
import { describeValue } from "./foreign";
import { SnapshotFailure } from "./limits";
import type { ValueSink } from "./read-values";
import { findBlackedOut, withoutRedacted } from "./redacted";
import { decodeSnapshot, isSnapshotFile, snapshotVersion } from "./snapshot-format";

/** `objects`: objects of the API, of whatever kind. `foreign`: what a value was that is none. `isOwn`: Portolan's own snapshot was among them. */
export type ReadCount = { readonly objects: number; readonly values: number; readonly foreign: string | null; readonly isOwn: boolean };

// Items without a kind of their own wait for their list's; a list that never says is not worth more.
const waitingMax = 50_000;
const nestingMax = 8;

// What Troubleshoot was refused stands beside what it was given: texts by namespace, or a list of texts for the whole cluster.
const refusals = /(^|\/)cluster-resources\/([a-z]+)-errors\.json$/;
// Its first versions wrote Namespaces without their kind.
const bundledNamespaces = /(^|\/)cluster-resources\/namespaces\.json$/;

/** Reads the values of one file. `name`: its path, which names the kind in some layouts; `where`: for messages. */
export function createObjectReader(name: string, where: string, collection: Collection): ValueSink & { count(): ReadCount } {
  const named = kindFromName(name);
  const refusedKind = kindFromName(refusals.exec(name)?.[2] ?? "");
  const namesNamespaces = bundledNamespaces.test(name);
  const isVersion = /version/i.test(name);
  let objects = 0;
  let values = 0;
  let foreign: string | null = null;
  let isOwn = false;
  let waiting: Raw[] = [];
  let ownRecords: Record<string, unknown[]> = {};

  const keep = (raw: Raw, slim: SlimResult): void => {
    objects += 1;
    collection.add(slim.records, asText(asObject(raw["metadata"])["resourceVersion"]));
    slim.warnings.forEach(collection.warn);
  };
  /** What was blacked out is as unknown as what was refused. */
  const readRedacted = (kind: ResourceKind | "endpoints", value: unknown): Raw =>
    withoutRedacted(value, () => {
      collection.redacted();
      const namespace = findBlackedOut(kind, asObject(value));
      if (namespace !== null) collection.refused(kind, namespace, "values that decide were blacked out before it was handed over");
    });
  const readAs = (kind: ResourceKind | "endpoints", value: unknown): void => {
    const raw = readRedacted(kind, value);
    keep(raw, kind === "endpoints" ? slimObject({ ...raw, kind: "Endpoints", apiVersion: "v1" }) : slimAs(kind, raw));
  };
  const readObject = (value: Raw): void => {
    const known = resourceKindOf(asText(value["apiVersion"]), asText(value["kind"]));
    if (known === undefined) {
      objects += value["metadata"] === undefined ? 0 : 1;
      if (value["kind"] === "Namespace" && value["apiVersion"] === "v1") collection.namespace(asText(asObject(value["metadata"])["name"]));
      return;
    }
    collection.collected(known);
    const raw = readRedacted(known, value);
    keep(raw, slimObject(raw));
  };
  const readAny = (value: unknown, depth: number): void => {
    if (depth > nestingMax) return;
    if (Array.isArray(value)) {
      for (const each of value) readAny(each, depth + 1);
      return;
    }
    const raw = asObject(value);
    const kind = asText(raw["kind"]);
    if (isList(raw, kind)) readList(raw, kind, 0, depth);
    else if (kind !== "") readObject(raw);
    else if (named !== undefined && raw["metadata"] !== undefined) readAs(named, raw);
    else {
      const found = foreign === null ? describeValue(raw) : null;
      if (found !== null) collection.warn({ object: where, message: `this is ${found}: not read` });
      foreign ??= found;
    }
  };
  /** A typed list (PodList) tells that its kind was listed, also when it is empty; its items may lack kind and apiVersion. */
  const readList = (raw: Raw, kind: string, cut: number, depth: number): void => {
    const itemKind = kind === "List" ? "" : kind.slice(0, -"List".length);
    const listed = itemKind === "" ? named : resourceKindOf(asText(raw["apiVersion"]), itemKind);
    if (listed !== undefined) collection.collected(listed);
    const untold = waiting;
    waiting = [];
    for (const item of [...untold, ...asArray(raw["items"])]) {
      const own = asText(asObject(item)["kind"]);
      if (own === "" && listed !== undefined) readAs(listed, item);
      else if (own !== "") readAny(item, depth + 1);
    }
    if (itemKind !== "" || listed !== undefined || cut > 0) objects = Math.max(objects, 1);
    else if (asArray(raw["items"]).length === 0) foreign ??= "an empty list, which does not say of what";
  };

  const readRefusal = (namespace: string, says: unknown): void => {
    if (refusedKind !== undefined && typeof says === "string" && says !== "") collection.refused(refusedKind, namespace, asText(says));
  };

  return {
    element: (value, path) => {
      if (refusedKind !== undefined) {
        readRefusal("all", value);
        return;
      }
      if (path[0] === "kinds") {
        (ownRecords[path[1] ?? ""] ??= []).push(value);
        return;
      }
      const raw = asObject(value);
      if (asText(raw["kind"]) !== "" || Array.isArray(value) || raw["metadata"] === undefined) readAny(value, 1);
      else if (named !== undefined) readAs(named, raw);
      else if (namesNamespaces) collection.namespace(asText(asObject(raw["metadata"])["name"]));
      else if (waiting.length < waitingMax) waiting.push(raw);
      else if (waiting.length === waitingMax)
        collection.warn({ object: name, message: "items without a kind in a list without one: passed over" });
    },
    value: (value, elements) => {
      values += 1;
      const raw = asObject(value);
      if (refusedKind !== undefined) {
        for (const [namespace, says] of Object.entries(raw)) readRefusal(namespace === "" ? "all" : asText(namespace), says);
        return;
      }
      if (isSnapshotFile(value)) {
        const records = ownRecords;
        ownRecords = {};
        if (value.version > snapshotVersion) throw new SnapshotFailure(newerVersion(value.version, where));
        // A part whose records are no list had none cut out.
        const kinds = Object.entries(value.kinds).map(([kind, part]) => [
          kind,
          Array.isArray(asObject(part)["records"]) ? { ...part, records: records[kind] ?? [] } : part,
        ]);
        collection.addOwn(value.cluster, decodeSnapshot({ ...value, kinds: Object.fromEntries(kinds) as typeof value.kinds }));
        objects += 1;
        isOwn = true;
      } else if (elements > 0 && !Array.isArray(value)) readList(raw, asText(raw["kind"]), elements, 1);
      else readAny(value, 0);
      const version = isVersion ? versionIn(raw) : null;
      if (version !== null) collection.version(version);
      waiting = [];
    },
    printed: (kind, value) => {
      objects += 1;
      values = 1;
      const slim = slimAs(kind, value);
      collection.addPrinted(slim.records);
      slim.warnings.forEach(collection.warn);
    },
    broken: (reason) => {
      for (const item of waiting) if (named !== undefined) readAs(named, item);
      waiting = [];
      collection.broken(where, reason);
    },
    count: () => ({ objects, values, foreign, isOwn }),
  };
}

function isList(raw: Raw, kind: string): boolean {
  return kind.endsWith("List") || (kind === "" && Array.isArray(raw["items"]));
}

/** Support bundles and per-kind folders name their files or folders after the kind. */
export function kindFromName(name: string): ResourceKind | "endpoints" | undefined {
  const parts = name
    .toLowerCase()
    .split("/")
    // k8s-pods-20240131-101500.yaml (Cilium), core_v1_pods.json (Sonobuoy), pods.json.gz, endpointslices.discovery.k8s.io
    .map((part) =>
      part
        .replace(/(\.(json|ya?ml|gz|list|txt))+$/, "")
        .replace(/^(k8s|kubernetes)-/, "")
        .replace(/-\d[\d-]*$/, "")
        .replace(/^[a-z0-9.]+_v[a-z0-9]+_/, ""),
    );
  for (const part of parts.reverse()) {
    if (part === "endpoints") return part;
    const found = resourceKinds.find((kind) => part === kind || part === `${kind}.discovery.k8s.io` || part === `${kind}.apps`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What bundles write of the API server's /version, and `kubectl version -o json`. */
function versionIn(raw: Raw): string | null {
  for (const each of [raw["serverVersion"], raw["info"], raw]) {
    const version = asText(asObject(each)["gitVersion"]);
    if (/^v?\d+\.\d+/.test(version)) return version;
  }
  return null;
}

function newerVersion(version: number, where: string) {
  return {
    kind: "foreign-format",
    what: `the snapshot has version ${String(version)}, newer than ${String(snapshotVersion)}`,
    where,
    todo: "read it with a newer Portolan",
    retryable: false,
  } as const;
}
