import type { PortRange } from "../policy/policy";
import type { FreeFact } from "./find-free-ports";
import type { ObstacleKind } from "./obstacles";

const obstacles: Readonly<Record<ObstacleKind, readonly [one: string, many: string]>> = {
  claimed: ["is taken", "are taken"],
  reserved: ["is reserved", "are reserved"],
  announced: ["is announced by a running session", "are announced by running sessions"],
  family: ["is a gap in a family of Services", "are gaps in a family of Services"],
  "other-kind": ["is held on a node or by a Service as the other kind", "are held on nodes or by Services as the other kind"],
  wanted: ["is what a workload asks for as a host port", "are what workloads ask for as host ports"],
  block: ["lies where an allocator hands out numbers", "lie where an allocator hands out numbers"],
  system: ["is needed by the machines themselves", "are needed by the machines themselves"],
  ephemeral: ["lies in the nodes' ephemeral range", "lie in the nodes' ephemeral range"],
  band: ["belongs to a band", "belong to bands"],
};
const named: ReadonlySet<ObstacleKind> = new Set(["reserved", "announced", "family", "wanted", "block", "band"]);

/** One fact of a search for free ports in English; the page has its own words for the same facts. */
export function describeFreeFact(fact: FreeFact): string {
  switch (fact.code) {
    case "in-static-band":
      return `in the static band ${formatRange(fact.ports)}, which the API server hands out last`;
    case "in-dynamic-band":
      return `in the dynamic band ${formatRange(fact.ports)}: a Service without a number of its own may be given it first`;
    case "looked-at":
      return fact.kind === "nodePort"
        ? `no Service holds it, nobody reserved it, and no listener is known on ${fact.node ?? "any node"}`
        : `no pod holds it on ${fact.node ?? "any node"}, nobody reserved it, and no Service takes it on the nodes`;
    case "aligned":
      return `blocks of ${String(fact.align)} counted from ${String(fact.from)}`;
    case "skipped": {
      const only = fact.ports.length === 1 && fact.ports[0]?.first === fact.ports[0]?.last;
      const by = named.has(fact.why) && fact.by.length > 0 ? ` (${formatList(fact.by)})` : "";
      return `${formatList(fact.ports.map(formatRange))} ${obstacles[fact.why][only ? 0 : 1]}${by}`;
    }
    case "no-room":
      return fact.count === 1
        ? "no number is free"
        : `no ${String(fact.count)} numbers in a row are free${fact.align > 1 ? " at such a place" : ""}; the longest run is ${String(fact.longest)}`;
    case "unknown":
      return `${fact.missing.join(" and ")} ${fact.namespaces === "all" ? "" : `of ${fact.namespaces.join(", ")} `}could not be read: what they hold is unknown`;
    case "range-unknown":
      return "the service node-port range is unknown: numbers outside of 30000-32767 are in use; state nodePortRange in the policy file";
  }
}

function formatRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${String(first)}-${String(last)}`;
}

function formatList(parts: readonly string[]): string {
  return parts.length <= 4 ? parts.join(", ") : `${parts.slice(0, 3).join(", ")} and ${String(parts.length - 3)} more`;
}
