import { describe, expect, test } from "vitest";
import { buildContext, buildPod, buildSnapshot, buildWorkload, type SnapshotParts } from "../testing/builders";
import { runRules } from "./run-rules";

const find = (parts: SnapshotParts) =>
  runRules(buildSnapshot(parts), buildContext()).findings.filter(({ rule }) => rule === "host-port-not-mapped");
const container = (role: "main" | "init" | "sidecar", hostPort = 9100) => ({
  name: `c-${role}`,
  role,
  ports: [{ containerPort: 80, hostPort }],
});
const pod = (name: string, node: string, containers: NonNullable<Parameters<typeof buildPod>[0]["containers"]>) =>
  buildPod({ name, node, containers, controller: { kind: "DaemonSet", name: "agent" } });

describe("host-port-not-mapped", () => {
  test.for(["init", "sidecar"] as const)("of a %s container: one warning for the owner, with its nodes", (role) => {
    const pods = ["n1", "n2"].map((node) => pod(`agent-${node}`, node, [container(role)]));
    expect(find({ pods })).toMatchObject([
      {
        severity: "warning",
        subjects: [{ kind: "DaemonSet", name: "agent" }],
        ports: [{ port: 9100, protocol: "TCP" }],
        nodes: ["n1", "n2"],
        evidence: { containers: [{ name: `c-${role}`, role }] },
      },
    ]);
  });

  test("of a template whose pods do not run yet", () => {
    const daemonsets = [buildWorkload({ name: "agent", kind: "DaemonSet", template: { containers: [container("sidecar")] } })];
    expect(find({ daemonsets })).toMatchObject([{ subjects: [{ kind: "DaemonSet", name: "agent" }], nodes: [] }]);
  });

  test.for<readonly [string, SnapshotParts]>([
    ["a main container's", { pods: [pod("a", "n1", [container("main")])] }],
    ["a main container has the same one", { pods: [pod("a", "n1", [container("main"), container("sidecar")])] }],
    ["a sidecar without host port", { pods: [pod("a", "n1", [container("sidecar", 0)])] }],
    [
      "the host's network: the sidecar listens itself",
      { pods: [buildPod({ name: "a", node: "n1", hostNetwork: true, containers: [container("sidecar", 80)] })] },
    ],
    ["finished", { pods: [buildPod({ name: "a", node: "n1", phase: "Succeeded", containers: [container("init")] })] }],
  ])("%s: nothing", ([, parts]) => {
    expect(find(parts)).toEqual([]);
  });

  test("pods that may not be read: not evaluated", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { pods: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "host-port-not-mapped", missing: ["pods"], namespaces: "all" });
  });
});
