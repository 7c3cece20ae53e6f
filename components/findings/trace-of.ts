import type { WireFinding } from "@/lib/wire/schemas";

/** Where the trace of a finding's first port is; null when it is about no port. On one node only: the packet arrives there. */
export function traceOf({ ports, nodes }: Pick<WireFinding, "ports" | "nodes">): Readonly<Record<string, string | null>> | null {
  const [first] = ports;
  if (first === undefined) return null;
  const to = first.protocol === "TCP" ? String(first.port) : `:${String(first.port)}/${first.protocol.toLowerCase()}`;
  return { to, node: nodes[0] ?? null };
}
