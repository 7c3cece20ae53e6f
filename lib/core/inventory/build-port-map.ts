import { compareNatural } from "../basics/order";
import { finish, type Steps } from "../basics/steps";
import type { Evaluation } from "../model/finding";
import type { Cell, PortMap, PortMapColumn, PortMapNode } from "../model/port-map";
import type { ClientPosition, RouteQuery } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import { resolveAssumptions, type Context, type PortRange } from "../policy/policy";
import { traceRoute } from "../routing/trace";
import { buildAllocations } from "./build-allocations";
import { classifyNodes, indexHostPorts, splitColumn, type ColumnSplit, type MapNode } from "./node-classes";
import { buildCell, createAnswerReader, isOtherwise, nodesIn, type Answer } from "./port-map-cells";
import { buildColumns, type ColumnDraft } from "./port-map-columns";
import { poolOf } from "./port-map-nodes";

export type PortMapOptions = {
  readonly from: ClientPosition;
  readonly ports: readonly PortRange[] | null;
  readonly evaluation: Pick<Evaluation, "findings">;
};

/**
 * The node × port map: what each node answers on each claimed port, seen from one client position.
 *
 * Input:   `ports` null = every column. The evaluation is of the same snapshot and context.
 * Returns: nodes by name as people count; columns by port and protocol, each with the answer that most nodes give and the nodes that answer otherwise.
 *          A cell answers for the node's primary address, `differs` names its others that answer otherwise; a node without any address is `unknown`, no-address-of-family.
 * Cost:    one trace per column and class of nodes that cannot differ (node-classes.ts), not per cell; all else is linear in the nodes, in the columns and in what differs.
 */
export function buildPortMap(snapshot: Snapshot, context: Context, options: PortMapOptions): PortMap {
  return finish(buildPortMapInSteps(snapshot, context, options));
}

/** The same in steps of one column. */
export function* buildPortMapInSteps(snapshot: Snapshot, context: Context, { from, ports, evaluation }: PortMapOptions): Steps<PortMap> {
  const records = [...snapshot.nodes.values()].sort((a, b) => compareNatural(a.name, b.name));
  const nodes = classifyNodes(snapshot, context, from, records);
  const board = groupNodes(nodes);
  const { poolLabel } = resolveAssumptions(context.policy, snapshot.cluster);
  const hostPortNodes = indexHostPorts(snapshot);
  const cells = createCellStore();
  const columns: PortMapColumn[] = [];
  for (const column of buildColumns(snapshot, buildAllocations(snapshot, context), ports, evaluation)) {
    yield;
    const read = createAnswerReader(snapshot, column);
    const ask = (node: MapNode): NodeAnswer => {
      const [primary, ...others] = node.addresses.map((address) => {
        const query: RouteQuery = { address, port: column.port, protocol: column.protocol, from, node: node.record.name };
        return read(traceRoute(snapshot, context, query), node.record.name);
      });
      return primary === undefined ? noAddress : { primary, others, differs: others.some((other) => isOtherwise(other, primary)) };
    };
    const shown = answerColumn(column, splitColumn(snapshot, from, column, nodes, hostPortNodes), board, ask);
    const { port, protocol, claims, band, findings } = column;
    columns.push({ port, protocol, claims, band, findings, ...foldColumn(shown, column, board, cells.add) });
  }
  return { from, nodes: nodes.map((node) => describeNode(node, poolLabel)), cells: cells.all, columns };
}

/** The answer of a node's primary address, and those of its other addresses, in their order; `differs`: some of these are not the primary's. */
type NodeAnswer = { readonly primary: Answer; readonly others: readonly Answer[]; readonly differs: boolean };

/** Nodes by their places in the map, sorted. `alone` belong to no class; of the groups, of which one is by class and zone, `of` tells a node's own. */
type Board = {
  readonly nodes: readonly MapNode[];
  readonly placeOf: ReadonlyMap<string, number>;
  readonly alone: readonly number[];
  readonly byClass: Grouping;
  readonly byZone: Grouping;
};
type Grouping = { readonly groups: readonly (readonly number[])[]; readonly of: readonly (readonly number[] | undefined)[] };

/** Nodes that show one cell: those of a group but for some, or one node. */
type Shown = { readonly first: number; readonly count: number; readonly answer: NodeAnswer; readonly places: () => readonly number[] };

function groupNodes(nodes: readonly MapNode[]): Board {
  const places = [...nodes.keys()];
  return {
    nodes,
    placeOf: new Map(nodes.map(({ record }, place) => [record.name, place])),
    alone: places.filter((place) => nodes[place]?.classId === -1),
    byClass: groupBy(nodes, ({ classId }) => String(classId)),
    byZone: groupBy(nodes, ({ classId, zone }) => `${String(classId)} ${zone ?? ""}`),
  };
}

function groupBy(nodes: readonly MapNode[], keyOf: (node: MapNode) => string): Grouping {
  const groups = new Map<string, number[]>();
  const of = nodes.map((node, place) => {
    if (node.classId === -1) return undefined;
    const group = groups.get(keyOf(node)) ?? [];
    groups.set(keyOf(node), group);
    group.push(place);
    return group;
  });
  return { groups: [...groups.values()], of };
}

/** Who shows what, by the first node that does. */
function answerColumn(
  column: ColumnDraft,
  { alone, byZone }: ColumnSplit,
  { nodes, placeOf, ...board }: Board,
  ask: (node: MapNode) => NodeAnswer,
): readonly Shown[] {
  const { groups, of } = byZone ? board.byZone : board.byClass;
  const placesOf = (names: Iterable<string>): readonly number[] => [...names].flatMap((name) => placeOf.get(name) ?? []);
  const shown: Shown[] = [];
  const showOne = (place: number, answer: NodeAnswer): void => {
    shown.push({ first: place, count: 1, answer, places: () => [place] });
  };
  const askAt = (place: number): NodeAnswer => {
    const node = nodes[place];
    return node === undefined ? noAddress : ask(node);
  };
  // What is asked or shown by itself, by group: all others of it are alike.
  const apart = new Map<readonly number[] | undefined, Set<number>>();
  const setApart = (place: number): boolean => {
    const members = apart.get(of[place]) ?? new Set();
    apart.set(of[place], members);
    const isNew = !members.has(place);
    members.add(place);
    return isNew;
  };
  for (const place of [...board.alone, ...placesOf(alone)]) if (setApart(place)) showOne(place, askAt(place));
  const named = placesOf(column.found.flatMap((finding) => finding.nodes));
  for (const group of groups) {
    const representative = group.find((place) => apart.get(group)?.has(place) !== true);
    if (representative === undefined) continue;
    const answer = askAt(representative);
    // Something of such a node is in its cell.
    const own = answer.differs ? group : [...named, ...placesOf(nodesIn(answer.primary))];
    for (const place of own) if (of[place] === group && setApart(place)) showOne(place, answer);
    const isPlain = (place: number): boolean => apart.get(group)?.has(place) !== true;
    const first = group.find(isPlain);
    if (first !== undefined)
      shown.push({ first, count: group.length - (apart.get(group)?.size ?? 0), answer, places: () => group.filter(isPlain) });
  }
  return shown.sort((a, b) => a.first - b.first);
}

const noAddress: NodeAnswer = {
  primary: {
    key: "no address",
    outcome: "unknown",
    reason: "no-address-of-family",
    claim: null,
    owners: [],
    localByNode: new Map(),
    ready: 0,
  },
  others: [],
  differs: false,
};

/** The cell that most nodes show, and the places of those that show another one. */
function foldColumn(
  shown: readonly Shown[],
  column: ColumnDraft,
  { nodes }: Board,
  add: (cell: Cell) => number,
): Pick<PortMapColumn, "cell" | "exceptions"> {
  const folded = shown.flatMap(({ first, count, answer, places }) => {
    const node = nodes[first];
    return node === undefined ? [] : { cell: add(cellOf(answer, node, column)), count, places };
  });
  const counts = new Map<number, number>();
  for (const { cell, count } of folded) counts.set(cell, (counts.get(cell) ?? 0) + count);
  // Without nodes nothing is asked: the column then shows a cell that no node has.
  let most = folded[0]?.cell ?? add(buildCell(noAddress.primary, "", [], []));
  for (const [cell, count] of counts) if (count > (counts.get(most) ?? 0)) most = cell;
  const exceptions = folded.flatMap(({ cell, places }) => (cell === most ? [] : places().map((place) => [place, cell] as const)));
  return { cell: most, exceptions: exceptions.sort(([a], [b]) => a - b) };
}

function cellOf({ primary, others }: NodeAnswer, node: MapNode, column: ColumnDraft): Cell {
  const name = node.record.name;
  const differs = node.addresses.slice(1).filter((_address, i) => others[i] !== undefined && isOtherwise(others[i], primary));
  const findings = column.found.filter(({ nodes }) => nodes.length === 0 || nodes.includes(name)).map(({ fingerprint }) => fingerprint);
  return buildCell(primary, name, differs, findings);
}

/** Cells by content: equal ones are one. */
function createCellStore(): { readonly all: Cell[]; readonly add: (cell: Cell) => number } {
  const all: Cell[] = [];
  const places = new Map<string, number>();
  return {
    all,
    add(cell) {
      const key = JSON.stringify(cell);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, all.length);
      all.push(cell);
      return all.length - 1;
    },
  };
}

function describeNode({ record, addresses, proxy, zone }: MapNode, poolLabel: string | null): PortMapNode {
  return {
    name: record.name,
    addresses,
    pool: poolOf(record.labels, poolLabel),
    zone,
    ready: record.ready === "True",
    unschedulable: record.unschedulable,
    proxy,
  };
}
