// Routes in Chinese, from the facts that the API gives beside its English: the sentence, and title and verdict of every step code.

import type { Daemon, StepCode } from "@/lib/core";
import { formatAddress, formatShare } from "@/lib/client/format";
import type { WireBackend, WireRoute } from "@/lib/wire/schemas";

type Step = WireRoute["steps"][number];
type Reason = NonNullable<WireRoute["reason"]>;

/** The sentence of a route, without a final full stop. */
export function describeRouteZh(route: WireRoute): string {
  const { address, port, protocol } = route.query;
  return `${formatAddress(address, port, protocol)} ${predicate(route)}`;
}

function predicate(route: WireRoute): string {
  const { outcome, backends, healthCheck } = route;
  const reason = route.reason === null ? "" : reasonsZh[route.reason];
  switch (outcome) {
    case "delivered":
      return delivered(backends, route.claim?.kind === "hostPort");
    case "rejected":
      return route.claim === null ? "被拒绝：这是 cluster IP 的其他端口" : `被立即拒绝：${holder(route)} 没有可用的端点`;
    case "dropped":
      return dropped(route);
    case "listener":
      return `到达 ${listeners(route).join("、")}，它直接在节点上监听`;
    case "healthCheck":
      return `是 kube-proxy 对 ${holder(route)} 的健康检查：${String(healthCheck?.status ?? "")}，本地端点 ${String(healthCheck?.localEndpoints ?? 0)} 个`;
    case "closed":
      return `未开放：${reason}`;
    case "elsewhere":
      return route.steps.some(({ code }) => code === "podAddress")
        ? "是 Pod 自己的地址：不经过任何 Service 或 nodePort"
        : "不是任何节点的地址，也没有规则截获它：数据包不经转换离开节点";
    case "contested":
      return `归属不定：${reason}`;
    case "unknown":
      return `无法判断：${noSuchClient(route) ?? reason}${missing(route.missing)}`;
  }
}

function delivered(backends: readonly WireBackend[], isHostPort: boolean): string {
  const names = new Map(backends.map((backend) => [ownerKey(backend), ownerName(backend)]));
  const tail = backends.every(({ terminating }) => terminating) ? "，均在终止中，因为没有其他后端" : "";
  const lost = backends.filter(({ replyPathBroken }) => replyPathBroken).length;
  const broken = lost === 0 ? "" : `；${String(backends.length)} 个中有 ${String(lost)} 个无法回应`;
  if (names.size > 1) return `到达 ${String(names.size)} 个所属方，${shares(backends)}${tail}${broken}`;
  const [first] = backends;
  if (first === undefined) return "未到达任何后端";
  return backends.length === 1
    ? `${isHostPort ? "经 hostPort " : ""}到达${place(first)}${tail}${broken}`
    : `到达 ${ownerName(first)} 的 ${String(backends.length)} 个后端${tail}${broken}`;
}

function shares(backends: readonly WireBackend[]): string {
  const byOwner = [...Map.groupBy(backends, ownerKey).values()].map((each) => ({
    name: each[0] === undefined ? "" : ownerName(each[0]),
    share: each.reduce<number | null>((sum, { probability }) => (sum === null || probability === null ? null : sum + probability), 0),
  }));
  if (byOwner.some(({ share }) => share === null)) return "占比无法得知";
  const isEqual = byOwner.every(({ share }) => Math.abs((share ?? 0) - 1 / byOwner.length) < 1e-9);
  if (isEqual && byOwner.length === 2) return "每两个连接中各有一个";
  if (isEqual && byOwner.length === 3) return "每三个连接中各有一个";
  return byOwner.map(({ name, share }) => `${name} ${formatShare(share ?? 0)}`).join("、");
}

function place({ pod, node, address, port }: WireBackend): string {
  if (pod === null) return ` ${formatAddress(address, port)}`;
  return node === null ? ` ${pod.namespace}/${pod.name}` : `节点 ${node} 上的 ${pod.namespace}/${pod.name}`;
}

function ownerKey({ owner }: WireBackend): string {
  return owner === null ? "" : `${owner.kind}/${owner.namespace}/${owner.name}`;
}

function ownerName({ group, owner }: WireBackend): string {
  return group?.name ?? (owner === null ? "未知所属方" : `${owner.kind} ${owner.name}`);
}

function dropped({ reason, node, ...route }: WireRoute): string {
  const of = holder(route);
  if (reason === "no-local-endpoints") return `被丢弃：${of} 的策略为 Local，${node === null ? "该节点" : `节点 ${node}`}上没有端点`;
  if (reason === "source-range") return `被丢弃：客户端不在 ${of} 的 loadBalancerSourceRanges 之内`;
  return `${reason === "reply-path-broken" ? "超时" : "被丢弃"}：${reason === null ? "" : reasonsZh[reason]}`;
}

function listeners({ steps }: WireRoute): readonly string[] {
  return steps.flatMap(({ code, object }) => (code === "listener" && object !== null ? [object.replace(/^Pod\//, "")] : []));
}

function noSuchClient({ steps, missing: kinds }: WireRoute): string | undefined {
  const step = steps.find(({ code }) => code === "noSuchClient");
  return step === undefined || kinds.length > 0 ? undefined : `不存在 ${step.object ?? "这个客户端"}`;
}

function missing(kinds: WireRoute["missing"]): string {
  if (kinds.length === 0) return "";
  return `（${kinds.map(({ kind, namespaces }) => (namespaces === "all" ? kind : `${namespaces.join("、")} 的 ${kind}`)).join("；")}）`;
}

function holder({ claim }: Pick<WireRoute, "claim">): string {
  return claim === null ? "该 Service" : `${claim.namespace}/${claim.name}`;
}

/** Why a route is as it is. */
export const reasonsZh: Readonly<Record<Reason, string>> = {
  "no-endpoints": "没有可用的端点",
  "no-local-endpoints": "本节点没有端点",
  "source-range": "客户端不在 loadBalancerSourceRanges 之内",
  loopback: "来自 ::1 的数据包无法离开主机",
  "reply-path-broken": "后端的应答不经过做转换的节点",
  unclaimed: "没有已知的占用方",
  "ignored-by-proxy": "代理忽略占用它的 Service",
  "no-service-proxy": "节点上没有运行 Service 代理",
  "address-not-accepted": "此地址不提供 NodePort",
  "host-port-not-mapped": "init 容器的 hostPort 从不映射",
  "family-not-served": "该 Service 没有此地址族的地址",
  "same-tuple": "多个 Service 占用同一地址和端口，最后写入者生效",
  "chain-order": "hostPort 与 Service 相争，链的顺序无法得知",
  "host-port-order": "多个 Pod 映射同一 hostPort，无法得知哪个更早",
  "verdict-order": "一个 Service 拒绝，另一个丢弃，顺序无法得知",
  "duplicate-endpoints": "同一端点的多份记录不一致，由读取顺序决定",
  "not-synced": "尚未读取完毕",
  forbidden: "所依据的内容无权限读取",
  "not-collected": "所依据的内容未被收集",
  "client-address": "由来源网段决定，而客户端的地址未知",
  "no-address-of-family": "客户端没有此地址族的地址",
  "client-loopback": "回环地址属于客户端自己，不属于任何节点",
  "nodes-differ": "各节点的应答不同，无法得知哪个节点收到数据包",
  "proxy-mode": "iptables 与 nftables 模式的应答不同，而该节点 kube-proxy 的模式未能读取",
  "proxy-unsupported": "该节点的代理不在模型之内",
};

const text = ({ facts }: Step, key: string): string => String(facts[key] ?? "");
const number = ({ facts }: Step, key: string): number => Number(facts[key] ?? 0);

const daemonsZh: Readonly<Record<Daemon, string>> = {
  sshd: "sshd",
  etcd: "etcd",
  "kube-apiserver": "kube-apiserver",
  "kubelet-health": "kubelet 健康检查（回环）",
  "kube-proxy-metrics": "kube-proxy 指标（回环）",
  kubelet: "kubelet",
  "kube-proxy-health": "kube-proxy 健康检查",
  "kube-controller-manager": "kube-controller-manager",
  "kube-scheduler": "kube-scheduler",
};

/** Title and verdict of a step. */
export const stepsZh: Readonly<Record<StepCode, readonly [title: string, verdict: (step: Step) => string]>> = {
  address: [
    "地址",
    ({ facts }) =>
      facts["local"] !== true
        ? "不是本节点的地址：只是经过"
        : `${facts["accepts"] === true ? "提供 NodePort" : "此处不提供 NodePort"}${facts["assumed"] === true ? "（推定）" : ""}`,
  ],
  claim: [
    "占用",
    (step) =>
      `${text(step, "kind")}，${number(step, "rivals") > 0 ? `另有 ${text(step, "rivals")} 处 Service 占用` : "只有这个 Service 占用它"}`,
  ],
  listenerShadowed: ["占用", () => "此地址上到达不了它的监听者：Service 先于任何套接字"],
  endpoints: [
    "后端",
    (step) =>
      [
        number(step, "owners") > 1 ? `${text(step, "owners")} 个所属方：` : "",
        `${text(step, "total")} 个端点中有 ${text(step, "ready")} 个就绪`,
        step.facts["converted"] === true ? "，由 Endpoints 转换而来" : "",
        step.facts["fallback"] === true ? "；没有就绪的，由终止中的端点应答" : "",
      ].join(""),
  ],
  policy: ["策略", policyVerdict],
  topology: ["拓扑", (step) => `提示将其限制在此 ${text(step, "topology")} 内`],
  choice: ["选择", choiceVerdict],
  openFlows: ["先前的流", () => "端点变更之前开始的 UDP 流可能留在旧后端，直到静默"],
  reject: ["结论", (step) => `立即拒绝：${number(step, "total") === 0 ? "没有任何端点" : "没有可用的端点"}`],
  drop: ["结论", (step) => `丢弃：${text(step, "node")} 上没有端点`],
  sourceRanges: ["来源网段", () => "由客户端的地址决定"],
  sourceRangeDrop: [
    "来源网段",
    (step) => (text(step, "source") === "" ? "客户端不在其中：丢弃" : `${text(step, "source")} 不在其中：丢弃`),
  ],
  hostPort: [
    "占用",
    (step) =>
      `hostPort，由 ${text(step, "implementation")} 映射到容器端口 ${text(step, "containerPort")}${number(step, "others") > 0 ? "；多个映射中最早的一个" : ""}`,
  ],
  nodePortBeforeHostPort: ["顺序", () => "iptables 模式下 kube-proxy 的规则先于 hostPort 的规则"],
  proxyIsYounger: ["顺序", () => "kube-proxy 晚于本节点的一个 hostPort Pod 启动，因此其规则在前"],
  chainOrder: ["顺序", () => "无法得知：最后注册的链在最前，通常是 hostPort 的"],
  duplicates: ["后端", () => "同一端点以不同状态出现多次"],
  clusterIPOtherPort: ["结论", () => "nftables 拒绝 cluster IP 的其他端口"],
  boundOtherPort: ["结论", () => "ipvs 在每个节点上绑定该 Service 的这个地址，并拒绝其其他端口"],
  modeUnknown: ["代理", () => "这里运行 kube-proxy，但其配置未能读取，而各模式的应答不同"],
  serviceLB: [
    "中继",
    (step) =>
      `k3s 的 ServiceLB 将其转给该 Service；后端看不到客户端${step.facts["isLocal"] === true ? "，其策略 Local 在此路径上不生效" : ""}`,
  ],
  label: ["占用", () => "kube-proxy 会因标签跳过该 Service；此代理如何处理未知"],
  bindRefused: ["套接字", () => "Cilium 不允许进程监听 nodePort：它无法启动"],
  hostPortInRange: ["占用", () => "Cilium 要求 hostPort 在 NodePort 范围之外"],
  nodePortLocal: ["占用", (step) => `Antrea 将其映射到 Pod 的端口 ${text(step, "containerPort")}（NodePortLocal）`],
  healthCheckPort: ["套接字", () => "该 Service 的健康检查；此代理是否应答未知"],
  otherProxy: ["代理", ({ value }) => `${value ?? "此代理"} 不在模型之内，因此不作判断`],
  listener: ["套接字", () => "一个 hostNetwork Pod 声明了该端口；API 不说明它绑定在哪里"],
  healthCheck: ["套接字", (step) => `kube-proxy 自己应答：${text(step, "node")} 上有 ${text(step, "localEndpoints")} 个就绪端点`],
  noProxy: ["代理", () => "本节点没有运行中的 kube-proxy Pod：Service 不占用其端口"],
  ignored: ["占用", (step) => `代理忽略该 Service（${text(step, "why")}）`],
  familyNotServed: ["占用", (step) => `该 Service 没有 ${text(step, "family")} 的 cluster IP，因此在该地址族中不存在`],
  notAccepted: [
    "地址",
    (step) => `nodePortAddresses 不含此地址${text(step, "service") === "" ? "" : `，因此经由它到达不了 ${text(step, "service")}`}`,
  ],
  notMapped: ["占用", () => "init 容器的 hostPort 只是保留，从不映射"],
  unclaimed: ["套接字", unclaimedVerdict],
  elsewhere: ["地址", () => "没有节点拥有它，也没有规则截获它：除非外部有应答，否则客户端超时"],
  noAddress: ["地址", () => "这不是 IP 地址"],
  noNode: ["地址", () => "集群没有节点"],
  nodesDiffer: ["地址", (step) => `${text(step, "answers")} 种不同的应答，取决于哪个节点收到数据包`],
  loopback: ["地址", () => "回环地址属于询问者自己"],
  noSource: ["客户端", () => "客户端没有此地址族的地址"],
  noSuchClient: ["客户端", ({ object }) => `不存在 ${object ?? "这个客户端"}，或无权限读取`],
  noClientNode: ["客户端", () => "该 Pod 不在任何已知节点上运行，因此无法询问"],
  podAddress: ["地址", () => "Pod 自己的地址：直接访问，不经过任何 Service 或 nodePort"],
  serviceAddress: ["地址", (step) => `该 Service 拥有此地址，但只占用其 ${text(step, "ports")}`],
  podRange: ["地址", () => "在 Pod 网段内，但没有 Pod 持有它"],
  noClient: ["客户端", () => "客户端无法从那里询问"],
  missing: [
    "未知",
    (step) => {
      const kind = step.field ?? "某种对象";
      const reason = text(step, "reason");
      return `${step.value === null ? kind : `${step.value} 的 ${kind}`}：${Object.hasOwn(reasonsZh, reason) ? reasonsZh[reason as Reason] : reason}`;
    },
  ],
  answers: ["这个 Pod", (step) => `它是后端之一，获得 ${formatShare(number(step, "probability"))} 的连接`],
  answersMaybe: ["这个 Pod", ({ value }) => `若 ${value ?? "其占用"} 胜出，它就是后端`],
  replyLost: ["这个 Pod", () => "会选中它，但其应答无法返回"],
  noSuchPod: ["这个 Pod", () => "没有这样的 Pod，或无权限读取"],
  routeUnknown: ["这个 Pod", () => "路由结果本身无法判断"],
  listens: ["这个 Pod", () => "它直接在节点上监听并应答"],
  otherNode: ["其他节点", (step) => `它的端口 ${text(step, "port")} 在它自己的节点上，不在 ${text(step, "node")} 上`],
  notRunning: ["未运行", ({ value }) => `${value ?? "未运行"}：它的端口不存在`],
  otherHostIP: ["其他地址", ({ value }) => `它的 hostPort 只绑定在${value === null || value === "" ? "另一个地址" : ` ${value} `}上`],
  otherProtocol: ["其他协议", (step) => `有 Service 占用端口 ${text(step, "port")}，但只用于 ${step.value ?? "其他协议"}`],
  notScheduled: ["未就绪", (step) => `它尚未在任何节点上运行${text(step, "reason") === "" ? "" : `（${text(step, "reason")}）`}`],
  noPodIP: ["未就绪", (step) => `它还没有地址（${text(step, "phase")}）`],
  noService: ["这个 Pod", (step) => `没有 Service 在此占用端口 ${text(step, "port")}`],
  shadowed: ["被遮蔽", (step) => `${step.value ?? "另一个占用方"} 先于 ${text(step, "service")} 取得该端口`],
  barred: ["来源网段", () => "客户端不在其中，因此不会询问任何端点"],
  otherNamespace: ["未被选中", (step) => `${text(step, "service")} 只在 ${text(step, "wanted")} 中选择`],
  noSelector: ["未被选中", () => "该 Service 没有选择器：其端点由人工维护"],
  notSelected: [
    "未被选中",
    (step) =>
      `${text(step, "service")} 要求 ${text(step, "key")}=${text(step, "wanted")}${text(step, "similar") === "" ? "" : `；该 Pod 在 ${text(step, "similar")} 下有此值`}`,
  ],
  notReady: ["未就绪", ({ facts }) => (facts["terminating"] === true ? "它正在终止" : "它的 Ready 状况不是 True")],
  notReadySlice: ["未就绪", () => "EndpointSlice 如此记录"],
  finished: ["未就绪", () => "已结束的 Pod 不提供服务"],
  otherFamily: ["其他地址族", (step) => `它没有 ${text(step, "family")} 地址`],
  otherPort: ["其他端口", () => "它的 Service 没有这个端口"],
  otherPortName: [
    "其他端口",
    (step) =>
      `它的 EndpointSlice 没有${text(step, "wanted") === "" ? "无名的" : `名为 ${text(step, "wanted")} 的`} ${text(step, "protocol")} 端口（targetPort ${text(step, "targetPort")}）`,
  ],
  sliceIgnored: ["被忽略", () => "代理不看带此标签的 EndpointSlice"],
  notInSlices: ["不在 EndpointSlice 中", () => "它被选中且就绪，但没有 EndpointSlice 列出它"],
  notLocal: ["不在本地", (step) => `策略 Local：只有 ${text(step, "node")} 上的端点在那里应答`],
  filtered: ["拓扑", () => "它的提示指向其他可用区或节点"],
  notChosen: ["未选用", () => "它可用，但优先选用了其他端点"],
};

function policyVerdict(step: Step): string {
  const all = text(step, "cluster");
  if (step.facts["shortCircuit"] === true) return `集群内的客户端不受其约束：${all} 个候选`;
  if (step.value === "Local" && text(step, "policy") === "local") return `只用 ${text(step, "node")} 上的端点：${text(step, "local")} 个`;
  return `${all} 个候选，在任意节点上`;
}

function choiceVerdict(step: Step): string {
  if (number(step, "affinitySeconds") > 0) return `同一客户端地址在 ${text(step, "affinitySeconds")} 秒内留在其后端`;
  const backends = number(step, "count");
  return backends === 1 ? "只有一个候选" : `每个连接随机选取，各 1/${String(backends)}`;
}

function unclaimedVerdict(step: Step): string {
  const daemon = text(step, "daemon");
  return daemon === ""
    ? "没有已知的监听者；主机上的守护进程不会出现在 API 中"
    : `没有已知的监听者，但这是 ${daemonsZh[daemon as Daemon]} 的常用端口，它不会出现在 API 中`;
}
