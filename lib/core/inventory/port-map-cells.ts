import { compareBy, compareText } from "../basics/order";
import { familyOf } from "../basics/ip";
import { podKey, serviceKey } from "../model/brands";
import type { ClaimKind } from "../model/claim";
import { formatObjectRef, type IPFamily } from "../model/meta";
import type { Owner } from "../model/owner";
import type { Cell } from "../model/port-map";
import type { Backend, Route } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import { resolveGroup, resolveOwner } from "../owners/owner";
import type { ColumnDraft } from "./port-map-columns";
import { findPortEndpoints, type PortEndpoint } from "./usable-endpoints";

/** A route reduced to what cells show, so that nodes with the same route share the work. `key` is equal where the answers are. */
export type Answer = {
  readonly key: string;
  readonly outcome: Cell["outcome"];
  readonly reason: string | null;
  readonly claim: ClaimKind | null;
  readonly owners: readonly (Omit<Cell["owners"][number], "here"> & { readonly nodes: ReadonlySet<string> })[];
  /** Usable backends by node; `ready` is all of them. */
  readonly localByNode: ReadonlyMap<string, number>;
  readonly ready: number;
};

/** Reads routes of one column into answers; remembers the endpoints of the Services it meets. */
export function createAnswerReader(snapshot: Snapshot, column: ColumnDraft): (route: Route, node: string) => Answer {
  const memo = new Map<string, readonly PortEndpoint[]>();
  const usableOf = (route: Route, family: IPFamily | null): readonly PortEndpoint[] => {
    const { claim } = route;
    if (claim === null) return [];
    const key = `${claim.namespace}/${claim.name} ${claim.kind} ${String(family)}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const service = snapshot.services.get(serviceKey(claim.namespace, claim.name));
    const ports = (service?.ports ?? []).filter((port) => {
      if (claim.kind === "healthCheckNodePort") return true;
      return port.protocol === column.protocol && (claim.kind === "nodePort" ? port.nodePort : port.port) === column.port;
    });
    const usable =
      service === undefined
        ? []
        : ports
            .flatMap((port) => findPortEndpoints(snapshot, service, port))
            .filter((each) => each.usable && (family === null || each.family === family));
    memo.set(key, usable);
    return usable;
  };

  return (route, node) => {
    const places = placesOf(snapshot, route, node, usableOf(route, familyOf(route.query.address)));
    const owners = countOwners(snapshot, route, node);
    const answer = {
      outcome: route.outcome.kind,
      reason: "reason" in route.outcome ? route.outcome.reason : null,
      claim: claimOf(route, column),
      owners,
      localByNode: countBy(places),
      ready: route.outcome.kind === "healthCheck" ? countDistinct(usableOf(route, null)) : places.length,
    };
    const key = JSON.stringify([
      answer.outcome,
      answer.reason,
      answer.claim,
      answer.ready,
      owners.map(({ nodes: _nodes, ...owner }) => owner),
    ]);
    return { key, ...answer };
  };
}

/** The cell of one node for an answer that it shares with others. */
export function buildCell(answer: Answer, node: string, differs: readonly string[], findings: readonly string[]): Cell {
  return {
    outcome: answer.outcome,
    reason: answer.reason,
    claim: answer.claim,
    local: answer.localByNode.get(node) ?? 0,
    ready: answer.ready,
    owners: answer.owners.map(({ nodes, ...owner }) => ({ ...owner, here: nodes.has(node) })),
    differs,
    findings,
  };
}

/** The nodes with a backend or owner of the answer, whose cells are not those of other nodes; some more than once. */
export function nodesIn({ localByNode, owners }: Answer): readonly string[] {
  return [...localByNode.keys(), ...owners.flatMap(({ nodes }) => [...nodes])];
}

/**
 * Whether another address of the node answers the same question otherwise. A family that the Service or the client does not have is no answer to it: on dual-stack
 * nodes that would mark every cell of every single-stack Service.
 */
export function isOtherwise(other: Answer, primary: Answer): boolean {
  return other.key !== primary.key && other.reason !== "family-not-served" && other.reason !== "no-address-of-family";
}

/** The nodes of everything usable that the answer could come from, one entry for each; "" where the node is not known. */
function placesOf(snapshot: Snapshot, route: Route, node: string, usable: readonly PortEndpoint[]): readonly string[] {
  const { outcome } = route;
  switch (outcome.kind) {
    case "listener":
      return outcome.pods.map(() => node);
    case "healthCheck":
      return new Array<string>(outcome.localEndpoints).fill(node);
    case "delivered":
      return outcome.policy === "hostPort"
        ? outcome.backends.map((backend) => backend.node ?? "")
        : usable.map(({ nodeName }) => nodeName ?? "");
    case "contested":
    case "unknown":
      return distinctBackends(route).map((backend) => backend.node ?? nodeOfPod(snapshot, backend) ?? "");
    case "rejected":
    case "dropped":
      return usable.map(({ nodeName }) => nodeName ?? "");
    case "closed":
    case "elsewhere":
      return [];
  }
}

/** Who answers, with which share. Backends without a Pod object have no owner. */
function countOwners(snapshot: Snapshot, route: Route, node: string): Answer["owners"] {
  const { outcome } = route;
  if (outcome.kind === "listener") {
    const pods = outcome.pods.flatMap((ref) => snapshot.pods.get(podKey(ref.namespace, ref.name)) ?? []);
    return sortOwners(distinctOwners(pods.map((pod) => ({ owner: resolveOwner(pod), group: resolveGroup(pod), probability: null, node }))));
  }
  const isDecided = outcome.kind === "delivered" || outcome.kind === "dropped";
  const backends = isDecided ? outcome.backends : distinctBackends(route);
  return sortOwners(
    distinctOwners(
      backends.flatMap(({ owner, group, probability, node: place }) =>
        owner === null ? [] : [{ owner, group, probability: isDecided ? probability : null, node: place ?? "" }],
      ),
    ),
  );
}

type Share = { readonly owner: Owner; readonly group: Backend["group"]; readonly probability: number | null; readonly node: string };

function distinctOwners(shares: readonly Share[]): Answer["owners"] {
  const owners = new Map<string, { owner: Owner; group: Backend["group"]; probability: number | null; nodes: Set<string> }>();
  for (const { owner, group, probability, node } of shares) {
    const key = formatObjectRef(owner);
    const known = owners.get(key);
    if (known === undefined) owners.set(key, { owner, group, probability, nodes: new Set([node]) });
    else {
      known.probability = known.probability === null || probability === null ? null : known.probability + probability;
      known.nodes.add(node);
    }
  }
  // Shares are sums of fractions: rounded, so that one third three times is one.
  return [...owners.values()].map(({ owner, group, probability, nodes }) => ({
    kind: owner.kind,
    namespace: owner.namespace,
    name: owner.name,
    group,
    probability: probability === null ? null : Math.min(1, Math.round(probability * 1e9) / 1e9),
    nodes,
  }));
}

function sortOwners(owners: Answer["owners"]): Answer["owners"] {
  return [...owners].sort(
    compareBy(
      (a, b) => (b.probability ?? 0) - (a.probability ?? 0),
      (a, b) => compareText(formatObjectRef(a), formatObjectRef(b)),
    ),
  );
}

/** The backends of all alternatives, each once. */
function distinctBackends(route: Route): readonly Backend[] {
  if (route.outcome.kind !== "contested" && route.outcome.kind !== "unknown") return [];
  const found = new Map<string, Backend>();
  for (const { outcome } of route.outcome.alternatives) {
    if (outcome.kind !== "delivered" && outcome.kind !== "dropped") continue;
    for (const backend of outcome.backends) found.set(`${backend.address} ${String(backend.port)}`, backend);
  }
  return [...found.values()];
}

function nodeOfPod(snapshot: Snapshot, backend: Backend): string | null {
  return backend.pod === null ? null : (snapshot.pods.get(podKey(backend.pod.namespace, backend.pod.name))?.nodeName ?? null);
}

function claimOf(route: Route, column: ColumnDraft): ClaimKind | null {
  if (route.claim !== null) return route.claim.kind === "clusterIP" ? null : route.claim.kind;
  const isFree = route.outcome.kind === "closed" && route.outcome.reason === "unclaimed";
  return isFree && column.rows.some(({ kind }) => kind === "reservation") ? "reservation" : null;
}

function countBy(places: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  counts.delete("");
  return counts;
}

/** A pod that serves several ports of a Service is one endpoint of its health check. */
function countDistinct(endpoints: readonly PortEndpoint[]): number {
  return new Set(endpoints.map(({ address }) => address)).size;
}
