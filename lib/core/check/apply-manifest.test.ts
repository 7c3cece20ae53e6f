import { describe, expect, test } from "vitest";
import { podKey, serviceKey } from "../model/brands";
import type { PodRecord } from "../model/pod";
import { findPortEndpoints } from "../inventory/usable-endpoints";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import {
  buildContext,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  buildWorkload,
  type SnapshotParts,
} from "../testing/builders";
import { app, runPods } from "../testing/apps";
import { manifestOf, remove } from "../testing/manifests";
import { applyManifest } from "./apply-manifest";
import { checkManifest } from "./check-manifest";

const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
const web = app(runPods("Deployment", "web", [1, 2], { app: "web" }, [{ containerPort: 80 }]), [
  { name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_080 }] },
]);
const live: SnapshotParts = { ...web, nodes };

/** The endpoints of a Service, as `owner@node`. */
function endpointsOf(snapshot: Snapshot, name: string): readonly string[] {
  const service = snapshot.services.get(serviceKey("default", name));
  const [port] = service?.ports ?? [];
  if (service === undefined || port === undefined) return [];
  return findPortEndpoints(snapshot, service, port)
    .filter(({ usable }) => usable)
    .map(({ pod, nodeName }) => `${pod === null ? "?" : resolveOwner(pod).name}@${nodeName ?? "somewhere"}`)
    .sort();
}

function podsOf(snapshot: Snapshot, owner: string): readonly PodRecord[] {
  return [...snapshot.pods.values()].filter((pod) => resolveOwner(pod).name === owner);
}

describe("Services", () => {
  test("a new one gets an address and the endpoints that its selector means", () => {
    const { snapshot } = applyManifest(
      buildSnapshot(live),
      manifestOf(
        buildService({ name: "other", clusterIPs: [], ipFamilies: [], selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_081 }] }),
      ),
    );
    expect(endpointsOf(snapshot, "other")).toEqual(["web@n1", "web@n2"]);
    expect(snapshot.services.get(serviceKey("default", "other"))?.clusterIPs).toEqual(["240.0.0.1"]);
  });

  test.for([
    ["of one with a selector are the controller's, not the manifest's", { app: "web" }, ["web@n1", "web@n2"]],
    ["of one without are mirrored", null, ["?@somewhere"]],
  ] as const)("Endpoints %s", ([, selector, expected]) => {
    const slice = buildSlice({ service: "other", endpoints: [{ address: "192.168.7.7" }], convertedFrom: "Endpoints" });
    const other = buildService({ name: "other", clusterIPs: [], selector, ports: [{ port: 80, nodePort: 30_081 }] });
    const endpoints = {
      action: "apply" as const,
      object: { kind: "EndpointSlice", namespace: "default", name: slice.name },
      content: { kind: "endpointslices" as const, record: slice },
      fields: [],
    };
    expect(endpointsOf(applyManifest(buildSnapshot(live), manifestOf(other, endpoints)).snapshot, "other")).toEqual(expected);
  });

  test("an update that states no nodePort keeps the one it has, by port, else by name", () => {
    const base = buildSnapshot({
      services: [
        buildService({
          name: "a",
          ports: [
            { port: 80, name: "http", nodePort: 30_080 },
            { port: 443, name: "tls", nodePort: 30_443 },
          ],
        }),
      ],
    });
    const stated = buildService({
      name: "a",
      type: "NodePort",
      clusterIPs: [],
      ports: [
        { port: 8080, name: "http" },
        { port: 443, name: "other" },
        { port: 9, name: "new" },
      ],
    });
    const { snapshot } = applyManifest(base, manifestOf(stated));
    const after = snapshot.services.get(serviceKey("default", "a"));
    expect(after?.ports.map(({ nodePort }) => nodePort)).toEqual([30_080, 30_443, 0]);
    expect(after?.clusterIPs).toEqual(base.services.get(serviceKey("default", "a"))?.clusterIPs);
  });

  test("ClusterIP gives the numbers back", () => {
    const { snapshot } = applyManifest(
      buildSnapshot(live),
      manifestOf(buildService({ name: "web", type: "ClusterIP", selector: { app: "web" }, ports: [{ port: 80 }] })),
    );
    expect(snapshot.lookup.servicePortsByNodePort(30_080)).toEqual([]);
  });

  test("deleted with its slices", () => {
    const { snapshot } = applyManifest(buildSnapshot(live), manifestOf(remove("Service", "web")));
    expect([snapshot.services.size, snapshot.endpointslices.size, snapshot.pods.size]).toEqual([0, 0, 2]);
  });
});

describe("workloads", () => {
  const deployment = (partial: Parameters<typeof buildWorkload>[0]) => buildWorkload(partial);

  test("a new one joins the Services that select it; its pods have no node where there is a choice", () => {
    const next = deployment({
      name: "canary",
      replicas: 1,
      template: { labels: { app: "web" }, containers: [{ ports: [{ containerPort: 80 }] }] },
    });
    const { snapshot } = applyManifest(buildSnapshot(live), manifestOf(next));
    expect(endpointsOf(snapshot, "web")).toEqual(["canary@somewhere", "web@n1", "web@n2"]);
  });

  test("an update keeps the pods that run, with the new labels; hashes stay", () => {
    const next = deployment({
      name: "web",
      replicas: 3,
      template: { labels: { app: "web", tier: "front" }, containers: [{ ports: [{ containerPort: 80 }] }] },
    });
    const { snapshot } = applyManifest(buildSnapshot(live), manifestOf(next));
    expect(endpointsOf(snapshot, "web")).toEqual(["web@n1", "web@n2", "web@somewhere"]);
    expect(podsOf(snapshot, "web").map(({ labels }) => labels["tier"])).toEqual(["front", "front", "front"]);
    expect(snapshot.pods.get(podKey("default", "web-0"))?.labels["pod-template-hash"]).toBe("5d4f");
  });

  test("new labels take the pods out of a Service that asks for the old ones", () => {
    const next = deployment({
      name: "web",
      replicas: 2,
      template: { labels: { app: "other" }, containers: [{ ports: [{ containerPort: 80 }] }] },
    });
    expect(endpointsOf(applyManifest(buildSnapshot(live), manifestOf(next)).snapshot, "web")).toEqual([]);
  });

  test.for([
    ["fewer replicas", 1, 1],
    ["none", 0, 0],
    ["as many as run where it does not say", null, 2],
  ] as const)("%s", ([, replicas, expected]) => {
    const next = deployment({
      name: "web",
      replicas,
      template: { labels: { app: "web" }, containers: [{ ports: [{ containerPort: 80 }] }] },
    });
    expect(podsOf(applyManifest(buildSnapshot(live), manifestOf(next)).snapshot, "web")).toHaveLength(expected);
  });

  test("a DaemonSet has a pod on each node that it may use", () => {
    const tainted = buildNode({ name: "n4", taints: [{ key: "gpu", value: "", effect: "NoSchedule" }] });
    const next = deployment({ name: "agent", kind: "DaemonSet", template: { labels: { app: "agent" } } });
    const { snapshot } = applyManifest(buildSnapshot({ nodes: [...nodes, tainted] }), manifestOf(next));
    expect(podsOf(snapshot, "agent").map(({ nodeName }) => nodeName)).toEqual(["n1", "n2", "n3"]);
  });

  test("a bare pod that a controller has adopted stays what its own manifest says, in whatever order they stand", () => {
    const pod = buildPod({
      name: "seed",
      node: "n1",
      ip: "10.244.1.9",
      labels: { app: "db", seed: "yes" },
      controller: { kind: "ReplicaSet", name: "db" },
    });
    const adopter = {
      ...deployment({ name: "db", replicas: 1, template: { labels: { app: "db" }, containers: [{ ports: [] }] } }),
      kind: "ReplicaSet",
    };
    const stated = { ...pod, uid: "", controller: null, nodeName: null, podIPs: [] };
    const snapshot = buildSnapshot({ nodes, pods: [pod] });
    for (const manifest of [manifestOf(adopter, stated), manifestOf(stated, adopter)])
      expect([...applyManifest(snapshot, manifest).snapshot.pods.values()]).toEqual([pod]);
  });

  test("deleted with its pods", () => {
    const { snapshot } = applyManifest(buildSnapshot(live), manifestOf(remove("Deployment", "web")));
    expect(endpointsOf(snapshot, "web")).toEqual([]);
    expect(snapshot.pods.size).toBe(0);
  });
});

describe("host ports", () => {
  const holder = buildPod({ name: "old", node: "n1", ip: "10.244.1.9", ports: [{ containerPort: 80, hostPort: 8080 }] });
  const wants = (partial: Partial<Parameters<typeof buildWorkload>[0]> = {}) =>
    buildWorkload({
      name: "new",
      replicas: 1,
      ...partial,
      template: { labels: { app: "new" }, containers: [{ ports: [{ containerPort: 80, hostPort: 8080 }] }], ...partial.template },
    });

  test("says where a pod could land, who is in the way, and what is ruled out", () => {
    const cordoned = buildNode({ name: "n4", unschedulable: true });
    const { placements } = applyManifest(buildSnapshot({ nodes: [...nodes, cordoned], pods: [holder] }), manifestOf(wants()));
    expect(placements).toMatchObject([
      {
        free: ["n2", "n3"],
        staying: [],
        wanted: 1,
        excluded: 1,
        taken: [{ node: "n1", holder: { kind: "Pod", name: "old" }, port: 8080 }],
      },
    ]);
  });

  test("a pod has its node where no other could take it", () => {
    const { snapshot } = applyManifest(buildSnapshot({ nodes: nodes.slice(0, 2), pods: [holder] }), manifestOf(wants()));
    expect(podsOf(snapshot, "new").map(({ nodeName }) => nodeName)).toEqual(["n2"]);
  });

  test("a workload never stands in its own way", () => {
    const own = buildPod({
      name: "new-0",
      node: "n1",
      ip: "10.244.1.9",
      controller: { kind: "StatefulSet", name: "new" },
      ports: [{ containerPort: 80, hostPort: 8080 }],
    });
    const set = manifestOf({ ...wants(), kind: "StatefulSet" });
    expect(applyManifest(buildSnapshot({ nodes: nodes.slice(0, 1), pods: [own] }), set).placements).toMatchObject([
      { staying: ["n1"], taken: [] },
    ]);
  });

  test("nodes that could not be read make places unknown", () => {
    expect(applyManifest(buildSnapshot({ kinds: { nodes: "forbidden" } }), manifestOf(wants())).placements).toMatchObject([
      { known: false, free: [] },
    ]);
  });
});

test("what is applied already changes nothing", () => {
  const base = buildSnapshot(live);
  const same = manifestOf(...(live.services ?? []).map((service) => ({ ...service, clusterIPs: [], uid: "", createdAtMs: null })));
  const { introduced, resolved, after } = checkManifest(base, buildContext(), same);
  expect([introduced, resolved]).toEqual([[], []]);
  expect([...after.endpointslices.values()]).toEqual([...base.endpointslices.values()]);
});

test("where namespaces are read one by one, a new one is known by the manifest that makes it", () => {
  const base = buildSnapshot({ ...live, kinds: { endpointslices: { namespaces: ["default"], forbiddenNamespaces: ["hidden"] } } });
  const inside = (namespace: string) => buildService({ namespace, name: "new", ports: [{ port: 80, nodePort: 30_099 }] });
  expect(applyManifest(base, manifestOf(inside("fresh"))).snapshot.kinds.endpointslices).toMatchObject({
    namespaces: ["default", "fresh"],
    forbiddenNamespaces: ["hidden"],
  });
});

test("a Service whose pods may not be read has unknown endpoints", () => {
  const base = buildSnapshot({ ...live, kinds: { pods: { forbiddenNamespaces: ["default"] } } });
  const { snapshot } = applyManifest(
    base,
    manifestOf(buildService({ name: "web", selector: { app: "else" }, ports: [{ port: 80, nodePort: 30_080 }] })),
  );
  expect(snapshot.kinds.endpointslices.forbiddenNamespaces).toEqual(["default"]);
});
