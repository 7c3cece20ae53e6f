import { describe, expect, test } from "vitest";
import { formatObjectRef } from "../model/meta";
import { app, runPods } from "../testing/apps";
import { buildContext, buildNode, buildPod, buildService, buildSnapshot, buildWorkload, type SnapshotParts } from "../testing/builders";
import { manifestOf, sayFinding, stated, type ManifestPart } from "../testing/manifests";
import { checkManifest } from "./check-manifest";
import { findPruned } from "./prune";

const own = { "app.kubernetes.io/instance": "shop" };
const kept = stated({ name: "kept", labels: own });
const operator = { kind: "Shop", name: "shop" };

function prune(parts: SnapshotParts, manifest: readonly ManifestPart[] = [kept], labels: Readonly<Record<string, string>> = own) {
  return findPruned(buildSnapshot(parts), manifestOf(...manifest), labels).map(({ object }) => formatObjectRef(object));
}

describe("what is pruned", () => {
  test.for<readonly [name: string, parts: SnapshotParts, pruned: readonly string[]]>([
    ["a Service that the manifest no longer has", { services: [buildService({ name: "old", labels: own })] }, ["Service/default/old"]],
    ["near: one that it has", { services: [buildService({ name: "kept", labels: own })] }, []],
    ["near: one of another instance", { services: [buildService({ name: "old", labels: { "app.kubernetes.io/instance": "other" } })] }, []],
    ["near: one without labels", { services: [buildService({ name: "old" })] }, []],
    [
      "near: one that an operator made, and labelled like its own",
      { services: [buildService({ name: "old", labels: own, controller: operator })] },
      [],
    ],
    [
      "near: one in a namespace that the manifest does not touch",
      { services: [buildService({ name: "old", namespace: "elsewhere", labels: own })] },
      [],
    ],
    [
      "workloads by their own labels, whatever their pods carry",
      {
        deployments: [buildWorkload({ name: "web", labels: own }), buildWorkload({ name: "other" })],
        daemonsets: [buildWorkload({ name: "agent", kind: "DaemonSet", labels: own })],
        pods: [
          ...runPods("Deployment", "web", [1], {}, []),
          ...runPods("Deployment", "other", [1], own, []),
          ...runPods("DaemonSet", "agent", [1], {}, []),
        ],
      },
      ["DaemonSet/default/agent", "Deployment/default/web"],
    ],
    ["near: a Deployment of an operator's", { deployments: [buildWorkload({ name: "web", labels: own, controller: operator })] }, []],
    [
      "workloads that are not read, and bare pods, by the labels of the pods",
      {
        pods: [
          ...runPods("StatefulSet", "db", [1, 2], own, []),
          ...runPods(null, "tool", [1], own, []),
          ...runPods("StatefulSet", "other", [1], {}, []),
        ],
      },
      ["Pod/default/tool-0", "StatefulSet/default/db"],
    ],
    [
      "near: a static pod is the node's",
      { pods: [buildPod({ name: "proxy-n1", node: "n1", labels: own, staticPod: true, controller: { kind: "Node", name: "n1" } })] },
      [],
    ],
  ])("%s", ([, parts, pruned]) => {
    expect(prune({ deployments: [], daemonsets: [], ...parts })).toEqual(pruned);
  });

  test("in each namespace that the manifest touches, and all labels have to fit", () => {
    const services = ["default", "b", "c"].map((namespace) =>
      buildService({ name: "old", namespace, labels: { ...own, tier: namespace === "c" ? "x" : "y" } }),
    );
    const manifest = [kept, stated({ name: "kept", namespace: "b", labels: own }), stated({ name: "kept", namespace: "c", labels: own })];
    expect(prune({ services }, manifest)).toEqual(["Service/b/old", "Service/c/old", "Service/default/old"]);
    expect(prune({ services }, manifest, { ...own, tier: "y" })).toEqual(["Service/b/old", "Service/default/old"]);
  });
});

describe("a check with what is pruned", () => {
  const parts: SnapshotParts = {
    nodes: [1, 2].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` })),
    ...app(
      [...runPods("Deployment", "web", [1], { app: "web" }, []), ...runPods("Deployment", "new", [2], { app: "new" }, [])],
      [
        { name: "old", labels: own, selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_080 }] },
        { name: "kept", labels: own, selector: { app: "new" }, ports: [{ port: 80, nodePort: 30_081 }] },
      ],
    ),
  };
  const deployments = [buildWorkload({ name: "web", labels: own, template: { labels: { app: "web" } } })];
  const check = (...services: readonly Parameters<typeof stated>[0][]) => {
    const snapshot = buildSnapshot({ ...parts, deployments });
    const manifest = manifestOf(...services.map((each) => stated({ labels: own, ...each })));
    return checkManifest(snapshot, buildContext(), { objects: [...manifest.objects, ...findPruned(snapshot, manifest, own)] });
  };

  test("creates, updates and deletes, each told as such", () => {
    const { objects, introduced, routes } = check(
      { name: "kept", selector: { app: "new" }, ports: [{ port: 80, nodePort: 30_081 }] },
      { name: "more", selector: { app: "new" }, ports: [{ port: 80, nodePort: 30_082 }] },
    );
    expect(objects.map(({ object, effect }) => `${effect} ${formatObjectRef(object)}`)).toEqual([
      "update Service/default/kept",
      "create Service/default/more",
      "delete Deployment/default/web",
      "delete Service/default/old",
    ]);
    expect(introduced).toEqual([]);
    expect(routes.map(({ query, before, after }) => [query.port, before.outcome.kind, after.outcome.kind])).toEqual([
      [30_080, "delivered", "closed"],
      [30_081, "delivered", "delivered"],
      [30_082, "closed", "delivered"],
    ]);
  });

  test("pruning goes last: a number that it frees is still held while the newcomer is applied", () => {
    const { introduced } = check(
      { name: "kept", selector: { app: "new" }, ports: [{ port: 80, nodePort: 30_081 }] },
      { name: "more", selector: { app: "new" }, ports: [{ port: 80, nodePort: 30_080 }] },
    );
    expect(introduced.map(sayFinding)).toEqual(["W node-port-taken 30080"]);
  });
});
