// What stays in memory are the slim records: the same pods with fifty times as much beside what is kept must not cost more.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { readSnapshotStream } from "./read-snapshot";

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;
const pods = 400;

async function* write(form: "json" | "yaml", droppedBytes: number): AsyncGenerator<Buffer> {
  yield Buffer.from(form === "json" ? '{"apiVersion":"v1","kind":"List","items":[' : "apiVersion: v1\nitems:\n");
  for (let number = 0; number < pods; number += 1) {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        namespace: "namespace-of-some-length",
        name: `pod-with-a-name-of-some-length-${String(number)}`,
        uid: `uid-of-some-length-${String(number)}`,
      },
      spec: {
        nodeName: "node-with-a-name-of-some-length",
        containers: [{ name: "main", env: [{ name: "A", value: "x".repeat(droppedBytes) }] }],
      },
      status: { phase: "Running", podIPs: [{ ip: `10.0.${String(number >> 8)}.${String(number % 256)}` }] },
    };
    const text =
      form === "json" ? `${number === 0 ? "" : ","}${JSON.stringify(pod)}` : stringify([pod], { lineWidth: 0, indentSeq: false });
    yield await Promise.resolve(Buffer.from(text));
  }
  yield Buffer.from(form === "json" ? "]}" : "kind: List\n");
}

async function keptBytes(form: "json" | "yaml", droppedBytes: number): Promise<number> {
  collect();
  const before = process.memoryUsage().heapUsed;
  const read = await readSnapshotStream(write(form, droppedBytes), "dump");
  collect();
  const kept = process.memoryUsage().heapUsed - before;
  expect(read.ok ? read.value.deltas.find((delta) => delta.type === "replace" && delta.kind === "pods") : read.error).toMatchObject({
    records: { length: pods },
  });
  return kept;
}

test.for(["json", "yaml"] as const)("%s: dropped fields leave nothing behind", async (form) => {
  await keptBytes(form, 10);
  const [light, heavy] = [await keptBytes(form, 10), await keptBytes(form, 40_000)];
  // Held as a part of its text, each pod would keep 40 KB: sixteen megabytes in all.
  expect(heavy - light).toBeLessThan(pods * 4_000);
});
