// Layered access: one door in front (an Ingress controller that the cluster has), a name for each owner, and ClusterIP Services inside.

import { fail, ok } from "../basics/result";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { assemble, commandLine, listNames } from "./documents";
import type { RemedyWriter } from "./remedy";
import { rememberPerService } from "./remember";
import { subjectService } from "./selected-pods";
import { planSeparation, type Change } from "./separate-owners";
import { writeService } from "./service-manifest";
import { say } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

type Door = { readonly service: ServiceRecord; readonly className: string; readonly port: ServicePort };

export const layerAccess: RemedyWriter = {
  kind: "layered",
  variant: null,
  plan(snapshot, context, finding) {
    const service = subjectService(snapshot, finding);
    if (service === null || !service.ports.some(({ nodePort }) => nodePort > 0)) return fail(null);
    const port = service.ports.find(isHttp);
    if (port === undefined) return fail(say("layered.not-http"));
    const door = doorOf(snapshot);
    if (door === null) return fail(say("layered.no-door"));
    const { className, service: front, port: frontPort } = door;
    const plan = planInside(snapshot, context, service);
    if (!plan.ok) return plan;
    const { changes, key } = plan.value;
    return ok(() => {
      const rules = changes.map(({ after }) => ({
        host: hostOf(after),
        service: after,
        port: after.ports.find(({ name }) => name === port.name) ?? port,
      }));
      const created = changes.filter(({ before }) => before === null);
      const kept = changes.flatMap(({ before }) => before ?? []);
      const ingress = writeYaml(ingressOf(service, className, rules));
      const entry = `${front.namespace}/${front.name} (${String(frontPort.nodePort)}/TCP)`;
      return {
        kind: "layered",
        variant: null,
        title: say("layered.title"),
        lasting: true,
        gains: [
          ...changes.map(({ after, side }) => say("layered.gain", { host: hostOf(after), owner: side.shown, door: entry })),
          say("layered.frees", {
            ports: listNames(kept.flatMap(({ ports }) => ports.flatMap(({ nodePort }) => (nodePort > 0 ? [String(nodePort)] : [])))),
          }),
          say("service.separates", { key }),
        ],
        costs: [
          say("layered.names", { hosts: listNames(rules.map(({ host }) => host)) }),
          say("layered.http"),
          say("layered.old", { ports: listNames(service.ports.flatMap(({ nodePort }) => (nodePort > 0 ? [String(nodePort)] : []))) }),
          say("flows.stay"),
          ...kept.map(({ namespace, name }) => say("apply.annotations-plain", { object: `Service ${namespace}/${name}` })),
        ],
        steps: [say("layered.dns", { hosts: listNames(rules.map(({ host }) => host)), door: entry }), say("step.apply")],
        wayBack: say("layered.back", {
          save: commandLine(["kubectl", "get", "service", "-n", service.namespace, ...kept.map(({ name }) => name), "-o", "yaml"]),
          command: [
            commandLine(["kubectl", "delete", "ingress", "-n", service.namespace, service.name]),
            ...(created.length === 0
              ? []
              : [commandLine(["kubectl", "delete", "service", "-n", service.namespace, ...created.map(({ after }) => after.name)])]),
          ].join("; "),
        }),
        ...assemble([
          ...[...created, ...changes.filter(({ before }) => before !== null)].map(({ before, after }) => ({
            before: before === null ? null : writeService(before),
            after: writeService(after, before ?? after),
          })),
          { before: null, after: ingress },
        ]),
        endpoints: changes.flatMap(({ origin, side }: Change) =>
          origin.ports
            .filter(({ name, nodePort }) => name === port.name && nodePort > 0)
            .map(({ nodePort }) => ({
              owner: side.shown,
              service: `${front.namespace}/${front.name}`,
              protocol: "TCP" as const,
              addresses: [],
              before: nodePort,
              after: frontPort.nodePort,
            })),
        ),
      };
    });
  },
};

const planInside = rememberPerService((snapshot, context, service) => planSeparation(snapshot, context, service, toInside));

/** What an Ingress can tell apart: HTTP by its host name. TLS that is not ended at the door, SSH and the like say no name. */
function isHttp({ name, port, targetPort, protocol }: ServicePort): boolean {
  if (protocol !== "TCP") return false;
  const named = [name, String(targetPort)].some((each) => /^(http|web|grpc|h2c)(-|$)/.test(each));
  return named || [80, 8000, 8080].includes(port);
}

/** A Service that only pods reach. */
function toInside(service: ServiceRecord): ServiceRecord {
  return {
    ...service,
    type: "ClusterIP",
    ports: service.ports.map((port) => ({ ...port, nodePort: 0 })),
    externalIPs: [],
    externalTrafficPolicy: "Cluster",
    healthCheckNodePort: 0,
    allocateLoadBalancerNodePorts: true,
    loadBalancerSourceRanges: [],
    loadBalancerIngress: [],
  };
}

/** Names by which controllers are installed, and the class that they answer to. */
const controllers: Readonly<Record<string, string>> = {
  "ingress-nginx": "nginx",
  traefik: "traefik",
  "kubernetes-ingress": "haproxy",
  "haproxy-ingress": "haproxy",
  kong: "kong",
  contour: "contour",
};

/** The first Ingress controller with a nodePort for HTTP; objects of the classes themselves are not read. */
function doorOf({ services }: Snapshot): Door | null {
  const known = doors.get(services);
  if (known !== undefined) return known;
  const door = findDoor(services);
  doors.set(services, door);
  return door;
}

const doors = new WeakMap<Snapshot["services"], Door | null>();

function findDoor(services: Snapshot["services"]): Door | null {
  for (const service of services.values()) {
    const className = controllers[service.labels["app.kubernetes.io/name"] ?? ""];
    const port = service.ports.find(
      ({ port: number, name, nodePort }) => nodePort > 0 && (number === 80 || name === "http" || name === "web"),
    );
    if (className !== undefined && port !== undefined) return { service, className, port };
  }
  return null;
}

/** `internal` is kept for private names. */
function hostOf({ namespace, name }: ServiceRecord): string {
  return `${name}.${namespace}.internal`;
}

function ingressOf(
  { namespace, name }: ServiceRecord,
  className: string,
  rules: readonly { readonly host: string; readonly service: ServiceRecord; readonly port: ServicePort }[],
): YamlValue {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace },
    spec: {
      ingressClassName: className,
      rules: rules.map(({ host, service, port }) => ({
        host,
        http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: service.name, port: { number: port.port } } } }] },
      })),
    },
  };
}
