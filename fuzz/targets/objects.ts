// Readers of objects and of the watch protocol.

import * as fc from "fast-check";
import { ok, recordKey, type Delta } from "@/lib/core";
import type { Connection } from "@/lib/sources/kubernetes/connect";
import { createKubernetesSource } from "@/lib/sources/kubernetes/kubernetes-source";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { hostileTexts, hostileValues } from "../hostile";
import { nearText, nearValue, spoil } from "../mutate";
import { askEverything, fuzzNowMs, takeSnapshot } from "../questions";
import { objects } from "../samples";
import type { Target } from "../target";

function readObjects(values: readonly unknown[]): readonly Delta[] {
  return values.flatMap((value): readonly Delta[] => {
    const { records, warnings } = slimObject(value);
    return [
      ...records.map((each): Delta => ({ type: "upsert", ...each })),
      { type: "warnings", kind: "pods", key: recordKey({ namespace: "", name: "fuzz" }), warnings },
    ];
  });
}

/** One spoiled object among the others: read, indexed, and everything asked. */
export const objectTarget: Target<unknown> = {
  name: "objects",
  hostile: [...spoil(objects), ...hostileValues],
  random: nearValue(objects),
  run: (value) => {
    askEverything(takeSnapshot(readObjects([...objects, value])));
  },
};

type Frames = readonly Buffer[];

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const pod = objects.find(({ kind }) => kind === "Pod");
const bookmark = { kind: "Pod", metadata: { resourceVersion: "12", annotations: { "k8s.io/initial-events-end": "true" } } };
const frames = [
  line("ADDED", pod) + line("BOOKMARK", bookmark) + line("MODIFIED", pod) + line("DELETED", pod),
  line("ADDED", pod) + line("ERROR", { kind: "Status", code: 410, reason: "Expired" }),
  JSON.stringify({ kind: "PodList", metadata: { resourceVersion: "7", continue: "x" }, items: [pod] }),
  JSON.stringify({ kind: "Status", status: "Failure", code: 500, message: "x" }),
];

/** The same text in pieces of any size. */
function cut(text: string, size: number): Frames {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.min(2000, Math.ceil(bytes.length / size)) }, (_, place) =>
    bytes.subarray(place * size, (place + 1) * size),
  );
}

const answersMax = 40;

/** A whole source whose server answers every request with these bytes, and then is gone. */
async function runSource(bytes: Frames, status: number): Promise<void> {
  let asked = 0;
  const connection: Connection = {
    name: "fuzz",
    server: () => "http://fuzz",
    namespace: null,
    get: async (_, signal) => {
      asked += 1;
      if (asked > answersMax)
        await new Promise<void>((resolve) =>
          signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }),
        );
      return ok({ status: asked % 3 === 0 ? status : 200, retryAfterMs: null, contentType: "application/json", body: flow(bytes) });
    },
  };
  const source = createKubernetesSource({
    connection,
    origin: "kubeconfig",
    namespaces: ["a"],
    surroundings: {
      now: () => fuzzNowMs + asked,
      random: () => 0.5,
      sleep: (_, signal) => (signal.aborted ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve))),
    },
  });
  const deltas: Delta[] = [];
  const handle = source.start({ apply: (given) => deltas.push(...given) });
  while (asked < answersMax) await new Promise((resolve) => setImmediate(resolve));
  await handle.stop();
  askEverything(takeSnapshot(deltas));
}

async function* flow(parts: Frames): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(part);
}

export const watchTarget: Target<{ readonly text: string; readonly size: number; readonly status: number }> = {
  name: "watch protocol",
  hostile: [
    ...hostileTexts.map((text) => ({ text, size: 4096, status: 200 })),
    ...hostileValues.flatMap((value) => [
      { text: line("ADDED", value), size: 7, status: 200 },
      { text: line("BOOKMARK", { metadata: value }), size: 999, status: 410 },
      { text: JSON.stringify({ kind: "PodList", metadata: value, items: value }), size: 4096, status: 403 },
    ]),
  ],
  random: fc.record({
    text: nearText(frames),
    size: fc.integer({ min: 1, max: 5000 }),
    status: fc.constantFrom(200, 400, 401, 403, 404, 410, 422, 429, 500, 503, 0, 999),
  }),
  run: ({ text, size, status }) => runSource(cut(text, size), status),
  weight: 0.2,
};
