// The questions of the HTTP API and of the pages' first view: parameters in, contract.md's JSON out, or a problem that names the parameter.

import { findingsOnRoute, matchAllocation, matchFinding, mistake, type Finding } from "@/lib/core";
import { allocationsToCsv, selectColumns } from "@/lib/wire/csv";
import { encodeAllocation } from "@/lib/wire/encode-allocation";
import { encodeEvaluation } from "@/lib/wire/encode-finding";
import { encodeRoute } from "@/lib/wire/encode-route";
import { encodeUnknown } from "@/lib/wire/encode-status";
import { findUnknownPosition } from "@/lib/wire/find-unknown-position";
import { parseRouteTarget } from "@/lib/wire/parse-route-query";
import type { WireAllocationList, WireCluster, WireEnvelope, WireEvaluation, WireRoute, WireSearchResult } from "@/lib/wire/schemas";
import { describeCluster } from "./describe-cluster";
import { encodeEnvelope, mergeEnvelopes } from "./envelope";
import { readFilter, readLimit, readRouteQuery, readRule, readSort, readWhyNot } from "./params";
import { problem, isProblem, type Problem } from "./problem";
import { getRuntime } from "./runtime";
import { search } from "./search";
import { requireSynced, selectCluster, selectClusters } from "./select-cluster";
import { deriveView, type DerivedView } from "./views";

export type Answer<T> = (T & WireEnvelope) | Problem;

/** GET /api/v1/clusters: every cluster, also those that cannot be reached. */
export function loadClusters(): { clusters: WireCluster[] } {
  return { clusters: (getRuntime()?.clusters() ?? []).map(describeCluster) };
}

/** GET /api/v1/allocations as JSON: `filter`, `sort`, `cluster` (`*` = all). */
export function loadAllocations(params: URLSearchParams): Answer<WireAllocationList> {
  const rows = selectRows(params);
  if (isProblem(rows)) return rows;
  return {
    ...mergeEnvelopes(rows.views.map(({ view }) => encodeEnvelope(view))),
    allocations: rows.allocations.map(({ row, cluster }) => encodeAllocation(row, cluster)),
    warnings: rows.views.flatMap(({ view }) => view.snapshot.warnings.map((warning) => ({ ...warning }))),
    unknown: rows.views.flatMap(({ view }) => encodeUnknown(view.snapshot)),
  };
}

/** GET /api/v1/allocations?format=csv: the same rows; `columns` chooses and orders the columns. */
export function loadAllocationsCsv(params: URLSearchParams): { csv: string; headers: Record<string, string> } | Problem {
  const rows = selectRows(params);
  if (isProblem(rows)) return rows;
  const { cluster, revision, asOf } = mergeEnvelopes(rows.views.map(({ view }) => encodeEnvelope(view)));
  const ruleOf = new Map(
    rows.views.flatMap(({ evaluation }) => evaluation.findings.map(({ fingerprint, rule }) => [fingerprint, rule] as const)),
  );
  return {
    csv: allocationsToCsv(
      rows.allocations.map(({ row, cluster: name }) => encodeAllocation(row, name)),
      rows.columns,
      ruleOf,
    ),
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="allocations-${fileNamePart(cluster)}.csv"`,
      "cache-control": "no-store",
      "portolan-revision": String(revision),
      "portolan-as-of": asOf ?? "",
    },
  };
}

/** GET /api/v1/findings: `rule`, `filter`, `cluster` (`*` = all). */
export function loadFindings(params: URLSearchParams): Answer<WireEvaluation> {
  const views = selectAllDerived(params);
  if (isProblem(views)) return views;
  const filter = readFilter(params);
  if (isProblem(filter)) return filter;
  const rule = readRule(params);
  if (isProblem(rule)) return rule;
  const parts = views.map(({ view, evaluation, firstSeen }) => {
    const asked = (of: { readonly rule: string }): boolean => rule.id === null || of.rule === rule.id;
    const keeps = (finding: Finding): boolean => asked(finding) && matchFinding(filter, finding, view.name);
    const kept = {
      ...evaluation,
      findings: evaluation.findings.filter(keeps),
      notEvaluated: evaluation.notEvaluated.filter(asked),
    };
    return encodeEvaluation(kept, view.name, firstSeen);
  });
  return {
    ...mergeEnvelopes(views.map(({ view }) => encodeEnvelope(view))),
    findings: parts.flatMap((part) => part.findings),
    notEvaluated: parts.flatMap((part) => part.notEvaluated),
    warnings: parts.flatMap((part) => part.warnings),
  };
}

/** GET /api/v1/trace: `address`, `port`, `protocol`, `from`, `node`, `whyNot`. */
export function loadTrace(params: URLSearchParams): Answer<WireRoute> {
  const derived = selectDerived(params);
  if (isProblem(derived)) return derived;
  const query = readRouteQuery(params);
  if (isProblem(query)) return query;
  const whyNot = readWhyNot(params);
  if (isProblem(whyNot)) return whyNot;
  const { view, context, evaluation, engine } = derived;
  const absent = findUnknownPosition(view.snapshot, query);
  if (absent !== undefined) return problem("not-found", absent.says, absent.field);
  const route = engine.traceRoute(view.snapshot, context, query, whyNot.pod === null ? {} : { whyNot: whyNot.pod });
  return { ...encodeEnvelope(view), ...encodeRoute(route, findingsOnRoute(evaluation.findings, route)) };
}

/** The trace page's first view: `to` as the search takes it; a port alone is left to the browser, which knows the nodes. */
export function loadTracePage(params: URLSearchParams): Answer<WireRoute> {
  const target = parseRouteTarget(params.get("to") ?? "");
  if (!target.ok || target.value.address === null) return problem("bad-query", "no address", "to");
  const query = new URLSearchParams({
    address: target.value.address,
    port: String(target.value.port),
    protocol: target.value.protocol ?? "TCP",
  });
  for (const [own, name] of [
    ["cluster", "cluster"],
    ["from", "from"],
    ["node", "node"],
    ["why", "whyNot"],
  ] as const) {
    const value = params.get(own);
    if (value !== null) query.set(name, value);
  }
  return loadTrace(query);
}

/** GET /api/v1/search: what the header's search understands, best first. */
export function loadSearch(params: URLSearchParams): ({ results: WireSearchResult[] } & WireEnvelope) | Problem {
  const views = selectAllDerived(params);
  if (isProblem(views)) return views;
  const limit = readLimit(params, 20);
  if (isProblem(limit)) return limit;
  const results = views.flatMap((derived) => search(derived, params.get("q") ?? ""));
  return { ...mergeEnvelopes(views.map(({ view }) => encodeEnvelope(view))), results: results.slice(0, limit.count) };
}

/** The one cluster that a question names, read and judged. */
export function selectDerived(params: URLSearchParams): DerivedView | Problem {
  const view = selectCluster(params);
  if (isProblem(view)) return view;
  return requireSynced(view) ?? deriveView(view);
}

function selectAllDerived(params: URLSearchParams): readonly DerivedView[] | Problem {
  const views = selectClusters(params);
  if (isProblem(views)) return views;
  // With `cluster=*` a cluster that is not read yet is left out while another one can answer.
  const synced = views.filter((view) => requireSynced(view) === undefined);
  const first = views[0];
  if (synced.length === 0)
    return first === undefined ? problem("not-found", mistake("no-cluster"), "cluster") : (requireSynced(first) ?? []);
  return synced.map(deriveView);
}

function selectRows(params: URLSearchParams) {
  const views = selectAllDerived(params);
  if (isProblem(views)) return views;
  const filter = readFilter(params);
  if (isProblem(filter)) return filter;
  const sort = readSort(params);
  if (isProblem(sort)) return sort;
  const columns = selectColumns(params.get("columns"));
  if (!columns.ok) return problem("bad-query", columns.error, "columns");
  const rows = views.flatMap(({ view, allocations, evaluation }) =>
    allocations
      .filter((row) => matchAllocation(filter, row, { cluster: view.name, evaluation }))
      .map((row) => ({ row, cluster: view.name })),
  );
  return { views, columns: columns.value, allocations: sort.apply(rows) };
}

function fileNamePart(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
}
