// What one node does with one packet: who translates it, what meets it untranslated, which socket gets it (routing.md section 7, `at`).
// An answer, or nothing: then the packet goes on untranslated.

import { toNodeName } from "../model/brands";
import type { RouteStep } from "../model/route";
import type { StepCode } from "../model/step-code";
import { sameOutcome, type Answer } from "./answer";
import type { Member } from "./claimants";
import { decideIpvs } from "./decide-ipvs";
import { findHostPorts, findNodePortLocal, proxyIsYounger, type HostPortMapping } from "./host-port";
import {
  answerOfHostPorts,
  answerOfNodePortLocal,
  answerOfService,
  contestedServices,
  dropBySource,
  unsupported,
  type Scene,
} from "./node-answers";
import { acceptsNodePort, isAddressOfNode, type NodeView } from "./node-view";
import type { Packet } from "./packet";
import { findClaims, targetsOf, type Claims, type Pick } from "./service-claims";
import { answerOfSockets } from "./sockets";
import { step } from "./steps";
import { otherPortOfBound, otherPortOfClusterIP, verdictBeforeTranslation, verdictIptables, verdictNftables } from "./verdicts";
import type { World } from "./world";

/**
 * The node's answer to a packet.
 *
 * Returns: undefined when the destination is not on this node and nothing here captures it.
 * Errors:  never throws.
 * Source:  routing.md sections 1 to 3 and 7; kube-proxy's iptables, nftables and ipvs proxiers; CNI portmap.
 */
export function answerAt(world: World, view: NodeView, packet: Packet): Answer | undefined {
  const answer = answerInMode(world, view, packet);
  const other = world.otherView(view);
  if (other === undefined) return answer;
  // Which of two modes it is was not read: unknown where they differ, and only there.
  const rival = answerInMode(world, other, packet);
  if (answer === undefined && rival === undefined) return undefined;
  const alternatives = [answer ?? passedOn, rival ?? passedOn] as const;
  if (sameOutcome(...alternatives)) return answer;
  return {
    outcome: { kind: "unknown", reason: "proxy-mode", alternatives },
    claim: null,
    affinitySeconds: null,
    steps: [
      ...(answer ?? rival ?? passedOn).steps.slice(0, 2),
      step("modeUnknown", `Node/${view.name}`, "mode", null, { proxy: view.proxy.label }),
    ],
  };
}

/** A packet that the node does not touch. */
const passedOn: Answer = { outcome: { kind: "elsewhere" }, claim: null, affinitySeconds: null, steps: [] };

function answerInMode(world: World, view: NodeView, packet: Packet): Answer | undefined {
  const first = answerWith(world, view, packet, "list");
  if (!first.disputed) return first.answer;
  // Copies of one endpoint disagree and the order of reading decides: contested only where it changes the answer.
  const second = answerWith(world, view, packet, "other");
  if (first.answer === undefined || second.answer === undefined || sameOutcome(first.answer, second.answer)) return first.answer;
  return {
    ...first.answer,
    outcome: { kind: "contested", reason: "duplicate-endpoints", alternatives: [first.answer, second.answer], likely: null },
    steps: [...first.answer.steps, step("duplicates", null, "endpoints[].conditions", null)],
  };
}

function answerWith(
  world: World,
  view: NodeView,
  packet: Packet,
  pick: Pick,
): { readonly answer: Answer | undefined; readonly disputed: boolean } {
  // Nearly always a node's own address: one lookup tells all that is asked of it.
  const place = world.place(view, packet.address);
  const local = place !== undefined || isAddressOfNode(view, packet.address);
  const found = findClaims(world, view, packet, place?.services ?? world.snapshot.lookup.servicesByAddress(packet.address), local, pick);
  const claims = view.proxy.kind === "none" ? { exact: [], nodePorts: [], ignored: [] } : found;
  const declaring = local ? world.snapshot.lookup.podsByHostPort(toNodeName(view.name), packet.port) : [];
  const accepted = place?.accepted ?? (local && acceptsNodePort(view, packet.address));
  const scene: Scene = { world, view, packet, local, place, accepted, declaring, claims };
  const hostPorts = local ? findHostPorts(view, packet, declaring) : [];
  if (view.proxy.kind === "other" && (isClaimed(found, hostPorts) || (local && isHealthCheck(world, packet))))
    return { answer: unsupported(scene, found.ignored, hostPorts), disputed: false };
  const depends = view.proxy.kind === "kubeProxy" && claims.exact.some(({ barred }) => barred === "depends");
  if (depends) return { answer: bothWays(world, view, packet), disputed: false };
  return { answer: decide(scene, hostPorts, found.ignored), disputed: found.disputed };
}

/** Whether another proxy may take the packet. Labels that kube-proxy goes by need not mean anything to it; without a cluster IP of the family there is no Service. */
function isClaimed({ exact, nodePorts, ignored }: Claims, hostPorts: readonly HostPortMapping[]): boolean {
  const byLabel = ignored.some(({ why }) => why.why === "proxy-name" || why.why === "headless-label");
  return exact.length > 0 || nodePorts.length > 0 || hostPorts.length > 0 || byLabel;
}

/** A number that some proxies answer health checks on. */
function isHealthCheck({ snapshot }: World, { port, protocol }: Packet): boolean {
  return protocol === "TCP" && snapshot.lookup.servicesByHealthCheckNodePort(port).length > 0;
}

/** Source ranges decide, and the client's address is not known: both answers, or the one when they agree (R1.9.2). */
function bothWays(world: World, view: NodeView, packet: Packet): Answer | undefined {
  const allowed = answerInMode(world, view, { ...packet, assumeAllowed: true });
  const barred = answerInMode(world, view, { ...packet, assumeAllowed: false });
  if (allowed === undefined || barred === undefined || sameOutcome(allowed, barred)) return allowed;
  return {
    outcome: { kind: "unknown", reason: "client-address", alternatives: [allowed, barred] },
    claim: allowed.claim,
    affinitySeconds: null,
    steps: [
      ...allowed.steps.slice(0, 2),
      step(
        "sourceRanges",
        allowed.claim === null ? null : `Service/${allowed.claim.namespace}/${allowed.claim.name}`,
        "spec.loadBalancerSourceRanges",
        null,
      ),
    ],
  };
}

function decide(scene: Scene, hostPorts: readonly HostPortMapping[], ignored: Claims["ignored"]): Answer | undefined {
  const { view, packet, claims } = scene;
  const { mode } = view.proxy;
  const isProxied = view.proxy.kind === "kubeProxy";
  const barred = claims.exact.filter((member) => member.barred === true);
  // R3.1.10: nftables drops before anything translates.
  if (isProxied && mode === "nftables" && barred[0] !== undefined) return dropBySource(scene, barred[0]);
  const early = isProxied && mode === "nftables" ? verdictBeforeTranslation(scene) : undefined;
  if (early !== undefined) return early;
  const hostPort = answerOfHostPorts(scene, hostPorts);
  if (isProxied && mode === "ipvs")
    return decideIpvs(scene, barred, hostPort) ?? otherPortOfBound(scene) ?? afterTranslation(scene, barred, ignored);
  const service = isProxied ? answerOfServices(scene) : undefined;
  if (service !== undefined && hostPort !== undefined) return serviceOrHostPort(scene, service, hostPort);
  return service ?? hostPort ?? (packet.port > 0 ? afterTranslation(scene, barred, ignored) : undefined);
}

/** Which Service translates, in iptables and nftables mode: exact addresses before NodePorts. */
function answerOfServices(scene: Scene): Answer | undefined {
  const { claims, accepted, view, packet } = scene;
  for (const group of [claims.exact.filter((member) => member.barred !== true), accepted ? claims.nodePorts : []]) {
    const able = group.filter(({ categories }) => categories.hasAny);
    const live = able
      .map((member) => ({ member, targets: targetsOf(member, view, packet) }))
      .filter(({ targets }) => targets.endpoints.length > 0);
    if (view.proxy.mode === "nftables") {
      // The map holds one entry: whoever was written last, also when it has nothing for this client.
      if (able.length > 1) return contestedServices(scene, able);
      const [only] = live;
      if (only !== undefined) return answerOfService(scene, only.member, only.targets);
      if (able.length > 0) return undefined;
    } else {
      // A Service that yields nothing for this client falls through to the next rule.
      const [only] = live;
      if (live.length > 1)
        return contestedServices(
          scene,
          live.map(({ member }) => member),
        );
      if (only !== undefined) return answerOfService(scene, only.member, only.targets);
    }
  }
  return undefined;
}

/** R3.1.1, R3.1.12, R3.2.3: which of the two tables is asked first. */
function serviceOrHostPort(scene: Scene, service: Answer, hostPort: Answer): Answer {
  const { view, world } = scene;
  const { mode, hostPortImplementation } = view.proxy;
  const decided = (code: StepCode): RouteStep =>
    step(code, `Node/${view.name}`, "proxyMode, hostPortImplementation", `${mode}, ${hostPortImplementation}`, {
      service: service.claim === null ? "" : `${service.claim.namespace}/${service.claim.name}`,
    });
  if (mode === "iptables" && (hostPortImplementation === "portmap-iptables" || hostPortImplementation === "crio"))
    return { ...service, steps: [...service.steps, decided("nodePortBeforeHostPort")] };
  if (mode === "nftables" && proxyIsYounger(world, view)) return { ...service, steps: [...service.steps, decided("proxyIsYounger")] };
  const alternatives = [...flatten(hostPort), ...flatten(service)];
  return {
    outcome: { kind: "contested", reason: "chain-order", alternatives, likely: 0 },
    claim: null,
    affinitySeconds: null,
    steps: [...hostPort.steps, ...service.steps.filter(({ code }) => code === "claim"), decided("chainOrder")],
  };
}

function flatten(answer: Answer): readonly Answer[] {
  return answer.outcome.kind === "contested" ? answer.outcome.alternatives : [answer];
}

/** Nobody translated: the proxy's verdicts, then the sockets of the node. */
function afterTranslation(scene: Scene, barred: readonly Member[], ignored: Claims["ignored"]): Answer | undefined {
  const { world, view, packet, local } = scene;
  if (view.proxy.kind === "kubeProxy") {
    const verdict =
      view.proxy.mode === "nftables" ? verdictNftables(scene) : view.proxy.mode === "iptables" ? verdictIptables(scene, barred) : undefined;
    if (verdict !== undefined) return verdict;
    const otherPort =
      view.proxy.mode === "nftables" && (!local || packet.clientClass === "HOST_LOCAL") ? otherPortOfClusterIP(scene) : undefined;
    if (otherPort !== undefined) return otherPort;
  }
  const mapped = local ? findNodePortLocal(world, view, packet) : undefined;
  if (mapped !== undefined) return answerOfNodePortLocal(scene, mapped);
  return local ? answerOfSockets(scene, { ...scene.claims, ignored }) : undefined;
}
