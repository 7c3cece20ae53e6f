// Words of snapshots that are brought through the page, in Chinese.

import type { snapshotsEn } from "./snapshots-en";

export const snapshotsZh: typeof snapshotsEn = {
  open: "打开快照…",
  openHint: "也可将文件拖到页面任意位置",
  drop: "松开即可作为快照查看",
  dropHint: "由本服务器读取，仅保存在内存中：不含环境变量、命令、密钥和日志。",
  one: "请拖放单个文件；文件夹请打包为 .tar.gz 或 .zip。",
  sending: (name, percent) => `正在读取 ${name}：已发送 ${percent} %`,
  reading: (name) => `正在读取 ${name}`,
  cancel: "取消",
  close: "关闭",
  remove: "移除",
  removeNamed: (name) => `移除快照 ${name}`,
  removed: (name) => `已移除 ${name}`,
  failed: (why) => `未能打开：${why}`,
  kubernetes: (version) => `Kubernetes ${version}`,
  holds: (nodes, pods, services) => `${String(nodes)} 个节点，${String(pods)} 个 Pod，${String(services)} 个 Service`,
  missing: (kinds) => `缺少 ${kinds}`,
  partly: (kinds) => `不完整：${kinds}`,
  notEvaluated: (rules) => `：${String(rules)} 条规则未评估`,
  and: "，",
  then: "；",
};
