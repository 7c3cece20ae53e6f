// From YAML or JSON texts (files, `helm template`, `kustomize build`, kubectl's Lists) to the manifest that core checks. Every mistake is named with its
// place; what is right beside it is read all the same. Nothing but what a check needs is kept.

import {
  inField,
  mistake,
  nearestWord,
  odd,
  type Manifest,
  type Mistake as Says,
  type ManifestField,
  type ManifestObject,
  type ManifestWorkload,
  type TextPosition,
  type Warning,
} from "@/lib/core";
import type { WireMistake } from "@/lib/wire/schemas";
import { isDnsLabel, isDnsSubdomain } from "@/lib/wire/kubernetes-names";
import { fromSchema, inSchemaWithoutWords } from "@/lib/wire/mistake-in-schema";
import { podManifestSchema, serviceManifestSchema, workloadManifestSchema } from "@/lib/wire/manifest-schema";
import { annotationsOf } from "../kubernetes/slim/meta";
import { slimPod } from "../kubernetes/slim/pod";
import { asArray, asInt, asObject, asObjects, asText, type Raw, type Warn } from "../kubernetes/slim/read";
import { slimService } from "../kubernetes/slim/service";
import { slimObject } from "../kubernetes/slim/slim-object";
import { slimWorkload } from "../kubernetes/slim/workload";
import { findRemoval, kindOfObject, type ManifestKind } from "./kinds";
import { sayPath } from "../yaml-offset";
import { readDocuments } from "./read-documents";

/** `damaged`: the text held bytes that are no UTF-8, each now a replacement character. */
export type ManifestText = { readonly file: string; readonly text: string; readonly damaged?: boolean };

/** `ignored`: kinds that take no port and select no pod, counted, by name. */
export type ReadManifest = {
  readonly manifest: Manifest;
  readonly errors: readonly WireMistake[];
  readonly ignored: readonly { readonly kind: string; readonly count: number }[];
  readonly warnings: readonly Warning[];
};

/**
 * Reads manifests.
 *
 * Input:   texts with the names to show for them; the namespace of objects that name none.
 * Returns: the objects and the mistakes in the order of the texts. An object with a mistake is left out; a text without any object is a mistake too.
 * Errors:  never throws.
 */
export function readManifest(texts: readonly ManifestText[], namespace: string): ReadManifest {
  const reading = createReading(namespace);
  for (const { file, text, damaged } of texts) {
    const { documents, errors } = readDocuments(file, text, damaged);
    const start = reading.errors.length;
    reading.errors.push(...errors);
    for (const document of documents) readValue(reading, document.value, [], document.at);
    if (documents.length === 0 && errors.length === 0) reading.errors.push({ file, line: 1, column: 1, ...mistake("no-object") });
    reading.errors.push(...reading.errors.splice(start).sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return {
    manifest: { objects: reading.objects },
    errors: reading.errors,
    ignored: [...reading.ignored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => ({ kind, count })),
    warnings: reading.warnings,
  };
}

type Path = readonly PropertyKey[];
type At = (path: Path) => TextPosition;
type Reading = ReturnType<typeof createReading>;

function createReading(namespace: string) {
  return {
    namespace,
    objects: new Array<ManifestObject>(),
    errors: new Array<WireMistake>(),
    warnings: new Array<Warning>(),
    ignored: new Map<string, number>(),
    seen: new Map<string, TextPosition>(),
  };
}

function readValue(reading: Reading, value: unknown, path: Path, at: At): void {
  const refuse = (says: Says, field: Path = []): void => {
    reading.errors.push({ ...at([...path, ...field]), ...says });
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(mistake("not-object"));
    return;
  }
  const raw = value as Raw;
  const kind = asText(raw["kind"]);
  const apiVersion = asText(raw["apiVersion"]);
  const unread = (["kind", "apiVersion"] as const).find((field) => raw[field] != null && typeof raw[field] !== "string");
  if (unread !== undefined) {
    refuse(inField(unread, mistake("text", { given: JSON.stringify(raw[unread]) })), [unread]);
    return;
  }
  if (kind === "") {
    refuse(mistake("field-missing", { field: "kind" }));
    return;
  }
  if (kind === "List" && raw["items"] != null && !Array.isArray(raw["items"])) {
    refuse(inField("items", mistake("list-of-objects")), ["items"]);
    return;
  }
  if (kind.endsWith("List") && Array.isArray(raw["items"])) {
    for (const [place, item] of asArray(raw["items"]).entries()) {
      // Items of a typed list (a ServiceList) may leave out what the list says.
      const own =
        kind === "List" || "kind" in asObject(item) ? item : { apiVersion, kind: kind.slice(0, -"List".length), ...asObject(item) };
      readValue(reading, own, [...path, "items", place], at);
    }
    return;
  }
  if (apiVersion === "") {
    refuse(mistake("field-missing", { field: "apiVersion" }));
    return;
  }
  const known = kindOfObject(apiVersion, kind);
  switch (known.is) {
    case "unknown": {
      refuse(known.field === "kind" ? sayNoKind(kind, apiVersion, known.known) : sayNoApi(kind, apiVersion, known.known[0]), [known.field]);
      return;
    }
    case "ignored":
      ignore(reading, known.name);
      return;
    case "read":
      // Tests of a release run when somebody asks for them, not when it is applied.
      if (/(^|,)\s*test/.test(asText(annotationsOf(raw)["helm.sh/hook"]))) ignore(reading, `${kind} (Helm test)`);
      // Argo Rollouts takes the pod template from the workload that is named.
      else if (kind === "Rollout" && get(raw, ["spec", "workloadRef"]) != null) ignore(reading, "Rollout (of another workload's template)");
      // Nobody applies what a controller makes; a dump of a cluster (kubectl get all) holds it beside its maker.
      else if (known.what !== "service" && hasController(raw)) ignore(reading, `${kind} (made by a controller)`);
      else readObject(reading, known.what, kind, raw, path, at);
  }
}

function sayNoKind(given: string, api: string, known: readonly string[]): Says {
  const kind = JSON.stringify(given);
  const near = nearestWord(given, known);
  return near === null ? mistake("no-kind", { kind, api }) : mistake("no-kind-near", { kind, api, near });
}

function sayNoApi(kind: string, given: string, near: string | undefined): Says {
  const api = JSON.stringify(given);
  return near === undefined ? mistake("no-api", { api, kind }) : mistake("no-api-near", { api, kind, near });
}

function hasController(raw: Raw): boolean {
  return asObjects(asObject(raw["metadata"])["ownerReferences"]).some((reference) => reference["controller"] === true);
}

function ignore({ ignored }: Reading, name: string): void {
  ignored.set(name, (ignored.get(name) ?? 0) + 1);
}

function readObject(reading: Reading, what: ManifestKind, kind: string, raw: Raw, path: Path, at: At): void {
  const mistakes = findMistakes(what, kind, raw);
  for (const { field, says } of mistakes) reading.errors.push({ ...at([...path, ...field]), ...says });
  if (mistakes.length > 0) return;
  const meta = asObject(raw["metadata"]);
  const name = nameOf(meta);
  const namespace = asText(meta["namespace"]) || reading.namespace;
  const object = { kind: kind === "Endpoints" ? "EndpointSlice" : kind, namespace, name };
  // What a manifest that was read from a cluster says of its state is not part of what is wanted.
  const wanted: Raw = {
    ...raw,
    status: undefined,
    metadata: { name, namespace, labels: meta["labels"], annotations: meta["annotations"] },
  };
  const first = at([...path, "metadata", "name"]);
  const label = `${kind}/${namespace}/${name}`;
  const earlier = reading.seen.get(label);
  if (earlier !== undefined)
    reading.warnings.push({
      object: `${first.file}:${String(first.line)}:${String(first.column)}`,
      ...odd("twice-in-manifest", { object: label, place: `${earlier.file}:${String(earlier.line)}` }),
    });
  reading.seen.set(label, first);
  const apiVersion = asText(raw["apiVersion"]);
  const removal = findRemoval(apiVersion);
  if (removal !== undefined) reading.warnings.push({ object: label, ...odd("old-api", { api: apiVersion, ...removal }) });
  const fields = (more: readonly ManifestField[]): readonly ManifestField[] => [
    { ...first, field: "object", number: 0, path: "metadata.name" },
    ...more,
  ];
  const warn: Warn = (what) => {
    reading.warnings.push({ object: label, ...what });
  };
  switch (what) {
    case "service": {
      const record = slimService(wanted, warn);
      if (record === undefined) return;
      if (/^\d/.test(name)) warn(odd("digit-first"));
      const content = { kind: "services" as const, record: { ...record, pinnedNodePorts: null } };
      reading.objects.push({ action: "apply", object, content, fields: fields(serviceFields(raw, path, at)) });
      return;
    }
    case "pod": {
      const record = slimPod(wanted, warn);
      if (record === undefined) return;
      const own = podFields(asObject(raw["spec"]), [...path, "spec"], [...path, "metadata", "labels"], at);
      reading.objects.push({ action: "apply", object, content: { kind: "pods", record }, fields: fields(own) });
      return;
    }
    case "workload": {
      const { record, template } = readWorkload(kind, wanted, warn);
      if (record === undefined) return;
      const inner = [...path, ...template];
      const own = podFields(asObject(get(raw, [...template, "spec"])), [...inner, "spec"], [...inner, "metadata", "labels"], at);
      reading.objects.push({ action: "apply", object, content: { kind: "workloads", record }, fields: fields(own) });
      return;
    }
    case "slice":
      for (const slimmed of slimObject(wanted).records)
        if (slimmed.kind === "endpointslices")
          reading.objects.push({
            action: "apply",
            object: { ...object, name: slimmed.record.name },
            content: slimmed,
            fields: fields([]),
          });
  }
}

/** `generateName` stands for a name that the API server completes. */
function nameOf(meta: Raw): string {
  const prefix = asText(meta["generateName"]);
  return asText(meta["name"]) || (prefix === "" ? "" : `${prefix}new`);
}

type Mistake = { readonly field: Path; readonly says: Says };

/** What the API server would refuse about the fields that matter here. */
function findMistakes(what: ManifestKind, kind: string, raw: Raw): readonly Mistake[] {
  const meta = asObject(raw["metadata"]);
  const nameless: readonly Mistake[] =
    nameOf(meta) !== ""
      ? findBadName(what, asText(meta["name"]))
      : [
          {
            field: "name" in meta ? ["metadata", "name"] : ["metadata"],
            says: inField(
              "metadata.name",
              meta["name"] === undefined || meta["name"] === null || meta["name"] === ""
                ? mistake("nameless", { kind })
                : mistake("text-in-quotes", { given: JSON.stringify(meta["name"]) }),
            ),
          },
        ];
  if (what === "slice") return nameless;
  const selectorless = findMissingSelector(kind, raw);
  // A CronJob holds what a Job has one step further down.
  const prefix: readonly string[] = kind === "CronJob" ? ["spec", "jobTemplate"] : [];
  const checked = kind === "CronJob" ? { metadata: raw["metadata"], spec: asObject(get(raw, prefix))["spec"] } : raw;
  const schema = what === "service" ? serviceManifestSchema : what === "pod" ? podManifestSchema : workloadManifestSchema;
  const parsed = schema.safeParse(checked, { error: inSchemaWithoutWords });
  if (parsed.success) return [...nameless, ...selectorless];
  // Without metadata there is no name either: that is one mistake.
  const others = parsed.error.issues.flatMap(({ path, message }): readonly Mistake[] => {
    const field = path[0] === "metadata" ? path : [...prefix, ...path];
    return path.length === 1 && path[0] === "metadata" ? [] : [{ field, says: inField(sayPath(field), fromSchema(message)) }];
  });
  return [...nameless, ...selectorless, ...others];
}

/** What the API server completes it checks itself. */
function findBadName(what: ManifestKind, name: string): readonly Mistake[] {
  if (name === "" || (what === "service" ? isDnsLabel(name) : isDnsSubdomain(name))) return [];
  const says = mistake(what === "service" ? "dns-label" : "dns-subdomain", { given: JSON.stringify(name.slice(0, 260)) });
  return [{ field: ["metadata", "name"], says: inField("metadata.name", says) }];
}

/** Since apps/v1 the API server fills in no selector. */
function findMissingSelector(kind: string, raw: Raw): readonly Mistake[] {
  if (raw["apiVersion"] !== "apps/v1" || !("spec" in raw)) return [];
  const spec = asObject(raw["spec"]);
  if (typeof (spec["selector"] ?? {}) !== "object") return [];
  const { matchLabels, matchExpressions } = asObject(spec["selector"]);
  if (Object.keys(asObject(matchLabels)).length + asArray(matchExpressions).length > 0) return [];
  return [
    { field: "selector" in spec ? ["spec", "selector"] : ["spec"], says: inField("spec.selector", mistake("selectorless", { kind })) },
  ];
}

function get(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => asObject(inner)[key], value);
}

function readWorkload(
  kind: string,
  raw: Raw,
  warn: Warn,
): { readonly record: ManifestWorkload | undefined; readonly template: readonly string[] } {
  const inner = kind === "CronJob" ? ["spec", "jobTemplate", "spec"] : ["spec"];
  const spec = asObject(get(raw, inner));
  const slim = slimWorkload(kind === "DaemonSet" ? "DaemonSet" : "Deployment", { ...raw, spec }, warn);
  const suspended = spec["suspend"] === true || asObject(raw["spec"])["suspend"] === true;
  const count = kind === "Job" || kind === "CronJob" ? (suspended ? 0 : asInt(spec["parallelism"], 1)) : asInt(spec["replicas"], -1);
  const record = slim === undefined ? undefined : { ...slim, kind, replicas: kind === "DaemonSet" || count < 0 ? null : count };
  return { record, template: [...inner, "template"] };
}

function serviceFields(raw: Raw, path: Path, at: At): readonly ManifestField[] {
  const spec = asObject(raw["spec"]);
  const external = Array.isArray(spec["externalIPs"]) || spec["type"] === "LoadBalancer";
  const ports = asObjects(spec["ports"]).flatMap((port, place): ManifestField[] => {
    const field = (key: string, number: unknown, name: ManifestField["field"]): readonly ManifestField[] =>
      number === undefined || number === null || number === 0
        ? []
        : [fieldAt(at, path, ["spec", "ports", place, key], name, asInt(number, 0))];
    return [
      ...field("nodePort", port["nodePort"], "port"),
      ...(external ? field("port", port["port"], "port") : []),
      ...field("targetPort", port["targetPort"], "target"),
    ];
  });
  const health = asInt(spec["healthCheckNodePort"], 0);
  return [
    ...ports,
    ...(health === 0 ? [] : [fieldAt(at, path, ["spec", "healthCheckNodePort"], "port", health)]),
    ...("selector" in spec ? [fieldAt(at, path, ["spec", "selector"], "selector", 0)] : []),
  ];
}

/** Host ports and labels of a pod's spec; on the host's network every declared port is one. */
function podFields(spec: Raw, specPath: Path, labelsPath: Path, at: At): readonly ManifestField[] {
  const hostPorts = ["containers", "initContainers"].flatMap((list) =>
    asObjects(spec[list]).flatMap((container, place) =>
      asObjects(container["ports"]).flatMap((port, portPlace): ManifestField[] => {
        const stated = asInt(port["hostPort"], 0);
        const number = stated === 0 && spec["hostNetwork"] === true ? asInt(port["containerPort"], 0) : stated;
        const key = stated === 0 ? "containerPort" : "hostPort";
        return number === 0 ? [] : [fieldAt(at, specPath, [list, place, "ports", portPlace, key], "port", number)];
      }),
    ),
  );
  return [...hostPorts, fieldAt(at, labelsPath, [], "labels", 0)];
}

function fieldAt(at: At, base: Path, path: Path, field: ManifestField["field"], number: number): ManifestField {
  const full = [...base, ...path];
  return { ...at(full), field, number, path: sayPath(full) };
}
