// Compares an engine's route with what a real kube-proxy did with a packet, as e2e/cluster/records/README.md defines it.

import type { Backend, Route } from "@/lib/core";

export type Observed = {
  readonly outcome: "delivered" | "refused" | "timeout" | "mixed";
  readonly backends: Readonly<Record<string, number>>;
  readonly listener: string | null;
  readonly sources: readonly ("preserved" | "masqueraded")[];
  readonly sourceOf?: Readonly<Record<string, "preserved" | "masqueraded">>;
  readonly http?: string;
};

export type Probe = {
  readonly from:
    | { readonly kind: "outside" }
    | { readonly kind: "node"; readonly name: string }
    | { readonly kind: "pod"; readonly namespace: string; readonly name: string };
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  readonly attempts: number;
  readonly contested?: boolean;
  readonly affinity?: boolean;
  readonly observed: Observed;
};

/** Returns: null when they agree, else what differs, in words. */
export function compare(probe: Probe, route: Route): string | null {
  const { outcome } = route;
  if (outcome.kind === "contested" || (outcome.kind === "unknown" && outcome.alternatives.length > 0)) {
    if (probe.contested !== true) return `the objects decide, but the answer is ${outcome.kind}`;
    return outcome.alternatives.some((each) => compare({ ...probe, contested: false }, each) === null)
      ? null
      : "no alternative is what happened";
  }
  const { observed } = probe;
  switch (observed.outcome) {
    case "refused":
      return outcome.kind === "rejected" || outcome.kind === "closed" ? null : `refused, but the answer is ${show(route)}`;
    case "timeout":
      return outcome.kind === "dropped" || outcome.kind === "elsewhere" || isAllOffCluster(route)
        ? null
        : `timed out, but the answer is ${show(route)}`;
    case "delivered":
    case "mixed":
      return compareDelivered(probe, route);
  }
}

function compareDelivered(probe: Probe, route: Route): string | null {
  const { outcome } = route;
  const { observed } = probe;
  if (observed.http !== undefined) {
    const expected =
      outcome.kind === "healthCheck"
        ? `HTTP/1.0 ${outcome.localEndpoints > 0 ? "200 OK" : "503 Service Unavailable"} local=${String(outcome.localEndpoints)}`
        : show(route);
    return expected === observed.http ? null : `${observed.http}, but the answer is ${expected}`;
  }
  const self = text(probe.address, probe.port);
  if (observed.listener !== null && Object.keys(observed.backends).every((each) => each === self)) {
    if (outcome.kind !== "listener") return `the listener ${observed.listener} answered, but the answer is ${show(route)}`;
    return outcome.pods.some((pod) => `${pod.namespace}/${pod.name}` === observed.listener)
      ? null
      : `${observed.listener} listens, but the answer names ${JSON.stringify(outcome.pods)}`;
  }
  if (outcome.kind !== "delivered")
    return `${observed.outcome} to ${Object.keys(observed.backends).join(" ")}, but the answer is ${show(route)}`;
  const reachable = outcome.backends.filter((backend) => !backend.replyPathBroken && !backend.offCluster);
  const broken = outcome.backends.length > reachable.length;
  if (observed.outcome === "mixed" && !broken) return `mixed, but the answer says that all of ${show(route)} can answer`;
  const wanted = new Set(reachable.map((backend) => text(backend.address, backend.port)));
  const offCluster = new Set(
    outcome.backends.filter((backend) => backend.offCluster).map((backend) => text(backend.address, backend.port)),
  );
  const seen = Object.keys(observed.backends).filter((each) => !offCluster.has(each));
  const foreign = seen.filter((each) => !wanted.has(each));
  if (foreign.length > 0) return `reached ${foreign.join(" ")}, which is not in ${show(route)}`;
  const sticky = probe.affinity === true && probe.from.kind !== "outside";
  const unseen = [...wanted].filter((each) => !seen.includes(each));
  if (sticky ? seen.length === 0 : unseen.length > 0) return `never reached ${unseen.join(" ")} of ${show(route)}`;
  return compareSources(observed, reachable, seen);
}

function compareSources(observed: Observed, backends: readonly Backend[], seen: readonly string[]): string | null {
  for (const backend of backends) {
    const place = text(backend.address, backend.port);
    if (!seen.includes(place)) continue;
    const was = observed.sourceOf?.[place] ?? (observed.sources.length === 1 ? observed.sources[0] : undefined);
    if (was !== undefined && was !== backend.source) return `${place} saw the source ${was}, but the answer says ${backend.source}`;
  }
  return null;
}

function isAllOffCluster({ outcome }: Route): boolean {
  return outcome.kind === "delivered" && outcome.backends.every((backend) => backend.offCluster || backend.replyPathBroken);
}

function text(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}

function show({ outcome }: Route): string {
  switch (outcome.kind) {
    case "delivered":
    case "dropped":
      return `${outcome.kind}${"reason" in outcome ? ` ${outcome.reason}` : ""} {${outcome.backends.map((backend) => `${text(backend.address, backend.port)} ${backend.source}${backend.replyPathBroken ? " broken" : ""}`).join(", ")}}`;
    case "closed":
    case "rejected":
    case "unknown":
    case "contested":
      return `${outcome.kind} ${outcome.reason}`;
    case "listener":
    case "healthCheck":
    case "elsewhere":
      return outcome.kind;
  }
}
