// What the header's search understands: 30001, 10.190.1.2:30001, :30001/udp, svc/, pod/, node/, ns/, or any part of a name. Best first.

import {
  describeRoute,
  type Allocation,
  type NodeRecord,
  type PodRecord,
  type Protocol,
  type RouteQuery,
  type ServiceRecord,
} from "@/lib/core";
import { encodeFinding } from "@/lib/wire/encode-finding";
import { encodeRoute } from "@/lib/wire/encode-route";
import { parseRouteTarget } from "@/lib/wire/parse-route-query";
import type { WireSearchResult } from "@/lib/wire/schemas";
import type { DerivedView } from "./views";

const perTypeMax = 50;

/** Returns: results in the order to show them; none for an empty text. */
export function search(derived: DerivedView, text: string): WireSearchResult[] {
  const term = text.trim();
  if (term === "") return [];
  const [prefix, rest] = splitPrefix(term);
  switch (prefix) {
    case "svc":
      return services(derived, rest);
    case "pod":
      return pods(derived, rest);
    case "node":
      return nodes(derived, rest);
    case "ns":
      return namespaces(derived, rest);
    case null:
      return [
        ...routes(derived, term),
        ...findings(derived, term),
        ...services(derived, term),
        ...nodes(derived, term),
        ...pods(derived, term),
        ...namespaces(derived, term),
      ];
  }
}

type Prefix = "svc" | "pod" | "node" | "ns" | null;

function splitPrefix(term: string): readonly [Prefix, string] {
  const match = /^(svc|pod|node|ns)\/(.*)$/.exec(term);
  return match === null ? [null, term] : [match[1] as Prefix, match[2] ?? ""];
}

/** An address with a port is that route; a port alone is the route on the first node that answers on it. */
function routes(derived: DerivedView, term: string): WireSearchResult[] {
  const target = parseRouteTarget(term);
  if (!target.ok) return [];
  const { address, port } = target.value;
  const protocols: Protocol[] = target.value.protocol === null ? protocolsOn(derived.allocations, port) : [target.value.protocol];
  const node = [...derived.view.snapshot.nodes.values()][0];
  const to = address ?? node?.addresses.find(({ type }) => type === "InternalIP")?.address;
  if (to === undefined) return [];
  return protocols.map((protocol) => {
    const query: RouteQuery = { address: to, port, protocol, from: { kind: "outside", address: null }, node: null };
    const route = derived.engine.traceRoute(derived.view.snapshot, derived.context, query);
    const holders = derived.allocations
      .filter((row) => row.port === port && (row.protocol === protocol || row.protocol === "any"))
      .map((row) => `${row.namespace}/${row.holder.name}`);
    return {
      type: "route",
      label: `${formatTarget(to)}:${String(port)}${protocol === "TCP" ? "" : `/${protocol}`}`,
      ...(address === null && holders.length > 0
        ? { detail: [...new Set(holders)].join(", "), facts: null }
        : { detail: describeRoute(route).sentence, facts: { kind: "route", route: encodeRoute(route, []) } }),
      outcome: route.outcome.kind,
      severity: worstSeverity(derived, port, protocol),
      href: `/trace?to=${encodeURIComponent(`${formatTarget(to)}:${String(port)}${protocol === "TCP" ? "" : `/${protocol.toLowerCase()}`}`)}`,
    };
  });
}

function protocolsOn(allocations: readonly Allocation[], port: number): Protocol[] {
  const found = new Set(allocations.filter((row) => row.port === port).map((row) => row.protocol));
  const known = (["TCP", "UDP", "SCTP"] as const).filter((protocol) => found.has(protocol));
  return known.length === 0 ? ["TCP"] : known;
}

function worstSeverity({ evaluation }: DerivedView, port: number, protocol: Protocol): WireSearchResult["severity"] {
  const found = evaluation.findings.filter((finding) => finding.ports.some((each) => each.port === port && each.protocol === protocol));
  return (["critical", "warning", "info"] as const).find((severity) => found.some((finding) => finding.severity === severity)) ?? null;
}

function findings({ view, evaluation }: DerivedView, term: string): WireSearchResult[] {
  const wanted = term.toLowerCase();
  return evaluation.findings
    .filter((finding) => finding.rule.includes(wanted) || finding.title.toLowerCase().includes(wanted))
    .slice(0, perTypeMax)
    .map((finding) => ({
      type: "finding",
      label: finding.title,
      detail: finding.rule,
      outcome: null,
      severity: finding.severity,
      href: `/conflicts?f=${finding.fingerprint}`,
      facts: { kind: "finding", finding: encodeFinding(finding, view.name) },
    }));
}

function services({ view, allocations }: DerivedView, term: string): WireSearchResult[] {
  return best([...view.snapshot.services.values()], term, ({ namespace, name }: ServiceRecord) => `${namespace}/${name}`).map((service) => {
    const ports = allocations.filter(
      (row) => row.holder.kind === "Service" && row.namespace === service.namespace && row.holder.name === service.name,
    );
    return {
      type: "service",
      label: `${service.namespace}/${service.name}`,
      detail: ports.length === 0 ? "claims no port on nodes" : [...new Set(ports.map((row) => String(row.port)))].join(", "),
      outcome: null,
      severity: null,
      href: `/allocations?q=${encodeURIComponent(`ns:${service.namespace} holder:${service.name}`)}`,
      facts: ports.length === 0 ? { kind: "noPort" } : null,
    };
  });
}

/** A pod leads to the first port that reaches it, where there is one. */
function pods({ view, allocations }: DerivedView, term: string): WireSearchResult[] {
  const { snapshot } = view;
  return best([...snapshot.pods.values()], term, ({ namespace, name }: PodRecord) => `${namespace}/${name}`).map((pod) => {
    const holders = new Set(snapshot.lookup.servicesSelecting(pod).map((service) => service.name));
    const row = allocations.find(
      (each) => each.namespace === pod.namespace && each.holder.kind === "Service" && holders.has(each.holder.name),
    );
    const node = pod.nodeName === null ? undefined : [...snapshot.nodes.values()].find(({ name }) => name === pod.nodeName);
    const address = row?.addresses[0] ?? node?.addresses.find(({ type }) => type === "InternalIP")?.address;
    return {
      type: "pod",
      label: `${pod.namespace}/${pod.name}`,
      detail: pod.nodeName === null ? pod.phase : `on ${pod.nodeName}, ${pod.ready ? "ready" : "not ready"}`,
      outcome: null,
      severity: null,
      href:
        row === undefined || address === undefined
          ? `/allocations?q=${encodeURIComponent(pod.name)}`
          : `/trace?to=${encodeURIComponent(`${formatTarget(address)}:${String(row.port)}${row.protocol === "UDP" ? "/udp" : ""}`)}`,
      facts: { kind: "pod", node: pod.nodeName, phase: pod.phase, ready: pod.ready },
    };
  });
}

function nodes({ view }: DerivedView, term: string): WireSearchResult[] {
  const text = ({ name, addresses }: NodeRecord): string => [name, ...addresses.map(({ address }) => address)].join(" ");
  return best([...view.snapshot.nodes.values()], term, text).map((node) => ({
    type: "node",
    label: node.name,
    detail: node.addresses
      .filter(({ type }) => type === "InternalIP")
      .map(({ address }) => address)
      .join(", "),
    outcome: null,
    severity: null,
    href: `/?q=${encodeURIComponent(`node:${node.name}`)}`,
    facts: null,
  }));
}

function namespaces({ view, allocations }: DerivedView, term: string): WireSearchResult[] {
  const names = [...new Set([...view.snapshot.services.values(), ...view.snapshot.pods.values()].map(({ namespace }) => namespace))].sort();
  return best(names, term, (name) => name).map((name) => {
    const count = allocations.filter((row) => row.namespace === name).length;
    return {
      type: "namespace",
      label: name,
      detail: `${String(count)} ${count === 1 ? "allocation" : "allocations"}`,
      outcome: null,
      severity: null,
      href: `/allocations?q=${encodeURIComponent(`ns:${name}`)}`,
      facts: { kind: "allocations", count },
    };
  });
}

/** Those whose text holds the term: whole names first, then names that begin with it, then the rest, each in their own order. */
function best<T>(items: readonly T[], term: string, text: (item: T) => string): T[] {
  const wanted = term.toLowerCase();
  const rank = (item: T): number => {
    const value = text(item).toLowerCase();
    const name = value.slice(value.indexOf("/") + 1);
    if (value === wanted || name === wanted) return 0;
    if (value.startsWith(wanted) || name.startsWith(wanted)) return 1;
    return value.includes(wanted) ? 2 : 3;
  };
  const ranked: T[][] = [[], [], []];
  for (const item of items) ranked[rank(item)]?.push(item);
  return ranked.flat().slice(0, perTypeMax);
}

function formatTarget(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
