// Where does address:port/protocol go? The packet's way, node by node (routing.md section 7, `trace`). Everything else in this folder serves this question.

import { familyOf, isLoopbackText, normaliseAddress } from "../basics/ip";
import type { IPFamily } from "../model/meta";
import type { Assumption, Route, RouteOutcome, RouteQuery, RouteStep } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { answerAt } from "./at-node";
import type { Answer } from "./answer";
import { aboutAddress } from "./about-address";
import { commonSource } from "./backends";
import { findClient, onNextNode, type Client } from "./client";
import { missingFor, missingNodes, missingServices, type Missing } from "./missing";
import type { NodeView } from "./node-view";
import type { ClientClass, Packet } from "./packet";
import { step } from "./steps";
import { explainWhyNot } from "./why-not";
import { worldOf, type World } from "./world";

/**
 * The route of one connection.
 *
 * Input:   a query whose address is any text (no address: closed as unclaimed by nobody's node, see Returns), port 1 to 65535; `whyNot` asks about one pod.
 * Returns: a Route; its outcome is `unknown` where the objects that it rests on were not read, `contested` where they do not decide.
 *          `assumptions`: what the API does not say and was taken instead, each with its origin. Backends are sorted by address and port.
 * Errors:  never throws.
 * Source:  routing.md; kube-proxy pkg/proxy; CNI portmap.
 * Cost:    linear in the endpoints of the Services that claim the port; the first call on a snapshot is linear in its nodes.
 */
export function traceRoute(
  snapshot: Snapshot,
  context: Context,
  query: RouteQuery,
  options: { readonly whyNot?: { readonly namespace: string; readonly name: string } } = {},
): Route {
  const world = worldOf(snapshot, context);
  const route = traceIn(world, query);
  const { whyNot } = options;
  return whyNot === undefined ? route : { ...route, whyNot: { pod: whyNot, steps: explainWhyNot(world, route, whyNot) } };
}

function traceIn(world: World, query: RouteQuery): Route {
  const missing = missingNodes(world.snapshot);
  if (missing !== undefined) return unknown(query, null, missing);
  const given = normaliseAddress(query.address);
  const family = familyOf(given);
  if (family === null)
    return finish(
      query,
      null,
      { outcome: { kind: "elsewhere" }, claim: null, affinitySeconds: null, steps: [step("noAddress", null, null, query.address)] },
      [],
    );
  const alias = world.aliasOwner(given);
  // A client inside meets the rules of its own node before anything outside could translate the address.
  const captured = alias === undefined ? undefined : capturedAtHome(world, query, given, family);
  if (captured !== undefined) return captured;
  const translated = alias?.primary[family] ?? null;
  const address = translated ?? given;
  const aliasAssumption: Assumption[] =
    translated === null
      ? []
      : [{ what: "ExternalIP", value: `${given} is translated to ${translated}`, from: `Node/${alias?.node.name ?? ""} status.addresses` }];
  const route = query.from.kind === "outside" ? fromOutside(world, query, address, family) : fromInside(world, query, address, family);
  return aliasAssumption.length === 0 ? route : { ...route, assumptions: [...aliasAssumption, ...route.assumptions] };
}

function fromOutside(world: World, query: RouteQuery, address: string, family: IPFamily): Route {
  const source = query.from.kind === "outside" && query.from.address !== null ? normaliseAddress(query.from.address) : null;
  if (isLoopbackText(address)) return unknownFor(query, "client-loopback", step("loopback", null, null, address));
  const packet = (clientClass: ClientClass): Packet => ({
    address,
    family,
    port: query.port,
    protocol: query.protocol,
    clientClass,
    source,
    clientNode: null,
    masqueradedBefore: false,
    assumeAllowed: null,
  });
  const owners = world.owners(address);
  const receiver = query.node === null ? (owners.length === 1 ? owners[0] : undefined) : world.viewByName(query.node);
  if (receiver !== undefined) return answer(world, query, receiver, packet("EXT")) ?? elsewhere(world, query, receiver);
  // Nobody knows which node gets the packet: every node that may is asked.
  const views = owners.length > 0 ? owners : [...world.snapshot.nodes.values()].map((node) => world.nodeView(node));
  const routes = views.map((view) => answer(world, query, view, packet("EXT")) ?? elsewhere(world, query, view));
  return collapse(query, routes);
}

/** The one answer of all nodes, or `unknown` with one alternative per distinct answer, the first node of each named. */
function collapse(query: RouteQuery, routes: readonly Route[]): Route {
  const distinct = new Map<string, Route>();
  for (const route of routes) {
    const key = JSON.stringify(withoutNode(route));
    if (!distinct.has(key)) distinct.set(key, route);
  }
  const [first, ...rest] = distinct.values();
  if (first === undefined)
    return finish(
      query,
      null,
      { outcome: { kind: "elsewhere" }, claim: null, affinitySeconds: null, steps: [step("noNode", null, null, query.address)] },
      [],
    );
  // All answer alike: what is said of the first holds for none in particular.
  if (rest.length === 0)
    return { ...first, node: null, steps: first.steps.map((each) => (isOfNode(each) ? { ...each, object: null } : each)) };
  return {
    ...first,
    node: null,
    outcome: { kind: "unknown", reason: "nodes-differ", missing: [], alternatives: [first, ...rest] },
    claim: null,
    source: null,
    steps: [step("nodesDiffer", null, null, query.address, { answers: distinct.size })],
  };
}

function isOfNode({ object }: RouteStep): boolean {
  return object?.startsWith("Node/") === true;
}

/** What a route says but for the node that says it and the way there. */
function withoutNode({ outcome, claim }: Route): unknown {
  return "alternatives" in outcome ? [outcome.kind, outcome.reason, claim, outcome.alternatives.map(withoutNode)] : [outcome, claim];
}

function fromInside(world: World, query: RouteQuery, address: string, family: IPFamily): Route {
  const client = findClient(world, query, address, family);
  if ("reason" in client) return unknown(query, null, client);
  if (isLoopbackText(address) && client.isPod) return unknownFor(query, "client-loopback", step("loopback", null, null, address));
  const packet = packetOf(client, query, address, family);
  // The client's own node sees the packet first, also when another node owns the address (R1.8.1).
  const atHome = answer(world, query, client.view, packet);
  if (atHome !== undefined) return atHome;
  const owners = world.owners(address);
  const owner = owners.find((view) => view.name !== client.view.name);
  if (owner === undefined) return elsewhere(world, query, client.view);
  const next = onNextNode(world, client, owner, address);
  return answer(world, query, owner, { ...packet, ...next }) ?? elsewhere(world, query, owner);
}

function packetOf(client: Client, { port, protocol }: RouteQuery, address: string, family: IPFamily): Packet {
  const { clientClass, source, view } = client;
  return {
    address,
    family,
    port,
    protocol,
    clientClass,
    source,
    clientNode: view.name,
    masqueradedBefore: false,
    assumeAllowed: null,
  };
}

/** The answer of the client's own node where a Service takes exactly this address and port (R1.8.1). */
function capturedAtHome(world: World, query: RouteQuery, address: string, family: IPFamily): Route | undefined {
  if (query.from.kind === "outside") return undefined;
  const isTaken = world.snapshot.lookup
    .servicesByAddress(address)
    .some(({ ports }) => ports.some(({ port, protocol }) => port === query.port && protocol === query.protocol));
  const client = isTaken ? findClient(world, query, address, family) : undefined;
  if (client === undefined || "reason" in client) return undefined;
  return answer(world, query, client.view, packetOf(client, query, address, family));
}

/** The Route of one node's answer; undefined when the packet goes on. */
function answer(world: World, query: RouteQuery, view: NodeView, packet: Packet): Route | undefined {
  const found = answerAt(world, view, packet);
  // The packet goes on: an address that no node owns is judged by what was read of it.
  if (found === undefined) return undefined;
  const missing = world.allKnown ? undefined : missingFor(world.snapshot, view, found, claimingNamespaces(world, packet));
  if (missing !== undefined) return unknown(query, view, missing, found);
  return finish(query, view, found, assumptionsOf(world, view, packet, found));
}

/** The namespaces of the known Services that claim the packet's port. */
function claimingNamespaces(world: World, { address, port, protocol }: Packet): readonly string[] {
  const { lookup } = world.snapshot;
  const services = [
    ...lookup
      .servicePortsByNodePort(port)
      .filter(({ service, portIndex }) => service.ports[portIndex]?.protocol === protocol)
      .map(({ service }) => service),
    ...lookup
      .servicesByAddress(address)
      .filter((service) => service.ports.some((each) => each.port === port && each.protocol === protocol)),
    ...lookup.servicesByHealthCheckNodePort(port),
  ];
  return services.map(({ namespace }) => namespace);
}

function elsewhere(world: World, query: RouteQuery, view: NodeView): Route {
  // A Service that was not read may have this address.
  const missing = missingServices(world.snapshot, view);
  if (missing !== undefined) return unknown(query, view, missing);
  const steps = [...aboutAddress(world, query), step("elsewhere", `Node/${view.name}`, "status.addresses", query.address)];
  return finish(query, view, { outcome: { kind: "elsewhere" }, claim: null, affinitySeconds: null, steps }, view.assumptions);
}

function assumptionsOf(world: World, view: NodeView, packet: Packet, found: Answer): readonly Assumption[] {
  const address = assumptionsOfAddress(world, view, packet);
  // Before 1.9.0 its nftables backend took the port of every packet that passed through the node (R1.6.5).
  const usual =
    found.claim?.kind === "hostPort" && view.proxy.hostPortImplementation === "portmap-nftables"
      ? [...address, { what: "portmap", value: "1.9.0 or newer", from: "default (its version is not in the API)" }]
      : address;
  const byPrefix =
    found.claim?.kind === "hostPort" && view.proxy.hostPortImplementation === "portmap-iptables" && packet.clientClass === "POD";
  // Not in the API: which clients portmap masquerades is decided by the prefix that the CNI gave the pod (R1.6.7).
  return byPrefix
    ? [
        ...usual,
        {
          what: "prefix of a pod's address",
          value: (view.proxy.podPrefix.value ? view.node.podCIDRs.join(",") : "") || "the address alone",
          from: view.proxy.podPrefix.value ? `Node/${view.name} spec.podCIDRs` : view.proxy.podPrefix.from,
        },
      ]
    : usual;
}

function assumptionsOfAddress(world: World, view: NodeView, packet: Packet): readonly Assumption[] {
  const origin = world.place(view, packet.address)?.origin;
  if (origin === "bridge")
    return [
      { what: "node address", value: `${packet.address} is the bridge of ${view.name}`, from: `Node/${view.name} spec.podCIDRs` },
      ...view.assumptions,
    ];
  if (origin === "policy")
    return [{ what: "node address", value: `${packet.address} is on ${view.name}`, from: "policy" }, ...view.assumptions];
  return view.assumptions;
}

function finish(query: RouteQuery, view: NodeView | null, found: Answer, assumptions: readonly Assumption[]): Route {
  return {
    query,
    outcome: finishOutcome(query, view, found, assumptions),
    claim: found.claim,
    node: view?.node.name ?? null,
    source: found.source ?? commonSource(found.outcome),
    affinitySeconds: found.affinitySeconds,
    assumptions,
    steps: found.steps,
    whyNot: null,
  };
}

function finishOutcome(query: RouteQuery, view: NodeView | null, found: Answer, assumptions: readonly Assumption[]): RouteOutcome {
  const { outcome } = found;
  if (outcome.kind === "contested")
    return { ...outcome, alternatives: outcome.alternatives.map((each) => finish(query, view, each, assumptions)) };
  if (outcome.kind === "unknown")
    return { ...outcome, missing: [], alternatives: outcome.alternatives.map((each) => finish(query, view, each, assumptions)) };
  return outcome;
}

function unknown(query: RouteQuery, view: NodeView | null, { reason, missing, why }: Missing, found?: Answer): Route {
  const steps: RouteStep[] = missing.map(({ kind, namespaces }) =>
    step("missing", null, kind, namespaces === "all" ? null : namespaces.join(","), { reason }),
  );
  return {
    query,
    outcome: { kind: "unknown", reason, missing, alternatives: [] },
    claim: found?.claim ?? null,
    node: view?.node.name ?? null,
    source: null,
    affinitySeconds: null,
    assumptions: view?.assumptions ?? [],
    steps: [
      ...(found?.steps.filter(({ code }) => code === "address" || code === "claim") ?? []),
      ...(steps.length > 0 ? steps : [why ?? step("noClient", null, null, null, { reason })]),
    ],
    whyNot: null,
  };
}

function unknownFor(query: RouteQuery, reason: Missing["reason"], why: RouteStep): Route {
  return unknown(query, null, { reason, missing: [], why });
}
