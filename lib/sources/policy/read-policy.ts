// Reads portolan.yaml into core's Policy. Every mistake is named with file, line and column; nothing is guessed. The file is never written.

import { LineCounter, parseAllDocuments } from "yaml";
import {
  emptyPolicy,
  fail,
  inField,
  mistake,
  ok,
  type Allow,
  type ClusterAssumptions,
  type Mistake,
  type Policy,
  type Result,
} from "@/lib/core";
import { explainParser } from "../parser-words";
import { offsetOf, sayPath } from "../yaml-offset";
import { parsePolicy, type WirePolicy } from "@/lib/wire/policy-schema";

/** One mistake; `line` and `column` count from 1. */
export type PolicyError = Mistake & { readonly file: string; readonly line: number; readonly column: number };

/**
 * Input:   the text of a policy file and the name to show for it; `damaged`: it held bytes that are no UTF-8.
 * Returns: the policy, or every mistake in the order of the file. An empty file is a mistake: `version` is missing.
 * Errors:  never throws.
 */
export function readPolicy(text: string, file: string, damaged = false): Result<Policy, readonly PolicyError[]> {
  const lines = new LineCounter();
  const [document, another] = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "silent",
    version: "1.2",
    merge: true,
  });
  const at = (offset: number, says: Mistake): PolicyError => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col), ...says };
  };
  if (text.includes("\u0000")) return fail([at(0, mistake("zero-bytes"))]);
  if (damaged) return fail([at(text.indexOf("\uFFFD"), mistake("not-utf8"))]);
  if (document === undefined) return fail([at(0, inField("version", mistake("version-missing")))]);
  if (document.errors.length > 0) return fail(document.errors.map((error) => at(error.pos[0], explainParser(error))));
  if (another !== undefined) return fail([at(another.range[0], mistake("second-document"))]);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    return fail([at(0, explainParser(cause))]);
  }
  const parsed = parsePolicy(value ?? {});
  if (parsed.ok) return ok(toPolicy(parsed.value));
  return fail(
    parsed.error
      .map(({ path, says }) => ({ offset: offsetOf(document, path), says: inField(sayPath(path), says) }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, says }) => at(offset, says)),
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
