// Answers of one node, each with the steps that led to it: a Service, a hostPort, a verdict, a drop. Which of them it is, others decide.

import { serviceKey } from "../model/brands";
import { formatObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { RouteStep } from "../model/route";
import type { Answer } from "./answer";
import { deliver, toBackends, toHostPortBackend } from "./backends";
import type { Member } from "./claimants";
import { isDeadLoopback, oldestMapping, type HostPortMapping } from "./host-port";
import type { verdictOf } from "./service-claims";
import { targetsOf, type Claims, type Targets } from "./service-claims";
import { findListeners } from "./sockets";
import {
  addressStep,
  choiceStep,
  claimStep,
  endpointsStep,
  hostPortStep,
  openFlowsStep,
  policyStep,
  serviceName,
  step,
  topologyStep,
  verdictStep,
  type Arrival,
} from "./steps";
import type { World } from "./world";

/** One packet at one node, with all that claims it. `accepted`: NodePorts answer on its destination. `declaring`: the node's pods that declare the number. */
export type Scene = Arrival & {
  readonly world: World;
  readonly accepted: boolean;
  readonly declaring: readonly PodRecord[];
  readonly claims: Claims;
};

export function answerOfService(scene: Scene, member: Member, targets: Targets, uniform = true): Answer {
  const { world, view, packet } = scene;
  const { count, backends, owners, source } = toBackends(world, view, packet, targets, uniform);
  const rivals = scene.claims.exact.length + scene.claims.nodePorts.length - 1;
  return {
    outcome: deliver(backends, targets.policy, targets.fallback, source === undefined ? undefined : false),
    claim: member.claim,
    affinitySeconds: member.affinitySeconds,
    source,
    steps: [
      addressStep(scene),
      claimStep(member, rivals),
      withOwners(endpointsStep(member), owners),
      policyStep(member, targets, view, packet),
      ...topologyStep(member, view),
      choiceStep(member, count),
      ...openFlowsStep(member, packet),
      ...shadowedListeners(scene),
    ],
  };
}

/** Several workloads behind one port: the step says so, since that is what mixes them. */
function withOwners(endpoints: RouteStep, owners: number): RouteStep {
  return owners < 2 ? endpoints : { ...endpoints, detail: { ...endpoints.detail, owners } };
}

export function contestedServices(scene: Scene, members: readonly Member[]): Answer {
  const { view, packet } = scene;
  const alternatives = members.map((member) => {
    const targets = targetsOf(member, view, packet);
    return targets.endpoints.length > 0
      ? answerOfService(scene, member, targets)
      : answerOfVerdict(scene, member, { kind: "dropped", reason: "no-local-endpoints", backends: [] });
  });
  return {
    outcome: { kind: "contested", reason: "same-tuple", alternatives, likely: null },
    claim: null,
    affinitySeconds: null,
    steps: [addressStep(scene), ...members.map((member) => claimStep(member, members.length - 1))],
  };
}

export function answerOfHostPorts(scene: Scene, mappings: readonly HostPortMapping[]): Answer | undefined {
  const { view } = scene;
  const [first] = mappings;
  if (first === undefined) return undefined;
  const winner = oldestMapping(mappings);
  if (winner !== undefined) return answerOfHostPort(scene, winner, mappings.length - 1);
  return {
    outcome: {
      kind: "contested",
      reason: "host-port-order",
      alternatives: mappings.map((mapping) => answerOfHostPort(scene, mapping, mappings.length - 1)),
      likely: null,
    },
    claim: null,
    affinitySeconds: null,
    steps: [addressStep(scene), ...mappings.map((mapping) => hostPortStep(mapping, view, mappings.length - 1))],
  };
}

function answerOfHostPort(scene: Scene, mapping: HostPortMapping, others: number): Answer {
  const { world, view, packet } = scene;
  const backend = toHostPortBackend(world, view, packet, mapping);
  return {
    outcome: isDeadLoopback(packet) ? { kind: "dropped", reason: "loopback", backends: [backend] } : deliver([backend], "hostPort", false),
    claim: { kind: "hostPort", namespace: mapping.pod.namespace, name: mapping.pod.name, port: packet.port },
    affinitySeconds: null,
    steps: [addressStep(scene), hostPortStep(mapping, view, others), ...relayStep(scene, mapping)],
  };
}

export function answerOfNodePortLocal(scene: Scene, { pod, port, ...mapping }: HostPortMapping): Answer {
  const { world, view, packet } = scene;
  return {
    outcome: deliver([toHostPortBackend(world, view, packet, { pod, port, ...mapping })], "hostPort", false),
    claim: { kind: "hostPort", namespace: pod.namespace, name: pod.name, port: packet.port },
    affinitySeconds: null,
    steps: [
      addressStep(scene),
      step(
        "nodePortLocal",
        formatObjectRef({ kind: "Pod", namespace: pod.namespace, name: pod.name }),
        "metadata.annotations[nodeportlocal.antrea.io]",
        String(packet.port),
        {
          containerPort: port.containerPort,
        },
      ),
    ],
  };
}

/** R1.11.4: a pod of k3s' ServiceLB passes on what it gets to its Service; past policy Local, since kube-proxy then sees a pod. */
function relayStep({ world }: Scene, { pod }: HostPortMapping): readonly RouteStep[] {
  const name = pod.labels["svccontroller.k3s.cattle.io/svcname"];
  const namespace = pod.labels["svccontroller.k3s.cattle.io/svcnamespace"];
  if (name === undefined || namespace === undefined) return [];
  const service = world.snapshot.services.get(serviceKey(namespace, name));
  const policy = service?.externalTrafficPolicy ?? null;
  return [
    step("serviceLB", formatObjectRef({ kind: "Service", namespace, name }), "spec.externalTrafficPolicy", policy, {
      isLocal: policy === "Local",
    }),
  ];
}

export function answerOfVerdict(scene: Scene, member: Member, outcome: NonNullable<ReturnType<typeof verdictOf>>): Answer {
  const { view, packet } = scene;
  const policy = member.isLocal ? [policyStep(member, { policy: "local", shortCircuit: false }, view, packet)] : [];
  return {
    outcome,
    claim: member.claim,
    affinitySeconds: null,
    steps: [
      addressStep(scene),
      claimStep(member, scene.claims.exact.length + scene.claims.nodePorts.length - 1),
      endpointsStep(member),
      ...policy,
      verdictStep(member, outcome.kind, view),
      ...shadowedListeners(scene),
    ],
  };
}

/** Listeners of the node on a number that a Service takes: translation comes before sockets (R3.1.3). */
function shadowedListeners({ packet, local, declaring }: Scene): readonly RouteStep[] {
  if (!local || declaring.length === 0) return [];
  return findListeners(declaring, packet).map((pod) =>
    step("listenerShadowed", formatObjectRef(pod), "spec.containers[].ports[].hostPort", String(packet.port)),
  );
}

export function dropBySource(scene: Scene, member: Member): Answer {
  return {
    outcome: { kind: "dropped", reason: "source-range", backends: [] },
    claim: member.claim,
    affinitySeconds: null,
    steps: [
      addressStep(scene),
      claimStep(member, 0),
      step("sourceRangeDrop", member.object, "spec.loadBalancerSourceRanges", member.service.loadBalancerSourceRanges.join(","), {
        source: scene.packet.source ?? "",
      }),
    ],
  };
}

/** A proxy whose rules are not modelled: never answered by another one's. */
export function unsupported(scene: Scene, ignored: Claims["ignored"], hostPorts: readonly HostPortMapping[]): Answer {
  const { world, view, packet, claims } = scene;
  const [member] = [...claims.exact, ...claims.nodePorts];
  const isCilium = view.proxy.other === "Cilium" || view.proxy.other === "GKE Dataplane V2";
  // Cilium binds node ports itself, so that such a listener cannot start, and wants hostPorts outside of the range.
  const refused = isCilium && claims.nodePorts.length > 0 ? findListeners(scene.declaring, packet) : [];
  const misplaced = isCilium && member !== undefined ? hostPorts : [];
  return {
    outcome: { kind: "unknown", reason: "proxy-unsupported", alternatives: [] },
    claim: member?.claim ?? null,
    affinitySeconds: null,
    steps: [
      addressStep(scene),
      ...(member === undefined ? [] : [claimStep(member, 0), endpointsStep(member)]),
      ...hostPorts.map((mapping) => hostPortStep(mapping, view, hostPorts.length - 1)),
      ...ignored.map(({ service, why }) => step("label", serviceName(service), why.field, why.value)),
      ...refused.map((pod) => step("bindRefused", formatObjectRef(pod), "spec.containers[].ports[].hostPort", String(packet.port))),
      ...misplaced.map(({ pod }) =>
        step("hostPortInRange", formatObjectRef({ kind: "Pod", namespace: pod.namespace, name: pod.name }), null, String(packet.port)),
      ),
      ...(packet.protocol === "TCP" ? world.snapshot.lookup.servicesByHealthCheckNodePort(packet.port) : []).map((service) =>
        step("healthCheckPort", serviceName(service), "spec.healthCheckNodePort", String(packet.port)),
      ),
      step("otherProxy", `Node/${view.name}`, "proxy", view.proxy.label),
    ],
  };
}
