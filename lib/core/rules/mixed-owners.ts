import { leadsToSelected } from "../inventory/selected-endpoints";
import { findPortEndpoints, type PortEndpoint } from "../inventory/usable-endpoints";
import { resolveGroup } from "../owners/owner";
import { compareLabels } from "../owners/separating-labels";
import { podKey, serviceKey } from "../model/brands";
import type { Group, Owner } from "../model/owner";
import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { answerLocally } from "../remedies/local-policy";
import { orSay } from "../remedies/or-say";
import { separateOwners } from "../remedies/separate-owners";
import { isExternalLocal } from "../routing/service-rules";
import { exposeOnEveryNode, exposeOnNodes } from "../remedies/expose-on-nodes";
import { layerByGateway } from "../remedies/gateway-access";
import { layerAccess } from "../remedies/layered-access";
import { guardByApiServer, guardByKyverno } from "../remedies/guard-bands";
import { say } from "../remedies/words";
import { defineRule, type Found } from "./rule";
import { representativesOf } from "./support/alike-pods";
import { claimedPortsOf, distinctPorts, hasOwnAddress, isClaimed, isPassedOver, isUnclaiming } from "./support/claimed-ports";
import { isScraped, nameOwners, ownersOfEndpoints, withoutJobs, type PortOwner } from "./support/port-owners";
import { acceptsNodePorts, listProxiedNodes, servesService, type ProxiedNode } from "./support/proxied-nodes";
import { isNewMixture } from "./support/selection-changes";
import { readsOfProxies } from "../inventory/survey-pods";
import { grantPort } from "./support/wanted-numbers";
import { sayList, sayNumber, sayPorts, sayShare, verb } from "./support/words";

type MixedEvidence = {
  readonly service: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly policy: "Cluster" | "Local";
  readonly owners: readonly (Owner & {
    readonly group: Group | null;
    readonly share: number;
    readonly shown: string;
    readonly pods: readonly string[];
    readonly nodes: readonly string[];
  })[];
  /** Labels of the owners' pods, in the order of `owners`; those that separate come first, best first. */
  readonly labels: readonly { readonly key: string; readonly values: readonly (readonly string[])[]; readonly separates: boolean }[];
};

/** The usable endpoints of one port, and whose they are but for Jobs. */
type PortMixture = { readonly owners: readonly PortOwner[]; readonly endpoints: readonly PortEndpoint[] };

/** A Service port whose usable endpoints belong to more than one owner. Source: EndpointSlice; findings.md F01 to F06, F34, F36, F40, F41. */
export const mixedOwners = defineRule<MixedEvidence, Found<MixedEvidence>>({
  id: "mixed-owners",
  severity: "critical",
  about: "selector",
  needs: ["services", "endpointslices", "pods"],
  remedies: orSay(
    "service",
    // Endpoints that no selector made.
    say("service.no-selector"),
    separateOwners,
    exposeOnNodes,
    exposeOnEveryNode,
    answerLocally,
    layerAccess,
    layerByGateway,
    guardByApiServer,
    guardByKyverno,
  ),
  reads: readsOfProxies,
  perService(snapshot, context, service) {
    if (isUnclaiming(service) || isPassedOver(service) || hasOneController(snapshot, service)) return null;
    // A check says who brings the mixture: captures-pods and captured-by-service.
    if (isNewMixture(snapshot, context, service)) return null;
    const mixed = service.ports
      .map((port) => {
        const endpoints = findPortEndpoints(snapshot, service, port).filter(({ usable }) => usable);
        return { port, endpoints, owners: withoutJobs(ownersOfEndpoints(endpoints)) };
      })
      .filter(({ port, owners }) => owners.length > 1 && !isScraped(service, port, owners));
    if (mixed.length === 0) return null;
    const proxied = listProxiedNodes(snapshot, context);
    const serving = proxied.filter((each) => servesService(each, service));
    // Nobody is mixed up where every proxy passes the Service over; where no proxy is seen at all nothing is known.
    if (serving.length === 0 && proxied.length > 0) return null;
    const ports = mixed.map(({ port }) => grantPort(snapshot, context, service, port));
    // Ports may have other owners each: named are all of them, with their shares of the pods behind any of these ports.
    return toFound(serving, service, ports, withoutJobs(ownersOfEndpoints(mixed.flatMap(({ endpoints }) => endpoints))), mixed);
  },
  check: (_snapshot, _context, found) => found,
  words: {
    en: {
      title: "One port reaches several owners",
      why: "A Service sends each connection to any ready pod that its selector matches. When those pods belong to different workloads, clients reach one or the other by chance, and nothing in the cluster reports an error.",
      fix: "Give each owner a Service of its own, with a selector that holds a label which separates them.",
      describe({ service, owners, policy }, { ports, nodes }) {
        const subject = ports.length > 0 ? sayPorts(ports) : service;
        const names = owners.map(({ shown, share }) => `${shown} ${sayShare(share)}`);
        const where =
          policy === "Local"
            ? nodes.length > 0
              ? ` on ${sayList(nodes)}`
              : "; policy Local keeps outside clients apart, clients inside the cluster stay mixed"
            : ", from every node";
        return {
          title: `${subject} ${verb(ports, "reaches", "reach")} ${sayNumber(owners.length)} owners`,
          summary: `${service} selects pods of ${sayList(names)}: each connection lands on one of them by chance${where}.`,
          symptoms: ["a wrong password or a changed host key", "answers of another owner's program", "part of the connections only"],
        };
      },
    },
  },
});

/** Nearly every Service leads to the pods of one controller: then nothing is mixed, whichever of them are usable. */
function hasOneController(snapshot: Snapshot, service: ServiceRecord): boolean {
  const kinds = representativesOf(snapshot.lookup.podsBySelector(service.namespace, service.selector));
  const [one] = kinds;
  if (one !== undefined && kinds.every((each) => sharesController(each, one)) && leadsToSelected(snapshot, service)) return true;
  let first: PodRecord | null = null;
  for (const { endpoints } of snapshot.lookup.slicesOfService(serviceKey(service.namespace, service.name))) {
    for (const { targetRef } of endpoints) {
      if (targetRef?.kind !== "Pod") return false;
      const pod = snapshot.pods.get(podKey(targetRef.namespace, targetRef.name));
      if (pod === undefined) continue;
      first ??= pod;
      if (pod !== first && !sharesController(pod, first)) return false;
    }
  }
  return true;
}

/** Static pods of one node have the node as their controller, and are several owners all the same. */
function sharesController(a: PodRecord, b: PodRecord): boolean {
  if (a.controller === null || b.controller === null || a.controller.kind === "Node") return false;
  return a.controller.kind === b.controller.kind && a.controller.name === b.controller.name && a.namespace === b.namespace;
}

function toFound(
  serving: readonly ProxiedNode[],
  service: ServiceRecord,
  ports: readonly ServicePort[],
  owners: readonly PortOwner[],
  ofPorts: readonly PortMixture[],
): Found<MixedEvidence> {
  const accepting = serving.filter((each) => acceptsNodePorts(each, service));
  const accepted = accepting.length > 0 || serving.length === 0;
  const reached = accepted ? ports.some((port) => isClaimed(service, port)) : hasOwnAddress(service);
  const claimed = distinctPorts(ports.flatMap((port) => claimedPortsOf(service, accepted ? port : { ...port, nodePort: 0 })));
  const local = isExternalLocal(service) && reached;
  const nodes = local
    ? [...new Set(ofPorts.flatMap((each) => nodesWithTwoOwners(hasOwnAddress(service) ? serving : accepting, each)))]
    : [];
  const severity = !reached ? "warning" : local && nodes.length === 0 ? "info" : "critical";
  const shown = nameOwners(owners);
  return {
    severity,
    subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...owners.map(({ owner }) => owner)],
    groups: owners.flatMap(({ pods }) => (pods[0] === undefined ? [] : (resolveGroup(pods[0]) ?? []))),
    ports: claimed,
    nodes,
    sinceMs: sinceWhen(service, owners),
    evidence: {
      service: `${service.namespace}/${service.name}`,
      selector: service.selector ?? {},
      policy: local ? "Local" : "Cluster",
      owners: owners.map(({ owner, group, share, pods }, place) => ({
        ...owner,
        group,
        share,
        shown: shown[place] ?? owner.name,
        pods: pods.map(({ name }) => name),
        nodes: [...new Set(pods.flatMap(({ nodeName }) => nodeName ?? []))].sort(),
      })),
      labels: compareLabels(owners.map(({ pods }) => pods)),
    },
  };
}

/** Under policy Local outside clients are mixed only on a node that has endpoints of two owners; where an endpoint is, its slice says. */
function nodesWithTwoOwners(serving: readonly ProxiedNode[], { owners, endpoints }: PortMixture): readonly string[] {
  const ownerOf = new Map(owners.flatMap((owner) => owner.pods.map((pod) => [pod, owner])));
  const byNode = Map.groupBy(endpoints, ({ nodeName }) => nodeName);
  const ownersOn = (name: string) => new Set(byNode.get(name)?.flatMap(({ pod }) => (pod === null ? [] : (ownerOf.get(pod) ?? []))));
  return serving.flatMap(({ node: { name } }) => (ownersOn(name).size > 1 ? [name] : []));
}

/** When the second owner joined: the mixture began then, or with the Service. */
function sinceWhen(service: ServiceRecord, owners: readonly PortOwner[]): number | null {
  const joined = owners.map(({ pods }) => earliest(pods)).sort((a, b) => a - b);
  const second = joined[1];
  if (second === undefined || !Number.isFinite(second)) return null;
  return Math.max(second, service.createdAtMs ?? second);
}

function earliest(pods: readonly PodRecord[]): number {
  return Math.min(...pods.map(({ readyAtMs }) => readyAtMs ?? Number.POSITIVE_INFINITY));
}
