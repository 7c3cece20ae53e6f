import { compareBy, compareText } from "../basics/order";
import type { Allocation } from "../model/allocation";
import type { Evaluation, FindingFacts } from "../model/finding";
import type { Protocol } from "../model/meta";
import type { PortMapColumn } from "../model/port-map";
import type { Snapshot } from "../model/snapshot";
import { hasPort } from "../policy/bands";
import type { PortRange } from "../policy/policy";

/** A column before its cells are known. `rows`: the allocations behind it; `found`: the findings on its port, in the evaluation's order. */
export type ColumnDraft = Pick<PortMapColumn, "port" | "protocol" | "claims" | "band" | "findings"> & {
  readonly rows: readonly Allocation[];
  readonly found: readonly FindingFacts[];
};

/**
 * The ports that some claim takes on nodes.
 *
 * Returns: one draft per port and protocol, sorted. externalIP and load balancer IP only where an address is a node's. A reservation of every protocol stands
 *          in each column of its number, or in one of TCP where nobody else claims it.
 */
export function buildColumns(
  snapshot: Snapshot,
  allocations: readonly Allocation[],
  ports: readonly PortRange[] | null,
  evaluation: Pick<Evaluation, "findings">,
): readonly ColumnDraft[] {
  const rows = allocations.filter((row) => (ports === null || ports.some((range) => hasPort(range, row.port))) && isOnNodes(snapshot, row));
  const columns = new Map<string, { readonly port: number; readonly protocol: Protocol; readonly rows: Allocation[] }>();
  const columnOf = (port: number, protocol: Protocol) => {
    const key = `${String(port)}/${protocol}`;
    const known = columns.get(key) ?? { port, protocol, rows: [] };
    columns.set(key, known);
    return known;
  };
  for (const row of rows) if (row.protocol !== "any") columnOf(row.port, row.protocol).rows.push(row);
  for (const row of rows) {
    if (row.protocol !== "any") continue;
    const taken = protocols.filter((protocol) => columns.has(`${String(row.port)}/${protocol}`));
    for (const protocol of taken.length === 0 ? (["TCP"] as const) : taken) columnOf(row.port, protocol).rows.push(row);
  }
  const findingsOn = indexFindings(evaluation.findings);
  return [...columns.values()].sort(compareColumns).map(({ port, protocol, rows: behind }) => {
    const found = findingsOn.get(`${String(port)}/${protocol}`) ?? [];
    return {
      port,
      protocol,
      claims: behind.map(({ kind, namespace, holder }) => ({ kind, namespace, holder: `${holder.kind}/${holder.name}` })),
      band: behind.find(({ band }) => band !== null)?.band ?? null,
      findings: found.map(({ fingerprint }) => fingerprint),
      rows: behind,
      found,
    };
  });
}

const protocols = ["TCP", "UDP", "SCTP"] as const satisfies readonly Protocol[];

const compareColumns = compareBy<{ readonly port: number; readonly protocol: Protocol }>(
  (a, b) => a.port - b.port,
  (a, b) => compareText(a.protocol, b.protocol),
);

function isOnNodes(snapshot: Snapshot, row: Allocation): boolean {
  if (row.kind !== "externalIP" && row.kind !== "loadBalancerIP") return true;
  return row.addresses.some((address) => snapshot.lookup.nodesByAddress(address).length > 0);
}

function indexFindings(findings: readonly FindingFacts[]): ReadonlyMap<string, readonly FindingFacts[]> {
  const index = new Map<string, FindingFacts[]>();
  for (const finding of findings) {
    for (const key of new Set(finding.ports.map(({ port, protocol }) => `${String(port)}/${protocol}`))) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [finding]);
      else known.push(finding);
    }
  }
  return index;
}
