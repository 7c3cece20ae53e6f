import type { OddCode } from "@/lib/core";

/** 对象中的异常。 */
export const oddZh: Readonly<Record<OddCode, string>> = {
  "no-name": "对象没有 metadata.name：已跳过",
  "no-namespace": "没有命名空间，像是未从集群读取的清单：视为 default",
  "unknown-value": "{field} 的值 {value} 未知",
  "unknown-value-replaced": "{field} 的值 {value} 未知：按 {taken} 处理",
  "unknown-address-type": "status.addresses 含未知类型 {type}：已跳过",
  "bad-port": "spec.ports 含端口 {port}：已跳过",
  "bad-node-port": "spec.ports 含 nodePort {port}：视为没有",
  "bad-container-port": "容器端口的号码为 {port}：已跳过",
  "slice-of-nobody": "没有标签 kubernetes.io/service-name：不属于任何 Service",
  "endpoint-without-address": "含没有地址的端点：已跳过",
  "antrea-config": "antrea-agent.conf 不是 YAML：proxyAll 未知",
  "proxy-config": "kube-proxy 配置不是 YAML：其设置未知",
  "proxy-config-empty": "kube-proxy 配置为空：其设置未知",
  "node-args": "注解 node-args 不是 JSON 列表：其设置未知",
  "old-api": "{api} 自 Kubernetes {since} 起被 API server 拒绝：请以 {now} 应用",
  "digit-first": "以数字开头：Kubernetes 1.36 之前的 API server 拒绝这样的 Service 名称",
  "twice-in-manifest": "{object} 也出现在 {place}：以后者为准",
  "twice-later": "出现两次：以后一个文件为准",
  "twice-newer": "出现两次：以较新的 resourceVersion 为准",
  "derived-slices": "转储含 Endpoints 但没有 EndpointSlice：由 Endpoints 推得",
  redacted: "{count} 个对象含被涂黑的值：视为未设置",
  unlisted: "另有 {count} 条警告未列出",
  unreadable: "无法读取：{why}",
};
