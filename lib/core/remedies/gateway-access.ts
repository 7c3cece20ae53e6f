// Layered access through a Gateway (Gateway API): what an Ingress cannot carry has routes of its own there. HTTP and TLS are told apart by the name that clients
// ask for; SSH and the like say no name, so that each owner gets a port of the Gateway.

import { fail, ok } from "../basics/result";
import type { ServicePort, ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { listNames } from "./documents";
import { isHttp } from "./layered-access";
import { hostOf, planLayers, writeLayers } from "./layers";
import type { RemedyEndpoint, RemedyWriter } from "./remedy";
import { say } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

/** How a port passes: `byName` shares one listener among the owners. `since`: the release of the Gateway API that has the route as v1. */
type Passage = {
  readonly route: "HTTPRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute";
  readonly listener: string;
  readonly byName: boolean;
  readonly since: string;
};
type Route = {
  readonly passage: Passage;
  readonly listener: string;
  readonly port: number;
  readonly backend: ServiceRecord;
  readonly inside: ServicePort;
};

export const layerByGateway: RemedyWriter = {
  kind: "layered",
  variant: "gateway",
  plan(snapshot, context, finding) {
    const layers = planLayers(snapshot, context, finding);
    if (!layers.ok) return layers;
    const { service, changes } = layers.value;
    const className = classOf(snapshot);
    if (className === null) return fail(say("gateway.no-door"));
    const wanted = service.ports.filter(({ nodePort }) => nodePort > 0);
    const other = wanted.find((port) => passageOf(port) === null);
    if (other !== undefined) return fail(say("gateway.protocol", { protocol: other.protocol }));
    return ok(() => {
      const { namespace, name } = service;
      const routes: Route[] = [];
      const rows: RemedyEndpoint[] = [];
      // Names share a listener; any other route needs a number that no listener has.
      const used = new Set(wanted.filter((port) => passageOf(port)?.byName === true).map(({ port }) => port));
      for (const { origin, after, side } of changes) {
        for (const inside of after.ports) {
          const before = origin.ports.find((each) => each.name === inside.name && each.nodePort > 0);
          const passage = passageOf(inside);
          if (before === undefined || passage === null) continue;
          const port = passage.byName ? inside.port : nextFree(inside.port, used);
          if (!passage.byName) used.add(port);
          const listener = `${passage.listener.toLowerCase()}-${String(port)}`;
          routes.push({ passage, listener, port, backend: after, inside });
          rows.push({
            owner: side.shown,
            service: `${after.namespace}/${after.name}`,
            protocol: inside.protocol,
            addresses: [hostOf(after)],
            before: before.nodePort,
            after: port,
          });
        }
      }
      const kinds = [...new Map(routes.map(({ passage }) => [passage.route, passage])).values()];
      const hosts = listNames([...new Set(rows.flatMap(({ addresses }) => addresses))]);
      return writeLayers(layers.value, {
        variant: "gateway",
        title: say("gateway.title"),
        gains: rows.map(({ owner, protocol, addresses, after }) =>
          say("gateway.gain", { host: addresses.join(), port: `${String(after)}/${protocol}`, owner }),
        ),
        costs: [
          say("gateway.address", { gateway: `${namespace}/${name}` }),
          ...(kinds.some(({ byName }) => !byName) ? [say("gateway.ports")] : []),
          ...(kinds.some(({ route }) => route === "TLSRoute") ? [say("gateway.tls")] : []),
          ...kinds.map(({ route, since }) => say("gateway.version", { route, since })),
        ],
        steps: [say("gateway.class", { class: className }), say("gateway.dns", { hosts, gateway: `${namespace}/${name}` })],
        documents: [gatewayOf(service, className, routes), ...routes.map((route) => routeOf(service, route))].map((each) => ({
          before: null,
          after: writeYaml(each),
        })),
        created: [
          ["gateway", [name]],
          ...kinds.map(({ route }) => [route.toLowerCase(), routes.filter(({ passage }) => passage.route === route).map(nameOf)] as const),
        ],
        endpoints: rows,
      });
    });
  },
};

function passageOf(port: ServicePort): Passage | null {
  if (isHttp(port)) return { route: "HTTPRoute", listener: "HTTP", byName: true, since: "1.0" };
  if (port.protocol === "UDP") return { route: "UDPRoute", listener: "UDP", byName: false, since: "1.6" };
  if (port.protocol !== "TCP") return null;
  const isTls =
    [443, 6443, 8443].includes(port.port) || [port.name, String(port.targetPort)].some((each) => /^(https|tls|ssl)(-|$)/.test(each));
  return isTls
    ? { route: "TLSRoute", listener: "TLS", byName: true, since: "1.5" }
    : { route: "TCPRoute", listener: "TCP", byName: false, since: "1.6" };
}

function nextFree(port: number, used: ReadonlySet<number>): number {
  let free = port;
  while (used.has(free)) free += 1;
  return free;
}

/** Labels by which implementations of the Gateway API are installed, and the class that they come with; classes themselves are not read. */
const classes: Readonly<Record<string, string>> = {
  "app.kubernetes.io/name=gateway-helm": "eg",
  "app.kubernetes.io/name=nginx-gateway-fabric": "nginx",
  "app.kubernetes.io/name=kgateway": "kgateway",
  "app.kubernetes.io/name=traefik": "traefik",
  "app=istiod": "istio",
  "k8s-app=cilium-envoy": "cilium",
};

const known = new WeakMap<Snapshot["services"], string | null>();

function classOf({ services }: Snapshot): string | null {
  let found = known.get(services);
  if (found === undefined) {
    const seen = new Set([...services.values()].flatMap(({ labels }) => Object.entries(labels).map(([key, value]) => `${key}=${value}`)));
    found = Object.entries(classes).find(([label]) => seen.has(label))?.[1] ?? null;
    known.set(services, found);
  }
  return found;
}

const apiVersion = "gateway.networking.k8s.io/v1";

function gatewayOf({ namespace, name }: ServiceRecord, gatewayClassName: string, routes: readonly Route[]): YamlValue {
  const listeners = [...new Map(routes.map((route) => [route.listener, route])).values()];
  return {
    apiVersion,
    kind: "Gateway",
    metadata: { name, namespace },
    spec: {
      gatewayClassName,
      listeners: listeners.map(({ listener, port, passage }) => ({
        name: listener,
        port,
        protocol: passage.listener,
        ...(passage.listener === "TLS" ? { tls: { mode: "Passthrough" } } : {}),
      })),
    },
  };
}

function routeOf(gateway: ServiceRecord, route: Route): YamlValue {
  const { passage, listener, backend, inside } = route;
  return {
    apiVersion,
    kind: passage.route,
    metadata: { name: nameOf(route), namespace: backend.namespace },
    spec: {
      parentRefs: [{ name: gateway.name, sectionName: listener }],
      ...(passage.byName ? { hostnames: [hostOf(backend)] } : {}),
      rules: [{ backendRefs: [{ name: backend.name, port: inside.port }] }],
    },
  };
}

/** One route for each Service and port. */
function nameOf({ backend, inside }: Route): string {
  return backend.ports.length === 1 ? backend.name : `${backend.name}-${String(inside.port)}`;
}
