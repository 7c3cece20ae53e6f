// Finding rules in Chinese: what each means and how one finding is said, from the evidence that the API gives beside its English.

import { listPorts, type EvidenceByRule, type PortOfFinding, type RuleWords } from "@/lib/core";
import { formatRange, formatShare } from "@/lib/client/format";

type Allow = EvidenceByRule["outside-band"]["allow"];
type Range = EvidenceByRule["outside-band"]["range"];

/** Every rule's words. */
export const rulesZh: { readonly [Id in keyof EvidenceByRule]: RuleWords<EvidenceByRule[Id]> } = {
  "mixed-owners": {
    title: "一个端口到达多个所属方",
    why: "Service 把每个连接发给其选择器匹配的任一就绪 Pod。当这些 Pod 属于不同工作负载时，客户端随机到达其中之一，而集群中没有任何报错。",
    fix: "为每个所属方建立自己的 Service，选择器中加入能区分它们的标签。",
    describe({ service, owners, policy }, { ports, nodes }) {
      const names = owners.map(({ shown, share }) => `${shown} ${formatShare(share)}`);
      const where =
        policy === "Local"
          ? nodes.length > 0
            ? `，在节点 ${list(nodes)} 上如此`
            : "；策略 Local 将集群外的客户端分开，集群内的客户端仍然混合"
          : "，从每个节点访问都是如此";
      return {
        title: `${ports.length > 0 ? sayPorts(ports) : service} 到达 ${String(owners.length)} 个所属方`,
        summary: `${service} 选中了 ${list(names)} 的 Pod：每个连接随机落到其中之一${where}。`,
        symptoms: ["密码错误或主机密钥变更", "收到其他所属方程序的应答", "只有一部分连接正常"],
      };
    },
  },
  "selector-overlap": {
    title: "多个 Service 选中相同的 Pod",
    why: "每个 Service 都会把连接发给本为另一个 Service 准备的 Pod。不同的端口号不能分开流量：只有选择器可以。",
    fix: "在各选择器中加入能区分所属方的标签。",
    describe({ relation, services, widest, commonPods, potential }) {
      const names = services.map(({ name }) => name);
      const isPair = services.length === 2;
      const how = {
        equal: isPair ? "两个选择器相同" : "这些选择器相同",
        subset: isPair ? "一个选择器包含于另一个" : "其中一个选择器包含于其他所有选择器",
        intersecting: isPair ? "两个选择器互不包含" : "没有一个选择器包含于其他所有选择器",
      }[relation];
      const select = potential ? "会选中" : "选中";
      return {
        title:
          widest.length > 0
            ? `${few(widest)} 也${select} ${few(names.filter((name) => !widest.includes(name)))} 的 Pod`
            : `${few(names)} ${select}相同的 Pod`,
        summary: potential
          ? `${how}；目前还没有 Pod ${isPair ? "同时匹配两者" : "匹配其中多个"}。`
          : `${how}，共同的 Pod 有 ${String(commonPods.length)} 个：${few(commonPods)}。`,
        symptoms: potential ? [] : [isPair ? "两个 Service 的端口通向相同的 Pod" : "这些 Service 的端口通向相同的 Pod"],
      };
    },
  },
  "job-in-service": {
    title: "Service 选中了 Job 的 Pod",
    why: "Service 不识别 Job：Job 的 Pod 运行且算作就绪期间，会分到一部分连接，却不予应答。",
    fix: "从 Job 的 Pod 模板中去掉选择器用到的一个标签，或给长期运行的 Pod 和选择器都加一个标签。只给 Job 加标签没有作用：它的 Pod 仍然具备选择器要求的全部标签。",
    describe({ services, jobs, lasting }) {
      const pods = jobs.flatMap((job) => job.pods);
      const parts = (["endpoint", "waiting", "no-port", "finished"] as const).flatMap((part) => {
        const count = pods.filter((pod) => pod.part === part).length;
        return count === 0 ? [] : [`${String(count)} 个 Pod ${jobParts[part]}`];
      });
      return {
        title: `${list(services)} 选中了 ${list(jobs.map(({ kind, name }) => `${kind} ${name}`))} 的 Pod`,
        summary: `除 ${list(lasting)} 之外：${parts.join("，")}。`,
        symptoms: pods.some(({ part }) => part === "endpoint") ? ["Job 运行期间部分连接失败"] : [],
      };
    },
  },
  "target-port-missing": {
    title: "选中的 Pod 缺少目标端口",
    why: "没有声明命名 targetPort 的 Pod 不会进入该端口的端点；没有声明端口号的 Pod 可能并不监听它。",
    fix: "在选择器匹配的每个 Pod 中声明该端口，或把选择器收窄到具备该端口的 Pod。",
    describe({ service, targetPorts, byName, lacking, share }) {
      const names = targetPorts.map((port) => JSON.stringify(port)).join("或");
      const count = String(lacking.length);
      return {
        title: `${service}：${formatShare(share)} 的 Pod 缺少目标端口 ${targetPorts.join("或")}`,
        summary: byName
          ? `${count} 个 Pod 没有名为 ${names} 的端口，收不到发往该端口的流量。`
          : `${count} 个 Pod 声明的端口中没有 ${names}，可能并不监听它。`,
        symptoms: [byName ? "后端少于 Pod" : "部分连接被拒绝"],
      };
    },
  },
  "no-endpoints": {
    title: "已占用的端口在任何节点上都不应答",
    why: "Service 背后没有可用的端点，因此每个节点都会立即拒绝到其端口的连接。",
    fix: "更正选择器，或让 Pod 就绪；若本就不需要应答，请删除该 Service。",
    describe({ services, selected, ready, cause, nearMiss, instead }, { ports }) {
      const names = few(services);
      const subject = ports.length > 0 ? sayPorts(ports) : names;
      const others = instead.map(({ by, holders, places, ...port }) => {
        const who = by === "hostPort" ? `${few(holders)} 的 hostPort` : `Service ${few(holders)}`;
        return `在 ${few(places)} 上由 ${who} 应答 ${sayPorts([port])}。`;
      });
      const isQuiet = others.length === 0;
      const title = isQuiet ? `${subject} 在任何节点上都不应答` : `${subject} 没有端点`;
      const symptoms = isQuiet ? ["每个节点都立即拒绝连接"] : ["部分地址上由其他程序应答", "其余地址立即拒绝连接"];
      const say = (summary: string) => ({ title, summary: `${summary}${others.join("")}`, symptoms });
      switch (cause) {
        case "not-ready":
          return say(
            ready === 0
              ? `${names} 选中 ${String(selected)} 个 Pod，但都不可用。`
              : `${names} 选中 ${String(selected)} 个 Pod，其中 ${String(ready)} 个已就绪，但没有任何 EndpointSlice 提供它们。`,
          );
        case "near-miss":
          return say(sayNearMiss(nearMiss, services.length === 1));
        case "nothing-selected":
          return say(`${names} 没有选中任何 Pod。`);
        case "scaled-to-zero":
          return say(`${names} 背后的 Deployment 副本数为 0。`);
        case "idle-family":
          return {
            title: `${sayPorts(ports)} 处于闲置`,
            summary: `同一系列中的 ${String(services.length)} 个 Service 闲置，其余成员在用：${services.join("、")}。`,
            symptoms: [],
          };
      }
    },
  },
  "slices-disagree": {
    title: "EndpointSlice 与选择器不一致",
    why: "节点按 EndpointSlice 而不是选择器发送连接。两者不一致时，就绪的 Pod 收不到连接，或连接被发往并非选中 Pod 的地址。",
    fix: "检查写入 EndpointSlice 的控制器（kube-controller-manager，或标签 endpointslice.kubernetes.io/managed-by 所指者）及其配额和错误。",
    describe({ service, absent, strange, custom }) {
      const left = absent.length === 0 ? "" : `${few(absent)} 已就绪且被选中，但不在任何 EndpointSlice 中。`;
      const slices = [...new Set(strange.map(({ slice }) => slice))];
      const right =
        strange.length === 0 ? "" : `${few(strange.map(({ address }) => address))} 在 ${few(slices)} 中，但没有选中的 Pod 持有。`;
      return {
        title:
          absent.length > 0
            ? `${service} 遗漏了 ${String(absent.length)} 个就绪的 Pod`
            : `${service} 通向 ${String(strange.length)} 个不属于选中 Pod 的地址`,
        summary: `${left}${right}${custom ? "这些 EndpointSlice 不由该控制器写入：可能是有意为之。" : ""}`,
        symptoms: custom ? [] : [absent.length > 0 ? "新的 Pod 收不到连接" : "部分连接超时，或到达不相干的地址"],
      };
    },
  },
  "local-policy-drops": {
    title: "策略 Local 在没有端点的节点上丢弃连接",
    why: "externalTrafficPolicy 为 Local 时，节点只用自己的端点应答集群外的客户端；在其他节点上连接静默超时。",
    fix: "让客户端访问有端点的节点，每个节点运行一个端点（DaemonSet），或使用策略 Cluster。",
    describe({ service, dropping, answering, nodes, unplaced }, { ports }) {
      const all = String(nodes);
      const least = `${unplaced === 0 ? "" : "至少 "}${String(dropping.length - unplaced)}`;
      const where =
        answering.length === 0
          ? "没有节点上有端点"
          : answering.length <= 4
            ? `只有 ${list(answering)} 上有端点`
            : `只有 ${String(answering.length)} 个节点上有端点`;
      return {
        title: `${ports.length > 0 ? sayPorts(ports) : service} 在 ${all} 个节点中的 ${least} 个上丢弃连接`,
        summary: `${service} 的 externalTrafficPolicy 为 Local，${where}${unplaced === 0 ? "" : `；${String(unplaced)} 个新 Pod 将各服务一个节点，${all} 个节点中${least} 个会丢弃`}。`,
        symptoms: ["部分节点地址静默超时，其余正常"],
      };
    },
  },
  "service-ignored-by-proxy": {
    title: "kube-proxy 跳过该 Service",
    why: "有两个标签使 kube-proxy 完全忽略一个 Service，无论其值为何：nodePort 仍被占用，却没有节点应答。",
    fix: "去掉该标签，除非由另一个代理服务该 Service；那样的话请放弃它的 nodePort。",
    describe({ service, label, value, proxies, ignoring }, { ports }) {
      const who = ignoring === proxies ? "每个节点上的 kube-proxy" : `${String(proxies)} 个节点中 ${String(ignoring)} 个上的 kube-proxy`;
      return {
        title: `${sayPorts(ports)} 已分配，但 kube-proxy 忽略 ${service}`,
        summary: `标签 ${label}${value === "" ? "" : `=${value}`} 使${who}忽略它。`,
        symptoms: ["Pod 已就绪，nodePort 上的连接仍被拒绝"],
      };
    },
  },
  "external-ip-duplicate": {
    title: "两个 Service 占用同一地址和端口",
    why: "对同一地址、端口和协议，节点只保留一个 Service。保留哪一个是偶然的：各节点可能不同，kube-proxy 重写规则时也可能改变。",
    fix: "给其中一个 Service 换一个地址或端口。",
    describe({ addresses, services }, { ports }) {
      const keys = [...new Set(services.flatMap(({ sharingKey }) => sharingKey ?? []))];
      const sharing = keys.length === 0 ? "" : `MetalLB 的共享键（${list(keys)}）只允许 Service 以不同端口共用一个地址，不能共用同一端口。`;
      return {
        title: `${first(addresses, 3)} 上的 ${sayPorts(ports)} 属于 ${String(services.length)} 个 Service`,
        summary: `${list(services.map(({ name }) => name))} 都有端点；每个节点只服务其中之一。${sharing}`,
        symptoms: ["连接到达哪个 Service 因节点和时间而异"],
      };
    },
  },
  "external-ip-on-node": {
    title: "Service 占用了节点自己地址上的端口",
    why: "Service 的 externalIP 或负载均衡 IP 若是节点自己的地址，就会在节点上的任何程序看到数据包之前截获该端口：hostPort、其他 Service 的 nodePort、SSH、kubelet 或 API server。",
    fix: "给该 Service 一个不属于任何节点的地址，或换一个端口。",
    describe({ service, taken }, { ports, nodes }) {
      const control = [...new Set(taken.filter((each) => each.control).map(({ port }) => String(port)))];
      const from = [...new Set(taken.flatMap((each) => each.from))];
      const addresses = [...new Set(taken.map(({ address }) => address))];
      const needed = control.length === 0 ? "" : `节点自己需要 ${list(control)}。`;
      const lost = from.length === 0 ? "" : `${first(from, 3)} 在该地址上不再收到任何连接。`;
      return {
        title: `${service} 占用了${sayNodes(nodes)}的 ${sayPorts(ports)}`,
        summary: `${first(addresses, 3)} 既是该 Service 的地址，也是节点自己的地址。${needed}${lost}`,
        symptoms: [control.length > 0 ? "该地址上的登录、kubelet 或 API server 被切断" : "该地址上到达不了另一方"],
      };
    },
  },
  "announced-port-unmapped": {
    title: "会话公布的端口无处可达",
    why: "ClearML 告诉会话用户的端口是基准端口 + n，n 为会话的序号。它不检查是否存在该号码的 Service。",
    fix: "为会话可能取得的每个序号添加一个 Service，或让 agent 运行的会话不多于 Service。",
    describe({ sessions, first: from, last, services }, { ports }) {
      const serials = [...new Set(sessions.map(({ serial }) => serial.slice("pod-".length)))];
      const pods = [...new Set(sessions.map(({ pod }) => pod))];
      return {
        title: `ClearML 会话 ${few(serials)} 没有 Service`,
        summary: `${few(pods)} 公布了 ${sayPorts(ports)}；从 ${from} 到 ${last} 的 ${String(services)} 个 Service 都没有选中它。`,
        symptoms: ["ClearML 为会话显示的端口拒绝连接"],
      };
    },
  },
  "node-port-duplicate": {
    title: "两个 Service 持有同一个 nodePort",
    why: "API server 在一个集群中只允许一个 nodePort 号码出现一次。两个持有者意味着分配经过恢复或修复：各节点服务哪一个不尽相同，也可能改变。",
    fix: "重新创建其中一个 Service，使它取得自己的号码。",
    describe({ port, holders, event }) {
      const names = [...new Set(holders.map(({ service }) => service))];
      return {
        title: `${String(port)} 被 ${list(names)} ${names.length === 1 ? "持有两次" : "同时持有"}`,
        summary: `${holders.map(({ service, field, protocol }) => `${service} 作为 ${field}/${protocol}`).join("，")}。${quote(event)}`,
        symptoms: ["连接到达哪个 Service 因节点和时间而异"],
      };
    },
  },
  "node-port-out-of-range": {
    title: "nodePort 在范围之外",
    why: "API server 拒绝范围之外的 nodePort。已存在的是在另一范围下分配的：Service 在重新创建之前可用，重新创建时会被拒绝。",
    fix: "给该 Service 一个范围之内的号码。若要在选定节点上使用小号端口，请用 hostPort；每个节点都要时配合 DaemonSet。",
    describe(evidence, { ports }) {
      if (evidence.cause === "unknown-range")
        return {
          title: `${sayPorts(ports)} 在默认 NodePort 范围之外`,
          summary: `${String(evidence.services.length)} 个 Service（${first(evidence.services, 3)}）持有这样的号码，可见 API server 使用另一个范围。请在策略文件中设置 nodePortRange：依赖它的规则目前未评估。`,
          symptoms: [],
        };
      const origin = { policy: "据策略文件", event: "据 API server 的报告", default: "默认值" }[evidence.from];
      return {
        title: `${evidence.service} 的 ${sayPorts(ports)} 在 ${sayRange(evidence.range)} 之外`,
        summary: `那是 Service 的 NodePort 范围（${origin}）。${quote(evidence.event)}`,
        symptoms: ["再次创建该 Service 时会被拒绝：恢复之后、在另一个集群中、由流水线创建时"],
      };
    },
  },
  "pinned-in-dynamic-band": {
    title: "手工选定的号码位于动态段",
    why: "API server 优先从动态段为未指定号码的 Service 分配。chart 或人坚持使用的号码，在 Service 重新创建时可能已属于他人。",
    fix: "手工只选静态段中的号码，自动分配会尽量不用它们。",
    describe({ pinned, static: safe }, { ports }) {
      return {
        title: `${sayPorts(ports)} 被固定在动态段`,
        summary: `${few(pinned.map(({ service }) => service))}：重新创建期间，号码可能被分配给另一个 Service。安全的是 ${sayRange(safe)}。`,
        symptoms: [],
      };
    },
  },
  "host-port-conflict": {
    title: "hostPort 已被另一个 Pod 持有",
    why: "hostPort、协议和 hostIP 相遇的两个 Pod 不能在同一节点上：调度器让后来者保持 Pending；若它按名称绑定到节点，kubelet 使其失败。正在删除的 Pod 仍持有其端口。",
    fix: "给其中一个换 hostPort 或 hostIP，让它们分处不同节点，或等待持有者离开。",
    describe({ newcomer, pods, held, eligible, event }, { ports, nodes }) {
      const names = [...new Set(held.map(({ holder }) => holder))];
      const states = [...new Set(held.map(({ state }) => state))];
      const failed = pods.every(({ state }) => state === "Failed");
      const tuples = new Set(held.map(({ wantedIP, heldIP }) => `${wantedIP} ${heldIP}`));
      const [tuple] = held;
      const addresses =
        tuples.size === 1 && tuple !== undefined && tuple.wantedIP !== tuple.heldIP
          ? `想要的是 ${tuple.wantedIP}，被持有的是 ${tuple.heldIP}：0.0.0.0 与任何地址相遇。`
          : "";
      const where = nodes.length === 0 ? "" : `（${sayNodes(nodes)}）`;
      return {
        title: `${newcomer} 的 ${sayPorts(ports)} ${names.length === 0 ? "在任何地方都不空闲" : `已被 ${list(names)} 持有`}`,
        summary: `${String(pods.length)} 个 Pod ${failed ? "失败" : "无法调度"}${where}，可用节点共 ${String(eligible)} 个；${names.length === 0 ? "看不到持有者" : `持有者状态：${list(states)}`}。${addresses}${event === null ? "" : `调度器报告：${event}`}`,
        symptoms: [failed ? "Pod 处于 Failed 阶段，原因 NodePorts" : "Pod 保持 Pending"],
      };
    },
  },
  "host-port-on-node-port": {
    title: "hostPort 与 nodePort 相同",
    why: "在两者并存的节点上只有一个收到连接：由哪一个收到取决于代理的模式；nftables 模式下取决于哪些规则最后写入。",
    fix: "把 hostPort 移出 NodePort 范围，或给 Service 换一个 nodePort。",
    describe({ service, port, protocol, nodes }) {
      const unknown = nodes.filter(({ winner }) => winner === "unknown").map(({ node }) => node);
      const named = `${String(port)}/${protocol}`;
      const groups = [...Map.groupBy(nodes, ({ winner, why, proxy }) => `${winner} ${why} ${proxy}`).values()];
      return {
        title:
          unknown.length > 0
            ? `${named} 在${sayNodes(unknown)}上归属不定`
            : `${named} 在${sayNodes(nodes.map(({ node }) => node))}上既是 hostPort 又是 nodePort`,
        summary: groups.map((alike) => sayWinner(alike, service, nodes.length === alike.length)).join(""),
        symptoms: [unknown.length > 0 ? "kube-proxy 或 Pod 重启之后，应答的可能是另一方" : "在这些节点上，两者之一从不应答"],
      };
    },
  },
  "listener-shadowed": {
    title: "主机监听被 Service 遮蔽",
    why: "kube-proxy 在节点的任何套接字看到数据包之前就转换到 nodePort 的数据包。使用同一号码的 hostNetwork Pod 启动时没有报错，却从不在节点地址上收到连接。",
    fix: "给监听者一个 NodePort 范围之外的端口，或给 Service 换一个 nodePort。",
    describe({ listener, services, by }, { ports }) {
      const subject = `${listener} 的 ${sayPorts(ports)}`;
      if (by === "range")
        return { title: `${subject} 位于 NodePort 范围内`, summary: "随时可能有 Service 分到此号码，并取走它的连接。", symptoms: [] };
      return {
        title: `${subject} 被 ${list(services)} 遮蔽`,
        summary: `到节点地址的连接到达 ${list(services)}，而不是该监听者${by === "address" ? "；该 Service 以节点的地址为自己的地址" : ""}。`,
        symptoms: ["监听者在运行，却没有人能到达它"],
      };
    },
  },
  "host-port-not-mapped": {
    title: "从不映射的 hostPort",
    why: "kubelet 只映射 Pod 主容器的 hostPort。init 容器或以其形式编写的 sidecar（restartPolicy: Always）的 hostPort，较新的调度器会为其保留，但从来没有应答。",
    fix: "把 hostPort 声明在该 Pod 的一个主容器上：所有容器共用一个网络，因此同样能到达 sidecar。",
    describe({ owner, containers }, { ports }) {
      const names = containers.map(({ name, role }) => `${name}（${role === "sidecar" ? "sidecar" : "init 容器"}）`);
      return {
        title: `${owner} 的 hostPort ${sayPorts(ports)} 没有映射`,
        summary: `它由 ${list(names)} 声明：kubelet 只映射主容器的 hostPort。`,
        symptoms: ["节点地址上的连接被拒绝"],
      };
    },
  },
  "host-port-rollout-deadlock": {
    title: "滚动更新无法放置新的 Pod",
    why: "新 Pod 需要旧 Pod 仍持有的 hostPort，而更新策略要在新 Pod 就绪之前保留旧 Pod：谁都无法先行。只有在有人滚动更新时才会显现。",
    fix: "允许一个 Pod 不可用（maxUnavailable: 1，maxSurge: 0），或使用策略 Recreate。",
    describe(evidence, { ports }) {
      return {
        title: `${evidence.workload} 的下一次滚动更新会卡在 hostPort ${sayPorts(ports)} 上`,
        summary:
          evidence.cause === "surge"
            ? `maxSurge ${String(evidence.maxSurge)} 要求新 Pod 与旧 Pod 同在一个节点上，而旧 Pod 持有该端口。`
            : `${String(evidence.replicas)} 个副本，${String(evidence.free)} 个节点可容纳，maxUnavailable 为 0：没有节点留给新 Pod。`,
        symptoms: ["滚动更新卡住，新 Pod 保持 Pending"],
      };
    },
  },
  "host-port-capacity": {
    title: "副本多于可用该 hostPort 的节点",
    why: "一个节点只能容纳一个使用给定 hostPort 的 Pod。超出可用节点数的副本保持 Pending。",
    fix: "减少副本，让 Pod 可用更多节点，或使用 DaemonSet：每个节点一个 Pod，绝不更多。",
    describe({ workload, replicas, eligible, free, holders }, { ports }) {
      const taken = holders.length === 0 ? "" : `，其中 ${String(eligible - free)} 个的端口被 ${list(holders)} 持有`;
      return {
        title: `${workload} 需要 ${String(replicas)} 个副本，而 ${sayPorts(ports)} 只有 ${String(free)} 个节点可用`,
        summary: `其 Pod 可在 ${String(eligible)} 个节点上运行${taken}：${String(replicas - free)} 个副本无法放置。`,
        symptoms: ["Pod 保持 Pending"],
      };
    },
  },
  "reserved-system-port": {
    title: "占用了节点自己需要的端口",
    why: "机器自己的服务与该占用不能同时拥有此号码：其中之一无法启动，或 Service 取走本应到达机器的连接。",
    fix: "换一个号码。节点不使用的号码可从策略文件的 `systemPorts` 中去掉。",
    describe({ role, holders }, { ports }) {
      const node = role === "node";
      return {
        title: `${fewOf(holders)} 占用了 ${sayPorts(ports)}，而${node ? "节点自己需要它" : "控制平面自己需要它"}`,
        summary: `${sayPorts(ports)} 留给${node ? "每个节点上的服务" : "控制平面的节点"}。`,
        symptoms: [node ? "无法 SSH 登录，或节点变为 NotReady" : "到达不了 API server 或 etcd"],
      };
    },
  },
  "ephemeral-overlap": {
    title: "占用的端口位于节点的临时端口范围内",
    why: "节点从此范围为外发连接选取源端口。某个连接使用了被占用的号码期间，该号码上的监听者无法启动，且该连接的数据包可能被当作发往 Service。",
    fix: "把 net.ipv4.ip_local_port_range 移开，或把占用的号码写入 net.ipv4.ip_local_reserved_ports。",
    describe({ ephemeral, nodePorts, holders }, { ports }) {
      return {
        title:
          nodePorts === null
            ? `${sayPorts(ports)} 位于节点的临时端口范围内`
            : `NodePort 范围 ${sayRange(nodePorts)} 与节点的临时端口范围重叠`,
        summary: `节点将 ${sayRange(ephemeral)} 用于外发连接（策略文件：ephemeralPortRange）。${holders.length === 0 ? "其中尚无号码被占用。" : `已占用：${sayPorts(ports)}，占用方 ${fewOf(holders)}。`}`,
        symptoms: ["监听者偶尔无法启动：地址已被使用"],
      };
    },
  },
  "block-intruder": {
    title: "端口位于分配器发放的范围内",
    why: "分配器不知道另有持有者。它迟早会把该号码发给自己的对象，后者便无法启动，或由另一方代为应答。",
    fix: "把持有者移出该范围，或让分配器的范围避开它。",
    describe({ block, range, origin, holders }, { ports }) {
      return {
        title: `${fewOf(holders)} 的 ${sayPorts(ports)} 位于 ${block} 的范围内`,
        summary: `${block} 自行发放 ${sayRange(range)}${origin === "cluster" ? "（其默认范围；其 Pod 在此运行）" : ""}，而这一占用不是由它作出的。`,
        symptoms: ["分配器的某个 Pod 保持 Pending 或从不应答"],
      };
    },
  },
  "outside-band": {
    title: "端口位于他人的端口段",
    why: "端口段是许诺给某个团队的一部分号码。他人取用其中的号码就是从他们那里拿走，也没有人会到那里去找它。",
    fix: "从持有者自己的端口段中给它一个号码，或在该端口段的 `allow` 中写上其命名空间或标签。",
    describe({ band, range, owner, allow, holders }, { ports }) {
      return {
        title: `${sayPorts(ports)} 位于端口段 ${band}，而它不是留给 ${fewOf(holders)} 的`,
        summary: `${band}（${sayRange(range)}${owner === null ? "" : `，${owner}`}）只留给${sayAllow(allow) ?? "所有人"}。`,
        symptoms: ["拥有该端口段的团队发现自己的号码已被占用"],
      };
    },
  },
  "reservation-broken": {
    title: "预留的端口被他人持有，或预留即将结束",
    why: "号码已许诺给某人。被他人持有，到需要之日就会缺少；预留结束后，任何人都可取用。",
    fix: "把持有者移到另一个号码，或在该预留的 `allow` 中写上它。即将结束的：延长 `until`，或从策略文件中去掉该行。",
    describe({ state, port, purpose, ticket, until, daysLeft, allow, holders }) {
      const what = `${purpose}${ticket === null ? "" : `（${ticket}）`}`;
      if (state === "broken") {
        const whom = allow === null ? null : sayAllow(allow);
        return {
          title: `${String(port)} 预留给 ${what}，却被 ${fewOf(holders)} 持有`,
          summary: `该预留${whom === null ? "目前不允许任何人持有" : `只允许${whom}`}${until === null ? "" : `；有效至 ${until} 结束`}。`,
          symptoms: ["获得许诺者得不到该号码"],
        };
      }
      const days = daysLeft ?? 0;
      const when = state === "over" ? `已于 ${String(-days)} 天前结束` : days === 0 ? "今天结束" : `将于 ${String(days)} 天后到期`;
      return {
        title: `${String(port)} 为 ${what}${ticket === null ? " " : ""}所作的预留${when}`,
        summary: `最后一天${state === "over" ? "曾是" : "是"} ${until ?? ""}。${holders.length === 0 ? "没有人持有该号码。" : `持有者：${fewOf(holders)}。`}`,
        symptoms: [],
      };
    },
  },
  "band-nearly-full": {
    title: "端口段所剩号码不多",
    why: "最后一个用完之后，下一个要求其中号码的 Service 会被拒绝，或从别处取得。",
    fix: "扩大端口段，或归还号码：无人使用的 Service，以及负载均衡器不需要 nodePort 的 LoadBalancer Service。",
    describe: (use) => ({ title: `${sayBand(use)}还剩 ${String(use.size - use.used)} 个号码`, summary: sayUse(use), symptoms: [] }),
  },
  "band-full": {
    title: "端口段已无号码",
    why: "下一个要求其中号码的 Service 会被拒绝，或从别处取得。",
    fix: "扩大端口段，或归还号码：无人使用的 Service，以及负载均衡器不需要 nodePort 的 LoadBalancer Service。",
    describe: (use) => ({
      title: `${sayBand(use)}已满`,
      summary: sayUse(use),
      symptoms: ["新的 Service 失败，报错 “provided port is already allocated” 或 “range is full”"],
    }),
  },
  "port-family-meets": {
    title: "系列号码中间有外来者",
    why: "号码递增的 Service 会直接取用下一个号码。若它由他人持有，下一个成员的用户就会到达那里。",
    fix: "把外来者移到该系列之外的号码，并在策略文件中为该系列设一个自己的端口段。",
    describe({ first: from, last, services, span, announced, holders }, { ports }) {
      return {
        title: `${fewOf(holders)} 的 ${sayPorts(ports)} 位于从 ${from} 到 ${last} 的 ${String(services)} 个 Service 的号码之间`,
        summary: `该系列的号码递增，目前为 ${sayRange(span)}。${announced.length === 0 ? "" : `已有会话告知其用户 ${announced.map(String).join("、")}。`}`,
        symptoms: announced.length === 0 ? [] : ["下一个会话的用户到达另一个团队的 Service"],
      };
    },
  },
  "node-port-taken": {
    title: "清单中的 nodePort 已被占用",
    why: "API server 在整个集群中只把一个节点端口号给一个 Service，无论协议、命名空间或流量策略。它会拒绝后来者，发布就此停止。",
    fix: "选用空闲的号码（portolan free），或不写 nodePort，由 API server 选择。",
    describe({ wanted, leaves, loadBalancer, local, otherProtocol, free }, { ports }) {
      const newcomers = [...new Set(wanted.map(({ service }) => service))];
      const remarks = [
        wanted.some(({ heldAs }) => heldAs.startsWith("healthCheckNodePort")) ? "作为 healthCheckNodePort：它取自同一个号码池。" : "",
        loadBalancer ? "LoadBalancer 同样占用 nodePort。" : "",
        otherProtocol ? "换协议没有作用：以号码为准。" : "",
        local ? "externalTrafficPolicy Local 没有作用：一个号码在集群中只给出一次，而不是每个节点一次。" : "",
        leaves
          ? "清单会从持有者那里取走该号码，但在给出之后：请先取走。"
          : free === null
            ? "没有找到连续的空闲号码。"
            : `空闲：${sayRange(free)}。`,
      ];
      return {
        title: `${sayPorts(ports)} 已被占用，占用方为 ${fewOf([...new Set(wanted.map(({ holder }) => holder))])}`,
        summary: `${fewOf(newcomers)} 要求使用。${remarks.join("")}`,
        symptoms: [`API server 拒绝 ${list(newcomers.slice(0, 2))}：provided port is already allocated`],
      };
    },
  },
  "node-port-duplicate-in-service": {
    title: "一个 Service 两次要求同一个 nodePort",
    why: "在一个 Service 内，nodePort 只有用于同一端口的两种协议时（如 DNS）才可出现两次。否则 API server 拒绝该 Service。",
    fix: "给 spec.ports 的每一项自己的号码，或不写 nodePort。",
    describe({ service, entries }, { ports }) {
      return {
        title: `${sayPorts(ports)} 在 ${service} 中出现两次`,
        summary: `${entries.map(({ field, port, protocol }) => `${field}（端口 ${String(port)}/${protocol}）`).join("、")} 要求同一个号码。`,
        symptoms: ["API server 拒绝该 Service"],
      };
    },
  },
  "captures-pods": {
    title: "清单中的 Service 会误选他人的 Pod",
    why: "Service 把每个连接发给其选择器匹配的任一就绪 Pod，无论属于谁。新端口的用户会随机到达他人的程序，而集群中没有任何报错。",
    fix: "在选择器中加入一个标签：您的 Pod 都有，而他人的都没有。",
    describe({ services, own, captured, separating }) {
      const pods = captured.reduce((sum, each) => sum + each.pods.length, 0);
      return {
        title: `${few(services.map(({ name }) => name))} 会选中 ${fewOf(captured.map(({ owner }) => owner))} 的 ${String(pods)} 个 Pod`,
        summary: `${own.length === 0 ? `${services.length === 1 ? "其选择器" : "它们的选择器"}匹配多个所属方` : `除 ${fewOf(own)} 的 Pod 之外`}：每个连接会随机落到其中之一。${saySeparating(separating)}`,
        symptoms: ["收到其他所属方程序的应答", "只有一部分连接正常"],
      };
    },
  },
  "captured-by-service": {
    title: "清单中的 Pod 会加入他人的 Service",
    why: "Service 接纳其选择器匹配的每个 Pod。其用户会随机到达新程序，尽管他们要找的是另一个。",
    fix: "更改新 Pod 的标签，或在该 Service 的选择器中加入只有其自己的 Pod 才有的标签。",
    describe({ services, newcomers, residents, usable, separating }) {
      const [only, ...more] = services;
      const pairs = Object.entries(only?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
      return {
        title: `${fewOf(newcomers)} 的 Pod 会加入 ${few(services.map(({ name }) => name))}`,
        summary: `${more.length === 0 ? `其选择器 ${list(pairs)} 匹配` : "它们的选择器匹配"}这些 Pod以及 ${fewOf(residents)} 的 Pod${usable ? "：每个连接会随机落到其中之一" : ""}。${saySeparating(separating)}`,
        symptoms: usable ? [more.length === 0 ? "该 Service 的用户随机到达新程序" : "这些 Service 的用户随机到达新程序"] : [],
      };
    },
  },
  "host-port-unplaceable": {
    title: "没有节点能容纳清单中的 hostPort",
    why: "一个节点只能容纳一个使用给定 hostPort、协议和 hostIP 的 Pod。若可用的每个节点上已有这样的 Pod，新的就保持 Pending。",
    fix: "换一个 hostPort（portolan free --kind hostPort），或让 Pod 可用该端口空闲的节点。",
    describe({ workload, cause, wanted, placeable, excluded, taken }, { ports, nodes }) {
      const holders = fewOf([...new Set(taken.map(({ holder }) => holder))]);
      const ruledOut = excluded === 0 ? "" : `${String(excluded)} 个节点被选择器、亲和性或污点排除。`;
      const symptoms = ["Pod 保持 Pending"];
      switch (cause) {
        case "no-node":
          return {
            title: `没有节点适合 ${workload}`,
            summary: `其 Pod 要求 ${sayPorts(ports)}，而没有它们可用的节点。${ruledOut}`,
            symptoms,
          };
        case "held":
          return {
            title: `${workload} 的 ${sayPorts(ports)} 在任何节点上都不空闲`,
            summary: `它可用的${sayNodes(nodes)}上均由 ${holders} 持有。${ruledOut}`,
            symptoms,
          };
        case "some-nodes":
          return {
            title: `${workload} 的 ${sayPorts(ports)} 在${sayNodes(nodes)}上已被占用`,
            summary: `DaemonSet 要在其 ${String(wanted)} 个节点上各有一个 Pod；那里由 ${holders} 持有。${ruledOut}`,
            symptoms,
          };
        case "too-few":
          return {
            title: `${workload} 需要 ${String(wanted)} 个 Pod，而只有 ${String(placeable)} 个节点可容纳`,
            summary: `${sayPorts(ports)} 在每个节点上只有一份${taken.length === 0 ? "" : `，在${sayNodes(nodes)}上由 ${holders} 持有`}。${ruledOut}`,
            symptoms,
          };
      }
    },
  },
};

const jobParts = {
  endpoint: "现在就会收到连接",
  waiting: "就绪后会收到连接",
  "no-port": "被选中，但没有该名称的端口",
  finished: "已结束：下次运行的 Pod 会再次被选中",
} as const;

function list(parts: readonly string[]): string {
  return parts.join("、");
}

function sayPorts(ports: readonly PortOfFinding[]): string {
  const { parts, more } = listPorts(ports);
  return `${list(parts)}${more === 0 ? "" : ` 等，另有 ${String(more)} 组`}`;
}

function sayRange({ first: from, last }: Range): string {
  return formatRange(from, last);
}

/** At most so many names. */
function first(names: readonly string[], most: number): string {
  return `${list(names.slice(0, most))}${names.length > most ? " …" : ""}`;
}

function few(names: readonly string[]): string {
  return names.length <= 4 ? list(names) : `${list(names.slice(0, 3))} 等 ${String(names.length)} 个`;
}

function fewOf(names: readonly string[]): string {
  return names.length <= 4 ? list(names) : `${list(names.slice(0, 3))} 等 ${String(names.length)} 个对象`;
}

function sayNodes(names: readonly string[]): string {
  return names.length <= 3 ? `节点 ${list(names)} ` : ` ${String(names.length)} 个节点`;
}

function quote(event: string | null): string {
  return event === null ? "" : `API server 报告：${event}`;
}

/** Null where everyone may. */
function sayAllow({ namespaces, labels }: Allow): string | null {
  if (namespaces?.length === 0) return "无人";
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const parts = [
    ...(namespaces === null ? [] : [`命名空间 ${list(namespaces)}`]),
    ...(pairs.length === 0 ? [] : [`带标签 ${list(pairs.sort())} 者`]),
  ];
  return parts.length === 0 ? null : parts.join("中");
}

function saySeparating(labels: readonly string[]): string {
  return labels.length === 0 ? "没有能区分所属方的标签。" : `能区分所属方的标签：${list(labels.slice(0, 2))}。`;
}

function sayNearMiss(miss: EvidenceByRule["no-endpoints"]["nearMiss"], isOne: boolean): string {
  if (miss === null) return "";
  const { slip, wanted, has, pod, pods } = miss;
  const who = pods === 1 ? `Pod ${pod}` : `${String(pods)} 个 Pod`;
  switch (slip) {
    case "key":
      return `${isOne ? "" : "这些"}选择器的键是 ${wanted}；${who} 带的是 ${has}。`;
    case "value":
      return `${isOne ? "" : "这些"}选择器要求 ${wanted}；${who} 带的是 ${has}。`;
    case "namespace":
      return `${isOne ? "该" : "这些"} Service 位于命名空间 ${wanted}；${isOne ? "它" : "它们"}本会匹配的 ${who} 位于 ${has}。`;
  }
}

function sayWinner(alike: EvidenceByRule["host-port-on-node-port"]["nodes"], service: string, everywhere: boolean): string {
  const [one] = alike;
  if (one === undefined) return "";
  const { winner, why, proxy } = one;
  const hostPort = `${first([...new Set(alike.flatMap(({ pods }) => pods))], 3)} 的 hostPort`;
  const nodePort = `${service} 的 nodePort`;
  const where = everywhere ? "" : `在${sayNodes(alike.map(({ node }) => node))}上，`;
  if (winner === "unknown") return `${where}${hostPort} 与 ${nodePort} 相争；${proxy}：无法得知胜者，因为没有依据说明谁的规则在前。`;
  const reason =
    why === "noEndpoint"
      ? "后者在那里没有可用的端点"
      : why === "order"
        ? `${proxy} 晚于该 Pod 启动，最后注册者在前`
        : `${proxy} 先转换 ${winner === "nodePort" ? "nodePort" : "hostPort"}`;
  return `${where}${winner === "nodePort" ? `${nodePort} 胜过 ${hostPort}` : `${hostPort} 胜过 ${nodePort}`}：${reason}。`;
}

function sayBand({ band }: EvidenceByRule["band-full"]): string {
  return band === null ? "Service 的 NodePort 范围" : `端口段 ${band} `;
}

function sayUse({ range, used, size, loadBalancers, loadBalancerPorts, owner }: EvidenceByRule["band-full"]): string {
  const give =
    loadBalancers === 0
      ? ""
      : `其中 ${String(loadBalancerPorts)} 个属于 ${String(loadBalancers)} 个 LoadBalancer Service；若负载均衡器直接到达 Pod，可用 \`allocateLoadBalancerNodePorts: false\` 省去。`;
  return `${sayRange(range)}${owner === null ? "" : `（${owner}）`} 的 ${String(size)} 个号码中已占用或预留 ${String(used)} 个（${formatShare(used / size)}）。${give}`;
}
