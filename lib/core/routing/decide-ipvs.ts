// ipvs: virtual servers instead of rules, so that another order and another Local apply (routing.md 2.5, 3.3).

import { deliver } from "./backends";
import type { Answer } from "./answer";
import type { Member } from "./claimants";
import { answerOfService, answerOfVerdict, dropBySource, type Scene } from "./node-answers";
import type { Targets } from "./service-claims";
import { addressStep, claimStep } from "./steps";

/** ipvs: the first matching group ends the search, even without targets; hostPort stands between exact addresses and NodePorts (R3.3). */
export function decideIpvs(scene: Scene, barred: readonly Member[], hostPort: Answer | undefined): Answer | undefined {
  const { claims, accepted, view, packet, local } = scene;
  if (barred[0] !== undefined) return dropBySource(scene, barred[0]);
  const nodePorts = accepted && local ? claims.nodePorts : [];
  if (claims.exact.length > 0) {
    // Equal keys are one virtual server: whoever was processed last holds it, even with no endpoint (R3.1.7, R3.3.4).
    const rivals = view.local.has(packet.address)
      ? [...claims.exact, ...nodePorts.filter(({ port }) => port.nodePort === packet.port)]
      : claims.exact;
    return ipvsAnswer(scene, rivals);
  }
  if (hostPort !== undefined) return markedHostPort(hostPort, nodePorts);
  return nodePorts.length === 0 ? undefined : ipvsAnswer(scene, nodePorts);
}

/** R3.3.2: the masquerade mark of a Cluster NodePort is set before the hostPort translates. */
function markedHostPort(hostPort: Answer, nodePorts: readonly Member[]): Answer {
  if (hostPort.outcome.kind !== "delivered" || !nodePorts.some((member) => !member.isLocal)) return hostPort;
  return {
    ...hostPort,
    outcome: { ...hostPort.outcome, backends: hostPort.outcome.backends.map((backend) => ({ ...backend, source: "masqueraded" })) },
  };
}

function ipvsAnswer(scene: Scene, members: readonly Member[]): Answer {
  const answers = members.map((member) => ipvsMember(scene, member));
  const [first] = answers;
  if (answers.length === 1 && first !== undefined) return first;
  return {
    outcome: { kind: "contested", reason: "same-tuple", alternatives: answers, likely: null },
    claim: null,
    affinitySeconds: null,
    steps: [addressStep(scene), ...members.map((member) => claimStep(member, members.length - 1))],
  };
}

// Schedulers whose shares the objects do not tell.
const unevenSchedulers = new Set(["dh", "lblc", "lblcr", "fo", "ovf"]);

function ipvsMember(scene: Scene, member: Member): Answer {
  const { view, packet } = scene;
  const { categories, claim, isLocal } = member;
  const useLocal = isLocal && categories.local.length > 0;
  const endpoints = useLocal ? categories.local : isLocal && claim.kind === "clusterIP" ? [] : categories.cluster;
  if (endpoints.length === 0) return answerOfVerdict(scene, member, { kind: "rejected", reason: "no-endpoints" });
  const targets: Targets = {
    endpoints,
    categories,
    snat: claim.kind === "clusterIP" ? view.podSources[packet.family] !== null && packet.clientClass !== "POD" : !isLocal,
    policy: useLocal ? "local" : "cluster",
    fallback: useLocal ? categories.localFallback : categories.clusterFallback,
    shortCircuit: false,
  };
  const answer = answerOfService(scene, member, targets, !unevenSchedulers.has(view.proxy.ipvsScheduler));
  // Unmasqueraded to another node: the reply of an outside client's connection bypasses this node.
  if (!isLocal || useLocal || packet.clientClass !== "EXT" || answer.outcome.kind !== "delivered") return answer;
  const backends = answer.outcome.backends.map((backend) => ({ ...backend, replyPathBroken: true }));
  return { ...answer, outcome: deliver(backends, "cluster", targets.fallback) };
}
