import { compareText, sortAllocations, splitNodePortRange, type AllocationSort } from "@/lib/core";
import type { WireAllocation, WireCluster, WireFinding } from "@/lib/wire/schemas";

export type GroupBy = "band" | "namespace" | "kind" | "none";

export type GroupRow = {
  readonly type: "group";
  readonly id: string;
  /** Empty: what belongs to no group; its words are the page's. */
  readonly name: string;
  readonly words: "staticBand" | "dynamicBand" | "noBand" | null;
  readonly range: { readonly first: number; readonly last: number } | null;
  readonly owner: string | null;
  readonly use: { readonly used: number; readonly size: number } | null;
};
export type AllocationRow = {
  readonly type: "allocation";
  readonly id: string;
  readonly row: WireAllocation;
  readonly findings: readonly WireFinding[];
};
export type FreeRow = { readonly type: "free"; readonly id: string; readonly first: number; readonly last: number };
export type ViewRow = GroupRow | AllocationRow | FreeRow;

type ViewInput = {
  /** Every allocation of the cluster: what is used does not depend on the filter. */
  readonly all: readonly WireAllocation[];
  /** Those that the filter keeps, in the API's order. */
  readonly kept: readonly WireAllocation[];
  readonly findings: ReadonlyMap<string, WireFinding>;
  readonly cluster: Pick<WireCluster, "bands" | "nodePortRange"> | null;
  readonly groupBy: GroupBy;
  readonly sort: AllocationSort | null;
  /** Which free numbers of a band to show; null = none. */
  readonly free: ((port: number, band: string | null) => boolean) | null;
};

/**
 * The rows of the table, top to bottom.
 *
 * Returns: with `sort` the allocations alone; grouped by band: policy bands by their first number, each with its free ranges, then the API
 *          server's own bands, then what stands in none.
 */
export function buildViewRows({ all, kept, findings, cluster, groupBy, sort, free }: ViewInput): ViewRow[] {
  const allocationRow = (row: WireAllocation): AllocationRow => ({
    type: "allocation",
    id: row.id,
    row,
    findings: row.findings.flatMap((fingerprint) => findings.get(fingerprint) ?? []),
  });
  if (sort !== null) return sortAllocations(kept, sort).map(allocationRow);
  const rows = kept.map(allocationRow);
  switch (groupBy) {
    case "none":
      return rows;
    case "namespace":
      return groupRows(rows, ({ row }) => row.namespace);
    case "kind":
      return groupRows(rows, ({ row }) => row.kind);
    case "band":
      return bandRows(rows, all, cluster, free);
  }
}

/** Lowest and highest number of each run of free ones, within a range. */
export function freeRanges(
  range: { readonly first: number; readonly last: number },
  used: ReadonlySet<number>,
  wanted: (port: number) => boolean,
): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (let port = range.first; port <= range.last; port += 1) {
    if (used.has(port) || !wanted(port)) continue;
    const run = found.at(-1);
    if (run?.last === port - 1) run.last = port;
    else found.push({ first: port, last: port });
  }
  return found;
}

function groupRows(rows: readonly AllocationRow[], nameOf: (row: AllocationRow) => string): ViewRow[] {
  const groups = collect(rows, nameOf);
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([name, members]): ViewRow[] => [
      { type: "group", id: `group ${name}`, name, words: name === "" ? "noBand" : null, range: null, owner: null, use: null },
      ...members,
    ]);
}

function collect(rows: readonly AllocationRow[], keyOf: (row: AllocationRow) => string): Map<string, AllocationRow[]> {
  const groups = new Map<string, AllocationRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [row]);
    else known.push(row);
  }
  return groups;
}

type BandGroup = Omit<GroupRow, "type" | "id" | "use"> & { readonly key: string; readonly isPolicy: boolean; readonly takesFree: boolean };

function bandRows(
  rows: readonly AllocationRow[],
  all: readonly WireAllocation[],
  cluster: ViewInput["cluster"],
  free: ViewInput["free"],
): ViewRow[] {
  const range = cluster?.nodePortRange ?? null;
  const policyBands = cluster?.bands ?? [];
  const used = new Set(all.filter(({ kind }) => isOfNodePortRange(kind)).map(({ port }) => port));
  const groups: BandGroup[] = [...policyBands]
    .sort((a, b) => a.first - b.first || compareText(a.name, b.name))
    .map((band) => ({
      key: `${band.kind} ${band.name}`,
      name: band.name,
      words: null,
      range: { first: band.first, last: band.last },
      owner: band.owner,
      isPolicy: true,
      takesFree: band.kind === "nodePort",
    }));
  if (range !== null) {
    // Without a policy the API server's own bands are where numbers are free; with one its bands say so.
    const takesFree = !policyBands.some(({ kind }) => kind === "nodePort");
    const bands = splitNodePortRange(range);
    const own = { name: "", owner: null, isPolicy: false, takesFree };
    if (bands.static !== null) groups.push({ ...own, key: "static", words: "staticBand", range: bands.static });
    groups.push({ ...own, key: "dynamic", words: "dynamicBand", range: bands.dynamic });
  }
  groups.push({ key: "none", name: "", words: "noBand", range: null, owner: null, isPolicy: false, takesFree: false });

  const members = collect(rows, ({ row }) => bandKey(row, policyBands, range));
  // A row may name a band that the cluster's description does not have (yet): no row is lost for that.
  const foreign = [...members].flatMap(([key, [first]]): BandGroup[] =>
    groups.some((group) => group.key === key) || first === undefined
      ? []
      : [{ key, name: first.row.band ?? "", words: null, range: null, owner: null, isPolicy: true, takesFree: false }],
  );
  return [...foreign, ...groups].flatMap((group): ViewRow[] => {
    const inside = members.get(group.key) ?? [];
    const frees =
      group.takesFree && free !== null && group.range !== null
        ? freeRanges(group.range, used, (port) => free(port, group.name === "" ? null : group.name))
        : [];
    if (inside.length === 0 && frees.length === 0) return [];
    const { key, name, words, range: ports, owner } = group;
    const use =
      ports === null || !group.isPolicy || !group.takesFree
        ? null
        : { used: [...used].filter((port) => port >= ports.first && port <= ports.last).length, size: ports.last - ports.first + 1 };
    const freeRows = frees.map((each): FreeRow => ({ type: "free", id: `free ${String(each.first)}`, ...each }));
    return [{ type: "group", id: `group ${key}`, name, words, range: ports, owner, use }, ...mergeByPort(inside, freeRows)];
  });
}

/** A reservation carries no band of its own: it belongs where its number does. */
function bandKey(
  row: WireAllocation,
  bands: WireCluster["bands"],
  range: { readonly first: number; readonly last: number } | null,
): string {
  if (row.band !== null) return `${row.kind === "hostPort" || row.kind === "hostNetwork" ? "hostPort" : "nodePort"} ${row.band}`;
  if (!isOfNodePortRange(row.kind)) return "none";
  const band =
    row.kind === "reservation"
      ? bands.find(({ kind, first, last }) => kind === "nodePort" && row.port >= first && row.port <= last)
      : undefined;
  if (band !== undefined) return `nodePort ${band.name}`;
  if (range === null || row.port < range.first || row.port > range.last) return "none";
  return row.port < splitNodePortRange(range).dynamic.first ? "static" : "dynamic";
}

const isOfNodePortRange = (kind: WireAllocation["kind"]): boolean =>
  kind === "nodePort" || kind === "healthCheckNodePort" || kind === "reservation";

function mergeByPort(rows: readonly AllocationRow[], frees: readonly FreeRow[]): ViewRow[] {
  const portOf = (row: AllocationRow | FreeRow): number => (row.type === "free" ? row.first : row.row.port);
  return [...rows, ...frees].sort((a, b) => portOf(a) - portOf(b));
}

/** `key=value, key=value`, as the table and the export spell it. */
export function formatSelector(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}
