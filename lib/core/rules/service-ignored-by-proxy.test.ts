import { describe, expect, test } from "vitest";
import { buildContext, buildNode, buildPod, buildService, buildSnapshot, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const proxyName = "service.kubernetes.io/service-proxy-name";
const headless = "service.kubernetes.io/headless";
const node = (name: string, minor: number, partial: object = {}) =>
  buildNode({ name, ip: `10.0.0.${name.slice(1)}`, kubeletVersion: `v1.${String(minor)}.0`, ...partial });
const proxyOn = (name: string) =>
  buildPod({ name: `kube-proxy-${name}`, namespace: "kube-system", node: name, hostNetwork: true, labels: { "k8s-app": "kube-proxy" } });
const web = (labels: Readonly<Record<string, string>>, partial: Partial<Parameters<typeof buildService>[0]> = {}) =>
  buildService({ name: "web", labels, ports: [{ port: 80, nodePort: 30_080 }], ...partial });
const find = (parts: SnapshotParts) =>
  runRules(buildSnapshot(parts), buildContext()).findings.filter(({ rule }) => rule === "service-ignored-by-proxy");

describe("service-ignored-by-proxy", () => {
  test.for(["other-proxy", ""])("the label service-proxy-name, of value '%s', on a nodePort: a warning on every node", (value) => {
    expect(find({ nodes: [node("n1", 36), node("n2", 35)], services: [web({ [proxyName]: value })] })).toMatchObject([
      {
        severity: "warning",
        ports: [{ port: 30_080, protocol: "TCP" }],
        nodes: [],
        subjects: [{ kind: "Service", name: "web" }],
        evidence: { label: proxyName, value, proxies: 2, ignoring: 2 },
      },
    ]);
  });

  test("the label headless: on the nodes whose proxy is 1.35 or older", () => {
    expect(find({ nodes: [node("n1", 36), node("n2", 35)], services: [web({ [headless]: "" })] })).toMatchObject([
      { nodes: ["n2"], evidence: { label: headless, proxies: 2, ignoring: 1 } },
    ]);
  });

  test.for<readonly [string, SnapshotParts]>([
    ["the label headless, proxies of 1.36", { nodes: [node("n1", 36)], services: [web({ [headless]: "" })] }],
    ["no nodePort", { nodes: [node("n1", 36)], services: [web({ [proxyName]: "x" }, { ports: [{ port: 80 }] })] }],
    [
      "a headless Service, for which the label is meant",
      { nodes: [node("n1", 35)], services: [web({ [headless]: "" }, { clusterIPs: ["None"] })] },
    ],
    ["other labels", { nodes: [node("n1", 35)], services: [web({ app: "web" })] }],
    ["a node without proxy", { nodes: [node("n1", 36)], pods: [proxyOn("n9")], services: [web({ [proxyName]: "x" })] }],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("nodes that may not be read: not evaluated", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { nodes: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "service-ignored-by-proxy", missing: ["nodes"], namespaces: "all" });
  });
});
