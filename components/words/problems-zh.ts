import type { ProblemKind, TroubleKind } from "@/lib/wire/problem-kinds";

/** 未能回答时的标题；细节由 API 给出。 */
export const problemsZh: Readonly<Record<ProblemKind, string>> = {
  "bad-query": "无法理解该查询",
  "foreign-origin": "此页面不可访问该服务器",
  "not-found": "此处没有该对象",
  "method-not-allowed": "此地址不接受该方法",
  "not-synced": "仍在读取集群",
  "no-room": "没有空间容纳更多快照",
  "too-large": "请求体过大",
  "foreign-host": "此服务器不响应该主机名",
  "unreadable-snapshot": "该文件不是可读取的快照",
  "too-many-requests": "请求过多",
  internal: "Portolan 未能回答",
  unreachable: "无法连接集群",
  "no-answer": "无法连接 Portolan",
};

/** 数据源无法读取的原因，按种类。 */
export const troublesZh: Readonly<Record<TroubleKind, string>> = {
  "no-cluster": "没有 kubeconfig，或其中没有当前 context：请用 --kubeconfig 或 --context 指明，或试用 --demo、--snapshot PATH",
  "bad-kubeconfig": "kubeconfig 无法读取，或没有该 context 或集群：请检查 --kubeconfig、--context 和 KUBECONFIG",
  unreachable: "API server 没有应答：请检查它是否在运行，本机能否到达它",
  "untrusted-certificate": "服务器的证书不受信任：请检查 kubeconfig 中的 certificate-authority 和 tls-server-name",
  unauthorized: "凭据被拒绝或无法取得：请重新登录，或更新令牌",
  forbidden: "没有读取任何必需类型的权限：请授予所缺的 RBAC",
  "bad-response": "应答者不像 API server：请检查 kubeconfig 中的服务器地址，其前可能有代理或登录页",
  "unreadable-file": "该文件无法读取：请检查它是否完整，或解包后指明文件夹",
  "foreign-format":
    "这不是快照：请给出 kubectl get nodes,pods,services,endpointslices -A -o json、kubectl cluster-info dump、支持包，或 portolan snapshot -o FILE",
  "too-large": "该文件超出限制：请只给出 Portolan 读取的类型，或解包后指明文件夹",
  "bad-policy": "策略文件无法读取或有错误：请更正",
};
