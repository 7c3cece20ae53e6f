import { resolveAssumptions, suggestBands, type Context, type Snapshot } from "@/lib/core";

/**
 * A policy file to start from: what is in the cluster now, as text with remarks.
 *
 * Returns: YAML that readPolicy reads, and under which no claim of today is a new finding.
 */
export function writeStarter(snapshot: Snapshot, context: Context): string {
  const bands = suggestBands(snapshot, context);
  const range = resolveAssumptions(context.policy, snapshot.cluster).nodePortRange;
  const stated = range === null ? "{}" : `{ nodePortRange: ${String(range.first)}-${String(range.last)} }`;
  const lines = bands.map(
    ({ name, kind, ports, allow }) =>
      `  - { name: ${quote(name)}, kind: ${kind}, ports: ${String(ports.first)}-${String(ports.last)}, allow: { namespaces: [${(allow?.namespaces ?? []).map(quote).join(", ")}] } }`,
  );
  return `# Portolan's policy file, written by "portolan init-policy" from the cluster ${JSON.stringify(snapshot.cluster)}.
# Save it as portolan.yaml; it is read again when it changes. docs/portolan.schema.json describes every key to editors.
version: 1

# What no object of the cluster tells: nodePortRange, ephemeralPortRange, proxyMode, nodePortAddresses, clusterCIDR, poolLabel, ...
clusters:
  ${quote(snapshot.cluster)}: ${stated}

# Parts of the port numbers and who may stand there${
    lines.length === 0
      ? `, as (no namespace has a stretch of its own today):
#   - { name: web, kind: nodePort, ports: 30001-30020, owner: web team, allow: { namespaces: [web] } }
bands: []`
      : `. These are the stretches that namespaces use today, with room to grow: give them names and owners.
bands:
${lines.join("\n")}`
  }

# Numbers kept for somebody, as:
#   - { port: 30005, for: "second batch", until: 2027-01-31, ticket: OPS-123, allow: { namespaces: [clearml] } }
reservations: []

# Findings that are meant to be so, as:
#   - { rule: mixed-owners, subject: Service/web/shop, owners: [Deployment/shop, Deployment/shop-canary], reason: "canary", by: "web team", until: 2027-01-31 }
acknowledgements: []

# Ranges that an allocator hands out by itself, as:
#   - { name: agones, kind: hostPort, ports: 7000-8000, allow: { labels: { agones.dev/role: gameserver } } }
blocks: []
`;
}

/** Names of Kubernetes may read as numbers or words of YAML; quoted they are always text. */
function quote(text: string): string {
  return JSON.stringify(text);
}
