// Numbers of a full band that load balancers do not need: their Services give them back.

import { fail, ok } from "../basics/result";
import type { ServiceRecord } from "../model/service";
import { hasPort } from "../policy/bands";
import { isNearlyFull, listBandUse, listReleasable, rangeName, readsOfBandUse } from "../rules/support/band-use";
import { assemble, commandLine, listNames } from "./documents";
import type { RemedyEndpoint, RemedyWriter } from "./remedy";
import { doorsOf } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say } from "./words";

export const giveBackNumbers: RemedyWriter = {
  kind: "service",
  variant: null,
  reads: readsOfBandUse,
  plan(snapshot, context, { subjects, fingerprint }) {
    const use = listBandUse(snapshot, context).find(({ band }) =>
      subjects.some(({ kind, name }) => kind === "Band" && name === (band ?? rangeName)),
    );
    if (use === undefined) return fail(null);
    const services = listReleasable(snapshot, use.range);
    const freed = new Set(services.flatMap(numbersOf).filter((port) => hasPort(use.range, port)));
    const left = { ...use, used: use.used - freed.size };
    const band = use.band ?? rangeName;
    if (services.length === 0) return fail(say("release.none", { band }));
    // One number less than full would be the other finding.
    if (isNearlyFull(left)) return fail(say("release.few", { band, count: String(freed.size) }));
    return ok(() => {
      const names = listNames(services.map(nameOf));
      const endpoints = services.flatMap(rowsOf);
      const closed = services.filter((service) => doorsOf(service).length === 0);
      return {
        kind: "service",
        variant: null,
        title: say("release.title"),
        lasting: true,
        gains: [say("release.gain", { band, count: String(freed.size), used: String(left.used), size: String(left.size) })],
        costs: [
          say("release.direct", { services: names }),
          ...(closed.length === 0 ? [] : [say("release.closed", { services: listNames(closed.map(nameOf)) })]),
          say("release.old", { ports: listNames([...freed].sort((a, b) => a - b).map(String)) }),
          ...services.flatMap((service) => {
            const tool = managerOf(service);
            const object = `Service ${nameOf(service)}`;
            return [...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]), say("apply.annotations", { object })];
          }),
        ],
        steps: [
          say("step.apply-or", { command: services.map((service) => patch(service, "release")).join("; ") }),
          ...(endpoints.length === 0 ? [] : [say("step.tell", { fingerprint, kind: "service" })]),
        ],
        wayBack: say("number.back", { command: services.map((service) => patch(service, "back")).join("; ") }),
        ...assemble(services.map((service) => ({ before: writeService(service), after: writeService(release(service), service) }))),
        endpoints,
      };
    });
  },
};

/** Who used a number of the nodes goes to the load balancer, on the Service's own port. */
function rowsOf(service: ServiceRecord): readonly RemedyEndpoint[] {
  const addresses = doorsOf(service);
  if (addresses.length === 0) return [];
  return service.ports.flatMap(({ nodePort, port, protocol }) =>
    nodePort === 0 ? [] : [{ owner: nameOf(service), service: nameOf(service), protocol, addresses, before: nodePort, after: port }],
  );
}

function release(service: ServiceRecord): ServiceRecord {
  return { ...service, allocateLoadBalancerNodePorts: false, ports: service.ports.map((port) => ({ ...port, nodePort: 0 })) };
}

/** Setting the field alone gives nothing back: the numbers have to be taken out as well. */
function patch(service: ServiceRecord, which: "release" | "back"): string {
  const { namespace, name, ports } = service;
  const operations = [
    { op: "add", path: "/spec/allocateLoadBalancerNodePorts", value: which === "back" },
    ...ports.flatMap(({ nodePort }, place) =>
      nodePort === 0 ? [] : [{ op: "add", path: `/spec/ports/${String(place)}/nodePort`, value: which === "back" ? nodePort : 0 }],
    ),
  ];
  return commandLine(["kubectl", "patch", "service", name, "-n", namespace, "--type=json", "-p", JSON.stringify(operations)]);
}

function numbersOf({ ports }: ServiceRecord): readonly number[] {
  return ports.flatMap(({ nodePort }) => (nodePort === 0 ? [] : [nodePort]));
}

function nameOf({ namespace, name }: ServiceRecord): string {
  return `${namespace}/${name}`;
}
