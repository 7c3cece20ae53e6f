// From a raw object of the API (JSON or YAML, any vendor's dump) to the record that is kept; the rest of the object is forgotten at once.
// contract.md's last table says what may be kept. Nothing here throws.

import { odd, recordKey, type RecordOf, type ResourceKind, type Warning } from "@/lib/core";
import { slimConfigMap } from "./config-map";
import { slimEndpointSlice } from "./endpoint-slice";
import { slimEndpoints } from "./endpoints";
import { slimEvent } from "./event";
import { slimNode } from "./node";
import { slimPod } from "./pod";
import { asObject, asText, type Raw, type Warn } from "./read";
import { slimService } from "./service";
import { slimWorkload } from "./workload";

/** A record with its kind, so that a `switch` on `kind` narrows `record`. */
export type Slimmed = { readonly [K in ResourceKind]: { readonly kind: K; readonly record: RecordOf[K] } }[ResourceKind];

/**
 * Records of one raw object (several only for Endpoints, see slimEndpoints).
 *
 * `records` empty: a kind that Portolan does not read (`reason: "kind"`), one that nothing needs (an event of another reason: "unneeded"),
 * or no object of the API (`reason: "nameless"`, with a warning).
 */
export type SlimResult = {
  readonly records: readonly Slimmed[];
  readonly warnings: readonly Warning[];
  readonly skipped: "kind" | "unneeded" | "nameless" | null;
};

const slimmers: {
  readonly [K in ResourceKind]: { readonly apiKind: string; readonly slim: (raw: Raw, warn: Warn) => RecordOf[K] | undefined };
} = {
  nodes: { apiKind: "Node", slim: slimNode },
  pods: { apiKind: "Pod", slim: slimPod },
  services: { apiKind: "Service", slim: slimService },
  endpointslices: { apiKind: "EndpointSlice", slim: slimEndpointSlice },
  events: { apiKind: "Event", slim: slimEvent },
  deployments: { apiKind: "Deployment", slim: (raw, warn) => slimWorkload("Deployment", raw, warn) },
  daemonsets: { apiKind: "DaemonSet", slim: (raw, warn) => slimWorkload("DaemonSet", raw, warn) },
  configmaps: { apiKind: "ConfigMap", slim: slimConfigMap },
};

const kindOfApiKind: ReadonlyMap<string, ResourceKind> = new Map(
  (Object.keys(slimmers) as ResourceKind[]).map((kind) => [slimmers[kind].apiKind, kind]),
);

// Kinds of these names in other groups are other things (a Knative Service, a metrics.k8s.io Node).
const groups: ReadonlyMap<string, readonly string[]> = new Map([
  ["EndpointSlice", ["discovery.k8s.io"]],
  ["Event", ["", "events.k8s.io"]],
  ["Deployment", ["apps", "extensions"]],
  ["DaemonSet", ["apps", "extensions"]],
]);

/** The plural resource name of a raw object's kind; undefined for kinds that Portolan does not read. */
export function resourceKindOf(apiVersion: string, apiKind: string): ResourceKind | "endpoints" | undefined {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  // Dumps made of bare items have no apiVersion.
  if (apiVersion !== "" && !(groups.get(apiKind) ?? [""]).includes(group)) return undefined;
  return apiKind === "Endpoints" ? "endpoints" : kindOfApiKind.get(apiKind);
}

/** Whether an object, or a list by the kind of its items, may be of this kind: items of a list and of some dumps do not say of which they are. */
export function isOfKind(kind: ResourceKind, apiVersion: string, apiKind: string): boolean {
  return apiKind === "" || resourceKindOf(apiVersion, apiKind) === kind;
}

/** Slims an object of any kind by its own `apiVersion` and `kind`. */
export function slimObject(value: unknown): SlimResult {
  const raw = asObject(value);
  const kind = resourceKindOf(asText(raw["apiVersion"]), asText(raw["kind"]));
  if (kind === undefined) return { records: [], warnings: [], skipped: "kind" };
  if (kind !== "endpoints") return slimAs(kind, raw);
  const { warn, warnings } = collect("Endpoints", raw);
  const records = slimEndpoints(raw, warn);
  return { records: records.map((record) => ({ kind: "endpointslices", record })), warnings, skipped: null };
}

/** Slims an object that is known to be of this kind (an item of a list, a watch event): its own `kind` may be missing. */
export function slimAs(kind: ResourceKind, value: unknown): SlimResult {
  const raw = asObject(value);
  const { apiKind, slim } = slimmers[kind];
  const { warn, warnings } = collect(apiKind, raw);
  const record = slim(raw, warn);
  // The table gives each kind its own record type; TypeScript cannot follow the pair through the index.
  if (record !== undefined) return { records: [{ kind, record } as Slimmed], warnings, skipped: null };
  if (asText(asObject(raw["metadata"])["name"]) !== "") return { records: [], warnings: [], skipped: "unneeded" };
  return { records: [], warnings: [{ object: apiKind, ...odd("no-name") }], skipped: "nameless" };
}

function collect(apiKind: string, raw: Raw): { warn: Warn; warnings: Warning[] } {
  const meta = asObject(raw["metadata"]);
  const object = `${apiKind}/${recordKey({ namespace: asText(meta["namespace"]), name: asText(meta["name"]) })}`;
  const warnings: Warning[] = [];
  return { warnings, warn: (what) => warnings.push({ object, ...what }) };
}
