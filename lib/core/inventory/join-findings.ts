import { isEqual } from "../basics/equal";
import { holderOf, type Allocation } from "../model/allocation";
import type { Evaluation, FindingFacts } from "../model/finding";
import { formatObjectRef } from "../model/meta";
import type { Route } from "../model/route";

/**
 * The rows with the findings that concern them.
 *
 * Returns: the same rows in the same order, `findings` filled with fingerprints in the evaluation's order (worst first). A finding concerns a row when the
 *          row's holder or one of its owners is a subject and the row's port is one of the finding's; a finding without ports concerns what its subjects hold.
 *          Rows without any finding come back as they are, and those with the same findings as before as the same objects.
 */
export function joinFindings(allocations: readonly Allocation[], evaluation: Pick<Evaluation, "findings">): readonly Allocation[] {
  const bySubject = new Map<string, FindingFacts[]>();
  for (const finding of evaluation.findings) {
    for (const subject of new Set(finding.subjects.map(formatObjectRef))) {
      const known = bySubject.get(subject);
      if (known === undefined) bySubject.set(subject, [finding]);
      else known.push(finding);
    }
  }
  if (bySubject.size === 0) return allocations;
  // Most rows have nothing to do with any finding: their names alone tell.
  const names = new Set(evaluation.findings.flatMap(({ subjects }) => subjects.map(({ name }) => name)));
  const rank = new Map<FindingFacts, number>(evaluation.findings.map((finding, place) => [finding, place]));
  return allocations.map((row) => {
    if (!names.has(row.holder.name) && !row.owners.some(({ name }) => names.has(name))) return row;
    const held = bySubject.get(formatObjectRef(holderOf(row))) ?? [];
    // An owner alone does not hold a Service's port: only a finding on this very port is about this row then.
    const owned = row.owners.flatMap((owner) => bySubject.get(formatObjectRef(owner)) ?? []).filter(({ ports }) => ports.length > 0);
    const concerning = [...new Set([...held, ...owned])].filter((finding) => finding.ports.length === 0 || hasPortOf(finding, row));
    if (concerning.length === 0) return row;
    concerning.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
    const findings = [...new Set(concerning.map(({ fingerprint }) => fingerprint))];
    const known = joined.get(row);
    if (known !== undefined && isEqual(known.findings, findings)) return known;
    const next = { ...row, findings };
    joined.set(row, next);
    return next;
  });
}

const joined = new WeakMap<Allocation, Allocation>();

/** Whether one of the finding's ports is the row's; a reservation of every protocol meets each. */
export function hasPortOf(finding: Pick<FindingFacts, "ports">, row: Pick<Allocation, "port" | "protocol">): boolean {
  return finding.ports.some(({ port, protocol }) => port === row.port && (row.protocol === "any" || protocol === row.protocol));
}

/**
 * The findings on the port of a route, in their order.
 *
 * Returns: fingerprints; none where the route is about no node's port: an address that no node owns, a cluster IP, a question that no node was asked.
 */
export function findingsOnRoute(findings: readonly Pick<FindingFacts, "ports" | "fingerprint">[], route: Route): readonly string[] {
  if (!isOfNode(route)) return [];
  const { port, protocol } = route.query;
  return findings
    .filter(({ ports }) => ports.some((each) => each.port === port && each.protocol === protocol))
    .map(({ fingerprint }) => fingerprint);
}

function isOfNode({ outcome, claim, node }: Route): boolean {
  if (outcome.kind === "elsewhere" || claim?.kind === "clusterIP") return false;
  return "alternatives" in outcome && outcome.alternatives.length > 0
    ? outcome.alternatives.some(isOfNode)
    : node !== null || outcome.kind !== "unknown";
}
