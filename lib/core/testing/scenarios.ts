// The acceptance scenarios of routing.md section 8 in its own notation: a baseline cluster, what differs, and answers such as `a1,a2,b1 +S`.
// Imported by tests only.

import { compareText } from "../basics/order";
import type { NodeRecord } from "../model/node";
import type { PodRecord } from "../model/pod";
import type { ProxySettings } from "../model/proxy-settings";
import type { Backend, ClientPosition, Route, RouteQuery } from "../model/route";
import type { ServiceRecord } from "../model/service";
import { noAssumptions, type ClusterAssumptions } from "../policy/policy";
import {
  buildConfigMap,
  buildContext,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  type PartialEndpoint,
  type SnapshotParts,
} from "./builders";
import { traceRoute } from "../routing/trace";

export type Mode = "iptables" | "nftables" | "ipvs";

/** A cluster by what differs from the baseline. `settings`: of the ConfigMap kube-proxy; `proxyStartedMs`: kube-proxy's start on every node. */
export type Scene = Omit<SnapshotParts, "configmaps"> & {
  readonly settings?: Partial<ProxySettings>;
  readonly policy?: Partial<ClusterAssumptions>;
  readonly proxyStartedMs?: number;
};

/** An answer, or the answers in iptables and in nftables mode where they differ. */
export type Expected = string | readonly [iptables: string, nftables: string];

const nodeNames = ["n1", "n2", "n3"] as const;
const zones: Readonly<Record<string, string>> = { n1: "a", n2: "b", n3: "b" };
const second = { address: "10.9.0.1", v6: "fd00::9:1" };

export const nodes: readonly NodeRecord[] = nodeNames.map((name, place) => node(name, place + 1));

function node(name: string, place: number): NodeRecord {
  const addresses = [`10.0.0.${String(place)}`, `fd00::${String(place)}`].map((address) => ({ type: "InternalIP" as const, address }));
  const podCIDRs = [`10.244.${String(place)}.0/24`, `fd00:244:${String(place)}::/64`];
  return buildNode({ name, addresses, podCIDRs, zone: zones[name] ?? "" });
}

/** Pods by name: the last figure of the address and the node; `v6` adds the address of the other family. */
const places: Readonly<Record<string, readonly [node: 1 | 2 | 3, last: number]>> = {
  a1: [1, 10],
  a2: [1, 11],
  b1: [2, 10],
  h: [1, 20],
  h2: [2, 20],
  h3: [3, 20],
  g: [1, 21],
};

export function addressOf(name: string, family: "IPv4" | "IPv6" = "IPv4"): string {
  const [place, last] = places[name] ?? [1, 99];
  return family === "IPv4" ? `10.244.${String(place)}.${String(last)}` : `fd00:244:${String(place)}::${String(last)}`;
}

export function pod(name: string, partial: Partial<Parameters<typeof buildPod>[0]> = {}): PodRecord {
  return buildPod({ name, ip: addressOf(name), node: `n${String(places[name]?.[0] ?? 1)}`, ...partial });
}

export const dual = (name: string): { readonly podIPs: readonly string[] } => ({ podIPs: [addressOf(name), addressOf(name, "IPv6")] });

/** A pod with a hostPort (8081 → 80 unless said otherwise). */
export function hostPortPod(
  name: string,
  port: { readonly hostPort?: number; readonly hostIP?: string; readonly protocol?: "TCP" | "UDP" } = {},
  partial: Partial<Parameters<typeof buildPod>[0]> = {},
): PodRecord {
  return pod(name, { ports: [{ containerPort: 80, hostPort: 8081, ...port }], ...partial });
}

/** A hostNetwork pod on n1 that declares the port. */
export function listener(port: number, name = "lis", nodeName = "n1"): PodRecord {
  return buildPod({ name, hostNetwork: true, ip: `10.0.0.${nodeName.slice(1)}`, node: nodeName, ports: [{ containerPort: port }] });
}

export const backendPods: readonly PodRecord[] = ["a1", "a2", "b1"].map((name) => pod(name));
export const dualBackendPods: readonly PodRecord[] = ["a1", "a2", "b1"].map((name) => pod(name, dual(name)));

type PartialService = Parameters<typeof buildService>[0];

/** The Service `web` of the baseline: 80 → 8080, nodePort 30080. */
export function web(partial: Partial<PartialService> = {}): ServiceRecord {
  return buildService({ name: "web", clusterIPs: ["10.96.0.80"], ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }], ...partial });
}

export const local = { externalTrafficPolicy: "Local" } as const;
export const dualStack = { clusterIPs: ["10.96.0.80", "fd00:96::80"], ipFamilies: ["IPv4", "IPv6"] } as const;

/** An endpoint that is the named pod. */
export function at(name: string, partial: Partial<PartialEndpoint> = {}, family: "IPv4" | "IPv6" = "IPv4"): PartialEndpoint {
  return { address: addressOf(name, family), node: `n${String(places[name]?.[0] ?? 1)}`, pod: name, ...partial };
}

export function slice(endpoints: readonly PartialEndpoint[], partial: Parameters<typeof buildSlice>[0] = {}) {
  return buildSlice({ service: "web", endpoints, ...partial });
}

export function slice6(names: readonly string[], partial: Parameters<typeof buildSlice>[0] = {}) {
  return buildSlice({
    service: "web",
    name: "web-6",
    addressType: "IPv6",
    endpoints: names.map((name) => at(name, {}, "IPv6")),
    ...partial,
  });
}

export const webSlice = slice([at("a1"), at("a2"), at("b1")]);

const clients = [1, 2, 3].map((place) =>
  buildPod({
    name: `pod${String(place)}`,
    namespace: "probe",
    podIPs: [`10.244.${String(place)}.5`, `fd00:244:${String(place)}::5`],
    node: `n${String(place)}`,
  }),
);

/** Snapshot and context of a scene in one mode. */
export function build(scene: Scene, mode: Mode) {
  const { settings, policy, proxyStartedMs, ...parts } = scene;
  const proxies = nodeNames.map((name) =>
    buildPod({
      name: `kube-proxy-${name}`,
      namespace: "kube-system",
      labels: { "k8s-app": "kube-proxy" },
      hostNetwork: true,
      node: name,
      runningSinceMs: proxyStartedMs ?? 1000,
    }),
  );
  const snapshot = buildSnapshot({
    nodes,
    services: [web()],
    slices: [webSlice],
    ...parts,
    pods: [...(parts.pods ?? backendPods), ...clients, ...proxies],
    configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode, clusterCIDRs: ["10.244.0.0/16", "fd00:244::/32"], ...settings } })],
  });
  const unlistedNodeAddresses = { n1: [second.address, second.v6] };
  return { snapshot, context: buildContext({ clusters: { "*": { ...noAssumptions, unlistedNodeAddresses, ...policy } } }) };
}

/**
 * The answers to a question in routing.md's spelling: `out>n1`, `pod2>n3:8081/udp`, `host1>lo`, `out>198.18.0.5@n1:80`, `out>*`, `pod*>*`, `pod:a1>n1`.
 *
 * Returns: every distinct answer, each once; a question without `*` has one.
 */
export function answers(built: ReturnType<typeof build>, question: string): string {
  const [who = "", where = ""] = question.split(">");
  const froms = who.endsWith("*") ? nodeNames.map((_, place) => who.replace("*", String(place + 1))) : [who];
  const targets = /(^|@)\*/.test(where) ? nodeNames.map((name) => where.replace("*", name)) : [where];
  const said = froms.flatMap((from) => targets.map((target) => say(traceRoute(built.snapshot, built.context, toQuery(from, target)))));
  return [...new Set(said)].join(" / ");
}

function toQuery(who: string, where: string): RouteQuery {
  const [place = "", protocol = "tcp"] = where.split("/");
  const match = /^(.*?)(?:@(n\d))?(?::(\d+))?$/.exec(place);
  const [, target = "", receiver, port] = match ?? [];
  const address = targetAddress(target);
  const family = address.includes(":") ? "IPv6" : "IPv4";
  return {
    address,
    port: Number(port ?? 30080),
    protocol: protocol === "udp" ? "UDP" : "TCP",
    from: toClient(who, family),
    node: receiver ?? null,
  };
}

function targetAddress(target: string): string {
  const [, name = "", other, v6] = /^(n\d|lo)(x?)(v?6?)$/.exec(target) ?? [];
  if (name === "lo") return v6 === "6" ? "::1" : "127.0.0.1";
  if (name === "") return target;
  if (other === "x") return v6 === "v6" ? second.v6 : second.address;
  return v6 === "v6" ? `fd00::${name.slice(1)}` : `10.0.0.${name.slice(1)}`;
}

function toClient(who: string, family: "IPv4" | "IPv6"): ClientPosition {
  if (who === "out") return { kind: "outside", address: family === "IPv4" ? "192.0.2.50" : "2001:db8::50" };
  if (who === "unknown") return { kind: "outside", address: null };
  if (who.startsWith("host")) return { kind: "node", name: `n${who.slice(4)}` };
  if (who.startsWith("pod:")) return { kind: "pod", namespace: "default", name: who.slice(4) };
  return { kind: "pod", namespace: "probe", name: who };
}

/** A route in the notation of section 8; `!` marks a lost reply, `?` a share that cannot be known. */
export function say(route: Route): string {
  const { outcome } = route;
  switch (outcome.kind) {
    case "delivered":
      return sayBackends(outcome.backends);
    case "dropped":
      return outcome.backends.length > 0 ? `DROP ${outcome.reason} (${sayBackends(outcome.backends)})` : `DROP ${outcome.reason}`;
    case "rejected":
      return "REJECT";
    case "closed":
      return outcome.reason === "unclaimed" ? "closed" : `closed ${outcome.reason}`;
    case "listener":
      return `listener ${outcome.pods.map(({ name }) => name).join(",")}`;
    case "healthCheck":
      return `${outcome.localEndpoints > 0 ? "200" : "503"}/${String(outcome.localEndpoints)}`;
    case "contested":
    case "unknown":
      return outcome.alternatives.length === 0
        ? `${outcome.kind} ${outcome.reason}`
        : `${outcome.kind} ${outcome.reason} [${outcome.alternatives.map(say).sort(compareText).join(" | ")}]`;
    case "elsewhere":
      return "leaves the node";
  }
}

function sayBackends(backends: readonly Backend[]): string {
  const sources = new Set(backends.map(({ source }) => source));
  const mark = (source: Backend["source"] | undefined): string => (source === "masqueraded" ? "+S" : "-S");
  const names = backends.map((backend) => {
    const name = backend.pod?.name ?? backend.address;
    const port = backend.port === 8080 || backend.port === 80 ? "" : `:${String(backend.port)}`;
    const family = backend.pod !== null && backend.address.includes(":") ? "v6" : "";
    return `${name}${family}${port}${backend.replyPathBroken ? "!" : ""}${backend.probability === null ? "?" : ""}${sources.size > 1 ? mark(backend.source) : ""}`;
  });
  return `${names.sort(compareText).join(",")}${sources.size > 1 ? "" : ` ${mark([...sources][0])}`}`;
}

/** One row of section 8; `modes` where it does not hold in both iptables and nftables mode. */
export type Row = {
  readonly id: string;
  readonly scene: Scene;
  readonly modes?: readonly Mode[];
  readonly expect: Readonly<Record<string, Expected>>;
};

/** One case per row, mode and question. */
export function expand(
  rows: readonly Row[],
): readonly { readonly id: string; readonly mode: Mode; readonly question: string; readonly expected: string; readonly scene: Scene }[] {
  return rows.flatMap(({ id, scene, modes = ["iptables", "nftables"], expect }) =>
    modes.flatMap((mode) =>
      Object.entries(expect).map(([question, expected]) => ({
        id,
        mode,
        question,
        scene,
        expected: typeof expected === "string" ? expected : expected[mode === "nftables" ? 1 : 0],
      })),
    ),
  );
}
