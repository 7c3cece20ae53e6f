import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { createClusterIndex, requiredKinds, type Snapshot } from "@/lib/core";
import { describeSourceContract, observe } from "../contract.testkit";
import type { ApiObject } from "../demo/api-object";
import { buildStory } from "../demo/story/story";
import { readSnapshot } from "./read-snapshot";
import { encodeSnapshot } from "./snapshot-format";
import { openSnapshotSource } from "./snapshot-source";
import { writeSnapshot } from "./write-snapshot";

const folder = mkdtempSync(join(tmpdir(), "portolan-snapshot-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const story = buildStory().filter(({ kind }) => kind !== "Namespace");
const listOf = (items: readonly ApiObject[]): object => ({ apiVersion: "v1", kind: "List", items });
const ofKind = (kind: string): readonly ApiObject[] => story.filter((each) => each.kind === kind);

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function read(
  ...paths: readonly string[]
): Promise<{ readonly cluster: string; readonly format: string; readonly snapshot: Snapshot }> {
  const result = await readSnapshot(paths);
  if (!result.ok) throw new Error(result.error.what);
  const index = createClusterIndex(result.value.cluster);
  index.apply(result.value.deltas);
  return { cluster: result.value.cluster, format: result.value.format, snapshot: index.snapshot() };
}

describeSourceContract("snapshot", async () => {
  const opened = await openSnapshotSource([write("contract.json", JSON.stringify(listOf(story)))]);
  if (!opened.ok) throw new Error(opened.error.what);
  return {
    source: opened.value.source,
    nodes: ofKind("Node").map(({ metadata }) => metadata.name),
    services: ofKind("Service").map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
    close: () => Promise.resolve(),
  };
});

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const perKind = (): Record<string, string> =>
  Object.fromEntries(
    [
      ["Node", "nodes"],
      ["Pod", "pods"],
      ["Service", "services"],
      ["EndpointSlice", "endpointslices"],
    ].map(([kind = "", plural = ""]) => [
      `bundle/cluster-resources/${plural}.json`,
      JSON.stringify({
        kind: `${kind}List`,
        apiVersion: kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1",
        items: ofKind(kind).map(({ kind: _kind, apiVersion: _apiVersion, ...rest }) => rest),
      }),
    ]),
  );

describe("a snapshot is read from", () => {
  test.for([
    { name: "a List in JSON", make: () => write("list.json", JSON.stringify(listOf(story))) },
    {
      name: "a List in YAML with CRLF",
      make: () => write("list.yaml", stringify(listOf(story), { aliasDuplicateObjects: false }).replaceAll("\n", "\r\n")),
    },
    {
      name: "several YAML documents",
      make: () => write("documents.yaml", story.map((each) => stringify(each, { aliasDuplicateObjects: false })).join("---\n")),
    },
    { name: "a gzipped List", make: () => write("list.json.gz", gzipSync(JSON.stringify(listOf(story)))) },
    { name: "a file with a byte order mark", make: () => write("bom.json", `\ufeff${JSON.stringify(listOf(story))}`) },
    {
      name: "objects after one another with logs between them (cluster-info dump)",
      make: () =>
        write(
          "dump.txt",
          story
            .map((each) => `${JSON.stringify(listOf([each]), null, 4)}\n==== START logs ====\nhello {world}\n==== END logs ====\n`)
            .join(""),
        ),
    },
  ])("$name", async ({ make }) => {
    const { snapshot } = await read(make());
    expect([snapshot.nodes.size, snapshot.pods.size, snapshot.services.size, snapshot.endpointslices.size]).toEqual([
      ofKind("Node").length,
      ofKind("Pod").length,
      ofKind("Service").length,
      ofKind("EndpointSlice").length,
    ]);
  });

  test("a support bundle, as folder and as archive", async () => {
    for (const [name, text] of Object.entries(perKind())) write(join("unpacked", name), text);
    const archive = write("bundle.tar.gz", gzipSync(await tarOf(perKind())));
    for (const path of [join(folder, "unpacked"), archive]) {
      const { snapshot } = await read(path);
      expect([snapshot.nodes.size, snapshot.pods.size, snapshot.services.size, snapshot.endpointslices.size]).toEqual([
        12,
        ofKind("Pod").length,
        ofKind("Service").length,
        ofKind("EndpointSlice").length,
      ]);
      for (const kind of requiredKinds) expect(snapshot.kinds[kind].state).toBe("snapshot");
      expect(snapshot.kinds.deployments.state).toBe("notCollected");
    }
  });

  test("several paths, merged", async () => {
    const { snapshot, cluster } = await read(
      write("prod-a.json", JSON.stringify(listOf(ofKind("Node")))),
      write("rest.json", JSON.stringify(listOf(ofKind("Service")))),
    );
    expect([snapshot.nodes.size, snapshot.services.size]).toEqual([12, ofKind("Service").length]);
    expect(snapshot.kinds.pods.state).toBe("notCollected");
    expect(cluster).toBe("prod-a");
  });

  test("a broken record of an own snapshot costs one warning; what an older Portolan did not write takes its default", async () => {
    const { snapshot: whole } = await read(write("whole.json", JSON.stringify(listOf(story))));
    const file = encodeSnapshot(whole);
    const [first, ...rest] = file.kinds["services"]?.records ?? [];
    const services = { ...file.kinds["services"], records: [{ ...(first as object), ports: [{ port: "80" }] }, null, ...rest] };
    const pods = {
      ...file.kinds["pods"],
      records: (file.kinds["pods"]?.records ?? []).map((each) => ({ ...(each as object), staticPod: undefined, nodePortLocal: undefined })),
    };
    const broken = { ...file, kinds: { ...file.kinds, services, pods, events: { state: "snapshot", records: null } } };
    const { snapshot } = await read(write("broken-own.json", JSON.stringify(broken)));
    expect(snapshot.services.size).toBe(rest.length);
    expect(snapshot.warnings.map(({ object, message }) => `${object} ${message}`)).toEqual([
      expect.stringMatching(/^services\/\S+ is broken in the snapshot file: ports\.0\.port/) as string,
      expect.stringMatching(/^services\/records\[1\] is broken in the snapshot file: it is no record/) as string,
    ]);
    expect([...snapshot.pods.values()]).toEqual([...whole.pods.values()].map((pod) => ({ ...pod, staticPod: false, nodePortLocal: [] })));
    expect(snapshot.kinds.events.state).toBe("notCollected");
  });

  test("the same object twice: the newer one, with a warning", async () => {
    const node = ofKind("Node")[0];
    const version = (resourceVersion: string, unschedulable: boolean): object =>
      listOf([{ ...(node as ApiObject), metadata: { ...(node as ApiObject).metadata, resourceVersion }, spec: { unschedulable } }]);
    const { snapshot } = await read(
      write("new.json", JSON.stringify(version("20", true))),
      write("old.json", JSON.stringify(version("3", false))),
    );
    expect([...snapshot.nodes.values()][0]?.unschedulable).toBe(true);
    expect(snapshot.warnings.some(({ message }) => message.includes("newer resourceVersion"))).toBe(true);
  });

  test("an old dump with Endpoints and no EndpointSlices: converted, and said so", async () => {
    const endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { namespace: "a", name: "web" },
      subsets: [{ addresses: [{ ip: "10.0.0.9", nodeName: "n1" }], notReadyAddresses: [{ ip: "10.0.0.10" }], ports: [{ port: 8080 }] }],
    };
    const { snapshot } = await read(write("endpoints.json", JSON.stringify(listOf([endpoints]))));
    expect([...snapshot.endpointslices.values()]).toMatchObject([
      {
        serviceName: "web",
        convertedFrom: "Endpoints",
        endpoints: [
          { address: "10.0.0.9", ready: true },
          { address: "10.0.0.10", ready: false },
        ],
      },
    ]);
    expect(snapshot.warnings.some(({ message }) => message.includes("derived from the Endpoints"))).toBe(true);
  });
});

test("slices of discovery.k8s.io/v1beta1 name the node of an endpoint by its topology", async () => {
  const slice = {
    apiVersion: "discovery.k8s.io/v1beta1",
    kind: "EndpointSlice",
    metadata: { namespace: "a", name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["10.8.1.2"], topology: { "kubernetes.io/hostname": "node-1", "topology.kubernetes.io/zone": "z1" } },
      { addresses: ["10.8.1.3"], nodeName: "node-2", topology: { "kubernetes.io/hostname": "other" } },
    ],
  };
  const { snapshot } = await read(write("beta.json", JSON.stringify(slice)));
  expect(
    [...snapshot.endpointslices.values()].flatMap(({ endpoints }) => endpoints.map(({ nodeName, zone }) => ({ nodeName, zone }))),
  ).toEqual([
    { nodeName: "node-1", zone: "z1" },
    { nodeName: "node-2", zone: null },
  ]);
});

test("a manifest that lies among the files of a dump is read as of the default namespace, with a warning", async () => {
  const { snapshot } = await read(
    write(
      "manifest.json",
      JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80, nodePort: 30080 }] } }),
    ),
  );
  expect([...snapshot.services.values()].map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(["default/web"]);
  expect(snapshot.warnings.map(({ object }) => object)).toEqual(["services/web"]);
});

test("what is written is what is read", async () => {
  const { snapshot } = await read(write("write.json", JSON.stringify(listOf(story))));
  for (const name of ["own.json", "own.json.gz"]) {
    const file = join(folder, name);
    writeSnapshot(snapshot, file);
    const again = await read(file);
    expect(encodeSnapshot(again.snapshot)).toEqual(encodeSnapshot(snapshot));
    expect(again.format).toBe("Portolan snapshot");
  }
});

describe("what is no snapshot", () => {
  test.for([
    { name: "a PNG", content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), kind: "foreign-format", says: "PNG" },
    { name: "an archive packed with xz", content: Buffer.from("fd377a585a000004", "hex"), kind: "foreign-format", says: "xz -d" },
    { name: "an archive packed with zstd", content: Buffer.from("28b52ffd0000", "hex"), kind: "foreign-format", says: "zstd -d" },
    { name: "an archive packed with lz4", content: Buffer.from("04224d186040", "hex"), kind: "foreign-format", says: "lz4 -d" },
    { name: "an archive packed with compress", content: Buffer.from("1f9d9061", "hex"), kind: "foreign-format", says: "uncompress" },
    { name: "a single brace", content: "{", kind: "foreign-format", says: "without an object" },
    { name: "a template", content: "{{ if .x }}\nkind: Service\n{{ end }}\n", kind: "foreign-format", says: "without an object" },
    { name: "an empty file", content: "", kind: "foreign-format", says: "empty" },
    { name: "prose", content: "hello\n", kind: "foreign-format", says: "without an object" },
    { name: "a list of nothing", content: '{"apiVersion":"v1","kind":"List","items":[]}', kind: "foreign-format", says: "an empty list" },
    { name: "broken JSON", content: '{"kind":"List","items":[', kind: "unreadable-file", says: "broken" },
    {
      name: "an own snapshot without its kinds",
      content: '{"portolan":"snapshot","version":1,"cluster":"x","collectedAt":null,"kubernetes":null,"kinds":null}',
      kind: "foreign-format",
      says: "not a snapshot",
    },
    {
      name: "a newer snapshot",
      content: '{"portolan":"snapshot","version":99,"cluster":"x","collectedAt":null,"kubernetes":null,"kinds":{}}',
      kind: "foreign-format",
      says: "version 99",
    },
    { name: "a broken archive", content: Buffer.from([0x1f, 0x8b, 1, 2, 3]), kind: "unreadable-file", says: "" },
  ])("$name: one error that names it", async ({ content, kind, says }) => {
    const path = write("bad.bin", content);
    const result = await readSnapshot([path]);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.error.kind).toBe(kind);
    expect(`${result.error.what} ${result.error.where}`).toContain(says);
    expect(result.error.where).toContain(path);
  });

  test("a missing file", async () => {
    const result = await readSnapshot([join(folder, "nowhere.json")]);
    expect(result.ok ? "" : result.error.what).toContain("no such file");
  });

  test("null lists, missing status and unknown words cost a warning each, nothing else", async () => {
    const { snapshot } = await read(
      write(
        "dirty.json",
        JSON.stringify(
          listOf([
            { apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "bare" } },
            {
              apiVersion: "v1",
              kind: "Pod",
              metadata: { namespace: "a", name: "odd" },
              spec: { containers: null },
              status: { phase: "Dancing", podIPs: null },
            },
            { apiVersion: "v1", kind: "Service", metadata: { namespace: "a", name: "empty" }, spec: null },
            { apiVersion: "v1", kind: "Service", metadata: {} } as unknown as ApiObject,
            {
              apiVersion: "discovery.k8s.io/v1",
              kind: "EndpointSlice",
              metadata: { namespace: "a", name: "stray", labels: null },
              endpoints: null,
              ports: null,
            },
            { apiVersion: "v1", kind: "Node", metadata: { name: "n".repeat(253) }, status: { addresses: null } },
          ]),
        ),
      ),
    );
    expect([snapshot.pods.size, snapshot.services.size, snapshot.endpointslices.size, snapshot.nodes.size]).toEqual([2, 1, 1, 1]);
    expect(snapshot.warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("Dancing"),
        expect.stringContaining("without metadata.name"),
        expect.stringContaining("kubernetes.io/service-name"),
      ]),
    );
  });
});

test("a source of a snapshot says when it is read", async () => {
  const opened = await openSnapshotSource([write("synced.json", JSON.stringify(listOf(story)))]);
  expect(opened.ok).toBe(true);
  if (!opened.ok) return;
  const observed = observe(opened.value.source);
  expect((await observed.synced).ok).toBe(true);
  expect(observed.snapshot().pods.size).toBeGreaterThan(80);
});
