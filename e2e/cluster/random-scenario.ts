// A random scenario from a seed, on the nodes and with the settings of a recorded one. The same seed gives the same objects in both modes.

import type { Question, Setup } from "./laboratory";
import { ofKind, type ApiObject } from "./objects";

type Dice = {
  /** True with this probability. */
  chance(of: number): boolean;
  /** One of them. */
  pick<T>(from: readonly [T, ...T[]]): T;
  below(limit: number): number;
};

/** mulberry32 */
function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { chance: (of) => next() < of, below, pick: (from) => from[below(from.length)] ?? from[0] };
}

const apps = ["a", "b", "c"] as const;

/** `base`: a recorded scenario of this mode; its nodes, clients, kube-proxies and settings are used. */
export function randomScenario(base: Setup, seed: number): Setup {
  const roll = dice(seed);
  const items = (base.objects.items as readonly ApiObject[]).filter(
    ({ kind, metadata }) => kind === "Node" || kind === "ConfigMap" || (kind === "Pod" && metadata.namespace !== "default"),
  );
  const isDual = roll.chance(0.4);
  const pods = Array.from({ length: 2 + roll.below(6) }, (_, place) => randomPod(roll, place, isDual));
  const services = Array.from({ length: 1 + roll.below(4) }, (_, place) => randomService(roll, place, seed, isDual));
  const hostPorts = roll.chance(0.4) ? [hostPortPod(roll, isDual)] : [];
  const nodePortAddresses = roll.pick([null, null, null, "primary", "10.190.1.0/24", "0.0.0.0/0"]);
  const settings = (item: ApiObject): ApiObject =>
    item.kind !== "ConfigMap" || nodePortAddresses === null
      ? item
      : {
          ...item,
          data: {
            "config.conf":
              item.data?.["config.conf"]?.replace(/^nodePortAddresses:.*$/m, `nodePortAddresses: ["${nodePortAddresses}"]`) ?? "",
          },
        };
  return {
    ...base,
    id: `random-${String(seed)}-${base.proxyMode}`,
    about: `random scenario of seed ${String(seed)}`,
    assumptions: { ...base.assumptions, podToNodeMasquerade: seed % 4 !== 0, hostPortRegistered: "before kube-proxy" },
    objects: { items: [...items.map(settings), ...pods, ...hostPorts, ...services] },
    probes: questions(roll, services, hostPorts, pods),
  };
}

// A second apart and before every recorded kube-proxy.
const startedAt = (place: number) => `2026-01-01T00:00:${String(10 + place)}Z`;

function randomPod(roll: Dice, place: number, isDual: boolean): ApiObject {
  const node = 1 + roll.below(3);
  const [ready, terminating] = [roll.chance(0.8), roll.chance(0.15)];
  // Only the first, so that no two want the same port of a node.
  const hostNetwork = roll.chance(0.2) && place === 0;
  const pod = makePod({
    name: `p${String(place)}`,
    app: roll.pick(apps),
    node,
    slot: 11 + place,
    isDual,
    ready,
    started: startedAt(place),
    hostNetwork,
  });
  return terminating ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp: startedAt(place) } } : pod;
}

function hostPortPod(roll: Dice, isDual: boolean): ApiObject {
  const ports = [{ hostPort: 8181, containerPort: 8080, protocol: "TCP", ...(roll.chance(0.3) ? { hostIP: "127.0.0.1" } : {}) }];
  return makePod({
    name: "h",
    app: "h",
    node: 1 + roll.below(3),
    slot: 20,
    isDual,
    ready: roll.chance(0.7),
    started: startedAt(0),
    hostNetwork: false,
    ports,
  });
}

type PodTraits = {
  readonly name: string;
  readonly app: string;
  readonly node: number;
  readonly slot: number;
  readonly isDual: boolean;
  readonly ready: boolean;
  readonly started: string;
  readonly hostNetwork: boolean;
  readonly ports?: readonly { readonly hostPort: number; readonly containerPort: number; readonly protocol: string }[];
};

function makePod({ name, app, node, slot, isDual, ready, started, hostNetwork, ports }: PodTraits): ApiObject {
  const n = String(node);
  const hostIPs = [{ ip: `10.190.1.${n}` }, { ip: `fd00:190::${n}` }];
  const own = [{ ip: `10.244.${n}.${String(slot)}` }, ...(isDual ? [{ ip: `fd00:244:${n}::${String(slot)}` }] : [])];
  const podIPs = hostNetwork ? hostIPs : own;
  const hostPorts = hostNetwork ? [8080, 9090].map((port) => ({ hostPort: port, containerPort: port, protocol: "TCP" })) : (ports ?? []);
  const condition = { status: ready ? "True" : "False", lastTransitionTime: started };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app } },
    spec: {
      nodeName: `node-${n}`,
      hostNetwork,
      terminationGracePeriodSeconds: 3600,
      automountServiceAccountToken: false,
      containers: [{ name: "main", image: "registry.example/echo:1", ports: hostPorts } as { ports: typeof hostPorts }],
    },
    status: {
      phase: "Running",
      startTime: started,
      hostIP: hostIPs[0]?.ip,
      hostIPs,
      podIP: podIPs[0]?.ip,
      podIPs,
      conditions: [
        { type: "Ready", ...condition },
        { type: "ContainersReady", ...condition },
      ],
      containerStatuses: [
        {
          name: "main",
          state: { running: { startedAt: started } },
          lastState: {},
          ready,
          restartCount: 0,
          image: "registry.example/echo:1",
          imageID: "",
          started: true,
        },
      ],
    },
  };
}

function randomService(roll: Dice, place: number, seed: number, isDual: boolean): ApiObject {
  const type = roll.pick(["NodePort", "NodePort", "LoadBalancer", "ClusterIP"]);
  const isLocal = roll.chance(0.4);
  const protocol = roll.chance(0.15) ? "UDP" : "TCP";
  const isNodeAddress = roll.chance(0.3);
  const outward =
    roll.chance(0.5) || type === "ClusterIP"
      ? [isNodeAddress ? `10.190.1.${String(1 + roll.below(3))}` : `198.18.0.${String(10 + place)}`]
      : [];
  const ranges = type === "LoadBalancer" && roll.chance(0.3) ? [roll.pick(["10.190.1.200/32", "198.51.100.0/24", "10.244.0.0/16"])] : [];
  // The many clients that show all backends of such a Service are not in the ranges.
  const hasAffinity = roll.chance(0.15) && ranges.length === 0;
  const families = isDual ? roll.pick([["IPv4"], ["IPv4", "IPv6"], ["IPv6", "IPv4"], ["IPv6"]]) : ["IPv4"];
  return {
    apiVersion: "v1",
    kind: "Service",
    // A name of its own: the kernel remembers who stuck to which backend.
    metadata: { name: `s${String(place)}-${String(seed)}`, namespace: "default" },
    spec: {
      type,
      selector: { app: roll.pick(apps) },
      ports: [
        {
          name: "main",
          port: 4000 + place,
          protocol,
          targetPort: roll.pick([8080, 9090]),
          ...(type === "ClusterIP" ? {} : { nodePort: 31000 + place }),
        },
      ],
      ipFamilies: families,
      ipFamilyPolicy: families.length > 1 ? "RequireDualStack" : "SingleStack",
      internalTrafficPolicy: roll.chance(0.2) ? "Local" : "Cluster",
      ...(type === "ClusterIP" && outward.length === 0 ? {} : { externalTrafficPolicy: isLocal ? "Local" : "Cluster" }),
      ...(type === "LoadBalancer" && isLocal ? { healthCheckNodePort: 32000 + place } : {}),
      ...(type === "LoadBalancer" ? {} : { externalIPs: outward }),
      ...(ranges.length > 0 ? { loadBalancerSourceRanges: ranges } : {}),
      ...(hasAffinity ? { sessionAffinity: "ClientIP" } : {}),
      ...(roll.chance(0.15) ? { publishNotReadyAddresses: true } : {}),
      ...(roll.chance(0.25) ? { trafficDistribution: "PreferClose" } : {}),
    },
    ...(type === "LoadBalancer" ? { status: { loadBalancer: { ingress: outward.map((ip) => ({ ip, ipMode: "VIP" })) } } } : {}),
  };
}

type Port = { readonly port: number; readonly nodePort?: number; readonly protocol: "TCP" | "UDP" };

function questions(roll: Dice, services: readonly ApiObject[], hostPorts: readonly ApiObject[], pods: readonly ApiObject[]): Question[] {
  const all: Question[] = [];
  const own = pods.find(({ spec }) => spec?.hostNetwork !== true)?.metadata.name;
  const add = (node: number, address: string, port: number, protocol: "TCP" | "UDP", affinity: boolean) => {
    const name = `node-${String(node)}`;
    const rest = { node: name, address, port, protocol, ...(affinity ? { affinity } : {}) };
    const isLoopback = address.startsWith("127.") || address === "::1";
    all.push({ from: { kind: "node", name }, ...rest });
    if (isLoopback) return;
    all.push({ from: { kind: "outside" }, ...rest });
    const isNodes = /^(10\.190|fd00:190)/.test(address);
    // A packet to an address of no node leaves by the client's own node.
    const client = isNodes ? 1 + roll.below(3) : node;
    all.push({ from: { kind: "pod", namespace: "probe", name: `client-${String(client)}` }, ...rest });
    if (isNodes) all.push({ from: { kind: "node", name: `node-${String((node % 3) + 1)}` }, ...rest });
    if (isNodes && own !== undefined && roll.chance(0.3)) all.push({ from: { kind: "pod", namespace: "default", name: own }, ...rest });
  };
  for (const { spec, status } of services) {
    const [{ port, nodePort, protocol } = { port: 0, protocol: "TCP" as const }] = (spec?.["ports"] ?? []) as readonly Port[];
    const affinity = spec?.["sessionAffinity"] === "ClientIP";
    const isIPv6 = spec?.ipFamilies?.includes("IPv6") === true;
    if (nodePort !== undefined) {
      for (const node of [1, 2, 3]) {
        add(node, `10.190.1.${String(node)}`, nodePort, protocol, affinity);
        if (isIPv6) add(node, `fd00:190::${String(node)}`, nodePort, protocol, affinity);
      }
      add(1, "10.190.9.1", nodePort, protocol, affinity);
      add(1 + roll.below(3), "127.0.0.1", nodePort, protocol, affinity);
    }
    const ingress = (status as { loadBalancer?: { ingress?: readonly { ip: string }[] } } | undefined)?.loadBalancer?.ingress ?? [];
    const outward = [...((spec?.["externalIPs"] ?? []) as readonly string[]), ...ingress.map(({ ip }) => ip)];
    for (const address of outward) {
      const [, owner] = /^10\.190\.1\.(\d)$/.exec(address) ?? [];
      for (const node of owner === undefined ? [1, 2, 3] : [Number(owner)]) add(node, address, port, protocol, affinity);
    }
    const health = spec?.["healthCheckNodePort"];
    if (typeof health === "number") for (const node of [1, 2, 3]) add(node, `10.190.1.${String(node)}`, health, "TCP", false);
  }
  if (hostPorts.length > 0)
    for (const node of [1, 2, 3]) {
      add(node, `10.190.1.${String(node)}`, 8181, "TCP", false);
      add(node, "127.0.0.1", 8181, "TCP", false);
    }
  return all;
}

/** How many objects of a scenario are its own, so that leaving one out makes it smaller. */
export function removable({ objects }: Setup): readonly ApiObject[] {
  const items = objects.items as readonly ApiObject[];
  return [
    ...ofKind(items, "Service"),
    ...ofKind(items, "EndpointSlice"),
    ...ofKind(items, "Pod").filter(({ metadata }) => metadata.namespace === "default"),
  ];
}
