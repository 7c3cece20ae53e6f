// What each collector writes, cut down to a node, a pod and a service: what it is recognised as, and that all three are found.

import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { createClusterIndex, resourceKinds, type ResourceKind, type Snapshot } from "@/lib/core";
import { tarOf, zipOf, type File } from "./archives.testkit";
import { readSnapshot, readSnapshotStream, type ReadProgress } from "./read-snapshot";

const folder = mkdtempSync(join(tmpdir(), "portolan-layouts-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", resourceVersion: "7" },
  status: { addresses: [{ type: "InternalIP", address: "10.0.0.1" }], nodeInfo: { kubeletVersion: "v1.33.1" } },
};
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "shop", name: "web-0", labels: { app: "web" }, resourceVersion: "8" },
  spec: {
    nodeName: "n1",
    containers: [{ name: "web", env: [{ name: "PASSWORD", value: "***HIDDEN***" }], ports: [{ containerPort: 8080 }] }],
  },
  status: { phase: "Running", podIP: "10.1.0.4", podIPs: [{ ip: "10.1.0.4" }] },
};
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name: "web", resourceVersion: "9" },
  spec: { type: "NodePort", clusterIP: "10.9.0.1", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30080, targetPort: 8080 }] },
};
const slice = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { namespace: "shop", name: "web-x", labels: { "kubernetes.io/service-name": "web" } },
  addressType: "IPv4",
  endpoints: [{ addresses: ["10.1.0.4"] }],
};
const bare = ({ apiVersion: _apiVersion, kind: _kind, ...rest }: object & { readonly apiVersion: string; readonly kind: string }): object =>
  rest;
const json = (value: unknown): string => JSON.stringify(value, null, 4);
const yaml = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false, indentSeq: false });
const list = (kind: string, ...items: readonly object[]): object => ({ apiVersion: "v1", kind, items });
const log = { name: "logs/web-0.log", text: "{not an object\nlevel=info\n" };

type Layout = {
  readonly name: string;
  readonly format: string;
  readonly files: readonly File[];
  readonly version?: string;
  readonly warns?: readonly RegExp[];
};

const layouts: readonly Layout[] = [
  {
    name: "Troubleshoot, lists per namespace",
    format: "Troubleshoot support bundle",
    version: "v1.33.1",
    files: [
      { name: "b/version.yaml", text: "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\n" },
      {
        name: "b/cluster-info/cluster_version.json",
        text: json({ info: { major: "1", minor: "33", gitVersion: "v1.33.1" }, string: "v1.33.1" }),
      },
      { name: "b/cluster-resources/nodes.json", text: json(list("NodeList", bare(node))) },
      { name: "b/cluster-resources/pods/shop.json", text: json(list("PodList", bare(pod))) },
      { name: "b/cluster-resources/services/shop.json", text: json(list("ServiceList", bare(service))) },
      { name: "b/cluster-resources/services-errors.json", text: json(["forbidden"]) },
      log,
    ],
  },
  {
    name: "Troubleshoot, arrays of its first versions",
    format: "Troubleshoot support bundle",
    files: [
      { name: "cluster-resources/nodes.json", text: json([bare(node)]) },
      { name: "cluster-resources/pods/shop.json", text: json([bare(pod)]) },
      { name: "cluster-resources/services/shop.json", text: json([bare(service)]) },
    ],
  },
  {
    name: "OpenShift must-gather",
    format: "OpenShift must-gather",
    warns: [/only shop were collected \(a must-gather leaves out/],
    files: [
      { name: "must-gather.local/quay/version", text: "openshift/must-gather\n4.16.3\n" },
      { name: "must-gather.local/quay/cluster-scoped-resources/core/nodes/n1.yaml", text: `---\n${yaml(node)}` },
      {
        name: "must-gather.local/quay/namespaces/shop/core/pods.yaml",
        text: `---\n${yaml({ apiVersion: "v1", items: [pod], kind: "PodList" })}`,
      },
      { name: "must-gather.local/quay/namespaces/shop/pods/web-0/web-0.yaml", text: `---\n${yaml(pod)}` },
      {
        name: "must-gather.local/quay/namespaces/shop/core/services.yaml",
        text: yaml({ apiVersion: "v1", items: [service], kind: "ServiceList" }),
      },
      { name: "must-gather.local/quay/namespaces/shop/pods/web-0/web/web/logs/current.log", text: "{\n" },
    ],
  },
  {
    name: "OpenShift Insights archive",
    format: "OpenShift Insights archive",
    warns: [/no namespace was collected whole/],
    files: [
      { name: "config/node/n1.json", text: json(node) },
      { name: "config/pod/shop/web-0.json", text: json(pod) },
      { name: "config/service/shop/web.json", text: json(service) },
    ],
  },
  {
    name: "kubectl cluster-info dump, as folder",
    format: "kubectl cluster-info dump",
    files: [
      { name: "nodes.json", text: json(list("NodeList", bare(node))) },
      { name: "shop/pods.json", text: json(list("PodList", bare(pod))) },
      { name: "shop/services.json", text: json(list("ServiceList", bare(service))) },
      { name: "shop/replication-controllers.json", text: json({ kind: "ReplicationControllerList", apiVersion: "v1", items: [] }) },
      { name: "shop/web-0/logs.txt", text: "==== START logs\n{\n" },
      { name: "kube-public/pods.json", text: json(list("PodList")) },
    ],
  },
  {
    name: "Sonobuoy",
    format: "Sonobuoy results",
    warns: [/only shop were collected/],
    version: "v1.33.1",
    files: [
      { name: "serverversion.json", text: json({ major: "1", minor: "33", gitVersion: "v1.33.1" }) },
      { name: "resources/cluster/core_v1_nodes.json", text: json({ items: [bare(node)] }) },
      { name: "resources/ns/shop/core_v1_pods.json", text: json({ items: [bare(pod)] }) },
      { name: "resources/ns/shop/core_v1_services.json", text: json(list("List", service)) },
    ],
  },
  {
    name: "Velero backup: a file per object, twice",
    format: "Velero backup",
    warns: [/only shop were collected/],
    files: ["", "v1-preferredversion/"].flatMap((version) => [
      { name: `resources/nodes/${version}cluster/n1.json`, text: JSON.stringify(node) },
      { name: `resources/pods/${version}namespaces/shop/web-0.json`, text: JSON.stringify(pod) },
      { name: `resources/services/${version}namespaces/shop/web.json`, text: JSON.stringify(service) },
    ]),
  },
  {
    name: "Rancher support bundle (Harvester, Longhorn)",
    format: "Rancher support bundle",
    files: [
      { name: "yamls/cluster/kubernetes/nodes.yaml", text: yaml(list("NodeList", node)) },
      { name: "yamls/namespaced/shop/kubernetes/pods.yaml", text: yaml(list("PodList", pod)) },
      { name: "yamls/namespaced/shop/kubernetes/services.yaml", text: yaml(list("ServiceList", service)) },
      { name: "nodes/n1.zip", text: "PK\u0003\u0004" },
    ],
    warns: [/1 archive inside: not opened/, /only shop were collected \(the bundle was asked for these\)/],
  },
  {
    name: "Cilium sysdump",
    format: "Cilium sysdump",
    files: [
      { name: "cilium-sysdump-1/k8s-nodes-20260101-101500.yaml", text: yaml({ items: [bare(node)] }) },
      { name: "cilium-sysdump-1/k8s-pods-20260101-101500.yaml", text: yaml({ items: [bare(pod)] }) },
      { name: "cilium-sysdump-1/k8s-services-20260101-101500.yaml", text: yaml({ items: [bare(service)] }) },
    ],
  },
  {
    name: "a folder per kind, files without an ending",
    format: "folder of objects",
    files: [
      { name: "nodes/n1", text: yaml(node) },
      { name: "pods/web-0", text: yaml(pod) },
      { name: "services/web.txt", text: yaml(service) },
    ],
  },
  {
    name: "files of which one breaks off",
    format: "folder of objects",
    files: [
      { name: "a/nodes.json", text: json(list("NodeList", bare(node))) },
      { name: "b/all.json", text: json(list("List", pod, service)) },
      { name: "c/half.json", text: json(list("List", pod, service)).slice(0, -120) },
    ],
    warns: [/c\/half\.json/],
  },
];

async function read(path: string): Promise<{ readonly snapshot: Snapshot; readonly format: string }> {
  const result = await readSnapshot([path]);
  if (!result.ok) throw new Error(result.error.what);
  const index = createClusterIndex(result.value.cluster);
  index.apply(result.value.deltas);
  return { snapshot: index.snapshot(), format: result.value.format };
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

let made = 0;
const forms: Readonly<Record<string, (files: readonly File[]) => Promise<string>>> = {
  folder: (files) => {
    made += 1;
    for (const { name, text } of files) write(join(`folder-${String(made)}`, name), text);
    return Promise.resolve(join(folder, `folder-${String(made)}`));
  },
  "tar.gz": async (files) => write("a.tar.gz", gzipSync(await tarOf(files))),
  tgz: async (files) => write("a.tgz", gzipSync(await tarOf(files))),
  tar: async (files) => write("a.tar", await tarOf(files)),
  zip: (files) => Promise.resolve(write("a.zip", zipOf(files))),
};

describe.for(layouts)("$name", ({ files, format, version, warns = [] }) => {
  test.for(Object.keys(forms))("as %s", async (form) => {
    const path = await forms[form]?.(files);
    const { snapshot, format: found } = await read(path ?? "");
    expect({ found, version: snapshot.version, counts: [snapshot.nodes.size, snapshot.pods.size, snapshot.services.size] }).toEqual({
      found: format,
      version: version ?? null,
      counts: [1, 1, 1],
    });
    const warnings = snapshot.warnings
      .map(({ object, message }) => `${object}: ${message}`)
      .filter((text) => !text.includes("was derived"));
    expect(warnings).toHaveLength(warns.length);
    for (const each of warns) expect(warnings).toContainEqual(expect.stringMatching(each));
  });
});

test("kubectl get all, of mixed kinds, says of none but those that it held that they were listed", async () => {
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "shop", name: "web" }, spec: {} };
  const job = { apiVersion: "batch/v1", kind: "Job", metadata: { namespace: "shop", name: "once" } };
  const { snapshot } = await read(write("all.yaml", yaml(list("List", pod, service, deployment, job)).replaceAll("\n", "\r\n")));
  const collected = resourceKinds.filter((kind: ResourceKind) => snapshot.kinds[kind].state === "snapshot");
  expect(collected).toEqual(["pods", "services", "deployments"]);
});

test("kubectl cluster-info dump without -A says which namespaces it knows", async () => {
  const path = await forms["folder"]?.([
    { name: "nodes.json", text: json(list("NodeList", bare(node))) },
    { name: "kube-system/pods.json", text: json(list("PodList")) },
    { name: "shop/pods.json", text: json(list("PodList", bare(pod))) },
    { name: "shop/services.json", text: json(list("ServiceList", bare(service))) },
  ]);
  const { snapshot } = await read(path ?? "");
  expect([snapshot.kinds.services.namespaces, snapshot.kinds.nodes.namespaces]).toEqual([["kube-system", "shop"], "all"]);
  expect(snapshot.warnings.map(({ message }) => message)).toEqual([expect.stringContaining("only kube-system and shop were collected")]);
});

test("a must-gather says nothing of the namespaces that it leaves out", async () => {
  const path = await forms["tar.gz"]?.(layouts.find(({ format }) => format === "OpenShift must-gather")?.files ?? []);
  const { kinds } = (await read(path ?? "")).snapshot;
  expect([kinds.nodes.namespaces, kinds.pods.namespaces, kinds.services.namespaces]).toEqual(["all", ["shop"], ["shop"]]);
});

test("an own snapshot and a dump come as a stream, too", async () => {
  const bytes = gzipSync(await tarOf(layouts[0]?.files ?? []));
  const stream = async function* () {
    for (let at = 0; at < bytes.length; at += 100) yield await Promise.resolve(bytes.subarray(at, at + 100));
  };
  for (const body of [
    stream(),
    (async function* () {
      yield await Promise.resolve(zipOf(layouts[0]?.files ?? []));
    })(),
  ]) {
    const result = await readSnapshotStream(body, "case 12.tar.gz");
    expect(result.ok ? [result.value.cluster, result.value.format] : result.error.what).toEqual(["case 12", "Troubleshoot support bundle"]);
  }
});

test.for(["json", "tar", "tar.gz", "zip"])("the progress of a %s goes with its bytes, within one large file as well", async (form) => {
  const text = json(
    list("List", service, {
      ...service,
      spec: {},
      metadata: { name: "noise", annotations: { noise: randomBytes(1 << 20).toString("base64") } },
    }),
  );
  const files = [{ name: "all.json", text }];
  const path = form === "json" ? write("all.json", text) : ((await forms[form]?.(files)) ?? "");
  const { size } = statSync(path);
  const seen: ReadProgress[] = [];
  const result = await readSnapshot([path], { progress: (each) => seen.push(each) });
  expect(result.ok).toBe(true);
  const bytes = seen.map((each) => each.bytes);
  expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  expect(new Set(bytes).size).toBeGreaterThan(4);
  expect(bytes.at(-1)).toBeLessThanOrEqual(size);
  expect(bytes.at(-1)).toBeGreaterThan(size * 0.9);
  expect(seen.every(({ bytesTotal }) => bytesTotal === size)).toBe(true);
});

test("values that were blacked out are not set, and counted in one warning", async () => {
  const hidden = {
    ...pod,
    status: { phase: "Running", podIP: "***HIDDEN***", podIPs: [{ ip: "***HIDDEN***" }], hostIP: "x-ipv4-0000000001-x" },
  };
  const { snapshot } = await read(
    write("hidden.json", json(list("List", hidden, { ...hidden, metadata: { ...hidden.metadata, name: "web-1" } }, service))),
  );
  expect([...snapshot.pods.values()].map(({ podIPs }) => podIPs)).toEqual([[], []]);
  expect(snapshot.warnings.map(({ message }) => message)).toEqual([
    "2 objects hold values that were blacked out: these are taken as not set",
  ]);
});

const hide = "***HIDDEN***";

test.for<{ readonly name: string; readonly object: object; readonly unknown: object }>([
  {
    name: "a nodePort",
    object: { ...service, spec: { ...service.spec, ports: [{ port: 80, nodePort: hide }] } },
    unknown: { services: ["shop"] },
  },
  { name: "a selector", object: { ...service, spec: { ...service.spec, selector: { app: hide } } }, unknown: { services: ["shop"] } },
  {
    name: "a clusterIP",
    object: { ...service, spec: { ...service.spec, clusterIP: "x-ipv4-0000000001-x" } },
    unknown: { services: ["shop"] },
  },
  { name: "the name of a Service", object: { ...service, metadata: { namespace: "shop", name: hide } }, unknown: { services: ["shop"] } },
  { name: "the namespace of a Service", object: { ...service, metadata: { namespace: hide, name: "web" } }, unknown: { services: "all" } },
  { name: "addresses of endpoints", object: { ...slice, endpoints: [{ addresses: [hide] }] }, unknown: { endpointslices: ["shop"] } },
  { name: "labels of a pod", object: { ...pod, metadata: { ...pod.metadata, labels: { app: hide } } }, unknown: { pods: ["shop"] } },
  {
    name: "addresses of a node",
    object: { ...node, status: { addresses: [{ type: "InternalIP", address: hide }] } },
    unknown: { nodes: "all" },
  },
  {
    name: "what decides nothing: a password in a pod, the label of a Service",
    object: { ...service, metadata: { ...service.metadata, labels: { a: hide } } },
    unknown: {},
  },
])("blacked out: $name: what rests on it is unknown, not calm", async ({ object, unknown }) => {
  const { snapshot } = await read(write("blacked.json", json(list("List", node, pod, service, slice, object))));
  const found = resourceKinds.flatMap((kind): [ResourceKind, "all" | readonly string[]][] => {
    const { state, forbiddenNamespaces } = snapshot.kinds[kind];
    if (state === "forbidden") return [[kind, "all"]];
    return forbiddenNamespaces.length === 0 ? [] : [[kind, forbiddenNamespaces]];
  });
  expect(Object.fromEntries(found)).toEqual(unknown);
});

test("YAML that is cut off: its last item is left out, with a warning", async () => {
  const text = yaml({ apiVersion: "v1", items: [service, pod], kind: "List" });
  const { snapshot } = await read(write("cut.yaml", text.slice(0, text.indexOf("podIP"))));
  expect([snapshot.services.size, snapshot.pods.size]).toEqual([1, 0]);
  expect(snapshot.warnings.map(({ message }) => message)).toEqual([expect.stringContaining("the last one is left out")]);
});

test.for([
  { name: "in the middle of a line", end: (text: string) => text.slice(0, -2), says: [/line \d+: the text ends without a line break/] },
  { name: "behind its last line", end: (text: string) => text, says: [] },
  { name: "behind a bracket", end: (text: string) => `${text}---\n{}`, says: [] },
])("a stream of YAML objects that ends $name", async ({ end, says }) => {
  const { snapshot } = await read(write("stream.yaml", end([node, pod, service].map(yaml).join("---\n"))));
  expect([snapshot.services.size, snapshot.pods.size]).toEqual([1, 1]);
  expect(snapshot.warnings.map(({ message }) => message)).toEqual(says.map((each) => expect.stringMatching(each) as string));
});

test("YAML whose lines end in carriage returns alone", async () => {
  const text = [node, pod, service].map(yaml).join("---\n").replaceAll("\n", "\r");
  const { snapshot } = await read(write("returns.yaml", text));
  expect([snapshot.nodes.size, snapshot.pods.size, snapshot.services.size, snapshot.warnings]).toEqual([1, 1, 1, []]);
});

test("texts that hold aliases are read, and do not unfold without bound", async () => {
  const aliased = `items:\n- &pod\n${yaml(pod).replaceAll(/^(?=.)/gm, "  ")}- *pod\nkind: List\napiVersion: v1\n`;
  expect((await read(write("alias.yaml", aliased))).snapshot.pods.size).toBe(1);
  const levels = Array.from(
    { length: 12 },
    (_, at) =>
      `l${String(at)}: &l${String(at)} [${Array(9)
        .fill(at === 0 ? "x" : `*l${String(at - 1)}`)
        .join(", ")}]`,
  );
  const { snapshot } = await read(write("laughs/bomb.yaml", `${yaml(service)}---\n${levels.join("\n")}\n`).replace(/\/bomb\.yaml$/, ""));
  expect(snapshot.services.size).toBe(1);
  expect(snapshot.warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/alias/i)]);
});

test("EndpointSlices of a bundle are preferred to its Endpoints", async () => {
  const endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { namespace: "shop", name: "web" },
    subsets: [{ addresses: [{ ip: "10.1.0.9" }] }],
  };
  const { snapshot } = await read(write("both.json", json(list("List", endpoints, slice))));
  expect([...snapshot.endpointslices.values()].map(({ name }) => name)).toEqual(["web-x"]);
});

describe("what holds no object is named, with its path", () => {
  const cases: readonly { readonly name: string; readonly files: readonly File[]; readonly says: string }[] = [
    {
      name: "kind export logs",
      files: [
        { name: "kind-version.txt", text: "kind v0.27.0" },
        { name: "kind-control-plane/kubernetes-version.txt", text: "v1.33.1" },
        { name: "kind-control-plane/kubelet.log", text: "I0101 started" },
        { name: "kind-control-plane/inspect.json", text: json([{ Id: "f00", Config: { Hostname: "kind" }, State: {} }]) },
      ],
      says: "a kind export of logs, which holds no objects",
    },
    {
      name: "a k3s or RKE2 log collection whose API server was away",
      files: [
        { name: "host-1/rke2/kubectl/nodes.json", text: "The connection to the server was refused\n" },
        { name: "host-1/rke2/kubectl/pods", text: "NAMESPACE   NAME    READY\nshop        web-0   1/1\n" },
      ],
      says: "a k3s or RKE2 log collection, which prints its objects as tables",
    },
    {
      name: "a sosreport",
      files: [
        { name: "sosreport-n1/sos_commands/networking/ss_-peaonmi", text: "State Recv-Q\n" },
        { name: "sosreport-n1/version.txt", text: "sosreport: 4.7" },
      ],
      says: "a sosreport, which is about one machine",
    },
    {
      name: "a support bundle of v1beta1",
      files: [
        { name: "index.json", text: json([{ path: "/default/docker/docker_info.json", size: 3 }]) },
        { name: "error.json", text: "[]" },
        { name: "default/docker/docker_info.json", text: json({ ServerVersion: "17.12" }) },
      ],
      says: "a Replicated support bundle of v1beta1, too old to hold objects",
    },
    {
      name: "docker inspect",
      files: [{ name: "c.json", text: json([{ Id: "f00", Config: {}, State: {} }]) }],
      says: "the output of docker inspect",
    },
    {
      name: "a dump of an old kubectl",
      files: [{ name: "nodes.json", text: json({ selfLink: "/api/v1/nodes", Items: [{ name: "n1", Spec: {}, Status: {} }] }) }],
      says: "a dump of a kubectl older than 1.12",
    },
    {
      name: "a printed table",
      files: [{ name: "pods.txt", text: "NAME    READY   STATUS\nweb-0   1/1     Running\n" }],
      says: "the printed table of kubectl get",
    },
    {
      name: "kubectl describe",
      files: [{ name: "d.txt", text: "Name:             web-0\nNamespace:        shop\n" }],
      says: "the printed text of kubectl describe",
    },
    { name: "a page", files: [{ name: "p.txt", text: "<!DOCTYPE html>\n<html></html>" }], says: "an HTML page" },
    { name: "a values file", files: [{ name: "values.yaml", text: "replicas: 3\nkind: none\n" }], says: "text without an object" },
    { name: "pictures", files: [{ name: "a.png", text: "\u0089PNG" }], says: "without a JSON or YAML file" },
  ];

  test.for(cases)("$name", async ({ files, says }) => {
    for (const form of ["folder", "tar.gz", "zip"]) {
      const path = (await forms[form]?.(files)) ?? "";
      const result = await readSnapshot([path]);
      expect(result.ok ? "read" : result.error).toMatchObject({
        kind: "foreign-format",
        what: expect.stringContaining(says) as string,
        where: path,
      });
    }
  });

  test("a k3s or RKE2 log collection whose nodes were printed as JSON is read as far as that goes", async () => {
    const path = await forms["tar.gz"]?.([
      { name: "host-1/k3s/kubectl/nodes.json", text: `Warning: v1 is old\n${json(list("List", node))}` },
      { name: "host-1/k3s/kubectl/services", text: "NAMESPACE   NAME   TYPE\n" },
    ]);
    const { snapshot, format } = await read(path ?? "");
    expect([format, snapshot.nodes.size, snapshot.kinds.services.state]).toEqual(["k3s or RKE2 log collection", 1, "notCollected"]);
  });
});

describe("what a Troubleshoot bundle was refused", () => {
  const says =
    'pods is forbidden: User "system:serviceaccount:default:tool" cannot list resource "pods" in API group "" in the namespace "bank"';
  const namespaces = list(
    "NamespaceList",
    ...["kube-system", "shop", "bank", "vault"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
  );
  const files: readonly File[] = [
    { name: "b/cluster-resources/namespaces.json", text: json(namespaces) },
    { name: "b/cluster-resources/nodes-errors.json", text: json(["nodes is forbidden"]) },
    { name: "b/cluster-resources/pods/shop.json", text: json(list("PodList", bare(pod))) },
    { name: "b/cluster-resources/pods/kube-system.json", text: json(list("PodList")) },
    { name: "b/cluster-resources/pods-errors.json", text: json({ bank: says }) },
    ...["kube-system", "shop", "bank", "vault"].map((name) => ({
      name: `b/cluster-resources/services/${name}.json`,
      text: json(list("ServiceList")),
    })),
    { name: "b/cluster-resources/endpointslices-errors.json", text: json({ shop: "endpointslices is forbidden", bank: "no" }) },
  ];

  test("is forbidden there: a kind as a whole, or in the namespaces that it names or leaves out", async () => {
    const { snapshot } = await read((await forms["tar.gz"]?.(files)) ?? "");
    const { nodes, pods, services, endpointslices, configmaps } = snapshot.kinds;
    expect({ nodes, pods, services, endpointslices, configmaps }).toMatchObject({
      nodes: { state: "forbidden", message: "nodes is forbidden" },
      pods: { state: "snapshot", namespaces: "all", forbiddenNamespaces: ["bank", "vault"], message: says },
      services: { state: "snapshot", forbiddenNamespaces: [], message: null },
      endpointslices: { state: "forbidden", forbiddenNamespaces: [], message: "endpointslices is forbidden" },
      configmaps: { state: "notCollected", message: null },
    });
    expect(snapshot.warnings).toEqual([]);
  });

  const shop = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  test.for([
    { name: "a list", only: list("NamespaceList", shop) },
    { name: "a list whose items lack their kind", only: list("NamespaceList", bare(shop)) },
    { name: "an array, as of its first versions", only: [bare(shop)] },
  ])("is everything outside of the namespaces that its specification names: $name", async ({ only }) => {
    const { snapshot } = await read(
      (await forms["zip"]?.([{ name: "b/cluster-resources/namespaces.json", text: json(only) }, ...files.slice(2, 3)])) ?? "",
    );
    expect(snapshot.kinds.pods.namespaces).toEqual(["shop"]);
    expect(snapshot.warnings.map(({ message }) => message)).toEqual([expect.stringContaining("only shop were collected")]);
  });
});

describe("the printed tables of a k3s or RKE2 log collection", () => {
  const services = [
    "NAMESPACE     NAME         TYPE           CLUSTER-IP     EXTERNAL-IP           PORT(S)                      AGE   SELECTOR",
    "default       kubernetes   ClusterIP      10.43.0.1      <none>                443/TCP                      80d   <none>",
    "kube-system   traefik      LoadBalancer   10.43.15.224   10.0.0.1,10.0.0.2     80:31380/TCP,443:32000/TCP   80d   app=traefik,tier=edge",
    "shop          web          NodePort       10.43.2.2      192.0.2.7             53:30053/UDP                 2d    app=web",
    "shop          headless     ClusterIP      None           <none>                <none>                       2d    app=web",
  ];
  const pods = [
    "NAMESPACE     NAME             READY   STATUS             RESTARTS        AGE   IP           NODE     NOMINATED NODE   READINESS GATES",
    "kube-system   traefik-abc      1/1     Running            2 (3d ago)      80d   10.42.0.8    n1       <none>           <none>",
    "shop          web-0            0/1     CrashLoopBackOff   412 (61s ago)   2d    10.42.0.9    n1       <none>           <none>",
    "shop          once-x           0/1     Completed          0               2d    10.42.0.4    n1       <none>           <none>",
    "shop          late             0/1     Pending            0               2d    <none>       <none>   <none>           <none>",
    "shop          stuck            0/1     Init:0/1           0               2d    <none>       n1       <none>           <none>",
    "shop          pushed           0/1     Evicted            0               2d    <none>       n1       <none>           <none>",
    "shop          odd              0/1     ImagePullBackOff   0               2d    <none>       n1       <none>           <none>",
  ];
  const nodes = [
    "NAME   STATUS                     ROLES                  AGE   VERSION        INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION   CONTAINER-RUNTIME",
    "n1     Ready,SchedulingDisabled   control-plane,master   80d   v1.30.4+k3s1   10.0.0.1      203.0.113.1   Ubuntu 24.04.1 LTS   6.8.0            containerd://1.7.20-k3s1",
    "n2     NotReady                   <none>                 80d   v1.30.4+k3s1   10.0.0.2      <none>        Ubuntu 24.04.1 LTS   6.8.0            containerd://1.7.20-k3s1",
  ];
  const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
  const files: readonly File[] = [
    { name: "host-1/k3s/kubectl/services", text: text(services) },
    { name: "host-1/k3s/kubectl/pods", text: `Warning: something is deprecated\n${text(pods)}` },
    { name: "host-1/k3s/kubectl/nodes", text: text(nodes) },
    { name: "host-1/k3s/kubectl/endpoints", text: "NAMESPACE   NAME   ENDPOINTS        AGE\nshop        web    10.42.0.9:8080   2d\n" },
    { name: "host-1/k3s/kubectl/nodesdescribe", text: "Name:               n1\nRoles:              control-plane\n" },
  ];

  test("are read as far as they go, and stay not collected with what they leave out", async () => {
    const { snapshot, format } = await read((await forms["tar.gz"]?.(files)) ?? "");
    expect(format).toBe("k3s or RKE2 log collection");
    expect(
      [...snapshot.services.values()].map(({ name, type, clusterIPs, externalIPs, selector, ports, loadBalancerIngress }) => ({
        name,
        type,
        clusterIPs,
        externalIPs,
        selector,
        ports: ports.map(({ port, protocol, nodePort, targetPort }) => [port, protocol, nodePort, targetPort]),
        ingress: loadBalancerIngress.map(({ ip }) => ip),
      })),
    ).toEqual([
      {
        name: "kubernetes",
        type: "ClusterIP",
        clusterIPs: ["10.43.0.1"],
        externalIPs: [],
        selector: null,
        ports: [[443, "TCP", 0, "?"]],
        ingress: [],
      },
      {
        name: "traefik",
        type: "LoadBalancer",
        clusterIPs: ["10.43.15.224"],
        externalIPs: [],
        selector: { app: "traefik", tier: "edge" },
        ports: [
          [80, "TCP", 31380, "?"],
          [443, "TCP", 32000, "?"],
        ],
        ingress: ["10.0.0.1", "10.0.0.2"],
      },
      { name: "headless", type: "ClusterIP", clusterIPs: ["None"], externalIPs: [], selector: { app: "web" }, ports: [], ingress: [] },
      {
        name: "web",
        type: "NodePort",
        clusterIPs: ["10.43.2.2"],
        externalIPs: ["192.0.2.7"],
        selector: { app: "web" },
        ports: [[53, "UDP", 30053, "?"]],
        ingress: [],
      },
    ]);
    expect(
      [...snapshot.pods.values()].map(({ name, phase, ready, nodeName, podIPs }) => [name, phase, ready, nodeName, ...podIPs]),
    ).toEqual([
      ["traefik-abc", "Running", true, "n1", "10.42.0.8"],
      ["late", "Pending", false, null],
      ["odd", "Unknown", false, "n1"],
      ["once-x", "Succeeded", false, "n1", "10.42.0.4"],
      ["pushed", "Failed", false, "n1"],
      ["stuck", "Pending", false, "n1"],
      ["web-0", "Running", false, "n1", "10.42.0.9"],
    ]);
    expect(
      [...snapshot.nodes.values()].map(({ name, ready, unschedulable, addresses, kubeletVersion }) => [
        name,
        ready,
        unschedulable,
        kubeletVersion,
        ...addresses.map(({ address }) => address),
      ]),
    ).toEqual([
      ["n1", "True", true, "v1.30.4+k3s1", "10.0.0.1", "203.0.113.1"],
      ["n2", "False", false, "v1.30.4+k3s1", "10.0.0.2"],
    ]);
    const { kinds } = snapshot;
    expect((["nodes", "pods", "services", "endpointslices"] as const).map((kind) => [kinds[kind].state, kinds[kind].message])).toEqual([
      ["notCollected", expect.stringMatching(/^only printed as a table, which leaves out labels, taints/)],
      ["notCollected", expect.stringMatching(/leaves out labels, container ports, host ports/)],
      ["notCollected", expect.stringMatching(/leaves out target ports, traffic policies/)],
      ["notCollected", expect.stringMatching(/kubectl\/endpoints: the printed table of kubectl get/)],
    ]);
    expect(snapshot.warnings).toEqual([]);
  });

  test("count only where nothing better was collected", async () => {
    const { snapshot } = await read(
      (await forms["zip"]?.([
        ...files,
        { name: "host-1/k3s/kubectl/nodes.json", text: json(list("List", node)) },
        { name: "services.json", text: json(list("ServiceList")) },
      ])) ?? "",
    );
    expect([[...snapshot.nodes.keys()], snapshot.kinds.nodes.state, snapshot.services.size, snapshot.kinds.services.state]).toEqual([
      ["n1"],
      "snapshot",
      0,
      "snapshot",
    ]);
  });

  test("may come alone, and broken lines are named", async () => {
    const { snapshot, format } = await read(
      write("services.txt", `${services.join("\r\n")}\r\nError from server: gone\r\n${services[3] ?? ""}`),
    );
    expect([format, snapshot.services.size]).toEqual(["kubectl output", 4]);
    expect(snapshot.warnings.map(({ message }) => message)).toEqual(["cannot be read: line 6 is no row of its table"]);
    expect(snapshot.warnings[0]?.fact).toEqual({
      code: "unreadable",
      values: { reason: "no-row", line: "6", why: "line 6 is no row of its table" },
    });
  });
});
