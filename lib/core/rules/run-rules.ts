// Runs every rule on a snapshot, the whole of it or what changed since an earlier one: what could not be read is "not evaluated", acknowledged findings become notes, severities follow the policy.

import { dayOf } from "../basics/civil-date";
import { compareBy, compareNumber, compareText } from "../basics/order";
import { finish, type Steps } from "../basics/steps";
import { severities, type Evaluation, type Finding, type FindingFacts, type NotEvaluated } from "../model/finding";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import { remedyKinds, type RemedyKind } from "../model/remedy";
import { isKnownAlike } from "../model/known";
import type { ResourceKind } from "../model/resource-kind";
import type { Snapshot } from "../model/snapshot";
import { findAcknowledgement } from "../policy/acknowledgements";
import type { Context } from "../policy/policy";
import type { RemedyWriter } from "../remedies/remedy";
import { hashText } from "./fingerprint";
import { rules } from "./registry.gen";
import type { Evidence, Found, Rule } from "./rule";
import { askRules, isSame, type Answer } from "./support/ask-rules";
import { findConcerned } from "../inventory/concerned-services";

/** What an evaluation was made of, for the next one: its findings by what the rules found. */
type Memory = {
  readonly snapshot: Snapshot;
  readonly context: Context;
  readonly answers: ReadonlyMap<string, Answer>;
  /** Of the remedies' writers: null where one does not say. */
  readonly reads: ReadonlyMap<RemedyWriter, readonly unknown[] | null>;
  readonly findings: ReadonlyMap<Found<Evidence>, Finding>;
};

type Gap = Pick<NotEvaluated, "missing" | "namespaces">;

const memories = new WeakMap<Evaluation, Memory>();

/**
 * All findings of a cluster.
 *
 * Input:   `earlier`: an evaluation of an earlier snapshot of the same index, when there is one: what no change since then can concern is not asked again.
 * Returns: findings by severity, then first port, rule, fingerprint; `notEvaluated` per rule, with the kinds and namespaces that were missing;
 *          `warnings` of the snapshot. The same with `earlier` as without.
 * Errors:  never throws for any cluster content.
 * Cost:    with `earlier` linear in the changes and the findings, unless a node, a Service or the policy changed that many rest on.
 */
export function runRules(snapshot: Snapshot, context: Context, earlier?: Evaluation): Evaluation {
  return finish(runRulesInSteps(snapshot, context, earlier));
}

/** The same in steps of one Service, one rule or one finding. */
export function* runRulesInSteps(snapshot: Snapshot, context: Context, earlier?: Evaluation): Steps<Evaluation> {
  const last = memoryOf(earlier, snapshot, context);
  const concerned = last === undefined ? undefined : yield* findConcerned(last.snapshot, snapshot);
  const sameDay = last !== undefined && dayOf(last.context.nowMs) === dayOf(context.nowMs);
  const asked: { readonly rule: Rule; readonly gaps: readonly Gap[] }[] = [];
  const notEvaluated: NotEvaluated[] = [];
  for (const rule of rules) {
    if (context.policy.severities[rule.id] === "off" || (rule.scope === "check" && context.check === undefined)) continue;
    const gaps = findGaps(snapshot, rule.needs);
    notEvaluated.push(...gaps.map((gap) => ({ rule: rule.id, ...gap })));
    if (gaps.some(({ namespaces }) => namespaces === "all")) continue;
    const settings = rule.lacks?.(snapshot, context) ?? [];
    if (settings.length > 0) notEvaluated.push({ rule: rule.id, missing: [], settings, namespaces: "all" });
    asked.push({ rule, gaps });
  }
  const answers = yield* askRules(
    asked.map(({ rule }) => rule),
    snapshot,
    context,
    last?.answers,
    concerned,
  );
  const made = new Map<Found<Evidence>, Finding>();
  const reads = readsOfWriters(
    asked.map(({ rule }) => rule),
    snapshot,
    context,
  );
  for (const { rule, gaps } of asked) {
    const writers = rule.remedies ?? [];
    const isPlanned = writers.every((writer) => isSame(last?.reads.get(writer) ?? null, reads.get(writer) ?? null));
    for (const found of answers.get(rule.id)?.found ?? []) {
      yield;
      if (gaps.some(({ namespaces }) => touches(found.subjects, namespaces))) continue;
      // An acknowledgement ends with its day, nothing else of a finding with time alone.
      const before = sameDay ? last.findings.get(found) : undefined;
      if (before !== undefined && isPlanned) made.set(found, before);
      else {
        const finding = before ?? toFinding(rule, found, context);
        made.set(found, writers.length === 0 ? finding : { ...finding, remedies: listKinds(snapshot, context, writers, finding) });
      }
    }
  }
  const evaluation = { findings: [...made.values()].sort(compareFindings), notEvaluated, warnings: snapshot.warnings };
  memories.set(evaluation, { snapshot, context, answers, reads, findings: made });
  return evaluation;
}

/** What can be built on: all else that findings rest on is the same. */
function memoryOf(earlier: Evaluation | undefined, snapshot: Snapshot, { policy, check }: Context): Memory | undefined {
  const memory = earlier === undefined ? undefined : memories.get(earlier);
  if (memory === undefined) return undefined;
  const { cluster, kinds, version } = memory.snapshot;
  const isSame =
    cluster === snapshot.cluster &&
    isKnownAlike(kinds, snapshot.kinds) &&
    version === snapshot.version &&
    memory.context.policy === policy &&
    memory.context.check === check;
  return isSame ? memory : undefined;
}

/** Every rule, sorted by id: for docs, `explain` and the filter's help. */
export function listRules(): readonly Rule[] {
  return rules;
}

/** Worst first, then by port. */
export const compareFindings = compareBy<Finding>(
  (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  (a, b) => compareNumber(a.ports[0]?.port ?? 0, b.ports[0]?.port ?? 0),
  (a, b) => compareText(a.rule, b.rule),
  (a, b) => compareText(a.fingerprint, b.fingerprint),
);

/** What a rule lacks: kinds as a whole, else some namespaces of them, kinds of the same namespaces together. */
function findGaps(snapshot: Snapshot, needs: readonly ResourceKind[]): readonly Gap[] {
  const whole = needs.filter((kind) => ["syncing", "forbidden", "notCollected"].includes(snapshot.kinds[kind].state));
  if (whole.length > 0) return [{ missing: whole, namespaces: "all" }];
  const gaps = new Map<string, { readonly missing: ResourceKind[]; readonly namespaces: readonly string[] }>();
  for (const kind of needs) {
    const namespaces = [...new Set(snapshot.kinds[kind].forbiddenNamespaces)].sort();
    if (namespaces.length === 0) continue;
    const known = gaps.get(namespaces.join());
    if (known === undefined) gaps.set(namespaces.join(), { missing: [kind], namespaces });
    else known.missing.push(kind);
  }
  return [...gaps.values()];
}

function touches(subjects: readonly ObjectRef[], namespaces: "all" | readonly string[]): boolean {
  return namespaces === "all" || subjects.some(({ namespace }) => namespaces.includes(namespace));
}

function toFinding(rule: Rule, found: Found<Evidence>, context: Context): Finding {
  const ports = [...found.ports].sort((a, b) => a.port - b.port || compareText(a.protocol, b.protocol));
  const subjects = [...found.subjects].sort(bySubject);
  const services = subjects.filter(({ kind }) => kind === "Service");
  const edited = found.edited ?? (services.length > 0 ? services : subjects.slice(0, 1));
  const names = [...edited].map(formatObjectRef).sort();
  const variant = found.variant ?? "";
  const fingerprint = hashText(JSON.stringify([rule.id, variant, names, ports.map(({ port, protocol }) => `${String(port)}/${protocol}`)]));
  const override = context.policy.severities[rule.id];
  const own = override === undefined || override === "off" ? (found.severity ?? rule.severity) : override;
  const acknowledgement = findAcknowledgement(rule.id, subjects, context);
  const severity = acknowledgement === undefined ? own : "info";
  const nodes = [...(found.nodes ?? [])].sort();
  const facts: FindingFacts = {
    fingerprint,
    rule: rule.id,
    variant,
    severity,
    subjects,
    groups: found.groups ?? [],
    ports,
    nodes,
    evidence: found.evidence,
    acknowledged:
      acknowledgement === undefined ? null : { reason: acknowledgement.reason, by: acknowledgement.by, until: acknowledgement.until },
    sinceMs: found.sinceMs ?? null,
  };
  return {
    ...facts,
    ...rule.words.en.describe(found.evidence, { ports, nodes, severity: own }),
    remedies: [],
  };
}

function readsOfWriters(asked: readonly Rule[], snapshot: Snapshot, context: Context): Memory["reads"] {
  const writers = new Set(asked.flatMap(({ remedies }) => remedies ?? []));
  return new Map([...writers].map((writer) => [writer, writer.reads?.(snapshot, context) ?? null]));
}

/** The kinds of remedies that can be written for a finding now, in their order. */
function listKinds(snapshot: Snapshot, context: Context, writers: readonly RemedyWriter[], facts: FindingFacts): readonly RemedyKind[] {
  const possible = writers.filter((writer) => writer.plan(snapshot, context, facts).ok);
  return remedyKinds.filter((kind) => possible.some((writer) => writer.kind === kind));
}

/** Services first, then owners, each by name. */
const bySubject = compareBy<ObjectRef>(
  (a, b) => Number(a.kind !== "Service") - Number(b.kind !== "Service"),
  (a, b) => compareText(formatObjectRef(a), formatObjectRef(b)),
);
