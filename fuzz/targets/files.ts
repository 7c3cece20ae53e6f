// Readers of files: snapshots of every trade, policies, manifests, kubeconfigs.

import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { stringify } from "yaml";
import { checkManifest, createClusterIndex, emptyPolicy } from "@/lib/core";
import { policyText } from "@/lib/sources/demo/policy";
import { connectContext } from "@/lib/sources/kubernetes/connect";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { readManifest } from "@/lib/sources/manifest/read-manifest";
import { readPolicy } from "@/lib/sources/policy/read-policy";
import { zipOf } from "@/lib/sources/snapshot/archives.testkit";
import { readSnapshot } from "@/lib/sources/snapshot/read-snapshot";
import { encodeSnapshot } from "@/lib/sources/snapshot/snapshot-format";
import { encodeCheck } from "@/lib/wire/encode-check";
import { hostilePieces, hostileTexts } from "../hostile";
import { nearBytes, nearText, nearValue, spoil } from "../mutate";
import { askEverything, fuzzNowMs, takeSnapshot } from "../questions";
import { listText, objects } from "../samples";
import type { Target } from "../target";

const folder = mkdtempSync(join(tmpdir(), "portolan-fuzz-"));
process.once("exit", () => {
  rmSync(folder, { recursive: true });
});

async function readFile(name: string, bytes: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const read = await readSnapshot([path]);
  if (!read.ok) {
    if ([read.error.what, read.error.where, read.error.todo].some((words) => words === "")) throw new Error("an error without words");
    return;
  }
  askEverything(takeSnapshot(read.value.deltas));
}

const yamlText = objects.map((each) => stringify(each, { aliasDuplicateObjects: false })).join("---\n");
const dumpText = objects
  .slice(0, 5)
  .map((each) => `${JSON.stringify({ kind: "List", items: [each] }, null, 4)}\n==== START logs ====\n{x}\n`)
  .join("");

export const jsonFile: Target<string> = {
  name: "snapshot files of JSON",
  hostile: [
    ...hostileTexts,
    ...spoil([{ apiVersion: "v1", kind: "List", items: objects.slice(0, 4) }, [objects[0]], { kind: "PodList", items: objects }]).map(
      (value) => JSON.stringify(value),
    ),
  ],
  random: nearText([listText, dumpText, JSON.stringify(objects[3])]),
  run: (text) => readFile("fuzz.json", text),
  weight: 0.5,
};

export const yamlFile: Target<string> = {
  name: "snapshot files of YAML",
  hostile: [
    ...hostileTexts,
    ...hostileTexts.filter(({ length }) => length < 1000).map((text) => `kind: Pod\nmetadata: { name: ${text} }\n`),
  ],
  random: nearText([stringify(objects[0], { aliasDuplicateObjects: false }), yamlText.slice(0, 6000)]),
  run: (text) => readFile("fuzz.yaml", text),
  weight: 0.3,
};

const tables = [
  "NAMESPACE   NAME   TYPE       CLUSTER-IP   EXTERNAL-IP   PORT(S)                   AGE   SELECTOR\n" +
    "shop        web    NodePort   10.43.2.2    192.0.2.7     80:30080/TCP,53:9/UDP     2d    app=web,tier=a\n",
  "NAMESPACE   NAME    READY   STATUS    RESTARTS     AGE   IP          NODE   NOMINATED NODE   READINESS GATES\n" +
    "shop        web-0   1/1     Running   2 (3d ago)   80d   10.42.0.8   n1     <none>           <none>\n",
  "NAME   STATUS                     ROLES    AGE   VERSION        INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   CONTAINER-RUNTIME\n" +
    "n1     Ready,SchedulingDisabled   <none>   80d   v1.30.4+k3s1   10.0.0.1      <none>        Ubuntu     containerd://1.7.20\n",
];
const cells = tables.flatMap((table) => table.match(/\S+/g) ?? []);

export const tableFile: Target<string> = {
  name: "printed tables",
  hostile: hostilePieces.flatMap((piece, place) => {
    const table = tables[place % tables.length] ?? "";
    // In the place of one cell or heading, and as a line of its own.
    return [table.replace(cells[place % cells.length] ?? "", piece), `${table}${piece}\n${table}`];
  }),
  random: nearText(tables),
  run: (text) => readFile("fuzz.txt", text),
  weight: 0.5,
};

const index = createClusterIndex("fuzz");
index.apply(objects.flatMap((each) => slimObject(each).records.map((record) => ({ type: "upsert" as const, ...record }))));
const own = JSON.parse(JSON.stringify(encodeSnapshot(index.snapshot()))) as unknown;

export const ownFile: Target<unknown> = {
  name: "Portolan's own snapshots",
  hostile: spoil([own, own, own, own]),
  random: nearValue([own]),
  run: (value) => readFile("own.json", JSON.stringify(value)),
};

async function tarOf(entries: readonly (readonly [string, string, object?])[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, text, header] of entries) archive.entry({ name, ...header }, text);
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const files = [
  ...objects.slice(0, 6).map((each, place) => [`bundle/cluster-resources/${String(place)}.json`, JSON.stringify(each)] as const),
  ["bundle/cluster-resources/pods-errors.json", JSON.stringify({ bank: "pods is forbidden" })],
  ["bundle/k3s/kubectl/services", tables[0] ?? ""],
] as const;
const tar = await tarOf(files);
const hostileTar = await tarOf([
  ["../../etc/evil.json", "{}"],
  ["/etc/evil.json", "{}"],
  ["a/../../../b.json", "{}"],
  ["link.json", "", { type: "symlink", linkname: "/etc/passwd" }],
  ["hard.json", "", { type: "link", linkname: "/etc/passwd" }],
  ["device.json", "", { type: "character-device" }],
  ["pipe.json", "", { type: "fifo" }],
  ["\u001b[2J\u202e.json", "{}"],
  [`${"deep/".repeat(200)}x.json`, "{}"],
  ...files,
]);
const zipFiles = files.map(([name, text]) => ({ name, text }));
const zip = zipOf(zipFiles);
const hostileZips = [
  ...["../../etc/evil.json", "/etc/evil.json", "..\\..\\evil.json", "C:\\evil.json", "\u0000.json", "\u001b[2J\u202e.json", ""].map(
    (name) => zipOf([{ name, text: "{}" }, ...zipFiles]),
  ),
  zipOf([{ name: "link.json", text: "/etc/passwd", link: true }, ...zipFiles]),
  zipOf([{ name: "a.json", text: "{}", encrypted: true }, ...zipFiles]),
  zipOf(Array.from({ length: 500 }, () => ({ name: "a.json", text: listText, shared: true }))),
  zipOf([{ name: "a.json", text: Buffer.alloc(64 << 20) }]),
  ...[0, 1, 2 ** 31, 2 ** 32 - 1].flatMap((size) => [
    zipOf([{ name: "a.json", text: listText, sizes: { compressed: size } }]),
    zipOf([{ name: "a.json", text: listText, sizes: { uncompressed: size } }]),
  ]),
  Buffer.concat([Buffer.from("#!/bin/sh\n"), zip]),
  Buffer.concat([zip, Buffer.from("and more")]),
  Buffer.concat([zip, zip]),
];
const zeros = gzipSync(Buffer.alloc(64 << 20));

export const archiveFile: Target<Uint8Array> = {
  name: "archives",
  hostile: [
    tar,
    hostileTar,
    gzipSync(hostileTar),
    gzipSync(gzipSync(tar)),
    gzipSync(gzipSync(gzipSync(listText))),
    // Bombs: much out of little.
    zeros,
    gzipSync(zeros),
    gzipSync(Buffer.concat([Buffer.from("["), Buffer.alloc(32 << 20, "[")])),
    Buffer.concat([tar, tar]),
    Buffer.concat([gzipSync(tar), gzipSync(tar)]),
    ...hostileZips,
    Buffer.alloc(1 << 20),
    Buffer.alloc(1 << 20, 0xff),
    // Cut at every place that might matter.
    ...Array.from({ length: 120 }, (_, place) => tar.subarray(0, place * 97)),
    ...Array.from({ length: 80 }, (_, place) => zip.subarray(0, zip.length - place * 61)),
    ...Array.from({ length: 80 }, (_, place) => gzipSync(tar).subarray(0, 3 + place * 13)),
    ...["PK\u0003\u0004", "\u001f\u008b", "BZh9", "\u00fd7zXZ\u0000", "k8s\u0000", "ustar", "GIF89a", "%PDF-1.7", "\u007fELF"].map((head) =>
      Buffer.from(head, "latin1"),
    ),
  ],
  random: fc.oneof(nearBytes([tar, hostileTar]), nearBytes([gzipSync(tar), gzipSync(listText)]), nearBytes([zip])),
  run: (bytes) => readFile(bytes.length % 2 === 0 ? "fuzz.tar.gz" : "fuzz.bin", bytes),
  weight: 0.3,
};

export const policyFile: Target<string> = {
  name: "policy files",
  hostile: [
    ...hostileTexts,
    ...hostileTexts
      .filter(({ length }) => length < 1000)
      .flatMap((text) => [`version: 1\nbands: ${text}\n`, `version: 1\nreservations: [{ port: ${text}, for: x }]\n`]),
  ],
  random: nearText([
    policyText(() => "2027-01-31"),
    "version: 1\nbands:\n  - { name: a, kind: nodePort, ports: 30001-30020, owner: x, allow: { namespaces: [a], labels: { a: b } } }\n",
  ]),
  run: (text) => {
    const read = readPolicy(text, "fuzz.yaml");
    if (read.ok) askEverything(index.snapshot(), read.value);
    else if (read.error.length === 0 || read.error.some(({ line, column, message }) => line < 1 || column < 1 || message === ""))
      throw new Error("an error without place or words");
  },
  weight: 0.5,
};

export const manifestFile: Target<string> = {
  name: "manifests",
  hostile: [
    ...hostileTexts,
    ...spoil(objects.filter(({ kind }) => ["Service", "Pod", "Deployment", "DaemonSet", "EndpointSlice"].includes(kind))).map((value) =>
      JSON.stringify(value),
    ),
  ],
  random: fc.oneof(
    nearText([yamlText.slice(0, 6000), ...objects.map((each) => stringify(each, { aliasDuplicateObjects: false }))]),
    nearValue(objects).map((value) => JSON.stringify(value)),
  ),
  run: (text) => {
    const read = readManifest([{ file: "fuzz.yaml", text }], "default");
    JSON.stringify(
      encodeCheck(checkManifest(index.snapshot(), { policy: emptyPolicy, nowMs: fuzzNowMs }, read.manifest), read, "fuzz", "critical"),
    );
  },
  weight: 0.3,
};

const kubeconfig = {
  apiVersion: "v1",
  kind: "Config",
  "current-context": "a",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1", "certificate-authority-data": "eA==" } }],
  users: [{ name: "u", user: { token: "t", tokenFile: "x" } }],
  contexts: [{ name: "a", context: { cluster: "c", user: "u", namespace: "n" } }],
};

export const kubeconfigFile: Target<string> = {
  name: "kubeconfigs",
  hostile: [...hostileTexts, ...spoil([kubeconfig]).map((value) => JSON.stringify(value))],
  random: fc.oneof(
    nearText([JSON.stringify(kubeconfig), stringify(kubeconfig)]),
    nearValue([kubeconfig]).map((value) => JSON.stringify(value)),
  ),
  run: (text) => {
    const path = join(folder, "kubeconfig");
    writeFileSync(path, text);
    const connection = connectContext(path, null, {});
    if (!connection.ok && connection.error.what === "") throw new Error("an error without words");
  },
};
