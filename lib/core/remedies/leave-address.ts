// A Service gives up an address of its own that another Service, or a node, has too. Where that was its only door to the outside it is given nodePorts.

import { normaliseAddress } from "../basics/ip";
import { fail, ok, type Result } from "../basics/result";
import { findServiceClaims } from "../inventory/service-claims";
import type { Protocol } from "../model/meta";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import type { Context } from "../policy/policy";
import { assemble, listNames, patchCommand } from "./documents";
import { isStaticNumber, pickNumbers, sayNoNumber } from "./free-numbers";
import type { Remedy, RemedySubject, RemedyWriter } from "./remedy";
import { doorsOf, subjectServices } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say, type Saying } from "./words";

type Claim = {
  readonly service: ServiceRecord;
  readonly kind: "externalIP" | "loadBalancerIP";
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
};
type Move = { readonly service: ServiceRecord; readonly after: ServiceRecord; readonly given: readonly string[] };

/** Of several Services on one address the one that a load balancer's controller gave it keeps it, else the oldest. */
export const leaveSharedAddress = writer((_snapshot, claims) => {
  const shared = [...Map.groupBy(claims, ({ address, port, protocol }) => `${address} ${String(port)}/${protocol}`).values()].filter(
    (each) => new Set(each.map(({ service }) => service)).size > 1,
  );
  const kept = shared.flatMap((each) => [...new Set(each.filter(isOfBalancer).map(({ service }) => service))]);
  const [keeper] = [
    ...new Set(kept),
    ...[...new Set(shared.flat().map(({ service }) => service))].sort(
      (a, b) => (a.createdAtMs ?? Number.MAX_SAFE_INTEGER) - (b.createdAtMs ?? Number.MAX_SAFE_INTEGER),
    ),
  ];
  return shared.flat().filter(({ service }) => service !== keeper);
});

/** What a node answers on its own address is the node's. */
export const leaveNodeAddress = writer(({ lookup }, claims, { nodes }) =>
  claims.filter(({ address }) => lookup.nodesByAddress(address).some(({ name }) => nodes.includes(name))),
);

function writer(whoLeaves: (snapshot: Snapshot, claims: readonly Claim[], finding: RemedySubject) => readonly Claim[]): RemedyWriter {
  return {
    kind: "service",
    variant: null,
    plan(snapshot, context, finding) {
      const wanted = new Set(finding.ports.map(({ port, protocol }) => `${String(port)}/${protocol}`));
      const claims = subjectServices(snapshot, finding).flatMap((service) =>
        findServiceClaims(service).flatMap(({ claim }): readonly Claim[] =>
          (claim.kind === "externalIP" || claim.kind === "loadBalancerIP") && wanted.has(`${String(claim.port)}/${claim.protocol}`)
            ? [{ service, kind: claim.kind, address: claim.address, port: claim.port, protocol: claim.protocol }]
            : [],
        ),
      );
      const leaving = whoLeaves(snapshot, claims, finding);
      const fixed = [...new Set(leaving.filter(isOfBalancer).map(({ service }) => nameOf(service)))].sort();
      if (fixed.length > 0) return fail(say("address.balancer", { services: listNames(fixed) }));
      const moves: Move[] = [];
      const taken = new Set<number>();
      for (const [service, own] of Map.groupBy(leaving, (each) => each.service)) {
        const move = planMove(snapshot, context, service, new Set(own.map(({ address }) => address)), taken);
        if (!move.ok) return move;
        moves.push(move.value);
      }
      return moves.length === 0 ? fail(null) : ok(() => write(snapshot, context, finding, moves, leaving));
    },
  };
}

function planMove(
  snapshot: Snapshot,
  context: Context,
  service: ServiceRecord,
  given: ReadonlySet<string>,
  taken: Set<number>,
): Result<Move, Saying> {
  const externalIPs = service.externalIPs.filter((ip) => !given.has(normaliseAddress(ip)));
  const after = { ...service, externalIPs };
  if (service.type !== "ClusterIP" || externalIPs.length > 0) return ok({ service, after, given: [...given] });
  const count = service.ports.length;
  const picked = pickNumbers(snapshot, context, "nodePort", service, null, count, taken);
  if (picked === null) return fail(sayNoNumber(snapshot, context, count));
  for (const number of picked.numbers) taken.add(number);
  const ports = service.ports.map((port, place) => ({ ...port, nodePort: picked.numbers[place] ?? 0 }));
  return ok({ service, after: { ...after, type: "NodePort", ports }, given: [...given] });
}

function write(snapshot: Snapshot, context: Context, finding: RemedySubject, moves: readonly Move[], leaving: readonly Claim[]): Remedy {
  const added = moves.flatMap(({ service, after }) => (after.type === service.type ? [] : after.ports));
  const dynamic = added.filter(({ nodePort }) => !isStaticNumber(snapshot, context, nodePort));
  return {
    kind: "service",
    variant: null,
    title: say("address.title"),
    lasting: true,
    gains: moves.map(({ service, given }) => say("address.gain", { addresses: listNames(given), service: nameOf(service) })),
    costs: [
      ...moves.map(({ service, after, given }) =>
        say("address.move", {
          service: nameOf(service),
          before: listNames(given),
          after: listNames([...doorsOf(after), ...after.ports.filter(({ nodePort }) => nodePort > 0).map(portOf)]),
        }),
      ),
      ...(dynamic.length === 0 ? [] : [say("number.dynamic", { numbers: listNames(dynamic.map(portOf)) })]),
      say("flows.stay"),
      ...moves.flatMap(({ service }) => {
        const tool = managerOf(service);
        const object = `Service ${nameOf(service)}`;
        return [...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]), say("apply.annotations", { object })];
      }),
    ],
    steps: [
      say("step.apply-or", { command: moves.map(({ service, after }) => patch(service, after)).join("; ") }),
      say("step.tell", { fingerprint: finding.fingerprint, kind: "service" }),
    ],
    wayBack: say("address.back", { command: moves.map(({ service, after }) => patch(after, service)).join("; ") }),
    ...assemble(moves.map(({ service, after }) => ({ before: writeService(service), after: writeService(after, service) }))),
    endpoints: moves.flatMap(({ service, after }) =>
      after.ports
        .filter(({ port, protocol }) =>
          leaving.some((each) => each.service === service && each.port === port && each.protocol === protocol),
        )
        .map(({ port, protocol, nodePort }) => ({
          owner: nameOf(service),
          service: nameOf(service),
          protocol,
          addresses: doorsOf(after),
          before: port,
          after: doorsOf(after).length > 0 ? port : nodePort,
        })),
    ),
  };
}

function patch(before: ServiceRecord, after: ServiceRecord): string {
  const retyped =
    before.type === after.type ? {} : { type: after.type, ...(after.type === "NodePort" ? { ports: after.ports.map(toPort) } : {}) };
  return patchCommand(before, "service", { spec: { ...retyped, externalIPs: after.externalIPs } });
}

function toPort({ name, protocol, port, targetPort, nodePort }: ServicePort): object {
  return { ...(name === "" ? {} : { name }), protocol, port, targetPort, nodePort };
}

function isOfBalancer({ kind }: Claim): boolean {
  return kind === "loadBalancerIP";
}

function nameOf({ namespace, name }: ServiceRecord): string {
  return `${namespace}/${name}`;
}

function portOf({ nodePort, protocol }: ServicePort): string {
  return `${String(nodePort)}/${protocol}`;
}
