import type { ProblemKind } from "@/lib/wire/problem-kinds";

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
