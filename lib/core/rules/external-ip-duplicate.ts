import { compareText } from "../basics/order";
import { findServiceClaims } from "../inventory/service-claims";
import { hasUsableEndpoint } from "../inventory/usable-endpoints";
import { serviceKey } from "../model/brands";
import type { PortOfFinding } from "../model/finding";
import type { ServiceRecord } from "../model/service";
import { recordKey, type Snapshot } from "../model/snapshot";
import { leaveSharedAddress } from "../remedies/leave-address";
import { defineRule } from "./rule";
import { distinctPorts, isPassedOver } from "./support/claimed-ports";
import { surveyServices } from "./support/survey-services";
import { sayList, sayPorts, verb } from "./support/words";

type SharedEvidence = {
  readonly addresses: readonly string[];
  readonly services: readonly {
    readonly name: string;
    readonly kinds: readonly ("externalIP" | "loadBalancerIP")[];
    readonly sharingKey: string | null;
  }[];
};
type Claim = {
  readonly service: ServiceRecord;
  readonly kind: "externalIP" | "loadBalancerIP";
  readonly address: string;
  readonly port: PortOfFinding;
};

/** Two Services on one external or load balancer IP, port and protocol. Source: Service.spec.externalIPs, .status.loadBalancer (routing.md R3.1.7); findings.md F44. */
export const externalIpDuplicate = defineRule<SharedEvidence>({
  id: "external-ip-duplicate",
  severity: "critical",
  needs: ["services", "endpointslices"],
  remedies: [leaveSharedAddress],
  reads: (snapshot) => [
    snapshot.services,
    snapshot.nodes,
    ...sharedClaims(snapshot).flatMap((claims) =>
      claims.map(({ service }) => snapshot.lookup.slicesOfService(serviceKey(service.namespace, service.name))),
    ),
  ],
  *check(snapshot) {
    // Services that share several ports or addresses are one finding.
    const byServices = new Map<string, Claim[]>();
    for (const claims of listShared(snapshot)) {
      const key = [...new Set(claims.map(({ service }) => recordKey(service)))].sort().join("\n");
      const known = byServices.get(key);
      if (known === undefined) byServices.set(key, [...claims]);
      else known.push(...claims);
    }
    for (const claims of byServices.values()) {
      const services = [...new Set(claims.map(({ service }) => service))].sort((a, b) => compareText(recordKey(a), recordKey(b)));
      yield {
        subjects: services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })),
        ports: distinctPorts(claims.map(({ port }) => port)),
        sinceMs: Math.max(...services.map(({ createdAtMs }) => createdAtMs ?? 0)) || null,
        evidence: {
          addresses: [...new Set(claims.map(({ address }) => address))].sort(),
          services: services.map((service) => ({
            name: recordKey(service),
            kinds: [...new Set(claims.filter((claim) => claim.service === service).map(({ kind }) => kind))].sort(),
            sharingKey: service.sharingKey,
          })),
        },
      };
    }
  },
  words: {
    en: {
      title: "Two Services on one address and port",
      why: "A node keeps one Service for an address, port and protocol. Which of several it keeps is chance: it may differ from node to node and change whenever kube-proxy writes its rules anew.",
      fix: "Give one of the Services another address or another port.",
      describe({ addresses, services }, { ports }) {
        const names = sayList(services.map(({ name }) => name));
        const keys = services.flatMap(({ sharingKey }) => sharingKey ?? []);
        const sharing =
          keys.length === 0
            ? ""
            : ` MetalLB's sharing key (${sayList([...new Set(keys)])}) lets Services share an address on different ports, never one port.`;
        return {
          title: `${sayPorts(ports)} on ${sayList(addresses.slice(0, 3))}${addresses.length > 3 ? " …" : ""} ${verb(ports, "belongs", "belong")} to ${String(services.length)} Services`,
          summary: `${names} ${services.length === 2 ? "both" : "all"} have endpoints; each node serves one of them.${sharing}`,
          symptoms: ["connections reach one Service or the other, by node and by time"],
        };
      },
    },
  },
});

/** Claims on one address, port and protocol by more than one Service that has an endpoint there: with one alone the answer is certain. */
function listShared(snapshot: Snapshot): readonly (readonly Claim[])[] {
  return sharedClaims(snapshot).flatMap((claims) => {
    const live = claims.filter(({ service, port }) => hasEndpoint(snapshot, service, port));
    return new Set(live.map(({ service }) => service)).size < 2 ? [] : [live];
  });
}

const shared = new WeakMap<Snapshot["services"], readonly (readonly Claim[])[]>();

/** Claims on one address, port and protocol by more than one Service; kept as long as no Service changes. */
function sharedClaims(snapshot: Snapshot): readonly (readonly Claim[])[] {
  const { services } = snapshot;
  let known = shared.get(services);
  if (known === undefined) {
    const byTuple = Map.groupBy(
      surveyServices(snapshot).addressed.flatMap(claimsOf),
      ({ address, port }) => `${address} ${String(port.port)}/${port.protocol}`,
    );
    known = [...byTuple.values()].filter((claims) => new Set(claims.map(({ service }) => service)).size > 1);
    shared.set(services, known);
  }
  return known;
}

function claimsOf(service: ServiceRecord): readonly Claim[] {
  if (isPassedOver(service)) return [];
  return findServiceClaims(service).flatMap(({ claim }) =>
    claim.kind === "externalIP" || claim.kind === "loadBalancerIP"
      ? [{ service, kind: claim.kind, address: claim.address, port: { port: claim.port, protocol: claim.protocol } }]
      : [],
  );
}

function hasEndpoint(snapshot: Snapshot, service: ServiceRecord, { port, protocol }: PortOfFinding): boolean {
  return service.ports
    .filter((each) => each.port === port && each.protocol === protocol)
    .some((each) => hasUsableEndpoint(snapshot, service, each));
}
