// Reads portolan.yaml into core's Policy. Every mistake is named with file, line and column; nothing is guessed. The file is never written.

import { LineCounter, parseDocument } from "yaml";
import { emptyPolicy, fail, ok, type Allow, type ClusterAssumptions, type Policy, type Result } from "@/lib/core";
import { offsetOf } from "../yaml-offset";
import { policySchema, type WirePolicy } from "@/lib/wire/policy-schema";

/** One mistake; `line` and `column` count from 1. */
export type PolicyError = { readonly file: string; readonly line: number; readonly column: number; readonly message: string };

/**
 * Input:   the text of a policy file and the name to show for it.
 * Returns: the policy, or every mistake in the order of the file. An empty file is a mistake: `version` is missing.
 * Errors:  never throws.
 */
export function readPolicy(text: string, file: string): Result<Policy, readonly PolicyError[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2", merge: true });
  const at = (offset: number, message: string): PolicyError => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col), message };
  };
  if (document.errors.length > 0) return fail(document.errors.map((error) => at(error.pos[0], oneLine(error.message))));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    return fail([at(0, oneLine(cause instanceof Error ? cause.message : String(cause)))]);
  }
  const parsed = policySchema.safeParse(value ?? {});
  if (parsed.success) return ok(toPolicy(parsed.data));
  return fail(
    parsed.error.issues.map((issue) => {
      const path = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])];
      const field = issue.path.map(String).join(".");
      return at(offsetOf(document, path), `${field === "" ? "" : `${field}: `}${oneLine(issue.message)}`);
    }),
  );
}

/** `file:line:column: message`, the form of every mistake for people. */
export function formatPolicyError({ file, line, column, message }: PolicyError): string {
  return `${file}:${String(line)}:${String(column)}: ${message}`;
}

function toPolicy(raw: WirePolicy): Policy {
  return {
    clusters: Object.fromEntries(Object.entries(raw.clusters ?? {}).map(([name, each]) => [name, toAssumptions(each)])),
    bands: (raw.bands ?? []).map(({ name, kind, ports, owner, allow }) => ({
      name,
      kind,
      ports,
      owner: owner ?? null,
      allow: toAllow(allow),
    })),
    reservations: (raw.reservations ?? []).map((each) => ({
      port: each.port,
      kind: each.kind ?? "nodePort",
      node: each.node ?? null,
      protocol: each.protocol ?? null,
      purpose: each.for,
      until: each.until ?? null,
      ticket: each.ticket ?? null,
      allow: toAllow(each.allow),
    })),
    acknowledgements: (raw.acknowledgements ?? []).map((each) => ({ ...each, owners: each.owners ?? null })),
    blocks: (raw.blocks ?? []).map(({ name, kind, ports, allow }) => ({ name, kind, ports, allow: toAllow(allow) })),
    severities: raw.severities ?? emptyPolicy.severities,
    systemPorts: { controlPlane: raw.systemPorts?.controlPlane ?? null, node: raw.systemPorts?.node ?? null },
  };
}

/** `auto` and empty lists mean "not set": what can be read, or the default, applies. */
function toAssumptions(raw: NonNullable<WirePolicy["clusters"]>[string]): ClusterAssumptions {
  return {
    nodePortRange: raw.nodePortRange ?? null,
    proxyMode: raw.proxyMode === undefined || raw.proxyMode === "auto" ? null : raw.proxyMode,
    nodePortAddresses: raw.nodePortAddresses === undefined || raw.nodePortAddresses.length === 0 ? null : raw.nodePortAddresses,
    clusterCIDR: raw.clusterCIDR === undefined || raw.clusterCIDR.length === 0 ? null : raw.clusterCIDR,
    podToNodeMasquerade: raw.podToNodeMasquerade ?? null,
    hostPortImplementation: raw.hostPortImplementation ?? null,
    unlistedNodeAddresses: raw.unlistedNodeAddresses ?? {},
    ephemeralPortRange: raw.ephemeralPortRange ?? null,
    namespaces: raw.namespaces ?? [],
    poolLabel: raw.poolLabel === undefined || raw.poolLabel === "" ? null : raw.poolLabel,
  };
}

function toAllow(raw: { namespaces?: string[] | undefined; labels?: Record<string, string> | undefined } | undefined): Allow | null {
  return raw === undefined ? null : { namespaces: raw.namespaces ?? null, labels: raw.labels ?? null };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
