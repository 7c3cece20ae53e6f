// The map as a chart: rows (groups and nodes), columns (bands and ports) and which cell stands where. Pure: drawing is draw-chart.ts.

import { compareNatural } from "@/lib/core";
import type { WireCell, WireFinding, WirePortMap } from "@/lib/wire/schemas";
import { summarizeCells } from "./summarize-cells";

export type RowGrouping = "pool" | "zone" | "none";
export type ColumnGrouping = "band" | "number" | "namespace";

type MapNode = WirePortMap["nodes"][number];
type MapColumn = WirePortMap["columns"][number];

/** `standIn`: the first node of a folded group that has no row of its own; it is selected for the group. */
export type ChartRow =
  | {
      readonly kind: "group";
      readonly name: string;
      readonly count: string;
      readonly folded: boolean;
      readonly members: readonly number[];
      readonly standIn: string | null;
    }
  | { readonly kind: "node"; readonly node: MapNode; readonly place: number; readonly group: string };

/** `frame`: the severity of a finding that concerns the column as a whole. */
export type ChartColumn = {
  readonly column: MapColumn;
  readonly place: number;
  readonly group: number;
  readonly holder: string;
  readonly frame: "critical" | "warning" | null;
  readonly worst: WireFinding["severity"] | null;
};

export type ChartGroup = { readonly name: string; readonly range: string; readonly first: number; readonly count: number };

/** A cell with a finding of its own: places in `rows` and `columns`. */
export type ChartMark = { readonly row: number; readonly column: number; readonly severity: "critical" | "warning" };

export type Chart = {
  readonly rows: readonly ChartRow[];
  readonly columns: readonly ChartColumn[];
  readonly groups: readonly ChartGroup[];
  /** Row by row, and in a row the worst first. */
  readonly marks: readonly ChartMark[];
  /** The row that shows a node: its own, else its folded group's; -1 when the filter left it out. */
  rowOf(node: string): number;
  cellOf(node: number, column: number): WireCell | undefined;
  /** All nodes of a folded group in one cell. */
  summaryOf(group: string, column: number): WireCell | undefined;
  /** Severity of a finding that concerns this cell alone. */
  markOf(node: string, column: ChartColumn): "critical" | "warning" | null;
};

export type ChartOptions = {
  readonly rows: RowGrouping;
  readonly columns: ColumnGrouping;
  readonly folded: ReadonlySet<string>;
  readonly foldQuiet: boolean;
  readonly bands: ReadonlyMap<string, { readonly first: number; readonly last: number }>;
  readonly keepsNode: (node: MapNode) => boolean;
  readonly words: {
    readonly noPool: string;
    readonly noZone: string;
    readonly allNodes: string;
    readonly noBand: string;
    readonly host: string;
    readonly nodeCount: (count: number) => string;
  };
};

/** Builds the chart. A finding on more than half of the nodes, or on all, frames its column; on fewer it marks its cells. */
export function buildChart(map: WirePortMap, findings: readonly WireFinding[], options: ChartOptions): Chart {
  const live = findings.filter(({ acknowledged, severity }) => acknowledged === null && severity !== "info");
  const byPort = new Map<string, WireFinding[]>();
  for (const finding of live) {
    for (const { port, protocol } of finding.ports) {
      const key = `${String(port)}/${protocol}`;
      const known = byPort.get(key);
      if (known === undefined) byPort.set(key, [finding]);
      else known.push(finding);
    }
  }
  const isWhole = (finding: WireFinding): boolean => finding.nodes.length === 0 || finding.nodes.length * 2 > map.nodes.length;
  const worstOf = (list: readonly WireFinding[]): "critical" | "warning" | null =>
    list.some(({ severity }) => severity === "critical") ? "critical" : list.length > 0 ? "warning" : null;
  const exceptions = map.columns.map((column) => new Map(column.exceptions));
  const { columns, groups } = buildColumns(map, options, (column) => {
    const found = byPort.get(`${String(column.port)}/${column.protocol}`) ?? [];
    return { frame: worstOf(found.filter(isWhole)), worst: worstOf(found) };
  });
  const marks = new Map<string, "critical" | "warning">();
  for (const { column, place } of columns) {
    for (const finding of (byPort.get(`${String(column.port)}/${column.protocol}`) ?? []).filter((each) => !isWhole(each))) {
      for (const node of finding.nodes) {
        const key = `${node} ${String(place)}`;
        if (marks.get(key) !== "critical") marks.set(key, finding.severity === "critical" ? "critical" : "warning");
      }
    }
  }
  const marked = new Set([...marks.keys()].map((key) => key.slice(0, key.lastIndexOf(" "))));
  const rows = buildRows(map, options, marked);
  return {
    rows,
    columns,
    groups,
    marks: listMarks(rows, columns, marked, marks),
    rowOf: indexRows(map, rows),
    cellOf: (node, column) => {
      const wire = map.columns[column];
      return wire === undefined ? undefined : map.cells[exceptions[column]?.get(node) ?? wire.cell];
    },
    summaryOf: cacheSummaries(map, rows),
    markOf: (node, column) => marks.get(`${node} ${String(column.place)}`) ?? null,
  };
}

/** The node that a selection in a row names; null where nothing can be selected. */
export function nodeToSelect(row: ChartRow): string | null {
  return row.kind === "node" ? row.node.name : row.standIn;
}

/** What a row shows in a column: a node's cell, or the summary of a folded group. */
export function cellOfRow(chart: Pick<Chart, "cellOf" | "summaryOf">, row: ChartRow, column: number): WireCell | undefined {
  if (row.kind === "node") return chart.cellOf(row.place, column);
  return row.folded ? chart.summaryOf(row.name, column) : undefined;
}

function indexRows(map: WirePortMap, rows: readonly ChartRow[]): Chart["rowOf"] {
  const places = new Map<string, number>();
  rows.forEach((row, place) => {
    if (row.kind === "node") places.set(row.node.name, place);
    else if (row.folded) for (const member of row.members) places.set(map.nodes[member]?.name ?? "", place);
  });
  return (node) => places.get(node) ?? -1;
}

/** Each summary is made when it is first asked for, from the exceptions of its column. */
function cacheSummaries(map: WirePortMap, rows: readonly ChartRow[]): Chart["summaryOf"] {
  const groups = new Map(rows.flatMap((row) => (row.kind === "group" ? [[row.name, new Set(row.members)] as const] : [])));
  const known = new Map<string, WireCell | undefined>();
  return (group, place) => {
    const key = `${group} ${String(place)}`;
    const [members, column] = [groups.get(group), map.columns[place]];
    if (known.has(key) || members === undefined || column === undefined) return known.get(key);
    const counts = new Map<number, number>([[column.cell, members.size]]);
    const add = (cell: number, count: number): void => void counts.set(cell, (counts.get(cell) ?? 0) + count);
    for (const [node, cell] of column.exceptions) {
      if (!members.has(node)) continue;
      add(cell, 1);
      add(column.cell, -1);
    }
    const shown = [...counts].flatMap(([cell, count]) => {
      const found = map.cells[cell];
      return found === undefined || count === 0 ? [] : [{ cell: found, count }];
    });
    known.set(key, summarizeCells(shown));
    return known.get(key);
  };
}

function listMarks(
  rows: readonly ChartRow[],
  columns: readonly ChartColumn[],
  marked: ReadonlySet<string>,
  marks: ReadonlyMap<string, ChartMark["severity"]>,
): readonly ChartMark[] {
  const found = columns.flatMap(({ worst, place }, column) => (worst === null ? [] : [{ column, place }]));
  return rows.flatMap((each, row) => {
    if (each.kind === "group" || !marked.has(each.node.name)) return [];
    const own = found.flatMap(({ column, place }): ChartMark[] => {
      const severity = marks.get(`${each.node.name} ${String(place)}`);
      return severity === undefined ? [] : [{ row, column, severity }];
    });
    return [...own.filter(({ severity }) => severity === "critical"), ...own.filter(({ severity }) => severity === "warning")];
  });
}

/** Rows by group; a folded group, and quiet nodes when they are folded, keep the nodes that have a finding of their own. */
function buildRows(
  map: WirePortMap,
  { rows, folded, foldQuiet, keepsNode, words }: ChartOptions,
  marked: ReadonlySet<string>,
): readonly ChartRow[] {
  const nameOf = (node: MapNode): string =>
    rows === "pool" ? (node.pool ?? words.noPool) : rows === "zone" ? (node.zone ?? words.noZone) : words.allNodes;
  const groups = new Map<string, { readonly node: MapNode; readonly place: number }[]>();
  map.nodes.forEach((node, place) => {
    if (!keepsNode(node)) return;
    const known = groups.get(nameOf(node));
    if (known === undefined) groups.set(nameOf(node), [{ node, place }]);
    else known.push({ node, place });
  });
  return [...groups]
    .sort(([a], [b]) => compareNatural(a, b))
    .flatMap(([name, members]): ChartRow[] => {
      const isFolded = folded.has(name) || foldQuiet;
      const shown = members
        .filter(({ node }) => !isFolded || marked.has(node.name))
        .sort((a, b) => compareNatural(a.node.name, b.node.name));
      return [
        {
          kind: "group",
          name,
          count: words.nodeCount(members.length),
          folded: isFolded,
          members: members.map(({ place }) => place),
          standIn: isFolded ? (members.find(({ node }) => !marked.has(node.name))?.node.name ?? null) : null,
        },
        ...shown.map(({ node, place }): ChartRow => ({ kind: "node", node, place, group: name })),
      ];
    });
}

function buildColumns(
  map: WirePortMap,
  { columns: grouping, bands, words }: ChartOptions,
  severities: (column: MapColumn) => Pick<ChartColumn, "frame" | "worst">,
): { readonly columns: readonly ChartColumn[]; readonly groups: readonly ChartGroup[] } {
  const groupOf = (column: MapColumn): string => {
    if (grouping === "number") return "";
    if (grouping === "namespace") return column.claims[0]?.namespace ?? "";
    // A reservation alone has no band of its own, but stands in one.
    const around = [...bands].find(([, { first, last }]) => first >= 30_000 && column.port >= first && column.port <= last)?.[0];
    return (
      column.band ??
      (column.claims.every(({ kind }) => kind === "reservation") ? around : undefined) ??
      (column.port < 30_000 ? words.host : words.noBand)
    );
  };
  const order = new Map<string, number>();
  const numbered = map.columns.map((column, place) => ({ column, place, name: groupOf(column) }));
  // Bands stand in the order of their first port; what has no band comes last.
  for (const { column, name } of numbered)
    order.set(
      name,
      Math.min(order.get(name) ?? Number.POSITIVE_INFINITY, name === words.noBand ? 1e6 : (bands.get(name)?.first ?? column.port)),
    );
  const sorted = numbered.sort(
    (a, b) =>
      (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
      a.column.port - b.column.port,
  );
  const groups: { name: string; range: string; first: number; count: number }[] = [];
  const columns = sorted.map(({ column, place, name }, index): ChartColumn => {
    let group = groups.at(-1);
    if (group?.name !== name) {
      const band = bands.get(name);
      group = {
        name,
        range: band === undefined ? "" : band.first <= 1 ? `below ${String(band.last + 1)}` : `${String(band.first)}–${String(band.last)}`,
        first: index,
        count: 0,
      };
      groups.push(group);
    }
    group.count += 1;
    const holders = [
      ...new Set(column.claims.filter(({ kind }) => kind !== "reservation").map(({ holder }) => holder.slice(holder.indexOf("/") + 1))),
    ];
    return { column, place, group: groups.length - 1, holder: holders[0] ?? "reserved", ...severities(column) };
  });
  return { columns, groups };
}
