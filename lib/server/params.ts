// Query parameters to typed values. Each reader returns a problem that names its parameter; spellings are those of the command line's flags.

import {
  emptyFilter,
  listRules,
  nearestWord,
  parseFilter,
  parseSort,
  sortAllocations,
  type Allocation,
  type ClientPosition,
  type Filter,
  type PortRange,
  type RouteQuery,
} from "@/lib/core";
import { parseClientPosition, parsePortRanges, parseRouteParams } from "@/lib/wire/parse-route-query";

import { problem, type Problem } from "./problem";

export function readFilter(params: URLSearchParams): Filter | Problem {
  const text = params.get("filter");
  if (text === null) return emptyFilter;
  const filter = parseFilter(text);
  return filter.ok ? filter.value : problem("bad-query", filter.error, "filter");
}

/** `sort=port` or `sort=-port`; rows of several clusters are sorted together, ties by cluster. */
export function readSort(
  params: URLSearchParams,
): { apply<T extends { row: Allocation; cluster: string }>(rows: readonly T[]): readonly T[] } | Problem {
  const text = params.get("sort");
  if (text === null) return { apply: (rows) => rows };
  const sort = parseSort(text);
  if (!sort.ok) return problem("bad-query", sort.error, "sort");
  return {
    apply: (rows) => {
      const clusterOf = new Map(rows.map((each) => [each.row, each]));
      return sortAllocations(
        rows.map(({ row }) => row),
        sort.value,
      ).flatMap((row) => clusterOf.get(row) ?? []);
    },
  };
}

export function readFrom(params: URLSearchParams): ClientPosition | Problem {
  const text = params.get("from");
  if (text === null) return { kind: "outside", address: null };
  const from = parseClientPosition(text);
  return from.ok ? from.value : problem("bad-query", from.error.says, "from");
}

export function readPorts(params: URLSearchParams): { readonly ranges: readonly PortRange[] | null } | Problem {
  const text = params.get("ports");
  if (text === null) return { ranges: null };
  const ranges = parsePortRanges(text);
  return ranges.ok ? { ranges: ranges.value } : problem("bad-query", ranges.error.says, "ports");
}

export function readRouteQuery(params: URLSearchParams): RouteQuery | Problem {
  const query = parseRouteParams({
    address: params.get("address"),
    port: params.get("port"),
    protocol: params.get("protocol"),
    from: params.get("from"),
    node: params.get("node"),
  });
  return query.ok ? query.value : problem("bad-query", query.error.says, query.error.field);
}

/** `whyNot=NAMESPACE/POD`. */
export function readWhyNot(params: URLSearchParams): { readonly pod: { namespace: string; name: string } | null } | Problem {
  const text = params.get("whyNot");
  if (text === null) return { pod: null };
  const [namespace, name, ...rest] = text.split("/");
  if (namespace === undefined || name === undefined || namespace === "" || name === "" || rest.length > 0) {
    return problem("bad-query", `whyNot wants NAMESPACE/POD, got ${JSON.stringify(text)}`, "whyNot");
  }
  return { pod: { namespace, name } };
}

/** `rule=ID`; an unknown one would find nothing, which is not the same as nothing to find. */
export function readRule(params: URLSearchParams): { readonly id: string | null } | Problem {
  const id = params.get("rule");
  const rules = listRules().map((rule) => rule.id);
  if (id === null || rules.includes(id)) return { id };
  const nearest = nearestWord(id, rules);
  return problem("bad-query", `there is no rule ${JSON.stringify(id)}${nearest === null ? "" : `; did you mean ${nearest}?`}`, "rule");
}

/** `format=json|csv` of the allocations. */
export function readFormat(params: URLSearchParams): { readonly format: "json" | "csv" } | Problem {
  const format = params.get("format") ?? "json";
  return format === "json" || format === "csv"
    ? { format }
    : problem("bad-query", `${JSON.stringify(format)} is no format: json or csv`, "format");
}

/** A parameter that is given twice: which of the two counts would be a guess. */
export function findRepeated(params: URLSearchParams): Problem | undefined {
  const name = [...params.keys()].find((key) => params.getAll(key).length > 1);
  return name === undefined ? undefined : problem("bad-query", `${name} is given twice: give it once`, name);
}

const limitMax = 200;

export function readLimit(params: URLSearchParams, usual: number): { readonly count: number } | Problem {
  const text = params.get("limit");
  if (text === null) return { count: usual };
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > limitMax)
    return problem("bad-query", `limit wants a whole number from 1 to ${String(limitMax)}`, "limit");
  return { count };
}
