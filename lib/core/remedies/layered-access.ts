// Layered access through an Ingress: one door in front (a controller that the cluster has), a name for each owner, and ClusterIP Services inside.

import { fail, ok } from "../basics/result";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { listNames } from "./documents";
import { hostOf, planLayers, writeLayers } from "./layers";
import type { RemedyWriter } from "./remedy";
import { subjectService } from "./selected-pods";
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
    const layers = planLayers(snapshot, context, finding);
    if (!layers.ok) return layers;
    const { changes } = layers.value;
    return ok(() => {
      const rules = changes.map(({ after }) => ({
        host: hostOf(after),
        service: after,
        port: after.ports.find(({ name }) => name === port.name) ?? port,
      }));
      const hosts = listNames(rules.map(({ host }) => host));
      const entry = `${front.namespace}/${front.name} (${String(frontPort.nodePort)}/TCP)`;
      return writeLayers(layers.value, {
        variant: null,
        title: say("layered.title"),
        gains: changes.map(({ after, side }) => say("layered.gain", { host: hostOf(after), owner: side.shown, door: entry })),
        costs: [say("layered.names", { hosts }), say("layered.http")],
        steps: [say("layered.dns", { hosts, door: entry })],
        documents: [{ before: null, after: writeYaml(ingressOf(service, className, rules)) }],
        created: [["ingress", [service.name]]],
        endpoints: changes.flatMap(({ origin, side }) =>
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
      });
    });
  },
};

/** What an Ingress can tell apart: HTTP by its host name. TLS that is not ended at the door, SSH and the like say no name. */
export function isHttp({ name, port, targetPort, protocol }: ServicePort): boolean {
  if (protocol !== "TCP") return false;
  const named = [name, String(targetPort)].some((each) => /^(http|web|grpc|h2c)(-|$)/.test(each));
  return named || [80, 8000, 8080].includes(port);
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
