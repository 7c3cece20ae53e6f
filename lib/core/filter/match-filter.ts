import { assertNever } from "../basics/assert-never";
import { normaliseAddress } from "../basics/ip";
import type { Allocation } from "../model/allocation";
import type { FindingFacts } from "../model/finding";
import { formatObjectRef, type Labels, type ObjectRef } from "../model/meta";
import { hasPort } from "../policy/bands";
import type { PortRange } from "../policy/policy";
import type { Filter, FilterTerm } from "./parse-filter";

/** What a filter asks of an allocation: core's rows and the wire's alike. */
export type FilterableAllocation = Pick<
  Allocation,
  | "port"
  | "protocol"
  | "kind"
  | "namespace"
  | "holder"
  | "owners"
  | "groups"
  | "selector"
  | "nodes"
  | "addresses"
  | "externalTrafficPolicy"
  | "band"
  | "findings"
  | "unknown"
>;

/** A row that nothing holds: what a filter is asked about where there is no allocation, with what is known of it put in. */
export const blankAllocation: FilterableAllocation = {
  port: 0,
  protocol: "any",
  kind: "nodePort",
  namespace: "",
  holder: { kind: "", name: "" },
  owners: [],
  groups: [],
  selector: null,
  nodes: [],
  addresses: [],
  externalTrafficPolicy: null,
  band: null,
  findings: [],
  unknown: [],
};

/** What a filter asks of a finding: core's and the wire's alike. */
export type FilterableFinding = Pick<FindingFacts, "rule" | "severity" | "subjects" | "groups" | "ports" | "nodes"> & {
  readonly acknowledged: object | null;
  readonly title?: string;
};

/** Where a row stands: its cluster, and the findings that its fingerprints name. */
export type FilterSurroundings = { readonly cluster: string; readonly evaluation: { readonly findings: readonly FoundFinding[] } };

type FoundFinding = Pick<FindingFacts, "fingerprint" | "rule" | "severity"> & { readonly acknowledged: object | null };

/**
 * Whether a row of the allocation table passes the filter.
 *
 * Input:   the row with its findings joined. `node:` holds for a row on all nodes; `addr:` only for addresses that the row names, since without names it is bound to whatever is accepted.
 * Cost:    linear in the row; the evaluation is looked through once.
 */
export function matchAllocation(filter: Filter, row: FilterableAllocation, surroundings: FilterSurroundings): boolean {
  return filter.terms.every((term) => holdsForAllocation(term, row, surroundings) !== term.negated);
}

/** Whether a finding passes the filter. Keys that only allocations have (kind, policy, addr, label) hold for no finding; `holder:` asks its subjects as `owner:` does. */
export function matchFinding(filter: Filter, finding: FilterableFinding, cluster: string): boolean {
  return filter.terms.every((term) => holdsForFinding(term, finding, cluster) !== term.negated);
}

function holdsForAllocation(term: FilterTerm, row: FilterableAllocation, { cluster, evaluation }: FilterSurroundings): boolean {
  switch (term.key) {
    case "port":
      return holdsPort(term.ranges, row.port);
    case "proto":
      return isAny(term.values, row.protocol);
    case "kind":
      return isAny(term.values, row.kind);
    case "policy":
      return row.externalTrafficPolicy !== null && isAny(term.values, row.externalTrafficPolicy);
    case "ns":
      return fitsAny(term.values, [row.namespace]);
    case "holder":
      return fitsAny(term.values, namesOf({ ...row.holder, namespace: row.namespace }));
    case "owner":
      return fitsAny(term.values, row.owners.flatMap(namesOf));
    case "group":
      return fitsAny(
        term.values,
        row.groups.map(({ name }) => name),
      );
    case "node":
      return row.nodes === "all" || fitsAny(term.values, row.nodes);
    case "addr":
      return fitsAny(term.values.map(normaliseAddress), row.addresses);
    case "band":
      return row.band !== null && fitsAny(term.values, [row.band]);
    case "cluster":
      return fitsAny(term.values, [cluster]);
    case "label":
      return row.selector !== null && term.pairs.some((pair) => hasLabel(row.selector ?? {}, pair));
    case "finding":
      return (
        (row.findings.length > 0 && term.values.includes("any")) ||
        findingsOf(row, evaluation).some(({ rule }) => fitsAny(term.values, [rule]))
      );
    case "severity":
      return findingsOf(row, evaluation).some(({ severity }) => isAny(term.values, severity));
    case "acked":
      return row.findings.length > 0 && findingsOf(row, evaluation).every(({ acknowledged }) => acknowledged !== null);
    case "unknown":
      return row.unknown.length > 0;
    case "word": {
      const texts = [
        row.namespace,
        `${row.holder.kind}/${row.holder.name}`,
        ...row.owners.map(formatObjectRef),
        ...row.groups.map(({ name }) => name),
        ...pairsOf(row.selector),
      ];
      return containsAny(term.values, texts);
    }
    default:
      return assertNever(term);
  }
}

function holdsForFinding(term: FilterTerm, finding: FilterableFinding, cluster: string): boolean {
  switch (term.key) {
    case "port":
      return finding.ports.some(({ port }) => holdsPort(term.ranges, port));
    case "proto":
      return finding.ports.some(({ protocol }) => isAny(term.values, protocol));
    case "ns":
      return fitsAny(
        term.values,
        finding.subjects.map(({ namespace }) => namespace),
      );
    case "holder":
    case "owner":
      return fitsAny(term.values, finding.subjects.flatMap(namesOf));
    case "group":
      return fitsAny(
        term.values,
        finding.groups.map(({ name }) => name),
      );
    case "node":
      // No nodes: every node is concerned.
      return finding.nodes.length === 0 || fitsAny(term.values, finding.nodes);
    case "band":
      return fitsAny(
        term.values,
        finding.subjects.flatMap(({ kind, name }) => (kind === "Band" ? [name] : [])),
      );
    case "cluster":
      return fitsAny(term.values, [cluster]);
    case "finding":
      return term.values.includes("any") || fitsAny(term.values, [finding.rule]);
    case "severity":
      return isAny(term.values, finding.severity);
    case "acked":
      return finding.acknowledged !== null;
    case "word":
      return containsAny(term.values, [
        finding.rule,
        finding.title ?? "",
        ...finding.subjects.map(formatObjectRef),
        ...finding.groups.map(({ name }) => name),
      ]);
    case "kind":
    case "policy":
    case "addr":
    case "label":
    case "unknown":
      return false;
    default:
      return assertNever(term);
  }
}

const byFingerprint = new WeakMap<object, ReadonlyMap<string, FoundFinding>>();

function findingsOf(row: Pick<Allocation, "findings">, evaluation: FilterSurroundings["evaluation"]): readonly FoundFinding[] {
  let known = byFingerprint.get(evaluation);
  if (known === undefined) {
    known = new Map(evaluation.findings.map((finding) => [finding.fingerprint, finding]));
    byFingerprint.set(evaluation, known);
  }
  return row.findings.flatMap((fingerprint) => known.get(fingerprint) ?? []);
}

function holdsPort(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some((range) => hasPort(range, port));
}

/** The ways in which people name an object: alone, with its kind, with its namespace, in full. */
function namesOf(ref: ObjectRef): readonly string[] {
  return [ref.name, `${ref.kind}/${ref.name}`, `${ref.namespace}/${ref.name}`, formatObjectRef(ref)];
}

function isAny(values: readonly string[], text: string): boolean {
  return values.includes(text.toLowerCase());
}

/** Whether one of the patterns fits one of the texts as a whole; `*` stands for anything. */
function fitsAny(patterns: readonly string[], texts: readonly string[]): boolean {
  return patterns.some((pattern) => texts.some((text) => fits(pattern, text.toLowerCase())));
}

function fits(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return pattern === text;
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  // Each middle part takes the first place that is left: no pattern needs more, and no pattern is slow.
  let at = head.length;
  for (const part of rest) {
    const place = text.indexOf(part, at);
    if (place < 0) return false;
    at = place + part.length;
  }
  return at <= text.length - tail.length;
}

function containsAny(words: readonly string[], texts: readonly string[]): boolean {
  return words.some((word) => texts.some((text) => text.toLowerCase().includes(word)));
}

function pairsOf(labels: Labels | null): readonly string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
}

function hasLabel(labels: Labels, wanted: { readonly key: string; readonly value: string | null }): boolean {
  return Object.entries(labels).some(
    ([key, value]) => fits(wanted.key, key.toLowerCase()) && (wanted.value === null || fits(wanted.value, value.toLowerCase())),
  );
}
