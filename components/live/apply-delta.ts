import type { AllocationsAnswer, FindingsAnswer } from "@/lib/client/api";
import { formatPort } from "@/lib/client/format";
import { compareAllocations, compareText } from "@/lib/core";
import type { WireDeltaEvent, WireEnvelope, WireFinding } from "@/lib/wire/schemas";

/** What a delta does to something that was loaded at a revision: "stale" must be asked for again, "known" is at least as new. */
export type DeltaEffect = "apply" | "stale" | "known";

export function effectOf(delta: Pick<WireDeltaEvent, "base" | "revision">, held: Pick<WireEnvelope, "revision">): DeltaEffect {
  if (held.revision >= delta.revision) return "known";
  return held.revision === delta.base ? "apply" : "stale";
}

/** The allocation table one delta later, in the API's order. */
export function patchAllocations(answer: AllocationsAnswer, delta: WireDeltaEvent): AllocationsAnswer {
  const { upserted, removed } = delta.allocations;
  const next = { ...answer, revision: delta.revision, asOf: delta.asOf };
  if (upserted.length === 0 && removed.length === 0) return next;
  return { ...next, allocations: patchRows(answer.allocations, upserted, removed, (row) => row.id, compareAllocations) };
}

/** The findings one delta later. `notEvaluated` changes only with the state of a kind, and then the server sends a snapshot or status. */
export function patchFindings(answer: FindingsAnswer, delta: WireDeltaEvent): FindingsAnswer {
  const { upserted, removed } = delta.findings;
  const next = { ...answer, revision: delta.revision, asOf: delta.asOf };
  if (upserted.length === 0 && removed.length === 0) return next;
  return { ...next, findings: patchRows(answer.findings, upserted, removed, (row) => row.fingerprint, compareFindings) };
}

/** Whether a delta touches one of these ports, so that a map or route on them must be asked for again. */
export function touchesPorts(
  delta: Pick<WireDeltaEvent, "ports">,
  ports: readonly { readonly port: number; readonly protocol: string }[] | "any",
): boolean {
  if (delta.ports === "all") return true;
  if (ports === "any") return delta.ports.length > 0;
  const wanted = new Set(ports.map(({ port, protocol }) => formatPort(port, protocol)));
  return delta.ports.some(({ port, protocol }) => wanted.has(formatPort(port, protocol)));
}

function patchRows<T>(
  rows: readonly T[],
  upserted: readonly T[],
  removed: readonly string[],
  idOf: (row: T) => string,
  compare: (a: T, b: T) => number,
): T[] {
  const gone = new Set([...removed, ...upserted.map(idOf)]);
  return [...rows.filter((row) => !gone.has(idOf(row))), ...upserted].sort(compare);
}

const severityRank = { critical: 0, warning: 1, info: 2 } as const;

export function compareFindings(a: WireFinding, b: WireFinding): number {
  return (
    severityRank[a.severity] - severityRank[b.severity] ||
    (a.ports[0]?.port ?? Number.MAX_SAFE_INTEGER) - (b.ports[0]?.port ?? Number.MAX_SAFE_INTEGER) ||
    compareText(a.rule, b.rule) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}
