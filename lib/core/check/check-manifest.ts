import { finish, mapInSteps, type Steps } from "../basics/steps";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import { severities, type Evaluation, type Finding, type Severity } from "../model/finding";
import { podKey, serviceKey } from "../model/brands";
import type { PodRecord } from "../model/pod";
import { forkSnapshotInSteps } from "../cluster-index/fork-snapshot";
import { recordKey, type Delta, type Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import type { Context } from "../policy/policy";
import { countChosenNodePorts } from "../claims/api-claims";
import { compareFindings, listRules, runRulesInSteps } from "../rules/run-rules";
import { applyManifestInSteps } from "./apply-manifest";
import { traceTouchedPorts, type CheckedRoute } from "./check-routes";
import { lastOfEach, type CheckScope } from "./check-scope";
import type { HostPortPlacement } from "./host-port-placement";
import type { Manifest, ManifestField, ManifestObject } from "./manifest";

/** What becomes of one object. `chosen`: how many numbers on nodes the API server will choose for it: no number yet. */
export type CheckedObject = { readonly object: ObjectRef; readonly effect: "create" | "update" | "delete"; readonly chosen: number };

/**
 * What a manifest would change.
 *
 * `introduced`: findings that are new, more severe than before, or tell of more; `resolved`: those whose cause is gone; `unchanged`: how many stay as they
 * are, or tell of less.
 * `positions`: of each introduced finding the fields of the manifest that cause it, by fingerprint. `routes`: each port that is touched, before and after.
 */
export type CheckResult = {
  readonly after: Snapshot;
  readonly before: Evaluation;
  readonly evaluation: Evaluation;
  readonly introduced: readonly Finding[];
  readonly resolved: readonly Finding[];
  readonly unchanged: number;
  readonly objects: readonly CheckedObject[];
  readonly placements: readonly HostPortPlacement[];
  readonly routes: readonly CheckedRoute[];
  readonly positions: ReadonlyMap<string, readonly ManifestField[]>;
};

/**
 * Judges a manifest against a cluster.
 *
 * Input:   a snapshot, the policy and time, a manifest; `known`: the findings of the snapshot where the caller has them.
 * Returns: see CheckResult. Findings are told apart by their fingerprints; one that tells of more Services or ports than another is the same cause grown. What could not be read makes rules "not evaluated" as everywhere.
 * Errors:  never throws.
 */
export function checkManifest(snapshot: Snapshot, context: Context, manifest: Manifest, known?: Evaluation): CheckResult {
  return finish(checkManifestInSteps(snapshot, context, manifest, known));
}

/** The same in steps. */
export function* checkManifestInSteps(snapshot: Snapshot, context: Context, manifest: Manifest, known?: Evaluation): Steps<CheckResult> {
  const before = known ?? (yield* runRulesInSteps(snapshot, context));
  const { snapshot: after, placements } = yield* applyManifestInSteps(snapshot, manifest);
  const scope: CheckScope = { base: snapshot, manifest, placements };
  const evaluation = yield* judgeWhereverItLands(after, { ...context, check: scope }, placements);
  const earlier = new Map(before.findings.map((finding) => [finding.fingerprint, finding]));
  const later = new Set(evaluation.findings.map(({ fingerprint }) => fingerprint));
  const isKept = ({ fingerprint }: Finding): boolean => later.has(fingerprint) && earlier.has(fingerprint);
  const gone = before.findings.filter((finding) => !isKept(finding));
  const come = evaluation.findings.filter((finding) => !isKept(finding));
  const isNew = (finding: Finding): boolean =>
    isWorse(finding, earlier.get(finding.fingerprint) ?? gone.find((each) => tellsOf(each, finding)));
  const introduced = (yield* mapInSteps(evaluation.findings, (finding) => (isNew(finding) ? finding : null))).filter(
    (finding) => finding !== null,
  );
  return {
    after,
    before,
    evaluation,
    introduced,
    resolved: gone.filter((finding) => !come.some((each) => tellsOf(each, finding) || tellsOf(finding, each))),
    unchanged: evaluation.findings.length - introduced.length,
    objects: yield* mapInSteps(lastOfEach(manifest), (each) => toChecked(snapshot, after, each)),
    placements,
    routes: yield* traceTouchedPorts(snapshot, after, context, scope),
    positions: yield* locate(introduced, manifest),
  };
}

/** Whether an introduced finding is at or above a severity; acknowledged ones are not. */
export function failsCheck({ introduced }: Pick<CheckResult, "introduced">, failOn: Severity): boolean {
  return introduced.some(
    ({ severity, acknowledged }) => acknowledged === null && severities.indexOf(severity) <= severities.indexOf(failOn),
  );
}

/**
 * All findings after the manifest. Where a pod with host ports has a choice, what it would meet on each of the nodes counts as well: whatever the scheduler
 * chooses, people want to know.
 */
function* judgeWhereverItLands(after: Snapshot, context: Context, placements: readonly HostPortPlacement[]): Steps<Evaluation> {
  const evaluation = yield* runRulesInSteps(after, context);
  const ghosts = placePossiblePods(after, placements);
  if (ghosts.length === 0) return evaluation;
  const known = new Set(evaluation.findings.map(({ fingerprint }) => fingerprint));
  const landed = yield* runRulesInSteps(yield* forkSnapshotInSteps(after, ghosts), context);
  const possible = landed.findings.filter(
    (finding) =>
      !known.has(finding.fingerprint) &&
      placements.some(
        ({ object, ports }) =>
          finding.subjects.some((subject) => formatObjectRef(subject) === formatObjectRef(object)) &&
          finding.ports.every(({ port, protocol }) => ports.some((each) => each.port === port && each.protocol === protocol)),
      ),
  );
  return { ...evaluation, findings: [...evaluation.findings, ...possible].sort(compareFindings) };
}

/** Copies of the pods without a node, one on each node that could take one. No slice holds them: nobody is sent there. */
function placePossiblePods(after: Snapshot, placements: readonly HostPortPlacement[]): readonly Delta[] {
  return placements.flatMap(({ object, free }) => {
    const waiting = free.length === 0 ? undefined : [...after.pods.values()].find((pod) => pod.nodeName === null && isOf(pod, object));
    if (waiting === undefined) return [];
    return free.map((node): Delta => ({
      type: "upsert",
      kind: "pods",
      record: { ...waiting, name: `${waiting.name}-on-${node}`, nodeName: node },
    }));
  });
}

function isOf(pod: PodRecord, object: ObjectRef): boolean {
  return formatObjectRef(resolveOwner(pod)) === formatObjectRef(object);
}

function isWorse(finding: Finding, earlier: Finding | undefined): boolean {
  return earlier === undefined || severities.indexOf(finding.severity) < severities.indexOf(earlier.severity);
}

/** Whether `wide` has the cause of `narrow`: a rule's findings of one case, and nothing that `narrow` is about is missing in it. */
function tellsOf(wide: Finding, narrow: Finding): boolean {
  if (wide.rule !== narrow.rule || wide.variant !== narrow.variant) return false;
  const subjects = new Set(wide.subjects.map(formatObjectRef));
  const ports = new Set(wide.ports.map(({ port, protocol }) => `${String(port)}/${protocol}`));
  return (
    narrow.subjects.every((each) => subjects.has(formatObjectRef(each))) &&
    narrow.ports.every(({ port, protocol }) => ports.has(`${String(port)}/${protocol}`))
  );
}

function toChecked(snapshot: Snapshot, after: Snapshot, each: ManifestObject): CheckedObject {
  const { object } = each;
  if (each.action === "delete") return { object, effect: "delete", chosen: 0 };
  const service = findService(after, object);
  return {
    object,
    effect: exists(snapshot, each) ? "update" : "create",
    chosen: service === undefined ? 0 : countChosenNodePorts(service),
  };
}

function findService({ services }: Snapshot, { kind, namespace, name }: ObjectRef) {
  return kind === "Service" ? services.get(serviceKey(namespace, name)) : undefined;
}

/** Workloads that are not read as objects exist where pods of them do. */
function exists(snapshot: Snapshot, { object }: ManifestObject): boolean {
  const { kind, namespace, name } = object;
  const key = recordKey(object);
  switch (kind) {
    case "Service":
      return snapshot.services.has(serviceKey(namespace, name));
    case "Pod":
      return snapshot.pods.has(podKey(namespace, name));
    case "EndpointSlice":
      return snapshot.endpointslices.has(key);
    case "Deployment":
      if (snapshot.deployments.has(key)) return true;
      break;
    case "DaemonSet":
      if (snapshot.daemonsets.has(key)) return true;
      break;
  }
  return ownersIn(snapshot).has(formatObjectRef(object));
}

const owners = new WeakMap<Snapshot["pods"], ReadonlySet<string>>();

function ownersIn({ pods }: Snapshot): ReadonlySet<string> {
  let known = owners.get(pods);
  if (known === undefined) owners.set(pods, (known = new Set([...pods.values()].map((pod) => formatObjectRef(resolveOwner(pod))))));
  return known;
}

/** Of each finding the fields that a person would edit: its ports, or what its rule is about; where none of its objects states that, the objects. */
function* locate(findings: readonly Finding[], { objects }: Manifest): Steps<CheckResult["positions"]> {
  const abouts = new Map(listRules().map(({ id, about }) => [id, about]));
  const applied = objects.filter((each) => each.action !== "delete");
  const byName = Map.groupBy(applied.entries(), ([, { object }]) => formatObjectRef(object));
  return new Map(
    yield* mapInSteps(findings, (finding) => {
      const about = abouts.get(finding.rule) ?? "port";
      const numbers = new Set(finding.ports.map(({ port }) => port));
      const subjects = new Set(finding.subjects.map(formatObjectRef));
      const own = [...subjects].flatMap((name) => byName.get(name) ?? []).sort(([a], [b]) => a - b);
      const fields = own.flatMap(([, each]) => each.fields);
      const wanted = fields.filter(({ field, number }) => field === about && (field !== "port" || numbers.has(number)));
      return [finding.fingerprint, wanted.length > 0 ? wanted : fields.filter(({ field }) => field === "object")] as const;
    }),
  );
}
