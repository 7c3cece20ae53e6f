import { expect, test } from "vitest";
import { joinAssumptions } from "./join-assumptions";

const version = (value: string, node: string) => ({
  what: "kube-proxy version",
  value,
  from: `Node/${node} status.nodeInfo.kubeletVersion`,
});
const mode = { what: "proxyMode", value: "iptables", from: "default" };

test("what rests on many nodes is said once, and what differs or comes from elsewhere by itself", () => {
  const read = { ...mode, from: "ConfigMap/kube-system/kube-proxy" };
  expect(
    joinAssumptions([
      version("1.36", "a"),
      mode,
      version("1.36", "b"),
      mode,
      version("1.35", "c"),
      version("1.36", "d"),
      read,
      version("1.35", "e"),
    ]),
  ).toEqual([
    { ...version("1.36", "a"), from: "Node/a status.nodeInfo.kubeletVersion and 2 others" },
    mode,
    { ...version("1.35", "c"), from: "Node/c status.nodeInfo.kubeletVersion and 1 other" },
    read,
  ]);
});
