import { buildPortMap, unknownKinds, type Cell, type ClientPosition, type PortMap, type ResourceKind, type RouteQuery } from "@/lib/core";
import { encodePortMap } from "@/lib/wire/encode-port-map";
import { findUnknownPosition } from "@/lib/wire/find-unknown-position";
import { parseClientPosition, parsePortRanges } from "@/lib/wire/parse-route-query";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import type { Flags } from "../flags";
import { complainOfGaps, hasGaps, loadClusters, type Loaded } from "../load-clusters";
import { formatTable } from "../print/table";
import { commandError, print, refuseWords } from "../terminal";

export const map: Command = {
  usage: "map [--ports 30000-30100] [--from POSITION]",
  about: "the node and port map",
  formats: ["table", "json"],
  flags: [
    ...sourceFlags,
    { name: "ports", value: "RANGES", about: "only these ports: 30000-30100,31000" },
    { name: "from", value: "POSITION", about: "outside, outside=IP, node/NAME or pod/NAMESPACE/NAME" },
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "map");
    const from = readFrom(flags);
    const text = flags.text("ports");
    const ports = text === null ? null : parsePortRanges(text);
    if (ports !== null && !ports.ok) throw commandError(ports.error.detail, "--ports", "see --help");
    const clusters = await loadClusters(flags, false);
    for (const loaded of clusters) {
      const { snapshot, context, evaluation } = loaded;
      refuseUnknownPosition(loaded, { from, node: null });
      const whole = buildPortMap(snapshot, context, { from, ports: ports === null ? null : ports.value, evaluation });
      const built = { ...whole, columns: whole.columns.filter(({ claims }) => isWanted(claims, flags.all("namespace"))) };
      await print(
        flags.text("output") === "json"
          ? `${JSON.stringify(encodePortMap(built), null, 2)}\n`
          : drawMap(built, unknownKinds(snapshot, ["services", "pods"], null)),
      );
    }
    complainOfGaps(clusters, flags);
    return flags.has("strict") && clusters.some(hasGaps) ? 1 : 0;
  },
};

/** The client position of --from; outside when absent. */
export function readFrom(flags: Flags): ClientPosition {
  const text = flags.text("from");
  if (text === null) return { kind: "outside", address: null };
  const from = parseClientPosition(text);
  if (from.ok) return from.value;
  throw commandError(from.error.detail, "--from", "see --help");
}

/** Ends the command where --from or --node names what the cluster does not have. */
export function refuseUnknownPosition({ name, snapshot }: Loaded, asked: Pick<RouteQuery, "from" | "node">): void {
  const absent = findUnknownPosition(snapshot, asked);
  if (absent !== undefined) throw commandError(absent.detail, name, `check --${absent.field}`);
}

function isWanted(claims: PortMap["columns"][number]["claims"], namespaces: readonly string[]): boolean {
  return namespaces.length === 0 || claims.some(({ namespace }) => namespaces.includes(namespace));
}

// One character for each answer, explained below the map.
const marks = {
  local: "#",
  through: "+",
  owners: "%",
  rejected: "x",
  dropped: "v",
  listener: "o",
  hostPort: "*",
  contested: "/",
  unknown: "?",
  reserved: "r",
  closed: ".",
};

/** As far as a terminal allows: a row for each node, a column for each port. */
function drawMap(built: PortMap, unknown: readonly ResourceKind[]): string {
  if (built.columns.length === 0)
    return unknown.length === 0
      ? "No port is claimed.\n"
      : `No port is known to be claimed; not known everywhere: ${unknown.join(", ")}.\n`;
  const title = (column: PortMap["columns"][number]): string =>
    `${String(column.port)}${column.protocol === "TCP" ? "" : `/${column.protocol}`}`;
  const exceptions = built.columns.map((column) => new Map(column.exceptions));
  const rows = built.nodes.map((node, place) => [
    node.name,
    node.addresses[0] ?? "",
    ...built.columns.map((column, index) => markOf(built.cells[exceptions[index]?.get(place) ?? column.cell])),
  ]);
  const legend = Object.entries({ ...marks, local: "#" })
    .map(([name, mark]) => `${mark} ${legendWords[name as keyof typeof marks]}`)
    .join("   ");
  return `${formatTable([{ title: "NODE" }, { title: "ADDRESS" }, ...built.columns.map((column) => ({ title: title(column), right: true }))], rows)}\n${legend}\n`;
}

const legendWords: Readonly<Record<keyof typeof marks, string>> = {
  local: "answers here",
  through: "through other nodes",
  owners: "several owners",
  rejected: "rejected",
  dropped: "dropped",
  listener: "host listener",
  hostPort: "hostPort",
  contested: "contested",
  unknown: "unknown",
  reserved: "reserved",
  closed: "closed",
};

function markOf(cell: Cell | undefined): string {
  if (cell === undefined) return marks.unknown;
  switch (cell.outcome) {
    case "delivered":
      if (cell.claim === "hostPort") return marks.hostPort;
      return cell.owners.length > 1 ? marks.owners : cell.local > 0 ? marks.local : marks.through;
    case "healthCheck":
      return marks.listener;
    case "closed":
      return cell.claim === "reservation" ? marks.reserved : marks.closed;
    case "elsewhere":
      return marks.closed;
    case "rejected":
    case "dropped":
    case "listener":
    case "contested":
    case "unknown":
      return marks[cell.outcome];
  }
}
