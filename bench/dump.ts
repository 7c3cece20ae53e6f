// What it costs to read dumps of a gigabyte, as JSON, YAML and a packed support bundle: time, and the most memory that the process ever held. Part of
// `npm run bench`; `npm run bench -- dump 64 yaml` reads 64 MiB of YAML only.

import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync, type WriteStream } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { dump } from "js-yaml";
import type { ApiObject } from "@/lib/sources/demo/api-object";
import { buildScale } from "@/lib/sources/demo/scale";
import type { DumpReading } from "./read-dump";

const mebibyte = 2 ** 20;
const forms = ["json", "yaml", "tar.gz"] as const;
// What one pod, its share of the rest of the cluster included, takes in each form.
const bytesPerPod = { json: 18_100, yaml: 7_450, "tar.gz": 12_400 };

/** Prints a line per form: seconds, MiB per second, peak memory, and how many pods were kept. */
export async function benchDump(megabytes: number, only?: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-dump-"));
  try {
    const reader = join(folder, "read-dump.mjs");
    await build({
      entryPoints: ["bench/read-dump.ts"],
      outfile: reader,
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "warning",
      banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
    });
    for (const form of forms.filter((each) => only === undefined || each === only)) {
      const path = join(folder, `dump.${form}`);
      const unpacked = await writeDump(path, form, megabytes * mebibyte);
      const read = JSON.parse(execFileSync(process.execPath, [reader, path], { encoding: "utf8" })) as DumpReading;
      console.log(
        `${form} of ${(unpacked / mebibyte).toFixed(0)} MiB (${(statSync(path).size / mebibyte).toFixed(0)} MiB on disk), ${read.pods.toLocaleString("en")} pods: ` +
          `${(read.ms / 1000).toFixed(1)} s (${(read.cpuMs / 1000).toFixed(1)} s of CPU, ${(unpacked / mebibyte / (read.cpuMs / 1000)).toFixed(0)} MiB for each), at most ${read.readMiB.toFixed(0)} MiB of memory to read it, ` +
          `${read.judgedMiB.toFixed(0)} MiB with all findings`,
      );
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A dump of about that many bytes before packing. Returns: how many it became. */
async function writeDump(path: string, form: (typeof forms)[number], bytes: number): Promise<number> {
  const file = createWriteStream(path);
  const done = once(file, "close");
  const written = form === "tar.gz" ? await writeBundle(file, bytes) : await writeText(file, form, bytes);
  await done;
  return written;
}

async function writeText(file: WriteStream, form: "json" | "yaml", bytes: number): Promise<number> {
  const sized = sizes(bytes, bytesPerPod[form]);
  let written = 0;
  const write = async (text: string): Promise<void> => {
    written += text.length;
    if (!file.write(text)) await once(file, "drain");
  };
  await write(form === "json" ? '{\n    "apiVersion": "v1",\n    "items": [\n' : "apiVersion: v1\nitems:\n");
  let isFirst = true;
  for (const object of buildScale(sized)) {
    const full = weigh(object);
    if (form === "json") await write(`${isFirst ? "" : ",\n"}${JSON.stringify(full, null, 4).replaceAll(/^/gm, "        ")}`);
    else await write(dump([full], { noRefs: true, lineWidth: -1 }));
    isFirst = false;
  }
  await write(
    form === "json"
      ? '\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n'
      : "kind: List\nmetadata:\n  resourceVersion: ''\n",
  );
  file.end();
  return written;
}

/** A support bundle: a list per kind and namespace, and logs, of which most of a bundle consists. */
async function writeBundle(file: WriteStream, bytes: number): Promise<number> {
  const archive = pack();
  archive.pipe(createGzip({ level: 1 })).pipe(file);
  const lists = new Map<string, unknown[]>();
  let written = 0;
  const flush = async (name: string, items: readonly unknown[]): Promise<void> => {
    const text = JSON.stringify({ kind: `${name.split("/")[0] === "pods" ? "Pod" : "Endpoint"}List`, apiVersion: "v1", items }, null, 2);
    written += text.length;
    await new Promise((resolve) => archive.entry({ name: `bundle/cluster-resources/${name}.json` }, text, resolve));
  };
  const plurals: Readonly<Record<string, string>> = { Node: "nodes", Pod: "pods", Service: "services", EndpointSlice: "endpointslices" };
  let part = 0;
  for (const object of buildScale(sizes(bytes, bytesPerPod["tar.gz"]))) {
    const name = `${plurals[object.kind] ?? "other"}/${object.metadata.namespace ?? "cluster"}`;
    const items = lists.get(name) ?? [];
    items.push(weigh(object));
    lists.set(name, items);
    if (items.length < 2000) continue;
    part += 1;
    await flush(`${name}-${String(part)}`, items);
    lists.delete(name);
  }
  for (const [name, items] of lists) await flush(name, items);
  archive.finalize();
  return written;
}

function sizes(bytes: number, perPod: number): { readonly nodes: number; readonly pods: number; readonly services: number } {
  const pods = Math.max(100, Math.round(bytes / perPod));
  return { pods, nodes: Math.ceil(pods / 60), services: Math.ceil(pods / 15) };
}

/** Real pods are mostly what Portolan drops: env, volumes, images, annotations, managed fields. */
function weigh(object: ApiObject): object {
  if (object.kind !== "Pod") return object;
  const { name, namespace } = object.metadata;
  const spec = object["spec"] as { readonly containers?: readonly object[] };
  const long = (text: string, times: number): string => `${name} ${text} `.repeat(times);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { "example.com/checksum": long("0f3c", 8), "example.com/last-applied": long(`{"namespace":"${namespace ?? ""}"}`, 20) },
      managedFields: Array.from({ length: 3 }, (_, at) => ({
        manager: `manager-${String(at)}`,
        operation: "Update",
        fieldsV1: Object.fromEntries(
          Array.from({ length: 12 }, (_each, field) => [`f:field-${String(field)}`, { ".": {}, "f:value": {} }]),
        ),
      })),
    },
    spec: {
      ...spec,
      containers: (spec.containers ?? []).map((container) => ({
        ...container,
        image: `registry.example.com/team/${name}:1.0`,
        env: Array.from({ length: 25 }, (_, at) => ({ name: `SETTING_${String(at)}`, value: long("value", 2) })),
        volumeMounts: Array.from({ length: 4 }, (_, at) => ({
          name: `volume-${String(at)}`,
          mountPath: `/var/lib/${String(at)}`,
          readOnly: true,
        })),
      })),
      volumes: Array.from({ length: 4 }, (_, at) => ({
        name: `volume-${String(at)}`,
        configMap: { name: `${name}-${String(at)}`, defaultMode: 420 },
      })),
    },
  };
}
