// What meets a packet that nobody translated: REJECT and DROP of Services without a usable endpoint, per mode (routing.md 3.1.11, 3.2, R1.4.9).

import { formatObjectRef } from "../model/meta";
import type { ServiceRecord } from "../model/service";
import type { Answer } from "./answer";
import type { Member } from "./claimants";
import { answerOfVerdict, dropBySource, type Scene } from "./node-answers";
import type { NodeView } from "./node-view";
import type { Packet } from "./packet";
import { verdictOf } from "./service-claims";
import { exactKinds, ignoredByProxy } from "./service-rules";
import { addressStep, step, verdictStep } from "./steps";

export function verdictIptables(scene: Scene, barred: readonly Member[]): Answer | undefined {
  const { claims, packet, local } = scene;
  // KUBE-PROXY-FIREWALL is consulted before the REJECTs, and is built only for Services with endpoints.
  const firewalled = barred.find(({ categories }) => categories.hasAny);
  if (firewalled !== undefined) return dropBySource(scene, firewalled);
  const meets = (member: Member): boolean => {
    // Verdicts of cluster IPs stand in FORWARD and OUTPUT, those of external addresses in FORWARD and INPUT (R1.12.3, R1.8.5).
    if (member.claim.kind === "clusterIP") return !local || packet.clientClass === "HOST_LOCAL";
    return local || packet.clientClass !== "HOST_LOCAL";
  };
  // A nodePort's verdict meets every local destination, accepted or not (R1.4.9).
  return answerOfVerdicts(scene, [...claims.exact.filter(meets), ...claims.nodePorts]);
}

export function verdictNftables(scene: Scene): Answer | undefined {
  const { claims, packet, accepted } = scene;
  const nodePorts = accepted ? claims.nodePorts : [];
  const groups = packet.clientClass === "HOST_LOCAL" ? [claims.exact, nodePorts] : [nodePorts, claims.exact];
  for (const group of groups) {
    const verdict = answerOfVerdicts(scene, group);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** Up to 1.32 nftables looked up the verdicts of exact addresses before it translated what the host itself sends (R2.5.4). */
const translatesHostFirstSince = 33;

export function verdictBeforeTranslation(scene: Scene): Answer | undefined {
  const { claims, packet, view } = scene;
  if (view.proxy.minor >= translatesHostFirstSince || packet.clientClass !== "HOST_LOCAL") return undefined;
  return answerOfVerdicts(
    scene,
    claims.exact.filter(({ claim }) => claim.kind !== "clusterIP"),
  );
}

/** The verdict that all members with one share; REJECT and DROP for one destination: nobody knows which rule stands first. */
function answerOfVerdicts(scene: Scene, members: readonly Member[]): Answer | undefined {
  const verdicts = members.flatMap((member) => {
    const outcome = verdictOf(member);
    return outcome === null ? [] : [{ member, outcome }];
  });
  const [first] = verdicts;
  if (first === undefined) return undefined;
  const rival = verdicts.find(({ outcome }) => outcome.kind !== first.outcome.kind);
  if (rival === undefined) return answerOfVerdict(scene, first.member, first.outcome);
  const alternatives = [first, rival].map(({ member, outcome }) => answerOfVerdict(scene, member, outcome));
  return {
    outcome: { kind: "contested", reason: "verdict-order", alternatives, likely: null },
    claim: null,
    affinitySeconds: null,
    steps: [addressStep(scene), ...verdicts.map(({ member, outcome }) => verdictStep(member, outcome.kind, scene.view))],
  };
}

/** R1.12.4: nftables refuses every other port of an active cluster IP. */
export function otherPortOfClusterIP(scene: Scene): Answer | undefined {
  const { world, view, packet } = scene;
  const service = world.snapshot.lookup.servicesByAddress(packet.address).find((each) => isActiveClusterIP(each, view, packet));
  if (service === undefined) return undefined;
  const object = formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name });
  return {
    outcome: { kind: "rejected", reason: "no-endpoints" },
    claim: null,
    affinitySeconds: null,
    steps: [addressStep(scene), step("clusterIPOtherPort", object, "spec.clusterIPs", packet.address)],
  };
}

/**
 * R1.8.4: ipvs binds every address of a Service to an interface of every node, and refuses what no virtual server takes there; also where the address
 * is another node's.
 */
export function otherPortOfBound(scene: Scene): Answer | undefined {
  const { world, view, packet } = scene;
  if (view.local.has(packet.address)) return undefined;
  const service = world.snapshot.lookup
    .servicesByAddress(packet.address)
    .find((each) => exactKinds(each, packet.address).length > 0 && ignoredByProxy(each, packet.family, view.proxy.minor) === null);
  if (service === undefined) return undefined;
  const object = formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name });
  return {
    outcome: { kind: "rejected", reason: "no-endpoints" },
    claim: null,
    affinitySeconds: null,
    steps: [addressStep(scene), step("boundOtherPort", object, "kube-ipvs0", packet.address)],
  };
}

function isActiveClusterIP(service: ServiceRecord, view: NodeView, packet: Packet): boolean {
  return exactKinds(service, packet.address).includes("clusterIP") && ignoredByProxy(service, packet.family, view.proxy.minor) === null;
}
