import { compareNatural } from "../basics/order";
import type { Evaluation } from "../model/finding";
import type { Cell, PortMap, PortMapColumn, PortMapNode } from "../model/port-map";
import type { ClientPosition, Route, RouteQuery } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import { resolveAssumptions, type Context, type PortRange } from "../policy/policy";
import { traceRoute } from "../routing/trace";
import { buildAllocations } from "./build-allocations";
import { classifyNodes, indexHostPorts, splitColumn, type ColumnSplit, type MapNode } from "./node-classes";
import { buildCell, createAnswerReader, isHere, isOtherwise, type Answer } from "./port-map-cells";
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
 * Cost:    one trace per column and class of nodes that cannot differ (node-classes.ts), not per cell; cells and exceptions are linear in what differs.
 */
export function buildPortMap(snapshot: Snapshot, context: Context, { from, ports, evaluation }: PortMapOptions): PortMap {
  const records = [...snapshot.nodes.values()].sort((a, b) => compareNatural(a.name, b.name));
  const nodes = classifyNodes(snapshot, context, from, records);
  const { poolLabel } = resolveAssumptions(context.policy, snapshot.cluster);
  const hostPortNodes = indexHostPorts(snapshot);
  const cells = createCellStore();
  const ask = (address: string, node: MapNode, column: ColumnDraft): Route => {
    const query: RouteQuery = { address, port: column.port, protocol: column.protocol, from, node: node.record.name };
    return traceRoute(snapshot, context, query);
  };
  const columns = buildColumns(snapshot, buildAllocations(snapshot, context), ports, evaluation).map((column): PortMapColumn => {
    const split = splitColumn(snapshot, from, column, nodes, hostPortNodes);
    const answers = answerColumn(createAnswerReader(snapshot, column), split, nodes, (address, node) => ask(address, node, column));
    const { port, protocol, claims, band, findings } = column;
    return { port, protocol, claims, band, findings, ...foldColumn(answers, column, nodes, cells.add) };
  });
  return { from, nodes: nodes.map((node) => describeNode(node, poolLabel)), cells: cells.all, columns };
}

/** The answer of a node's primary address, and those of its other addresses, in their order; `differs`: some of these are not the primary's. */
type NodeAnswer = { readonly primary: Answer; readonly others: readonly Answer[]; readonly differs: boolean };

function answerColumn(
  read: (route: Route, node: string) => Answer,
  { alone, byZone }: ColumnSplit,
  nodes: readonly MapNode[],
  ask: (address: string, node: MapNode) => Route,
): readonly NodeAnswer[] {
  const shared = new Map<string, NodeAnswer>();
  const answer = (node: MapNode): NodeAnswer => {
    const [primary, ...others] = node.addresses.map((address) => read(ask(address, node), node.record.name));
    return primary === undefined ? noAddress : { primary, others, differs: others.some((other) => isOtherwise(other, primary)) };
  };
  return nodes.map((node) => {
    if (node.classId === -1 || alone.has(node.record.name)) return answer(node);
    const key = byZone ? `${String(node.classId)} ${node.zone ?? ""}` : String(node.classId);
    const known = shared.get(key) ?? answer(node);
    shared.set(key, known);
    return known;
  });
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
  answers: readonly NodeAnswer[],
  column: ColumnDraft,
  nodes: readonly MapNode[],
  add: (cell: Cell) => number,
): Pick<PortMapColumn, "cell" | "exceptions"> {
  const named = new Set(column.found.flatMap((finding) => finding.nodes));
  const plain = new Map<NodeAnswer, number>();
  const places = nodes.map((node, i) => {
    const answer = answers[i] ?? noAddress;
    if (answer.differs || named.has(node.record.name) || isHere(answer.primary, node.record.name)) return add(cellOf(answer, node, column));
    // Nothing of this node is in its cell: the same as for every such node.
    const known = plain.get(answer) ?? add(cellOf(answer, node, column));
    plain.set(answer, known);
    return known;
  });
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  // Without nodes nothing is asked: the column then shows a cell that no node has.
  let cell = places[0] ?? add(buildCell(noAddress.primary, "", [], []));
  for (const [place, count] of counts) if (count > (counts.get(cell) ?? 0)) cell = place;
  return { cell, exceptions: places.flatMap((place, node) => (place === cell ? [] : [[node, place] as const])) };
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
