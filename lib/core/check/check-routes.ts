// Where the packets go before and after: one route for each port that a manifest touches.

import { compareNatural } from "../basics/order";
import { mapInSteps, type Steps } from "../basics/steps";
import { findPodClaims } from "../inventory/pod-claims";
import { findServiceClaims } from "../inventory/service-claims";
import { serviceKey } from "../model/brands";
import type { Protocol } from "../model/meta";
import type { NodeRecord } from "../model/node";
import type { PodRecord } from "../model/pod";
import type { Route, RouteQuery } from "../model/route";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { traceRoute } from "../routing/trace";
import { findTakenNumbers } from "../rules/support/wanted-numbers";
import { isExternalLocal } from "../routing/service-rules";
import { familyOf } from "../basics/ip";
import { findServiceRefusals } from "../claims/api-claims";
import { knowNodePortRange } from "../rules/support/node-port-range";
import { lastOfEach, type CheckScope } from "./check-scope";

export type CheckedRoute = { readonly query: RouteQuery; readonly before: Route; readonly after: Route };

/** Beyond so many routes nobody reads on; a manifest of 500 Services stays below. */
const routesMax = 2000;
/** With the policy Local nodes answer differently: so many of them are asked at most. */
const localNodesMax = 20;

/**
 * The route of each touched port for a client outside, in the cluster as it is and as it would be, one a step.
 *
 * Input:   both snapshots; the manifest.
 * Returns: by address and port: node ports of the manifest's Services, and of those whose pods change, at the first node (with the policy Local at the nodes that answer
 *          differently); their external addresses; host ports of changed pods at their nodes. Empty where no node could be read.
 */
export function* traceTouchedPorts(base: Snapshot, after: Snapshot, context: Context, scope: CheckScope): Steps<readonly CheckedRoute[]> {
  const nodes = [...base.nodes.values()].sort((a, b) => compareNatural(a.name, b.name)).flatMap((node) => addressOf(node) ?? []);
  const [first] = nodes;
  if (first === undefined) return [];
  const queries = new Map<string, RouteQuery>();
  const ask = (address: string, port: number, protocol: Protocol): void => {
    if (queries.size >= routesMax) return;
    queries.set(`${address} ${String(port)} ${protocol}`, {
      address,
      port,
      protocol,
      from: { kind: "outside", address: null },
      node: null,
    });
  };
  for (const service of touchedServices(base, after, scope)) {
    yield;
    const asked = nodes.slice(0, isExternalLocal(service) ? localNodesMax : 1);
    for (const { claim } of findServiceClaims(service)) {
      const protocol = claim.kind === "healthCheckNodePort" ? "TCP" : claim.protocol;
      if ("address" in claim) ask(claim.address, claim.port, protocol);
      else for (const address of asked) ask(address, claim.port, protocol);
    }
  }
  for (const pod of changedPods(base, after)) {
    for (const { node, port, protocol } of findPodClaims(pod)) {
      const address = addressOf(base.nodes.get(node));
      if (address !== undefined) ask(address, port, protocol);
    }
  }
  const refused = refusedNumbers(base, after, context, scope);
  const routes = yield* mapInSteps(queries.values(), (query) => {
    const before = traceRoute(base, context, query);
    return { query, before, after: refused.has(query.port) ? before : traceRoute(after, context, query) };
  });
  return distinctAnswers(routes).sort((a, b) => a.query.port - b.query.port || compareNatural(a.query.address, b.query.address));
}

/** Numbers that the API server does not give to whoever asks for them: their holder goes on, and where there is none nobody answers. */
function refusedNumbers(base: Snapshot, after: Snapshot, context: Context, scope: CheckScope): ReadonlySet<number> {
  const taken = findTakenNumbers(after, scope).flatMap(({ number, leaves }) => (leaves ? [] : [number]));
  const range = knowNodePortRange(base, context)?.range ?? { first: 1, last: 65_535 };
  const wrong = lastOfEach(scope.manifest).flatMap(({ object }) => {
    const service = object.kind === "Service" ? after.services.get(serviceKey(object.namespace, object.name)) : undefined;
    const refusals = service === undefined ? [] : findServiceRefusals(base, service, range);
    return refusals.flatMap(({ code, holder, value }) => (holder === null && code !== "range-full" ? [Number(value)] : []));
  });
  return new Set([...taken, ...wrong]);
}

function addressOf(node: NodeRecord | undefined): string | undefined {
  return node?.addresses.find(({ type, address }) => type === "InternalIP" && familyOf(address) !== null)?.address;
}

/** Services of the manifest and those whose pods change, as they were and as they will be. */
function touchedServices(base: Snapshot, after: Snapshot, { manifest }: CheckScope): readonly ServiceRecord[] {
  const keys = new Set(
    manifest.objects.flatMap(({ object }) => (object.kind === "Service" ? [serviceKey(object.namespace, object.name)] : [])),
  );
  for (const pod of changedPods(base, after))
    for (const { namespace, name } of after.lookup.servicesSelecting(pod)) keys.add(serviceKey(namespace, name));
  return [...keys].flatMap((key) => [base.services.get(key) ?? [], after.services.get(key) ?? []].flat());
}

function changedPods(base: Snapshot, after: Snapshot): readonly PodRecord[] {
  const gone = [...base.pods].flatMap(([key, pod]) => (after.pods.has(key) ? [] : [pod]));
  return [...[...after.pods].flatMap(([key, pod]) => (base.pods.get(key) === pod ? [] : [pod])), ...gone];
}

/** Nodes that answer alike, before and after, are told once. */
function distinctAnswers(routes: readonly CheckedRoute[]): CheckedRoute[] {
  const seen = new Map<string, CheckedRoute>();
  for (const route of routes) {
    const { query, before, after } = route;
    const key = JSON.stringify([query.port, query.protocol, before.claim, before.outcome, after.claim, after.outcome]);
    if (!seen.has(key)) seen.set(key, route);
  }
  return [...seen.values()];
}
