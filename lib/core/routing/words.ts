// Routes in English: the sentence that can be pasted into a ticket, and the words of each step. Facts come in, no sentence is built elsewhere.

import type { Backend, Route, RouteStep } from "../model/route";
import type { Daemon, StepCode } from "../model/step-code";

export type RouteWords = { readonly sentence: string; readonly steps: readonly StepWords[]; readonly whyNot: readonly StepWords[] };
export type StepWords = { readonly title: string; readonly verdict: string };

/**
 * Says a route.
 *
 * Returns: `sentence` without a final full stop, subject first; `steps` in the order of the route's steps, `whyNot` of its answer to "why not this pod?".
 * Errors:  never throws.
 */
export function describeRoute(route: Route): RouteWords {
  return {
    sentence: `${target(route)} ${predicate(route)}`,
    steps: route.steps.map(describeStep),
    whyNot: (route.whyNot?.steps ?? []).map(describeStep),
  };
}

function target({ query }: Route): string {
  const address = query.address.includes(":") ? `[${query.address}]` : query.address;
  return `${address}:${String(query.port)}${query.protocol === "TCP" ? "" : `/${query.protocol}`}`;
}

function predicate(route: Route): string {
  const { outcome } = route;
  switch (outcome.kind) {
    case "delivered":
      return delivered(outcome.backends, outcome.policy === "hostPort", outcome.fallback === "terminating");
    case "rejected":
      return route.claim === null
        ? "is refused: another port of a cluster IP"
        : `is refused at once: ${holder(route)} has no usable endpoint`;
    case "dropped":
      return dropped(route, outcome.reason);
    case "listener":
      return `reaches ${list(outcome.pods.map((pod) => `${pod.namespace}/${pod.name}`))}, which listens on the node itself`;
    case "healthCheck":
      return `is kube-proxy's health check of ${holder(route)}: ${outcome.localEndpoints > 0 ? "200" : "503"}, ${count(outcome.localEndpoints, "local endpoint")}`;
    case "closed":
      return `is closed: ${closedWords[outcome.reason]}`;
    case "elsewhere":
      return route.steps.some(({ code }) => code === "podAddress")
        ? "is a pod's own address: no Service and no node port takes it"
        : "is no address of a node, and nothing captures it: the packet leaves the node untranslated";
    case "contested":
      return `is contested: ${contestedWords[outcome.reason]}`;
    case "unknown":
      return `cannot be judged: ${noSuchClient(route) ?? unknownWords[outcome.reason]}${missing(outcome.missing)}`;
  }
}

/** A client that is not there has no address of any family: that is said instead. */
function noSuchClient({ outcome, steps }: Route): string | undefined {
  const step = steps.find(({ code }) => code === "noSuchClient");
  return step === undefined || outcome.kind !== "unknown" || outcome.missing.length > 0
    ? undefined
    : `there is no ${step.object ?? "such client"}`;
}

function delivered(backends: readonly Backend[], hostPort: boolean, terminating: boolean): string {
  const names = new Map(backends.map((backend) => [ownerKey(backend), ownerName(backend)]));
  const tail = terminating ? ", terminating since nothing else is left" : "";
  const lost = backends.filter(({ replyPathBroken }) => replyPathBroken).length;
  const broken = lost === 0 ? "" : `; ${String(lost)} of ${String(backends.length)} cannot answer back`;
  if (names.size > 1) return `reaches ${numberWord(names.size)} owners, ${shares(backends)}${tail}${broken}`;
  const [first] = backends;
  if (first === undefined) return "reaches nothing";
  if (backends.length === 1) return `reaches ${place(first)}${hostPort ? " by its hostPort" : ""}${tail}${broken}`;
  return `reaches ${String(backends.length)} backends of ${ownerName(first)}${tail}${broken}`;
}

/** "one connection in two each" for equal owners, else the percentages. */
function shares(backends: readonly Backend[]): string {
  const byOwner = new Map<string, { name: string; share: number | null }>();
  for (const backend of backends) {
    const known = byOwner.get(ownerKey(backend));
    const share = known?.share === null || backend.probability === null ? null : (known?.share ?? 0) + backend.probability;
    byOwner.set(ownerKey(backend), { name: ownerName(backend), share });
  }
  const all = [...byOwner.values()];
  if (all.some(({ share }) => share === null)) return "in shares that cannot be known";
  const equal = all.every(({ share }) => Math.abs((share ?? 0) - 1 / all.length) < 1e-9);
  if (equal && all.length <= 3) return `one connection in ${numberWord(all.length)} each`;
  return all.map(({ name, share }) => `${name} ${String(Math.round((share ?? 0) * 100))} %`).join(", ");
}

function place(backend: Backend): string {
  return backend.pod === null
    ? `${backend.address}:${String(backend.port)}`
    : `${backend.pod.namespace}/${backend.pod.name}${backend.node === null ? "" : ` on ${backend.node}`}`;
}

/** Backends without a known owner are one each: they make no mixture, and none is said. */
function ownerKey(backend: Backend): string {
  return backend.owner === null ? "" : `${backend.owner.kind}/${backend.owner.namespace}/${backend.owner.name}`;
}

function ownerName(backend: Backend): string {
  if (backend.group !== null) return backend.group.name;
  return backend.owner === null ? "no known owner" : `${backend.owner.kind} ${backend.owner.name}`;
}

function dropped(route: Route, reason: "no-local-endpoints" | "source-range" | "loopback" | "reply-path-broken"): string {
  const node = route.node ?? "this node";
  switch (reason) {
    case "no-local-endpoints":
      return `is dropped: ${holder(route)} has the policy Local and no endpoint on ${node}`;
    case "source-range":
      return `is dropped: the client is outside loadBalancerSourceRanges of ${holder(route)}`;
    case "loopback":
      return "is dropped: a packet from ::1 cannot leave the host";
    case "reply-path-broken":
      return "times out: the backends answer past the node that translated";
  }
}

const closedWords = {
  unclaimed: "nothing known claims the port",
  "ignored-by-proxy": "the proxy ignores the Service that names it",
  "no-service-proxy": "no service proxy runs on the node",
  "address-not-accepted": "NodePorts are not served on this address",
  "host-port-not-mapped": "a hostPort of an init container is never mapped",
  "family-not-served": "the Service has no address of this family",
} as const;

const contestedWords = {
  "same-tuple": "several Services claim the same address and port, and who is written last wins",
  "chain-order": "hostPort against Service, and the order of the chains cannot be known",
  "host-port-order": "several pods map the same hostPort, and the older one cannot be known",
  "verdict-order": "one Service refuses and another drops, in an order that cannot be known",
  "duplicate-endpoints": "copies of an endpoint disagree, and the order of reading decides",
} as const;

const unknownWords = {
  "not-synced": "not everything is read yet",
  forbidden: "something it rests on may not be read",
  "not-collected": "something it rests on was not collected",
  "client-address": "the source ranges decide, and the client's address is not known",
  "no-address-of-family": "the client has no address of this family",
  "client-loopback": "loopback is the client's own, no node's",
  "nodes-differ": "the nodes answer differently, and which one gets the packet is not known",
  "proxy-mode": "iptables and nftables mode answer differently, and which of them the node's kube-proxy runs in was not read",
  "proxy-unsupported": "the node's proxy is not modelled",
} as const;

function missing(kinds: readonly { readonly kind: string; readonly namespaces: "all" | readonly string[] }[]): string {
  if (kinds.length === 0) return "";
  return ` (${kinds.map(({ kind, namespaces }) => (namespaces === "all" ? kind : `${kind} of ${namespaces.join(", ")}`)).join("; ")})`;
}

function holder({ claim }: Route): string {
  return claim === null ? "the Service" : `${claim.namespace}/${claim.name}`;
}

function numberWord(number: number): string {
  return ["no", "one", "two", "three", "four", "five", "six"][number] ?? String(number);
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function list(names: readonly string[]): string {
  return names.length <= 1 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

type Say = (step: RouteStep) => string;

const text = (step: RouteStep, key: string): string => String(step.detail[key] ?? "");
const number = (step: RouteStep, key: string): number => Number(step.detail[key] ?? 0);

// Title and verdict of every step code, in the order in which they may occur.
const words: Readonly<Record<StepCode, readonly [title: string, verdict: Say]>> = {
  address: [
    "Address",
    (step) =>
      step.detail["local"] !== true
        ? "not this node's: it passes through"
        : `${step.detail["accepts"] === true ? "accepts NodePorts" : "NodePorts are not served here"}${step.detail["assumed"] === true ? " (assumed)" : ""}`,
  ],
  claim: [
    "Claim",
    (step) =>
      `${text(step, "kind")}${number(step, "rivals") > 0 ? `, ${count(number(step, "rivals"), "other claim")} of Services` : ", the only Service that claims it"}`,
  ],
  listenerShadowed: ["Claim", () => "its listener is not reached on this address: the Service is asked before any socket"],
  endpoints: [
    "Backends",
    (step) =>
      `${number(step, "owners") > 1 ? `${count(number(step, "owners"), "owner")}: ` : ""}${count(number(step, "ready"), "ready endpoint")} of ${String(number(step, "total"))}${step.detail["converted"] === true ? ", converted from Endpoints" : ""}${step.detail["fallback"] === true ? "; terminating ones serve, since none is ready" : ""}`,
  ],
  policy: ["Policy", policyVerdict],
  topology: ["Topology", (step) => `hints confine it to this ${text(step, "topology")}`],
  choice: ["Choice", choiceVerdict],
  openFlows: [
    "Earlier flows",
    () => "a UDP flow that began before a change of the endpoints may stick to its old backend until it falls silent",
  ],
  reject: ["Verdict", (step) => `refused at once: ${number(step, "total") === 0 ? "no endpoint at all" : "no endpoint is usable"}`],
  drop: ["Verdict", (step) => `dropped: no endpoint on ${text(step, "node")}`],
  sourceRanges: ["Source ranges", () => "the client's address decides"],
  sourceRangeDrop: [
    "Source ranges",
    (step) =>
      text(step, "source") === "" ? "the client is outside of them: dropped" : `${text(step, "source")} is outside of them: dropped`,
  ],
  hostPort: [
    "Claim",
    (step) =>
      `hostPort, mapped to container port ${text(step, "containerPort")} by ${text(step, "implementation")}${number(step, "others") > 0 ? "; the oldest of several mappings" : ""}`,
  ],
  nodePortBeforeHostPort: ["Order", () => "kube-proxy's rules stand before the hostPort's in iptables mode"],
  proxyIsYounger: ["Order", () => "kube-proxy started after a hostPort pod of this node, so its rules stand first"],
  chainOrder: ["Order", () => "cannot be known: the chain registered last comes first, usually the hostPort's"],
  duplicates: ["Backends", () => "an endpoint stands several times with different conditions"],
  clusterIPOtherPort: ["Verdict", () => "nftables refuses the other ports of a cluster IP"],
  boundOtherPort: ["Verdict", () => "ipvs binds this address of a Service on every node and refuses its other ports"],
  modeUnknown: ["Proxy", () => "kube-proxy runs here, but its configuration was not read, and its modes answer differently"],
  serviceLB: [
    "Relay",
    (step) =>
      `k3s' ServiceLB passes it on to this Service; its backends do not see the client${step.detail["isLocal"] === true ? ", and its policy Local is not in force on this way" : ""}`,
  ],
  label: ["Claim", () => "kube-proxy would pass this Service over for its label; what this proxy does is not known"],
  bindRefused: ["Socket", () => "Cilium lets no process listen on a node port: it cannot start"],
  hostPortInRange: ["Claim", () => "Cilium wants hostPorts outside of the node-port range"],
  nodePortLocal: ["Claim", (step) => `Antrea maps it to port ${text(step, "containerPort")} of the pod (NodePortLocal)`],
  healthCheckPort: ["Socket", () => "the Service's health check; whether this proxy answers it is not known"],
  otherProxy: ["Proxy", (step) => `${step.value ?? "this proxy"} is not modelled, so nothing is said for it`],
  listener: ["Socket", () => "a hostNetwork pod declares the port; where it binds is not in the API"],
  healthCheck: [
    "Socket",
    (step) => `kube-proxy answers itself: ${count(number(step, "localEndpoints"), "ready endpoint")} on ${text(step, "node")}`,
  ],
  noProxy: ["Proxy", () => "no Running kube-proxy pod on this node: Services take no port of it"],
  ignored: ["Claim", (step) => `the proxy ignores this Service (${text(step, "why")})`],
  familyNotServed: ["Claim", (step) => `the Service has no ${text(step, "family")} cluster IP, so it does not exist in that family`],
  notAccepted: [
    "Address",
    (step) =>
      `nodePortAddresses leaves this address out${text(step, "service") === "" ? "" : `, so that ${text(step, "service")} is not reached by it`}`,
  ],
  notMapped: ["Claim", () => "a hostPort of an init container is reserved but never mapped"],
  unclaimed: [
    "Socket",
    (step) =>
      text(step, "daemon") === ""
        ? "nothing known listens; a host daemon would not show in the API"
        : `nothing known listens, but this is the usual port of ${daemonWords[text(step, "daemon") as Daemon]}, which would not show in the API`,
  ],
  elsewhere: ["Address", () => "no node owns it and nothing captures it: the client times out unless something outside answers"],
  noAddress: ["Address", () => "this is no IP address"],
  noNode: ["Address", () => "the cluster has no node"],
  nodesDiffer: ["Address", (step) => `${String(number(step, "answers"))} different answers, by the node that gets the packet`],
  loopback: ["Address", () => "loopback belongs to whoever asks"],
  noSource: ["Client", () => "the client has no address of this family"],
  noSuchClient: ["Client", (step) => `there is no ${step.object ?? "such client"}, or it may not be read`],
  noClientNode: ["Client", () => "the pod runs on no node that is known, so it cannot ask"],
  podAddress: ["Address", () => "a pod's own address: asked directly, without any Service or node port"],
  serviceAddress: ["Address", (step) => `the Service has this address, but takes only ${text(step, "ports")} on it`],
  podRange: ["Address", () => "in the pod range, but no pod holds it"],
  noClient: ["Client", () => "the client cannot ask from there"],
  missing: ["Unknown", (step) => `${step.field ?? "a kind"}${step.value === null ? "" : ` of ${step.value}`}: ${text(step, "reason")}`],
  answers: ["This pod", (step) => `it is a backend, with ${String(Math.round(number(step, "probability") * 100))} % of the connections`],
  answersMaybe: ["This pod", (step) => `it is a backend if ${step.value ?? "its claim"} wins`],
  replyLost: ["This pod", () => "it is chosen, but its reply cannot come back"],
  noSuchPod: ["This pod", () => "there is no such pod, or it may not be read"],
  routeUnknown: ["This pod", () => "the route itself cannot be judged"],
  listens: ["This pod", () => "it listens on the node itself and answers"],
  otherNode: ["Other node", (step) => `its port ${text(step, "port")} is on its own node, not on ${text(step, "node")}`],
  notRunning: ["Not running", (step) => `${step.value ?? "not running"}: its port is not there`],
  otherHostIP: ["Other address", (step) => `its hostPort is bound to ${step.value === "" ? "another address" : (step.value ?? "")} only`],
  otherProtocol: [
    "Other protocol",
    (step) => `a Service claims port ${text(step, "port")}, but for ${step.value ?? "another protocol"} only`,
  ],
  notScheduled: ["Not ready", (step) => `it runs on no node yet${text(step, "reason") === "" ? "" : ` (${text(step, "reason")})`}`],
  noPodIP: ["Not ready", (step) => `it has no address yet (${text(step, "phase")})`],
  noService: ["This pod", (step) => `no Service claims port ${text(step, "port")} here`],
  shadowed: ["Shadowed", (step) => `${step.value ?? "another claim"} takes the port before ${text(step, "service")}`],
  barred: ["Source ranges", () => "the client is outside of them, so no endpoint is asked"],
  otherNamespace: ["Not selected", (step) => `${text(step, "service")} selects in ${text(step, "wanted")} only`],
  noSelector: ["Not selected", () => "the Service has no selector: its endpoints are made by hand"],
  notSelected: [
    "Not selected",
    (step) =>
      `${text(step, "service")} wants ${text(step, "key")}=${text(step, "wanted")}${text(step, "similar") === "" ? "" : `; the pod has that value under ${text(step, "similar")}`}`,
  ],
  notReady: ["Not ready", (step) => (step.detail["terminating"] === true ? "it is terminating" : "its Ready condition is not True")],
  notReadySlice: ["Not ready", () => "so the slice says"],
  finished: ["Not ready", () => "a finished pod serves nothing"],
  otherFamily: ["Other family", (step) => `it has no ${text(step, "family")} address`],
  otherPort: ["Other port", () => "its Service has no such port"],
  otherPortName: [
    "Other port",
    (step) =>
      `its slice has no ${text(step, "protocol")} port ${text(step, "wanted") === "" ? "without a name" : `named ${text(step, "wanted")}`} (targetPort ${text(step, "targetPort")})`,
  ],
  sliceIgnored: ["Ignored", () => "the proxy does not look at slices with this label"],
  notInSlices: ["Not in the slices", () => "it is selected and ready, but no EndpointSlice lists it"],
  notLocal: ["Not local", (step) => `policy Local: only endpoints on ${text(step, "node")} answer there`],
  filtered: ["Topology", () => "its hints name other zones or nodes"],
  notChosen: ["Not chosen", () => "it is usable, but other endpoints were preferred"],
};

const daemonWords: Readonly<Record<Daemon, string>> = {
  sshd: "sshd",
  etcd: "etcd",
  "kube-apiserver": "the API server",
  "kubelet-health": "the kubelet's health check, on loopback",
  "kube-proxy-metrics": "kube-proxy's metrics, on loopback",
  kubelet: "the kubelet",
  "kube-proxy-health": "kube-proxy's health check",
  "kube-controller-manager": "the controller manager",
  "kube-scheduler": "the scheduler",
};

const fractions: Readonly<Record<number, string>> = { 2: "½", 3: "⅓", 4: "¼", 5: "⅕", 6: "⅙", 8: "⅛" };

function choiceVerdict(step: RouteStep): string {
  const seconds = number(step, "affinitySeconds");
  if (seconds > 0) return `a client address stays with its backend for ${String(seconds)} s`;
  const backends = number(step, "count");
  return backends === 1 ? "one candidate" : `drawn per connection, ${fractions[backends] ?? `1/${String(backends)}`} each`;
}

function policyVerdict(step: RouteStep): string {
  if (step.detail["shortCircuit"] === true)
    return `a client inside the cluster is not bound by it: ${count(number(step, "cluster"), "candidate")}`;
  if (step.value === "Local" && text(step, "policy") === "local")
    return `only endpoints on ${text(step, "node")}: ${String(number(step, "local"))}`;
  return `${count(number(step, "cluster"), "candidate")}, on any node`;
}

function describeStep(step: RouteStep): StepWords {
  const [title, verdict] = words[step.code];
  return { title, verdict: verdict(step) };
}
