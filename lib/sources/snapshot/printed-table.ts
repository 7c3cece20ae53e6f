// The tables that `kubectl get -o wide` prints, as the log collections of k3s and RKE2 hold them, brought back to objects of the API as far as a table tells:
// who has which node port, which pods run where, which addresses the nodes have.

import type { ResourceKind } from "@/lib/core";
import type { Raw } from "../kubernetes/slim/read";

type Row = (column: string) => string;

type Table = {
  readonly kind: "nodes" | "pods" | "services";
  /** Columns that make it this table; without them it tells too little. */
  readonly columns: readonly string[];
  readonly read: (row: Row) => Raw;
};

/** What these tables leave out; whatever rests on it stays unknown. */
export const notPrinted: Readonly<Partial<Record<ResourceKind, string>>> = {
  nodes: "labels, taints, pod networks and the second address of a family",
  pods: "labels, container ports, host ports and host network",
  services: "target ports, traffic policies, health-check ports and the second cluster IP",
};

const tables: readonly Table[] = [
  { kind: "services", columns: ["NAMESPACE", "NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)"], read: readService },
  { kind: "pods", columns: ["NAMESPACE", "NAME", "STATUS", "IP", "NODE"], read: readPod },
  { kind: "nodes", columns: ["NAME", "STATUS", "VERSION", "INTERNAL-IP", "EXTERNAL-IP"], read: readNode },
];

const header = /^(NAMESPACE {2,})?NAME {2,}[A-Z].*$/m;

export type PrintedTable = {
  readonly kind: Table["kind"];
  /** An object from one line; null for a line that is no row of the table, undefined for its header and what stands before that. */
  readonly readLine: (line: string) => Raw | null | undefined;
};

/** The table that a text begins with; null where it is none, or one that tells too little. kubectl may print warnings before it. */
export function findTable(start: string): PrintedTable | null {
  const found = header.exec(start)?.[0].trimEnd();
  if (found === undefined) return null;
  const names = found.split(/ {2,}/);
  const table = tables.find(({ columns }) => columns.every((each) => names.includes(each)));
  if (table === undefined) return null;
  const places = placesOf(found, names);
  let isInside = false;
  return {
    kind: table.kind,
    readLine: (line) => {
      if (line.trimEnd() === found) isInside = true;
      else if (isInside) return isRow(line, places) ? table.read((column) => cellOf(line, places, names.indexOf(column))) : null;
      return undefined;
    },
  };
}

function placesOf(line: string, names: readonly string[]): readonly number[] {
  let from = 0;
  return names.map((name) => {
    const place = line.indexOf(name, from);
    from = place + name.length;
    return place;
  });
}

/** Each column begins after a gap, in every row. */
function isRow(line: string, places: readonly number[]): boolean {
  return /^\S/.test(line) && places.every((place) => place === 0 || line[place - 1] === " ") && line.length > (places.at(1) ?? 0);
}

/** "" where nothing stands. */
function cellOf(line: string, places: readonly number[], column: number): string {
  const text = line.slice(places[column], places[column + 1]).trim();
  return text === "<none>" || text === "<pending>" || text === "<unset>" ? "" : text;
}

function readService(row: Row): Raw {
  const type = row("TYPE");
  const addresses = row("EXTERNAL-IP").split(",").filter(Boolean);
  const selector = row("SELECTOR");
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: row("NAMESPACE"), name: row("NAME") },
    spec: {
      type,
      clusterIP: row("CLUSTER-IP"),
      // Of a load balancer the column shows its own addresses first; which of the rest are externalIPs it does not tell.
      ...(type === "LoadBalancer" || type === "ExternalName" ? {} : { externalIPs: addresses }),
      ...(selector === "" ? {} : { selector: Object.fromEntries(selector.split(",").map((pair) => splitAt(pair, "="))) }),
      ports: row("PORT(S)").split(",").filter(Boolean).map(readPort),
    },
    ...(type === "LoadBalancer" ? { status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } } } : {}),
  };
}

/** "80/TCP" or "80:30080/TCP". A port's target is not printed: a name that no container has stands for it. */
function readPort(text: string): Raw {
  const [numbers, protocol] = splitAt(text, "/");
  const [port, nodePort] = splitAt(numbers, ":");
  return { port: Number(port), protocol, targetPort: "?", ...(nodePort === "" ? {} : { nodePort: Number(nodePort) }) };
}

function readPod(row: Row): Raw {
  const status = row("STATUS");
  const [ready, all] = splitAt(row("READY"), "/");
  const phase = phases.find(({ words }) => words.test(status))?.phase ?? "Unknown";
  const ip = row("IP");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: row("NAMESPACE"), name: row("NAME") },
    spec: { nodeName: row("NODE") },
    status: {
      phase,
      reason: status,
      ...(ip === "" ? {} : { podIP: ip }),
      conditions: [{ type: "Ready", status: phase === "Running" && ready === all ? "True" : "False" }],
    },
  };
}

// STATUS is the reason of whatever is worst, and the phase only where there is none.
const phases: readonly { readonly phase: string; readonly words: RegExp }[] = [
  { phase: "Succeeded", words: /^(Completed|Succeeded)$/ },
  { phase: "Failed", words: /^(Failed|Evicted|OutOf\w+)$/ },
  { phase: "Pending", words: /^(Pending|ContainerCreating|PodInitializing|Init:.*)$/ },
  { phase: "Running", words: /^(Running|Terminating|CrashLoopBackOff)$/ },
];

function readNode(row: Row): Raw {
  const name = row("NAME");
  const [ready = "", ...others] = row("STATUS").split(",");
  const addresses = (["InternalIP", "ExternalIP"] as const).map((type) => ({
    type,
    address: row(type === "InternalIP" ? "INTERNAL-IP" : "EXTERNAL-IP"),
  }));
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { unschedulable: others.includes("SchedulingDisabled") },
    status: {
      addresses: addresses.filter(({ address }) => address !== ""),
      conditions: [{ type: "Ready", status: ready === "Ready" ? "True" : ready === "NotReady" ? "False" : "Unknown" }],
      nodeInfo: { kubeletVersion: row("VERSION"), containerRuntimeVersion: row("CONTAINER-RUNTIME") },
    },
  };
}

function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
